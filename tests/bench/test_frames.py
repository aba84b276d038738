"""How much of a frame the console's own program takes with 500 other ships and 20 vessels, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import CDPSession, Page, sync_playwright

from tests.bench.figures import Figure, report
from tests.e2e.conftest import CHROMIUM_FLAGS, chromium_path
from tests.played_shore import CONSOLE, SHIP, TARGETS, VESSELS, FakeShore

STEPS, STEP_MS = 50, 200
"""Ten seconds, five messages of values a second, as a ship on a good link sends."""
FRAME_MS = 1000 / 60
FRAME_GOAL_MS = 16.0
FRAMES = "globalThis.frames = 0; (function on() { globalThis.frames += 1; requestAnimationFrame(on); })()"


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
    notes = f"{spent_ms / frames:.2f} ms by each of {frames} frames drawn; {VESSELS} vessels, {TARGETS} targets"
    figure = Figure(
        f"{name}: script of each {FRAME_MS:.1f} ms", by_60_hz_ms, "ms", f"at most {FRAME_GOAL_MS:g}", None, notes
    )
    report(figure, ms_of_drawn=spent_ms / frames, frames=frames)
