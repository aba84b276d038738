"""What the channels of an answer meant when they were measured, by the catalogues that the answer lists. Pure."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from farhelm.export.shore import Vessel


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the channels of a file meant."""

    names: tuple[str, ...]
    catalogues: Sequence[Vessel]
    """Those that the file's values were made with, latest first."""

    @property
    def channels(self) -> dict[str, dict[str, object]]:
        """Whole records by short id, of the latest catalogue that has the channel."""
        found = {name: [one.channels[name] for one in self.catalogues if name in one.channels] for name in self.names}
        return {name: records[0] for name, records in found.items() if records}

    def at(self, time_ms: float, told: Sequence[dict[str, object]], name: str) -> tuple[str, str]:
        """Return unit and catalogue hash of a value, several with a bar between them; the hash is empty where none is told."""
        hashes = [str(row["hash"]) for row in told if _covers(row, time_ms)]
        by_hash = {one.catalogue_hash: one.channels for one in self.catalogues}
        records = [by_hash[digest][name] for digest in hashes if name in by_hash.get(digest, {})]
        units = dict.fromkeys(str(record.get("unit", "")) for record in records or [self.channels.get(name, {})])
        return "|".join(units), "|".join(hashes)

    def units(self, told: Sequence[dict[str, object]], name: str) -> str:
        """Return the units of a channel by the catalogues of an answer, with bars between them; as described if none tells."""
        hashes = {str(row["hash"]) for row in told}
        records = [
            one.channels[name] for one in self.catalogues if one.catalogue_hash in hashes and name in one.channels
        ]
        return "|".join(
            dict.fromkeys(str(record.get("unit", "")) for record in records or [self.channels.get(name, {})])
        )

    def identified(self, digest: str, name: str) -> str:
        """Return the local id of a channel by a catalogue, else by the latest that has it; its short id where none has one."""
        by_hash = {one.catalogue_hash: one.channels for one in self.catalogues}
        record = by_hash.get(digest, {}).get(name) or self.channels.get(name, {})
        return str(record.get("local_id") or name)


def _covers(row: dict[str, object], time_ms: float) -> bool:
    return int(str(row["first_utc_ms"])) <= time_ms <= int(str(row["last_utc_ms"])) + 1


def catalogues_of(schema: Any) -> list[dict[str, object]]:
    """Return the catalogues that an answer lists (hash, first_utc_ms, last_utc_ms), latest first."""
    metadata: dict[bytes, bytes] = schema.metadata or {}
    return cast("list[dict[str, object]]", json.loads(metadata.get(b"farhelm.catalogues", b"[]")))
