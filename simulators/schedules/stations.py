"""The checker of stations: an order to keep one moves her again and again, until something else does, and no longer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from control.keeping import STILL_SHARE
from control.messages import Actuate
from simulators.schedules.events import Agenda
from simulators.schedules.ship import LightShip

KIND: Final = "conn.station_keep"
DEGREE_M: Final = 111_000.0
"""Of latitude, within half a per cent here."""
SPARE_M: Final = 1.0
BOTH: Final = ("steering", "propulsion")
CHANNELS: Final[dict[str, tuple[str, ...]]] = {
    "heading": ("steering",), "rudder": ("steering",), "propulsion": ("propulsion",), "controlled_stop": ("propulsion",),
}  # fmt: skip
"""What each setpoint moves; every other one both."""
STOPS: Final = frozenset(("EST-01", "EST-02"))
"""Causes of the emergency stop and of its reset."""


@dataclass(frozen=True, slots=True)
class Station:
    """Where she was when the order was executed."""

    latitude_deg: float
    longitude_deg: float
    begun_s: float

    def off_m(self, latitude_deg: float, longitude_deg: float) -> float:
        """Return how far a place is from there."""
        east_deg = (longitude_deg - self.longitude_deg) * math.cos(math.radians(latitude_deg))
        return DEGREE_M * math.hypot(east_deg, latitude_deg - self.latitude_deg)


class Stations:
    """Every station that was ordered and executed, and what has moved her last."""

    def __init__(self, agenda: Agenda, ship: LightShip) -> None:
        """Begin with none."""
        self._agenda, self._ship = agenda, ship
        self.begun: dict[str, Station] = {}
        """By the order's id."""
        self.pulls = 0
        self._movers: dict[str, str] = {}
        """By channel, on whose account it was moved last."""

    def forget_movers(self) -> None:
        """Begin anew: after a restart nothing of what was in force is."""
        self._movers = {}

    def begin(self, order_id: str) -> None:
        """Note where she is: the order is executed now."""
        self.begun[order_id] = Station(*self._place(), self._agenda.now_s)

    def moved(self, output: Actuate) -> list[str] | None:
        """Return what is wrong with a movement of a station that has begun; None where it is none of a station."""
        before, channels = self._movers, CHANNELS.get(output.setpoint.kind, BOTH)
        self._movers = before | dict.fromkeys(channels, output.cause)
        station = self.begun.get(output.cause)
        return None if station is None else self._wrong(output, station, before)

    def _wrong(self, output: Actuate, station: Station, before: dict[str, str]) -> list[str]:
        kind, value = output.setpoint.kind, output.setpoint.value or 0.0
        is_ending = kind == "controlled_stop" or (kind == "propulsion" and value == 0.0)
        if self._agenda.now_s == station.begun_s or is_ending:  # her engine is stopped first of all, and last of all
            return []
        name, keep = f"the station of {output.cause[-4:]}", self._ship.config.limits.keep
        others = {cause for cause in before.values() if cause != output.cause}
        if self._ship.supervisor.watch.ladder.step in ("L3", "L4"):
            others -= STOPS  # it is the ladder's hold by then, which goes on after a stop; propulsion under it is judged apart
        if others or not before:
            return [f"{name} moved {output.setpoint} though {others or 'a restart'} has moved her since"]
        if kind != "propulsion":
            return []
        self.pulls += 1
        off_m = station.off_m(*self._place())
        if keep is None or not 0.0 < value <= keep.strongest_pct:
            return [f"{name} pulled her with {value} %"]
        is_there = off_m < STILL_SHARE * keep.radius_m - SPARE_M
        return [f"{name} pulled her though she lay {off_m:.1f} m from it"] if is_there else []

    def _place(self) -> tuple[float, float]:
        values = self._ship.sea.values
        return float(values["NAV_LAT"]), float(values["NAV_LON"])
