"""What is typed after `farhelm conn order VESSEL`: an order, or a word about what is wrong."""

from __future__ import annotations

import pytest

from farhelm.conn.words import WordsError, order_of


@pytest.mark.parametrize(
    ("typed", "kind", "args"),
    [
        ("heading 095", "conn.heading", {"heading_deg": 95.0}),
        ("heading_deg=95 rate=20", "conn.heading", {"heading_deg": 95.0, "rate_deg_min": 20.0}),
        ("propulsion -30", "conn.propulsion", {"propulsion_pct": -30.0}),
        ("stop", "conn.controlled_stop", {}),
        ("station", "conn.station_keep", {}),
        ("station radius=20", "conn.station_keep", {"radius_m": 20.0}),
        ("station radius 20", "conn.station_keep", {"radius_m": 20.0}),
        ("radius=20", "conn.station_keep", {"radius_m": 20.0}),
    ],
)
def test_what_is_typed_is_an_order(typed: str, kind: str, args: dict[str, float]) -> None:
    """With or without an equals sign, with or without the unit."""
    assert order_of(typed.split()) == (kind, args)


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("", "one order at a time"),
        ("heading", "of how much"),
        ("heading north", "is not a number"),
        ("heading nan", "not a finite number"),
        ("heading 95 heading 96", "said twice"),
        ("heading 95 propulsion 30", "conn.heading or conn.propulsion"),
        ("station heading=95", "conn.station_keep or conn.heading"),
        ("speed_of_light 3", "is not known; there are heading"),
        ("heading 400", "heading_deg"),
    ],
)
def test_what_is_no_order_gets_a_word(typed: str, word: str) -> None:
    """One sentence that says what is wrong; nothing is sent."""
    with pytest.raises(WordsError, match=word):
        order_of(typed.split())
