"""Accepted is not done: an order has succeeded when telemetry newer than it shows the effect, within its window (CMD-06)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Literal

from control.geometry import Plane
from control.keeping import Spot
from control.limits import ControlConfig
from control.situation import Situation
from protocols.link.events import Reason

HEADING_DEG: Final = 2.0
"""How near the ordered heading is near enough (control.md CMD-06)."""
RUDDER_DEG: Final = 2.0
PROPULSION_PCT: Final = 5.0
COURSE_DEG: Final = 3.0
"""A course over ground is not told better than this at the speed of a small craft."""
SPEED_KN: Final = 0.5
HELD: Final = frozenset(("conn.heading", "conn.course", "conn.speed", "conn.station_keep"))
"""Kinds whose effect must last for STEADY_S."""
STEADY_S: Final = 5.0
"""How long a heading must stay steady: half a period of the course-keeping swing of a slow ship would pass as less."""

Outcome = Literal["waiting", "SUCCEEDED", "FAILED"]


@dataclass(frozen=True, slots=True)
class Station:
    """Where she is to lie."""

    point: Spot
    stopped_kn: float
    """Over ground; no faster than this she lies still."""
    within_s: float


@dataclass(frozen=True, slots=True)
class Expectation:
    """The effect an order must show."""

    kind: str
    target: float
    since_s: float
    """When it was actuated; only facts measured later count."""
    station: Station | None = None
    """Of `conn.station_keep`; the target is its radius."""


class Verifier:
    """Watches one order in execution."""

    def __init__(self, expectation: Expectation, config: ControlConfig) -> None:
        """Wait for `expectation` within the window of its kind."""
        self.expectation = expectation
        self._config = config
        self._steady_since_s: float | None = None
        windows, station = config.verify, expectation.station
        self.ends_s = expectation.since_s + {
            "conn.heading": windows.heading_s, "conn.rudder": windows.rudder_s,
            "conn.propulsion": windows.propulsion_s, "conn.controlled_stop": windows.propulsion_s,
            "conn.telegraph": windows.propulsion_s, "conn.course": windows.heading_s,
            "conn.speed": windows.propulsion_s + windows.heading_s,  # the hull follows the engine
            "conn.station_keep": windows.propulsion_s if station is None else station.within_s,
        }[expectation.kind]  # fmt: skip

    def receive(self, situation: Situation, now_s: float) -> tuple[Outcome, list[Reason]]:
        """Return how the order stands with what is known now; a window that ends, ends the order."""
        off, unit, steady = self._off(situation, now_s)
        if steady:
            since_s = self._steady_since_s = self._steady_since_s if self._steady_since_s is not None else now_s
            if now_s - since_s >= (STEADY_S if self.expectation.kind in HELD else 0.0):
                return "SUCCEEDED", []
        else:
            self._steady_since_s = None
        if now_s < self.ends_s:
            return "waiting", []
        shown = "is not known" if off is None else f"is {off:.1f} {unit} off the order"
        text = f"The effect did not show within {self.ends_s - self.expectation.since_s:.0f} s: it {shown}."
        return "FAILED", [Reason("no_effect", "CMD-06", text, None if off is None else round(off, 1), 0.0, unit)]

    def _off(self, situation: Situation, now_s: float) -> tuple[float | None, str, bool]:
        """Return (distance from the order, unit, whether it is near enough)."""
        target = self.expectation.target
        if self.expectation.kind == "conn.heading":
            heading, rate = self._newer(situation, "NAV_HDG", now_s), self._newer(situation, "NAV_ROT", now_s)
            off = None if heading is None else abs(math.remainder(heading - target, 360.0))
            is_steady = rate is None or abs(rate) <= self._config.verify.steady_deg_min
            return off, "deg", off is not None and off <= HEADING_DEG and is_steady
        if self.expectation.kind == "conn.course":
            course = self._newer(situation, "NAV_COG", now_s)
            off = None if course is None else abs(math.remainder(course - target, 360.0))
            return off, "deg", off is not None and off <= COURSE_DEG
        if self.expectation.kind == "conn.speed":
            speed_kn = self._newer(situation, "NAV_SOG", now_s)
            off = None if speed_kn is None else abs(abs(speed_kn) - target)
            return off, "kn", off is not None and off <= SPEED_KN
        if self.expectation.kind == "conn.rudder":
            rudder = self._newer(situation, "STG_RUD_S", now_s)
            off = None if rudder is None else abs(rudder - target)
            return off, "deg", off is not None and off <= RUDDER_DEG
        if self.expectation.kind == "conn.station_keep":
            return self._off_station(situation, now_s)
        rpm = self._newer(situation, "ME_RPM", now_s)
        off = None if rpm is None else abs(100.0 * rpm / self._config.hull.rpm_full - target)
        return off, "%", off is not None and off <= PROPULSION_PCT

    def _off_station(self, situation: Situation, now_s: float) -> tuple[float | None, str, bool]:
        """Return how far she lies outside the circle, or, within it, the speed she still makes."""
        wanted, speed_kn = self.expectation.station, self._newer(situation, "NAV_SOG", now_s)
        latitude, longitude = self._newer(situation, "NAV_LAT", now_s), self._newer(situation, "NAV_LON", now_s)
        if wanted is None or latitude is None or longitude is None:
            return None, "m", False
        distance_m = math.hypot(*Plane(wanted.point.latitude_deg, wanted.point.longitude_deg).xy(longitude, latitude))
        if distance_m > self.expectation.target:
            return distance_m - self.expectation.target, "m", False
        return speed_kn, "kn", speed_kn is not None and abs(speed_kn) <= wanted.stopped_kn

    def _newer(self, situation: Situation, channel: str, now_s: float) -> float | None:
        age_s = situation.age_s(channel)
        if age_s is None or now_s - age_s <= self.expectation.since_s:
            return None
        return situation.number(channel)
