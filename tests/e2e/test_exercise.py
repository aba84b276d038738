"""The guided exercise of the demo, gone through in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.demo_rig import Demo
from tests.e2e.conftest import RESULTS, log_in, picture, without_chart
from tests.e2e.test_console import resume


@pytest.mark.soak
@pytest.mark.timeout(300)
def test_the_guided_exercise_from_the_first_look_to_the_ledger(page: Page, demo: Demo) -> None:
    """Issue 5, section 5: each step is ticked when it has happened; left in the middle and resumed after a reload."""
    without_chart(page)
    log_in(page, demo, "ann")
    expect(page.get_by_test_id("whoami")).to_have_attribute("data-key-state", "enrolled")
    page.get_by_test_id("exercise-offer").click()
    at = page.get_by_test_id("exercise")
    expect(at).to_have_attribute("data-step", "open")
    page.get_by_test_id("vessel-otter").click()
    expect(at).to_have_attribute("data-step", "request")
    at.screenshot(path=RESULTS / "exercise-panel.png")
    page.get_by_test_id("conn-request").click()
    expect(at).to_have_attribute("data-step", "confirm")
    page.get_by_test_id("exercise-leave").click()
    page.get_by_test_id("conn-confirm").click()
    expect(page.get_by_test_id("conn-holder")).to_have_attribute("data-mine", "true")
    page.reload()
    expect(page.get_by_test_id("conn-holder")).to_have_attribute("data-mine", "true")
    page.get_by_test_id("help").click()
    page.get_by_test_id("help-exercise").click()
    expect(at).to_have_attribute("data-step", "order")
    picture(page, "exercise")
    page.get_by_test_id("heading-set").fill("95")
    page.get_by_test_id("heading-order").click()
    expect(at).to_have_attribute("data-step", "order")  # armed is not ordered
    page.get_by_test_id("heading-confirm").click()
    expect(at).to_have_attribute("data-step", "lost", timeout=90_000)
    page.get_by_test_id("to-drill").click()
    page.get_by_test_id("drill-link_loss-order").click()
    page.get_by_test_id("drill-link_loss-confirm").click()
    expect(at).to_have_attribute("data-step", "alone")
    page.get_by_test_id("to-conning").click()
    expect(at).to_have_attribute("data-step", "back", timeout=30_000)
    resume(page)
    expect(at).to_have_attribute("data-step", "release")
    page.get_by_test_id("conn-release").click()
    expect(at).to_have_attribute("data-step", "ledger")
    page.get_by_test_id("to-ledger").click()
    expect(at).to_have_attribute("data-step", "all")
    expect(page.get_by_test_id("exercise-end")).to_be_visible()
    picture(page, "exercise-done")
