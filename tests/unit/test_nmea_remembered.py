"""What the channels remember of the texts they were given: bounded all together, and never another reading."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from protocols.nmea0183 import field
from protocols.nmea0183.field import TEXTS_MAX, gauge, latitude_deg, longitude_deg, reading


def remembered() -> int:
    """Return how many texts all channels together remember."""
    return sum(len(known) for known in field._all_known)


def test_a_compass_and_a_log_that_never_say_the_same_twice_share_the_room() -> None:
    """Ten times as many texts as there is room for: no more than that are kept, and each is read as if it were the first."""
    heading, speed = gauge("NAV_HDG"), gauge("NAV_SOG", 0.5)
    for number in range(TEXTS_MAX * 5):
        text = f"{number / 50:.2f}"
        assert heading(text, True) == reading("NAV_HDG", float(text))
        assert speed(text, True) == reading("NAV_SOG", float(text) * 0.5)
        assert remembered() <= TEXTS_MAX
    assert heading("0.02", True) == reading("NAV_HDG", 0.02)
    assert reading("NAV_HDG", 0.02) != reading("NAV_HDG", 0.04)


def test_a_text_heard_before_is_void_where_its_sentence_says_so() -> None:
    """The same text with status V after it was read with status A, and of another channel: neither takes the other's."""
    heading, depth = gauge("NAV_HDG"), gauge("NAV_DPTT")
    assert heading("361.0", True) == reading("NAV_HDG", 361.0)
    assert heading("95.0", True) == reading("NAV_HDG", 95.0)
    assert heading("95.0", False) == reading("NAV_HDG", None)
    assert depth("361.0", True) == reading("NAV_DPTT", 361.0)
    assert heading("1e2", True) == heading("1e2", True) == reading("NAV_HDG", None)


angle = st.one_of(
    st.from_regex(r"\A[0-9]{4,5}(\.[0-9]{0,6})?\Z"),
    st.from_regex(r"\A(08|09|089|090|091|179|180|181)(00|59|60)(\.[0-9]{0,6})?\Z"),
    st.text("0123456789.-+e_ ", max_size=20),
)


@given(angle)
def test_an_angle_is_what_its_digits_say(text: str) -> None:
    """Degrees looked up and degrees computed are one; what is spelled otherwise is none."""
    for digits, parse, sides in ((2, latitude_deg, "NS"), (3, longitude_deg, "EW")):
        match = re.fullmatch(rf"([0-9]{{{digits}}})([0-9]{{2}}(\.[0-9]*)?)", text)
        expected = None if match is None or float(match[2]) >= 60.0 else int(match[1]) + float(match[2]) / 60.0
        assert parse(text, sides[0]) == expected
        assert parse(text, sides[1]) == (None if expected is None else -expected)
        assert parse(text, "X") is None
