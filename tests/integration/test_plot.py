"""`farhelm plot` draws what a shore has kept; the pictures of docs/analyst.md are drawn here, and are what is drawn today.

`FARHELM_PICTURES=docs/pictures pytest tests/integration/test_plot.py` draws them anew.
"""

from __future__ import annotations

import asyncio
import importlib
import math
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from farhelm.__main__ import app
from farhelm.export.shore import Source
from farhelm.plot import asking
from farhelm.plot.asking import Span
from protocols.link.cbor import Plain
from protocols.link.events import Event
from shoreside.ports import Work
from shoreside.store.postgres import PostgresStore
from tests.shore_house import TOKENS, House
from tests.store_kit import NOON_NS, Point, batch_of

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
NOON = datetime.fromtimestamp(NOON_NS / 1e9, UTC)
HOURS = 6
SPOKEN = ("NAV_HDG", "NAV_LAT", "NAV_LON", "NAV_SOG", "ME_RPM")


def voyage() -> list[Point]:
    """Return six hours at a scan each ten seconds: two turns, one through north, bad quality, a silence."""
    made: list[Point] = []
    latitude, longitude = 35.0, 129.0
    for s in range(0, HOURS * 3600, 10):
        heading = (
            300.0 + 120.0 / (1 + math.exp(-(s - 9000) / 400)) - 60.0 / (1 + math.exp(-(s - 15000) / 300))
        ) % 360.0
        sog = 10.0 + 1.5 * math.sin(s / 1700) + 0.1 * math.sin(s / 37)
        latitude += sog / 360.0 / 60.0 * math.cos(math.radians(heading))
        longitude += sog / 360.0 / 60.0 * math.sin(math.radians(heading)) / math.cos(math.radians(latitude))
        is_void, is_stale = 9600 <= s < 10_200, 12_000 <= s < 12_400
        made += [Point("NAV_HDG", s * 1000, heading, 0), Point("NAV_LAT", s * 1000, latitude, 0),
                 Point("NAV_LON", s * 1000, longitude, 0),
                 Point("NAV_SOG", s * 1000, math.nan if is_void else sog, 2 if is_void else int(is_stale))]  # fmt: skip
        if not 16_000 <= s < 18_500:
            made.append(Point("ME_RPM", s * 1000, 61.0 + 4.0 * math.sin(s / 1700), 3 if 3000 <= s < 3300 else 0))
    return made


async def kept(house: House) -> None:
    """Commit the voyage, an hour a batch, with forty minutes of it dropped aboard."""
    points = voyage()
    hours = [[p for p in points if p.ms // 1_200_000 == part] for part in range(HOURS * 3)]
    store = PostgresStore(house.shore.config.database)
    await store.commit(Work(batches=tuple(batch_of(part, n + 1) for n, part in enumerate(hours) if n not in (4, 5))))
    body: dict[str, Plain] = {"epoch": 1, "first": 5, "last": 6, "reason": "the disk was full"}
    await store.commit(Work(events=((Event("kestrel", "boot-1", 1, 0, NOON_NS, "dropped", body), b"signed"),)))
    await store.close()


async def plot(house: House, out: Path, *words: str) -> Result:
    """Run `farhelm plot` on the house."""
    span = ["--from", NOON.isoformat(), "--to", (NOON + timedelta(hours=HOURS)).isoformat()]
    command = ["plot", "kestrel", "--url", house.url, "--token", TOKENS["viewer"], *span, "--out", str(out), *words]
    return await asyncio.to_thread(CliRunner().invoke, app, command)


def keep(folder: Path, name: str) -> None:
    """Assert that the picture is whole and alone; put it where the documents' pictures are wanted."""
    assert [path.name for path in folder.glob(".*")] == []
    wanted = os.environ.get("FARHELM_PICTURES")
    if wanted:
        Path(wanted).mkdir(parents=True, exist_ok=True)
        (Path(wanted) / name).write_bytes((folder / name).read_bytes())


def pixels(path: Path) -> Any:
    """Return a picture as an array of grey."""
    image = importlib.import_module("PIL.Image")
    with image.open(path) as opened:
        return np.asarray(opened.convert("L"), dtype=float)


async def test_the_pictures_of_the_documents_are_what_is_drawn(house: House, tmp_path: Path) -> None:
    """Each is drawn from a store through the API and equals the one in docs/pictures but for what fonts may differ."""
    await kept(house)
    for name, words in (
        ("curves.png", ("--channels", "NAV_HDG,NAV_SOG,ME_RPM")), ("track.png", ("--track",)),
        ("completeness.png", ("--completeness", "--channels", ",".join((*SPOKEN, "NAV_COG")))),
    ):  # fmt: skip
        told = await plot(house, tmp_path / name, *words)
        assert told.exit_code == 0, told.output
        keep(tmp_path, name)
        drawn, shown = pixels(tmp_path / name), pixels(PICTURES / name)
        assert drawn.shape == shown.shape
        assert np.abs(drawn - shown).mean() < 2.0
        assert drawn.std() > 10  # negative control: an empty sheet is none


async def test_a_picture_says_channels_units_and_qualities(house: House, tmp_path: Path) -> None:
    """As SVG its words are words: units on the axes, each quality that occurs in the legend, no other; twice the same bytes."""
    await kept(house)
    for name in ("one.svg", "two.svg"):
        assert (await plot(house, tmp_path / name, "--channels", "NAV_SOG,ME_RPM")).exit_code == 0
    text = (tmp_path / "one.svg").read_text("utf-8")
    assert text == (tmp_path / "two.svg").read_text("utf-8")
    for word in ("NAV_SOG", "[kn]", "ME_RPM", "[rpm]", "UTC", "invalid", "stale", "out of range", "buckets of 60 s"):
        assert f"{word}</" in text or f"{word})</" in text, word
    assert "frozen</" not in text
    raw = await plot(
        house, tmp_path / "raw.svg", "--channels", "NAV_SOG", "--to", (NOON + timedelta(minutes=20)).isoformat()
    )
    assert raw.exit_code == 0
    assert "(samples)</" in (tmp_path / "raw.svg").read_text("utf-8")


async def test_the_numbers_behind_the_pictures_are_those_of_the_store(house: House) -> None:
    """Shares of the hours with and without loss, every position of the track, every sample of a channel."""
    await kept(house)
    span = Span("kestrel", NOON, NOON + timedelta(hours=HOURS))

    def asked() -> tuple[Any, Any, Any]:
        source = Source(house.url, TOKENS["viewer"])
        try:
            return (asking.completeness(source, span, SPOKEN), asking.track(source, span),
                    asking.series(source, span, ("NAV_SOG",), None))  # fmt: skip
        finally:
            source.close()

    (channels, hours, share), (points, _), (sog,) = await asyncio.to_thread(asked)
    assert (channels, len(hours)) == (sorted(SPOKEN), HOURS)
    assert np.round(share[channels.index("NAV_SOG")], 2).tolist() == [1.0, 0.33, 1.0, 1.0, 1.0, 1.0]
    assert share[channels.index("ME_RPM")][4] < 0.6
    assert len(sog.times_s) == HOURS * 360 - 240
    assert len(points) > 1000
    assert points[0][:2].tolist() == pytest.approx([voyage()[2].value, voyage()[1].value])


async def test_what_cannot_be_drawn_is_said(house: House, tmp_path: Path) -> None:
    out = tmp_path / "x.png"
    for words, told in (
        ((), "say --channels"), (("--track", "--completeness"), "say --channels"),
        (("--channels", "NAV_HDNG"), "no channel NAV_HDNG"), (("--channels", "NAV_UTC"), "words cannot be drawn"),
        (("--track",), "no track of kestrel"),
    ):  # fmt: skip
        answer = await plot(house, out, *words)
        assert answer.exit_code != 0
        assert told in answer.output
    assert "must end with" in (await plot(house, tmp_path / "x.gif", "--track")).output
    assert not out.exists()
