"""An operator's watch at the console, by mouse and keyboard in a real browser, against the whole demo."""

from __future__ import annotations

import os
import re
import signal

from playwright.sync_api import Page, expect

from tests.demo_rig import Demo, wait_until
from tests.e2e.conftest import log_in, picture

SHIP = "otter"
"""The quick one of the fleet: she turns in seconds."""
TURN_MS = 90_000
"""Longest wait for a turn of at most 180 deg; she takes 10 s."""


def open_ship(page: Page, demo: Demo, person: str = "ann", vessel: str = SHIP) -> None:
    """Log in and open the conning view of `vessel`."""
    log_in(page, demo, person)
    page.get_by_test_id(f"vessel-{vessel}").click()
    page.get_by_test_id("conn-holder").wait_for()
    expect(page.get_by_test_id("value-NAV_HDG")).to_contain_text(re.compile(r"\d{3}\.\d"))


def take_conn(page: Page) -> None:
    """Request the conn, wait for the bridge's grant, confirm."""
    page.get_by_test_id("conn-request").click()
    page.get_by_test_id("conn-confirm").click()
    expect(page.get_by_test_id("conn-holder")).to_have_attribute("data-mine", "true")


def give_back_conn(page: Page) -> None:
    """Release the conn; nobody holds it, or at least not this page."""
    page.get_by_test_id("conn-release").click()
    expect(page.get_by_test_id("conn-holder")).not_to_have_attribute("data-mine", "true")


def number(page: Page, channel: str) -> float | None:
    """Return the number that the view shows for `channel`, None for dashes."""
    found = re.search(r"-?\d+\.?\d*", page.get_by_test_id(f"value-{channel}").inner_text().split("\n")[-1])
    return float(found.group()) if found else None


def set_heading_by_mouse(page: Page, heading_deg: int) -> None:
    """Click -10, -1, +1, +10 until the set heading is `heading_deg`."""
    field = page.get_by_test_id("heading-set")
    set_deg = int(field.input_value())
    while off := (heading_deg - set_deg + 180) % 360 - 180:
        step = (10 if abs(off) >= 10 else 1) * (1 if off > 0 else -1)
        page.get_by_test_id(f"heading-{'plus' if step > 0 else 'minus'}{abs(step)}").click()
        set_deg = (set_deg + step) % 360
        expect(field).to_have_value(f"{set_deg:03d}")


def test_a_wrong_password_gets_a_word(page: Page, demo: Demo) -> None:
    """The log-in page stays and says that name or password is wrong, not which."""
    page.goto(demo.url + "/")
    for person in ("ann", "nobody-of-that-name"):
        page.get_by_test_id("login-person").fill(person)
        page.get_by_test_id("login-password").fill("wrong")
        page.get_by_test_id("login-submit").click()
        expect(page.get_by_test_id("login-problem")).to_have_text("Name or password is wrong.")
    picture(page, "login")


def test_the_fleet_is_one_look(page: Page, demo: Demo) -> None:
    """Every vessel of the demo with her step and fresh values, on a chart that has been drawn."""
    log_in(page, demo, "ann")
    for row in demo.facts["vessels"]:
        expect(page.get_by_test_id(f"step-{row['vessel']}")).to_have_text("L0")
        expect(page.get_by_test_id(f"vessel-{row['vessel']}")).to_contain_text(re.compile(r"\d+\.\d kn"))
    expect(page.locator("canvas.maplibregl-canvas")).to_be_visible()
    page.wait_for_timeout(1500)  # tiles of the coastline are cut in a worker that tells nobody when it is done
    picture(page, "fleet")


def test_a_viewer_watches_and_nothing_more(page: Page, demo: Demo) -> None:
    """Proves AUT-11 at the console: a viewer sees every value, and each control says why it is grey."""
    open_ship(page, demo, "vic")
    expect(page.get_by_test_id("conn-request")).to_be_disabled()
    expect(page.get_by_test_id("heading-order")).to_be_disabled()
    expect(page.get_by_test_id("conn-why")).to_contain_text("viewer")


def test_heading_095_by_mouse(page: Page, demo: Demo) -> None:
    """Proves AUT-03, CMD-07 through the browser: the conn is taken, 095 is set, ordered, confirmed; she comes to 095."""
    open_ship(page, demo)

    # The bridge has her, and the page offers to ask for the conn.
    expect(page.get_by_test_id("conn-holder")).to_have_attribute("data-station", "local")
    expect(page.get_by_test_id("heading-order")).to_be_disabled()

    # Ann asks; the mate grants; she confirms and has the conn, with the ship on L0.
    take_conn(page)
    expect(page.get_by_test_id("ladder-step")).to_have_attribute("data-step", "L0")

    # One click sets nothing in motion: Confirm is closed until Order is pressed.
    set_heading_by_mouse(page, 95)
    expect(page.get_by_test_id("heading-confirm")).to_be_disabled()
    page.get_by_test_id("heading-order").click()
    page.get_by_test_id("heading-confirm").click()

    # The ship answers step by step, and SUCCEEDED means that she is on 095 within 2 degrees.
    row = page.locator('[data-testid="order"][data-kind="conn.heading"]').first
    expect(row).to_have_attribute("data-state", "SUCCEEDED", timeout=TURN_MS)
    expect(row).to_contain_text("95 deg")
    heading_deg = number(page, "NAV_HDG")
    assert heading_deg is not None
    assert abs(heading_deg - 95.0) <= 2.0
    page.wait_for_timeout(3000)  # for the picture: a length of track
    picture(page, "conning")

    # A heading that leads into the no-go area is grey before the click, and names the rule.
    no_go_deg = next(row["no_go_heading_deg"] for row in demo.facts["vessels"] if row["vessel"] == SHIP)
    page.get_by_test_id("heading-set").fill(f"{no_go_deg:03.0f}")
    page.get_by_test_id("heading-set").press("Enter")
    expect(page.get_by_test_id("heading-why")).to_contain_text("INT-06")
    expect(page.get_by_test_id("heading-order")).to_be_disabled()
    picture(page, "no-go")

    # She gives the conn back: nobody holds it, and the controls close.
    give_back_conn(page)
    expect(page.get_by_test_id("heading-order")).to_be_disabled()


def order_by_keys(page: Page, name: str) -> None:
    """Press Order and Confirm of the card `name` from the keyboard."""
    page.get_by_test_id(f"{name}-order").press("Enter")
    expect(page.get_by_test_id(f"{name}-confirm")).to_be_enabled()
    page.get_by_test_id(f"{name}-confirm").press("Enter")


def test_course_telegraph_and_speed_by_keys_alone(page: Page, demo: Demo) -> None:
    """Proves CMD-06, CMD-08 through the browser: ordered by keys, told as ordered by the ship; each replaces the last."""
    open_ship(page, demo)
    take_conn(page)
    page.get_by_test_id("way-course").press("Enter")
    field = page.get_by_test_id("course-set")
    field.fill("95")
    field.press("ArrowUp")
    expect(field).to_have_value("096")
    order_by_keys(page, "course")
    expect(page.get_by_test_id("course-ordered")).to_have_text("096.0")
    expect(page.get_by_test_id("way-course")).to_have_class(re.compile("inforce"))

    page.get_by_test_id("telegraph-half_ahead").press("Enter")
    expect(page.get_by_test_id("step-set")).to_have_text("Half ahead")
    order_by_keys(page, "propulsion")
    expect(page.get_by_test_id("propulsion-ordered")).to_have_text("55 %")
    expect(page.get_by_test_id("telegraph-half_ahead")).to_have_class(re.compile("inforce"))
    picture(page, "course-and-telegraph")

    page.get_by_test_id("way-speed").press("Enter")
    page.get_by_test_id("speed-set").fill("2.5")
    order_by_keys(page, "speed")
    expect(page.get_by_test_id("speed-ordered")).to_have_text("2.5 kn")
    telegraph = page.locator('[data-testid="order"][data-kind="conn.telegraph"]').first
    expect(telegraph).to_contain_text("Half ahead")
    expect(telegraph).to_have_attribute("data-state", re.compile("SUPERSEDED|SUCCEEDED"))
    give_back_conn(page)


def test_a_station_is_kept_by_mouse_where_the_hull_can(page: Page, demo: Demo) -> None:
    """Proves CMD-06, CMD-08 in the browser: a circle is set, ordered, kept, shown as in force, and ended by the lever.

    The tanker's hull cannot: her card offers no station.
    """
    open_ship(page, demo, vessel="kestrel")
    expect(page.get_by_test_id("way-speed")).to_be_visible()
    expect(page.get_by_test_id("way-station_keep")).to_have_count(0)
    page.get_by_test_id("to-fleet").click()
    page.get_by_test_id(f"vessel-{SHIP}").click()
    take_conn(page)
    page.get_by_test_id("way-station_keep").click()
    expect(page.get_by_test_id("station-set")).to_have_value("8")
    page.get_by_test_id("station-by10").click()
    page.get_by_test_id("station-by1").click()
    expect(page.get_by_test_id("station-set")).to_have_value("19")
    page.get_by_test_id("station-order").click()
    page.get_by_test_id("station-confirm").click()
    row = page.locator('[data-testid="order"][data-kind="conn.station_keep"]').first
    expect(row).to_have_attribute("data-state", "SUCCEEDED", timeout=TURN_MS)
    expect(row).to_contain_text("19 m")
    expect(page.get_by_test_id("station-ordered")).to_have_text("19 m")
    expect(page.get_by_test_id("way-station_keep")).to_have_class(re.compile("inforce"))
    picture(page, "station")

    # Another order to the engine ends it: the lever's own way is in force again.
    page.get_by_test_id("way-propulsion").click()
    page.get_by_test_id("propulsion-set").fill("20")
    page.get_by_test_id("propulsion-set").press("Enter")
    page.get_by_test_id("propulsion-order").click()
    page.get_by_test_id("propulsion-confirm").click()
    expect(page.get_by_test_id("way-station_keep")).not_to_have_class(re.compile("inforce"), timeout=20_000)
    give_back_conn(page)


def resume(page: Page) -> None:
    """Confirm the mode until the ship takes it, which she does after 10 s of good link and a sign of the operator's presence."""
    page.mouse.move(400, 400)
    page.mouse.move(500, 500)

    def resumed() -> bool:
        button = page.get_by_test_id("resume")
        if button.count() and button.is_enabled():
            button.click()
        page.mouse.move(400, 400)
        page.wait_for_timeout(1000)
        return page.get_by_test_id("ladder-step").get_attribute("data-step") == "L0"

    wait_until(resumed, 60, "the ship is back on L0 after the word of the holder")


def test_the_link_is_lost_and_comes_back(page: Page, demo: Demo) -> None:
    """Proves FBK-02, FBK-03 through the browser: broker frozen, the ship goes to L3 alone and waits there for a human."""
    open_ship(page, demo)
    take_conn(page)

    # The broker is stopped in mid-air: the page says silent and locks, before anything else is known.
    os.kill(demo.pid("broker"), signal.SIGSTOP)
    try:
        expect(page.get_by_test_id("banner")).to_have_attribute("data-tone", "alarm", timeout=10_000)
        expect(page.get_by_test_id("heading-order")).to_be_disabled()
        expect(page.get_by_test_id("ladder-step")).to_have_attribute("data-old", "true")
        picture(page, "link-silent")
        page.wait_for_timeout(9_000)  # past the 10 s after which the ship calls the link lost
    finally:
        os.kill(demo.pid("broker"), signal.SIGCONT)

    # Heard again, she tells that she is at least on L3, and that she will stay until somebody takes her.
    expect(page.get_by_test_id("ladder-step")).to_have_attribute("data-step", re.compile("L[345]"), timeout=30_000)
    expect(page.get_by_test_id("banner")).to_have_attribute("data-tone", "back")
    expect(page.get_by_test_id("heading-order")).to_be_disabled()
    picture(page, "link-back")

    # Ten seconds of good link and Ann's own word bring her back to L0, and not before.
    resume(page)
    give_back_conn(page)


def test_the_emergency_stop_needs_no_conn(page: Page, demo: Demo) -> None:
    """Proves EST-01, EST-02 through the browser: cover, press, and the ship says latched."""
    open_ship(page, demo, vessel="petrel")
    expect(page.get_by_test_id("whoami")).to_have_attribute("data-key-state", "enrolled")
    page.get_by_test_id("estop-cover").click()
    page.get_by_test_id("estop").click()
    expect(page.get_by_test_id("estop-cover")).to_have_attribute("data-latched", "true")
    expect(page.get_by_test_id("banner")).to_have_attribute("data-tone", "alarm")
    page.wait_for_timeout(500)  # for the picture: the cover falls
    picture(page, "emergency-stop")


def test_every_word_is_there_in_korean(page: Page, demo: Demo) -> None:
    """The other language and the night palette: nothing runs over, nothing stays English in the conning view's heads."""
    open_ship(page, demo, "vic")
    page.get_by_test_id("language-ko").click()
    page.get_by_test_id("palette-night").click()
    expect(page.get_by_test_id("conning")).to_contain_text("조종권")
    picture(page, "night-korean")
