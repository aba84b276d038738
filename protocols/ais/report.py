"""An AIS message as the rest of Farhelm sees it; pyais stays behind `decoder.py` (ITU-R M.1371)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AisReport:
    """One decoded message; None means not available, or not in a message of this type."""

    type: int
    """Message type 1..27."""
    mmsi: int
    is_own_ship: bool
    """True for VDO: what our own transponder says of us."""
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    sog_kn: float | None = None
    cog_deg: float | None = None
    heading_deg: float | None = None
    rot_deg_min: float | None = None
    nav_status: int | None = None
    name: str | None = None
    callsign: str | None = None
    ship_type: int | None = None
    length_m: float | None = None
    beam_m: float | None = None

    def plain(self) -> dict[str, float | int | str | bool]:
        """Return what is available, by name."""
        return {name: value for name in AisReport.__slots__ if (value := getattr(self, name)) is not None}
