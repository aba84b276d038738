"""The simulation's control port: one JSON object a line on loopback, for tests and for whoever plays the weather.

    {"do": "state"}                                                    every ship as she truly is
    {"do": "faults"}                                                   what is set, and what can be
    {"do": "set", "vessel": "kestrel", "fault": "gps1", "kind": "silent"}
    {"do": "clear", "vessel": "kestrel", "fault": "gps1"}              without "fault": all of that vessel
    {"do": "link", "vessel": "kestrel", "delay_s": 0.3, "jitter_s": 0.1, "loss": 0.05, "cut": "silent"}
    {"do": "local", "vessel": "kestrel", "heading_deg": 95.0, "percent": 50.0}   hands on the bridge, either or both
    {"do": "meet", "vessel": "kestrel", "bearing_deg": 95.0, "range_m": 2500.0, "course_deg": 275.0, "speed_kn": 10.0}
                                                                       one more ship there, heard by AIS
    {"do": "weather", "wind_speed_mps": 12.0, "wind_from_deg": 300.0, "current_north_mps": 0.1, "current_east_mps": 0.3}

Each is answered by one line: {"ok": true, ...} or {"ok": false, "reason": "..."}.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict, fields

from simulators.bad_link import BadLink, LinkQuality
from simulators.bridge_watch import Record, record
from simulators.devices.autopilot import Course
from simulators.devices.instruments import SensorFault
from simulators.devices.line_port import LinePort
from simulators.devices.plc_readings import readings
from simulators.ship import Ship, Switches
from simulators.traffic import Traffic
from simulators.vessel.motion import Environment


class ControlPort:
    """Answers requests about ships, faults and links."""

    def __init__(self, port: int, ships: dict[str, Ship], links: dict[str, BadLink], traffic: Traffic) -> None:
        """Serve on loopback `port` (0: a free one)."""
        self._traffic = traffic
        self._ships = ships
        self._links = links
        self._line_port = LinePort(port, self._heard)
        self._verbs: dict[str, Callable[[Record], Record]] = {
            "state": self._state,
            "faults": self._faults,
            "set": self._set,
            "clear": self._clear,
            "link": self._link,
            "local": self._local,
            "weather": self._weather,
            "meet": self._meet,
        }

    @property
    def port(self) -> int:
        """Port listened on."""
        return self._line_port.port

    async def run(self, ready: Callable[[], None]) -> None:
        """Serve until cancelled; raise OSError when the port is taken."""
        await self._line_port.run(ready)

    def answer(self, request: Record) -> Record:
        """Return the answer to one request; never raises for what a caller may say."""
        verb = self._verbs.get(str(request.get("do", "")))
        if verb is None:
            return {"ok": False, "reason": f"do is one of {', '.join(self._verbs)}"}
        try:
            return verb(request)
        except LookupError as refused:
            return {"ok": False, "reason": str(refused.args[0])}

    def _heard(self, line: bytes) -> bytes:
        try:
            request = record(json.loads(line))
        except ValueError:
            return b'{"ok": false, "reason": "one JSON object a line"}\n'
        return json.dumps(self.answer(request)).encode() + b"\n"

    def _ship(self, request: Record) -> Ship:
        ship = self._ships.get(str(request.get("vessel", "")))
        if ship is None:
            raise LookupError(f"vessel is one of {', '.join(self._ships)}")
        return ship

    def _state(self, _request: Record) -> Record:
        return {
            "ok": True,
            "vessels": {
                slug: {
                    **asdict(ship.truth()),
                    "plc": readings(ship),
                    "course": asdict(ship.autopilot.course),
                    "autopilot_refused": ship.autopilot.refused,
                    "plc_refused": ship.plc.refused,
                    "remote_in_use": ship.plc.remote_in_use,
                }
                for slug, ship in self._ships.items()
            },
        }

    def _faults(self, _request: Record) -> Record:
        some = next(iter(self._ships.values()))
        return {
            "ok": True,
            "set": {slug: ship.faults() for slug, ship in self._ships.items()},
            "links": {slug: asdict(link.quality) for slug, link in self._links.items()},
            "instruments": [instrument.name for instrument in some.instruments.fitted],
            "kinds": [fault.value for fault in SensorFault],
            "switches": [switch.name for switch in fields(Switches)],
        }

    def _set(self, request: Record) -> Record:
        ship, name, kind = self._ship(request), str(request.get("fault", "")), str(request.get("kind", "on"))
        if not ship.set_fault(name, kind):
            raise LookupError(f"no fault {name!r} of kind {kind!r}; ask with do=faults")
        return {"ok": True, "set": ship.faults()}

    def _clear(self, request: Record) -> Record:
        ship = self._ship(request)
        names = [str(request["fault"])] if "fault" in request else list(ship.faults())
        for name in names:
            if not ship.clear_fault(name):
                raise LookupError(f"no fault {name!r}; ask with do=faults")
        return {"ok": True, "set": ship.faults()}

    def _link(self, request: Record) -> Record:
        link = self._links.get(str(request.get("vessel", "")))
        if link is None:
            raise LookupError(f"no link of that vessel; there are: {', '.join(self._links) or 'none'}")
        cut = request.get("cut", "")
        if cut not in {"", "silent", "reset"}:
            raise LookupError("cut is '', 'silent' or 'reset'")
        link.set_quality(
            LinkQuality(
                delay_s=_number(request, "delay_s", 60.0),
                jitter_s=_number(request, "jitter_s", 60.0),
                loss=_number(request, "loss", 0.95),
                cut="silent" if cut == "silent" else "reset" if cut == "reset" else "",
            )
        )
        return {"ok": True, "link": asdict(link.quality)}

    def _weather(self, request: Record) -> Record:
        environment = Environment(
            current_north_mps=_number(request, "current_north_mps", 3.0, -3.0),
            current_east_mps=_number(request, "current_east_mps", 3.0, -3.0),
            wind_speed_mps=_number(request, "wind_speed_mps", 40.0),
            wind_from_deg=_number(request, "wind_from_deg", 360.0),
        )
        for ship in self._ships.values():
            ship.environment = environment
        return {"ok": True, "weather": asdict(environment)}

    def _meet(self, request: Record) -> Record:
        ship = self._ship(request)
        bearing = math.radians(_number(request, "bearing_deg", 360.0))
        range_nm = _number(request, "range_m", 40_000.0) / 1852.0
        latitude_deg = ship.latitude_deg + range_nm / 60.0 * math.cos(bearing)
        per_longitude = 60.0 * math.cos(math.radians(ship.latitude_deg))
        identity = self._traffic.place(
            latitude_deg, ship.longitude_deg + range_nm * math.sin(bearing) / per_longitude,
            _number(request, "course_deg", 360.0), _number(request, "speed_kn", 40.0),
        )  # fmt: skip
        return {"ok": True, "mmsi": identity.mmsi, "name": identity.name}

    def _local(self, request: Record) -> Record:
        ship = self._ship(request)
        if "percent" in request:
            ship.plc.local_order(_number(request, "percent", 100.0, -100.0))
        if "heading_deg" in request:
            heading = _number(request, "heading_deg", 360.0) % 360.0
            ship.autopilot.set_course(Course(mode="H", heading_deg=heading))
        return {"ok": True}


def _number(request: Record, name: str, high: float, low: float = 0.0) -> float:
    value = request.get(name, 0.0)
    usable = isinstance(value, int | float) and not isinstance(value, bool)
    if not isinstance(value, int | float) or not usable or not math.isfinite(value) or not low <= value <= high:
        raise LookupError(f"{name} is a number from {low:g} to {high:g}")
    return float(value)
