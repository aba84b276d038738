"""One storm over a whole demo: kills, partitions, clock jumps and full disks at once, by a seeded plan; then it heals (R3).

A partition is a program that is stopped: its connections stand and nothing comes, in either direction. Clocks jump by
libfaketime: that of the agents together, apart from it that of the shore, whose one program is writer and station, and that of
the database's server. The disk is that of the ship whose every sentence this test knows, filled to its last byte.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg
import pytest

from tests import fake_clock
from tests.demo_rig import ROOT, Demo, let_pass, stop_demo, wait_until
from tests.fault.test_bad_input_disk import filled
from tests.fault.test_everything_killed import (
    BUSY,
    QUICK_RESTARTS,
    RECORDED,
    STEADY_S,
    STEERED,
    Fed,
    known,
    last_heading,
    pid_of,
    played,
    recording,
    rows_of,
    stored,
    verdict,
    whole,
)
from tests.free_ports import free_port

pytestmark = pytest.mark.alone

STORM_S = 45.0
KILLED = (f"collector-{STEERED}", f"safety-{STEERED}", "broker", "shore", "postgres")
"""Not the collector of the known ship: what an instrument says while nobody listens is gone, and no fault."""
STOPPED = ("broker", "shore", f"collector-{STEERED}")
"""Nor does it stand still: of what was said meanwhile a scan has the newest."""
JUMPS = (
    ("aboard", "+3600s"), ("aboard", "-600s"), ("ashore", "+3600s"), ("ashore", "-600s"),
    ("database", "+3600s"), ("database", "-600s"),
)  # fmt: skip
"""Whose clock jumps, and by how much; two that overlap for one place are one that is set twice."""
CHANNELS = ("NAV_HDG", "NAV_DPTT")
"""What the recording holds, each value once."""
STARTED_AT = 10
"""How many of its first values the recorded ship's collector may miss while it starts."""
MINUTE_S = 60.0
"""Further than this from the right time, or from where it was told to jump, a clock is elsewhere."""
DISK_MB = 48
READY_S = 180.0
"""Longest start of a demo under libfaketime on a machine that is shared."""


@dataclass(frozen=True)
class Blow:
    """One thing that happens in the storm."""

    at_s: float
    kind: str
    """kill, stop, jump or fill"""
    what: str
    lasts_s: float


def plan_of(seed: int) -> list[Blow]:
    """Return the storm of a seed: each program killed, each partition, jump and full disk, overlapping as it comes."""
    dice = random.Random(seed)
    rows = [("kill", name, 0.0) for name in KILLED for _ in range(dice.randrange(1, 3))]
    rows += [("stop", name, dice.uniform(3.0, 6.0)) for name in STOPPED]
    rows += [("jump", " ".join(jump), dice.uniform(4.0, 8.0)) for jump in JUMPS]
    blows = [
        Blow(round(dice.uniform(0.0, STORM_S - lasts_s), 2), kind, what, round(lasts_s, 2))
        for kind, what, lasts_s in rows
    ]
    blows += [  # one disk cannot be filled twice at once
        Blow(round(half + dice.uniform(0.0, 10.0), 2), "fill", RECORDED, round(dice.uniform(4.0, 8.0), 2))
        for half in (0.0, STORM_S / 2)
    ]
    return sorted(blows, key=lambda blow: blow.at_s)


def test_a_seed_is_always_the_same_storm_and_every_kind_is_in_it() -> None:
    assert plan_of(7) == plan_of(7) != plan_of(8)
    assert {blow.kind for blow in plan_of(7)} == {"kill", "stop", "jump", "fill"}
    ends = [blow.at_s + blow.lasts_s for blow in plan_of(7)]
    assert max(ends) <= STORM_S + 0.1


@pytest.mark.soak
@pytest.mark.timeout(900)
@fake_clock.needs_library
@pytest.mark.parametrize("seed", [20261126, 7, 11])
def test_a_storm_loses_and_doubles_nothing_and_all_is_steady_a_minute_after(
    tmp_path: Path, clocks: Path, seed: int
) -> None:
    """Proves reliability goal R3: kills, partitions, clock jumps, full disks in one storm; steady within 60 s, by itself."""
    if os.geteuid() != 0:
        pytest.skip("no disk can be mounted here: it needs root")
    fed, plan = recording(3_500), plan_of(seed)
    print(f"seed {seed}: " + json.dumps([[blow.at_s, blow.kind, blow.what, blow.lasts_s] for blow in plan]))
    (tmp_path / "known.log").write_bytes(b"\r\n".join(fed.lines) + b"\r\n")
    disk = tmp_path / "demo" / RECORDED
    disk.mkdir(parents=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(disk)], check=True)
    try:
        process, demo = _start(tmp_path, clocks)
        try:
            _obeys(demo, clocks)
            wait_until(lambda: all(stored(demo, channel) for channel in CHANNELS), READY_S, "the known ship is heard")
            first = {channel: min(stored(demo, channel)) for channel in CHANNELS}
            _storm(demo, plan, clocks, disk)
            healed_s = time.monotonic()
            goal = wait_until(lambda: _played(demo), BUSY * STEADY_S, "the live view is back")
            live_s = time.monotonic() - healed_s
            wait_until(lambda: last_heading(demo) >= goal, BUSY * STEADY_S, "the ledger's vessel has caught up")
            caught_s = time.monotonic() - healed_s
            wait_until(lambda: whole(demo), BUSY * STEADY_S, "every batch of every vessel has come")
            steady_s = time.monotonic() - healed_s
            print(f"live {live_s:.1f} s, caught up {caught_s:.1f} s, steady {steady_s:.1f} s after the storm")
            assert steady_s <= STEADY_S
            _judge(demo, fed, first)
        finally:
            stop_demo(process)
    finally:
        subprocess.run(["umount", "-l", str(disk)], check=True)


FAKED = """
import json, os, subprocess
from subprocess import Popen
FAKED = json.loads({faked!r})

class Faked(Popen):
    def __init__(self, words, *more, **named):
        for program, faked in FAKED.items():
            if program in words or str(words[0]).endswith("/" + program):
                named["env"] = {{**(named.get("env") or os.environ), **faked}}
        super().__init__(words, *more, **named)

subprocess.Popen = Faked
"""
"""What the demo is started by: its agents, the shore and the database, and nothing else, have clocks that this test sets."""
PLACES = {"shipside": "aboard", "shoreside": "ashore", "postgres": "database"}
"""{program: name of the file that sets its clock}"""


@pytest.fixture
def clocks() -> Iterator[Path]:
    """A folder with the files that set the clocks, all right: where a database that runs as nobody can read."""
    folder = Path(tempfile.mkdtemp(prefix="farhelm-clocks-"))
    folder.chmod(0o755)
    for place in PLACES.values():
        fake_clock.tell(folder / place, "+0s")
    yield folder
    shutil.rmtree(folder)


def _start(folder: Path, clocks: Path) -> tuple[subprocess.Popen[bytes], Demo]:
    """Start the demo, its patience with ended children short, its agents, shore and database under libfaketime."""
    faked = {program: fake_clock.environment(clocks / place) for program, place in PLACES.items()}
    command = [sys.executable, "-c", FAKED.format(faked=json.dumps(faked)) + QUICK_RESTARTS, "demo", "--data",
               str(folder / "demo"), "--port", str(free_port()), "--vessels", "1", "--seed", "5",
               "--recording", f"{RECORDED}={folder / 'known.log'}"]  # fmt: skip
    with (folder / "demo-output.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
    try:
        wait_until(lambda: known(folder / "demo") or process.poll() is not None, READY_S, "the demo answers")
        return process, Demo.read(folder / "demo")
    except BaseException:
        print((folder / "demo-output.log").read_text()[-3000:])
        stop_demo(process)
        raise


def _obeys(demo: Demo, clocks: Path) -> None:
    """See that the clocks ashore do jump and come back: a jump that reaches nobody would prove nothing."""
    for place, there_s in (("ashore", _ashore_s), ("database", _database_s)):
        for jump, ahead_s in (("+3600s", 3600.0), ("+0s", 0.0)):
            fake_clock.tell(clocks / place, jump)
            is_there = partial(_is_ahead, partial(there_s, demo), ahead_s)
            wait_until(is_there, READY_S, f"{place} {jump}")


def _is_ahead(there_s: Callable[[], float], ahead_s: float) -> bool:
    return abs(there_s() - time.time() - ahead_s) < MINUTE_S


def _ashore_s(demo: Demo) -> float:
    """Return the time the shore has, UTC seconds."""
    told_ms: int = demo.get(f"/api/v1/vessels/{RECORDED}/latest")["server_utc_ms"]
    return told_ms / 1000.0


def _database_s(demo: Demo) -> float:
    """Return the time the database's server has, UTC seconds."""
    return float(str(rows_of(demo, "SELECT extract(epoch FROM clock_timestamp())")[0][0]))


def _storm(demo: Demo, plan: list[Blow], clocks: Path, disk: Path) -> None:
    """Let the blows fall, and end each when its time is over."""
    began_s, ends = time.monotonic(), list[tuple[float, Callable[[], object]]]()
    waiting = list(plan)
    while waiting or ends:
        now_s = time.monotonic() - began_s
        for end in [end for end in ends if end[0] <= now_s]:
            ends.remove(end)
            end[1]()
        while waiting and waiting[0].at_s <= now_s:
            blow = waiting.pop(0)
            ends += [(now_s + blow.lasts_s, undo) for undo in _strike(demo, blow, clocks, disk)]
        let_pass(0.05)


def _strike(demo: Demo, blow: Blow, clocks: Path, disk: Path) -> list[Callable[[], object]]:
    """Do one thing; return what undoes it, if anything must."""
    if blow.kind == "fill":
        held = contextlib.ExitStack()
        held.enter_context(filled(disk))
        return [held.close]
    if blow.kind == "jump":
        place, jump = blow.what.split()
        fake_clock.tell(clocks / place, jump)
        return [lambda: fake_clock.tell(clocks / place, "+0s")]
    pid = pid_of(demo, blow.what)
    if not pid:  # it was killed a moment ago
        return []
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL if blow.kind == "kill" else signal.SIGSTOP)
    return [] if blow.kind == "kill" else [lambda: _continue(pid)]


def _continue(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):  # killed while it stood still
        os.kill(pid, signal.SIGCONT)


def _played(demo: Demo) -> float:
    """Return what has been played by now; 0 while the shore is not back."""
    try:
        return played(demo)
    except OSError:  # URLError is one
        return 0.0


def _judge(demo: Demo, fed: Fed, first: dict[str, float]) -> None:
    """Hold the database against the recording, from the `first` that came before the storm; then plant a fault.

    Times may be out of order, for the clock was. What a ship says in the second in which her collector starts is not the
    storm's matter: a scan has the newest of it.
    """
    print("dropped aboard:", rows_of(demo, "SELECT body FROM event WHERE kind = 'dropped'"))
    log = next(Path(row["log"]) for row in demo.facts["processes"] if row["name"] == f"collector-{RECORDED}")
    told = log.read_text(errors="replace").splitlines()
    print(
        "\n".join(line for line in told if any(word in line for word in ('"disk"', '"spool"', '"dropped"', "unlisted")))
    )
    for channel, values in zip(CHANNELS, (fed.headings_deg, fed.depths_m), strict=True):
        begun = values.index(round(first[channel], 1))
        assert begun < STARTED_AT, channel
        since = values[begun:]
        assert verdict(since, sorted(stored(demo, channel))) == "", channel
    listed, kept = rows_of(
        demo,
        "SELECT (SELECT sum(samples) FROM batch_ledger),"
        " (SELECT count(*) FROM sample) + (SELECT count(*) FROM text_sample)",
    )[0]
    assert listed == kept
    # Negative control: one value that is gone is found out.
    found = sorted(stored(demo, "NAV_HDG"))
    with psycopg.connect(demo.facts["database_dsn"]) as connection:
        connection.execute(
            "DELETE FROM sample USING channel, vessel WHERE channel.id = channel_id AND vessel.id = vessel_id"
            " AND slug = %s AND short_id = 'NAV_HDG' AND value = %s", (RECORDED, found[len(found) // 2]),
        )  # fmt: skip
    assert "lost" in verdict(fed.headings_deg, sorted(stored(demo, "NAV_HDG")))
