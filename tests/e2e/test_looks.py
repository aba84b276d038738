"""Every view in every palette, held against its kept picture; the shore is played, so that each is the same each time.

`FARHELM_RENEW_PICTURES=1 pytest -m soak tests/e2e/test_looks.py` makes the kept ones anew: look at each before you keep it.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e import looks
from tests.e2e.conftest import without_chart
from tests.e2e.test_long_watch import STATUS
from tests.played_shore import EMPTY, SHIP, FakeShore

PALETTES: Final = ("bright", "day", "dusk", "night")
VIEWS: Final = (
    "conning", "route", "engine", "phase", "drill", "alerts", "history", "report", "ledger", "fleet", "account", "admin",
)  # fmt: skip
"""As they are reached from one another; replay comes after, as a page of its own."""
DOORS: Final = {"account": "whoami"}
"""Test ids of what opens a view, where it is not `to-` and its name."""
WEAR: Final = "palette => { document.documentElement.dataset.obcTheme = palette; }"
YOUNG_MS: Final = 120_000
"""For so long all looks as if it had just come, however slow the machine is."""
LATE_MS: Final = 1_790_000_000_000
ALERT: Final = {
    "alert_id": "pump", "text": "Steering gear pump 2 stopped", "priority": "alarm", "category": "B", "state": "unacknowledged",
    "since_utc_ms": LATE_MS, "source": "ship", "advice": "Start pump 1.", "sounds": 1, "is_escalated": False,
    "answered": "ship", "person": "",
}  # fmt: skip
STEPS: Final = {"full_astern": -70.0, "slow_astern": -40.0, "stop": 0.0, "slow_ahead": 40.0, "full_ahead": 70.0}
ANSWERS: Final[dict[str, dict[str, Any]]] = {
    **EMPTY,
    "account": {"authenticator": False, "passkeys": [], "passkeys_max": 10, "password_length_min": 12, "sessions": []},
    "people": {"people": [
        {"person": name, "role": role, "roc": "Busan ROC", "active": True, "has_password": True, "password_is_own": True,
         "authenticator": True, "passkeys": 1, "programs": [], "held": [], "consoles": 0, "keys": [], "sessions": []}
        for name, role in (("ann", "operator"), ("sue", "supervisor"))
    ]},
    "vessels": {"vessels": []}, "station": {"processes": [], "acts": []},
}  # fmt: skip


class StillShore(FakeShore):
    """A shore whose words are the same each time: one ship with the bridge, one alarm, values that do not move."""

    answers = ANSWERS

    def utc_ms(self) -> int:
        """Return a time that is yet to come: what was measured then does not age while pictures are taken."""
        return super().utc_ms() + YOUNG_MS

    def say(self, message: dict[str, Any]) -> None:
        """Send one message, with the right time as the shore's own."""
        right = {"server_utc_ms": super().utc_ms()} if "server_utc_ms" in message else {}
        super().say({**message, **right})

    def welcome(self) -> dict[str, Any]:
        """Return what a supervisor is told first."""
        return {**super().welcome(), "roles": ["supervisor"], "key_state": "enrolled"}

    def vessel(self) -> dict[str, Any]:
        """Return what the ship is: one that takes orders."""
        return {**super().vessel(), "telegraph": STEPS, "actuators": "simulated"}

    def tell(self) -> None:
        """Say all of it once more, so that nothing looks old."""
        self.step, utc_ms = 4, self.utc_ms()
        self.pass_on()
        bridge = {**STATUS["authority"], "station": "local"}
        self.say({
            **STATUS, "authority": bridge, "heartbeat_age_ms": -YOUNG_MS, "seq": 7, "mono_ms": 3_600_000, "utc_ms": utc_ms,
            "step": "L0", "round_trip_ms": 84.0,
        })  # fmt: skip
        self.say({"type": "alerts", "vessel": SHIP, "alerts": [ALERT]})


@pytest.fixture
def small(browser: Browser) -> Iterator[Page]:
    """A page laid out for 1920x1080 and painted at a quarter of that: what is compared is smaller still."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, device_scale_factor=0.25)
    page = context.new_page()
    page.set_default_timeout(60_000)
    without_chart(page)
    yield page
    context.close()


def still(page: Page, address: str, shore: StillShore | None = None) -> StillShore:
    """Open an address of the console, before a shore that stands still; None: one where all goes well."""
    shore = shore or StillShore()
    page.route("**/*", shore.answer)
    page.route_web_socket("**/api/v1/console**", shore.opened)
    page.goto(f"http://localhost{address}")
    page.locator("fh-top-bar").wait_for()
    for _ in range(600):
        page.wait_for_timeout(100)
        if shore.sockets:
            return shore
    return pytest.fail("the console opened no socket within a minute")


def in_palettes(page: Page, view: str, palettes: tuple[str, ...], shore: StillShore | None) -> list[str]:
    """Return what is wrong with the look of the view that stands open, told anew for each palette."""
    faults: list[str] = []
    for palette in palettes:
        if shore is not None:
            shore.tell()
        page.evaluate(WEAR, palette)
        faults += looks.held(page, view, palette)
    return faults


@pytest.mark.timeout(300)
@pytest.mark.parametrize("is_long", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["by-turns", "all"])
def test_every_view_looks_as_it_did(small: Page, *, is_long: bool) -> None:
    """One palette each by turns, in the long run all four, within what live parts may change.

    The negative controls: another palette, and a panel that is missing.
    """
    turns = itertools.cycle(PALETTES)
    shore = still(small, f"/vessel/{SHIP}")
    faults: list[str] = []
    for view in VIEWS:
        if view != "conning":
            small.get_by_test_id(DOORS.get(view, f"to-{view}")).click()
        small.wait_for_timeout(400)  # its own module is fetched, and its first answers
        faults += in_palettes(small, view, PALETTES if is_long else (next(turns),), shore)
        if view == "conning":
            small.evaluate(WEAR, "day")
            now = looks.seen(small)
            like = {name for name in PALETTES if looks.different(now, looks.kept(view, name)) <= looks.SHARE_MAX}
            assert like == {"day"}
            assert looks.different(looks.seen(small, "fh-order-panel"), looks.kept(view, "day")) > looks.SHARE_MAX
    small.goto(f"http://localhost/vessel/{SHIP}/replay")
    small.get_by_test_id("replay").wait_for()
    faults += in_palettes(small, "replay", PALETTES if is_long else (next(turns),), None)
    assert faults == []
