"""Every view against the rules of WCAG 2.2 AA that a program can judge, and what the console weighs."""

from __future__ import annotations

import gzip
import itertools

import pytest
from playwright.sync_api import Page, expect

from tests.demo_rig import ROOT, Demo
from tests.e2e.conftest import log_in

AXE = ROOT / "ui" / "node_modules" / "axe-core" / "axe.min.js"
ALL_RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
JUDGE = """async (what) => (await axe.run(document, what)).violations.flatMap((found) =>
  found.nodes.map((node) => `${found.id}: ${node.target.flat().join(" ")}: ${node.failureSummary}`))"""
PALETTES = ("bright", "day", "dusk", "night")
SHIP = "kestrel"
WEIGHT_MAX_BYTES = 500_000
"""What the console may weigh, compressed, before the chart comes."""
CONSOLE = ROOT / "shoreside" / "console"


def judged(page: Page, *, colours_only: bool = False) -> list[str]:
    """Return every fault that axe finds on the page as it stands."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE.read_text())
    rules = {"type": "rule", "values": ["color-contrast"]} if colours_only else {"type": "tag", "values": ALL_RULES}
    how = {"runOnly": rules, "resultTypes": ["violations"], "preload": False}
    found: list[str] = page.evaluate(JUDGE, how)
    return found


def in_palettes(page: Page, palettes: tuple[str, ...]) -> dict[str, list[str]]:
    """Return the faults by palette: all rules in the first, what colours can break in the others."""
    found: dict[str, list[str]] = {}
    for palette in palettes:
        page.get_by_test_id(f"palette-{palette}").click()
        expect(page.get_by_test_id(f"palette-{palette}")).to_have_class("on")
        found[palette] = judged(page, colours_only=palette != palettes[0])
    return found


@pytest.mark.timeout(300)
@pytest.mark.parametrize("is_long", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["by-turns", "all"])
def test_every_view(page: Page, demo: Demo, is_long: bool) -> None:
    """Log-in, fleet, account, administration and each view of a vessel: one palette each by turns, in the long run all four.

    The negative control: grey on grey, and a picture without a word.
    """
    turns = (PALETTES[turn:] + PALETTES[:turn] if is_long else (PALETTES[turn],) for turn in itertools.cycle(range(4)))
    page.goto(demo.url + "/")
    page.get_by_test_id("login-person").wait_for()
    assert judged(page) == []
    log_in(page, demo, "sue")
    page.get_by_test_id("to-admin").click()
    page.get_by_test_id("admin-person").first.wait_for()
    faults = {"admin": in_palettes(page, next(turns))}
    for part in ("vessels", "station", "acts"):
        page.get_by_test_id(f"admin-{part}").click()
        page.locator("[data-testid=admin] tbody tr").first.wait_for()
        faults[f"admin {part}"] = in_palettes(page, next(turns))
    page.get_by_test_id("logout").click()
    page.get_by_test_id("login-person").wait_for()
    log_in(page, demo, "ann")
    expect(page.get_by_test_id("to-admin")).to_have_count(0)
    faults |= {"fleet": in_palettes(page, next(turns))}
    page.get_by_test_id("whoami").click()
    page.get_by_test_id("account-password").wait_for()
    faults["account"] = in_palettes(page, next(turns))
    page.goto(f"{demo.url}/vessel/{SHIP}")
    page.get_by_test_id("to-history").wait_for()
    views = [button.get_attribute("data-testid") or "" for button in page.locator("nav [data-testid^=to-]").all()]
    for view in (name for name in views if name not in ("to-fleet", "to-replay")):
        page.get_by_test_id(view).click()
        expect(page.get_by_test_id(view)).to_have_class("on")
        page.wait_for_timeout(500)  # its own module is fetched, and its first values
        faults[view] = in_palettes(page, next(turns))
    page.goto(f"{demo.url}/vessel/{SHIP}/replay")  # a page of its own, in the palette of the browser
    page.get_by_test_id("replay").wait_for()
    faults["replay"] = {"as before": judged(page)}
    assert len(faults) >= 8
    assert {view: {name: some for name, some in found.items() if some} for view, found in faults.items()} == {
        view: {} for view in faults
    }

    page.evaluate("""document.body.insertAdjacentHTML("beforeend",
      '<p style="color:#777;background:#888;position:fixed;z-index:99;top:0;left:0">grey</p><img src="/farhelm.svg">')""")
    assert {fault.partition(":")[0] for fault in judged(page)} == {"color-contrast", "image-alt"}


def test_the_console_is_light() -> None:
    """All code and style of every view together, compressed, without the chart's own library and the fonts."""
    files = [file for file in (CONSOLE / "assets").iterdir() if file.suffix in (".js", ".css")]
    chart = [file for file in files if file.name.startswith("maplibre")]
    weight = sum(len(gzip.compress(file.read_bytes())) for file in files if file not in chart)
    print(f"{weight} bytes in {len(files)} files, {len(chart)} of them the chart's library")
    assert chart
    assert 50_000 < weight < WEIGHT_MAX_BYTES
