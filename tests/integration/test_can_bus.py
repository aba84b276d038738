"""The CAN input on a bus of the kernel itself: a virtual one of the test's own, with real CAN sockets at both ends.

Few machines for tests have CAN; `test_can_in_another_kernel.py` runs this file in a kernel that does.
"""

from __future__ import annotations

import asyncio
import dataclasses
import os
import select
import signal
import struct
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
import uvloop

from protocols.aio.clock import SystemClock
from protocols.aio.recorded import lines_of
from protocols.ais.report import AisReport
from protocols.nmea2000.frame import DATA_BYTES, Frame, identifier_of, packet_frames
from protocols.nmea2000.message import FAST
from protocols.nmea2000.text import candump, parse_line
from shipside import config
from shipside.config.inputs import InputConfig
from shipside.listening import Listening
from shipside.lookout import Lookout
from shipside.sensors import can, line_input
from shipside.sensors.lines import CanInput, open_input
from tests import agent_kit
from tests.can_kit import FRAME, adapter, bus, ip, need_can, plug_in, speaker, speaking, unplug
from tests.free_ports import free_port
from tests.shared_folder import shared
from tests.unit.test_ship_examples import aboard
from tests.unit.test_ship_nmea2000 import HEADING, TRUE_180, Still

__all__ = ["adapter", "bus"]
need_can()

LINE = b"09F11223#FFB87AFFFFFFFFFC"
OTHER = struct.Struct("=IB3x8s")


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a lost input be opened again after 20 to 80 ms in the place of 0.5 to 10 s."""
    monkeypatch.setattr(line_input, "RETRY_FIRST_S", 0.02)
    monkeypatch.setattr(line_input, "RETRY_MAX_S", 0.08)


@pytest.fixture(params=["asyncio", "uvloop"])
def on_loop(request: pytest.FixtureRequest) -> Callable[[Callable[[], Awaitable[None]]], None]:
    """Return what runs a coroutine function on each of the loops that the agent may run on."""

    def run(work: Callable[[], Awaitable[None]]) -> None:
        async def bounded() -> None:
            async with asyncio.timeout(60):
                await work()

        with asyncio.Runner(loop_factory=uvloop.new_event_loop if request.param == "uvloop" else None) as runner:
            runner.run(bounded())

    return run


OnLoop = Callable[[Callable[[], Awaitable[None]]], None]


async def until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 - a real kernel, there is no event to wait for
            await asyncio.sleep(0.002)


class Opened(CanInput):
    """The agent's input, with how often it said that it stands."""

    times = 0

    def opened(self) -> None:
        """Count, and do as the input does."""
        self.times += 1
        super().opened()


@asynccontextmanager
async def heard(name: str) -> AsyncGenerator[tuple[Opened, list[bytes]]]:
    """Run an input that listens on the bus; give it, and the lines as they come."""
    source, lines = Opened(entry(name), SystemClock()), list[bytes]()
    task = asyncio.create_task(source.run(lines.extend))
    await until(lambda: source.is_open)
    try:
        yield source, lines
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def entry(name: str) -> InputConfig:
    return InputConfig("bus", "socketcan", interface=name, protocol="nmea2000")


def contents(lines: list[bytes]) -> list[bytes]:
    """Return the lines without time and interface."""
    return [line.split()[2] for line in lines]


def test_frames_on_the_bus_arrive_as_the_lines_of_candump(bus: str) -> None:
    """Their time is that of our clock, their interface the configured one; short frames keep their length."""
    listening, lines = can.CanBus(bus), list[bytes]()
    with closing(listening), speaker(bus) as device:
        device.send(FRAME)
        device.send(can.packed(HEADING, b"\x01"))
        while len(lines) < 2 and select.select([listening.socket], [], [], 5.0)[0]:
            lines += listening.drain(Still().utc_ns())
        assert contents(lines) == [LINE, b"09F11223#01"]
        assert {line.rpartition(b" ")[0] for line in lines} == {b"(1764158400.250000) " + bus.encode()}
        assert listening.drain(0) == []
        assert (listening.newly_dropped(), listening.problem) == (0, "")


def test_who_listens_needs_no_privilege(bus: str) -> None:
    """The agent runs as a user of its own, in a container too; making the bus is what takes root."""
    os.seteuid(65_534)
    try:
        listening = can.CanBus(bus)
    finally:
        os.seteuid(0)
    with closing(listening), speaker(bus) as device:
        device.send(FRAME)
        assert select.select([listening.socket], [], [], 5.0)[0]
        assert contents(listening.drain(0)) == [LINE]


def frames_of(path: Path) -> Iterator[tuple[int, bytes]]:
    """Return identifier and content of each frame of a recording; of whole messages the frames that carry them."""
    sequences: dict[tuple[int, int], int] = {}
    for line in lines_of(path):
        frame = parse_line(line)
        if isinstance(frame, Frame):
            pieces = [frame.content]
            if frame.is_whole is not False and frame.pgn in FAST:
                turn = sequences[frame.pgn, frame.source] = (sequences.get((frame.pgn, frame.source), -1) + 1) % 8
                pieces = packet_frames(turn, frame.content)
            yield from ((identifier_of(frame), piece) for piece in pieces if len(piece) <= DATA_BYTES)


class Aboard:
    """What listens aboard a ship whose only input is given, in a clock that stands."""

    def __init__(self, folder: Path, source: InputConfig) -> None:
        """Read the example of a coaster."""
        self.reports: list[AisReport] = []
        folder.mkdir()
        loaded = dataclasses.replace(config.load(aboard(folder, "coaster.toml"), {}), inputs=(source,))
        self.listening = Listening(loaded, Still(), take_report=self.reports.append)
        self.input = open_input(source, Still())

    async def run(self) -> None:
        """Listen until the input ends."""
        await self.input.run(self.listening.lines_taker("bus"))


@pytest.mark.parametrize(
    ("name", "on_loop"),
    [("canboat_candumpSample3.txt", "asyncio"), ("aava-n2k.data.gz", "uvloop")],
    indirect=["on_loop"],
)
def test_a_recording_on_the_bus_says_what_it_says_as_text(bus: str, name: str, tmp_path: Path, on_loop: OnLoop) -> None:
    """Frame by frame through the kernel: every line, value with its source and age, AIS report and rejection is the same."""
    path = shared(f"data/nmea2000/{name}")
    sent = [candump(Still().utc_ns() / 1e9, bus, *each) for each in frames_of(path)]
    lines: list[bytes] = []

    async def proof() -> None:
        as_text = Aboard(
            tmp_path / "text", InputConfig("bus", "replay", path=str(path), speed=0.0, protocol="nmea2000")
        )
        await as_text.run()
        on_bus = Aboard(tmp_path / "bus", entry(bus))
        take = on_bus.listening.lines_taker("bus")

        def both(some: list[bytes]) -> None:
            lines.extend(some)
            take(some)

        task = asyncio.create_task(on_bus.input.run(both))
        await until(lambda: on_bus.input.facts().is_open)
        with speaker(bus) as device:
            for number, each in enumerate(frames_of(path), 1):
                device.send(can.packed(*each))
                if number % 200 == 0:  # less than the kernel keeps for a listener
                    await until(lambda number=number: len(lines) == number)
        await until(lambda: len(lines) == len(sent))
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert lines == sent
        assert on_bus.reports == as_text.reports
        assert on_bus.listening.picture.facts(100.0) == as_text.listening.picture.facts(100.0)
        assert on_bus.listening.rejected == as_text.listening.rejected
        facts = on_bus.input.facts()
        assert (facts.rejected_count, facts.lost_count, facts.problem) == (0, 0, "")
        assert len(as_text.reports) > 10
        assert len(as_text.listening.picture.facts(100.0)) > 10

    on_loop(proof)


def test_what_the_kernel_drops_is_counted_to_the_frame(bus: str, on_loop: OnLoop) -> None:
    """Three seconds of a full bus while we are busy: heard and lost are together what was sent, known at once, and it goes on."""

    async def proof() -> None:
        async with heard(bus) as (source, lines):
            with speaker(bus) as device:
                for _ in range(400):  # a fifth of a second: the negative control
                    device.send(FRAME)
                await until(lambda: len(lines) == 400)
                assert source.facts().lost_count == 0
                for _ in range(5400):
                    device.send(FRAME)
                await until(lambda: len(lines) + source.facts().lost_count == 5800)
                assert source.facts().lost_count > 1000
                device.send(FRAME)
                await until(lambda: len(lines) + source.facts().lost_count == 5801)
            assert set(contents(lines)) == {LINE}

    on_loop(proof)


def test_what_is_not_nmea_2000_costs_nothing(bus: str, on_loop: OnLoop) -> None:
    """11-bit, remote, error and CAN FD frames, thousands, while we are busy: no line, no rejection, no frame of ours lost."""
    others = [OTHER.pack(0x123, 8, TRUE_180), OTHER.pack(HEADING | can.EXTENDED | can.REMOTE, 8, bytes(8)),
              OTHER.pack(0x123 | can.REMOTE, 0, bytes(8)), OTHER.pack(can.ERROR | 0x04, 8, bytes(8)),
              struct.pack("=IB3x64s", HEADING | can.EXTENDED, 64, TRUE_180 * 8)]  # fmt: skip

    async def proof() -> None:
        with speaker(bus) as device, speaker(bus) as witness:
            witness.setblocking(False)
            async with heard(bus) as (source, lines):
                for each in others:
                    device.send(each)
                assert (
                    len([witness.recv(72) for _ in range(4)]) == 4
                )  # they were on the bus; error frames only for who asks
                for _ in range(1000):
                    for each in others:
                        device.send(each)
                device.send(FRAME)
                await until(lambda: bool(lines))
                facts = source.facts()
                assert contents(lines) == [LINE]
                assert (facts.lines_count, facts.rejected_count, facts.lost_count, facts.problem) == (1, 0, 0, "")

    on_loop(proof)


def test_a_bus_that_goes_down_and_up_is_heard_again(bus: str, on_loop: OnLoop) -> None:
    """It says so in words, loses nothing that had come before, does not say that it stands while it does not."""

    async def proof() -> None:
        lookout = Lookout()
        async with heard(bus) as (source, lines):
            assert lookout.changes([source.facts()]) == [{"input": "bus", "is_open": True, "problem": ""}]
            with speaker(bus) as device:
                for _ in range(100):
                    device.send(FRAME)
                ip("set", bus, "down")
            await until(lambda: not source.is_open)
            assert len(lines) == 100
            assert lookout.changes([source.facts()]) == [
                {"input": "bus", "is_open": False, "problem": f"{bus} is gone: Network is down"}
            ]
            await until(lambda: source.facts().reconnects_count >= 4)
            assert (source.times, source.is_open) == (1, False)
            assert source.facts().problem == f"{bus} cannot be listened on: Network is down"
            ip("set", bus, "up")
            await until(lambda: source.is_open)
            with speaker(bus) as device:
                device.send(FRAME)
            await until(lambda: len(lines) == 101)
            assert lookout.changes([source.facts()]) == [{"input": "bus", "is_open": True, "problem": ""}]
            facts = source.facts()
            assert (facts.lines_count, facts.lost_count, facts.rejected_count, source.times) == (101, 0, 0, 2)
            assert facts.reconnects_count >= 4

    on_loop(proof)


def test_an_adapter_pulled_and_put_back_is_heard_again(bus: str, on_loop: OnLoop) -> None:
    """Three times: what had come is heard, the words say that it is not there, another of the name is listened on."""

    async def proof() -> None:
        async with heard(bus) as (source, lines):
            for turn in (1, 2, 3):
                with speaker(bus) as device:
                    for _ in range(100):
                        device.send(FRAME)
                    unplug(bus)
                await until(lambda: "cannot be listened on" in source.facts().problem)
                assert (source.is_open, len(lines)) == (False, 100 * turn)
                assert source.facts().problem == f"{bus} cannot be listened on: No such device"
                plug_in(bus)
                await until(lambda: source.is_open)
                assert source.facts().problem == ""
            facts = source.facts()
            assert (facts.lines_count, facts.lost_count, source.times) == (300, 0, 4)

    on_loop(proof)


def test_what_was_dropped_before_the_bus_went_is_counted(bus: str, on_loop: OnLoop) -> None:
    """More than the kernel keeps, then the interface is pulled: nothing is missing from the account."""

    async def proof() -> None:
        async with heard(bus) as (source, lines):
            with speaker(bus) as device:
                for _ in range(5000):
                    device.send(FRAME)
                unplug(bus)
            await until(lambda: not source.is_open)
            assert len(lines) + source.facts().lost_count == 5000
            assert source.facts().lost_count > 1000

    on_loop(proof)


def test_two_listeners_on_one_bus_both_hear_all(bus: str, on_loop: OnLoop) -> None:
    """The collector and the safety process of a commanded vessel."""

    async def proof() -> None:
        async with heard(bus) as (one, its), heard(bus) as (other, others):
            with speaker(bus) as device:
                for number in range(256):
                    device.send(can.packed(HEADING, bytes((number,))))
            await until(lambda: len(its) == len(others) == 256)
            assert contents(its) == contents(others) == [b"09F11223#%02X" % number for number in range(256)]
            assert one.facts().lost_count == other.facts().lost_count == 0

    on_loop(proof)


CAN = '[[input]]\nname = "bus"\nkind = "socketcan"\ninterface = "{}"\n'


async def test_the_collector_on_a_bus_is_seen_ashore(bus: str, tmp_path: Path) -> None:
    """The program itself: its values and the bus's rate come ashore; stalled it tells its losses, unplugged it says so."""
    port, log = free_port(), tmp_path / "agent.log"
    with agent_kit.broker(tmp_path, port):
        async with agent_kit.ear(port) as shore, speaking(bus):

            def ashore(channel: str) -> float:
                return shore.latest.get(channel, (float("nan"), None))[0]

            def told() -> tuple[object, str]:
                last = (agent_kit.said(log, "input") or [{}])[-1]
                return last.get("is_open"), str(last.get("problem"))

            path = agent_kit.agent_toml(tmp_path, port, CAN.format(bus))
            with agent_kit.program(agent_kit.collector(path), log) as agent:
                await until(lambda: abs(ashore("NAV_HDG") - 180.0) < 0.1, 30)
                assert told() == (True, "")
                agent.send_signal(signal.SIGSTOP)
                with speaker(bus) as device:
                    for _ in range(5000):
                        device.send(FRAME)
                agent.send_signal(signal.SIGCONT)
                await until(lambda: ashore("SRC_BUS_LOST") > 1000.0, 15)
                assert (ashore("SRC_BUS_RATE") > 1.0, ashore("SRC_BUS_ERRORS")) == (True, 0.0)
                unplug(bus)
                await until(lambda: told()[0] is False)
                assert told()[1].startswith((f"{bus} is gone: ", f"{bus} cannot be listened on: "))
                plug_in(bus)
                await until(lambda: told() == (True, ""))
                await shore.more("NAV_HDG")
                assert agent.poll() is None


@pytest.mark.parametrize(("name", "words"), [
    ("lo", "lo cannot be listened on: No such device"),
    ("nocan7", "nocan7 cannot be listened on: No such device"),
    ("a-name-that-is-far-too-long", "a-name-that-is-far-too-long cannot be listened on: AF_CAN interface name too long"),
])  # fmt: skip
def test_an_interface_that_is_none_is_said_in_words(bus: str, name: str, words: str) -> None:
    """One that carries no CAN, one that is not there, one that cannot be."""
    assert bus
    with pytest.raises(OSError, match=f"^{words}$"):
        can.CanBus(name)
