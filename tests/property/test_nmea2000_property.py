"""NMEA 2000: whatever arrives, a frame, a message or a reason; frames in any order give back what was cut."""

from __future__ import annotations

import json
import math

from hypothesis import given
from hypothesis import strategies as st

from protocols.nmea2000 import ais, channels
from protocols.nmea2000.frame import ID_MAX, FastPackets, Frame, frame_of, identifier_of, packet_frames
from protocols.nmea2000.message import PGNS, decode
from protocols.nmea2000.pgn import Pgn
from protocols.nmea2000.reader import N2kReader
from protocols.nmea2000.text import candump, parse_line
from protocols.reading import Quality

SEEDS = (
    b"(1502984866.421964) slcan0 09F112CC#FF725AFF7FFF7FFD", b"can0  09F112CC   [8]  FF 72 5A FF 7F FF 7F FD",
    b"2014-08-15T19:00:00.048Z,2,128259,115,255,8,00,4e,01,ff,ff,00,ff,ff", b"21:55:35.425 R 15FD0723 FF C0 D9 6F FF 7F FF FF",
)  # fmt: skip
damage = st.lists(st.tuples(st.integers(0, 80), st.integers(0, 255)), max_size=4)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_frame_or_a_reason(noise: bytes) -> None:
    """Noise never raises."""
    assert isinstance(parse_line(noise), Frame | str)


@given(st.sampled_from(SEEDS), damage)
def test_damaged_lines_are_a_frame_or_a_reason(line: bytes, hits: list[tuple[int, int]]) -> None:
    """A frame has its bounds, whatever was done to the line."""
    bent = bytearray(line)
    for place, value in hits:
        bent[place % len(bent)] = value
    frame = parse_line(bytes(bent))
    if isinstance(frame, Frame):
        assert 0 < len(frame.content) <= 223
        assert 0 <= frame.source <= 255
        assert 0 <= frame.destination <= 255
        assert frame.is_whole is not False or len(frame.content) <= 8
        N2kReader().receive("", frame)


@given(st.integers(0, ID_MAX), st.binary(min_size=1, max_size=8))
def test_a_line_gives_back_its_frame(identifier: int, content: bytes) -> None:
    """Identifier to frame to identifier is the identity (the reserved bit apart), and so is the way through a line."""
    frame = frame_of(identifier, content)
    assert identifier_of(frame) == identifier
    again = parse_line(candump(0.0, "can0", identifier, content))
    assert isinstance(again, Frame)
    assert again[:5] == frame[:5]


@given(st.data(), st.binary(min_size=1, max_size=223), st.integers(0, 7))
def test_frames_in_any_order_give_back_the_packet(data: st.DataObject, content: bytes, sequence: int) -> None:
    """Exactly when the last frame has come, and not before."""
    packets = FastPackets()
    order = data.draw(st.permutations(packet_frames(sequence, content)))
    found = [packets.receive("", Frame(129029, 1, 255, 3, each, is_whole=False)) for each in order]
    assert found[:-1] == [None] * (len(order) - 1)
    assert found[-1] == content


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(1, 60), st.sets(st.integers(0, 8))), max_size=20))
def test_a_packet_that_is_given_is_one_that_was_sent(sent: list[tuple[int, int, set[int]]]) -> None:
    """Frames are lost at will, sequences come in order of time: nothing is ever made of two packets."""
    packets, contents = FastPackets(), []
    for number, (_, length, lost) in enumerate(sent):
        content = bytes([number + 1]) * length
        contents.append(content)
        for place, each in enumerate(packet_frames(number % 8, content)):
            if place not in lost:
                found = packets.receive("", Frame(129029, 1, 255, 3, each, is_whole=False))
                assert found is None or found == content
    assert packets.waiting_count <= 2


@given(st.sampled_from(sorted(PGNS)), st.binary(max_size=223))
def test_any_bytes_of_any_group_give_finite_values_or_none(number: int, content: bytes) -> None:
    """Values can be written as JSON; a reading has a value exactly when it may be used."""
    message = decode(PGNS[number], 7, content)
    json.dumps(message.plain(), allow_nan=False)
    for reading in channels.readings(message):
        assert (reading.value is None) == (reading.quality is not Quality.GOOD)
        assert not isinstance(reading.value, float) or math.isfinite(reading.value)
    report = ais.report(message)
    if report is not None and not isinstance(report, str):
        json.dumps(report.plain(), allow_nan=False)


COUNTED = [pgn for pgn in PGNS.values() if pgn.fields[-1].kind == "bytes_counted"]
sets = st.lists(st.binary(min_size=8, max_size=8), max_size=20)


@given(
    st.sampled_from([pgn for pgn in PGNS.values() if pgn.repeated and not pgn.count_field]), sets, st.binary(max_size=5)
)
def test_sets_come_out_as_they_went_in(pgn: Pgn, parts: list[bytes], rest: bytes) -> None:
    """As many as there are whole, each as it is alone; what is left over is told."""
    head, size = bytes(pgn.repeated[0].first // 8), pgn.stride // 8
    alone = [decode(pgn, 7, head + part[:size]).repeated[0] for part in parts]
    rest = rest[: size - 1]
    found = decode(pgn, 7, head + b"".join(part[:size] for part in parts) + rest)
    assert list(found.repeated) == alone
    assert any("cut off" in fault for fault in found.faults) == bool(rest)


@given(st.sampled_from(COUNTED), st.data(), st.binary(max_size=200), st.binary(max_size=9))
def test_binary_data_comes_out_as_it_went_in(pgn: Pgn, data: st.DataObject, content: bytes, behind: bytes) -> None:
    """Of any length in bits, whatever stands behind; a byte less than the count says is none."""
    bits = len(content) * 8 - (data.draw(st.integers(0, 7)) if content else 0)
    head = bytes(pgn.fields[-1].first // 8 - 2) + bits.to_bytes(2, "little")
    assert decode(pgn, 7, head + content + behind).values["binary_data"] == content
    assert not content or decode(pgn, 7, head + content[:-1]).values["binary_data"] is None
