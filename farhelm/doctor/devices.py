"""Listens to equipment, and asks it for what the agent asks it. Judges nothing; each look is bounded."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from farhelm.doctor.probes import CONNECT_S, said
from farhelm.doctor.seen import DeviceSeen
from protocols.aio.clock import Clock
from protocols.errors import ProtocolError
from protocols.modbus import pdu
from protocols.modbus.exchange import Exchange
from protocols.modbus.frames import TcpFrames
from protocols.modbus.ranges import ReadRange
from protocols.nmea0183.framing import LineSplitter
from protocols.nmea0183.sentence import Sentence
from protocols.nmea0183.sentence import parse_line as parse_sentence
from protocols.nmea2000.text import is_frame_line

HEARD_BYTES_MAX: Final = 65_536
"""Enough to tell that a device says no sentences."""
CHUNK_BYTES: Final = 4096

_Take = Callable[[bytes], str]
"""From what was received to what the device said, in words; empty while it has said nothing."""


@dataclass(frozen=True, slots=True)
class Wait:
    """How long a device is listened to at most, in seconds, by which clock."""

    longest_s: float
    clock: Clock


def lines(host: str, port: int, protocol: str, wait: Wait) -> DeviceSeen:
    """Connect to a source of lines and listen for the first good one of `protocol` (nmea0183 or nmea2000)."""
    splitter = LineSplitter()

    def take(chunk: bytes) -> str:
        told = (_told(line, protocol) for line in splitter.feed(chunk))
        return next((words for words in told if words), "")

    return _seen(host, port, b"", take, wait)


def _told(line: bytes, protocol: str) -> str:
    """Return what a line is, in words; empty where it is none of `protocol`."""
    if protocol == "nmea2000":
        return "a line of NMEA 2000" if is_frame_line(line) else ""
    found = parse_sentence(line)
    return found.address if isinstance(found, Sentence) else ""


def modbus(host: str, port: int, unit: int, wanted: ReadRange, wait: Wait) -> DeviceSeen:
    """Connect to a Modbus unit and read the first registers that the agent would read."""
    exchange = Exchange(TcpFrames())
    request = pdu.read_request(wanted.table, wanted.address, wanted.count)
    refused = ""

    def take(chunk: bytes) -> str:
        nonlocal refused
        answer = exchange.receive(chunk)
        if answer is None:
            return ""
        try:
            pdu.checked(request, answer)
        except ProtocolError as error:
            refused = str(error)
        return f"unit {unit}, {wanted.table} {wanted.address} to {wanted.address + wanted.count - 1}"

    seen = _seen(host, port, exchange.ask(unit, request), take, wait)
    return DeviceSeen(seen.host, seen.port, seen.problem, seen.spoke, seen.heard_bytes, seen.waited_s, refused)


def _seen(host: str, port: int, question: bytes, take: _Take, wait: Wait) -> DeviceSeen:
    """Connect, ask, and take what comes until it is a word or the time is over."""
    try:
        connection = socket.create_connection((host, port), CONNECT_S)
    except OSError as error:
        return DeviceSeen(host, port, said(error))
    heard_bytes, spoke, problem = 0, "", ""
    with connection:
        until_s = wait.clock.now_s() + wait.longest_s
        try:
            connection.sendall(question)
            while not spoke and heard_bytes < HEARD_BYTES_MAX and (left_s := until_s - wait.clock.now_s()) > 0.0:
                connection.settimeout(left_s)
                chunk = connection.recv(CHUNK_BYTES)
                if not chunk:
                    problem = "it closed the connection"
                    break
                heard_bytes += len(chunk)
                spoke = take(chunk)
        except TimeoutError:
            pass
        except (OSError, ProtocolError) as error:
            problem = said(error)
    return DeviceSeen(host, port, "" if spoke else problem, spoke, heard_bytes, wait.longest_s)
