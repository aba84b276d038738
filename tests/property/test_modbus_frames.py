"""Frames and requests are those that pymodbus makes and reads; noise around a serial frame costs only itself."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymodbus.framer import FramerRTU, FramerSocket
from pymodbus.pdu import DecodePDU
from pymodbus.pdu.bit_message import ReadCoilsRequest, ReadDiscreteInputsRequest, WriteMultipleCoilsRequest
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    WriteMultipleRegistersRequest,
)

from protocols.errors import MalformedError
from protocols.modbus import pdu
from protocols.modbus.frames import RTU_BYTES_MAX, Frame, RtuFrames, TcpFrames, crc

UNITS, NUMBERS = st.integers(1, 247), st.integers(1, 65_535)
ADDRESSES = st.integers(0, 65_000)
READS = {
    "coil": ReadCoilsRequest, "discrete": ReadDiscreteInputsRequest, "holding": ReadHoldingRegistersRequest,
    "input": ReadInputRegistersRequest,
}  # fmt: skip
ANSWER = b"\x03\x04\x12\x34\x56\x78"


@given(st.sampled_from(sorted(READS)), ADDRESSES, st.integers(1, 125), UNITS, NUMBERS)
def test_a_read_is_asked_as_pymodbus_asks(table: str, address: int, count: int, unit: int, number: int) -> None:
    request = READS[table](dev_id=unit, transaction_id=number, address=address, count=count)
    ours = pdu.read_request(table, address, count)  # type: ignore[arg-type]
    assert TcpFrames().frame(number, unit, ours) == FramerSocket(DecodePDU(is_server=False)).buildFrame(request)
    assert RtuFrames().frame(number, unit, ours) == FramerRTU(DecodePDU(is_server=False)).buildFrame(request)


@given(ADDRESSES, st.lists(st.integers(0, 65_535), min_size=1, max_size=123), UNITS)
def test_registers_are_written_as_pymodbus_writes(address: int, values: list[int], unit: int) -> None:
    request = WriteMultipleRegistersRequest(dev_id=unit, address=address, registers=values)
    ours = RtuFrames().frame(0, unit, pdu.write_request("holding", address, values))
    assert ours == FramerRTU(DecodePDU(is_server=False)).buildFrame(request)


@given(ADDRESSES, st.lists(st.booleans(), min_size=1, max_size=40), UNITS)
def test_coils_are_written_as_pymodbus_writes(address: int, values: list[bool], unit: int) -> None:
    request = WriteMultipleCoilsRequest(dev_id=unit, address=address, bits=values)
    ours = RtuFrames().frame(0, unit, pdu.write_request("coil", address, values))
    assert ours == FramerRTU(DecodePDU(is_server=False)).buildFrame(request)


@given(st.binary(max_size=300))
def test_the_checksum_is_the_known_one(octets: bytes) -> None:
    assert crc(octets).to_bytes(2, "little") == FramerRTU.compute_CRC(octets).to_bytes(2, "big")


def test_the_checksum_of_the_standard() -> None:
    """Modbus over serial line V1.02, 6.2.2: 02 07 has the checksum 41 12."""
    assert crc(b"\x02\x07").to_bytes(2, "little") == b"\x41\x12"


@given(st.lists(st.integers(0, 65_535), min_size=1, max_size=125), UNITS, NUMBERS, st.integers(1, 300))
def test_an_answer_in_pieces_is_the_answer(values: list[int], unit: int, number: int, piece: int) -> None:
    answer = bytes((3, 2 * len(values))) + b"".join(value.to_bytes(2, "big") for value in values)
    request = pdu.read_request("holding", 0, len(values))
    for frames, transaction in ((TcpFrames(), number), (RtuFrames(), None)):
        octets = frames.frame(number, unit, answer)
        found = [each for start in range(0, len(octets), piece) for each in frames.feed(octets[start : start + piece])]
        assert found == [Frame(transaction, unit, answer)]
        assert frames.noise_count == 0
        assert list(pdu.values_in("holding", len(values), pdu.checked(request, found[0].pdu))) == values


@settings(max_examples=200)
@given(st.binary(max_size=40), st.binary(max_size=40), UNITS)
def test_noise_around_a_serial_frame_costs_itself(before: bytes, after: bytes, unit: int) -> None:
    """The frame between is found, whatever stands around it, unless the noise is itself a frame with a right checksum."""
    frames = RtuFrames()
    found = frames.feed(before + frames.frame(0, unit, ANSWER) + after)
    assert Frame(None, unit, ANSWER) in found or len(found) > 1
    frames.clear()
    assert frames.noise_count + sum(len(each.pdu) + 3 for each in found) == len(before) + len(after) + len(ANSWER) + 3


@given(st.integers(0, 8 * (len(ANSWER) + 3) - 1), UNITS)
def test_one_flipped_bit_is_never_an_answer(bit: int, unit: int) -> None:
    frames = RtuFrames()
    octets = bytearray(frames.frame(0, unit, ANSWER))
    octets[bit // 8] ^= 1 << bit % 8
    assert frames.feed(bytes(octets)) == []
    frames.clear()
    assert frames.noise_count == len(octets)


@given(st.binary(min_size=1, max_size=4000))
def test_noise_without_end_is_bounded(noise: bytes) -> None:
    frames = RtuFrames()
    for start in range(0, len(noise), 50):
        frames.feed(noise[start : start + 50])
    assert len(frames._held) <= RTU_BYTES_MAX


@given(st.binary(min_size=7, max_size=300))
def test_a_tcp_stream_that_is_no_modbus_is_given_up(octets: bytes) -> None:
    frames = TcpFrames()
    try:
        found = frames.feed(octets)
    except MalformedError:
        assert frames.noise_count > 0
    else:
        assert sum(len(each.pdu) + 7 for each in found) + len(frames._held) == len(octets)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"\x83\x02", pdu.ExceptionAnswerError), (b"\x83", pdu.ExceptionAnswerError), (b"\x03\x04\x12\x34", MalformedError),
        (b"\x03\x02\x12\x34\x56\x78", MalformedError), (ANSWER + b"\0", MalformedError), (b"\x03", MalformedError),
    ],
)  # fmt: skip
def test_an_answer_that_cannot_be_is_refused(answer: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        pdu.checked(pdu.read_request("holding", 0, 2), answer)


def test_a_write_is_confirmed_by_its_own_words_only() -> None:
    request = pdu.write_request("holding", 5, [1, 2])
    assert pdu.checked(request, b"\x10\0\5\0\2") == b"\x10\0\5\0\2"
    for answer in (b"\x10\0\5\0\1", b"\x10\0\6\0\2"):
        with pytest.raises(MalformedError, match="contradicts"):
            pdu.checked(request, answer)
