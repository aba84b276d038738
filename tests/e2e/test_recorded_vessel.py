"""Real voyages beside a simulated one: recordings over TCP, an agent that only watches, the ship on the console."""

from __future__ import annotations

import gzip
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.demo_rig import ROOT, Demo, start_demo, stop_demo, wait_until
from tests.e2e.conftest import log_in, picture
from tests.shared_folder import SHARED, shared

RECORDINGS = {"plaka": SHARED / "data/nmea0183/plaka.log.gz", "merrimac": SHARED / "data/nmea0183/gofree-merrimac.log"}
SPEED = 20
MINUTE_DEG = 1 / 60_000
"""One in the last place of these recorders: a thousandth of a minute, 1.9 m."""


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo with one simulated and two recorded vessels."""
    shared("data/nmea0183")
    options = [text for name, path in RECORDINGS.items() for text in ("--recording", f"{name}={path}:{SPEED}")]
    process, running = start_demo(tmp_path_factory.mktemp("recorded"), "--vessels", "1", *options)
    yield running
    stop_demo(process)


def recorded_positions(path: Path) -> set[tuple[float, float]]:
    """Return (longitude_deg, latitude_deg) of every GLL, GGA and RMC in a recording, read without Farhelm's parser."""
    text = (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()).decode(
        "ascii", "replace"
    )
    found = re.findall(r"(\d{2})(\d{2}\.\d+),([NS]),(\d{3})(\d{2}\.\d+),([EW])", text)
    return {
        ((int(east) + float(east_min) / 60) * (1 if side == "E" else -1),
         (int(north) + float(north_min) / 60) * (1 if half == "N" else -1))
        for north, north_min, half, east, east_min, side in found
    }  # fmt: skip


def test_recorded_ships_stand_on_the_console(page: Page, recorded: Demo) -> None:
    """Both recorded vessels beside the simulated one; on hers the page says that nobody aboard takes orders."""
    log_in(page, recorded, "ann")
    for name in RECORDINGS:
        expect(page.get_by_test_id(f"vessel-{name}")).to_contain_text(re.compile(r"\d+\.\d kn"))
        expect(page.get_by_test_id(f"step-{name}")).to_have_count(0)  # no safety process, no ladder
    page.wait_for_timeout(1500)
    picture(page, "fleet-with-recorded")

    # Opened, she shows what her instruments said, and offers no control at all.
    page.get_by_test_id("vessel-plaka").click()
    expect(page.get_by_test_id("conn-holder")).to_have_text("Watched only")
    expect(page.get_by_test_id("value-NAV_SOG")).to_contain_text(re.compile(r"\d+\.\d"))
    for control in ("estop", "heading-order", "conn-request"):
        expect(page.get_by_test_id(control)).to_have_count(0)
    # This recorder had no compass: HDT is void all the way, and no heading is made up for it.
    expect(page.get_by_test_id("value-NAV_HDG")).to_have_attribute("data-look", "invalid")
    page.wait_for_timeout(8000)  # 160 s of her voyage, for the picture
    picture(page, "recorded-vessel")


@pytest.mark.parametrize(("name", "least"), [("plaka", 20), ("merrimac", 5)])  # one sails, one lies moored
def test_the_track_is_the_recorded_one(recorded: Demo, name: str, least: int) -> None:
    """Each stored position is one that the recording holds, and there are enough of them to call it a track."""
    truth = sorted(recorded_positions(RECORDINGS[name]))

    def points() -> list[list[float]]:
        found: list[list[float]] = recorded.get(f"/api/v1/vessels/{name}/track")["points"]
        return found if len(found) >= least else []

    track = wait_until(points, 60, f"{least} points of the track")
    for longitude_deg, latitude_deg, _ in track:
        off = min(max(abs(longitude_deg - east), abs(latitude_deg - north)) for east, north in truth)
        assert off < MINUTE_DEG, (longitude_deg, latitude_deg)


def test_the_ships_around_her_are_heard(recorded: Demo) -> None:
    """The AIS of the recording becomes targets of the vessel that heard it."""
    assert len(recorded.get("/api/v1/vessels/merrimac/targets")["targets"]) > 20


def test_an_order_to_a_watched_vessel_goes_nowhere(recorded: Demo) -> None:
    """Nobody aboard judges orders: nothing is sent, the word says why, and the exit code is that of no answer."""
    command = [sys.executable, "-m", "farhelm", "conn", "order", "plaka", "heading", "095", "--take"]
    told = subprocess.run(
        [*command, "--demo", str(recorded.folder)], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert (told.returncode, told.stdout) == (3, "")
    assert "nothing was sent" in told.stderr
