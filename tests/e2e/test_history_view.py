"""Looking back at the console: any channels over any time, from what the shore has kept."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.demo_rig import Demo
from tests.e2e.conftest import log_in, picture

SHIP = "otter"
LINES_AS_DRAWN = """() => {
  const inside = document.querySelector('farhelm-console').shadowRoot.querySelector('fh-history').shadowRoot;
  return [...inside.querySelectorAll('.plot canvas')].map((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let drawn = 0;
    for (let at = 3; at < data.length; at += 4) if (data[at] > 0) drawn += 1;
    return drawn;
  });
}"""
"""Pixels with anything on them, of each picture."""


def test_an_analysts_look_back(page: Page, demo: Demo, tmp_path: Path) -> None:
    """Heading, speed, rudder and rpm of the last minutes, closer, another channel, and out as a file."""
    log_in(page, demo, "ida")
    page.get_by_test_id(f"vessel-{SHIP}").click()
    page.get_by_test_id("to-history").click()
    page.get_by_test_id("history").wait_for()
    expect(page.get_by_test_id("history")).to_have_attribute("data-vessel", SHIP)
    # The last ten minutes: a picture for each unit, and none of them empty.
    page.get_by_test_id("history-10min").click()
    expect(page.locator(".plot canvas")).to_have_count(4, timeout=20_000)
    page.wait_for_function(f"({LINES_AS_DRAWN})().every((drawn) => drawn > 500)")
    picture(page, "history")
    # The address says what is looked at, and a fresh page shows the same.
    assert "last_s=600" in page.url
    page.reload()
    expect(page.get_by_test_id("history-10min")).to_have_class(re.compile("on"))
    # One channel less, and what is left as a file: the values that the shore has, under their names.
    page.get_by_test_id("history-channel-ME_RPM").uncheck()
    expect(page.locator(".plot canvas")).to_have_count(3, timeout=20_000)
    with page.expect_download() as download:
        page.get_by_test_id("history-csv").click()
    download.value.save_as(tmp_path / "otter.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "otter.csv").read_text())))
    assert {row["channel"] for row in rows} == {"NAV_HDG", "NAV_SOG", "STG_RUD_S"}
    assert all(0.0 <= float(row["mean"]) < 360.0 for row in rows if row["channel"] == "NAV_HDG")
    # Closer: the span is half as long; the latest is no longer followed.
    page.get_by_test_id("history-closer").click()
    expect(page.get_by_test_id("history-span")).to_contain_text("every sample")
    assert "from=" in page.url
    # Back to the conning view by the browser's own button.
    page.get_by_test_id("to-conning").click()
    page.get_by_test_id("conning").wait_for()


def test_a_time_without_data_is_a_gap_and_no_line(page: Page, demo: Demo) -> None:
    """A week ago the demo did not sail: axes, no line, no word of an error."""
    log_in(page, demo, "ida")
    page.goto(f"{demo.url}/vessel/{SHIP}/history?channels=NAV_SOG&from=2026-01-01T00:00:00Z&to=2026-01-02T00:00:00Z")
    page.get_by_test_id("history").wait_for()
    expect(page.get_by_test_id("history-span")).to_contain_text("2026-01-01 00:00:00")
    expect(page.locator(".plot canvas")).to_have_count(1, timeout=20_000)
    expect(page.get_by_test_id("history-said")).to_contain_text("Drag to look closer")
