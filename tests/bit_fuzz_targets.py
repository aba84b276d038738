"""What is read from bits, as rows for the fuzzer: AIS messages, parameter groups and fast packets of NMEA 2000."""

from __future__ import annotations

import json

from protocols.ais.decoder import decode_bits
from protocols.ais.report import AisReport
from protocols.nmea2000 import ais, channels
from protocols.nmea2000.frame import FastPackets, Frame, packet_frames
from protocols.nmea2000.message import PGNS, decode
from tests.fuzzing import Target

_NUMBERS = sorted(PGNS)


def _ais_bits(given: bytes) -> None:
    """Read a message of any length in bits, with all its fields; the first byte takes bits off its end."""
    length = len(given[1:]) * 8 - (given[0] % 8 if given else 0)
    if length > 0:
        report = decode_bits(int.from_bytes(given[1:], "big") >> len(given[1:]) * 8 - length, length, is_own_ship=False)
        if isinstance(report, AisReport):
            json.dumps(report.plain(), allow_nan=False)


def _group(given: bytes) -> None:
    """Read a parameter group, chosen by the first byte, with its channels and its AIS report."""
    if given:
        message = decode(PGNS[_NUMBERS[given[0] % len(_NUMBERS)]], 1, given[1:224])
        json.dumps(message.plain(), allow_nan=False)
        channels.readings(message)
        ais.report(message)


def _fast_packet(given: bytes) -> None:
    """Put together what may be frames of eight bytes, one behind the other; what is given has a length that can be."""
    packets = FastPackets()
    for start in range(0, len(given), 8):
        found = packets.receive("", Frame(129029, 1, 255, 3, given[start : start + 8], is_whole=False))
        assert found is None or len(found) <= 223
    assert packets.waiting_count <= 2


BIT_TARGETS: dict[str, Target] = {
    "AIS bits": Target(_ais_bits, (), [bytes([0, kind << 2, *range(52)]) for kind in (1, 5, 8, 18, 19, 21, 24, 27)]),
    "parameter group": Target(_group, (), [bytes([0, *range(60)]), bytes([40]) + b"\xff" * 60]),
    "fast packet": Target(_fast_packet, (), [b"".join(packet_frames(3, bytes(range(43))))]),
}
"""{name: reader}"""
