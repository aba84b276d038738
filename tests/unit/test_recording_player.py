"""The player of recordings: every line as it stands, in the recorded rhythm; and what `--recording` says to mistakes."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from farhelm.demo.recorded import RECORDED_MAX, Recorded, RecordedError, all_parsed, parsed
from protocols.aio.recorded import lines_of
from simulators.recording import GAP_MAX_S, UNTIMED_LINES, RecordingConfig, paced, seconds_told

WATCH = [
    b"$GPRMC,235958,A,5310.81,N,00525.70,E,0.0,,,,,A*00\r\n",
    b"$IIHDG,181.5,,,,*00\r\n",
    b"$GPGLL,5310.81,N,00525.70,E,235958,A*00\r\n",
    b"$GPRMC,235959.5,A,5310.81,N,00525.70,E,0.0,,,,,A*00\n",
    b"\xff\xfenoise\r\n",
    b"$GPGLL,5310.81,N,00525.70,E,000002,A*00\r\n",
    b"$GPZDA,001500,01,01,2014,00,00*00\r\n",
]


def test_lines_keep_their_rhythm_over_midnight() -> None:
    """One group per told second, the pause before each as recorded, over midnight too; a long pause is cut short."""
    groups = list(paced(WATCH))
    assert [pause_s for pause_s, _ in groups] == pytest.approx([0.0, 1.0, 1.5, 2.5, GAP_MAX_S])
    assert [chunk.count(b"\r\n") for _, chunk in groups] == [0, 3, 2, 1, 1]
    # Not a byte is judged or mended, only the line ends are made alike.
    assert b"".join(chunk for _, chunk in groups) == b"".join(line.rstrip(b"\r\n") + b"\r\n" for line in WATCH)


def test_a_recording_without_times_goes_out_at_a_serial_lines_pace() -> None:
    """Nothing tells a time: groups of UNTIMED_LINES, one a second."""
    groups = list(paced([b"$SDDBT,1.0,f,0.3,M,0.2,F*00\r\n"] * (2 * UNTIMED_LINES + 3)))
    assert [chunk.count(b"\n") for _, chunk in groups] == [UNTIMED_LINES, UNTIMED_LINES, 3]
    assert [pause_s for pause_s, _ in groups] == [0.0, 1.0, 1.0]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"$GPGGA,195719,5310.8115,N,00525.7025,E,1,00,1.10,-2,M,,M,,*57", 71839.0),
        (rb"\s:GP1,c:1*00\$GPGLL,5310.8,N,00525.7,E,000001.25,A*00", 1.25),
        (b"$GPGLL,5310.8,N,00525.7,E,,V*00", None),
        (b"$GPRMC,99xx00,V*00", None),
        (b"$IIHDT,095.0,T*00", None),
        (b"!AIVDM,1,1,,A,13aI8e,0*00", None),
        (b"", None),
    ],
)
def test_the_told_time(line: bytes, told: float | None) -> None:
    """The UTC field of GGA, GLL, GNS, RMC, ZDA; void, broken or absent: None."""
    assert seconds_told(line) == told


def test_plain_and_compressed_files_read_alike(tmp_path: Path) -> None:
    """The same lines out of `.gz` and plain."""
    plain, packed = tmp_path / "a.log", tmp_path / "a.log.gz"
    plain.write_bytes(b"".join(WATCH))
    packed.write_bytes(gzip.compress(b"".join(WATCH)))
    assert list(lines_of(plain)) == list(lines_of(packed)) == WATCH


def test_a_player_says_what_is_wrong(tmp_path: Path) -> None:
    """An absent file and a speed that is none are both told at once."""
    faults = RecordingConfig(tmp_path / "none.log", 0, 0.0, is_loop=False, ports_file=None).faults()
    assert len(faults) == 2
    assert "none.log" in faults[0]


def test_name_file_and_speed_are_read(tmp_path: Path) -> None:
    """NAME=FILE[:SPEED]; a colon in the file name alone is no speed."""
    log, odd = tmp_path / "ship.log", tmp_path / "ship:old.log"
    log.touch()
    odd.touch()
    assert parsed(f"plaka={log}") == Recorded("plaka", log, 1.0)
    assert parsed(f"plaka={log}:2.5") == Recorded("plaka", log, 2.5)
    assert parsed(f"plaka={odd}") == Recorded("plaka", odd, 1.0)


def test_mistakes_get_a_word(tmp_path: Path) -> None:
    """No such file, no such speed, no such name, a name twice, too many: each says which and what to write."""
    log = tmp_path / "ship.log"
    log.touch()
    for text, word in (
        ("plaka=/nowhere.log", "no file /nowhere.log"), (f"plaka={log}:0", "above 0"), (f"plaka={log}:1000", "at most"),
        (f"Bad Name!={log}", "NAME=FILE"), ("plaka", "NAME=FILE"), (f"={log}", "NAME=FILE"),
    ):  # fmt: skip
        with pytest.raises(RecordedError, match=word):
            parsed(text)
    with pytest.raises(RecordedError, match="two vessels would be called 'otter'"):
        all_parsed([f"otter={log}"], ("kestrel", "otter"))
    with pytest.raises(RecordedError, match="more than"):
        all_parsed([f"ship{number}={log}" for number in range(RECORDED_MAX + 1)], ())
