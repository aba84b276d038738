"""Keys, roster, grants and limits of the schedules' ship: those of the commented example, keys that guard nothing."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import control
from control.limits import ControlConfig
from protocols.link import signing
from protocols.link.roster import Grant, Roster, RosterEntry
from protocols.link.signing import Domain

VESSEL: Final = "petrel"
UTC_NS: Final = 1_795_478_400_000_000_000
"""2026-11-24 00:00:00 UTC, at true time 0."""
NS_PER_S: Final = 1_000_000_000
YEAR_NS: Final = 365 * 24 * 3600 * NS_PER_S
PEOPLE: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "ann": ("operator", ("observe", "setpoint", "direct", "stop")),
    "bob": ("operator", ("observe", "setpoint")),
    "sue": ("supervisor", ("observe", "setpoint", "direct", "stop", "supervise")),
    "vic": ("viewer", ("observe",)),
}
KEEP: Final = {"radius_m": 20.0, "radius_m_max": 60.0, "approach_pct": 15.0, "approach_pct_max": 45.0}
"""Narrow for her length: the current must bring her out of it within a schedule."""
EXAMPLE: Final = Path(control.__file__).with_name("example.toml")


@cache
def key_of(name: str) -> Ed25519PrivateKey:
    """Return the key of a person; the same in every schedule."""
    return Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32, b"."))


@cache
def limits(*, keeps_station: bool = False) -> ControlConfig:
    """Return the limits of the commented example; those of a hull that keeps a station, by order and as her hold."""
    table = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))["control"]
    if keeps_station:
        table["hull"]["keeps_station"] = True
        table["phases"]["coastal"] |= {"keep": KEEP, "hold": "station_keep"}
    return ControlConfig.from_mapping(VESSEL, table)


@cache
def signed_roster(version: int = 1, people: tuple[str, ...] = tuple(PEOPLE), by: str = "master") -> bytes:
    """Return the roster of `people`, signed by the Master unless somebody else tries."""
    entries = tuple(
        RosterEntry(name, PEOPLE[name][0], "Busan", "", signing.public_bytes(key_of(name)), PEOPLE[name][1],
                    UTC_NS - YEAR_NS, UTC_NS + YEAR_NS)
        for name in people
    )  # fmt: skip
    return signing.sign(Domain.ROSTER, Roster(VESSEL, version, entries).to_bytes(), key_of(by))


@cache
def signed_grant(version: int = 1, by: str = "master") -> bytes:
    """Return a remote-access grant, signed by the Master unless somebody else tries."""
    made = Grant(VESSEL, f"g{version}", "kim", ("Busan",), ("conn",), ("setpoint", "direct"), UTC_NS - YEAR_NS,
                 UTC_NS + YEAR_NS, version)  # fmt: skip
    return signing.sign(Domain.GRANT, made.to_bytes(), key_of(by))
