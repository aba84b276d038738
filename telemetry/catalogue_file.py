"""A vessel's catalogue from its TOML file: standard channels selected, changed, and her own added; all faults together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final, cast

from telemetry.catalogue import CHANNELS_MAX, Catalogue
from telemetry.catalogue_check import faults as faults_of
from telemetry.channel import NO_LIMITS, AlarmLimits, Channel
from telemetry.derived import DERIVED_CHANNELS
from telemetry.standard_channels import STANDARD_CHANNELS

KNOWN: Final = {channel.short_id: channel for channel in STANDARD_CHANNELS + DERIVED_CHANNELS}
"""Channels that a file may name without saying more."""
TYPES: Final[dict[str, type]] = {
    "name": str, "unit": str, "kind": str, "low": float, "high": float, "cycle_s": float, "max_age_s": float,
    "resolution": float, "accuracy": float, "local_id": str, "signalk_path": str, "circular": bool, "frozen_s": float,
}  # fmt: skip
"""{name in [[channel]]: what it is}; `id`, `limits` and `sources` beside them."""
NEEDED: Final = ("name", "kind", "cycle_s", "max_age_s", "local_id", "signalk_path")
"""What a channel that is not known must say; a number needs unit, low, high and resolution as well."""
LIMITS: Final = ("low_low", "low", "high", "high_high", "hysteresis", "on_s", "off_s")
KINDS: Final = ("number", "boolean", "text")
BLANK: Final = Channel("", "", "", "number", None, None, 1.0, 3.0, 1.0, "", "")
SOURCES_MAX: Final = 8
NAME_MAX: Final = 100
"""Longest name of a channel; the console shows 60 characters."""


class CatalogueError(ValueError):
    """A catalogue file that cannot be used."""

    def __init__(self, faults: list[str]) -> None:
        """Carry every fault, each with its place."""
        super().__init__("; ".join(faults))
        self.faults = faults


def catalogue_of(source: Mapping[str, object]) -> Catalogue:
    """Return the catalogue in a parsed file; raise CatalogueError with every fault."""
    faults = [
        f"{name} is not known; known are standard and channel" for name in sorted(set(source) - {"standard", "channel"})
    ]
    channels = {name: KNOWN[name] for name in _selected(source.get("standard", "all"), faults)}
    rows = source.get("channel", [])
    if not isinstance(rows, list) or len(cast("list[object]", rows)) > CHANNELS_MAX:
        faults.append(f"channel is not a list of at most {CHANNELS_MAX} tables")
        rows = []
    seen: set[str] = set()
    for number, row in enumerate(cast("list[object]", rows)):
        where = f"channel[{number}]"
        if not isinstance(row, Mapping):
            faults.append(f"{where} is no table")
            continue
        table = cast("Mapping[str, object]", row)
        short_id = table.get("id")
        if not isinstance(short_id, str):
            faults.append(f"{where}.id is missing")
        elif short_id in seen:
            faults.append(f"{where}.id {short_id} stands twice in this file")
        else:
            seen.add(short_id)
            channels[short_id] = _channel(short_id, table, f"{where} {short_id}", faults)
    faults += faults_of(tuple(channels.values()))
    if not channels:
        faults.append("there is no channel left")
    if faults:
        raise CatalogueError(faults)
    return Catalogue(tuple(channels.values()))


def _selected(wanted: object, faults: list[str]) -> list[str]:
    """Return the standard channels that `standard` names: `all` of those that instruments give, or a list of ids."""
    if wanted == "all":
        return [channel.short_id for channel in STANDARD_CHANNELS]
    if not isinstance(wanted, list):
        faults.append('standard is neither "all" nor a list of ids')
        return []
    names = cast("list[object]", wanted)
    faults += [
        f"standard names {name!r}, which is none of the standard or derived channels"
        for name in names
        if name not in KNOWN
    ]
    return [name for name in KNOWN if name in names]


def _channel(short_id: str, row: Mapping[str, object], where: str, faults: list[str]) -> Channel:
    """Return the channel of one table: a known one with what the table changes, or a new one."""
    strange = sorted(set(row) - {"id", "limits", "sources", *TYPES})
    faults += [f"{where}.{name} is not known; known are id, {', '.join(TYPES)}, limits, sources" for name in strange]
    known = KNOWN.get(short_id)
    if known is None:
        number = ("unit", "low", "high", "resolution") if row.get("kind") == "number" else ()
        faults += [
            f"{where}.{name} is missing: {short_id} is no standard channel"
            for name in (*NEEDED, *number)
            if name not in row
        ]
    said: dict[str, Any] = {
        name: _value(row[name], TYPES[name], f"{where}.{name}", faults) for name in TYPES if name in row
    }
    if said.get("kind", "number") not in KINDS:
        faults.append(f"{where}.kind is none of {', '.join(KINDS)}")
        said.pop("kind")
    changed = replace(
        known or BLANK, short_id=short_id, **{name: value for name, value in said.items() if value is not None}
    )
    limits = _limits(row["limits"], f"{where}.limits", faults) if "limits" in row else changed.limits
    sources = _sources(row["sources"], f"{where}.sources", faults) if "sources" in row else changed.sources
    return replace(changed, limits=limits, sources=sources)


def _value(value: object, kind: type, where: str, faults: list[str]) -> str | float | bool | None:
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if (
        kind is not float
        and isinstance(value, kind)
        and isinstance(value, str | bool)
        and len(str(value)) <= 2 * NAME_MAX
    ):
        return value
    faults.append(f"{where} is {value!r}, which is no {({str: 'text', float: 'number', bool: 'true or false'})[kind]}")
    return None


def _limits(value: object, where: str, faults: list[str]) -> AlarmLimits:
    if not isinstance(value, Mapping):
        faults.append(f"{where} is no table")
        return NO_LIMITS
    row = cast("Mapping[str, object]", value)
    faults += [f"{where}.{name} is not known; known are {', '.join(LIMITS)}" for name in sorted(set(row) - set(LIMITS))]
    found: dict[str, Any] = {
        name: _value(row[name], float, f"{where}.{name}", faults) for name in LIMITS if name in row
    }
    return replace(NO_LIMITS, **{name: value for name, value in found.items() if value is not None})


def _sources(value: object, where: str, faults: list[str]) -> tuple[str, ...]:
    names = cast("list[object]", value) if isinstance(value, list) else []
    found = tuple(name for name in names if isinstance(name, str) and name)
    if not 0 < len(found) <= SOURCES_MAX or len(found) != len(names):
        faults.append(f"{where} is not a list of 1 to {SOURCES_MAX} source names, best first")
    return found
