"""The vessel itself: what she is, her channels, her rules of command, her keys."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from control.limits import ConfigError, ControlConfig
from protocols.errors import MalformedError
from protocols.link import aros, topics
from protocols.nmea0183.ranges import RANGES
from shipside.config.reader import Reader
from telemetry.catalogue import Catalogue, standard_catalogue
from telemetry.catalogue_file import CatalogueError, catalogue_of


@dataclass(frozen=True, slots=True)
class VesselConfig:
    """What the vessel is."""

    id: str
    name: str
    ship_type: str
    mmsi: int
    imo: int | None
    length_m: float
    beam_m: float
    ship_time_offset_h: float | None = None
    """Hours that the clocks aboard are ahead of UTC, -12..14; None: the vessel keeps no ship's time that is told."""
    functions: tuple[aros.Claim, ...] = ()
    """How her functions are controlled and from where, in the words of AROS: the owner's claim; empty: none is made."""


@dataclass(frozen=True, slots=True)
class AutopilotConfig:
    """Where HTC goes and HTD comes from."""

    host: str
    port: int


def read_vessel(reader: Reader) -> VesselConfig:
    """Return what [vessel] says."""
    table = reader.table("vessel")
    identity = reader.text(table, "id", "vessel")
    try:
        topics.topic(identity, topics.BIRTH)
    except MalformedError as error:
        reader.faults.append(f"vessel.id: {error}")
    offset = None
    if "ship_time_offset_h" in table:
        offset = reader.number(table, "ship_time_offset_h", "vessel", -12.0, 14.0)
    functions, faults = aros.claims_of(table.get("functions", []), "vessel.functions")
    reader.faults += faults
    imo = int(reader.number(table, "imo", "vessel", 1_000_000, 9_999_999)) if "imo" in table else None
    return VesselConfig(
        identity, reader.text(table, "name", "vessel"), reader.text(table, "ship_type", "vessel", "vessel"),
        int(reader.number(table, "mmsi", "vessel", 0, 999_999_999, 0)), imo,
        reader.number(table, "length_m", "vessel", 0.1, 500.0), reader.number(table, "beam_m", "vessel", 0.1, 100.0), offset,
        functions,
    )  # fmt: skip


def read_control(reader: Reader, vessel: str) -> ControlConfig | None:
    """Return the rules of command; None where the vessel is only watched."""
    if "control" not in reader.source:
        return None
    try:
        control = ControlConfig.from_mapping(vessel, reader.table("control"))
    except ConfigError as error:
        reader.faults += error.faults
        return None
    return _with_chart(reader, control) if "chart" in reader.source else control


def _with_chart(reader: Reader, control: ControlConfig) -> ControlConfig:
    """Return the rules with the chart of `[chart] file`, made by `farhelm chart import`, for the vessel's own draught."""
    from control.depths import ChartError, chart_of  # noqa: PLC0415 - only where a chart is carried

    limits, path = control.grounding, reader.path(reader.table("chart"), "file", "chart")
    if limits is None:
        reader.faults.append("[control.grounding] is missing: with [chart] draught and clearance must be known")
        return control
    try:
        return replace(control, chart=chart_of(path.read_bytes(), limits.draught_m + limits.ukc_m_min))
    except (OSError, ChartError) as error:
        reader.faults.append(f"chart.file {path.name}: {error}")
        return control


def read_catalogue(reader: Reader) -> Catalogue:
    """Return the channels that the vessel has: the standard ones, some of them, or what her catalogue's file says."""
    table = reader.table("channels")
    if "file" in table:
        if "only" in table:
            reader.faults.append(
                "channels.only and channels.file exclude each other: the file selects by its own `standard`"
            )
        return _catalogue_file(reader, reader.path(table, "file", "channels"))
    wanted = table.get("only")
    try:
        return standard_catalogue(cast("list[str]", wanted) if isinstance(wanted, list) else None)
    except KeyError as error:
        reader.faults.append(f"channels.only names unknown channels: {error.args[0]}")
        return standard_catalogue()


def _catalogue_file(reader: Reader, path: Path) -> Catalogue:
    try:
        catalogue = catalogue_of(reader.toml(path))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        reader.faults.append(f"channels.file ({path.name}): {error}")
        return standard_catalogue()
    except CatalogueError as error:
        reader.faults += [f"channels.file ({path.name}): {fault}" for fault in error.faults]
        return standard_catalogue()
    reader.faults += [
        f"channels.file ({path.name}): {name} is in {catalogue[name].unit or 'no unit'}, but instruments tell it in {unit}"
        for name, (unit, _, _) in RANGES.items()
        if name in catalogue and catalogue[name].unit != unit
    ]
    return catalogue


def read_master_key(reader: Reader, keys: Mapping[str, object]) -> bytes:
    """Return the Master's public key, 32 bytes."""
    text = reader.text(keys, "master_public_key", "keys")
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if text and len(key) != 32:  # noqa: PLR2004 - Ed25519
        reader.faults.append("keys.master_public_key is not 64 hexadecimal digits")
    return key


def read_alert_line(reader: Reader, safety: Mapping[str, object]) -> AutopilotConfig | None:
    """Return where the bridge's alert management is (ALF out, ACN in); None where none is named."""
    if "alerts_port" not in safety:
        return None
    port = int(reader.number(safety, "alerts_port", "safety", 1, 65535))
    return AutopilotConfig(reader.text(safety, "alerts_host", "safety", "127.0.0.1"), port)


def read_autopilot(reader: Reader, safety: Mapping[str, object]) -> AutopilotConfig | None:
    """Return where the autopilot is; None where none is named."""
    if "autopilot_port" not in safety:
        return None
    port = int(reader.number(safety, "autopilot_port", "safety", 1, 65535))
    return AutopilotConfig(reader.text(safety, "autopilot_host", "safety", "127.0.0.1"), port)
