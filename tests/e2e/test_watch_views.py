"""The watching half of the console: alerts, engine, ledger, voyages and replay, on one running demo."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.demo_rig import Demo, now, wait_until
from tests.e2e.conftest import PATIENCE_MS, on_the_bridge, picture, without_chart
from tests.e2e.test_console import give_back_conn, take_conn

SHIP = "kestrel"


SHORT = """row => { const list = row.closest(".list"); list.style.maxHeight = "6rem";
  list.scrollTop = row.offsetTop - list.querySelector("thead").clientHeight; }"""
"""Makes the list of the ledger shorter than what a new demo has done, and scrolls it to a row."""


@pytest.fixture
def other(browser: Browser) -> Iterator[Page]:
    """A second person's browser; nobody looks at its chart."""
    context = browser.new_context(viewport={"width": 1000, "height": 600})
    page = context.new_page()
    without_chart(page)
    yield page
    context.close()


def open_view(page: Page, demo: Demo, person: str, view: str, vessel: str = SHIP) -> None:
    """Log in at the address of a view of a vessel: it is what opens."""
    page.goto(f"{demo.url}/vessel/{vessel}/{view}")
    page.get_by_test_id("login-person").fill(person)
    page.get_by_test_id("login-password").fill(demo.password(person))
    page.get_by_test_id("login-submit").click()
    expect(page.get_by_test_id(view)).to_have_attribute("data-vessel", vessel)


def ashore_s(demo: Demo) -> float:
    """Return how many seconds ago the first position of the last hour was measured: the demo may be young."""
    points = demo.get(f"/api/v1/vessels/{SHIP}/track")["points"]
    return now().timestamp() - points[0][2] / 1000 if points else 0.0


def stale_data_is_answered_once(page: Page, other: Page, demo: Demo) -> None:
    """The collector stands still: the shore's own warning sounds at both consoles, and one acknowledgement is both's."""
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


def test_an_alert_has_one_state_for_all_consoles(page: Page, other: Page, demo: Demo) -> None:
    """Proves ALT-03, ALT-06, ALT-07 at two consoles: silenced here, acknowledged there, and the history names who."""
    for console, person in ((page, "ann"), (other, "bob")):
        open_view(console, demo, person, "alerts")
    expect(page.get_by_test_id("whoami")).to_have_attribute("data-key-state", "enrolled")

    stale_data_is_answered_once(page, other, demo)

    # The bridge stops her: the ship's alarm, which Ann silences and Bob acknowledges by orders that she takes.
    assert on_the_bridge(demo, SHIP, do="emergency_stop", person="mate")
    row = page.get_by_test_id("alertrow-emergency-stop")
    expect(row).to_have_attribute("data-state", "unacknowledged")
    expect(page.locator("html[data-sound^=alarm]")).to_be_attached()
    row.click()  # what is said of the first of the list would be of another ship's approach, if one came now
    expect(page.get_by_test_id("alert-advice")).to_have_text("Find the cause, reset aboard.")
    picture(page, "alerts")
    page.get_by_test_id("alertrow-silence-emergency-stop").click()
    for console in (page, other):
        expect(console.get_by_test_id("alertrow-emergency-stop")).to_have_attribute("data-state", "silenced")
    other.get_by_test_id("alertrow-acknowledge-emergency-stop").click()
    for console in (page, other):
        expect(console.get_by_test_id("alertrow-emergency-stop")).to_have_attribute("data-state", "acknowledged")
    expect(page.get_by_test_id("alertrow-acknowledge-emergency-stop")).to_be_disabled()

    # Ann takes it over from the bridge, as who has the conn alone may: both consoles say that it is ashore's now.
    expect(page.get_by_test_id("alertrow-take-emergency-stop")).to_have_attribute("title", "You do not have the conn")
    take_conn(page)
    page.get_by_test_id("alertrow-take-emergency-stop").click()
    for console in (page, other):
        row = console.get_by_test_id("alertrow-emergency-stop")
        expect(row).to_have_attribute("data-state", "responsibility-transferred")
        expect(row).to_contain_text("taken ashore")
    expect(page.get_by_test_id("alertrow-take-emergency-stop")).to_be_disabled()
    give_back_conn(page)

    # What became of each, the latest first, with who answered the shore's.
    page.get_by_test_id("alerts-past").click()
    past = page.get_by_test_id("alert-history").get_by_test_id("alert-past-row")
    stale = past.and_(page.locator("[data-alert='shore.data-stale']"))
    for place, state in enumerate(("normal", "acknowledged", "unacknowledged")):
        expect(stale.nth(place)).to_have_attribute("data-state", state)
    expect(stale.nth(1)).to_contain_text("bob")
    picture(page, "alerts-history")
    assert on_the_bridge(demo, SHIP, do="reset_stop", person="mate")


def test_the_engine_room_is_what_the_catalogue_says(page: Page, demo: Demo) -> None:
    """Values with limits and trends of what the vessel has; what she never told is three dashes and no number."""
    open_view(page, demo, "vic", "engine")
    expect(page.get_by_test_id("engine-row-ME_CWT")).to_have_attribute("data-look", "fresh")
    expect(page.get_by_test_id("engine-row-ME_CWT")).to_contain_text(re.compile(r"\d+\.\d"))
    expect(page.get_by_test_id("engine-row-ME_CWT").locator(".bar")).to_have_attribute(
        "title", re.compile("alarm above 94 degC")
    )
    expect(page.get_by_test_id("engine-row-STG_PMP1")).to_contain_text("running")
    expect(page.get_by_test_id("engine-row-STG_RUD_P")).to_have_attribute("data-look", "absent")
    expect(page.get_by_test_id("engine-row-STG_RUD_P")).to_contain_text("---")
    expect(page.get_by_test_id("engine-trend-ME_CWT").locator("path")).to_be_attached(timeout=90_000)
    picture(page, "engine")


def test_a_ledger_that_was_tampered_with_shows_where(page: Page, demo: Demo) -> None:
    """Proves LED-01, LED-03 at the console: who did what and why; whole, then one byte changed in the database is named."""
    open_view(page, demo, "ida", "ledger")
    expect(page.get_by_test_id("ledger-verdict")).to_have_attribute("data-whole", "true")
    page.get_by_test_id("ledger-kind-roster").click()
    rows = page.get_by_test_id("ledger-entry")
    expect(rows.first).to_have_attribute("data-kind", "roster")
    number = int(rows.last.get_attribute("data-number") or 0)
    with psycopg.connect(demo.facts["database_dsn"]) as database:
        database.execute("ALTER TABLE ledger DISABLE TRIGGER ledger_unchanged")
        database.execute("UPDATE ledger SET signed = signed || '\\x00' WHERE id = %s", (number,))
    page.get_by_test_id("ledger-verify").click()
    expect(page.get_by_test_id("ledger-verdict")).to_have_attribute("data-whole", "false")
    expect(page.get_by_test_id("ledger-fault")).to_have_attribute("data-number", str(number))
    expect(rows.last).to_have_attribute("data-standing", "broken")
    expect(rows.first).to_have_attribute("data-standing", "after" if rows.count() > 1 else "broken")
    picture(page, "ledger-broken")
    with psycopg.connect(demo.facts["database_dsn"]) as database:
        database.execute(
            "UPDATE ledger SET signed = substring(signed FROM 1 FOR length(signed) - 1) WHERE id = %s", (number,)
        )
        database.execute("ALTER TABLE ledger ENABLE TRIGGER ledger_unchanged")
    page.get_by_test_id("ledger-verify").click()
    expect(page.get_by_test_id("ledger-verdict")).to_have_attribute("data-whole", "true")


def test_a_replay_shows_then_and_orders_nothing(page: Page, demo: Demo) -> None:
    """Marked REPLAY, with the values and the ages of then; it opens no socket, has no order control, and jumps."""
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    wait_until(
        lambda: ashore_s(demo) > 90, 120, "there is a minute to be replayed, and the heartbeat's row of then is written"
    )
    at = now() - timedelta(seconds=60)
    page.goto(f"{demo.url}/vessel/{SHIP}/replay?at={at:%Y-%m-%dT%H:%M:%S}Z")
    page.get_by_test_id("login-person").fill("ann")
    page.get_by_test_id("login-password").fill(demo.password("ann"))
    page.get_by_test_id("login-submit").click()
    replay = page.get_by_test_id("replay")
    expect(replay).to_have_attribute("data-busy", "false")
    expect(page.get_by_test_id("replay-mark")).to_have_text("REPLAY")
    expect(page.get_by_test_id("replay-then")).to_contain_text(f"{at:%H:%M:%S}")
    expect(page.get_by_test_id("value-NAV_HDG")).to_contain_text(re.compile(r"\d{3}\.\d"))
    # The link and the sources as they were then: the demo's ships and shore share one clock, so the one way is known.
    expect(page.get_by_test_id("link-bearer")).to_have_text(re.compile(r"^[a-z]+"))
    expect(page.get_by_test_id("link-one-way")).to_have_text(re.compile(r"\d+ ms"))
    expect(page.get_by_test_id("link-received")).to_have_text(re.compile(r"[1-9].* k?B/s"))
    expect(page.get_by_test_id("value-NAV_HDG")).to_have_attribute("data-source", re.compile("."))
    # Ten times as fast: half a minute of then in three seconds of now.
    page.get_by_test_id("replay-speed-10").click()
    expect(replay).to_have_attribute("data-busy", "false")
    page.get_by_test_id("replay-play").click()
    begun_ms = at.timestamp() * 1000
    page.wait_for_function(
        "(begun) => Number(document.querySelector('farhelm-console').shadowRoot.querySelector('fh-replay')"
        ".shadowRoot.querySelector('[data-testid=replay]').dataset.at) > begun + 20000", arg=begun_ms,
    )  # fmt: skip
    picture(page, "replay")
    # Nobody orders anything from here.
    for control in ("conn-request", "heading-order", "estop", "estop-cover"):
        expect(page.get_by_test_id(control)).to_have_count(0)
    assert sockets == []
    # A jump goes to five seconds before what it is for, and stands there while nothing plays.
    page.get_by_test_id("replay-play").click()
    expect(replay).to_have_attribute("data-playing", "false")
    jump = page.get_by_test_id("replay-jump").first
    happened = datetime.strptime(jump.inner_text().split()[0], "%H:%M:%S")  # noqa: DTZ007 - a time of day
    jump.click()
    expect(page.get_by_test_id("replay-then")).to_contain_text(f"{happened - timedelta(seconds=5):%H:%M:%S}")


def test_a_replay_stands_as_chart_history_and_lists_stood(page: Page, demo: Demo) -> None:
    """What was up on ann's chart, her span of the history, the row of her lists; the negative control: before she turned it."""
    open_view(page, demo, "ann", "conning")
    expect(page.get_by_test_id("chart-up")).to_have_attribute("data-up", "north")
    moments = [kept(demo, "conning", "% north%")]
    page.get_by_test_id("chart-up").click()
    moments.append(kept(demo, "conning", "% head%"))
    page.get_by_test_id("to-history").click()
    page.get_by_test_id("history-6h").click()
    moments.append(kept(demo, "history", f"%last {6 * 3600 * 1000}%"))
    page.get_by_test_id("to-alerts").click()
    page.get_by_test_id("alerts-past").click()
    moments.append(kept(demo, "alerts", "%past %"))
    page.get_by_test_id("to-ledger").click()
    fourth = page.get_by_test_id("ledger-entry").nth(3)
    fourth.evaluate(SHORT)
    number = fourth.get_attribute("data-number")
    moments.append(kept(demo, "ledger", f"%entry {number}%"))
    for at, up in zip(moments[:2], ("north", "head"), strict=True):
        follow_at(page, demo, at)
        expect(page.get_by_test_id("chart-up")).to_have_attribute("data-up", up)
    follow_at(page, demo, moments[2])
    begun = moments[2] - timedelta(hours=6)
    expect(page.get_by_test_id("replay-other")).to_contain_text(f"{begun:%H:%M}")
    follow_at(page, demo, moments[3])
    expect(page.get_by_test_id("alert-history")).to_be_visible()
    follow_at(page, demo, moments[4])
    expect(page.get_by_test_id("replay-other")).to_contain_text(f"(from entry {number})")


def kept(demo: Demo, view: str, look: str) -> datetime:
    """Return a moment at which ann's screen stood so by the shore's record, the last of it: told each 5 s, written each 5 s."""
    with psycopg.connect(demo.facts["database_dsn"], autocommit=True) as database:

        def last() -> datetime | None:
            row = database.execute(
                "SELECT time, view, look LIKE %s FROM screen WHERE person = 'ann' ORDER BY time DESC LIMIT 1", (look,)
            ).fetchone()
            return row[0] if row and row[1:] == (view, True) else None

        found: datetime = wait_until(last, PATIENCE_MS / 1000, f"{view} with {look} is in the record")
    at = found.astimezone(UTC) + timedelta(seconds=1)  # a replay begins at a whole second
    wait_until(lambda: now() > at, 2, "it has stood for a second")
    return at


def follow_at(page: Page, demo: Demo, at: datetime) -> None:
    """Open the replay at a moment, and follow the one console that was open then."""
    page.goto(f"{demo.url}/vessel/{SHIP}/replay?at={at:%Y-%m-%dT%H:%M:%S}Z")
    expect(page.get_by_test_id("replay")).to_have_attribute("data-busy", "false")
    page.locator('[data-testid="replay-screen"][data-person="ann"]').last.click()


@pytest.mark.timeout(300)
def test_a_voyage_and_the_report_of_its_day(page: Page, demo: Demo) -> None:
    """The voyage under way is found by itself, listed, and reported by the day; on paper stands the report alone.

    The last of this file: by now she has been under way for as long as makes a departure.
    """
    page.context.set_default_timeout(PATIENCE_MS)

    def found() -> bool:
        return bool(demo.get(f"/api/v1/vessels/{SHIP}/voyages")["voyages"])

    wait_until(found, 240, "she has been under way for the two minutes that make a departure")
    open_view(page, demo, "ida", "history")
    page.get_by_test_id("history-voyages").click()
    row = page.get_by_test_id("voyage").first
    expect(row).to_contain_text("under way")
    row.get_by_test_id("voyage-report").click()
    expect(page.get_by_test_id("report")).to_have_attribute("data-day", re.compile(r"\d{4}-\d\d-\d\d"))
    expect(page.get_by_test_id("report-leg").first).to_contain_text("under way")
    expect(page.get_by_test_id("report-distance")).to_contain_text(re.compile(r"\d+\.\d NM"))
    page.emulate_media(media="print")
    expect(page.locator("fh-top-bar")).to_be_hidden()
    picture(page, "report-print")


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_a_seat_without_a_sign_of_life_is_asked_called_told_and_given_up(page: Page, other: Page, demo: Demo) -> None:
    """Proves AUT-05, AUT-10 in real time: 180, 15, 15 and 90 s (MSC.128(75)); a movement ends it, else others hear of it."""
    without_chart(page)
    open_view(page, demo, "ann", "conning")
    open_view(other, demo, "sue", "alerts")
    expect(page.get_by_test_id("whoami")).to_have_attribute("data-key-state", "enrolled")
    take_conn(page)
    asked, told = page.get_by_test_id("seat-watch"), other.get_by_test_id("alertrow-shore.seat-silent")

    # Asked by sight; the first movement is the answer.
    expect(asked).to_have_attribute("data-stage", "asks", timeout=200_000)
    expect(told).to_have_count(0)
    picture(page, "seat-asks")
    page.mouse.move(600, 600)
    expect(asked).to_have_count(0)

    # Left alone: called, and then told to others, who hear an alarm.
    expect(asked).to_have_attribute("data-stage", "sounds", timeout=220_000)
    expect(page.locator("html[data-sound^=alarm]")).to_be_attached()
    expect(asked).to_have_attribute("data-stage", "tells", timeout=30_000)
    expect(told).to_have_attribute("data-state", "unacknowledged", timeout=15_000)
    expect(told).to_contain_text("ann has the conn and gives no sign of life")
    expect(other.locator("html[data-sound^=alarm]")).to_be_attached()
    picture(other, "seat-told")
    expect(page.get_by_test_id("conn-holder")).to_have_attribute("data-mine", "true")

    # Nobody went there: at the end of the chain the ship is no longer told that anybody is there.
    expect(asked).to_have_attribute("data-stage", "over", timeout=110_000)
    picture(page, "seat-over")
