"""One request outstanding, and only its own answer counts: late, foreign and mismatched ones are dropped and counted."""

from __future__ import annotations

import pytest

from protocols.modbus import pdu
from protocols.modbus.exchange import Exchange
from protocols.modbus.frames import RtuFrames, TcpFrames

ONE, TWO = pdu.read_request("input", 0, 1), pdu.read_request("input", 0, 2)
OLD, NEW = b"\x04\x02\x11\x11", b"\x04\x02\x22\x22"


def tcp(number: int, unit: int, answer: bytes) -> bytes:
    return TcpFrames().frame(number, unit, answer)


def rtu(unit: int, answer: bytes) -> bytes:
    return RtuFrames().frame(0, unit, answer)


@pytest.mark.parametrize(
    "foreign",
    [tcp(1, 7, OLD), tcp(99, 7, OLD), tcp(2, 8, OLD), tcp(2, 7, b"\x03\x02\x11\x11"), tcp(2, 7, b"\x83\x02")],
    ids=["late", "of nobody's number", "of another unit", "of another function", "exception of another function"],
)
def test_over_tcp_only_the_answer_of_this_number_unit_and_function_counts(foreign: bytes) -> None:
    exchange = Exchange(TcpFrames())
    exchange.ask(7, ONE)  # number 1 is given up: its answer comes late
    exchange.give_up(1.0, 1.0)
    exchange.ask(7, ONE)
    assert exchange.receive(foreign) is None
    assert exchange.foreign_count == 1
    assert exchange.receive(tcp(2, 7, NEW)) == NEW
    # And once: the same answer again is one too many.
    assert exchange.receive(tcp(2, 7, NEW)) is None
    assert exchange.foreign_count == 2
    # Over TCP the number tells them apart, so that nobody need wait.
    assert exchange.late_until_s(7) is None


def test_a_client_that_takes_the_first_frame_takes_the_old_value() -> None:
    """Negative control: without a look at the number, what comes first is the answer to the question before."""
    first, second = TcpFrames().feed(tcp(1, 7, OLD) + tcp(2, 7, NEW))
    assert (first.pdu, second.pdu) == (OLD, NEW)
    assert first.unit == second.unit
    assert first.transaction != second.transaction


def test_a_late_answer_and_the_right_one_in_one_piece() -> None:
    exchange = Exchange(TcpFrames())
    exchange.ask(7, ONE)
    exchange.give_up(1.0, 1.0)
    exchange.ask(7, ONE)
    assert exchange.receive(tcp(1, 7, OLD) + tcp(2, 7, NEW)) == NEW
    assert exchange.foreign_count == 1


def test_a_late_serial_answer_comes_before_its_unit_is_asked_again() -> None:
    """A serial line numbers nothing: the unit is left alone until a late answer must have come, and that one is dropped."""
    exchange = Exchange(RtuFrames())
    exchange.ask(7, ONE)
    exchange.give_up(1.0, 0.5)
    assert exchange.late_until_s(7) == 1.5
    assert exchange.late_until_s(8) is None  # the others go on at once
    exchange.ask(8, ONE)
    assert exchange.receive(rtu(7, OLD)) is None  # late, while another is asked
    assert exchange.receive(rtu(8, NEW)) == NEW
    assert exchange.foreign_count == 1


def test_asked_at_once_the_late_serial_answer_would_pass_for_the_new_one() -> None:
    """Negative control: who does not wait takes the old value; nothing on the line tells the two apart."""
    exchange = Exchange(RtuFrames())
    exchange.ask(7, ONE)
    exchange.give_up(1.0, 0.5)
    exchange.ask(7, ONE)
    assert exchange.receive(rtu(7, OLD)) == OLD


@pytest.mark.parametrize(
    "foreign", [rtu(8, NEW), rtu(7, b"\x03\x02\x22\x22"), rtu(7, b"\x04\x04\x22\x22\x22\x22")],
    ids=["of another unit", "of another function", "of another length"],
)  # fmt: skip
def test_over_a_serial_line_unit_function_and_length_must_be_those_asked_for(foreign: bytes) -> None:
    exchange = Exchange(RtuFrames())
    exchange.ask(7, ONE)
    assert exchange.receive(foreign) is None
    assert exchange.receive(rtu(7, NEW)) == NEW
    assert exchange.foreign_count == 1


def test_half_an_answer_from_before_does_not_spoil_the_next() -> None:
    exchange = Exchange(RtuFrames())
    exchange.ask(7, TWO)
    assert exchange.receive(rtu(7, b"\x04\x04\1\2\3\4")[:6]) is None
    exchange.give_up(1.0, 0.5)
    exchange.ask(7, ONE)
    assert exchange.receive(rtu(7, NEW)) == NEW
    assert exchange.noise_count == 6


def test_an_exception_is_an_answer() -> None:
    exchange = Exchange(RtuFrames())
    exchange.ask(7, ONE)
    assert exchange.receive(rtu(7, b"\x84\x02")) == b"\x84\x02"


def test_what_nobody_asked_for_is_counted() -> None:
    exchange = Exchange(TcpFrames())
    assert exchange.receive(tcp(0, 1, NEW) * 3) is None
    assert exchange.foreign_count == 3
