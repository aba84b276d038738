"""The vessel itself: what she is, her channels, her rules of command, her keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from control.limits import ConfigError, ControlConfig
from protocols.errors import MalformedError
from protocols.link import topics
from shipside.config.reader import Reader
from telemetry.catalogue import Catalogue, standard_catalogue


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
    imo = int(reader.number(table, "imo", "vessel", 1_000_000, 9_999_999)) if "imo" in table else None
    return VesselConfig(
        identity, reader.text(table, "name", "vessel"), reader.text(table, "ship_type", "vessel", "vessel"),
        int(reader.number(table, "mmsi", "vessel", 0, 999_999_999, 0)), imo,
        reader.number(table, "length_m", "vessel", 0.1, 500.0), reader.number(table, "beam_m", "vessel", 0.1, 100.0),
    )  # fmt: skip


def read_control(reader: Reader, vessel: str) -> ControlConfig | None:
    """Return the rules of command; None where the vessel is only watched."""
    if "control" not in reader.source:
        return None
    try:
        return ControlConfig.from_mapping(vessel, reader.table("control"))
    except ConfigError as error:
        reader.faults += error.faults
        return None


def read_catalogue(reader: Reader) -> Catalogue:
    """Return the channels that the vessel has."""
    wanted = reader.table("channels").get("only")
    try:
        return standard_catalogue(cast("list[str]", wanted) if isinstance(wanted, list) else None)
    except KeyError as error:
        reader.faults.append(f"channels.only names unknown channels: {error.args[0]}")
        return standard_catalogue()


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


def read_autopilot(reader: Reader, safety: Mapping[str, object]) -> AutopilotConfig | None:
    """Return where the autopilot is; None where none is named."""
    if "autopilot_port" not in safety:
        return None
    port = int(reader.number(safety, "autopilot_port", "safety", 1, 65535))
    return AutopilotConfig(reader.text(safety, "autopilot_host", "safety", "127.0.0.1"), port)
