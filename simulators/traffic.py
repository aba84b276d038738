"""Other ships: eight routes off Busan, sailed at steady speed from mark to mark and back, heard by AIS."""

from __future__ import annotations

import math
from dataclasses import dataclass

from simulators.devices.sentence import moment
from simulators.devices.transponder import (
    STATIC_PERIOD_S,
    Fix,
    Identity,
    position_report,
    report_period_s,
    static_report,
)

_TURN_DEGPS = 0.5
"""How fast a traffic ship comes round to her next mark."""
_MARK_RADIUS_NM = 0.15
"""A mark this near counts as passed."""

Marks = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class TrafficShip:
    """One other ship: who, how fast, along which marks (latitude, longitude)."""

    identity: Identity
    speed_kn: float
    marks: Marks


def _ship(number: int, name: str, build: tuple[int, int, int, float], speed_kn: float, marks: Marks) -> TrafficShip:
    """Return a ship of `build`: AIS type, length m, beam m, draught m."""
    kind, length, beam, draught = build
    identity = Identity(440_998_000 + number, name, f"D8T{number:02d}", 0, kind, length, beam, draught, "BUSAN")
    return TrafficShip(identity, speed_kn, marks)


TRAFFIC: tuple[TrafficShip, ...] = (
    _ship(1, "HAEUNDAE STAR", (71, 294, 32, 12.1), 15.5, ((34.905, 129.02), (34.97, 129.22), (35.03, 129.36))),
    _ship(2, "ORYUK CARRIER", (70, 190, 32, 10.8), 11.8, ((35.03, 129.33), (34.96, 129.17), (34.90, 129.03))),
    _ship(3, "GWANGAN GAS", (84, 155, 25, 8.2), 10.4, ((34.92, 129.33), (34.985, 129.18), (35.02, 129.12))),
    _ship(4, "NAMHAE FERRY", (60, 97, 16, 4.6), 18.2, ((35.03, 129.10), (34.93, 129.20), (34.86, 129.33))),
    _ship(5, "YEONGDO 7", (30, 32, 7, 3.1), 6.5, ((34.99, 129.24), (34.95, 129.26), (34.97, 129.31))),
    _ship(6, "TAEJONG TUG", (52, 38, 11, 4.4), 9.0, ((35.025, 129.09), (34.99, 129.14), (35.02, 129.19))),
    _ship(7, "JODO MARU", (79, 118, 19, 7.0), 12.6, ((34.88, 129.12), (34.94, 129.12), (35.02, 129.22))),
    _ship(8, "SONGDO PILOT", (50, 16, 5, 1.4), 14.5, ((35.03, 129.13), (35.00, 129.17), (35.02, 129.24))),
)
"""The demo's traffic; names, MMSI and routes are invented."""


class _Sailing:
    """One traffic ship under way."""

    def __init__(self, ship: TrafficShip, offset_s: float) -> None:
        self.ship = ship
        self.latitude_deg, self.longitude_deg = ship.marks[0]
        self._marks = [*ship.marks, *reversed(ship.marks[:-1])]
        self._next = 1
        self.course_deg = self._bearing()[0]
        self.rate_degps = 0.0
        self.report_at_s, self.static_at_s = offset_s, offset_s

    def _bearing(self) -> tuple[float, float]:
        """Return bearing in degrees and distance in NM to the next mark (plane at this latitude)."""
        latitude, longitude = self._marks[self._next]
        north = (latitude - self.latitude_deg) * 60.0
        east = (longitude - self.longitude_deg) * 60.0 * math.cos(math.radians(self.latitude_deg))
        return math.degrees(math.atan2(east, north)) % 360.0, math.hypot(north, east)

    def advance(self, dt_s: float) -> None:
        bearing, distance = self._bearing()
        if distance < _MARK_RADIUS_NM:
            self._next = (self._next + 1) % len(self._marks)
            bearing, _distance = self._bearing()
        error = math.remainder(bearing - self.course_deg, 360.0)
        self.rate_degps = max(-_TURN_DEGPS, min(_TURN_DEGPS, error / 5.0))
        self.course_deg = (self.course_deg + self.rate_degps * dt_s) % 360.0
        run = self.ship.speed_kn * dt_s / 3600.0 / 60.0
        self.latitude_deg += run * math.cos(math.radians(self.course_deg))
        self.longitude_deg += run * math.sin(math.radians(self.course_deg)) / math.cos(math.radians(self.latitude_deg))

    def fix(self, second: int) -> Fix:
        """Return her place and motion."""
        return Fix(
            self.latitude_deg,
            self.longitude_deg,
            self.ship.speed_kn,
            self.course_deg,
            self.course_deg,
            self.rate_degps * 60.0,
            second,
        )


_GUESTS_MAX = 8
"""Ships put in somebody's way at one time; the oldest goes for one more."""
_GUEST_RUN_DEG = 2.0
"""A guest sails on so far, 120 NM of latitude, before she turns back: nobody plays for that long."""


class Traffic:
    """All traffic ships; pure."""

    def __init__(self, ships: tuple[TrafficShip, ...] = TRAFFIC) -> None:
        """Start each ship at her first mark; their reports are spread over the first seconds."""
        self.now_s = 0.0
        self._sailing = [_Sailing(ship, 0.7 * number) for number, ship in enumerate(ships)]
        self._guests: list[_Sailing] = []
        self._guest_count = 0

    def place(self, latitude_deg: float, longitude_deg: float, course_deg: float, speed_kn: float) -> Identity:
        """Put one more ship in a place, for tests and for whoever plays the others; return who she is, new each time."""
        self._guest_count += 1
        number, course = 50 + self._guest_count % 900, math.radians(course_deg)
        along = latitude_deg + _GUEST_RUN_DEG * math.cos(course)
        across = longitude_deg + _GUEST_RUN_DEG * math.sin(course) / math.cos(math.radians(latitude_deg))
        ship = _ship(
            number,
            f"PASSER BY {self._guest_count}",
            (79, 90, 14, 5.0),
            speed_kn,
            ((latitude_deg, longitude_deg), (along, across)),
        )
        guest = _Sailing(ship, self.now_s)
        self._guests.append(guest)
        self._sailing.append(guest)
        if len(self._guests) > _GUESTS_MAX:
            self._sailing.remove(self._guests.pop(0))
        return ship.identity

    def advance(self, dt_s: float) -> None:
        """Move every ship by `dt_s`."""
        self.now_s += dt_s
        for sailing in self._sailing:
            sailing.advance(dt_s)

    def reports_due(self, utc_ns: int) -> list[bytes]:
        """Return the AIS sentences (VDM) heard at this instant."""
        lines: list[bytes] = []
        second = moment(utc_ns).second
        for sailing in self._sailing:
            if self.now_s >= sailing.report_at_s:
                fix = sailing.fix(second)
                sailing.report_at_s = self.now_s + report_period_s(fix.sog_kn, fix.rate_degpmin)
                lines += position_report(sailing.ship.identity, fix, own=False)
            if self.now_s >= sailing.static_at_s:
                sailing.static_at_s = self.now_s + STATIC_PERIOD_S
                lines += static_report(sailing.ship.identity, own=False)
        return lines

    def fixes(self) -> list[tuple[TrafficShip, Fix]]:
        """Return every ship with her true place, for tests and the control port."""
        return [(sailing.ship, sailing.fix(0)) for sailing in self._sailing]
