"""Received lines decoded again: a channel that an old decoder lost comes back, over a broker into a shore, once."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from farhelm import replay
from protocols.aio.clock import SystemClock
from protocols.aio.mqtt import Broker, MqttPort
from protocols.link.birth import Birth
from protocols.nmea0183.framing import framed
from protocols.nmea0183.sentence import readings
from protocols.reading import Reading
from shipside import config as configuration
from shipside import listening
from shipside.config.raw import RawConfig
from shipside.reprocess import EPOCH_BASE, Reprocessor, epoch_of
from shipside.sending import delivery
from shipside.sensors.poller import Poller
from shipside.starting import load_key
from shipside.storage import rawlog
from shipside.storage.rawlog import RawLine, RawLog
from shoreside.station import SUBSCRIPTIONS, Station
from shoreside.store.memory import MemoryStore
from telemetry.derived import true_wind
from tests.agent_kit import TCP, agent_toml, broker, run_to_end
from tests.free_ports import free_port
from tests.shore_kit import LIMITS, SetClock

SPAN_S = 300


def _made(folder: Path) -> configuration.AgentConfig:
    """Write an agent's configuration, and a raw log of headings and wind; return the configuration."""
    path = agent_toml(folder, 1883, TCP.format("bridge", 10110))
    clock = SetClock()
    log = RawLog(RawConfig(folder / "raw", 30.0, 10**9), clock)
    for number in range(SPAN_S):
        log.take("bridge", framed(f"HEHDT,{number % 360:05.1f},T"))
        log.take("bridge", framed(f"WIMWV,{number % 360:05.1f},R,{10 + number % 5:.1f},N,A"))
        log.take("bridge", b"!AIVDM,1,1,,A,15M67F001oG?tf6E`FepT@3n00S0,0*12")
        clock.s += 1.0
        log.tick(clock.s)
    log.close()
    return configuration.load(path, {})


def _lines(folder: Path) -> list[RawLine]:
    return [line for path in rawlog.files_of(folder / "raw") for line in rawlog.read(path)]


def _counts(
    config: configuration.AgentConfig, lines: list[RawLine], only: frozenset[str] = frozenset()
) -> dict[str, int]:
    counts: dict[str, int] = {}
    for batch in Reprocessor(config, 1, only).batches(lines):
        assert batch.historical
        for column in batch.columns:
            counts[column.channel] = counts.get(column.channel, 0) + len(column.scan)
    return counts


def test_a_channel_that_an_old_decoder_lost_comes_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lesson of every raw log: a decoder's bug is mended afterwards (lessons.md 4)."""
    config = _made(tmp_path)
    lines = _lines(tmp_path)

    def old(sentence: listening.Sentence) -> list[Reading] | str:
        return "unsupported" if sentence.formatter == "MWV" else readings(sentence)

    monkeypatch.setattr(listening, "readings", old)
    lost = _counts(config, lines)
    monkeypatch.setattr(listening, "readings", readings)
    found = _counts(config, lines)
    assert lost["NAV_HDG"] == found["NAV_HDG"] == SPAN_S
    wind = sorted(set(found) - set(lost))
    assert wind, "today's decoder gives no wind"
    assert all(found[channel] == SPAN_S for channel in wind)
    # With --only, nothing that was right before has a second row.
    assert _counts(config, lines, frozenset(wind)) == dict.fromkeys(wind, SPAN_S)


def _windy(folder: Path) -> configuration.AgentConfig:
    """Write a raw log of a ship that steers east at 12 kn in a felt wind that veers, silent for a minute after 100 s."""
    path = agent_toml(folder, 1883, TCP.format("bridge", 10110))
    clock = SetClock()
    log = RawLog(RawConfig(folder / "raw", 30.0, 10**9), clock)
    for number in range(200):
        clock.s += 60.0 if number == 100 else 0.0
        log.take("bridge", framed("HEHDT,090.0,T"))
        log.take("bridge", framed("GPVTG,092.0,T,,M,12.0,N,,K,A"))
        log.take("bridge", framed(f"WIMWV,{number:05.1f},R,10.0,M,A"))
        clock.s += 1.0
        log.tick(clock.s)
    log.close()
    return configuration.load(path, {})


def _values(config: configuration.AgentConfig, lines: list[RawLine], channel: str) -> list[float]:
    batches = list(Reprocessor(config, 1).batches(lines))
    return [float(v) for b in batches for c in b.columns if c.channel == channel for v in c.values]


def test_what_is_derived_is_made_again(tmp_path: Path) -> None:
    """True wind of each scan, by heading and way of the same scan; not the sums, whose beginning no line tells."""
    config = _windy(tmp_path)
    lines = _lines(tmp_path)
    felt = _values(config, lines, "WND_AWA")
    assert len(felt) == 200
    said = [true_wind(angle_deg, 10.0, 90.0, 92.0, 12.0) for angle_deg in felt]
    said[100] = (math.nan, math.nan)  # the silence was longer than a wind is believed
    assert _values(config, lines, "WND_TWD") == pytest.approx(
        [direction for direction, _ in said], abs=0.06, nan_ok=True
    )
    assert _values(config, lines, "WND_TWS") == pytest.approx([speed for _, speed in said], abs=0.06, nan_ok=True)
    counts = _counts(config, lines)
    assert {"DIST_RUN", "FUEL_RUN"}.isdisjoint(counts)
    assert _counts(config, lines, frozenset({"WND_TWD"})) == {"WND_TWD": 200}


def test_what_cannot_be_derived_is_not_made_up(tmp_path: Path) -> None:
    """Negative control: without the way over ground there is no true wind, and an instrument's own word stands."""
    config = _windy(tmp_path)
    lines = [line for line in _lines(tmp_path) if b"VTG" not in line.line]
    assert "WND_TWD" not in _counts(config, lines)
    told = [replace(line, line=framed("WIMWD,300.0,T,,M,20.0,N,,M")) if b"HDT" in line.line else line for line in lines]
    assert set(_values(config, told, "WND_TWD")) == {300.0}


def _with_unit(folder: Path, scale: float) -> configuration.AgentConfig:
    """Write a configuration with an engine unit whose map has a register of this scale."""
    (folder / "map.toml").write_text(
        f'[[register]]\nname = "load"\ntable = "input"\naddress = 8\ncoding = "u16"\nscale = {scale}\n'
        'unit = "rpm"\nchannel = "ME_RPM"\nlow = -500.0\nhigh = 500.0\n'
    )
    unit = '[[modbus]]\nname = "main engine"\nhost = "127.0.0.1"\nport = 502\nregisters = "map.toml"\n'
    return configuration.load(agent_toml(folder, 1883, unit), {})


def _revolutions(config: configuration.AgentConfig, lines: list[RawLine]) -> list[float]:
    batches = list(Reprocessor(config, 1).batches(lines))
    return [float(v) for b in batches for c in b.columns if c.channel == "ME_RPM" for v in c.values]


def test_a_modbus_answer_is_read_again_by_the_map_of_today(tmp_path: Path) -> None:
    """A map that was wrong by ten is mended afterwards: the registers are kept as they came, with the time of their coming."""
    wrong = _with_unit(tmp_path, 1.0)
    clock = SetClock()
    log = RawLog(RawConfig(tmp_path / "raw", 30.0, 10**9), clock)
    unit = _Unit(clock)
    poller = Poller(unit, wrong.modbus[0].registers, 0.5, clock, 7)
    poller.hear = partial(log.take, "main engine")
    live: list[Reading] = []
    for _ in range(30):
        asyncio.run(poller._poll(live.append))
        clock.s += 1.0
        log.tick(clock.s)
    log.close()
    lines = _lines(tmp_path)
    assert lines[3].line == b"modbus 7 4 8 000d"
    assert lines[3].source == "main_engine"
    assert _revolutions(wrong, lines) == [reading.value for reading in live] == [float(10 + n) for n in range(30)]
    assert _revolutions(_with_unit(tmp_path, 0.1), lines) == pytest.approx([1.0 + n / 10 for n in range(30)])
    # An answer that is none costs itself; a unit that the configuration no longer has is an input of noise.
    cut = [RawLine(each.utc_ns, each.mono_ms, each.source, each.line[:9]) for each in lines]
    assert _revolutions(wrong, cut) == []


class _Unit:
    """A unit whose one register counts."""

    name, foreign_count = "main engine", 0

    def __init__(self, clock: SetClock) -> None:
        self._clock, self._begun_s = clock, clock.s

    async def read(self, table: str, address: int, count: int) -> list[int]:
        assert (table, address, count) == ("input", 8, 1)
        return [10 + round(self._clock.s - self._begun_s)]

    async def write(self, table: str, address: int, values: Sequence[int]) -> None:
        raise AssertionError((table, address, values))

    def close(self) -> None:
        """Nothing is open."""


def test_a_second_run_makes_the_same_batches(tmp_path: Path) -> None:
    config = _made(tmp_path)
    lines = _lines(tmp_path)
    first, second = ([delivery.codec.encode(b) for b in Reprocessor(config, 5).batches(lines)] for _ in range(2))
    assert first == second
    assert epoch_of("otter", 1, 2, "aa", "x") == epoch_of("otter", 1, 2, "aa", "x") >= EPOCH_BASE
    assert epoch_of("otter", 1, 2, "aa", "x") != epoch_of("otter", 1, 2, "aa", "y")


def test_the_command_writes_a_span_to_a_file(tmp_path: Path) -> None:
    config = _made(tmp_path)
    lines = _lines(tmp_path)
    command = ["-m", "farhelm", "replay", "--raw", str(tmp_path / "raw"), "--config", str(tmp_path / "agent.toml"),
               "--from", "2026-01-01", "--to", "2027-01-01", "--out", str(tmp_path / "out.fhb")]  # fmt: skip
    ran = run_to_end(command)
    assert ran.returncode == 0, ran.stderr
    assert f"{len(lines)} lines made 5 batches" in " ".join(ran.stdout.split())
    batches = list(delivery.read_batches(tmp_path / "out.fhb"))
    assert [batch.seq for batch in batches] == [1, 2, 3, 4, 5]
    assert {batch.epoch >= EPOCH_BASE for batch in batches} == {True}
    assert {batch.catalogue_hash for batch in batches} == {config.catalogue.hash}
    for more, said in (
        (["--to", "2025-01-01"], "--from must lie before --to"),
        (["--from", "soon"], "'soon' is no time"),
    ):
        wrong = run_to_end([*command, *more])
        assert (wrong.returncode, said in wrong.stderr) == (1, True)
    refused = run_to_end([*command[:-1], str(tmp_path / "x"), "--only", "NO_SUCH"])
    assert refused.returncode == 1
    assert "no channel NO_SUCH" in refused.stderr


async def test_a_span_is_brought_ashore_over_a_broker_and_a_second_run_adds_nothing(tmp_path: Path) -> None:
    """Exactly once ashore: the same span, channels and decoders are the same batches."""
    _made(tmp_path)
    port, store = free_port(), MemoryStore()
    command = ["-m", "farhelm", "replay", "--raw", str(tmp_path / "raw"), "--config", str(tmp_path / "agent.toml"),
               "--from", "2026-01-01", "--to", "2027-01-01", "--only", "NAV_HDG",
               "--to-broker", f"mqtt://otter:right@127.0.0.1:{port}"]  # fmt: skip
    with broker(tmp_path, port):
        url = Broker.from_url(f"mqtt://shore:right@127.0.0.1:{port}")
        station = Station(SystemClock(), MqttPort(url, "shore", SUBSCRIPTIONS), store, (), LIMITS)
        running = asyncio.create_task(station.run())
        try:
            for _ in range(2):
                ran = await asyncio.to_thread(run_to_end, command)
                assert ran.returncode == 0, ran.stderr
                assert "made 5 batches of epoch" in " ".join(ran.stdout.split())
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    assert sorted(seq for _, _, seq in store.batches) == [1, 2, 3, 4, 5]
    assert store.births == {}
    assert all(batch.historical for batch in store.batches.values())
    assert sum(len(batch.columns[0].scan) for batch in store.batches.values()) == SPAN_S


@pytest.mark.parametrize(
    ("link", "pace_bytes_s"),
    [('bearer = "geo"\nbytes_s = 32000', 0.25 * 0.95 * 32000), ('bearer = "geo"', None),
     ('bearer = "auto"\nbytes_s = {geo = 32000}', None)],
)  # fmt: skip
def test_a_replay_leaves_the_most_of_the_contract_to_the_running_agent(
    link: str, pace_bytes_s: float | None, tmp_path: Path
) -> None:
    """A quarter of what the bearer in use carries; where nobody says what that is, as much as the link takes."""
    path = agent_toml(tmp_path, 1883, TCP.format("bridge", 10110))
    path.write_text(path.read_text() + f"\n[link]\n{link}\n")
    assert replay._pace_bytes_s(configuration.load(path, {})) == pytest.approx(pace_bytes_s)


async def test_a_new_catalogue_goes_ashore_before_its_batches_and_is_not_what_the_vessel_is_now(tmp_path: Path) -> None:
    """The shore knows the vessel by the birth of her agent; a replay with other channels adds a version, and no more."""
    config = _made(tmp_path)
    load_key(config.vessel_key)
    (tmp_path / "new").mkdir()
    other = agent_toml(tmp_path / "new", 1883, TCP.format("bridge", 10110))
    other.write_text(other.read_text() + '\n[channels]\nonly = ["NAV_HDG", "WND_AWA", "WND_AWS"]\n')
    new = configuration.load(other, {}).catalogue
    port, store = free_port(), MemoryStore()
    command = ["-m", "farhelm", "replay", "--raw", str(tmp_path / "raw"), "--config", str(tmp_path / "agent.toml"),
               "--catalogue", str(other), "--from", "2026-01-01", "--to", "2027-01-01",
               "--to-broker", f"mqtt://otter:right@127.0.0.1:{port}"]  # fmt: skip
    with broker(tmp_path, port):
        url = Broker.from_url(f"mqtt://shore:right@127.0.0.1:{port}")
        station = Station(SystemClock(), MqttPort(url, "shore", SUBSCRIPTIONS), store, (), LIMITS)
        running = asyncio.create_task(station.run())
        try:
            ran = await asyncio.to_thread(run_to_end, command)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
    assert ran.returncode == 0, ran.stderr
    assert new.hash != config.catalogue.hash
    assert {batch.catalogue_hash for batch in store.batches.values()} == {new.hash}
    assert [key for key in store.catalogues if key[1] == new.hash]
    birth = Birth.from_bytes(store.catalogues["otter", new.hash])
    assert birth.historical
    assert store.births == {}
    assert station.downlink.states["otter"].birth is None
