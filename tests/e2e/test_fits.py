"""What the link meter has to say at its worst is all to be read, and a narrow window lays no view's button on another's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect

from control.ladder import LADDER, Lasts
from tests.e2e.conftest import without_chart
from tests.e2e.test_looks import StillShore, still
from tests.e2e.test_survives import FITS
from tests.played_shore import SHIP

SILENCE: Final = [rung for rung in LADDER if isinstance(rung.given, Lasts) and rung.given.input == "silence_s"]
LOST: Final[dict[str, Any]] = {
    "step": "L5", "next_step": "L6", "next_step_in_s": 44.0, "action": "fallback: slowing down on heading",
    "reasons": [{"name": r.name, "text": r.text, "since_ms": 0, "clears": r.clears} for r in reversed(SILENCE)],
}  # fmt: skip
"""The ladder's own sentences of a silent operator, all that hold on L5: the most that she says of a link."""
SEEN: Final = """of => [...of.children].filter((line) =>
    line.getBoundingClientRect().bottom <= of.getBoundingClientRect().bottom + 1).length"""
"""How many lines of what is told stand there whole, without scrolling."""
Opened = Callable[[int, int], Page]


class LostShore(StillShore):
    """A shore whose ship has lost her link, with all that silence says."""

    def say(self, message: dict[str, Any]) -> None:
        """Send one message, a status with all that a lost link has to say."""
        super().say({**message, **LOST} if message["type"] == "status" else message)


@pytest.fixture
def opened(browser: Browser) -> Iterator[Opened]:
    """What opens the conning view of that ship in a window of so many pixels."""
    contexts = []

    def open_in(width: int, height: int) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": height}))
        page = contexts[-1].new_page()
        page.set_default_timeout(60_000)
        without_chart(page)
        still(page, f"/vessel/{SHIP}", LostShore()).tell()
        page.get_by_test_id("ladder-next").wait_for()
        return page

    yield open_in
    for context in contexts:
        context.close()


def faults(page: Page, *of: str) -> list[str]:
    """Return what is cut off or covered of the parts named."""
    found: list[str] = page.evaluate(FITS)
    return [fault for fault in found if any(part in fault for part in of)]


class NearShore(StillShore):
    """A shore whose ship meets something within so many seconds."""

    left_s = 0

    def say(self, message: dict[str, Any]) -> None:
        """Send one message, a status with the time there is."""
        near = {
            "heartbeat_age_ms": 0,
            "respond": {
                "left_s": self.left_s,
                "operator_s": 60.0,
                "what": "the edge of 'Bank'",
                "fallback": "",
                "barred": "",
            },
        }
        super().say({**message, **near} if message["type"] == "status" else message)


@pytest.mark.parametrize(("left_s", "is_amber"), [(300, False), (41, True)])
def test_less_time_than_an_operator_takes_is_amber(browser: Browser, left_s: int, *, is_amber: bool) -> None:
    """The colour of a warning is on the sentence of the time to act, and only below his own time."""
    page = browser.new_page(viewport={"width": 1920, "height": 1080})
    without_chart(page)
    shore = NearShore()
    shore.left_s = left_s
    still(page, f"/vessel/{SHIP}", shore).tell()
    told = page.get_by_test_id("respond-by")
    expect(told).to_contain_text("Act within")
    colours = told.evaluate("of => [of, of.parentElement].map((each) => getComputedStyle(each).color)")
    assert (colours[0] != colours[1]) is is_amber
    page.close()


@pytest.mark.parametrize(("width", "height", "at_once"), [(1920, 1080, 4), (1366, 768, 3)])
def test_every_reason_of_a_lost_link_is_to_be_read(opened: Opened, width: int, height: int, at_once: int) -> None:
    """Next step, what she does and every reason, none cut; the negative control: a line less of room that cannot be scrolled."""
    page = opened(width, height)
    reasons = page.get_by_test_id("ladder-reasons")
    said = reasons.inner_text()
    assert len(SILENCE) == 4
    assert all(text in said for text in (*(rung.text for rung in SILENCE), LOST["action"], "L6"))
    assert faults(page, "ladder") == []
    # What comes next, what she does and the newest reasons stand there at once; the oldest are scrolled to.
    assert said.index("L6") < said.index(LOST["action"]) < said.index(SILENCE[-1].text) < said.index(SILENCE[0].text)
    assert reasons.evaluate(SEEN) >= at_once
    reasons.evaluate("of => { of.style.overflow = 'hidden'; of.style.height = '3em'; }")
    assert faults(page, "ladder") != []


def test_no_view_s_button_lies_on_another_in_a_narrow_window(opened: Opened) -> None:
    """1000x600 is less than it is made for: the views have a row of their own. The negative control: all in one line again."""
    page = opened(1000, 600)
    assert faults(page, "to-") == []
    page.evaluate("""() => { const bar = document.querySelector("farhelm-console").shadowRoot.querySelector("fh-top-bar");
      bar.shadowRoot.querySelector("header").style.flexWrap = "nowrap";
      bar.shadowRoot.querySelector("nav").style.flex = "1"; }""")
    assert faults(page, "to-") != []


def test_the_list_of_other_ships_leaves_a_narrow_chart_its_room(opened: Opened) -> None:
    """Six rows on the smallest screen it is made for, three below."""
    for width, least in ((1366, 6), (1000, 3)):
        page = opened(width, 768)
        page.get_by_test_id("target").first.wait_for()
        within = page.locator("[data-testid=target][data-danger=true]").count()
        assert within < least, "the played traffic is such that both numbers are seen"
        expect(page.get_by_test_id("target")).to_have_count(least)
