"""Acting at the console, in real browsers against one demo: orders past other ships, by two people, at two consoles."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.demo_rig import Demo
from tests.e2e.conftest import picture
from tests.e2e.test_console import open_ship, take_conn

SHIP = "petrel"
"""She minds who passes within 250 m in the next 8 minutes."""


def put_in_the_way(demo: Demo) -> str:
    """Put a ship 2 km to the south-east, coming up the line on which ours would run after a turn to 130; return her MMSI."""
    told = demo.play(do="meet", vessel=SHIP, bearing_deg=122.0, range_m=2000.0, course_deg=310.0, speed_kn=8.0)
    assert told["ok"], told
    return str(told["mmsi"])


def test_an_order_past_another_ship_takes_a_reason(page: Page, demo: Demo) -> None:
    """Proves INT-08 at the console: refused in words with the trial drawn; a reason typed, the same order is taken."""
    open_ship(page, demo, vessel=SHIP)
    take_conn(page)
    other = put_in_the_way(demo)
    page.locator(f'[data-testid="target"][data-mmsi="{other}"]').wait_for()

    # Grey, with the rule; on the chart her predicted track, in the list who comes how near, when, and who gives way.
    page.get_by_test_id("heading-set").fill("130")
    page.get_by_test_id("heading-set").press("Enter")
    expect(page.get_by_test_id("heading-why")).to_contain_text("INT-08")
    expect(page.get_by_test_id("heading-order")).to_be_disabled()
    trial = page.get_by_test_id("trial")
    expect(trial).to_have_attribute("data-kind", "conn.heading")
    near = trial.locator('[data-danger="true"]').first
    expect(near).to_contain_text(other)
    expect(near).to_contain_text(re.compile(r"\d+ m"))
    expect(near).to_contain_text(re.compile(r"\d+:\d\d"))
    page.wait_for_timeout(1500)  # for the picture: the chart draws twice a second
    picture(page, "trial-manoeuvre")

    # Another heading needs no reason, and what was typed for one order is not said for another.
    page.get_by_test_id("heading-reason").fill("seen")
    page.get_by_test_id("heading-plus10").click()
    page.get_by_test_id("heading-minus10").click()
    expect(page.get_by_test_id("heading-reason")).to_have_value("")

    # With a reason, typed and confirmed by keys alone, the order opens; the ship takes it and keeps the words.
    page.get_by_test_id("heading-reason").focus()
    page.keyboard.type("agreed on VHF 12, she passes astern")
    expect(page.get_by_test_id("heading-order")).to_be_enabled()
    page.get_by_test_id("heading-order").press("Enter")
    expect(page.get_by_test_id("heading-confirm")).to_be_enabled()
    page.get_by_test_id("heading-confirm").press("Enter")
    row = page.locator('[data-testid="order"][data-kind="conn.heading"]').first
    expect(row).to_have_attribute("data-state", re.compile("executing|SUCCEEDED"))
    expect(row).to_contain_text("agreed on VHF 12")
    expect(page.get_by_test_id("heading-reason")).to_have_count(0)
    page.get_by_test_id("conn-release").click()
    expect(page.get_by_test_id("conn-holder")).not_to_have_attribute("data-mine", "true")
