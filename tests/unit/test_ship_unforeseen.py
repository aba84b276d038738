"""A fault of our own program that one line or register meets costs the collector that one: counted by its source, told once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from protocols.nmea0183.framing import framed
from protocols.reading import Quality, Reading
from shipside import config, listening
from shipside.collector import Collector
from shipside.commanding.surrounding import Lookout
from shipside.listening import Listening
from shipside.ports import InputFacts, TakeLine, TakeLines
from shipside.sensors.poller import unheard
from shipside.storage.spool import Spool
from tests.agent_kit import TCP, agent_toml
from tests.shore_kit import OPERATOR, MemoryPort, SetClock

POISON = framed("HEHDT,013.0,T")
LINES = [framed(f"HEHDT,{deg:05.1f},T") for deg in range(90, 120)]


class Pipe:
    """An input that gives what it is given, then stays open; `breaks` how often it meets a fault before."""

    def __init__(self, name: str, chunks: list[list[bytes]], breaks: int = 0) -> None:
        """Give `chunks` one after the other."""
        self.name, self._chunks, self._breaks = name, chunks, breaks
        self.hear: TakeLine = unheard
        self.taken = asyncio.Event()

    def facts(self) -> InputFacts:
        """Return that it is open."""
        return InputFacts(self.name, True, sum(map(len, self._chunks)), 0, 0, 100.0, "", 0)

    async def run(self, take: TakeLines) -> None:
        """Give all."""
        if self._breaks:
            self._breaks -= 1
            raise KeyError("opening")
        for chunk in self._chunks:
            take(chunk)
        self.taken.set()
        await asyncio.Event().wait()


class Unit(Pipe):
    """A Modbus unit that gives two values, of which the first is poison."""

    async def run(self, take: Callable[[Reading], None]) -> None:  # type: ignore[override]
        """Give both."""
        for value in (13.0, 50.0):
            take(Reading("NAV_DPTK", value, "m", Quality.GOOD))
        self.taken.set()
        await asyncio.Event().wait()


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the heading 13 meet a fault of ours, as a date that no calendar has once did, and so the depth of 13."""
    real, take = listening.readings, Listening._receive

    def odd(sentence: listening.Sentence) -> object:
        if sentence.fields[0] == "013.0":
            raise OverflowError("date value out of range")
        return real(sentence)

    def odd_value(self: Listening, found: list[Reading], *rest: object) -> None:
        if any(each.value == 13.0 for each in found):
            raise ZeroDivisionError("13")
        take(self, found, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(listening, "readings", odd)
    monkeypatch.setattr(Listening, "_receive", odd_value)


def aboard(folder: Path, inputs: list[Pipe], units: list[Pipe]) -> tuple[Collector, list[dict[str, object]]]:
    """Return a collector with these inputs, and what it says."""
    said: list[dict[str, object]] = []
    loaded = config.load(agent_toml(folder, 1883, TCP.format("mux", 1)), {})
    made = Collector(
        loaded, SetClock(), MemoryPort(connected=False), inputs, units, Spool(folder / "spool.db", 40_000_000, 1),  # type: ignore[arg-type]
        OPERATOR, "boot", lambda event, **fields: said.append({"event": event, **fields}),
    )  # fmt: skip
    return made, said


async def sail(made: Collector, *inputs: Pipe) -> None:
    """Collect until the inputs have given all."""
    async with asyncio.timeout(10), asyncio.TaskGroup() as group:
        running = group.create_task(made.run())
        for each in inputs:
            await each.taken.wait()
        running.cancel()


def heading(made: Collector) -> object:
    """Return the heading that is believed."""
    latest = made.listening.picture.latest("NAV_HDG", 100.0)
    return None if latest is None else latest.value


@pytest.mark.usefixtures("planted")
def test_before_the_fault_went_on_as_it_does_in_the_safety_process_still(tmp_path: Path) -> None:
    """Negative control: where nobody is told, the fault goes on to who reads the input. So it is where decisions are made."""
    loaded = config.load(agent_toml(tmp_path, 1883, TCP.format("mux", 1)), {})
    ears = Lookout(loaded, SetClock()).traffic.listening
    with pytest.raises(OverflowError):
        ears.take_lines("mux", [POISON, *LINES])


@pytest.mark.usefixtures("planted", "forgiving")
@pytest.mark.parametrize("place", [0, 7, len(LINES)])
async def test_one_line_costs_itself_wherever_it_stands_in_its_read(tmp_path: Path, place: int) -> None:
    """Lines before and behind it, of the same read, are taken; it is an error of its input, told with its traceback once."""
    mux = Pipe("mux", [[*LINES[:place], POISON, *LINES[place:]], [POISON] * 1000, LINES])
    plc = Unit("plc", [])
    made, said = aboard(tmp_path, [mux], [plc])
    await sail(made, mux, plc)
    assert made.listening.rejected == {"mux": {"fault": 1001}, "plc": {"fault": 1}}
    assert heading(made) == 119.0
    depth = made.listening.picture.latest("NAV_DPTK", 100.0)
    assert depth is not None
    assert depth.value == 50.0
    assert made.listening.counts(mux.facts()).errors == 1001
    faults = [line for line in said if line["event"] == "fault"]
    assert [line["input"] for line in faults] == ["plc", "mux"] or [line["input"] for line in faults] == ["mux", "plc"]
    assert {str(line["problem"]) for line in faults} == {
        "a fault of this program: OverflowError: date value out of range", "a fault of this program: ZeroDivisionError: 13",
    }  # fmt: skip
    assert all("_receive" in str(line["traceback"]) or "readings" in str(line["traceback"]) for line in faults)


@pytest.mark.usefixtures("forgiving")
def test_what_reads_whole_chunks_costs_none_of_them(tmp_path: Path) -> None:
    """Where the fast way through a read meets a fault, its lines are read one by one."""
    made, said = aboard(tmp_path, [], [])

    def odd(lines: object) -> list[listening.Sentence]:
        raise IndexError(str(type(lines)))

    made.listening._parse = odd  # type: ignore[assignment]
    made.listening.take_lines("mux", LINES)
    assert heading(made) == 119.0
    assert made.listening.rejected == {}
    assert len([line for line in said if line["event"] == "fault"]) == 1


@pytest.mark.usefixtures("forgiving")
async def test_an_input_that_meets_one_is_begun_anew_and_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other's lines come meanwhile; it is an error of its own."""
    monkeypatch.setattr("shipside.collector.AGAIN_S", 0.0)
    bad, good = Pipe("bad", [LINES[:1]], breaks=2), Pipe("mux", [LINES])
    made, said = aboard(tmp_path, [bad, good], [])
    await sail(made, good, bad)
    assert made.listening.rejected == {"bad": {"fault": 2}}
    assert [line["input"] for line in said if line["event"] == "fault"] == ["bad"]
