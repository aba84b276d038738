"""Other ships, as a console is told of them."""

from __future__ import annotations

from typing import Literal, TypedDict


class TargetJson(TypedDict):
    """One other ship, heard by AIS or tracked by a radar."""

    mmsi: int
    """Of a radar's target a number of our own with ten digits."""
    utc_ms: int
    latitude_deg: float
    longitude_deg: float
    sog_kn: float | None
    cog_deg: float | None
    heading_deg: float | None
    name: str | None
    ship_type: int | None
    length_m: float | None
    beam_m: float | None
    doubt: str | None
    """Why what it says cannot be true: speed, two-places, range, own-number, turn-rate."""
    track: str | None
    """Input and number of a radar's target, e.g. `radar:07`; null for AIS."""


class TargetsMessage(TypedDict):
    """AIS targets heard by a vessel in the last ten minutes; those that changed since the last message."""

    type: Literal["targets"]
    vessel: str
    targets: list[TargetJson]
