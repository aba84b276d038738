"""A running demo and a real browser for the tests of this folder."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.demo_rig import ROOT, Demo, start_demo, stop_demo
from tests.e2e.open_water import has_room

RESULTS = ROOT / "test-results"
PATIENCE_MS = 40_000
"""For so long a page is waited for: two demos, two browsers and their charts share two cores. What is right at once waits not."""
expect.set_options(timeout=PATIENCE_MS)
TEST_S = 300
"""The end of a test that hangs: several looks of which each is waited for."""
NEAR_START = ("test_console.py", "test_acting.py")
"""Files whose courses and routes are laid for ships near their start; minutes take them elsewhere, so each sails a new demo."""
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--use-gl=angle", "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]  # fmt: skip


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each test of this folder have its time: a demo and a browser want both cores.

    They come last, for while Playwright's loop runs no asyncio test can in the same process; first of them those with a demo
    of their own, so that no two demos sail at once, then those that want a new one.
    """
    ours = [item for item in items if item.path.is_relative_to(Path(__file__).parent)]
    for item in ours:
        item.add_marker(pytest.mark.alone)
        if item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(TEST_S))
    last = {item: 1 + ("demo" in getattr(item, "fixturenames", ())) * (1 + (not near_start(item))) for item in ours}
    items.sort(key=lambda item: last.get(item, 0))


def near_start(item: pytest.Item | pytest.Collector) -> bool:
    """Return whether the ships must still be near their start for `item`."""
    return item.path.name in NEAR_START


class Fleet:
    """The one demo that sails at a time: it serves file after file until one wants a new one."""

    def __init__(self, folders: pytest.TempPathFactory) -> None:
        """Let the demos to come keep their files in `folders`."""
        self._folders = folders
        self._running: tuple[subprocess.Popen[bytes], Demo] | None = None

    def sail(self, *, anew: bool) -> Demo:
        """Return the demo under way, a new one where `anew` or none is."""
        if anew:
            self.moor()
        if self._running is None:
            self._running = start_demo(self._folders.mktemp("demo"), "--seed", "42")
        return self._running[1]

    def moor(self) -> None:
        """End the demo under way, if one is."""
        running, self._running = self._running, None
        if running:
            stop_demo(running[0])


@pytest.fixture(scope="session")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    """What the demos of the whole run sail under."""
    fleet = Fleet(tmp_path_factory)
    yield fleet
    fleet.moor()


@pytest.fixture(scope="module")
def sailing(fleet: Fleet, request: pytest.FixtureRequest) -> Demo:
    """The demo of this file: the one before's, where the ships need not be near their start."""
    return fleet.sail(anew=near_start(request.node))


@pytest.fixture
def demo(sailing: Demo, fleet: Fleet, request: pytest.FixtureRequest) -> Iterator[Demo]:
    """The demo as each test finds it, however the last one ended: ships in the hands of their bridges, no stop latched, on L0.

    A test marked `sea_room(vessel, marks)` finds a new one where that ship no longer has the room, and those after it that.
    """
    wanted = request.node.get_closest_marker("sea_room")
    under_way = fleet.sail(anew=False)
    if wanted and not has_room(under_way, *wanted.args):
        under_way = fleet.sail(anew=True)
        assert has_room(under_way, *wanted.args), "the start leaves no such room"
    yield under_way
    for row in under_way.facts["vessels"]:
        on_the_bridge(under_way, row["vessel"], do="reset_stop", person="mate")  # refused where none is latched
        assert on_the_bridge(under_way, row["vessel"], do="take", person="mate")


def on_the_bridge(demo: Demo, vessel: str, **word: str) -> bool:
    """Say a word at the ship's local panel, as the mate does; return whether it was taken."""
    port = next(row["panel_port"] for row in demo.facts["vessels"] if row["vessel"] == vessel)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as panel:
        panel.sendall(json.dumps(word).encode() + b"\n")
        answer = next(line for line in panel.makefile("rb") if b'"answer"' in line)
    return bool(json.loads(answer)["ok"])


def chromium_path() -> str | None:
    """Return the path of a Chromium of the system, or None to use Playwright's own."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium; where there is none these tests say so, and in CI that is a failure."""
    with sync_playwright() as playwright:
        path = chromium_path()
        if path is None and not Path(playwright.chromium.executable_path).exists():
            word = (
                "no Chromium: `apt-get install chromium` or `playwright install chromium`; the console was NOT tested"
            )
            if os.environ.get("CI"):
                pytest.fail(word)
            pytest.skip(word)
        yield playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh page of 1920x1080 whose console errors fail the test."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_default_timeout(PATIENCE_MS)
    yield page
    context.close()
    assert errors == [], "the page raised errors"


def log_in(page: Page, demo: Demo, person: str) -> None:
    """Log in at the console as `person`."""
    page.goto(demo.url + "/")
    page.get_by_test_id("login-person").fill(person)
    page.get_by_test_id("login-password").fill(demo.password(person))
    page.get_by_test_id("login-submit").click()
    page.get_by_test_id(f"vessel-{demo.facts['vessels'][0]['vessel']}").wait_for()


def picture(page: Page, name: str) -> None:
    """Save a screenshot below test-results/; `make screenshots` copies some of them to docs/."""
    RESULTS.mkdir(exist_ok=True)
    page.screenshot(path=RESULTS / f"{name}.png")


def without_chart(page: Page) -> None:
    """Take WebGL from a page: what a browser without it must do without, and what two charts cost on two cores."""
    page.add_init_script(
        "const real = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {"
        "  return String(kind).startsWith('webgl') ? null : real.call(this, kind, ...rest); };"
    )


@contextmanager
def another(browser: Browser, demo: Demo, person: str) -> Iterator[Page]:
    """A second console: another browser, another key, `person` logged in at the fleet view, the key enrolled."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    try:
        page = context.new_page()
        without_chart(page)
        page.set_default_timeout(PATIENCE_MS)
        log_in(page, demo, person)
        expect(page.get_by_test_id("whoami")).to_have_attribute("data-key-state", "enrolled")
        yield page
    finally:
        context.close()  # a page that a failed test leaves behind would look on, and take its part of two cores
