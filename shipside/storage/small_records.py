"""Small records by name in an open database, each with the CRC of both: what must outlive a restart and is no batch.

A damaged record is none: whoever asks begins anew, and `damaged` tells which.
"""

from __future__ import annotations

import zlib
from typing import Final

import apsw

from protocols.errors import ProtocolError
from protocols.link import cbor
from protocols.link.cbor import Plain
from shipside.sending.budget import Row
from shipside.storage.durable import rows_of

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS small (name TEXT PRIMARY KEY, crc INTEGER NOT NULL, record BLOB NOT NULL) WITHOUT ROWID;
"""
METER: Final = "meter"
"""Bytes sent, by month, bearer and class."""
STANDING: Final = "standing"
"""Alerts that were active when they were last told."""
_FORMER: Final = (
    (METER, "rows", "SELECT month, bearer, class, bytes FROM meter"),
    (STANDING, "ids", "SELECT alert_id FROM standing ORDER BY alert_id"),
)
"""(table of a former version and name of its record, what it holds, how it is read): they had no CRC."""


class SmallRecords:
    """The table of small records; what it cannot do it raises as apsw.Error."""

    def __init__(self, database: apsw.Connection) -> None:
        """Keep records in `database`; what a former version kept in tables of their own is taken over."""
        self._db = database
        self.damaged = set[str]()
        """Names of records that were found damaged."""
        database.execute(SCHEMA)
        known = {row[0] for row in rows_of(database, "SELECT name FROM sqlite_schema WHERE type = 'table'")}
        for name, field, query in _FORMER:
            if name in known:
                with database:
                    rows: list[Plain] = [_plain(row) for row in rows_of(database, query)]
                    self.put(name, {field: rows})
                    database.execute(f"DROP TABLE {name}")

    def get(self, name: str) -> dict[str, Plain]:
        """Return the record of that name; an empty one where there is none, or a damaged one."""
        row = self._db.execute("SELECT crc, CAST(record AS BLOB) FROM small WHERE name = ?", (name,)).fetchone()
        if row is None:
            return {}
        record = row[1]
        if isinstance(record, bytes) and named_crc(name, record) == row[0]:
            try:
                return cbor.decode_map(record)
            except ProtocolError:
                pass
        self.damaged.add(name)
        return {}

    def put(self, name: str, record: dict[str, Plain]) -> None:
        """Keep a record in the place of the former one of its name."""
        encoded = cbor.encode(record)
        row = (name, named_crc(name, encoded), encoded)
        self._db.execute("INSERT OR REPLACE INTO small VALUES (?, ?, ?)", row)

    def metered(self) -> list[Row]:
        """Return the counts of bytes sent."""
        rows = self.get(METER).get("rows")
        found: list[Row] = []
        for row in rows if isinstance(rows, list) else []:
            match row:
                case [str(month), str(bearer), str(what), int(count)]:
                    found.append((month, bearer, what, count))
                case _:
                    continue
        return found

    def standing(self) -> list[str]:
        """Return the ids of the alerts that were active, sorted."""
        ids = self.get(STANDING).get("ids")
        return sorted(str(each) for each in ids) if isinstance(ids, list) else []


def named_crc(name: str, record: bytes) -> int:
    """Return the CRC of a record and its name, so that a record under another's name is damaged."""
    return zlib.crc32(record, zlib.crc32(name.encode()))


def _plain(row: tuple[object, ...]) -> Plain:
    """Return a row of a former table: a list, or its only value."""
    values: list[Plain] = [value if isinstance(value, int | str) else str(value) for value in row]
    return values[0] if len(values) == 1 else values
