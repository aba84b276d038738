"""Values entered by hand: what no instrument aboard can tell, with who said so and until when it holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from protocols.reading import Quality, Reading
from shipside.config.reader import Reader
from telemetry.catalogue import Catalogue
from telemetry.manual import ManualValue
from telemetry.quality import judged

MANUAL_NAMES: Final = ("channel", "value", "who", "since", "until")


def read_manual(reader: Reader, catalogue: Catalogue) -> tuple[ManualValue, ...]:
    """Return the [[manual]] tables; each names a channel of the catalogue and a value that can be true of it."""
    found: list[ManualValue] = []
    for number, row in enumerate(reader.rows("manual")):
        where = f"manual[{number}]"
        name, who = reader.text(row, "channel", where), reader.text(row, "who", where)
        since, until = _utc_ns(reader, row, "since", where), _utc_ns(reader, row, "until", where)
        value = row.get("value")
        channel = catalogue.by_id.get(name)
        if channel is None:
            reader.faults.append(f"{where}.channel is {name!r}, which the catalogue does not have")
        elif not isinstance(value, bool | int | float | str):
            reader.faults.append(f"{where}.value is no number, text or truth value")
        elif judged(Reading(name, value, channel.unit, Quality.MANUAL), channel).quality is not Quality.MANUAL:
            reader.faults.append(f"{where}.value is {value!r}, which {name} cannot be")
        elif since >= until:
            reader.faults.append(f"{where}.until is not after since")
        else:
            found.append(ManualValue(name, value, who[:32], since, until))
    return tuple(found)


def _utc_ns(reader: Reader, row: Mapping[str, object], name: str, where: str) -> int:
    """Return a date and time with its offset as UTC nanoseconds."""
    value = row.get(name)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return int(value.timestamp()) * 1_000_000_000
    reader.faults.append(f"{where}.{name} is no date and time with an offset, e.g. 2026-11-26T08:00:00Z")
    return 0
