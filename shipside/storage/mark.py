"""Which sequences a spool has used, beside the spool: so that none is given twice when its file is damaged or gone."""

from __future__ import annotations

import contextlib
import os
import zlib
from pathlib import Path
from typing import Final

SLOT_BYTES: Final = 4096
"""Two places are written in turn, in one page each: a torn write leaves the other, and a full disk has room for both."""
SYNC_EVERY: Final = 256
"""Uses between two syncs. A power cut may take the mark back by as many, which matters only where it took the spool too."""


class Mark:
    """A small file: epoch, highest sequence used, checksum; twice."""

    def __init__(self, path: Path | None) -> None:
        """Keep the mark at `path`; None: nowhere, for a spool in memory."""
        self._path, self._file, self._turn = path, -1, 0
        self.epoch, self.used = max(self._read())
        """Epoch and highest sequence in use; 0, 0 where there is none."""

    def use(self, epoch: int, seq: int) -> None:
        """Note `seq` as used, as far as the disk takes it: it is needed only when the spool itself cannot be read."""
        if self._path is None:
            return
        text = f"{epoch} {seq}".encode()
        self.epoch, self.used, self._turn = epoch, seq, 1 - self._turn
        with contextlib.suppress(OSError):
            if self._file < 0:
                self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
            os.pwrite(self._file, b"%s %08x\n" % (text, zlib.crc32(text)), self._turn * SLOT_BYTES)
            if seq % SYNC_EVERY == 0:
                os.fsync(self._file)

    def close(self) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _read(self) -> list[tuple[int, int]]:
        found = [(0, 0)]
        with contextlib.suppress(OSError):
            held = self._path.read_bytes() if self._path else b""
            for place in (held[:SLOT_BYTES], held[SLOT_BYTES:]):
                text, _, crc = place.partition(b"\n")[0].rpartition(b" ")
                if b"%08x" % zlib.crc32(text) == crc:
                    epoch, used = text.split(b" ")
                    found.append((int(epoch), int(used)))
        return found
