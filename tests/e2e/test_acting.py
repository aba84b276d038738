"""Acting at the console, in real browsers against one demo: orders past other ships, by two people, at two consoles.

The routes come first, one after the other, while she has the sea for both.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from protocols.link.passage import Mark, Passage
from protocols.rtz.passage import file_of
from simulators.seabed import BANKS
from tests.demo_rig import Demo
from tests.e2e.conftest import another, on_the_bridge, picture, without_chart
from tests.e2e.open_water import BEND, MEETING, NEAR_BEND, Marks, place_of
from tests.e2e.test_console import give_back_conn, open_ship, take_conn

SHIP = "petrel"
"""She minds who passes within 250 m in the next 8 minutes."""


def put_in_the_way(demo: Demo, turned_deg: float) -> str:
    """Put a ship 2 km off, coming up the line on which ours would run after a turn to `turned_deg`; return her MMSI."""
    towards_deg, back_deg = (turned_deg - 8.0) % 360.0, (turned_deg + 180.0) % 360.0
    told = demo.play(do="meet", vessel=SHIP, bearing_deg=towards_deg, range_m=2000.0, course_deg=back_deg, speed_kn=8.0)
    assert told["ok"], told
    return str(told["mmsi"])


def ahead_of(demo: Demo, *marks: tuple[float, float]) -> list[tuple[float, float]]:
    """Return places (latitude, longitude): each so many metres ahead of the petrel, as she goes now, and to starboard."""
    now = place_of(demo, "petrel")
    return [now.at(*mark) for mark in marks]


def refused(page: Page, folder: Path, passage: Passage, word: str) -> None:
    """Import a route as a file, find its fault told in words and nothing to be sent, and clear it."""
    path = folder / f"{passage.id}.rtz"
    path.write_bytes(file_of(passage))
    page.get_by_test_id("route-file").set_input_files(path)
    expect(page.get_by_test_id("route-faults")).not_to_have_attribute("data-count", "0")
    expect(page.get_by_test_id("route-faults")).to_contain_text(word)
    expect(page.get_by_test_id("route-send")).to_be_disabled()
    page.get_by_test_id("route-clear").click()


def sail(page: Page, demo: Demo, name: str, marks: Marks) -> None:
    """Draw a route in the route view, send it whole, activate it by a second order, and see that she follows it."""
    page.get_by_test_id("route-name").fill(name)
    for latitude, longitude in ahead_of(demo, *marks):
        page.get_by_test_id("route-place").fill(f"{latitude:.5f}, {longitude:.5f}")
        page.get_by_test_id("route-place").press("Enter")
    expect(page.get_by_test_id("route-faults")).to_have_attribute("data-count", "0")
    page.get_by_test_id("route-send").click()
    page.get_by_test_id("route-send-confirm").click()
    expect(page.get_by_test_id("route-aboard")).to_contain_text(name, timeout=20_000)
    expect(page.get_by_test_id("route-list")).not_to_have_attribute("data-count", "0")
    page.get_by_test_id("route-activate-order").click()
    page.get_by_test_id("route-activate-confirm").click()
    expect(page.get_by_test_id("route-aboard")).to_have_attribute("data-active", "true", timeout=20_000)


@pytest.mark.sea_room("petrel", BEND)
def test_a_route_is_drawn_checked_sent_activated_and_suspended(page: Page, demo: Demo, tmp_path: Path) -> None:
    """Proves CMD-09 at the console: every fault of a file is listed and it is not sent; a good route is followed to its turn."""
    without_chart(page)
    open_ship(page, demo, vessel="petrel")
    take_conn(page)
    # The shore has the chart that she says she carries: what is deep enough it calls so, and does not leave to her.
    expect(page.get_by_test_id("heading-order")).to_have_attribute("title", "The ship is expected to accept")
    page.get_by_test_id("to-route").click()

    # A file with a turn that she cannot make and a leg out of her sea: each fault in words, and nothing can be sent.
    places = ahead_of(demo, (-500.0, 0.0), (3000.0, 0.0), (5000.0, 60_000.0))
    bad = Passage("too tight", 1, tuple(Mark("", *place, 5.0, 200.0, 200.0, False, 0.0, 0, False) for place in places))
    refused(page, tmp_path, bad, "Waypoint 2")

    # A leg to the islet in the south: no fence is near; the shore refuses it by her chart, for her draught.
    islet = BANKS[1]
    places = [*ahead_of(demo, BEND[0]), (islet.latitude_deg, islet.longitude_deg)]
    over = Passage("over", 1, tuple(Mark("", *place, 500.0, 100.0, 100.0, False, 0.0, 0, False) for place in places))
    refused(page, tmp_path, over, "The leg to waypoint 2 meets 5.0 m; 9.4 m are needed.")

    # Three waypoints by hand: no fault. Sent whole, it is aboard; activated by a second order, she follows it.
    sail(page, demo, "round the bend", BEND)
    expect(page.get_by_test_id("cross-track")).to_contain_text(re.compile(r"\d+ m"))
    picture(page, "route")

    # The bend comes within three minutes: it is announced, and confirmed by one press.
    page.get_by_test_id("turn-confirm").click()
    row = page.locator('[data-testid="order"][data-kind="alert.acknowledge"]')
    expect(page.get_by_test_id("turn-confirm")).to_have_count(0)

    # The bridge shows it too; suspended, she keeps her heading and the guide is gone.
    page.get_by_test_id("to-conning").click()
    expect(row.first).to_have_attribute("data-state", "SUCCEEDED")
    expect(page.get_by_test_id("next-waypoint")).to_contain_text("waypoint 2")
    page.get_by_test_id("to-route").click()
    page.get_by_test_id("route-suspend-order").click()
    page.get_by_test_id("route-suspend-confirm").click()
    expect(page.get_by_test_id("route-aboard")).to_have_attribute("data-active", "false", timeout=20_000)
    page.get_by_test_id("to-conning").click()
    give_back_conn(page)


@pytest.mark.sea_room("petrel", NEAR_BEND)
def test_a_turn_that_nobody_confirms_becomes_an_alarm_and_is_made(page: Page, demo: Demo) -> None:
    """Told before the wheel-over, counted down for 30 s after it, then an alarm; she turns anyway (MSC.74(69))."""
    without_chart(page)
    open_ship(page, demo, vessel="petrel")
    take_conn(page)
    page.get_by_test_id("to-route").click()
    sail(page, demo, "a turn ahead", NEAR_BEND)
    page.get_by_test_id("to-conning").click()
    turn = page.get_by_test_id("turn-confirm")
    expect(turn).to_be_enabled()
    expect(turn).not_to_contain_text(re.compile(r"\d"))  # announced before: nothing is counted down yet
    alarm = page.get_by_test_id("alert-turn-unconfirmed")
    expect(alarm).to_have_count(0)

    # At the wheel-over the thirty seconds begin, and nobody presses.
    expect(turn).to_contain_text(re.compile(r"\d+ s"), timeout=60_000)
    picture(page, "turn-ahead")
    expect(alarm).to_have_attribute("data-state", "unacknowledged")
    expect(page.locator("html[data-sound^=alarm]")).to_be_attached()
    expect(page.get_by_test_id("value-NAV_ROT")).to_contain_text(re.compile(r"S \d+\.\d"))
    page.get_by_test_id("alert-ack-turn-unconfirmed").click()
    expect(alarm).not_to_have_attribute("data-state", "unacknowledged")
    give_back_conn(page)


def test_what_is_critical_takes_a_second_person_at_another_console(page: Page, browser: Browser, demo: Demo) -> None:
    """Proves CMD-10, EST-02 in two browsers: the reset of a stop waits, shown everywhere, until the Master signs it too."""
    without_chart(page)
    open_ship(page, demo, vessel="otter")
    expect(page.get_by_test_id("conning")).to_contain_text("No chart: this browser draws none")
    page.get_by_test_id("estop-cover").click()
    page.get_by_test_id("estop").click()
    expect(page.get_by_test_id("estop-cover")).to_have_attribute("data-latched", "true")
    with another(browser, demo, "kim") as second:
        page.get_by_test_id("stop-reset").click()
        page.get_by_test_id("stop-reset-confirm").click()

        # Ann's own console shows it and says why she cannot be the second; nothing has gone to the ship.
        row = page.locator('[data-testid="order"][data-kind="stop.reset"]').first
        expect(row).to_have_attribute("data-state", "awaiting approval")
        expect(page.get_by_test_id("approval-why")).to_contain_text("You asked for it yourself")
        expect(page.get_by_test_id("approval-approve")).to_be_disabled()
        expect(page.get_by_test_id("estop-cover")).to_have_attribute("data-latched", "true")
        page.get_by_test_id("estop-cover").click(trial=True)  # what waits is told beside the stop, not over it

        # The Master, who looks at the fleet, is told what, for which ship, by whom, and how long; two steps, by keys.
        card = second.get_by_test_id("approval")
        expect(card).to_contain_text("FARHELM OTTER: Reset stop")
        expect(card).to_contain_text("Asked for by ann")
        expect(second.get_by_test_id("approval-left")).to_have_text(re.compile(r"1:\d\d"))
        picture(second, "approval")
        second.get_by_test_id("approval-approve").press("Enter")
        second.get_by_test_id("approval-confirm").click()

        # The ship checks both signatures; the stop is no longer latched, and nothing waits any more on either console.
        expect(row).to_have_attribute("data-state", "SUCCEEDED")
        expect(page.get_by_test_id("estop-cover")).to_have_attribute("data-latched", "false")
        expect(second.get_by_test_id("approval")).to_have_count(0)
        expect(page.get_by_test_id("approval")).to_have_count(0)


def force(page: Page, second: Page) -> None:
    """Ann loses the conn to Sue's takeover, whose reason she reads, and which stays until she has read it (AUT-09)."""
    second.get_by_test_id("conn-force").click()
    expect(second.get_by_test_id("conn-force-confirm")).to_be_disabled()
    second.get_by_test_id("conn-force-reason").fill("ann is called away")
    second.get_by_test_id("conn-force-confirm").click()
    expect(page.get_by_test_id("conn-says")).to_contain_text("Granted to sue")
    expect(page.get_by_test_id("conn-cause")).to_contain_text("ann is called away")
    second.get_by_test_id("conn-confirm").click()
    expect(page.get_by_test_id("conn-notice")).to_have_attribute("data-kind", "taken")


def test_the_conn_between_two_consoles_and_the_bridge(page: Page, browser: Browser, demo: Demo) -> None:
    """Proves AUT-02, AUT-03, AUT-06, AUT-09 in two browsers: asked, offered, forced with a reason, taken by the bridge."""
    without_chart(page)
    open_ship(page, demo, vessel="kestrel")
    take_conn(page)
    expect(page.get_by_test_id("conn-notice")).to_have_attribute("data-kind", "got")
    with another(browser, demo, "sue") as second:
        second.goto(f"{demo.url}/vessel/kestrel")
        holder = second.get_by_test_id("conn-holder")
        expect(holder).to_have_text("ann")

        # Sue asks; Ann sees who and how long, and hands over; both consoles tell the same.
        second.get_by_test_id("conn-request").click()
        expect(page.get_by_test_id("conn-says")).to_contain_text("sue asks for the conn")
        page.get_by_test_id("conn-grant").click()
        second.get_by_test_id("conn-confirm").click()
        expect(holder).to_have_attribute("data-mine", "true")
        expect(page.get_by_test_id("conn-holder")).to_have_text("sue")
        expect(page.get_by_test_id("conn-notice")).to_have_attribute("data-kind", "taken")
        page.get_by_test_id("conn-notice-read").click()
        expect(page.get_by_test_id("conn-notice")).to_have_count(0)

        # Ann asks back and is denied: she is told so, and by whom it is held.
        page.get_by_test_id("conn-request").click()
        second.get_by_test_id("conn-deny").click()
        expect(page.get_by_test_id("conn-notice")).to_have_attribute("data-kind", "denied")
        expect(page.get_by_test_id("conn-cause")).to_contain_text("denied by sue")

        # Sue offers it: both consoles say so. Ann accepts; Sue's console answers the request by itself, and Ann confirms.
        second.get_by_test_id("offer-to").select_option("ann")
        second.get_by_test_id("offer-make").click()
        for console in (page, second):
            expect(console.get_by_test_id("offer")).to_have_attribute("data-state", "open")
        page.get_by_test_id("offer-accept").click()
        page.get_by_test_id("conn-confirm").click()
        expect(page.get_by_test_id("conn-holder")).to_have_attribute("data-mine", "true")
        expect(second.get_by_test_id("offer")).to_have_attribute("data-state", "taken")

        force(page, second)
        picture(page, "conn-taken")

        # The bridge takes her in one action: no console has her any more, and the one that had is told.
        assert on_the_bridge(demo, "kestrel", do="take", person="mate")
        for console in (page, second):
            expect(console.get_by_test_id("conn-holder")).to_have_attribute("data-station", "local")
        expect(second.get_by_test_id("conn-notice")).to_have_attribute("data-kind", "local")


def test_the_conn_goes_to_another_centre(page: Page, browser: Browser, demo: Demo) -> None:
    """Proves AUT-02, AUT-03 between two centres: asked from Ulsan, granted at Busan; three consoles name who has her."""
    without_chart(page)
    open_ship(page, demo, vessel="kestrel")
    take_conn(page)
    expect(page.get_by_test_id("conn-roc")).to_have_text("Busan ROC")
    with another(browser, demo, "bob") as second, another(browser, demo, "sue") as third:
        for console in (second, third):
            console.goto(f"{demo.url}/vessel/kestrel")
        expect(second.get_by_test_id("conn-roc")).to_have_text("Busan ROC")
        second.get_by_test_id("conn-request").click()
        expect(page.get_by_test_id("conn-says")).to_contain_text("bob asks for the conn")
        page.get_by_test_id("conn-grant").click()

        # Granted is not yet held: until Ulsan confirms it is Busan's.
        expect(second.get_by_test_id("conn-confirm")).to_be_visible()
        for console in (page, second, third):
            expect(console.get_by_test_id("conn-roc")).to_have_text("Busan ROC")
        second.get_by_test_id("conn-confirm").click()
        for console in (page, second, third):
            expect(console.get_by_test_id("conn-roc")).to_have_text("Ulsan ROC")
            expect(console.get_by_test_id("conn-holder")).to_contain_text("bob")
        expect(second.get_by_test_id("conn-holder")).to_have_attribute("data-mine", "true")
        expect(page.get_by_test_id("conn-notice")).to_have_attribute("data-kind", "taken")


@pytest.mark.sea_room(SHIP, MEETING)
def test_an_order_past_another_ship_takes_a_reason(page: Page, demo: Demo) -> None:
    """Proves INT-08 at the console: refused in words with the trial drawn; a reason typed, the same order is taken."""
    open_ship(page, demo, vessel=SHIP)
    take_conn(page)
    turned_deg = round(place_of(demo, SHIP).course_deg + 50.0) % 360
    other = put_in_the_way(demo, turned_deg)
    page.locator(f'[data-testid="target"][data-mmsi="{other}"]').wait_for()

    # The chart turns with her, and back.
    turner = page.get_by_test_id("chart-up")
    for up in ("head", "course", "north"):
        turner.press("Enter")
        expect(turner).to_have_attribute("data-up", up)

    # Grey, with the rule; on the chart her predicted track, in the list who comes how near, when, and who gives way.
    page.get_by_test_id("heading-set").fill(f"{turned_deg:03d}")
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
    give_back_conn(page)


def test_her_machines_are_stopped_and_started_by_who_has_engineering(page: Page, demo: Demo) -> None:
    """Proves AUT-01, CMD-06 at the console: asked of the bridge, ordered beside the read-back; the last pump is refused."""
    without_chart(page)
    open_ship(page, demo, vessel="kestrel")
    page.get_by_test_id("to-engine").click()
    pump = page.get_by_test_id("machine-STG_PMP2")
    expect(pump).to_have_attribute("data-running", "running")
    expect(page.get_by_test_id("machine-STG_PMP2-why")).to_have_text("You do not have engineering")
    page.get_by_test_id("engine-request").click()
    page.get_by_test_id("engine-confirm").click()
    expect(page.get_by_test_id("engine-holder")).to_have_attribute("data-mine", "true")
    for goal, other in (("stopped", "Start"), ("running", "Stop")):
        page.get_by_test_id("machine-STG_PMP2-order").click()
        page.get_by_test_id("machine-STG_PMP2-confirm").click()
        expect(page.get_by_test_id("machine-order-STG_PMP2")).to_have_attribute("data-state", "SUCCEEDED")
        expect(pump).to_have_attribute("data-running", goal)
        expect(page.get_by_test_id("machine-ordered-STG_PMP2")).to_have_text(goal)
        expect(page.get_by_test_id("machine-STG_PMP2-order")).to_have_text(other)
        if goal == "stopped":
            expect(page.get_by_test_id("machine-STG_PMP1-why")).to_contain_text("INT-03")
            expect(page.get_by_test_id("machine-STG_PMP1-order")).to_be_disabled()
            picture(page, "machines")
    page.get_by_test_id("engine-release").click()
    expect(page.get_by_test_id("engine-holder")).to_have_attribute("data-station", "none")


def test_another_phase_is_put_in_force_and_a_takeover_is_rehearsed(page: Page, demo: Demo) -> None:
    """Proves FBK-02, AUT-06, AUT-11 at the console: refused in words where she is too fast; a drill is timed and listed."""
    without_chart(page)
    open_ship(page, demo, vessel="petrel")
    page.get_by_test_id("to-drill").click()
    expect(page.get_by_test_id("drills")).to_have_attribute("data-actuators", "simulated")
    expect(page.get_by_test_id("drill-takeover-why")).to_contain_text("begun by who has the conn, or by a supervisor")
    take_conn(page)
    page.get_by_test_id("to-phase").click()
    expect(page.get_by_test_id("phase-coastal")).to_have_attribute("data-in-force", "true")
    expect(page.get_by_test_id("phase-berth-why")).to_contain_text("INT-04")
    expect(page.get_by_test_id("phase-berth-order")).to_be_disabled()
    page.get_by_test_id("phase-open_sea-order").click()
    page.get_by_test_id("phase-open_sea-confirm").click()
    expect(page.get_by_test_id("phase-open_sea")).to_have_attribute("data-in-force", "true")
    picture(page, "phase")

    # The bridge, played by the ship, takes her; from the moment at which she can be had again the time runs.
    page.get_by_test_id("to-drill").click()
    page.get_by_test_id("drill-takeover-order").click()
    page.get_by_test_id("drill-takeover-confirm").click()
    expect(page.get_by_test_id("drill-now")).to_have_attribute("data-state", "ready")
    expect(page.get_by_test_id("conn-holder")).to_have_attribute("data-station", "local")
    take_conn(page)
    expect(page.get_by_test_id("drill-now")).to_have_count(0)
    done = page.locator('[data-testid="drill-row"][data-exercise="takeover"]')
    expect(done).to_contain_text(re.compile(r"\d\.\d s"))
    expect(done).to_have_attribute("data-passed", "true")
    picture(page, "drill")
    give_back_conn(page)
