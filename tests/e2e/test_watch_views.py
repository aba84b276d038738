"""The watching half of the console: alerts, engine, ledger, voyages and replay, on one running demo."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.demo_rig import Demo
from tests.e2e.conftest import picture

SHIP = "kestrel"
PATIENCE_MS = 40_000
"""Two browsers draw charts without a graphics card here."""
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture
def other(browser: Browser) -> Iterator[Page]:
    """A second person's browser."""
    context = browser.new_context(viewport={"width": 1000, "height": 600})
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    yield page
    context.close()


def open_view(page: Page, demo: Demo, person: str, view: str, vessel: str = SHIP) -> None:
    """Log in at the address of a view of a vessel: it is what opens."""
    page.goto(f"{demo.url}/vessel/{vessel}/{view}")
    page.get_by_test_id("login-person").fill(person)
    page.get_by_test_id("login-password").fill(demo.password(person))
    page.get_by_test_id("login-submit").click()
    expect(page.get_by_test_id(view)).to_have_attribute("data-vessel", vessel)


def test_an_alert_has_one_state_for_all_consoles(page: Page, other: Page, demo: Demo) -> None:
    """Proves ALT-03, ALT-06, ALT-07 at two consoles: silenced here, acknowledged there, and the history names who."""
    page.set_default_timeout(PATIENCE_MS)
    for console, person in ((page, "ann"), (other, "bob")):
        open_view(console, demo, person, "alerts")
    expect(page.get_by_test_id("whoami")).to_have_attribute("data-key-state", "enrolled")

    # The collector stands still: the shore's own warning sounds at both, and one acknowledgement is both's.
    os.kill(demo.pid(f"collector-{SHIP}"), signal.SIGSTOP)
    try:
        for console in (page, other):
            row = console.get_by_test_id("alertrow-shore.data-stale")
            expect(row).to_have_attribute("data-state", "unacknowledged")
            expect(console.locator("html[data-sound^=warning]")).to_be_attached()
        other.get_by_test_id("alertrow-acknowledge-shore.data-stale").click()
        for console in (page, other):
            expect(console.get_by_test_id("alertrow-shore.data-stale")).to_have_attribute("data-state", "acknowledged")
    finally:
        os.kill(demo.pid(f"collector-{SHIP}"), signal.SIGCONT)
    expect(page.get_by_test_id("alertrow-shore.data-stale")).to_have_count(0)

    # A stop is the ship's alarm: Ann silences it, Bob acknowledges it, by orders that the ship takes.
    page.get_by_test_id("to-conning").click()
    page.get_by_test_id("estop-cover").click()
    page.get_by_test_id("estop").click()
    page.get_by_test_id("to-alerts").click()
    row = page.get_by_test_id("alertrow-emergency-stop")
    expect(row).to_have_attribute("data-state", "unacknowledged")
    expect(page.locator("html[data-sound^=alarm]")).to_be_attached()
    expect(page.get_by_test_id("alert-advice")).to_have_text("Find the cause, reset aboard.")
    picture(page, "alerts")
    page.get_by_test_id("alertrow-silence-emergency-stop").click()
    for console in (page, other):
        expect(console.get_by_test_id("alertrow-emergency-stop")).to_have_attribute("data-state", "silenced")
    other.get_by_test_id("alertrow-acknowledge-emergency-stop").click()
    for console in (page, other):
        expect(console.get_by_test_id("alertrow-emergency-stop")).to_have_attribute("data-state", "acknowledged")
    expect(page.get_by_test_id("alertrow-acknowledge-emergency-stop")).to_be_disabled()

    # What became of each, the latest first, with who answered the shore's.
    page.get_by_test_id("alerts-past").click()
    past = page.get_by_test_id("alert-history").get_by_test_id("alert-past-row")
    stale = past.and_(page.locator("[data-alert='shore.data-stale']"))
    expect(stale).to_have_count(3)
    expect(stale.nth(1)).to_contain_text("bob")
    picture(page, "alerts-history")
