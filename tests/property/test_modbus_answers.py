"""A Modbus answer kept as a line is the same answer when it is read again; what is none is told apart, whatever it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.modbus.answers import Answer, answer_in
from protocols.modbus.ranges import READ_WORDS_MAX, ReadRange
from protocols.modbus.registers import BITS, TABLES


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    table = draw(st.sampled_from(TABLES))
    words = draw(st.lists(st.integers(0, 1 if table in BITS else 0xFFFF), min_size=1, max_size=READ_WORDS_MAX))
    return Answer(draw(st.integers(0, 247)), ReadRange(table, draw(st.integers(0, 65535)), len(words)), tuple(words))


@given(answers())
def test_an_answer_comes_back_from_its_line(answer: Answer) -> None:
    assert answer_in(answer.line()) == answer
    assert b"\n" not in answer.line()


@given(st.binary(max_size=60))
def test_anything_else_is_none(line: bytes) -> None:
    assert answer_in(b"x" + line) is None
    found = answer_in(b"modbus " + line)
    assert found is None or answer_in(found.line()) == found


@pytest.mark.parametrize(
    "line",
    [b"", b"modbus", b"modbus 1 4 100", b"modbus 1 5 100 0001", b"modbus 1 4 x 0001", b"modbus 1 4 100 10000",
     b"modbus 1 1 100 2", b"modbus 1 4 100 -001", b"$HEHDT,1.0,T*2B"],
)  # fmt: skip
def test_a_line_that_is_no_answer(line: bytes) -> None:
    assert answer_in(line) is None
