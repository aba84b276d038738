"""A shore that says to one console what twenty vessels and 500 other ships give rise to, with no ship behind it."""

from __future__ import annotations

import json
import math
import mimetypes
from typing import Any, Final

from playwright.sync_api import Route, WebSocketRoute

from shoreside.catalogue import channels
from telemetry.catalogue import standard_catalogue
from tests.demo_rig import ROOT, now

CONSOLE: Final = ROOT / "shoreside" / "console"
VESSELS, TARGETS = 20, 500
SHIP = "ship-00"
MOVING = tuple(f"NAV_{name}" for name in ("LAT", "LON", "HDG", "COG", "SOG", "STW", "ROT", "DPTK"))
EMPTY: Final[dict[str, dict[str, Any]]] = {
    "charts": {"charts": [], "faults": []},
    "me": {"person": "ann"}, "ticket": {"ticket": "t"}, "routes": {"routes": [], "now": None},
    "samples": {"fields": [], "samples": [], "next_cursor": None}, "events": {"events": []}, "drills": {"drills": []},
    "history": {"alerts": []}, "ledger": {"entries": [], "next_before": None}, "voyages": {"voyages": []},
    "channels": {"channels": []},
    "verdict": {"is_whole": True, "first": 0, "last": 0, "hash": "", "entry_count": 0, "head_count": 0, "faults": [],
                "agreed_count": None, "agreed_utc_ms": None},
}  # fmt: skip
"""Answers by the last part of a request's path; what is asked of any other is answered by an empty object."""


class FakeShore:
    """What a shore with twenty vessels says to one console, from the build's own files and with no ship behind it."""

    answers = EMPTY

    def __init__(self) -> None:
        """Begin with nobody at the console."""
        self.sockets: list[WebSocketRoute] = []
        self.channels = list(channels(standard_catalogue().to_wire()).values())
        self.step = 0

    def answer(self, route: Route) -> None:
        """Answer a request: a file of the build, or the little that the page asks at its beginning."""
        path = route.request.url.split("://", 1)[1].partition("/")[2].partition("?")[0]
        if path.startswith("api/"):
            leaf = path.rpartition("/")[2]
            return route.fulfill(status=201 if leaf == "keys" else 200, json=self.answers.get(leaf, {}))
        file = CONSOLE / path if (CONSOLE / path).is_file() else CONSOLE / "index.html"
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return route.fulfill(body=file.read_bytes(), content_type=kind)

    def opened(self, socket: WebSocketRoute) -> None:
        """Take a console on: all that it is told on subscribing."""
        socket.on_message(lambda _: None)
        self.sockets = [socket]
        self.say(self.welcome())
        self.say(self.vessel())
        self.say({"type": "targets", "vessel": SHIP, "targets": [self.target(n) for n in range(TARGETS)]})

    def welcome(self) -> dict[str, Any]:
        """Return what a console is told first."""
        told = {"person": "ann", "roles": ["viewer"], "roc": "Bench", "key_state": "none", "demo": False}
        return {"type": "welcome", "version": 1, "server_utc_ms": self.utc_ms(), **told}

    def vessel(self) -> dict[str, Any]:
        """Return what the ship is."""
        vessel = {
            "name": "SHIP 00", "ship_type": "cargo", "mmsi": 440_000_000, "imo": None, "length_m": 120.0, "beam_m": 20.0,
            "catalogue_hash": "", "channels": self.channels, "areas": [], "limits": {"cpa_m": 400.0, "tcpa_s": 720.0},
            "ship_time_offset_h": 9.0, "takes_orders": True, "machinery": [], "phases": [], "telegraph": {}, "actuators": "",
            "safety_depth_m": 9.6, "functions": [],
        }  # fmt: skip
        return {"type": "vessel", "vessel": SHIP, **vessel}

    def say(self, message: dict[str, Any]) -> None:
        """Send one message to the console."""
        self.sockets[0].send(json.dumps(message))

    def utc_ms(self) -> int:
        """Return the time of this machine, which is the shore's."""
        return int(now().timestamp() * 1000)

    def target(self, number: int) -> dict[str, Any]:
        """Return a target within ten miles of the ship, on a course of its own."""
        at, far = number * 2.399963, 0.16 * math.sqrt((number + 1) / TARGETS)
        return {
            "mmsi": 440_100_000 + number, "utc_ms": self.utc_ms(), "sog_kn": 3.0 + number % 15,
            "cog_deg": float(number * 37 % 360),
            "latitude_deg": 35.0 + far * math.cos(at) + self.step * 1e-5, "longitude_deg": 129.0 + far * math.sin(at),
            "heading_deg": float(number * 37 % 360), "name": f"TARGET {number}",
            "ship_type": 70, "length_m": 90.0, "beam_m": 14.0,
            "doubt": None, "track": None,
        }  # fmt: skip

    def pass_on(self) -> None:
        """Say what comes in a fifth of a second: values of the ship, a tenth of the targets, once a second the fleet."""
        self.step += 1
        utc_ms = self.utc_ms()
        moved = {"NAV_LAT": 35.0 + self.step * 1e-5, "NAV_LON": 129.0, "NAV_HDG": 80.0 + self.step % 7, "NAV_ROT": 12.0}
        rows = [[name, moved.get(name, 10.0 + self.step % 3), 0, utc_ms] for name in MOVING]
        rest = [[row["short_id"], 50.0, 0, utc_ms] for row in self.channels if row["kind"] == "number"]
        values = rows if self.step % 5 else rest + rows
        self.say({"type": "values", "vessel": SHIP, "server_utc_ms": utc_ms, "gap_count": 0, "values": values})
        some = [self.target(number) for number in range(self.step % 10, TARGETS, 10)]
        self.say({"type": "targets", "vessel": SHIP, "targets": some})
        if self.step % 5 == 0:
            self.say(
                {"type": "fleet", "part": 0, "parts": 1, "vessels": [self.row(number) for number in range(VESSELS)]}
            )

    def row(self, number: int) -> dict[str, Any]:
        """Return a vessel of the fleet list."""
        return {
            "vessel": f"ship-{number:02d}", "name": f"SHIP {number:02d}", "ship_type": "cargo",
            "mmsi": 440_000_000 + number,
            "length_m": 120.0, "beam_m": 20.0, "latitude_deg": 35.0 + number * 0.02 + self.step * 1e-5, "longitude_deg": 129.1,
            "heading_deg": 80.0, "cog_deg": 80.0, "sog_kn": 12.0, "position_utc_ms": self.utc_ms(), "data_age_ms": 300,
            "step": "L0",
            "station": "local", "person": "", "roc": "", "round_trip_ms": 80.0, "highest_alert": "", "alert_count": 0,
            "heartbeat_age_ms": 400, "heartbeat_period_ms": 1000, "safety_depth_m": 9.6,
        }  # fmt: skip
