"""The bridge watch: a mate aboard each simulated ship who speaks to the ship's local panel (`shipside/commanding/panel.py`).

The mate takes local control at the start and after an operator's release, grants a request for the conn or for the machines
after about a second, and while in control keeps the ship going and inside the roads. He does nothing on a lost link: that is
the ladder's.
"""

from __future__ import annotations

import asyncio
import json
import math
from typing import cast

from simulators.devices.autopilot import Course
from simulators.ship import Ship

PERSON = "mate"
_GRANT_AFTER_S = 1.0
"""A mate who looks out of the window first."""
_RETRY_S = 1.0
"""The panel is opened again this long after it was lost."""
_LINE_MAX_BYTES = 65_536
"""A status line has under 4 kB."""
_ROADS = (34.88, 35.035, 129.02, 129.36)
"""South, north, west, east: the water in which the mate keeps the ship."""
_MIDDLE = (34.955, 129.19)
_ON_HER_WAY_DEG = 45.0
"""A heading this near to the middle's bearing brings her back; it is left alone."""

Record = dict[str, object]


def record(value: object) -> Record:
    """Return `value` when it is a JSON object, else an empty one."""
    return cast("Record", value) if isinstance(value, dict) else {}


class Mate:
    """What the mate decides: a pure core, statuses in, words for the panel out."""

    def __init__(self) -> None:
        """Start before any status."""
        self._station = ""
        self._calm = True
        """Whether the last status with a remote holder was on L0 or L1."""
        self._answered: dict[str, str] = {}
        self._grants: dict[str, tuple[float, str]] = {}
        """By function group: when a request is granted, and which."""

    def receive(self, status: Record, now_s: float) -> list[Record]:
        """Take one status; return what to say at once."""
        authority = record(status.get("authority"))
        station, before = str(authority.get("station", "")), self._station
        calm = status.get("step") in {"L0", "L1"}
        self._question("conn", authority, now_s)
        self._question("engineering", record(status.get("engineering")), now_s)
        self._station = station
        released = before == "remote" and station == "none" and self._calm and calm
        if station == "remote":
            self._calm = calm
        # First sight of an unmanned ship; or the safety process fell over while the bridge had the conn.
        if station == "none" and (released or before in {"", "local"}):
            return [{"do": "take", "person": PERSON}]
        return []

    def tick(self, now_s: float) -> list[Record]:
        """Return what is due: the grant of a request that has waited its second."""
        due = [group for group, (at_s, _) in self._grants.items() if now_s >= at_s]
        return [{"do": "grant", "id": self._grants.pop(group)[1], "person": PERSON} for group in due]

    @property
    def in_control(self) -> bool:
        """Whether the bridge holds the conn."""
        return self._station == "local"

    def _question(self, group: str, authority: Record, now_s: float) -> None:
        pending = str(authority.get("pending_id", ""))
        asked = authority.get("phase") == "requested" and authority.get("station") == "local"
        if asked and pending and pending != self._answered.get(group):
            self._answered[group] = pending
            self._grants[group] = (now_s + _GRANT_AFTER_S, pending)
        elif not asked:
            self._grants.pop(group, None)


def take_the_conn(ship: Ship) -> None:
    """Put the ship under the hands of the mate: her present heading, and her way back on if she was stopped."""
    plc = ship.plc
    percent = plc.percent
    if not plc.emergency and (plc.tripped or plc.stopping or percent == 0.0):
        percent = ship.spec.start.percent
    plc.local_order(percent)
    ship.autopilot.set_course(Course(mode="H", heading_deg=round(ship.heading_deg, 1) % 360.0))


def keep_in_the_roads(ship: Ship) -> bool:
    """Steer back to the middle when outside the roads; return whether the course was changed."""
    south, north, west, east = _ROADS
    if south <= ship.latitude_deg <= north and west <= ship.longitude_deg <= east:
        return False
    up = _MIDDLE[0] - ship.latitude_deg
    right = (_MIDDLE[1] - ship.longitude_deg) * math.cos(math.radians(ship.latitude_deg))
    wanted = round(math.degrees(math.atan2(right, up)) % 360.0, 1) % 360.0
    now = ship.autopilot.course.heading_deg
    if now is not None and abs(math.remainder(wanted - now, 360.0)) < _ON_HER_WAY_DEG:
        return False
    ship.autopilot.set_course(Course(mode="H", heading_deg=wanted))
    return True


class BridgeWatch:
    """The mate on a socket."""

    def __init__(self, ship: Ship, panel_port: int) -> None:
        """Stand the watch on `ship`, whose safety process has its panel on loopback `panel_port`."""
        self._ship = ship
        self._port = panel_port
        self._mate = Mate()
        self._held = False

    async def run(self) -> None:
        """Stand the watch until cancelled; a panel that is not there is tried again each second."""
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port, limit=_LINE_MAX_BYTES)
            except OSError:  # the safety process is not up (yet)
                await asyncio.sleep(_RETRY_S)
                continue
            try:
                await self._talk(reader, writer)
            except (OSError, EOFError, ValueError):  # it went away, or spoke no JSON
                pass
            finally:
                writer.close()
            await asyncio.sleep(_RETRY_S)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        loop = asyncio.get_running_loop()
        waiting = asyncio.ensure_future(reader.readline())
        try:
            while True:
                await asyncio.wait({waiting}, timeout=0.2)
                words: list[Record] = []
                if waiting.done():
                    line = waiting.result()
                    if not line:
                        raise EOFError
                    said = record(json.loads(line))
                    if "status" in said:
                        words += self._mate.receive(record(said["status"]), loop.time())
                    waiting = asyncio.ensure_future(reader.readline())
                words += self._mate.tick(loop.time())
                self._hands()
                writer.write("".join(json.dumps(word) + "\n" for word in words).encode())
                await writer.drain()
        finally:
            waiting.cancel()

    def _hands(self) -> None:
        if self._mate.in_control and not self._held:
            take_the_conn(self._ship)
        elif self._mate.in_control:
            keep_in_the_roads(self._ship)
        self._held = self._mate.in_control
