"""What the doctor says to what was seen: every row of every judgement, its state, its word and what to do."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from farhelm.doctor import judge
from farhelm.doctor.finding import Finding, State, exit_code, fail, ok, plain, warn, worst
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
from farhelm.doctor.services import hello

NOON_NS = 1_790_000_000_000_000_000
MB = 1_000_000
BUILD = {"0001_first.sql": "aa", "0002_next.sql": "bb"}


def says(finding: Finding, state: str, *words: str) -> None:
    """Assert state and words; whatever is not ok says what to do, and what is ok asks for nothing."""
    assert finding.state.word == state, finding
    for word in words:
        assert word in f"{finding.text} | {finding.do}", finding
    assert bool(finding.do) is (state != "ok"), finding


FREE = PortSeen("127.0.0.1", 8000, answers=False, problem="Connection refused")
TAKEN = PortSeen("127.0.0.1", 8000, answers=True, speaker="a web server (nginx)", holder="nginx, process 7")
OURS = PortSeen("127.0.0.1", 8000, answers=True, speaker="farhelm shore 0.1.0", holder="shoreside, process 9")


@pytest.mark.parametrize(
    ("seen", "mine", "state", "words"),
    [
        (FREE, "", "ok", ("127.0.0.1:8000 is free",)),
        (replace(FREE, listen_problem="Permission denied"), "", "fail", ("cannot be listened on", "Permission", "DO")),
        (TAKEN, "", "fail", ("taken", "nginx, process 7", "DO")),
        (TAKEN, "shoreside", "fail", ("a web server (nginx)", "DO")),
        (OURS, "shoreside", "ok", ("our own farhelm shore 0.1.0 (shoreside, process 9)",)),
        (OURS, "", "fail", ("farhelm shore 0.1.0",)),
        (PortSeen("h", 1, answers=True), "shoreside", "fail", ("somebody",)),
        (PortSeen("h", 1, answers=True, holder="python3, process 3"), "", "fail", ("python3, process 3",)),
    ],
)
def test_ports_to_listen_on(seen: PortSeen, mine: str, state: str, words: tuple[str, ...]) -> None:
    says(judge.free_port("console port", seen, mine, "DO"), state, *words)


def test_ports_to_speak_to() -> None:
    says(judge.answered_port("plc", replace(TAKEN, speaker=""), "DO"), "ok", "takes connections (nginx, process 7)")
    says(judge.answered_port("plc", replace(TAKEN, holder=""), "DO"), "ok", "127.0.0.1:8000 takes connections")
    says(judge.answered_port("plc", FREE, "see its cable"), "fail", "Connection refused", "see its cable")
    says(judge.udp_port("ais", UdpSeen(10110, ""), "shipside"), "ok", "10110")
    says(judge.udp_port("ais", UdpSeen(10110, "in use", "shipside, process 3"), "shipside"), "ok", "our own")
    says(judge.udp_port("ais", UdpSeen(10110, "in use", "gpsd, process 3"), "shipside"), "fail", "in use", "gpsd")
    says(judge.udp_port("ais", UdpSeen(10110, "in use"), "shipside"), "fail", "in use")


HEARD = DeviceSeen("10.0.0.7", 10110, "", "HEHDT", 20, 5.0)


@pytest.mark.parametrize(
    ("seen", "state", "words"),
    [
        (HEARD, "ok", ("10.0.0.7:10110 answers: HEHDT",)),
        (replace(HEARD, spoke="", heard_bytes=0), "warn", ("no line was heard in 5 s", "single connection")),
        (replace(HEARD, spoke=""), "warn", ("20 bytes", "no line", "baud rate")),
        (replace(HEARD, spoke="", problem="it closed the connection"), "warn", ("closed the connection", "no line")),
        (replace(HEARD, refused="illegal address"), "warn", ("not what was asked", "illegal address", "register map")),
        (DeviceSeen("10.0.0.7", 10110, "Connection refused"), "fail", ("does not answer", "Connection refused", "DO")),
    ],
)
def test_devices_that_are_listened_to(seen: DeviceSeen, state: str, words: tuple[str, ...]) -> None:
    says(judge.device("input gyro", seen, "DO", "line"), state, *words)


@pytest.mark.parametrize(
    ("utc_ns", "is_synchronised", "error_ms", "state", "word"),
    [
        (NOON_NS, True, 12.4, "ok", "at most 12 ms"),
        (NOON_NS, True, None, "ok", "synchronised"),
        (NOON_NS, None, None, "ok", "cannot be told"),
        (NOON_NS, False, 16000.0, "warn", "chrony"),
        (judge.UTC_FIRST_NS, True, 1.0, "ok", "2025-06-15"),
        (judge.UTC_FIRST_NS - 1, True, 1.0, "fail", "cannot be"),
        (0, False, None, "fail", "1970-01-01"),
        (judge.UTC_LAST_NS, True, 1.0, "ok", "2100"),
        (judge.UTC_LAST_NS + 1, True, 1.0, "fail", "set the clock"),
    ],
)
def test_clock(utc_ns: int, is_synchronised: bool | None, error_ms: float | None, state: str, word: str) -> None:
    (finding,) = judge.clock(ClockSeen(utc_ns, is_synchronised, error_ms))
    says(finding, state, word)


@pytest.mark.parametrize(
    ("ahead_s", "within_s", "state", "word"),
    [
        (0.0, 1.0, "ok", "the same"), (3.0, 1.0, "ok", "the same"), (-3.0, 1.0, "ok", "the same"),
        (3.1, 1.0, "warn", "3 s ahead of"), (-3.1, 1.0, "warn", "3 s behind"), (61.0, 1.0, "warn", "61 s ahead"),
        (61.1, 1.0, "fail", "ahead of"), (-3600.0, 1.0, "fail", "3600 s behind"), (None, 0.0, "warn", "--url"),
    ],
)  # fmt: skip
def test_clock_against_the_shore(ahead_s: float | None, within_s: float, state: str, word: str) -> None:
    """Proves the limit of CMD-05, with what a whole-second date cannot tell taken off."""
    says(judge.apart(ApartSeen("http://shore", ahead_s, within_s, "refused")), state, word)


@pytest.mark.parametrize(
    ("free", "problem", "state", "word"),
    [
        (1500 * MB, "", "ok", "1.5 GB"), (1000 * MB, "", "ok", "1.0 GB"), (999 * MB, "", "warn", "999 MB"),
        (300 * MB, "", "warn", "1.0 GB are wanted"), (299 * MB, "", "fail", "300 MB are needed"),
        (0, "", "fail", "only 0 MB"), (0, "Read-only file system", "fail", "Read-only"),
    ],
)  # fmt: skip
def test_disk(free: int, problem: str, state: str, word: str) -> None:
    says(judge.disk("disk", DiskSeen(".demo", free, problem), 300 * MB, 1000 * MB, "make room"), state, word)


ABSENT = BrokerSeen("h:1883", "shore", "Connection refused")
GREETED = BrokerSeen("h:1883", "shore", is_reached=True, code=0, acknowledged_ms=3.0, returned_ms=4.0)


@pytest.mark.parametrize(
    ("seen", "state", "words"),
    [
        (ABSENT, "fail", ("no broker answers at h:1883", "Connection refused", "start the broker")),
        (replace(GREETED, code=0x87), "fail", ("refuses shore at h:1883", "wrong name or password", "correct the account")),
        (replace(GREETED, code=0x86), "fail", ("wrong name or password",)),
        (replace(GREETED, code=5), "fail", ("wrong name or password",)),
        (replace(GREETED, code=0x97), "fail", ("reason code 0x97",)),
        (replace(GREETED, code=None, problem="the connection was closed"), "fail", ("without a word", "was closed", "password")),
        (replace(GREETED, acknowledged_ms=None, problem="none within 6 s"), "fail", ("acknowledges no message", "6 s")),
        (replace(GREETED, returned_ms=None), "ok", ("acknowledged after 3 ms", "may not hear its own")),
        (GREETED, "ok", ("came back after 4 ms",)),
        (replace(GREETED, person=""), "ok", ("h:1883 without an account",)),
    ],
)  # fmt: skip
def test_broker(seen: BrokerSeen, state: str, words: tuple[str, ...]) -> None:
    says(judge.broker("broker", seen), state, *words)


@pytest.mark.parametrize(
    ("applied", "state", "word"),
    [
        (BUILD, "ok", "version 0002_next"),
        (None, "warn", "there is none yet"),
        ({}, "warn", "0001_first.sql, 0002_next.sql is not applied"),
        ({"0001_first.sql": "aa"}, "warn", "0002_next.sql is not applied"),
        ({**BUILD, "0001_first.sql": "zz"}, "fail", "0001_first.sql differs"),
        ({**BUILD, "0003_new.sql": "cc"}, "fail", "newer build"),
    ],
)
def test_database_schema(applied: dict[str, str] | None, state: str, word: str) -> None:
    seen = DatabaseSeen("h:5432/farhelm", "", "PostgreSQL 18.6", 9 * MB, applied, BUILD, is_timescale=True)
    reached, schema = judge.database(seen)
    says(reached, "ok", "PostgreSQL 18.6 with TimescaleDB, 9 MB")
    says(schema, state, word)


def test_a_database_that_is_away() -> None:
    (finding,) = judge.database(DatabaseSeen("h:5432/farhelm", "password authentication failed"))
    says(finding, "fail", "h:5432/farhelm", "password authentication failed", "start PostgreSQL")


@pytest.mark.parametrize("mode", range(0o1000))
def test_a_key_is_for_its_owner_alone(mode: int) -> None:
    """Every mode there is: one bit for anybody else is too much for a key, and a word of warning for a file."""
    seen = FileSeen("vessel.pem", mode=mode)
    is_private = mode & 0o077 == 0
    says(judge.secret_file("key", seen, "make one"), "ok" if is_private else "fail", "vessel.pem")
    says(judge.private_file("file", seen), "ok" if is_private else "warn", "vessel.pem")


def test_files() -> None:
    says(judge.secret_file("key", FileSeen("k", "none", is_absent=True), "make one"), "warn", "no k yet", "make one")
    says(judge.secret_file("key", FileSeen("k", "Permission denied"), "make one"), "fail", "Permission denied")
    says(judge.secret_file("key", FileSeen("k", mode=0o600, key_problem="no PEM"), "make one"), "fail", "no PEM")
    says(judge.private_file("file", FileSeen("f", "Permission denied")), "fail", "Permission denied")
    says(judge.private_file("file", FileSeen("f", mode=0o644)), "warn", "mode 0644", "chmod 600 f")
    says(judge.readable_file("line", FileSeen("/dev/ttyS0"), "plug it in"), "ok", "/dev/ttyS0")
    says(judge.readable_file("line", FileSeen("/dev/ttyS0", "No such file"), "plug it in"), "fail", "plug it in")


def test_configuration_console_and_orders() -> None:
    found = judge.faults("config", ["a is missing", "b is wrong"], "agent.toml")
    assert [finding.text for finding in found] == ["a is missing", "b is wrong"]
    for finding in found:
        says(finding, "fail", "correct it in agent.toml")
    assert judge.faults("config", [], "agent.toml") == []
    says(judge.console("shoreside/console"), "ok", "shoreside/console")
    says(judge.console(None), "fail", "not built", "make ui")
    says(judge.orders("plc", []), "ok")
    says(judge.orders("plc", ["watchdog", "reset"]), "fail", "lacks watchdog, reset")


def test_processes() -> None:
    good, again = ProcessSeen("shore", 7, True, 0, "shore.log"), ProcessSeen("broker", 8, True, 2, "broker.log")
    dead = ProcessSeen("safety-otter", None, False, 3, "safety.log")
    (fine,) = judge.processes([good])
    says(fine, "ok", "all 1 run")
    gone, restarted = judge.processes([good, again, dead])
    says(gone, "fail", "does not run", "safety.log")
    says(restarted, "warn", "2 times", "broker.log")
    assert (gone.name, restarted.name) == ("process safety-otter", "process broker")


def test_a_shore_by_its_own_word() -> None:
    seen = ShoreSeen("http://s", "", "0.1.0", (), (("otter", 0.2), ("kestrel", judge.AGE_S)))
    (fine,) = judge.shore(seen, "0.1.0")
    says(fine, "ok", "2 vessels")
    (away,) = judge.shore(ShoreSeen("http://s", "Connection refused"), "0.1.0")
    says(away, "fail", "Connection refused")
    ill = replace(
        seen, version="0.2.0", faults=("no connection to the broker",), ages_s=(("otter", None), ("petrel", 10.1))
    )
    fault, other, otter, petrel = judge.shore(ill, "0.1.0")
    says(fault, "fail", "no connection to the broker")
    says(other, "warn", "0.2.0", "restart")
    says(otter, "warn", "otter")
    says(petrel, "warn", "petrel")


def test_the_worst_decides_state_and_exit_code() -> None:
    """The full product of two findings; JSON holds every field, and a warning alone exits 0."""
    some = {"ok": ok("a", "fine"), "warn": warn("b", "so so", "look"), "fail": fail("c", "broken", "mend")}
    for first in some.values():
        for second in some.values():
            both = [first, second]
            assert worst(both) is max(first.state, second.state)
            assert exit_code(both) == int("fail" in (first.state.word, second.state.word))
    told = json.loads(json.dumps(plain(list(some.values()))))
    assert told == {
        "checks": [
            {"name": "a", "state": "ok", "text": "fine", "do": ""},
            {"name": "b", "state": "warn", "text": "so so", "do": "look"},
            {"name": "c", "state": "fail", "text": "broken", "do": "mend"},
        ],
        "state": "fail",
    }
    assert (worst([]), exit_code([])) == (State.OK, 0)


def test_the_greeting_is_mqtt_5() -> None:
    """CONNECT as MQTT 5 section 3.1 has it: flags for name and password, remaining length in seven bits a byte."""
    bare, named = hello(None, None), hello("ann", "secret")
    assert bare[0] == named[0] == 0x10
    assert bare[1] == len(bare) - 2
    assert (bare[2:9], bare[9], named[9]) == (b"\x00\x04MQTT\x05", 0x02, 0xC2)
    assert named.endswith(b"\x00\x03ann\x00\x06secret")
    long = hello("a" * 300, None)
    assert (long[1] & 0x7F) + (long[2] << 7) == len(long) - 3


def test_what_the_owner_claims_is_printed_and_a_claim_that_nothing_aboard_answers_is_doubted() -> None:
    said = "AROS-NAV(RC, OS)"
    says(judge.functions(said, is_ashore=True, takes_orders=True), "ok", said, "not a certificate")
    says(judge.functions(said, is_ashore=True, takes_orders=False), "warn", said, "without [control]")
    says(judge.functions("AROS-NAV(DS, OB)", is_ashore=False, takes_orders=False), "ok", "not a certificate")
    says(judge.functions("", is_ashore=False, takes_orders=True), "ok", "names none")
