"""What the journal could not take, kept elsewhere until it can: a failing disk must not make a restart forget a revocation.

The newest of each standing record (AUT-07, CMD-13) is written beside the journal, beside the spool and in the machine's folder
for temporary files: the first may fail with the journal's disk, the last is memory on most machines and outlives a process but
no power cut. Each file has a checksum. Whatever is found in any of them at a start is believed, for it only ever takes away, or
carries a number of which the highest counts.
"""

from __future__ import annotations

import contextlib
import os
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from protocols.errors import ProtocolError
from protocols.link import cbor
from protocols.link.cbor import Plain

RECORDS_MAX: Final = 16
"""Standing records there are: fencing, grant, phase, time, alerts, route, stop; the rest is room for new ones."""
BYTES_MAX: Final = 1_000_000
"""A file larger than that is none of ours."""


class Unkept:
    """Standing records that are on no journal yet."""

    def __init__(self, folders: Sequence[Path], journal: Path) -> None:
        """Keep them in `folders`, under a name of `journal`'s path; what a former boot left there is in `found`."""
        name = f"farhelm-{zlib.crc32(str(journal.absolute()).encode()):08x}.unkept"
        self._paths = [folder / name for folder in dict.fromkeys(folders)]
        self.waiting: dict[str, bytes] = {}
        """{name: record}: what the journal has not taken."""
        self.is_kept = True
        """Whether at least one place has taken all of it."""
        for path in self._paths:
            self.waiting |= _read(path)
        self.found = tuple(self.waiting.values())
        """What a former boot could not bring into its journal."""

    def keep(self, name: str, record: bytes) -> None:
        """Keep a record that the journal did not take; `is_kept` tells whether any place has it."""
        if name in self.waiting or len(self.waiting) < RECORDS_MAX:
            self.waiting[name] = record
        self._write()

    def kept(self, name: str) -> None:
        """Let go of a record: the journal has it, or a newer one of its name."""
        if self.waiting.pop(name, None) is not None:
            self._write()

    def _write(self) -> None:
        rows: list[Plain] = [[name, record] for name, record in self.waiting.items()]
        body = cbor.encode({"records": rows})
        content = zlib.crc32(body).to_bytes(4, "big") + body
        done = [_put(path, content if self.waiting else b"") for path in self._paths]
        self.is_kept = any(done) or not self.waiting


def places(journal: Path, spool: Path) -> list[Path]:
    """Return the folders in which a vessel's agent keeps what its journal does not take."""
    return [journal.parent, spool.parent, Path(os.environ.get("TMPDIR", "/tmp"))]  # noqa: S108 - the name is ours alone, see _put; tempfile would load shutil


def _put(path: Path, content: bytes) -> bool:
    """Write a file durably, or remove it where there is nothing to keep; False when that cannot be done."""
    try:
        if not content:
            path.unlink(missing_ok=True)
            return True
        new = path.with_suffix(".new")
        with contextlib.suppress(FileNotFoundError):
            new.unlink()
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    except OSError:
        return False
    return True


def _read(path: Path) -> dict[str, bytes]:
    """Return what a file holds; nothing where there is none, it is not ours, or it is damaged."""
    try:
        if path.stat().st_uid != os.getuid() or path.stat().st_size > BYTES_MAX:
            return {}
        held = path.read_bytes()
        is_whole = zlib.crc32(held[4:]) == int.from_bytes(held[:4], "big")
        rows = cbor.decode_map(held[4:]).get("records") if is_whole else None
    except (OSError, ProtocolError):
        return {}
    found: dict[str, bytes] = {}
    for row in rows if isinstance(rows, list) else []:
        match row:
            case [str(name), bytes(record)]:
                found[name] = record
            case _:
                continue
    return found
