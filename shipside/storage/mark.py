"""What a database has used and written, beside it: so that what its damaged file, or a lost end of it, took is missed.

For a spool: epoch and highest sequence, so that none is given twice, and how many losses were ever noted.
"""

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
    """A small file: epoch, highest sequence used, losses noted, checksum; twice."""

    def __init__(self, path: Path | None) -> None:
        """Keep the mark at `path`; None: nowhere, for a spool in memory."""
        self._path, self._file, self._turn = path, -1, 0
        self.epoch, self.used, self.noted = max(self._read())
        """Epoch, highest sequence in use, and losses noted; 0 where there is none."""

    def use(self, epoch: int, seq: int) -> None:
        """Note `seq` as used, as far as the disk takes it: it is needed only when the spool itself cannot be read."""
        if self._path is None:
            return
        self.epoch, self.used, self._turn = epoch, seq, 1 - self._turn
        text = f"{epoch} {seq} {self.noted}".encode()
        with contextlib.suppress(OSError):
            if self._file < 0:
                self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT, 0o600)
            os.pwrite(self._file, b"%s %08x\n" % (text, zlib.crc32(text)), self._turn * SLOT_BYTES)
            if seq % SYNC_EVERY == 0:
                os.fsync(self._file)

    def note(self, epoch: int, noted: int) -> None:
        """Note how many losses were ever entered, once they are."""
        self.noted = noted
        self.use(epoch, self.used)

    def begin_anew(self) -> None:
        """Forget what was used: it was of an epoch that is over."""
        self.close()
        if self._path is not None:
            self._path.unlink(missing_ok=True)
        self.epoch = self.used = self.noted = 0

    def close(self) -> None:
        """Close the file."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def __del__(self) -> None:
        """Close the file of a mark that was let go with a spool or journal that could not be opened to its end."""
        self.close()

    def _read(self) -> list[tuple[int, int, int]]:
        found = [(0, 0, 0)]
        with contextlib.suppress(OSError):
            held = self._path.read_bytes() if self._path else b""
            for place in (held[:SLOT_BYTES], held[SLOT_BYTES:]):
                text, _, crc = place.partition(b"\n")[0].rpartition(b" ")
                if b"%08x" % zlib.crc32(text) == crc:
                    epoch, used, noted = (*text.split(b" "), b"0")[:3]  # a former version knew of two
                    found.append((int(epoch), int(used), int(noted)))
        return found
