"""NMEA 2000 aboard: frames of SocketCAN as lines, recordings replayed, readings in the picture, AIS groups as targets."""

from __future__ import annotations

import asyncio
import dataclasses
import errno
import os
import socket
from pathlib import Path

import pytest

from protocols.ais.report import AisReport
from protocols.nmea2000.frame import Frame, packet_frames
from protocols.nmea2000.text import parse_line
from protocols.reading import Quality
from shipside import config
from shipside.config.inputs import InputConfig
from shipside.listening import Listening
from shipside.ports import Clock
from shipside.sensors import can
from shipside.sensors.lines import open_input
from tests.unit.test_ship_examples import aboard

HEADING = 0x09F11223
"""Group 127250 of address 0x23."""
TRUE_180 = bytes.fromhex("ffb87afffffffffc")


class Still:
    """A clock that stands."""

    def now_s(self) -> float:
        return 100.0

    def utc_ns(self) -> int:
        return 1_764_158_400_250_000_000

    def cpu_s(self) -> float:
        return 0.0


def listening(tmp_path: Path, reports: list[AisReport] | None = None) -> Listening:
    """Return what listens aboard a ship whose only input is a bus."""
    loaded = config.load(aboard(tmp_path, "coaster.toml"), {})
    bus = InputConfig("bus", "socketcan", interface="can0", protocol="nmea2000")
    clock: Clock = Still()
    return Listening(dataclasses.replace(loaded, inputs=(bus,)), clock,
                     take_report=None if reports is None else reports.append)  # fmt: skip


def test_a_frame_of_the_kernel_becomes_the_line_of_candump() -> None:
    """Identifier, length and content by the bytes of `struct can_frame`; what is no frame of NMEA 2000 becomes nothing."""
    raw = can.packed(HEADING, TRUE_180)
    assert len(raw) == 16
    assert raw[:4] == (HEADING | 1 << 31).to_bytes(4, "little")
    line = can.line_of(raw, Still().utc_ns(), "can0")
    assert line == b"(1764158400.250000) can0 09F11223#FFB87AFFFFFFFFFC"
    assert line is not None
    frame = parse_line(line)
    assert isinstance(frame, Frame)
    assert (frame.pgn, frame.source, frame.content, frame.utc) == (127250, 0x23, TRUE_180, "2025-11-26T12:00:00.250Z")
    for flags in (0x4000_0000 | 1 << 31, 0x2000_0000 | 1 << 31, 0):
        assert can.line_of(can.FRAME.pack(HEADING & 0x1FFF_FFFF | flags, 8, TRUE_180), 0, "can0") is None
    assert can.line_of(can.FRAME.pack(HEADING | 1 << 31, 0, bytes(8)), 0, "can0") is None
    assert can.line_of(can.FRAME.pack(HEADING | 1 << 31, 9, bytes(8)), 0, "can0") is None
    assert can.line_of(raw[:-1], 0, "can0") is None


def test_a_driver_that_says_bus_off_is_understood() -> None:
    """An error frame of that class alone; no frame of a ship, whatever its identifier, and no other error."""
    assert can.shuts_off(can.FRAME.pack(can.ERROR | can.BUS_OFF, 8, bytes(8)))
    assert not can.shuts_off(can.FRAME.pack(can.ERROR | can.RESTARTED, 8, bytes(8)))
    assert not can.shuts_off(can.packed(HEADING | can.BUS_OFF, TRUE_180))
    assert not can.shuts_off(b"")


async def test_a_bus_that_is_not_there_is_said_in_words() -> None:
    """No CAN in the kernel, or no such interface: the input waits and says so, like any other."""
    source = open_input(InputConfig("bus", "socketcan", interface="nocan7", protocol="nmea2000"), Still())
    task = asyncio.create_task(source.run(lambda _: None))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    facts = source.facts()
    task.cancel()
    assert not facts.is_open
    assert "no CAN" in facts.problem or "nocan7 cannot be listened on" in facts.problem


@pytest.mark.parametrize(("number", "words"), [
    (errno.EAFNOSUPPORT, "this machine's kernel has no CAN: Address family not supported by protocol"),
    (errno.EPROTONOSUPPORT, "this machine's kernel has no CAN: Protocol not supported"),
    (errno.EMFILE, "can0 cannot be listened on: Too many open files"),
])  # fmt: skip
def test_what_keeps_us_from_a_bus_is_told_apart(number: int, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel without CAN is one thing, a process without a descriptor another."""

    def refuse(*_: object) -> socket.socket:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(socket, "socket", refuse)
    with pytest.raises(OSError, match=f"^{words}$"):
        can.CanBus("can0")


def test_a_device_feeds_its_channels_under_its_address(tmp_path: Path) -> None:
    """The source is the input and the address; noise costs itself, groups that feed nothing are no fault."""
    heard = listening(tmp_path)
    line = can.line_of(can.packed(HEADING, TRUE_180), 0, "can0")
    assert line is not None
    heard.take_line("bus", line)
    heard.take_line("bus", b"$HEHDT,095.3,T*2B")
    heard.take_line("bus", b"(0.0) can0 1CFF4FCC#3B9FFFFFFF715AFF")
    heard.take_line("bus", b"# a note")
    latest = heard.picture.facts(100.0)["NAV_HDG"]
    assert latest.value == pytest.approx(180.0004, abs=1e-4)
    assert (latest.quality, latest.source) == (Quality.GOOD, "bus/n2k-35")
    assert heard.rejected == {"bus": {"framing": 1}}


def test_an_ais_group_in_frames_gives_a_report(tmp_path: Path) -> None:
    """Class A in four frames of a fast packet; with a frame lost there is none, and it is counted."""
    content = bytes.fromhex("01408a8e0e80a9ae0200a6fe1e045c3d0202000000b87aff7ff0ffffff")
    reports: list[AisReport] = []
    heard = listening(tmp_path, reports)
    frames = packet_frames(3, content)
    for each in frames[:1] + frames[2:]:
        heard.take_line("bus", can.line_of(can.packed(0x11F80E05, each), 0, "can0") or b"")
    assert reports == []
    for each in packet_frames(4, content):
        heard.take_line("bus", can.line_of(can.packed(0x11F80E05, each), 0, "can0") or b"")
    assert [(each.type, each.mmsi) for each in reports] == [(1, 244_222_528)]
    assert heard.n2k is not None
    assert heard.n2k.reader.packets.lost_count == 1


async def test_a_recording_is_replayed_line_by_line(tmp_path: Path) -> None:
    """As fast as can be; what is no line of NMEA 2000 is rejected and counted."""
    path = tmp_path / "bus.log"
    good = [b"21:55:35.425 R 15FD0723 FF C0 D9 6F FF 7F FF FF", b"21:55:36.425 R 15FD0723 FF C0 D9 6F FF 7F FF FF"]
    path.write_bytes(b"\r\n".join([good[0], b"$HEHDT,095.3,T*2B", good[1], b""]))
    source = open_input(InputConfig("trip", "replay", path=str(path), speed=0.0, protocol="nmea2000"), Still())
    lines: list[bytes] = []
    await source.run(lines.extend)
    assert lines == good
    assert source.facts().rejected_count == 1


FAULTY = [
    ('kind = "socketcan"', ["input[0].interface is missing"]),
    ('kind = "socketcan"\ninterface = "can0"\nprotocol = "nmea0183"', ["but a CAN bus carries nmea2000"]),
    ('kind = "socketcan"\ninterface = "can0:1"', ["input[0].interface is 'can0:1', no name of an interface of Linux"]),
    ('kind = "socketcan"\ninterface = "a-name-of-16-chr"', ["'a-name-of-16-chr', no name of an interface of Linux"]),
    ('kind = "udp"\nport = 1\nprotocol = "canopen"', ["input[0].protocol is 'canopen', none of nmea0183, nmea2000"]),
    ('kind = "multicast450"\nport = 1\ngroup = "239.192.0.4"\nprotocol = "nmea2000"', ["multicast450 carries sentences"]),
    ('kind = "udp"\nport = 1\nprotocol = "nmea2000"\ntalkers = ["GP"]', ["talkers and formatters are of nmea0183"]),
]  # fmt: skip


@pytest.mark.parametrize(("table", "words"), FAULTY)
def test_settings_that_do_not_go_together_are_faults(tmp_path: Path, table: str, words: list[str]) -> None:
    """Each is named with its place."""
    path = aboard(tmp_path, "minimal.toml")
    text = path.read_text("utf-8")
    head, _, rest = text.partition("[[input]]")
    tail = rest[rest.index("\n[") :] if "\n[" in rest else ""
    path.write_text(f'{head}[[input]]\nname = "bus"\n{table}\n{tail}', "utf-8")
    with pytest.raises(config.ConfigError) as caught:
        config.load(path, {})
    assert len(caught.value.faults) == len(words)
    assert all(word in fault for word, fault in zip(words, caught.value.faults, strict=True)), caught.value.faults
