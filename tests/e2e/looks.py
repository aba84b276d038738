"""How a view looks, held against a kept picture: small, blurred, what is live left out, so that only its making counts.

The kept pictures are `pictures/VIEW-PALETTE.webp`.
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from tests.e2e.conftest import RESULTS

KEPT = Path(__file__).parent / "pictures"
SIZE = (240, 135)
"""An eighth of the screen each way: letters are grey, panels and buttons are still seen; 5 kB a picture."""
SQUARE = 5
"""Pixels of a picture that are judged together: 40 of the screen, about a button."""
DIFFERENT = 14.0
"""Grey levels of 255 by which a square's mean colour may differ: digits change it by less, another colour by more."""
SHARE_MAX = 0.06
"""Of the squares: what a longer list, a needle or a trend may change; a panel that is missing changes more."""
TRIES, TRY_MS = 10, 500
"""A view's own module and its first answers may still be on their way on a slow machine."""
LIVE = "canvas, .maplibregl-ctrl, fh-banner, fh-traffic, fh-trend, .uplot { visibility: hidden !important }"
"""Left out of the pictures: the chart and the plots, and the banner that comes where the machine is too slow for the shore."""
Pixels = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def seen(page: Page, without: str = "canvas") -> Image.Image:
    """Return the page as it stands, small, without what is live, and without the elements `without` (a CSS selector)."""
    style = f"{LIVE} {without} {{ visibility: hidden !important }}"
    taken = page.screenshot(style=style, animations="disabled", caret="hide")
    return Image.open(io.BytesIO(taken)).convert("RGB").resize(SIZE, Image.Resampling.BOX)


def different(one: Image.Image, other: Image.Image) -> float:
    """Return the share of squares, 0 to 1, whose mean colours differ."""
    gap = np.abs(_squares(one) - _squares(other)).max(axis=2)
    return float((gap > DIFFERENT).mean())


def held(page: Page, view: str, palette: str) -> list[str]:
    """Return what is wrong with the look of a view: nothing, or how much of it differs; the picture is in test-results then."""
    path = KEPT / f"{view}-{palette}.webp"
    if os.environ.get("FARHELM_RENEW_PICTURES"):
        KEPT.mkdir(exist_ok=True)
        seen(page).save(path, quality=80, method=6)
    if not path.exists():
        return [f"{path.name} is not kept"]
    for _ in range(TRIES):
        picture = seen(page)
        share = different(picture, kept(view, palette))
        if share <= SHARE_MAX:
            return []
        page.wait_for_timeout(TRY_MS)
    RESULTS.mkdir(exist_ok=True)
    picture.save(RESULTS / f"look-{view}-{palette}.png")
    return [f"{share:.0%} of {path.name} looks different"]


def kept(view: str, palette: str) -> Image.Image:
    """Return the kept picture of a view in a palette."""
    return Image.open(KEPT / f"{view}-{palette}.webp").convert("RGB")


def _squares(picture: Image.Image) -> Pixels:
    pixels: Any = np.asarray(picture, dtype=np.float64)
    across, up = SIZE[0] // SQUARE, SIZE[1] // SQUARE
    means: Pixels = pixels.reshape(up, SQUARE, across, SQUARE, 3).mean(axis=(1, 3))
    return means
