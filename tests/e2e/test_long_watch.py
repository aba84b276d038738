"""Three days of watch at the console, their time compressed: what the page keeps does not grow (console.md, Watch-standing).

`FARHELM_WATCH_H=2` makes it shorter. The shore is in the page (ui/tests/long-watch.js) and its words go the way of real
ones, as text into the page's own socket: five times a second of simulated time, with 500 other ships, 20 vessels, alerts,
orders, a person who changes the view each ten minutes and the palette each hour, and a line that is cut each hour.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import pytest
from playwright.sync_api import Browser, CDPSession, Page, ViewportSize

from tests.bench.figures import keep
from tests.demo_rig import ROOT
from tests.played_shore import MOVING, SHIP, TARGETS, VESSELS, FakeShore

WATCH_H: Final = float(os.environ.get("FARHELM_WATCH_H", "72"))
"""Three days: over one the slope is uncertain by 3 MB a day, by what was open before each look; 6.1 and -2.8 were seen."""
LOOKS: Final = 36
LEAK_LOOKS: Final = 12
"""How often the heap is looked at, evenly over the watch, each time in the conning view and after the garbage is collected."""
SETTLED_H: Final = 2.0
"""Until then the page fills what it keeps by intent: 5,000 points of track are 83 min, the trend ten."""
GROWTH_MB_DAY_MAX: Final = 4.0
"""Twice what was seen over 72 h, 2.0: by snapshots half of it is compiled code, the rest the browser's own notes of
requests and frames, and nothing that the console keeps."""
NOISE: Final = 1.6
"""Listeners of charts that are gone are let go of late: 191 to 304 were seen at the same place, up and down."""
LEAK_EACH: Final = 10
"""The negative control keeps one in so many messages of values, for an hour: some hundred MB a day."""
SCREEN: Final[ViewportSize] = {"width": 1366, "height": 768}
"""The smallest that it is made for: the chart is drawn without a graphics card here, which takes most of the time."""
STEPS_H: Final = 5 * 3600
SHORE_IN_PAGE: Final = (ROOT / "ui" / "tests" / "long-watch.js").read_text()
NOBODY: Final[dict[str, Any]] = {
    "station": "none", "person": "", "roc": "", "console": "", "session": "", "role": "", "level": "", "fencing": 6,
    "lease_age_s": None, "phase": "held", "pending_id": "", "pending_person": "", "pending_console": "", "pending_left_s": None,
}  # fmt: skip
STATUS: Final[dict[str, Any]] = {
    "type": "status", "vessel": SHIP, "heard": True, "boot_id": "boot", "utc_trusted": True, "reasons": [], "next_step": "",
    "heartbeat_period_ms": 1000,
    "next_step_in_s": None, "authority": NOBODY, "stop_latched": False, "echo_session": "", "echo_seq": 0, "echo_held_ms": 0,
    "loss_pct": 0.0, "setpoints": {"heading_deg": 80.0, "propulsion_pct": 40.0}, "phase": "open_sea", "roster_version": 1,
    "alerts": [], "action": "", "collector_alive": True, "engineering": None, "direct_limit_ms": 2000.0, "drill": None,
    "respond": None, "access_left_s": None, "lease_s": 15.0, "no_access": [], "jitter_ms": None, "received_bytes_s": 900.0,
    "ways": [], "one_way_ms": 40.0, "grades": {"round_trip": "good", "loss": "good", "age": "good"},
}  # fmt: skip


class Look(NamedTuple):
    """What the page holds at one moment: simulated hours, megabytes of its heap, nodes and listeners."""

    at_h: float
    heap_mb: float
    nodes: int
    listeners: int


def growth_a_day(looks: Sequence[Look], settled_h: float) -> float:
    """Return the slope of the heap from `settled_h` on, megabytes a day, by least squares."""
    kept = [(look.at_h / 24, look.heap_mb) for look in looks if look.at_h > settled_h]
    mean_day, mean_mb = (sum(column) / len(kept) for column in zip(*kept, strict=True))
    return float(
        sum((day - mean_day) * (mb - mean_mb) for day, mb in kept) / sum((day - mean_day) ** 2 for day, _ in kept)
    )


def begin(page: Page, leaks: int) -> CDPSession:
    """Open the console with the shore in it, everything of the watch stored; return a session that looks into the page."""
    shore = FakeShore()
    told = {
        "welcome": {**shore.welcome(), "roles": ["operator"], "key_state": "enrolled"},
        "vessel": shore.vessel(), "status": STATUS, "target": shore.target(0),
        "rows": [shore.row(number) for number in range(VESSELS)],
        "moving": MOVING, "targets": TARGETS, "leaks": leaks,
    }  # fmt: skip
    page.route("**/*", shore.answer)
    page.add_init_script(f"{SHORE_IN_PAGE.strip()}({json.dumps(told)});")
    page.goto(f"http://localhost/vessel/{SHIP}")
    page.get_by_test_id("conning").wait_for(timeout=60_000)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    return session


def sail(page: Page, until_h: float) -> None:
    """Let the watch go on until so many hours of it are over; somebody is at the pointer all the time."""
    page.evaluate("([step]) => { longWatch.untilStep = step; longWatch.runs = true; }", [round(until_h * STEPS_H)])
    for turn in range(7200):
        page.mouse.move(400 + turn % 300, 300)
        page.wait_for_timeout(250)
        if page.evaluate("longWatch.step >= longWatch.untilStep"):
            return
    pytest.fail("the page does not keep up")


def look(page: Page, session: CDPSession) -> Look:
    """Return what the page holds, in the conning view, when what it has let go of is gone."""
    page.evaluate("longWatch.show('')")
    page.get_by_test_id("conning").wait_for()
    page.wait_for_timeout(3000)  # what the last view asked for has come, and is drawn or let go of
    for _ in range(3):  # what only a finalizer lets go of is gone after the next
        session.send("HeapProfiler.collectGarbage")
        page.wait_for_timeout(200)
    metrics = {row["name"]: row["value"] for row in session.send("Performance.getMetrics")["metrics"]}
    heap = session.send("Runtime.getHeapUsage")
    size = heap["usedSize"] + heap.get("embedderHeapUsedSize", 0) + heap.get("backingStorageSize", 0)
    at_h = page.evaluate("longWatch.step") / STEPS_H
    return Look(at_h, size / 1e6, int(metrics["Nodes"]), int(metrics["JSEventListeners"]))


def looks_of(page: Page, hours: float, count: int, leaks: int = 0) -> list[Look]:
    """Return what the page held at each look of a watch of so many hours; tell each as it comes."""
    session = begin(page, leaks)
    found = []
    for number in range(1, count + 1):
        sail(page, hours * number / count)
        found.append(look(page, session))
        at_h, heap_mb, nodes, listeners = found[-1]
        print(f"{at_h:5.2f} h: heap {heap_mb:.2f} MB, {nodes} nodes, {listeners} listeners", flush=True)
    return found


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_three_days_at_full_rate_leave_the_heap_flat(browser: Browser) -> None:
    """24 h at full rate and two days more; the slope is judged from the third hour on."""
    page = browser.new_page(viewport=SCREEN)
    looks = looks_of(page, WATCH_H, LOOKS)
    told = page.evaluate("(({said, heard, frames, cuts, views}) => ({said, heard, frames, cuts, views}))(longWatch)")
    settled_h = min(SETTLED_H, WATCH_H / 3)
    growth = growth_a_day(looks, settled_h)
    print(f"{WATCH_H:g} h: {growth:+.2f} MB a day after {settled_h:g} h; {told}")
    keep(
        "console, heap of a watch", {"growth_mb_a_day": growth, "last_mb": looks[-1].heap_mb, "hours": WATCH_H, **told}
    )
    assert told["said"] > WATCH_H * 3600 * 10
    assert min(told["heard"], told["frames"], told["views"]) >= 5 * WATCH_H
    settled = [each for each in looks if each.at_h > settled_h]
    assert growth < GROWTH_MB_DAY_MAX
    assert settled[-1].nodes < 1.1 * settled[0].nodes
    assert settled[-1].listeners < NOISE * min(each.listeners for each in settled)
    page.close()


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_a_page_that_keeps_one_message_in_ten_is_found(browser: Browser) -> None:
    """The negative control: within an hour a page with a leak grows at many times the rate that a day may have."""
    page = browser.new_page(viewport=SCREEN)
    growth = growth_a_day(looks_of(page, 1.0, LEAK_LOOKS, LEAK_EACH), 0.5)
    print(f"with a leak: {growth:+.2f} MB a day")
    assert growth > 10 * GROWTH_MB_DAY_MAX
    page.close()
