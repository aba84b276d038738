"""The lines of a recording on disk, for whoever decodes, replays or plays one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from protocols.nmea0183.framing import LINE_BYTES_MAX

READ_BYTES_MAX: Final = 64 * LINE_BYTES_MAX
"""A line that never ends is read in pieces of this, so that a file of noise does not fill the memory."""


def lines_of(path: Path) -> Iterator[bytes]:
    """Yield the lines of a recording, plain or `.gz`, as they stand; raise OSError or EOFError where it cannot be read."""
    import gzip  # noqa: PLC0415 - the ship at sea plays no recordings

    with gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as file:
        while line := file.readline(READ_BYTES_MAX):
            yield line
