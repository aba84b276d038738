"""An AIS message as the rest of Farhelm sees it (ITU-R M.1371-5)."""

from __future__ import annotations

from typing import Final, NamedTuple

from protocols.ais.fields import AisValue
from protocols.ais.rest import Layout, read_rest

DECIMALS: Final = 7
"""Decimals of a degree shown: 1/10,000 min is 1.7e-6 deg."""
MMSI_MAX: Final = 999_999_999
MOTION_TYPES: Final = frozenset((1, 2, 3, 4, 9, 11, 18, 19, 21, 27))
"""Messages with the position of their sender; that of 17 is the place of a reference station."""


class AisReport(NamedTuple):
    """One decoded message; None means not available, or not in a message of this type.

    What every user of targets wants is here; the rest of what a message carries is read from its bits by `more`.
    """

    type: int
    """Message type 1..27."""
    mmsi: int
    """As sent; one above 999,999,999 is nobody's, and `faults` says so."""
    is_own_ship: bool
    """True for VDO: what our own transponder says of us."""
    latitude_deg: float | None = None
    longitude_deg: float | None = None
    sog_kn: float | None = None
    """102.2: as fast or faster. Of aircraft (type 9) 1022 means so, of type 27 62."""
    cog_deg: float | None = None
    heading_deg: float | None = None
    rot_deg_min: float | None = None
    nav_status: int | None = None
    name: str | None = None
    callsign: str | None = None
    ship_type: int | None = None
    length_m: float | None = None
    beam_m: float | None = None
    faults: tuple[str, ...] = ()
    """Fields that could not be taken, with the reason: `heading_deg out of range`, `cog_deg cut off`."""
    rest: tuple[Layout, int | bytes, int] | None = None
    """Where `more` reads from: the form of the message, its bits (as one integer, or as bytes), their number."""

    @property
    def is_of_somebody(self) -> bool:
        """Tell whether the sender's MMSI can be one."""
        return 0 < self.mmsi <= MMSI_MAX

    @property
    def is_of_target(self) -> bool:
        """Tell whether it says where its sender is, or what she is: acknowledgements and texts say neither."""
        static = (self.name, self.callsign, self.ship_type, self.length_m, self.beam_m)
        return self.type in MOTION_TYPES or any(value is not None for value in static)

    def more(self) -> dict[str, AisValue]:
        """Return what else the message carries and is available, by the names in `layouts`."""
        return {} if self.rest is None else read_rest(*self.rest)

    def plain(self) -> dict[str, float | int | str | bool]:
        """Return all that is available, by name; bytes as hexadecimal text."""
        found: dict[str, float | int | str | bool] = {}
        for name, value in (*((name, getattr(self, name)) for name in SHOWN), *self.more().items()):
            if isinstance(value, bytes):
                found[f"{name}_hex"] = value.hex()
            elif isinstance(value, float):
                found[name] = round(value, DECIMALS)
            elif value is not None:
                found[name] = value
        return found


SHOWN: Final = tuple(name for name in AisReport._fields if name not in ("faults", "rest"))
"""What a report tells by itself; all else is in `more`."""
