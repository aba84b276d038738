"""One vessel of the deterministic world: the simulated ship, her two real programs, and the wires between them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from protocols.aio.clock import Clock
from protocols.link import topics
from shipside.actuators.helm import EquipmentHelm
from shipside.actuators.plc import Plc
from shipside.collector import SUBSCRIBED, Collector, will
from shipside.commanding.arrivals import subscriptions
from shipside.commanding.safety import SafetyShell
from shipside.commanding.ways import OneWay, Ways
from shipside.config import AgentConfig
from shipside.ports import InputFacts, TakeLines
from shipside.sensors.poller import Poller
from shipside.storage.journal import Journal
from shipside.storage.spool import Spool
from simulators import commissioning
from simulators.bad_link import LinkQuality
from simulators.devices.wired import WiredAutopilot, WiredPlc
from simulators.fleet import VesselSpec
from simulators.loop import NS_PER_S
from simulators.network import Link, SimBroker
from simulators.operators import Bridge
from simulators.ship import Ship
from simulators.vessel.motion import Environment

Note = Callable[..., None]
FIRST: Final = "first"
SECOND: Final = "second"
"""Her two ways, as they are called where the configuration names none."""


class Wire:
    """An input that gives the lines put on it: a `LineSource` without a socket; with nobody listening they are lost."""

    def __init__(self, name: str, clock: Clock) -> None:
        """Begin with nobody listening."""
        self._name, self._clock = name, clock
        self.is_plugged_in = True
        """False: whatever is put on it is lost."""
        self._last_s: float | None = None
        self._take: TakeLines | None = None
        self._lines = 0

    @property
    def name(self) -> str:
        """Name of the input in the configuration."""
        return self._name

    async def run(self, take: TakeLines) -> None:
        """Pass lines to `take` until cancelled."""
        self._take = take
        try:
            await asyncio.Event().wait()
        finally:
            self._take = None

    def put(self, lines: Iterable[bytes]) -> None:
        """Put lines on the wire."""
        put = [line.rstrip(b"\r\n") for line in lines]
        if self._take is not None and self.is_plugged_in and put:
            self._lines += len(put)
            self._last_s = self._clock.now_s()
            self._take(put)

    def facts(self) -> InputFacts:
        """Return how the input is doing."""
        return InputFacts(self._name, self._take is not None, self._lines, 0, 0, self._last_s, "")


class Autopilot(WiredAutopilot):
    """The autopilot's wire; what she answers goes onto the bridge's line too, as it does aboard."""

    def __init__(self, ship: Ship, heard_by: Iterable[Wire]) -> None:
        """Wire to `ship`; others listen."""
        super().__init__(ship)
        self._heard_by = tuple(heard_by)

    async def run(self, take: TakeLines) -> None:
        """Pass answers to `take`, and to the others, until cancelled."""
        await super().run(lambda lines: self._pass(lines, take))

    def _pass(self, lines: list[bytes], take: TakeLines) -> None:
        take(lines)
        for wire in self._heard_by:
            wire.put(lines)


@dataclass(frozen=True, slots=True)
class Afloat:
    """One vessel: the ship, her programs, and the link they share."""

    ship: Ship
    link: Link
    second: Link | None
    """Over another bearer, for the safety process alone; None: she has one way."""
    bridge: Bridge
    autopilot: Autopilot
    wires: tuple[Wire, ...]
    """The bridge's line, once for each program."""
    spool: Spool
    journal: Journal
    collector: Collector
    safety: SafetyShell

    def say(self, lines: Iterable[bytes]) -> None:
        """Put what the instruments say, and the autopilot's own word, on the bridge's line."""
        told = tuple(lines)
        for wire in self.wires:
            wire.put(told)
        self.autopilot.deliver()

    def close(self) -> None:
        """Close spool and journal."""
        self.spool.close()
        self.journal.close()


@dataclass(frozen=True, slots=True)
class Waters:
    """Where a vessel is put afloat."""

    seed: int
    clock: Clock
    network: SimBroker
    folder: Path
    environment: Environment
    note: Note
    clocks: Mapping[str, Clock] = field(default_factory=dict[str, Clock])
    """Clocks of the programs aboard, by vessel, where they are not the world's."""
    second: LinkQuality | None = None
    """Of each vessel's second way to the shore; None: they have one."""
    bearer: str = "lte"
    """Profile of their first way, by its name."""


def launch(spec: VesselSpec, quality: LinkQuality, waters: Waters) -> Afloat:
    """Return a vessel whose ship lies at her start and whose programs are wired and not yet running."""
    slug, seed, clock = spec.slug, waters.seed, waters.clocks.get(spec.slug, waters.clock)
    config = commissioning.agent_config(spec, seed, waters.folder / slug, waters.bearer)
    ship, link = Ship(spec, seed, waters.clock.utc_ns(), waters.environment), waters.network.link(slug, quality)
    for_collector, for_safety = Wire("bridge", clock), Wire("bridge", clock)
    autopilot = Autopilot(ship, (for_collector, for_safety))
    spool, journal = Spool(":memory:", config.spool_bytes_max, clock.utc_ns() // NS_PER_S), Journal(":memory:")
    key = commissioning.key_of(seed, slug)
    heard = [topics.topic(slug, leaf) for leaf in SUBSCRIBED]
    uplink = waters.network.port(
        f"{slug}-collector", link, heard, will(slug), way="" if waters.second is None else FIRST
    )
    collector = Collector(
        config, clock, uplink, [for_collector], [_poller(config, ship, clock)], spool, key,
        f"collector-{seed}-{slug}", _say(waters.note, f"{slug}/collector"),
    )  # fmt: skip
    bridge = Bridge(ship, clock, waters.note)
    second = None if waters.second is None else waters.network.link(f"{slug}-2", waters.second)
    ways = [_way(waters, clock, slug, link, "")] + ([] if second is None else [_way(waters, clock, slug, second, "-2")])
    safety = SafetyShell(
        config, clock, Ways(ways, clock), [for_safety, autopilot],
        [_poller(config, ship, clock)], EquipmentHelm(autopilot, Plc(WiredPlc(ship), config.modbus[0].registers)),
        bridge, journal, key, f"boot-{seed}-{slug}", _say(waters.note, f"{slug}/safety"),
    )  # fmt: skip
    return Afloat(ship, link, second, bridge, autopilot, (for_collector, for_safety), spool, journal, collector, safety)


def _way(waters: Waters, clock: Clock, slug: str, link: Link, ending: str) -> OneWay:
    name = SECOND if ending else FIRST
    port = waters.network.port(
        f"{slug}-safety{ending}", link, subscriptions(slug), way="" if waters.second is None else name
    )
    return OneWay(
        name, clock, port,
        waters.network.port(f"{slug}-stop{ending}", link, [topics.topic(slug, topics.STOP)]),
    )  # fmt: skip


def _poller(config: AgentConfig, ship: Ship, clock: Clock) -> Poller:
    unit = config.modbus[0]
    return Poller(WiredPlc(ship, unit.name), unit.registers, unit.period_s, clock)


def _say(note: Note, who: str) -> Callable[..., None]:
    def say(event: str, **fields: object) -> None:
        note(who, event, **fields)

    return say
