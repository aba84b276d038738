"""A running demo and a real browser for the tests of this folder."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "test-results"
START_S = 90.0
"""Longest wait for the demo; the goal is far below, but CI machines are busy."""
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--use-gl=angle", "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]  # fmt: skip


@dataclass(frozen=True)
class Demo:
    """A running demo: what its demo.json says, and where it lies."""

    folder: Path
    facts: dict[str, Any]

    @property
    def url(self) -> str:
        """Console URL without a trailing slash."""
        return str(self.facts["console_url"]).rstrip("/")

    def password(self, person: str) -> str:
        """Return the password of `person`."""
        return next(str(row["password"]) for row in self.facts["people"] if row["person"] == person)

    def pid(self, process: str) -> int:
        """Return the pid of the newest process called `process`, from the file the demo keeps."""
        facts = json.loads((self.folder / "demo.json").read_text())
        return next(int(row["pid"]) for row in facts["processes"] if row["name"] == process)

    def token(self, role: str) -> str:
        """Return the API token of `role`."""
        return str(self.facts["tokens"][role])

    def get(self, path: str, role: str = "operator") -> Any:
        """Return the JSON of `path`."""
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {self.token(role)}"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())


def free_port() -> int:
    """Return a free loopback port below the ephemeral range."""
    for port in range(18000 + os.getpid() % 2000, 32000):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise RuntimeError("no free port")


def wait_until(condition: Any, limit_s: float, what: str) -> Any:
    """Return the first true result of `condition()`; fail with `what` after `limit_s` seconds of real time."""
    end_s = time.monotonic() + limit_s
    while time.monotonic() < end_s:
        result = condition()
        if result:
            return result
        time.sleep(0.1)
    return pytest.fail(f"{what}: not within {limit_s:g} s")


def start_demo(folder: Path, *options: str) -> tuple[subprocess.Popen[bytes], Demo]:
    """Start a demo in `folder` and return it when the console answers."""
    folder.mkdir(parents=True, exist_ok=True)
    log = (folder / "demo-output.log").open("ab")
    command = [sys.executable, "-m", "farhelm", "demo", "--data", str(folder), "--port", str(free_port()), *options]
    process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)

    def answered() -> Demo | None:
        if process.poll() is not None:
            pytest.fail("the demo ended:\n" + (folder / "demo-output.log").read_text()[-3000:])
        try:
            demo = Demo(folder, json.loads((folder / "demo.json").read_text()))
            with urllib.request.urlopen(demo.url + "/healthz", timeout=2) as answer:
                health = json.loads(answer.read())
            return demo if len(health["vessels"]) >= len(demo.facts["vessels"]) else None
        except (OSError, ValueError, KeyError, urllib.error.URLError):
            return None

    return process, wait_until(answered, START_S, "the demo answers with all vessels")


def stop_demo(process: subprocess.Popen[bytes]) -> None:
    """Ask the demo to stop as Ctrl-C does, and wait."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo for all tests of this folder."""
    process, running = start_demo(tmp_path_factory.mktemp("demo"), "--seed", "42")
    yield running
    stop_demo(process)


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
    page.set_default_timeout(20_000)
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
    """Save a screenshot below test-results/; `make screenshots` copies them to docs/."""
    RESULTS.mkdir(exist_ok=True)
    page.screenshot(path=RESULTS / f"{name}.png")
