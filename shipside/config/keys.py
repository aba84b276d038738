"""The names that may stand in each table of an agent's configuration; one that is misspelt is a fault, never passed over.

`[control]` is judged by `control.limits`, which knows its own.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Final, cast

from shipside.config.manual import MANUAL_NAMES
from shipside.config.modbus import NAMES as MODBUS_NAMES
from telemetry.catalogue import standard_catalogue

KEYS: Final[dict[str, tuple[str, ...]]] = {
    "vessel": ("id", "name", "ship_type", "mmsi", "imo", "length_m", "beam_m", "ship_time_offset_h", "functions"),
    "broker": ("url", "stop_url", "name", "second_url", "second_stop_url", "second_name", "second_bearer"),
    "input": (
        "name", "kind", "host", "port", "group", "interface", "path", "baud", "speed", "loop", "live", "talkers", "formatters",
        "protocol",
    ),
    "modbus": MODBUS_NAMES,
    "sources": ("hold_off_s", "*"),
    "channels": ("only", "file"),
    "agreement": ("position_m", "heading_deg", "speed_kn", "on_s", "off_s"),
    "plausibility": (
        "jump_m", "drag_mps", "drag_s", "current_mps_max", "growth_mps", "frozen_s", "frozen_m", "clock_s", "back_s",
    ),
    "targets": ("speed_kn_max", "range_nm_max", "turn_deg_min_max"),
    "manual": MANUAL_NAMES,
    "link": ("bearer", "bytes_s", "coarse", "budget_mb", "cost_mb", "budget_cost"),
    "metrics": ("collector_port", "safety_port"),
    "spool": ("path", "mb_max"),
    "raw": ("path", "days", "mb_max"),
    "safety": ("journal", "panel_port", "plc", "autopilot_host", "autopilot_port", "alerts_host",
               "alerts_port"),
    "keys": ("master_public_key", "vessel_key", "roster", "grant"),
    "control": (),
    "chart": ("file",),
}  # fmt: skip
"""{table: names}; `[sources]` knows the standard channels beside its own."""


def unknown_names(source: Mapping[str, object], channels: Container[str] = ()) -> list[str]:
    """Return a fault for each table that is not known, and for each name in a table that the table does not know.

    `channels`: the vessel's own, which `[sources]` may name beside the standard ones.
    """
    faults = [f"[{name}] is not known" for name in sorted(set(source) - set(KEYS))]
    for table in [name for name in KEYS if name in source and name != "control"]:
        for where, names in _tables(table, source[table]):
            faults += [
                f"{where}.{name} is not known; {_known(table)}"
                for name in names
                if not _is_known(table, name, channels)
            ]
    return faults


def _tables(name: str, value: object) -> list[tuple[str, list[str]]]:
    """Return each table under `name`: where it stands, and the names in it. What is no table is judged elsewhere."""
    if isinstance(value, Mapping):
        return [(name, list(cast("Mapping[str, object]", value)))]
    rows = cast("list[object]", value) if isinstance(value, list) else []
    return [
        (f"{name}[{number}]", list(cast("Mapping[str, object]", row)))
        for number, row in enumerate(rows)
        if isinstance(row, Mapping)
    ]


def _is_known(table: str, name: str, channels: Container[str]) -> bool:
    return name in KEYS[table] or (table == "sources" and (name in standard_catalogue().by_id or name in channels))


def _known(table: str) -> str:
    channels = ["the ids of the standard channels"] if table == "sources" else []
    return f"known are {', '.join([*KEYS[table], *channels])}"
