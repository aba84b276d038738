"""Every component in its states (ui/stories) against the rules of WCAG 2.2 AA that a program can judge.

The views of the demo show a component as it happens to be; here are its other states: refused, stale, lost, latched.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page

import hatch_build
from tests.demo_rig import ROOT
from tests.e2e.test_accessible import ALL_RULES, AXE, PALETTES
from tests.e2e.test_looks import WEAR

JUDGE: Final = """async ([of, rules]) => (await axe.run(of, rules)).violations.flatMap((found) =>
  found.nodes.map((node) => `${found.id}: ${node.target.flat().join(" ")}: ${node.failureSummary}`))"""
COLOURS: Final = {"type": "rule", "values": ["color-contrast"]}
ALL: Final = {"type": "tag", "values": ALL_RULES}
STORIES_MIN: Final = 23
"""As many components as the page has had since it began; a page that shows none would be without fault."""
GREY: Final = (
    """of => of.insertAdjacentHTML("beforeend", '<p style="color:#777;background:#888">grey</p><button></button>')"""
)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of stories as files; it is built for this test alone."""
    folder = tmp_path_factory.mktemp("stories")
    npm, path = hatch_build.npm_command()
    environment = (
        dict(os.environ) if path is None else {**os.environ, "PATH": f"{path}{os.pathsep}{os.environ['PATH']}"}
    )
    command = [*npm, "exec", "vite", "--", "build", "--outDir", str(folder), "--minify", "false", "stories"]
    subprocess.run(command, cwd=ROOT / "ui", env=environment, check=True, capture_output=True, timeout=120)
    return folder


@pytest.fixture
def stories(browser: Browser, built: Path) -> Iterator[Page]:
    """The page of stories with every component on it, and axe."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    page.route(
        "http://localhost/**", lambda route: route.fulfill(path=built / (route.request.url[17:] or "index.html"))
    )
    page.goto("http://localhost/")
    page.locator("figure").first.wait_for(timeout=60_000)
    page.evaluate(AXE.read_text())
    yield page
    context.close()


def judged(page: Page, stories: list[str], palette: str, *, everything: bool) -> list[str]:
    """Return the faults of components in all their states, in one palette: of every rule, or of colours alone."""
    page.evaluate(WEAR, palette)
    page.wait_for_timeout(50)
    how = {"runOnly": ALL if everything else COLOURS, "resultTypes": ["violations"], "preload": False}
    include = [{"fromShadowDom": ["fh-stories", f'figure[data-story="{story}"]']} for story in stories]
    found: list[str] = page.evaluate(JUDGE, [{"include": include}, how])
    return [f"{palette}: {fault}" for fault in found]


@pytest.mark.timeout(300)
@pytest.mark.parametrize("is_long", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["by-turns", "all"])
def test_every_component_in_its_states(stories: Page, *, is_long: bool) -> None:
    """All rules for each component in one palette by turns, in the long run the colours of all in all four.

    The negative control: grey on grey, and a button without a word, among the states of one of them.
    """
    names: list[str] = stories.locator("figure").evaluate_all(
        "all => [...new Set(all.map(each => each.dataset.story))]"
    )
    assert len(names) >= STORIES_MIN
    faults: list[str] = []
    for turn, palette in enumerate(PALETTES):
        faults += judged(stories, names[turn :: len(PALETTES)], palette, everything=True)
        if is_long:
            faults += judged(stories, names, palette, everything=False)
    assert faults == []
    stories.locator("figure").first.evaluate(GREY)
    found = judged(stories, names[:1], "day", everything=True)
    assert {fault.split(": ")[1] for fault in found} == {"color-contrast", "button-name"}
