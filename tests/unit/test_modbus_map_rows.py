"""A register map's file: every fault has its word and the register's name, and all are told at once."""

from __future__ import annotations

import pytest

from protocols.errors import MalformedError
from protocols.modbus.ranges import ReadRange
from protocols.modbus.register_map import RegisterMap

GOOD = {"name": "it", "table": "holding", "address": 7, "coding": "u16"}
WIDE = {**GOOD, "coding": "u32", "channel": "X"}


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"colour": "red"}, "register it: colour is not known"), ({"name": ""}, "name is missing"), ({"name": 3}, "no text"),
        ({"table": "inputs"}, "table is 'inputs', none of coil"), ({"address": -1}, "address is -1"),
        ({"address": 65_536}, "within 0..65535"), ({"address": True}, "address is True"), ({"address": 1.0}, "address is 1.0"),
        ({"coding": "s17"}, "coding is 's17'"), ({"scale": 0}, "scale is 0"), ({"scale": "1"}, "scale is '1'"),
        ({"scale": float("nan")}, "scale is nan"), ({"offset": float("inf")}, "offset is inf"),
        ({"word_order": "middle"}, "word_order is 'middle'"), ({"bit": 3}, "bit goes with the coding bit"),
        ({"coding": "bit"}, "needs bit = 0..15"), ({"coding": "bit", "bit": 16}, "bit is 16"),
        ({"bits": [0]}, "not .lowest bit"), ({"bits": [12, 5]}, "bits go beyond the 16"), ({"bits": [0, 0]}, "not .lowest bit"),
        ({"coding": "s16", "bits": [0, 4]}, "unsigned"), ({"coding": "string", "length": 0}, "length is 0"),
        ({"coding": "string", "length": 126}, "within 1..125"), ({"length": 2}, "length goes with"), ({"unit": 3}, "no text"),
        ({"low": 5, "high": 4}, "low 5 is above high 4"), ({"writable": "yes"}, "neither true nor false"),
        ({"writable": True}, "needs low and high"), ({"writable": True, "low": 1}, "needs low and high"),
        ({"table": "input", "writable": True, "low": 0, "high": 1}, "a input cannot be written"),
        ({"writable": True, "low": 0, "high": 1, "bits": [0, 4]}, "neighbours would go with them"),
        ({"states": {"a": "b"}}, "states is"), ({"states": {"1": ""}}, "states is"), ({"states": [1]}, "states is"),
        ({"coding": "f32", "states": {"1": "on"}}, "a float has no states"), ({"not_available": "none"}, "not_available is"),
        ({"not_available": [1.5]}, "not_available is"), ({"coding": "f64", "not_available": [0]}, "says NaN"),
        ({"table": "coil"}, "a coil has the coding bit"), ({"table": "coil", "coding": "bit", "bit": 1}, "leave bit out"),
        ({"coding": "u32", "address": 65_535}, "beyond the last address"),
    ],
)  # fmt: skip
def test_each_fault_has_its_word(more: dict[str, object], why: str) -> None:
    with pytest.raises(MalformedError, match=why):
        RegisterMap.from_mapping({"register": [{**GOOD, **more}]})


@pytest.mark.parametrize(
    ("beside", "why"),
    [
        ({"registers": []}, "registers is not known"), ({"gap_max": -1}, "gap_max is -1"),
        ({"count_max": 126}, "count_max is 126"), ({"count_max": 1}, "register it takes 2 words, more than count_max"),
        ({"unreadable": 3}, "unreadable is not a list"), ({"unreadable": [{}]}, "unreadable.0. is not a table"),
        ({"unreadable": [{"table": "holding", "address": 0, "count": 9}]}, "register it lies in what is called unreadable"),
    ],
)  # fmt: skip
def test_what_stands_beside_the_registers_is_judged_too(beside: dict[str, object], why: str) -> None:
    with pytest.raises(MalformedError, match=why):
        RegisterMap.from_mapping({"register": [WIDE], **beside})


@pytest.mark.parametrize("rows", [None, [], {}, 3, [GOOD] * 1001])
def test_a_map_has_rows(rows: object) -> None:
    with pytest.raises(MalformedError, match="1 to 1000"):
        RegisterMap.from_mapping({"register": rows})


def test_all_faults_come_at_once() -> None:
    rows: list[object] = [{**GOOD, "scale": 0}, GOOD, {**GOOD, "address": 70_000}, 5]
    with pytest.raises(MalformedError) as caught:
        RegisterMap.from_mapping({"register": rows, "gap": 3})
    assert str(caught.value).split("; ") == [
        "gap is not known", "register it: scale is 0", "register it: address is 70000, not a whole number within 0..65535",
        "register[3] is not a table",
    ]  # fmt: skip


def test_what_cannot_be_read_is_not_read_along_nor_are_more_than_the_unit_takes() -> None:
    rows = [{**GOOD, "name": f"r{address}", "address": address, "channel": "X"} for address in (0, 2, 4, 20, 21)]
    closed = [{"table": "holding", "address": 3, "count": 1}]
    plain = RegisterMap.from_mapping({"register": rows})
    assert plain.ranges() == (ReadRange("holding", 0, 5), ReadRange("holding", 20, 2))
    with_gap = RegisterMap.from_mapping({"register": rows, "gap_max": 20, "unreadable": closed})
    assert with_gap.ranges() == (ReadRange("holding", 0, 3), ReadRange("holding", 4, 18))
    small = RegisterMap.from_mapping({"register": rows, "gap_max": 20, "count_max": 2})
    assert [each.count for each in small.ranges()] == [1, 1, 1, 2]
