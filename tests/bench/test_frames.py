"""How much of a frame the console's own program takes with 500 other ships and 20 vessels, in a real browser."""

from __future__ import annotations

import json
import math
import mimetypes
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import CDPSession, Page, Route, WebSocketRoute, sync_playwright

from shoreside.catalogue import channels
from telemetry.catalogue import standard_catalogue
from tests.bench.figures import keep
from tests.demo_rig import ROOT, now
from tests.e2e.conftest import CHROMIUM_FLAGS, chromium_path

CONSOLE: Final = ROOT / "shoreside" / "console"
VESSELS, TARGETS = 20, 500
STEPS, STEP_MS = 50, 200
"""Ten seconds, five messages of values a second, as a ship on a good link sends."""
FRAME_MS = 1000 / 60
SHIP = "ship-00"
MOVING = tuple(f"NAV_{name}" for name in ("LAT", "LON", "HDG", "COG", "SOG", "STW", "ROT", "DPTK"))
FRAMES = "globalThis.frames = 0; (function on() { globalThis.frames += 1; requestAnimationFrame(on); })()"


class FakeShore:
    """What a shore with twenty vessels says to one console, from the build's own files and with no ship behind it."""

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
            body = {"me": {"person": "ann"}, "ticket": {"ticket": "t"}, "routes": {"routes": [], "now": None}}.get(
                leaf, {}
            )
            return route.fulfill(status=201 if leaf == "keys" else 200, json=body)
        file = CONSOLE / path if (CONSOLE / path).is_file() else CONSOLE / "index.html"
        kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
        return route.fulfill(body=file.read_bytes(), content_type=kind)

    def opened(self, socket: WebSocketRoute) -> None:
        """Take a console on: all that it is told on subscribing."""
        socket.on_message(lambda _: None)
        self.sockets = [socket]
        told = {"person": "ann", "roles": ["viewer"], "roc": "Bench", "key_state": "none", "demo": False}
        self.say({"type": "welcome", "version": 1, "server_utc_ms": self.utc_ms(), **told})
        vessel = {
            "name": "SHIP 00", "ship_type": "cargo", "mmsi": 440_000_000, "imo": None, "length_m": 120.0, "beam_m": 20.0,
            "catalogue_hash": "", "channels": self.channels, "areas": [], "limits": {"cpa_m": 400.0, "tcpa_s": 720.0},
            "ship_time_offset_h": 9.0, "takes_orders": True, "machinery": [], "phases": [], "telegraph": {}, "actuators": "",
        }  # fmt: skip
        self.say({"type": "vessel", "vessel": SHIP, **vessel})
        self.say({"type": "targets", "vessel": SHIP, "targets": [self.target(n) for n in range(TARGETS)]})

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
            "heartbeat_age_ms": 400,
        }  # fmt: skip


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of 1920x1080 in a headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.set_default_timeout(60_000)
        yield page
        browser.close()


def script_s(session: CDPSession) -> float:
    """Return the seconds that the page's main thread has spent in script so far."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(row["value"] for row in metrics if row["name"] == "ScriptDuration"))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("place", ["/", f"/vessel/{SHIP}"], ids=["fleet", "conning"])
def test_script_time_of_a_frame(page: Page, place: str) -> None:
    """Ten seconds of messages while nothing is touched: script by the frame of a screen of 60 Hz, whose length is 16.7 ms.

    Frames are counted as well: here a chart is drawn without a graphics card, so they are fewer than on a desk machine.
    """
    if not Path(CONSOLE / "index.html").is_file():
        pytest.skip("the console is not built: make ui")
    shore = FakeShore()
    page.route("**/*", shore.answer)
    page.route_web_socket("**/api/v1/console**", shore.opened)
    page.goto(f"http://localhost{place}")
    for _ in range(100):
        page.wait_for_timeout(STEP_MS)
        if shore.step == 10:
            break
        if shore.sockets:
            shore.pass_on()
    page.get_by_test_id("vessel-ship-19" if place == "/" else "conning").wait_for()
    page.wait_for_timeout(5000)  # the chart's library is fetched, its coastline cut into tiles
    page.evaluate(FRAMES)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    begun_s, begun_ms = script_s(session), page.evaluate("performance.now()")
    for _ in range(STEPS):
        shore.pass_on()
        page.wait_for_timeout(STEP_MS)
    spent_ms, lasted_ms = (script_s(session) - begun_s) * 1000, page.evaluate("performance.now()") - begun_ms
    frames = int(page.evaluate("globalThis.frames"))
    targets = page.get_by_test_id("traffic").get_attribute("data-count") if place != "/" else None
    assert targets in (None, str(TARGETS)), "all the targets are on the page"
    assert frames > 0
    by_60_hz_ms = spent_ms / lasted_ms * FRAME_MS
    name = "fleet" if place == "/" else "conning"
    keep(
        f"script by the frame, {name}", {"ms_at_60_hz": by_60_hz_ms, "ms_of_drawn": spent_ms / frames, "frames": frames}
    )
    print(
        f"{name}: {VESSELS} vessels, {TARGETS} targets: script {by_60_hz_ms:.2f} ms of each {FRAME_MS:.1f} ms,"
        f" {spent_ms / frames:.2f} ms by each of {frames} frames drawn in {lasted_ms / 1000:.1f} s (goal below 16)"
    )
