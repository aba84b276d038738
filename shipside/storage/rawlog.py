"""Every line received, as it came: numbered zstd files of an hour at most, in a ring of days and bytes (architecture.md 4).

A line of a file is `UTC in us, monotonic ms, input, the received line`, parted by spaces, ended by a line feed; the answers of
Modbus units are lines too (`protocols/modbus/answers.py`). What the decoders made of it can be made again (`farhelm replay`).
The oldest file goes first, and before the disk is full.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

import zstandard

from shipside.config.raw import RawConfig
from shipside.ports import Clock, TakeLines
from shipside.storage import room

HOUR_S: Final = 3600.0
FLUSH_S: Final = 5.0
"""A kill or a power cut loses the lines of this long at most: they are on the disk by then."""
PENDING_BYTES_MAX: Final = 256 * 1024
"""Lines are compressed when they are this many bytes, or at a flush: 5 s of 600 lines a second."""
DISK_PCT_MAX: Final = 90.0
"""From here on the oldest file goes for each new one: spool and journal need the rest of the disk more."""
LEVEL: Final = 3
PIECE_BYTES: Final = 1024
"""A file is read in such pieces: what stands before damage is lost with its piece only."""
NS_PER_US: Final = 1000
DAY_S: Final = 86_400.0
SPAN_MIN_S: Final = 60.0
"""The least that a file counts in the ring: so many files at most, however often the agent is started."""
_NAME: Final = re.compile(r"(\d{8})-(\d{8}T\d{6})\.raw\.zst")


@dataclass(frozen=True, slots=True)
class RawLine:
    """One received line."""

    utc_ns: int
    mono_ms: int
    """Of the clock of the boot that received it: it begins anew with each."""
    source: str
    line: bytes


def raw_name(source: str) -> str:
    """Return the name under which a source stands in the raw log, whose fields are parted by blanks."""
    return source.replace(" ", "_")


def files_of(folder: Path) -> list[Path]:
    """Return the files of a raw log, oldest first by their number: the clock that names them may have stepped."""
    return sorted(path for path in folder.glob("*.raw.zst") if _NAME.fullmatch(path.name))


def spans_s(known: Sequence[Path], now_utc_s: float) -> dict[Path, float]:
    """Return how long each file counts in the ring, s, SPAN_MIN_S to HOUR_S: until the next was begun, the last until now.

    Each start of the agent begins a file. A clock that was set back tells nothing: such a file counts as a whole hour.
    """
    begun = [_begun_s(path) for path in known]
    found: dict[Path, float] = {}
    for path, from_s, to_s in zip(known, begun, (*begun[1:], now_utc_s), strict=False):
        span_s = HOUR_S if from_s is None or to_s is None or to_s <= from_s else to_s - from_s
        found[path] = min(max(span_s, SPAN_MIN_S), HOUR_S)
    return found


def _begun_s(path: Path) -> float | None:
    """Return the UTC seconds that a file's name tells; None where they are no time."""
    named = _NAME.fullmatch(path.name)
    try:
        return None if named is None else datetime.fromisoformat(f"{named[2]}Z").timestamp()
    except ValueError:
        return None


class RawLog:
    """Writes lines to the ring; a disk that takes none costs the lines, which are counted, and nothing else."""

    def __init__(self, config: RawConfig, clock: Clock) -> None:
        """Write below `config.folder`; nothing is opened before the first line."""
        self._config, self._clock = config, clock
        self._file: BinaryIO | None = None
        self._packer: zstandard.ZstdCompressionObj | None = None
        self._pending: list[bytes] = []
        self._pending_bytes = 0
        self._begun_s = self._flushed_s = clock.now_s()
        self.problem = ""
        """Why lines could last not be written; empty while they can."""
        self.lost_count = 0
        """Lines that could not be written."""
        self.dropped_files_count = 0
        """Files that went for newer ones."""

    def taker(self, source: str, then: TakeLines) -> TakeLines:
        """Return what keeps the lines of the input `source` and passes them on to `then`."""

        def take(lines: list[bytes]) -> None:
            for line in lines:
                self.take(source, line)
            then(lines)

        return take

    def take(self, source: str, line: bytes) -> None:
        """Keep one line; it is on the disk after FLUSH_S at most."""
        utc_us, mono_ms = self._clock.utc_ns() // NS_PER_US, round(self._clock.now_s() * 1000)
        record = b"%d %d %s %s\n" % (utc_us, mono_ms, raw_name(source).encode(), line.replace(b"\n", b""))
        if self._file is None and not self._pending:
            self._begun_s = self._clock.now_s()
        self._pending.append(record)
        self._pending_bytes += len(record)
        if self._pending_bytes >= PENDING_BYTES_MAX:
            self._carefully(self._compress)

    def tick(self, now_s: float) -> None:
        """Do what time demands, at least each FLUSH_S: flush, begin the next file, let old ones go."""
        if now_s - self._flushed_s < FLUSH_S:
            return
        self._flushed_s = now_s
        self._carefully(self._flush)
        if self._file is not None and now_s - self._begun_s >= HOUR_S:
            self._carefully(self._end)

    def close(self) -> None:
        """End the file."""
        self._carefully(self._flush)
        self._carefully(self._end)

    def _carefully(self, write: Callable[[], None]) -> None:
        try:
            write()
            self.problem = ""
        except OSError as error:
            self.problem = f"received lines cannot be kept: {error.strerror or error}"
            self.lost_count += len(self._pending)
            self._pending, self._pending_bytes = [], 0
            if self._file is not None:
                self._file.close()
            self._file = self._packer = None

    def _flush(self) -> None:
        self._compress()
        if self._file is not None and self._packer is not None:
            self._file.write(self._packer.flush(zstandard.COMPRESSOBJ_FLUSH_BLOCK))
            self._file.flush()
            os.fsync(self._file.fileno())

    def _compress(self) -> None:
        if not self._pending:
            return
        file, packer = self._opened()
        file.write(packer.compress(b"".join(self._pending)))
        self._pending, self._pending_bytes = [], 0

    def _opened(self) -> tuple[BinaryIO, zstandard.ZstdCompressionObj]:
        if self._file is None or self._packer is None:
            self._config.folder.mkdir(parents=True, exist_ok=True)
            self._make_room()
            known = files_of(self._config.folder)
            number = int(known[-1].name[:8]) + 1 if known else 1
            named = datetime.fromtimestamp(self._clock.utc_ns() / 1e9, UTC).strftime("%Y%m%dT%H%M%S")
            self._file = (self._config.folder / f"{number:08d}-{named}.raw.zst").open("xb")
            self._packer = zstandard.ZstdCompressor(level=LEVEL).compressobj()
        return self._file, self._packer

    def _end(self) -> None:
        if self._file is not None and self._packer is not None:
            self._file.write(self._packer.flush())
            self._file.close()
        self._file = self._packer = None

    def _make_room(self) -> None:
        """Let the oldest files go: those beyond the days, the bytes, or the room on the disk."""
        known = files_of(self._config.folder)
        spans = spans_s(known, self._clock.utc_ns() / 1e9)
        held, held_s = sum(path.stat().st_size for path in known), sum(spans.values())
        while known and (
            held_s >= self._config.days * DAY_S or held > self._config.bytes_max or self._disk_pct() > DISK_PCT_MAX
        ):
            oldest = known.pop(0)
            held -= oldest.stat().st_size
            held_s -= spans[oldest]
            oldest.unlink()
            self.dropped_files_count += 1

    def _disk_pct(self) -> float:
        return room.used_pct(self._config.folder) or 0.0


def read(path: Path) -> Iterator[RawLine]:
    """Yield the lines of a file up to its end, or up to where it is cut off or damaged."""
    rest, unpacker = b"", zstandard.ZstdDecompressor().decompressobj()
    with path.open("rb") as file:
        while piece := file.read(PIECE_BYTES):
            try:
                chunk = unpacker.decompress(piece)
            except zstandard.ZstdError:
                return
            *lines, rest = (rest + chunk).split(b"\n")
            yield from (found for found in map(_parsed, lines) if found is not None)
            if unpacker.eof:
                return


def _parsed(record: bytes) -> RawLine | None:
    parts = record.split(b" ", 3)
    if len(parts) != 4 or not parts[0].isdigit() or not parts[1].isdigit():  # noqa: PLR2004 - two times, input, line
        return None
    return RawLine(int(parts[0]) * NS_PER_US, int(parts[1]), parts[2].decode(errors="replace"), parts[3])
