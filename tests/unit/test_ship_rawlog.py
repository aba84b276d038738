"""Every received line is on the disk within seconds, in a ring, and can be read up to where a file is damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from shipside.storage import rawlog
from shipside.storage.rawlog import FLUSH_S, HOUR_S, RawConfig, RawLine, RawLog
from tests.shore_kit import NOON_NS, SetClock

HOUR_NS, NAVSTAR_NS = 3600 * 10**9, 315_964_800_000_000_000
LINE = b"$HEHDT,123.4,T*2B"


def _log(folder: Path, *, days: float = 30.0, bytes_max: int = 10**9) -> tuple[RawLog, SetClock]:
    clock = SetClock()
    return RawLog(RawConfig(folder, days, bytes_max), clock), clock


def _all(folder: Path) -> list[RawLine]:
    return [line for path in rawlog.files_of(folder) for line in rawlog.read(path)]


def test_a_line_is_kept_with_its_times_and_its_input_and_passed_on(tmp_path: Path) -> None:
    log, clock = _log(tmp_path / "raw")
    passed: list[bytes] = []
    take = log.taker("bridge mux", passed.extend)
    take([LINE])
    clock.s += 0.25
    take([b"\xff\x00 noise"])
    log.close()
    assert passed == [LINE, b"\xff\x00 noise"]
    assert _all(tmp_path / "raw") == [
        RawLine(NOON_NS, 100_000, "bridge_mux", LINE),
        RawLine(NOON_NS + 250_000_000, 100_250, "bridge_mux", b"\xff\x00 noise"),
    ]


def test_a_kill_loses_the_last_seconds_and_nothing_more(tmp_path: Path) -> None:
    # Ten lines a second for a minute; then the program is gone without a word.
    log, clock = _log(tmp_path)
    for number in range(600):
        log.take("gps", b"%d" % number)
        clock.s += 0.1
        log.tick(clock.s)
    assert log._file is not None
    log._file.close()
    kept = [int(line.line) for line in _all(tmp_path)]
    assert kept == list(range(len(kept)))
    assert len(kept) >= 600 - FLUSH_S * 10 - 1
    # The next start begins a file of its own.
    again, _ = _log(tmp_path)
    again.take("gps", b"600")
    again.close()
    assert [int(line.line) for line in _all(tmp_path)][-1] == 600
    assert len(rawlog.files_of(tmp_path)) == 2


@pytest.mark.parametrize("left", [0.9, 0.5, 0.1, 0.01, 0.0])
def test_a_file_that_is_cut_off_is_read_up_to_the_cut(tmp_path: Path, left: float) -> None:
    log, clock = _log(tmp_path)
    for number in range(5000):
        log.take("gps", b"%d %d" % (number, number * 7919 % 1000))
        clock.s += 0.1
        log.tick(clock.s)
    log.close()
    (path,) = rawlog.files_of(tmp_path)
    whole = _all(tmp_path)
    assert len(whole) == 5000
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * left)])
    cut = _all(tmp_path)
    assert cut == whole[: len(cut)]
    assert len(cut) >= 5000 * (left - 0.1) - 100


def test_a_file_damaged_in_the_middle_gives_no_foreign_line_before_the_damage(tmp_path: Path) -> None:
    log, clock = _log(tmp_path)
    for number in range(2000):
        log.take("gps", b"%d" % number)
        clock.s += 0.1
        log.tick(clock.s)
    log.close()
    (path,) = rawlog.files_of(tmp_path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0x55
    path.write_bytes(content)
    found = [line.line for line in _all(tmp_path)]
    assert len(found) > 500


def test_the_ring_is_bounded_by_days_and_by_bytes_and_the_oldest_goes_first(tmp_path: Path) -> None:
    log, clock = _log(tmp_path / "days", days=2.0)
    for _ in range(60):
        log.take("gps", LINE)
        clock.s += HOUR_S
        log.tick(clock.s)
    log.close()
    names = [path.name[:8] for path in rawlog.files_of(tmp_path / "days")]
    assert names == [f"{number:08d}" for number in range(13, 61)]
    assert log.dropped_files_count == 12

    log, clock = _log(tmp_path / "bytes", bytes_max=1000)
    for _ in range(60):
        log.take("gps", LINE)
        clock.s += HOUR_S
        log.tick(clock.s)
    log.close()
    held = rawlog.files_of(tmp_path / "bytes")
    assert held[-1].name.startswith("00000060")
    assert sum(path.stat().st_size for path in held[:-1]) <= 1000


def test_an_agent_that_is_started_again_and_again_does_not_push_out_the_days_before(tmp_path: Path) -> None:
    """Each start begins a file: counted as an hour each, two hours of a collector that dies each 10 s cost a month.

    Here four hours' worth of a day, though a file counts a minute at least.
    """
    clock = SetClock()
    config = RawConfig(tmp_path, 1.0, 10**9)
    log = RawLog(config, clock)
    for _ in range(20):
        log.take("gps", LINE)
        clock.s += HOUR_S
        log.tick(clock.s)
    log.close()
    for _ in range(230):
        log = RawLog(config, clock)
        log.take("gps", LINE)
        clock.s += 10.0
        log.tick(clock.s)
        assert log._file is not None
        log._file.close()  # gone without a word
    held = rawlog.files_of(tmp_path)
    assert len(held) == 20 + 230
    # Hours that are full still make room for each other: a day later nothing of all that is left.
    log = RawLog(config, clock)
    for _ in range(30):
        log.take("gps", LINE)
        clock.s += HOUR_S
        log.tick(clock.s)
    log.close()
    assert 24 <= len(rawlog.files_of(tmp_path)) <= 25
    assert rawlog.files_of(tmp_path)[0].name > held[-1].name


def test_files_of_a_moment_are_bounded_too(tmp_path: Path) -> None:
    """A minute is the least that a file counts: an agent that dies each 5 s keeps 1,440 of them for a day, not 17,280."""
    clock, config = SetClock(), RawConfig(tmp_path, 1.0 / 24.0, 10**9)
    for _ in range(200):
        log = RawLog(config, clock)
        log.take("gps", LINE)
        clock.s += 5.0
        log.tick(clock.s)
        assert log._file is not None
        log._file.close()
    assert len(rawlog.files_of(tmp_path)) == 60


def test_a_clock_set_back_to_1980_makes_no_file_old(tmp_path: Path) -> None:
    """Proves reliability goal R14 for the raw log: the ring goes by number, not by the time that was told."""
    log, clock = _log(tmp_path, days=3 / 24)
    for utc_ns in (NOON_NS, NOON_NS + HOUR_NS, NAVSTAR_NS, NAVSTAR_NS + HOUR_NS):
        clock.utc_ns = lambda told=utc_ns: told  # type: ignore[method-assign] # the receiver's date goes mad
        log.take("gps", b"%d" % utc_ns)
        clock.s += HOUR_S
        log.tick(clock.s)
    log.close()
    assert [line.utc_ns for line in _all(tmp_path)] == [
        NOON_NS + HOUR_NS,
        NAVSTAR_NS,
        NAVSTAR_NS + HOUR_NS,
    ]


def test_a_folder_that_takes_nothing_costs_the_lines_and_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    log, clock = _log(tmp_path / "file" / "raw")
    for _ in range(3):
        log.take("gps", LINE)
    clock.s += FLUSH_S
    log.tick(clock.s)
    assert (log.lost_count, log.problem != "") == (3, True)
    (tmp_path / "file").unlink()
    log.take("gps", LINE)
    clock.s += FLUSH_S
    log.tick(clock.s)
    assert log.problem == ""
    log.close()
    assert len(_all(tmp_path / "file" / "raw")) == 1
