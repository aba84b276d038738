"""The console on a small screen, a wrong clock, without WebGL, in two tabs, and when the shore is begun anew."""

from __future__ import annotations

import os
import re
import signal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.demo_rig import ROOT, Demo, now, wait_until
from tests.e2e.conftest import log_in, picture
from tests.e2e.test_console import give_back_conn

SHIP = "otter"
FITS = (ROOT / "ui" / "tests" / "fits.js").read_text()
"""Returns what is cut off or covered, as sentences."""
UNDER_ITS_COVER = re.compile(r'estop|small "')
"""The emergency stop lies under a cover until that is lifted."""
VIEWS = ("conning", "route", "engine", "alerts", "phase", "drill", "history", "report", "ledger", "replay")
SPOIL = """document.body.insertAdjacentHTML("beforeend", `<div style="position:fixed;z-index:99;inset:0 0 50% 0"></div>
  <p style="position:absolute;left:1300px;top:760px;white-space:nowrap">a line over the edge of it</p>`)"""
ROOM = """() => {
  const inside = document.querySelector("farhelm-console").shadowRoot;
  const of = (name) => inside.querySelector(name).getBoundingClientRect();
  const over = inside.querySelector(".hers") ? ".hers" : "fh-top-bar"; // who has her, and the stop
  return [of(".view").top - of(over).bottom, innerHeight - of(".view").bottom].map(Math.round);
}"""
"""Pixels of nothing over and under the view."""
WRONG_BY_MIN = 7
NO_WEBGL = """const of = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return /webgl/.test(kind) ? null : of.call(this, kind, ...more);
};"""
CLOCK_AHEAD = f"""{{ const now = Date.now.bind(Date), Real = Date, ahead = {WRONG_BY_MIN} * 60000;
  window.Date = class extends Real {{
    constructor(...of) {{ if (of.length) super(...of); else super(now() + ahead); }}
    static now() {{ return now() + ahead; }}
  }}; }}"""


def faults(page: Page) -> list[str]:
    """Return what is cut off or covered on the page as it stands."""
    found: list[str] = page.evaluate(FITS)
    return [fault for fault in found if not (fault.startswith("covered") and UNDER_ITS_COVER.search(fault))]


def laptop(browser: Browser) -> BrowserContext:
    """Return a browser on a laptop of 1366x768."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    context.set_default_timeout(40_000)
    return context


@pytest.mark.timeout(300)
@pytest.mark.parametrize("is_long", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["by-turns", "all"])
def test_nothing_is_cut_or_covered_on_a_laptop(browser: Browser, demo: Demo, is_long: bool) -> None:
    """1366x768: fleet, administration and every view of a vessel, by turns in English and Korean, in the long run each in both.

    The negative control: a panel over the order controls, and a line that is wider than the window.
    """
    context = laptop(browser)
    page = context.new_page()
    log_in(page, demo, "ann")
    found = {"fleet": faults(page)}
    for number, view in enumerate(VIEWS):
        for language in ("en", "ko") if is_long else ("en", "ko")[number % 2 :][:1]:
            page.get_by_test_id(f"language-{language}").click()
            page.goto(f"{demo.url}/vessel/{SHIP}/{view}")
            page.locator(f"[data-testid=to-{view}].on").wait_for()
            page.wait_for_timeout(700)  # its own module is fetched, and its first values
            if view == "conning":
                page.get_by_test_id("chart-marker").click()
                expect(page.get_by_test_id("marker-said")).to_contain_text("°")
                expect(
                    page.get_by_test_id("chart-made-up")
                ).to_be_visible()  # its line is the longest when charts are there
            found[f"{view} {language}"] = faults(page)
            if view != "replay":  # that one orders nothing
                page.get_by_test_id("estop-cover").click(trial=True)  # to be hit where it is, by nothing but a click
            assert page.evaluate(ROOM) == [0, 0], f"{view}: room is lost over or under it"
    page.get_by_test_id("logout").click()
    page.get_by_test_id("login-person").wait_for()
    log_in(page, demo, "sue")
    page.get_by_test_id("to-admin").click()
    for part in ("people", "vessels", "station", "acts"):
        page.get_by_test_id(f"admin-{part}").click()
        page.locator("[data-testid=admin] tbody tr").first.wait_for()
        found[f"admin {part}"] = faults(page)
        if part == "people":
            picture(page, "admin")
    assert found == {place: [] for place in found}

    page.evaluate(SPOIL)
    kinds = {fault.partition(":")[0] for fault in faults(page)}
    assert {"covered", "outside the window", "the page scrolls"} <= kinds
    context.close()


def test_a_wrong_clock_of_this_computer_changes_no_age(page: Page, demo: Demo) -> None:
    """Seven minutes ahead: values are fresh, time and ship's time are the shore's, and a word says which clock is wrong."""
    page.add_init_script(CLOCK_AHEAD)
    log_in(page, demo, "vic")
    page.get_by_test_id(f"vessel-{SHIP}").click()
    expect(page.get_by_test_id("value-NAV_HDG")).to_contain_text(re.compile(r"\d{3}\.\d"))
    expect(page.get_by_test_id("clock-skew")).to_contain_text(f"{WRONG_BY_MIN} min ahead")
    told = page.get_by_test_id("clock").inner_text()
    hours, minutes, seconds = (int(part) for part in re.findall(r"\d\d", told)[:3])
    right = now()
    apart_s = hours * 3600 + minutes * 60 + seconds - (right.hour * 3600 + right.minute * 60 + right.second)
    assert abs((apart_s + 43_200) % 86_400 - 43_200) < 10
    expect(page.get_by_test_id("ship-time")).to_contain_text(re.compile(r"LT \d\d:\d\d \(\+09:00\)"))
    picture(page, "clock-wrong")
    page.get_by_test_id("clock-skew-read").click()
    expect(page.get_by_test_id("clock-skew")).to_have_count(0)


def test_without_webgl_the_instruments_go_on(page: Page, demo: Demo) -> None:
    """A clear word where the chart would be, fresh values beside it, and the conn can be asked for."""
    page.add_init_script(NO_WEBGL)
    log_in(page, demo, "ann")
    page.get_by_test_id(f"vessel-{SHIP}").click()
    expect(page.locator("fh-chart .problem")).to_contain_text("No chart: this browser draws none")
    expect(page.get_by_test_id("value-NAV_HDG")).to_contain_text(re.compile(r"\d{3}\.\d"))
    expect(page.get_by_test_id("traffic")).to_be_visible()
    expect(page.get_by_test_id("conn-request")).to_be_enabled()
    picture(page, "no-webgl")


def test_two_tabs_of_one_person_are_two_consoles(page: Page, demo: Demo) -> None:
    """What one tab holds the other only sees, and says that it is another console of the same person."""
    log_in(page, demo, "ann")
    page.get_by_test_id(f"vessel-{SHIP}").click()
    page.get_by_test_id("conn-request").click()
    page.get_by_test_id("conn-confirm").click()
    expect(page.get_by_test_id("conn-holder")).to_have_attribute("data-mine", "true")
    with page.context.expect_page() as opened:
        page.evaluate("window.open(location.href)")  # a copy: it begins with the storage of the first
    other = opened.value
    expect(other.get_by_test_id("conn-holder")).to_have_attribute("data-station", "remote", timeout=40_000)
    expect(other.get_by_test_id("conn-holder")).not_to_have_attribute("data-mine", "true")
    expect(other.get_by_test_id("heading-order")).to_be_disabled()
    other.close()
    page.bring_to_front()
    page.mouse.move(400, 400)
    page.mouse.move(500, 500)
    expect(page.get_by_test_id("conn-holder")).to_have_attribute("data-mine", "true")
    give_back_conn(page)


@pytest.mark.soak
def test_a_shore_begun_anew_is_found_again_by_itself(page: Page, demo: Demo) -> None:
    """The shore is killed: the page says so at once, and shows fresh values again without a hand on it."""
    log_in(page, demo, "vic")
    page.get_by_test_id(f"vessel-{SHIP}").click()
    expect(page.get_by_test_id("value-NAV_HDG")).to_contain_text(re.compile(r"\d{3}\.\d"))
    killed = demo.pid("shore")
    os.kill(killed, signal.SIGKILL)
    expect(page.get_by_test_id("shore-link")).to_have_attribute("data-connected", "false", timeout=5000)
    wait_until(lambda: demo.pid("shore") != killed, 60, "the demo begins its shore anew")
    expect(page.get_by_test_id("shore-link")).to_have_attribute("data-connected", "true", timeout=60_000)
    expect(page.get_by_test_id("value-NAV_HDG")).to_have_attribute("data-look", "fresh", timeout=60_000)
