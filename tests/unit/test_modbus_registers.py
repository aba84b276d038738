"""What words mean, and which words write a value: dense at the limits of every coding, refused with a reason beyond them."""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence

import pytest

from protocols.errors import MalformedError
from protocols.modbus.register_map import RegisterMap
from protocols.modbus.registers import Register, reading_of, value_of, words_of
from protocols.reading import Quality, Reading


def register(coding: str, **more: object) -> Register:
    row = {"name": "it", "table": "holding", "address": 0, "coding": coding, **more}
    return RegisterMap.from_mapping({"register": [row]})["it"]


@pytest.mark.parametrize(
    ("coding", "words", "value"),
    [
        ("u16", [0], 0), ("u16", [0x7FFF], 32_767), ("u16", [0xFFFF], 65_535),
        ("s16", [0], 0), ("s16", [0x7FFF], 32_767), ("s16", [0x8000], -32_768), ("s16", [0xFFFF], -1),
        ("u32", [0, 1], 1), ("u32", [1, 0], 65_536), ("u32", [0xFFFF, 0xFFFF], 4_294_967_295),
        ("s32", [0x7FFF, 0xFFFF], 2_147_483_647), ("s32", [0x8000, 0], -2_147_483_648), ("s32", [0xFFFF, 0xFFFF], -1),
        ("u64", [0, 0, 1, 0], 65_536), ("u64", [0x10, 0, 0, 0], 2**52), ("s64", [0xFFFF] * 4, -1),
        ("f32", [0x3F80, 0], 1.0), ("f32", [0xC2F6, 0xE979], -123.456001), ("f64", [0x3FF0, 0, 0, 0], 1.0),
        ("f64", [0x405E, 0xDD2F, 0x1A9F, 0xBE77], 123.456),
    ],
)  # fmt: skip
@pytest.mark.parametrize("order", ["high_first", "low_first"])
def test_each_coding_in_both_word_orders(coding: str, words: Sequence[int], value: float, order: str) -> None:
    found = register(coding, word_order=order)
    assert value_of(found, words if order == "high_first" else words[::-1]) == pytest.approx(value, rel=1e-8)


def test_the_order_of_words_matters() -> None:
    """The negative control of the test above: the wrong order gives another value."""
    assert value_of(register("u32", word_order="low_first"), [0, 1]) == 65_536


@pytest.mark.parametrize(("raw", "value"), [(0, -40.0), (1, -39.9), (1700, 130.0), (0xFFFF, 6513.5)])
def test_scale_and_offset(raw: int, value: float) -> None:
    assert value_of(register("u16", scale=0.1, offset=-40.0), [raw]) == pytest.approx(value)


@pytest.mark.parametrize(("word", "values"), [(0x0000, (0, 0)), (0x00F0, (15, 0)), (0x8010, (1, 1)), (0xFFFF, (15, 1))])
def test_fields_of_bits(word: int, values: tuple[int, int]) -> None:
    assert value_of(register("u16", bits=[4, 4]), [word]) == values[0]
    assert value_of(register("bit", bit=15), [word]) == values[1]


def test_states_have_words_and_an_unknown_one_is_invalid() -> None:
    mode = register("u16", states={"0": "stop", "1": "auto"}, not_available=[0xFFFF], channel="MODE")
    assert reading_of(mode, [1]) == Reading("MODE", "auto", "", Quality.GOOD)
    assert reading_of(mode, [2]) == Reading("MODE", None, "", Quality.INVALID)
    assert reading_of(mode, [0xFFFF]) == Reading("MODE", None, "", Quality.INVALID)


@pytest.mark.parametrize(
    ("text", "read"),
    [("Kestrel ", "Kestrel"), ("AB\0\0\0\0\0\0", "AB"), ("  x     ", "x"), ("\0" * 8, None), (" " * 8, None),
     ("ab\x07cdefg", None), ("\xff" * 8, None)],
)  # fmt: skip
def test_a_text_ends_at_nul_and_is_invalid_where_it_is_none(text: str, read: str | None) -> None:
    found = reading_of(register("string", length=4, channel="NAME"), struct.unpack(">4H", text.encode("latin-1")))
    assert found == Reading("NAME", read, "", Quality.GOOD if read else Quality.INVALID)


@pytest.mark.parametrize(
    ("coding", "words"),
    [("u16", [0xFFFF]), ("s16", [0x7FFF]), ("u32", [0xFFFF, 0xFFFF]), ("s32", [0x7FFF, 0xFFFF])],
)  # fmt: skip
def test_not_available_is_invalid_and_its_neighbour_a_value(coding: str, words: list[int]) -> None:
    """What a unit sends for 'no value' is never a number, least of all zero; one below it is a value like any other."""
    raw = int(value_of(register(coding), words))
    found = register(coding, not_available=[raw], scale=0.1, channel="X", unit="kW")
    assert reading_of(found, words) == Reading("X", None, "kW", Quality.INVALID)
    below = reading_of(found, [*words[:-1], words[-1] - 1])
    assert below == Reading("X", pytest.approx((raw - 1) * 0.1), "kW", Quality.GOOD)
    # Negative control: a map that does not know it takes it for the greatest value.
    assert reading_of(register(coding, channel="X", unit="kW"), words).value == raw


@pytest.mark.parametrize("words", [[0x7FC0, 0], [0x7F80, 0], [0xFF80, 0]], ids=["nan", "inf", "-inf"])
def test_a_float_that_is_no_number_is_invalid(words: list[int]) -> None:
    assert reading_of(register("f32", channel="X"), words) == Reading("X", None, "", Quality.INVALID)


@pytest.mark.parametrize(
    ("raw", "quality"),
    [(-1, Quality.OUT_OF_RANGE), (0, Quality.GOOD), (1000, Quality.GOOD), (1001, Quality.OUT_OF_RANGE)],
)
def test_a_value_beyond_what_can_be_is_out_of_range(raw: int, quality: Quality) -> None:
    found = reading_of(register("s16", scale=0.1, low=0, high=100, channel="X", unit="%"), [raw & 0xFFFF])
    assert found.quality is quality
    assert (found.value is None) is (quality is not Quality.GOOD)


ORDER = {"coding": "s16", "scale": 0.1, "low": -100.0, "high": 100.0, "writable": True}


@pytest.mark.parametrize(
    ("value", "words"), [(-100.0, [0xFC18]), (-0.04, [0]), (0.0, [0]), (0.06, [1]), (99.96, [1000]), (100.0, [1000])]
)
def test_a_write_within_its_limits_is_rounded_to_the_register(value: float, words: list[int]) -> None:
    assert words_of(register(**ORDER), value) == words


@pytest.mark.parametrize(
    ("more", "value", "why"),
    [
        (ORDER, 100.001, "it = 100.001 is outside -100.0..100.0"), (ORDER, -100.001, "outside"),
        (ORDER, math.nan, "outside"), (ORDER, math.inf, "outside"),
        ({**ORDER, "high": 4000.0, "low": -4000.0}, 3276.8, "does not fit into s16"),
        ({**ORDER, "coding": "u16"}, -0.1, "does not fit into u16"),
        ({**ORDER, "coding": "f32", "scale": 1e-38, "high": 1e9}, 1e5, "does not fit into f32"),
        ({**ORDER, "not_available": [1000]}, 100.0, "would say that there is no value"),
        ({"coding": "s16"}, 0.0, "is not for writing"),
    ],
)  # fmt: skip
def test_a_write_outside_its_limits_is_refused_before_it_leaves(
    more: dict[str, object], value: float, why: str
) -> None:
    with pytest.raises(MalformedError, match=why):
        words_of(register(**more), value)


@pytest.mark.parametrize("coding", ["u16", "s16", "u32", "s32", "u64", "s64", "f32", "f64"])
@pytest.mark.parametrize("order", ["high_first", "low_first"])
def test_what_is_written_reads_back(coding: str, order: str) -> None:
    found = register(coding, word_order=order, scale=0.5, offset=10.0, low=0.0, high=1000.0, writable=True)
    for value in (10.0, 10.5, 500.0, 999.5, 1000.0):
        assert value_of(found, words_of(found, value)) == value
