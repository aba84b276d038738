"""Direct control with hands on it, and the stop pressed by a hand: held keys, a gamepad, a page that is busy."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.demo_rig import Demo, wait_until
from tests.e2e.conftest import picture, without_chart
from tests.e2e.open_water import MEETING
from tests.e2e.test_console import give_back_conn, number, open_ship, take_conn

PAD = """
window.pad = null;
navigator.getGamepads = () => [window.pad, null, null, null];
window.plug = (axis) => {
  const buttons = Array.from({ length: 17 }, () => ({ pressed: false, value: 0 }));
  const axes = [axis, 0, 0, 0];
  window.pad = { id: "pad", index: 0, connected: true, mapping: "standard", timestamp: performance.now(), axes, buttons };
  window.samples = setInterval(() => { if (window.pad) window.pad.timestamp = performance.now(); }, 20);
  window.dispatchEvent(Object.assign(new Event("gamepadconnected"), { gamepad: window.pad }));
};
window.squeeze = (pressed) => { window.pad.buttons[4] = { pressed, value: Number(pressed) }; };
window.unplug = () => {
  const gamepad = window.pad;
  window.pad = null;
  window.dispatchEvent(Object.assign(new Event("gamepaddisconnected"), { gamepad }));
};
"""
"""A gamepad of the standard layout, as the browser shows one: it delivers a sample each 20 ms until it freezes."""
BUSY = """() => setInterval(() => { const end = performance.now() + 450; while (performance.now() < end); }, 500)"""
"""A page that answers for 50 ms in each half second, and then does no more for the rest of it."""
STILL_KN = 1.0
"""What the ship calls stopped and the current that she drifts with."""


def rudder_deg(page: Page) -> float:
    """Return the rudder that the view shows, positive to starboard."""
    found = re.search(r"([PS])?\s*(\d+\.\d)", page.get_by_test_id("value-STG_RUD_S").inner_text())
    assert found is not None
    return float(found.group(2)) * (-1.0 if found.group(1) == "P" else 1.0)


def rudder_until(page: Page, is_so: Callable[[float], bool], what: str) -> None:
    """Wait until the rudder is as it should be; a failure tells what the console and the ship said meanwhile."""
    for _ in range(100):
        if is_so(rudder_deg(page)):
            return
        page.wait_for_timeout(200)
    said = [
        page.get_by_test_id(name).all_inner_texts()
        for name in ("stick", "stick-why", "stick-told", "ladder-step", "banner")
    ]
    raise AssertionError(f"{what}: the rudder is at {rudder_deg(page)}; {said}")


def test_the_rudder_follows_held_keys_and_nothing_else(page: Page, demo: Demo) -> None:
    """Proves DMN-01, DMN-02 by the keyboard: no enabling key, no frame; held, she follows; the focus lost, it ends at once."""
    without_chart(page)
    open_ship(page, demo, vessel="petrel")
    page.get_by_test_id("level-direct").click()
    take_conn(page)
    stick = page.get_by_test_id("stick")
    expect(page.get_by_test_id("stick-latency")).to_contain_text("needs 2000 ms or less, now")
    stick.focus()
    page.keyboard.down("ArrowRight")  # the negative: an arrow alone asks for nothing
    page.wait_for_timeout(600)
    expect(stick).to_have_attribute("data-held", "false")
    page.keyboard.down(" ")
    expect(stick).to_have_attribute("data-held", "true")
    rudder_until(page, lambda deg: deg > 6.0, "the rudder goes to starboard")
    picture(page, "direct")
    page.keyboard.up("ArrowRight")
    rudder_until(page, lambda deg: deg < 2.0, "the rudder comes back with the key")
    expect(stick).to_have_attribute("data-held", "true")

    # Another window has the focus: no key has been let go, and yet nobody holds her.
    page.keyboard.down("ArrowRight")
    rudder_until(page, lambda deg: deg > 3.0, "she follows again")
    page.evaluate("window.dispatchEvent(new Event('blur'))")
    expect(stick).to_have_attribute("data-held", "false")
    expect(page.get_by_test_id("stick-told")).to_contain_text("neutral")
    rudder_until(page, lambda deg: deg < 2.0, "amidships without a hand")
    page.keyboard.up("ArrowRight")
    page.keyboard.up(" ")
    give_back_conn(page)


@pytest.mark.sea_room("petrel", MEETING)
def test_a_gamepad_steers_while_its_shoulder_is_held_and_delivers(page: Page, demo: Demo) -> None:
    """Proves DMN-01, DMN-02 by a gamepad: no shoulder, no frame; one that freezes in the hand or is lost counts as no human."""
    without_chart(page)
    page.add_init_script(PAD)
    open_ship(page, demo, vessel="petrel")
    page.get_by_test_id("level-direct").click()
    take_conn(page)
    stick = page.get_by_test_id("stick")
    stick.wait_for()
    page.evaluate("plug(0.4)")
    page.wait_for_timeout(600)  # the negative: a stick that lies on its side asks for nothing
    expect(stick).to_have_attribute("data-held", "false")
    page.evaluate("squeeze(true)")
    expect(stick).to_have_attribute("data-held", "true")
    rudder_until(page, lambda deg: deg > 6.0, "the rudder goes to starboard")

    # It hangs with the shoulder pressed and the stick over: the page cannot tell, the ship does, and holds her rudder amidships.
    page.evaluate("clearInterval(samples)")
    expect(page.get_by_test_id("stick-told")).to_contain_text("it is frozen, or unplugged")
    rudder_until(page, lambda deg: deg < 3.0, "amidships with a frozen pad")

    # It delivers again, and she follows; unplugged, it is let go at once.
    page.evaluate("unplug()")
    page.evaluate("plug(0.4)")
    page.evaluate("squeeze(true)")
    rudder_until(page, lambda deg: deg > 4.0, "she follows again")
    page.evaluate("unplug()")
    expect(stick).to_have_attribute("data-held", "false")
    expect(page.get_by_test_id("stick-told")).to_contain_text("neutral")
    rudder_until(page, lambda deg: deg < 2.0, "amidships without a hand")
    give_back_conn(page)


def test_the_emergency_stop_works_while_the_page_is_busy(page: Page, demo: Demo) -> None:
    """Proves EST-01 on a page that does nothing else nine tenths of the time: the press is signed, sent and told as latched."""
    without_chart(page)
    open_ship(page, demo, vessel="kestrel")
    expect(page.get_by_test_id("whoami")).to_have_attribute("data-key-state", "enrolled")
    page.evaluate(BUSY)
    page.get_by_test_id("estop-cover").dispatch_event("click")
    page.get_by_test_id("estop").dispatch_event("pointerdown")
    expect(page.get_by_test_id("estop-cover")).to_have_attribute("data-latched", "true")


def test_a_controlled_stop_is_two_presses(page: Page, demo: Demo) -> None:
    """Proves CMD-06, CMD-08 in the browser: one press stops nothing, the second does; it is told as done when she lies still."""
    without_chart(page)
    open_ship(page, demo, vessel="otter")
    take_conn(page)
    page.get_by_test_id("stop-order").click()
    row = page.locator('[data-testid="order"][data-kind="conn.controlled_stop"]')
    expect(row).to_have_count(0)  # the negative: set, and not confirmed
    page.get_by_test_id("stop-confirm").click()
    expect(row.first).to_have_attribute("data-state", "SUCCEEDED")

    def is_still() -> bool:
        page.wait_for_timeout(200)
        speed_kn = number(page, "NAV_SOG")
        return speed_kn is not None and speed_kn < STILL_KN

    # What is shown may be newer than what she was judged by, a tenth about the limit.
    wait_until(is_still, 20, f"less than {STILL_KN} kn are shown")
    give_back_conn(page)
