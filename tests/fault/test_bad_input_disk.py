"""A disk that is full: before the start, in mid-stream, and while the link is down too; and the demo that asks for room first.

The disk is a small tmpfs of each test's own; where it may not be mounted the tests say so and are skipped.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from shipside.storage.journal import Journal
from shipside.storage.spool import Spool
from tests.agent_kit import (
    TCP,
    agent_toml,
    broker,
    collector,
    ear,
    lines,
    program,
    run_to_end,
    said,
    until,
)
from tests.free_ports import free_port

DISK_MB = 24
Disk = Callable[[int], Path]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """Return what mounts a disk of so many megabytes; it is gone after the test."""
    mounted: list[Path] = []

    def mount(megabytes: int) -> Path:
        place = tmp_path / f"disk-{megabytes}"
        place.mkdir()
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)]
        if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode != 0:
            pytest.skip("no disk can be mounted here: it needs root")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", "-l", str(place)], check=True)


@contextmanager
def filled(place: Path) -> Generator[None]:
    """Fill a disk to its last byte, and take the filling away at the end."""
    filling = place / "filling"
    with filling.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(bytes(65_536))
    with filling.open("ab", buffering=0) as file, contextlib.suppress(OSError):
        while True:
            file.write(b"\0")
    assert os.statvfs(place).f_bavail == 0
    try:
        yield
    finally:
        filling.unlink()


def test_a_spool_on_a_full_disk_goes_round_in_what_it_has(disk: Disk) -> None:
    """Proves reliability goal R5: nothing is lost while the shore acknowledges; without it the oldest go, each range told."""
    place = disk(DISK_MB)
    spool, seq = Spool(place / "spool.db", 200_000_000, 1), 0

    def add(count: int) -> None:
        nonlocal seq
        for _ in range(count):
            seq += 1
            spool.add(seq, os.urandom(1500))

    add(20)
    spool.delete(15, ())
    with filled(place):
        # The link is up: what comes is written, what is acknowledged goes, for ever.
        for _ in range(400):
            add(5)
            spool.delete(seq - 5, ())
        assert spool.lost() == []
        # The link is down: the disk holds 4 MB of it; then the oldest make room, and each range is told.
        first = seq - 4
        add(4000)
        kept = spool.after(0, 10_000)
        assert len(kept) > 1500
        assert kept == list(range(kept[0], seq + 1))
        told = [number for each in spool.lost() for number in range(each.first, each.last + 1)]
        assert told == list(range(first, kept[0]))
        assert all(spool.get(number) is not None for number in kept)
        # The program is started anew on the full disk: all of it is there, and it goes on.
        spool.close()
        spool = Spool(place / "spool.db", 200_000_000, 2)
        assert (spool.epoch, spool.last_seq, spool.after(0, 10_000)) == (1, seq, kept)
        add(100)
        kept = spool.after(0, 10_000)
        assert kept[-1] == seq
    # There is room again: from now on it is used, and nothing more is dropped.
    spool.told()
    add(2000)
    assert spool.lost() == []
    assert len(spool.after(0, 10_000)) == len(kept) + 2000
    spool.close()


def test_a_journal_on_a_full_disk_takes_a_megabyte_more(disk: Disk) -> None:
    """Proves reliability goal R5 for the journal: orders can be recorded, and acknowledged events go."""
    place = disk(DISK_MB)
    journal = Journal(place / "journal.db")
    journal.write(b"before")
    with filled(place):
        for number in range(2000):
            journal.write(os.urandom(500))
            journal.keep_event("boot", number + 1, os.urandom(200))
            if number % 10 == 9:
                journal.acknowledged("boot", number + 1)
        records, damaged = journal.records()
        assert (len(records), damaged) == (2001, 0)
        assert journal.events(10) == []
        assert journal.dropped_events_count == 0
    journal.close()
    assert Journal(place / "journal.db").records()[0][0] == b"before"


async def test_an_agent_streams_on_over_a_full_disk(tmp_path: Path, disk: Disk) -> None:
    """The disk is filled under a running collector: it says so, and live values go on without a gap, then and after."""
    port, log, place = free_port(), tmp_path / "agent.log", disk(DISK_MB)
    with broker(tmp_path, port):
        async with lines() as good, ear(port) as shore:
            path = agent_toml(tmp_path, port, TCP.format("good", good), spool=str(place / "spool.db"))
            with program(collector(path), log) as agent:
                await shore.more("NAV_HDG", 5, 20)
                with filled(place):
                    await shore.more("NAV_HDG", 40, 30)
                    assert [line["used_pct"] for line in said(log, "disk")][-1] == 100.0
                    assert "nearly full" in str(said(log, "disk")[-1]["problem"])
                await shore.more("NAV_HDG", 5)
                assert said(log, "disk")[-1]["problem"] == ""
                assert agent.poll() is None
            assert agent.returncode == 0
    assert shore.seqs == list(range(shore.seqs[0], shore.seqs[-1] + 1))
    assert said(log, "dropped") == []
    assert "Traceback" not in log.read_text()


async def test_an_agent_that_starts_on_a_full_disk_says_so_and_comes_up_by_itself(tmp_path: Path, disk: Disk) -> None:
    """The collector says that there is no room and is started again and again; when there is room the values come."""
    port, log, place = free_port(), tmp_path / "agent.log", disk(DISK_MB)
    with broker(tmp_path, port):
        async with lines() as good, ear(port) as shore:
            path = agent_toml(tmp_path, port, TCP.format("good", good), spool=str(place / "spool.db"))
            with program(["-m", "shipside", "--config", str(path)], log) as agent:
                with filled(place):
                    await until(lambda: "the collector ended with 3" in log.read_text(), 20)
                    assert "the agent cannot run" in log.read_text()
                    assert "make room on the disk" in log.read_text() or "check the folder" in log.read_text()
                    assert "the safety ended" not in log.read_text()
                await shore.more("NAV_HDG", 5, 40)
            assert agent.returncode == 0
    assert "Traceback" not in log.read_text()


def test_a_demo_asks_for_room_first(disk: Disk) -> None:
    """Refused with the figure and what to do, and nothing was started or left."""
    place = disk(50)
    ran = run_to_end(["-m", "farhelm", "demo", "--data", str(place / "demo"), "--port", str(free_port())])
    assert ran.returncode == 1
    told = " ".join(ran.stdout.split())
    assert "MB are free at" in told
    assert "the demo needs 300" in told
    assert "--data" in told
    assert [path.name for path in (place / "demo").iterdir()] == ["logs"]
    assert list((place / "demo" / "logs").iterdir()) == []


def test_a_demo_in_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    ran = run_to_end(["-m", "farhelm", "demo", "--data", str(tmp_path / "file" / "demo"), "--port", str(free_port())])
    assert ran.returncode == 1
    assert "cannot be made" in " ".join(ran.stdout.split())
