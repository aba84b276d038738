"""Values entered by hand at run time, in a small file beside the journal: the safety process writes it, both processes read it.

A file, because both need it and neither may wait for the other. It has a checksum; a damaged one holds nothing, and says so.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Sequence
from pathlib import Path

from protocols.errors import ProtocolError
from protocols.link import cbor
from protocols.link.cbor import Plain
from shipside.storage.durable import put_in_place
from telemetry.manual import ManualValue


class ManualFile:
    """The values of one vessel; both processes have their own look at it."""

    def __init__(self, journal: Path) -> None:
        """Keep them beside `journal`."""
        self._path = journal.with_name("manual.cbor")
        self._seen: tuple[int, int] | None = None
        self.problem = ""
        """Why they could last not be read; empty where they could, or where there are none."""

    def news(self) -> tuple[ManualValue, ...] | None:
        """Return the values where the file is another than at the last call; None where it is not."""
        try:
            about = self._path.stat()
            seen = (about.st_mtime_ns, about.st_ino)
        except OSError:
            seen = (0, 0)
        if seen == self._seen:
            return None
        self._seen = seen
        return self._read()

    def write(self, values: Sequence[ManualValue]) -> None:
        """Keep `values` durably in the place of the former; raise OSError when that cannot be done."""
        rows: list[Plain] = [
            [each.channel, each.value, each.who, each.since_utc_ns, each.until_utc_ns] for each in values
        ]
        body = cbor.encode({"values": rows})
        self._path.parent.mkdir(parents=True, exist_ok=True)
        new = self._path.with_name(f"{self._path.name}.new")
        with new.open("wb") as file:
            file.write(zlib.crc32(body).to_bytes(4, "big") + body)
            file.flush()
            os.fsync(file.fileno())
        put_in_place(new, self._path)

    def _read(self) -> tuple[ManualValue, ...]:
        self.problem = ""
        try:
            held = self._path.read_bytes()
        except FileNotFoundError:
            return ()
        except OSError as error:
            self.problem = f"values entered by hand cannot be read: {error.strerror}"
            return ()
        is_whole = zlib.crc32(held[4:]) == int.from_bytes(held[:4], "big")
        try:
            rows = cbor.decode_map(held[4:]).get("values") if is_whole else None
            if isinstance(rows, list):
                return tuple(_value(row) for row in rows)
        except ProtocolError:
            pass
        self.problem = "values entered by hand are damaged; enter them again"
        return ()


def _value(row: Plain) -> ManualValue:
    match row:
        case [str(channel), bool() | int() | float() | str() as value, str(who), int(since), int(until)]:
            return ManualValue(channel, value, who, since, until)
        case _:
            raise ProtocolError("a row is no value")
