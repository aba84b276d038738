"""From what was seen to what is said: each function takes what a probe saw and answers with findings. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from farhelm.doctor.finding import Finding, fail, ok, warn
from farhelm.doctor.seen import (
    ApartSeen,
    BrokerSeen,
    ClockSeen,
    DatabaseSeen,
    DeviceSeen,
    DiskSeen,
    FileSeen,
    PortSeen,
    ProcessSeen,
    ShoreSeen,
    UdpSeen,
)
from protocols.aio.refusal import refusal

UTC_FIRST_NS: Final = 1_750_000_000_000_000_000
"""June 2025, before the first version: a clock that says less has never been set."""
UTC_LAST_NS: Final = 4_102_444_800_000_000_000
"""The year 2100."""
APART_WARN_S: Final = 2.0
"""CMD-05: from here on the shore raises an alert."""
APART_FAIL_S: Final = 60.0
"""From here on times in the record of ship and shore mislead whoever compares them."""
AGE_S: Final = 10.0
"""Live values older than this are none; the slowest bearer sends each 10 s."""
OTHERS_MODE: Final = 0o077
"""What nobody but the owner may have on a secret."""
_ALONE: Final = "see that the device is on and speaks; one of a single connection speaks to an agent that runs already"
NOT_AUTHORISED: Final = frozenset((4, 5, 0x86, 0x87))
"""CONNACK codes of MQTT 3.1.1 and 5 that say: wrong name or password, or not allowed."""


def free_port(name: str, seen: PortSeen, mine: str, do: str) -> Finding:
    """Judge a port that a program is to listen on; `mine` is the word by which its own process is known."""
    if not seen.answers and seen.listen_problem:
        return fail(name, f"{seen.at} cannot be listened on: {seen.listen_problem}", do)
    if not seen.answers:
        return ok(name, f"{seen.at} is free")
    if mine and mine in seen.by:
        return ok(name, f"{seen.at} is held by our own {seen.by}")
    return fail(name, f"{seen.at} is taken: {seen.by} answers there", do)


def answered_port(name: str, seen: PortSeen, do: str) -> Finding:
    """Judge a port at which equipment or a program is to be connected to; whether it speaks is not asked."""
    if seen.answers:
        return ok(name, f"{seen.at} takes connections{f' ({seen.holder})' if seen.holder else ''}")
    return fail(name, f"{seen.at} does not answer: {seen.problem}", do)


def device(name: str, seen: DeviceSeen, do: str, what: str) -> Finding:
    """Judge equipment that is connected to and listened to; `what` it is to say: a line, an answer."""
    if not seen.waited_s:
        return fail(name, f"{seen.at} does not answer: {seen.problem}", do)
    if seen.refused:
        return warn(name, f"{seen.at} answers, but not what was asked ({seen.spoke}): {seen.refused}",
                    "hold the register map and the unit's number against the maker's list")  # fmt: skip
    if seen.spoke:
        return ok(name, f"{seen.at} answers: {seen.spoke}")
    if seen.problem:
        return warn(name, f"{seen.at} takes the connection, and no {what} was heard: {seen.problem}", _ALONE)
    if seen.heard_bytes:
        return warn(name, f"{seen.at} says something, and no {what}: {seen.heard_bytes} bytes in {seen.waited_s:g} s",
                    "see the baud rate of a converter on the way, and that the configuration names the right device")  # fmt: skip
    return warn(name, f"{seen.at} takes the connection, and no {what} was heard in {seen.waited_s:g} s", _ALONE)


def udp_port(name: str, seen: UdpSeen, mine: str) -> Finding:
    """Judge a UDP port that the agent is to listen on."""
    if not seen.problem:
        return ok(name, f"UDP port {seen.port} is free")
    if mine in seen.holder:
        return ok(name, f"UDP port {seen.port} is held by our own {seen.holder}")
    by = f" ({seen.holder})" if seen.holder else ""
    return fail(name, f"UDP port {seen.port} cannot be listened on: {seen.problem}{by}",
                "end the program that holds it, or give the input another port")  # fmt: skip


def clock(seen: ClockSeen) -> list[Finding]:
    """Judge the machine's clock: whether it can be true, and whether somebody keeps it."""
    when = datetime.fromtimestamp(seen.utc_ns // 1_000_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    if not UTC_FIRST_NS <= seen.utc_ns <= UTC_LAST_NS:
        return [
            fail("clock", f"the clock says {when}, which cannot be", "set the clock, then keep it with NTP or GNSS")
        ]
    if seen.is_synchronised is None:
        return [ok("clock", f"{when}; whether somebody keeps it cannot be told here")]
    if not seen.is_synchronised:
        return [warn("clock", f"{when}, and nobody keeps it: the kernel says not synchronised",
                     "keep the clock with chrony, ntpd or systemd-timesyncd")]  # fmt: skip
    error = "" if seen.error_ms is None else f", at most {seen.error_ms:.0f} ms wrong by the kernel's account"
    return [ok("clock", f"{when}, synchronised{error}")]


def apart(seen: ApartSeen) -> Finding:
    """Judge the machine's clock against the shore's."""
    name = "clock against the shore"
    if seen.ahead_s is None:
        return warn(name, f"{seen.url} tells no time: {seen.problem}", "start the shore, or say where it is with --url")
    least = max(0.0, abs(seen.ahead_s) - seen.within_s)
    side = "ahead of" if seen.ahead_s > 0 else "behind"
    if least <= APART_WARN_S:
        return ok(name, f"the same as at {seen.url}, as far as {seen.within_s:.1f} s can tell")
    text = f"this clock is {abs(seen.ahead_s):.0f} s {side} the shore's"
    do = "keep both clocks with NTP; the shore raises an alert from 2 s on"
    return fail(name, text, do) if least > APART_FAIL_S else warn(name, text, do)


def disk(name: str, seen: DiskSeen, least_bytes: int, wanted_bytes: int, do: str) -> Finding:
    """Judge a folder: it fails below `least_bytes` free, and warns below `wanted_bytes`; `do` says how to get more."""
    if seen.problem:
        return fail(name, f"nothing can be written to {seen.folder}: {seen.problem}",
                    "give the folder to the account that runs the program, or choose another")  # fmt: skip
    free = f"{_size(seen.free_bytes)} are free at {seen.folder}"
    if seen.free_bytes < least_bytes:
        return fail(name, f"only {free}; {_size(least_bytes)} are needed to start", do)
    if seen.free_bytes < wanted_bytes:
        return warn(name, f"{free}; {_size(wanted_bytes)} are wanted in the long run", do)
    return ok(name, free)


def broker(name: str, seen: BrokerSeen) -> Finding:
    """Judge a broker and what it says to our certificate or account."""
    refused = refusal(seen.problem)
    if refused is not None:
        return fail(name, f"{refused.problem} ({seen.at}): {refused.said}", refused.do)
    return fail(name, seen.problem, seen.do) if seen.do else _account(name, seen)


def _account(name: str, seen: BrokerSeen) -> Finding:
    """Judge a broker that has nothing against our certificate, and the account we have there."""
    who = f"{seen.person} at {seen.at}" if seen.person else f"{seen.at} without an account"
    if not seen.is_reached:
        return fail(name, f"no broker answers at {seen.at}: {seen.problem}",
                    "start the broker, or correct host and port of its URL")  # fmt: skip
    if seen.code in NOT_AUTHORISED:
        return fail(name, f"the broker refuses {who}: wrong name or password",
                    "correct the account in the broker's URL, or make it at the broker")  # fmt: skip
    if seen.code is None:
        return fail(name, f"{seen.at} ends the greeting without a word: {seen.problem}",
                    "see that an MQTT 5 broker listens there and that name and password are right")  # fmt: skip
    if seen.code != 0:
        return fail(name, f"the broker refuses {who} with reason code {seen.code:#04x}", "see the broker's log")
    if seen.acknowledged_ms is None:
        return fail(
            name, f"the broker takes {who}, but acknowledges no message: {seen.problem}", "see the broker's log"
        )
    if seen.returned_ms is None:
        return ok(name, f"{who}: a message was acknowledged after {seen.acknowledged_ms:.0f} ms; "
                        "the account may not hear its own")  # fmt: skip
    return ok(name, f"{who}: a message came back after {seen.returned_ms:.0f} ms")


def database(seen: DatabaseSeen) -> list[Finding]:
    """Judge the shore's database and its schema."""
    if seen.problem:
        return [fail("database", f"no connection to {seen.at}: {seen.problem}",
                     "start PostgreSQL, or correct host, name and password of its URL")]  # fmt: skip
    kind = f"{seen.server}{' with TimescaleDB' if seen.is_timescale else ''}"
    return [ok("database", f"{seen.at}: {kind}, {_size(seen.size_bytes)}"), _schema(seen.applied, seen.build or {})]


def _schema(applied: dict[str, str] | None, build: dict[str, str]) -> Finding:
    name = "database schema"
    if applied is None:
        return warn(name, "there is none yet", "start the shore: it makes the schema by itself")
    foreign = sorted(set(applied) - set(build))
    if foreign:
        return fail(name, f"made by a newer build: it has {', '.join(foreign)}", "run the newer build of the shore")
    changed = sorted(name for name in applied if applied[name] != build[name])
    if changed:
        return fail(name, f"{', '.join(changed)} differs from this build's", "run the build that made this database")
    missing = sorted(set(build) - set(applied))
    if missing:
        return warn(name, f"older than this build: {', '.join(missing)} is not applied",
                    "start the shore: it brings the schema forward by itself")  # fmt: skip
    version = max((file for file in applied if "/" not in file), default="none").removesuffix(".sql")
    return ok(name, f"version {version}, that of this build")


def secret_file(name: str, seen: FileSeen, missing_do: str) -> Finding:
    """Judge a private key: readable by its owner and by nobody else; `missing_do` says what to do when it is not there."""
    if seen.is_absent:
        return warn(name, f"there is no {seen.path} yet", missing_do)
    if seen.problem:
        return fail(name, f"{seen.path} cannot be read: {seen.problem}", "give it to the account that runs the program")
    if seen.key_problem:
        return fail(
            name, f"{seen.path}: {seen.key_problem}", "put the right key there; a lost one is made and enrolled anew"
        )
    return _mode(name, seen, fail)


def private_file(name: str, seen: FileSeen) -> Finding:
    """Judge a file that holds passwords."""
    if seen.problem:
        return fail(name, f"{seen.path} cannot be read: {seen.problem}", "give it to the account that runs the program")
    return _mode(name, seen, warn)


def _mode(name: str, seen: FileSeen, otherwise: Callable[[str, str, str], Finding]) -> Finding:
    if seen.mode & OTHERS_MODE == 0:
        return ok(name, f"{seen.path} is for its owner alone")
    return otherwise(name, f"{seen.path} is open to others (mode {seen.mode:04o})", f"chmod 600 {seen.path}")


def readable_file(name: str, seen: FileSeen, do: str) -> Finding:
    """Judge a file or device that must be there and readable."""
    if seen.problem:
        return fail(name, f"{seen.path} cannot be opened: {seen.problem}", do)
    return ok(name, f"{seen.path} is there")


def faults(name: str, found: Sequence[str], path: str) -> list[Finding]:
    """Return one failed finding for each fault of a configuration."""
    return [fail(name, fault, f"correct it in {path}") for fault in found]


def orders(plc: str, missing: Sequence[str]) -> Finding:
    """Judge whether the register map of the PLC has every order that the safety process writes."""
    name = f"orders to {plc}"
    if missing:
        return fail(name, f"its register map lacks {', '.join(missing)}", "add the registers, or take [control] out")
    return ok(name, "its register map has every order")


def functions(notations: str, *, is_ashore: bool, takes_orders: bool) -> Finding:
    """Judge what the owner claims of the vessel's functions; `is_ashore`: some of it is claimed to be done from off the ship."""
    if is_ashore and not takes_orders:
        said = f"{notations} is claimed, but without [control] every order from ashore is refused"
        return warn("functions", said, "add [control], or correct vessel.functions")
    if not notations:
        return ok("functions", "vessel.functions names none")
    return ok("functions", f"{notations}: the owner's claim, not a certificate")


def link(warnings: Sequence[str]) -> list[Finding]:
    """Judge what bearer and budget carry by their own figures; `warnings` as the configuration tells them."""
    do = "another bearer or contract (docs/installer.md, Bearer and sizes), or leave it so and know it"
    return [warn("link", said, do) for said in warnings] or [ok("link", "bearer and budget carry what goes over them")]


def console(folder: str | None) -> Finding:
    """Judge whether the console is built."""
    if folder is None:
        return fail("console", "the console is not built: the shore would show an empty page", "run `make ui`")
    return ok("console", f"built, in {folder}")


def processes(seen: Sequence[ProcessSeen]) -> list[Finding]:
    """Judge the processes of a running demo."""
    found = [
        fail(f"process {one.name}", "it does not run", f"see the end of {one.log}") for one in seen if not one.is_alive
    ]
    found += [
        warn(f"process {one.name}", f"it has been started again {one.restarts} times", f"see {one.log}")
        for one in seen if one.is_alive and one.restarts
    ]  # fmt: skip
    alive = sum(one.is_alive for one in seen)
    return found or [ok("processes", f"all {alive} run, none was started again")]


def shore(seen: ShoreSeen, mine: str) -> list[Finding]:
    """Judge a shore by what it says of itself; `mine` is this build's version."""
    if seen.problem:
        return [fail("shore", f"{seen.url} does not answer as a shore: {seen.problem}", "see the shore's log")]
    found = [fail("shore", fault, "see the findings on broker and database") for fault in seen.faults]
    if seen.version != mine:
        found.append(warn("shore", f"it is version {seen.version}, this is {mine}", "restart the shore on this build"))
    silent = [vessel for vessel, age_s in seen.ages_s if age_s is None or age_s > AGE_S]
    found += [
        warn("shore", f"no live values of {vessel} for more than {AGE_S:g} s", "see her agent's log and her link")
        for vessel in silent
    ]
    return found or [ok("shore", f"version {seen.version}; live values of {len(seen.ages_s)} vessels arrive")]


def _size(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"  # noqa: PLR2004 - a thousand MB
