"""The doctor listens to devices on real sockets: a good line or an answer is one, a taken connection is not."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager

import pytest

from farhelm.doctor import devices
from protocols.aio.clock import SystemClock
from protocols.modbus.ranges import ReadRange
from protocols.nmea0183.framing import framed

WAIT = devices.Wait(20.0, SystemClock())
"""For a device that speaks, or goes."""
SHORT = devices.Wait(0.3, SystemClock())
HOST = "127.0.0.1"
GOOD = framed("HEHDT,94.18,T") + b"\r\n"
BAD = GOOD.replace(b"94", b"95")
FRAME = b"16:29:27.082 R 09F8017F 50 C3 B8 13 47 D8 2B C6\r\n"
ASKED = ReadRange("holding", 10, 2)


@contextmanager
def device(says: Callable[[socket.socket], object]) -> Generator[int]:
    """Run equipment that takes one connection, `says` something on it, and keeps it until the other end goes."""

    def live() -> None:
        with contextlib.suppress(OSError):
            came, _ = listener.accept()
            with came:
                came.settimeout(20.0)
                says(came)

    with socket.create_server((HOST, 0)) as listener:
        thread = threading.Thread(target=live, name="device")
        thread.start()
        yield int(listener.getsockname()[1])
        thread.join()


def until_gone(came: socket.socket) -> None:
    """Say nothing, and hear nothing that matters."""
    while came.recv(4096):
        pass


def saying(words: bytes) -> Callable[[socket.socket], object]:
    """Return equipment that says `words` and then keeps the connection."""

    def say(came: socket.socket) -> None:
        came.sendall(words)
        until_gone(came)

    return say


@pytest.mark.parametrize(("words", "protocol", "spoke"), [
    (GOOD, "nmea0183", "HEHDT"),
    (BAD + GOOD, "nmea0183", "HEHDT"),
    (GOOD[5:] + GOOD, "nmea0183", "HEHDT"),
    (FRAME, "nmea2000", "a line of NMEA 2000"),
])  # fmt: skip
def test_a_device_that_speaks(words: bytes, protocol: str, spoke: str) -> None:
    """The first good line is enough; half a line and a damaged one before it are usual at any start."""
    with device(saying(words)) as port:
        seen = devices.lines(HOST, port, protocol, WAIT)
    assert (seen.spoke, seen.problem) == (spoke, "")


@pytest.mark.parametrize(
    ("words", "protocol"), [(b"", "nmea0183"), (BAD, "nmea0183"), (FRAME, "nmea0183"), (GOOD, "nmea2000")]
)
def test_a_device_that_is_silent_or_says_something_else(words: bytes, protocol: str) -> None:
    """Negative control: connected, damaged or of another protocol is not answering."""
    with device(saying(words)) as port:
        seen = devices.lines(HOST, port, protocol, SHORT)
    assert (seen.spoke, seen.problem, seen.heard_bytes, seen.waited_s) == ("", "", len(words), 0.3)


def test_a_flood_of_noise_ends() -> None:
    """What never says a line is left after HEARD_BYTES_MAX."""

    def flood(came: socket.socket) -> None:
        while True:
            came.sendall(bytes(4096))

    with device(flood) as port:
        seen = devices.lines(HOST, port, "nmea0183", WAIT)
    assert seen.spoke == ""
    assert devices.HEARD_BYTES_MAX <= seen.heard_bytes <= devices.HEARD_BYTES_MAX + devices.CHUNK_BYTES


def test_a_device_that_closes_and_one_that_is_away() -> None:
    """Taken and closed is one thing, not there another."""
    with device(socket.socket.fileno) as port:
        closed = devices.lines(HOST, port, "nmea0183", WAIT)
    away = devices.lines(HOST, port, "nmea0183", WAIT)
    assert (closed.problem, closed.waited_s > 0.0) == ("it closed the connection", True)
    assert (away.problem, away.waited_s) == ("Connection refused", 0.0)


def answering(pdu: bytes, *, late_by: int = 0) -> Callable[[socket.socket], object]:
    """Return a Modbus unit that answers the first request with `pdu`, under a number `late_by` before the request's."""

    def answer(came: socket.socket) -> None:
        transaction, _, _, unit = struct.unpack(">HHHB", came.recv(12)[:7])
        came.sendall(struct.pack(">HHHB", transaction - late_by, 0, len(pdu) + 1, unit) + pdu)
        until_gone(came)

    return answer


def test_a_unit_that_answers_refuses_or_is_silent() -> None:
    """A reply to what the agent would ask is one, so is an exception; a late one of another question is none."""
    found = {}
    for name, says in {
        "good": answering(bytes((3, 4, 0, 1, 0, 2))), "refuses": answering(bytes((0x83, 2))),
        "short": answering(bytes((3, 2, 0, 1))), "late": answering(bytes((3, 4, 0, 1, 0, 2)), late_by=1), "silent": until_gone,
    }.items():  # fmt: skip
        with device(says) as port:
            found[name] = devices.modbus(HOST, port, 1, ASKED, devices.Wait(1.0, SystemClock()))
    spoke = "unit 1, holding 10 to 11"
    assert {name: (seen.spoke, seen.refused) for name, seen in found.items()} == {
        "good": (spoke, ""), "refuses": (spoke, "illegal address"),
        "short": (spoke, "an answer of 4 bytes, not 6"), "late": ("", ""), "silent": ("", ""),
    }  # fmt: skip
