"""The simulation on real sockets: every vessel's physics, instruments, autopilot, PLC and bridge watch, one process."""

from __future__ import annotations

import asyncio
import json
import math
import os
import socket
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from protocols.aio.clock import Clock
from simulators.bad_link import BadLink
from simulators.bridge_watch import BridgeWatch
from simulators.control_port import ControlPort
from simulators.devices.instruments import Line
from simulators.devices.line_port import GROUPS_450, HOST, LinePort, MulticastOutput, UdpOutput
from simulators.devices.modbus_server import PlcServer
from simulators.fleet import FLEET
from simulators.ship import Ship
from simulators.traffic import Traffic
from simulators.vessel.motion import Environment

STEP_S = 0.1
"""Physics and the fastest instrument: 10 Hz."""
_CATCH_UP_STEPS = 600
"""Steps made up at once after a stall, a minute at speed 1; beyond it simulated time is given up and counted."""
_FREE_FROM = 20_000
"""Where the search for free ports begins."""
_PORTS_PER_VESSEL = 10
"""Ports a vessel takes of the range from the base port; half of them are spare."""


_SPEED_MAX = 100.0
"""Three ships at 100 times take about a third of a core."""
_WEATHER = Environment(0.12, 0.25, 5.0, 240.0)
"""A light south-westerly breeze and the Tsushima current, half a knot to the north-east."""
_PORTS_END = 32_768
"""First port of the ephemeral range."""
_PORT_FIRST = 1024
"""First port that needs no privilege."""


@dataclass(frozen=True, slots=True)
class SimulationConfig:
    """What to simulate; read once from the command line."""

    vessels: int = 3
    seed: int = 42
    speed: float = 1.0
    base_port: int = 0
    """First port; each vessel takes ten from there, the control port comes last. 0: the first free run of ports."""
    ports_file: Path | None = None
    panel_ports: dict[str, int] = field(default_factory=dict[str, int])
    """Port of each vessel's local panel, where a mate shall stand watch; empty: no bridge watch."""
    broker: tuple[str, int] | None = None
    """Broker behind each vessel's bad link; None: no proxies."""
    environment: Environment = _WEATHER

    def faults(self) -> list[str]:
        """Return everything wrong with this configuration, in words; empty when nothing is."""
        slugs = {spec.slug for spec in FLEET}
        found: list[str] = []
        if not 1 <= self.vessels <= len(FLEET):
            found.append(f"vessels is {self.vessels}; 1 to {len(FLEET)} are known")
        if not (math.isfinite(self.speed) and 0.0 < self.speed <= _SPEED_MAX):
            found.append(f"speed is {self.speed}; above 0 and at most {_SPEED_MAX:g} can be kept")
        last = _PORTS_END - _PORTS_PER_VESSEL * (len(FLEET) + 1)
        if self.base_port and not _PORT_FIRST <= self.base_port <= last:
            found.append(f"base port {self.base_port} is not in {_PORT_FIRST}..{last}")
        found += [f"panel of {slug!r}: no such vessel" for slug in sorted(set(self.panel_ports) - slugs)]
        return found


class _Vessel:
    """One ship with its sockets."""

    def __init__(self, ship: Ship, first_port: int, link: BadLink | None) -> None:
        self.ship = ship
        ports = range(first_port, first_port + _PORTS_PER_VESSEL)
        self.nmea = LinePort(ports[0])
        self.autopilot = LinePort(ports[1], self._ordered)
        self.plc = PlcServer(ship, ports[2])
        self.udp_port, self.multicast_port = ports[3], ports[4]
        self.udp = UdpOutput(self.udp_port)
        self.multicast = MulticastOutput(self.multicast_port)
        self.link = link

    def _ordered(self, line: bytes) -> None:
        """Take one line for the autopilot; what it answers goes out at once, not at the next step."""
        self.ship.autopilot.receive(line.rstrip(b"\r\n"), self.ship.now_s)
        self.answer()

    def answer(self) -> None:
        for sentence in self.ship.autopilot.outbox():
            self.autopilot.send(sentence)
            self.send([Line("NAVD", "AG0001", sentence)])

    def send(self, lines: list[Line]) -> None:
        if not lines:
            return
        sentences = [line.sentence for line in lines]
        self.nmea.send(b"".join(sentences))
        self.udp.send(sentences)
        for group in GROUPS_450:
            pairs = [(line.source, line.sentence) for line in lines if line.group == group]
            if pairs:
                self.multicast.send(group, pairs)

    def ports(self) -> dict[str, object]:
        identity = self.ship.spec.identity
        return {
            "name": identity.name,
            "mmsi": identity.mmsi,
            "imo": identity.imo,
            "nmea_tcp": self.nmea.port,
            "autopilot": self.autopilot.port,
            "plc": self.plc.port,
            "plc_unit": 1,
            "udp": self.udp_port,
            "multicast": {"port": self.multicast_port, "groups": GROUPS_450, "interface": HOST},
            "link": self.link.port if self.link else None,
        }


class Simulation:
    """All vessels, one traffic, one loop."""

    def __init__(self, config: SimulationConfig, clock: Clock) -> None:
        """Make the vessels; nothing listens until `run`."""
        self._config = config
        self._clock = clock
        self._traffic = Traffic()
        self._vessels: list[_Vessel] = []
        self.skipped_steps = 0
        """Steps given up because the machine could not keep pace."""
        base = config.base_port or free_ports(_PORTS_PER_VESSEL * config.vessels + 1)
        for number, spec in enumerate(FLEET[: config.vessels]):
            first = base + _PORTS_PER_VESSEL * number
            link = BadLink(spec.slug, first + 5, config.broker, config.seed) if config.broker else None
            ship = Ship(spec, config.seed, clock.utc_ns(), config.environment)
            self._vessels.append(_Vessel(ship, first, link))
        control = base + _PORTS_PER_VESSEL * config.vessels
        ships = {vessel.ship.spec.slug: vessel.ship for vessel in self._vessels}
        self.control = ControlPort(control, ships, self._links(), self._traffic)

    def _links(self) -> dict[str, BadLink]:
        return {vessel.ship.spec.slug: vessel.link for vessel in self._vessels if vessel.link}

    async def run(self, ready: Callable[[], None] | None = None) -> None:
        """Run until cancelled; `ready` is called once every port is open and the ports file is written."""
        programs = 1 + sum(4 if vessel.link else 3 for vessel in self._vessels)
        opened = [asyncio.Event() for _ in range(programs)]
        try:
            async with asyncio.TaskGroup() as group:
                self._start(group, opened)
                for event in opened:
                    await event.wait()
                self._write_ports()
                if ready:
                    ready()
                self._start_watches(group)
                group.create_task(self._sail(), name="physics")
        finally:
            for vessel in self._vessels:
                vessel.udp.close()
                vessel.multicast.close()

    def _start(self, group: asyncio.TaskGroup, opened: list[asyncio.Event]) -> None:
        ready = iter(opened)
        group.create_task(self.control.run(next(ready).set), name="control")
        for vessel in self._vessels:
            slug = vessel.ship.spec.slug
            group.create_task(vessel.nmea.run(next(ready).set), name=f"{slug}-nmea")
            group.create_task(vessel.autopilot.run(next(ready).set), name=f"{slug}-autopilot")
            group.create_task(vessel.plc.run(next(ready).set), name=f"{slug}-plc")
            if vessel.link:
                group.create_task(vessel.link.run(next(ready).set), name=f"{slug}-link")

    def _start_watches(self, group: asyncio.TaskGroup) -> None:
        for vessel in self._vessels:
            port = self._config.panel_ports.get(vessel.ship.spec.slug)
            if port:
                group.create_task(BridgeWatch(vessel.ship, port).run(), name=f"{vessel.ship.spec.slug}-bridge-watch")

    async def _sail(self) -> None:
        begin, done = self._clock.now_s(), 0
        while True:
            due = int((self._clock.now_s() - begin) * self._config.speed / STEP_S) - done
            if due > _CATCH_UP_STEPS:
                self.skipped_steps += due - _CATCH_UP_STEPS
                done += due - _CATCH_UP_STEPS
                due = _CATCH_UP_STEPS
            for _ in range(due):
                self._step()
            done += due
            await asyncio.sleep(max(0.0, begin + (done + 1) * STEP_S / self._config.speed - self._clock.now_s()))

    def _step(self) -> None:
        real = self._config.speed == 1.0
        utc_ns = self._clock.utc_ns() if real else None
        self._traffic.advance(STEP_S)
        heard = self._traffic.reports_due(self._vessels[0].ship.utc_ns)
        sent = [vessel.ship.broadcast() for vessel in self._vessels]
        for number, vessel in enumerate(self._vessels):
            vessel.ship.advance(STEP_S, utc_ns)
            reports = heard + [line for other, lines in enumerate(sent) if other != number for line in lines]
            vessel.send(vessel.ship.sentences_due() + [Line("TGTD", "AI0001", line) for line in reports])
            vessel.answer()

    def _write_ports(self) -> None:
        if self._config.ports_file is None:
            return
        document = {
            "control": self.control.port,
            "seed": self._config.seed,
            "speed": self._config.speed,
            "environment": asdict(self._config.environment),
            "vessels": {vessel.ship.spec.slug: vessel.ports() for vessel in self._vessels},
        }
        # Written whole and then named, so that a reader never sees half of it.
        part = self._config.ports_file.with_suffix(".part")
        part.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        part.replace(self._config.ports_file)


def free_ports(count: int) -> int:
    """Return the first of `count` loopback ports in a row that are free now, below the ephemeral range.

    Where the search begins depends on the process, so that simulations started together do not meet. Raise OSError
    when there is no such run.
    """
    blocks = (_PORTS_END - _FREE_FROM) // count
    for number in range(blocks):
        first = _FREE_FROM + (os.getpid() + number) % blocks * count
        if all(_is_free(port) for port in range(first, first + count)):
            return first
    raise OSError(f"no {count} free ports in a row between {_FREE_FROM} and {_PORTS_END}")


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind((HOST, port))
            except OSError:  # taken: that is the answer
                return False
    return True


async def run(config: SimulationConfig, clock: Clock, ready: Callable[[], None] | None = None) -> None:
    """Run until cancelled; raise ValueError listing every fault of `config`, OSError (grouped) for a taken port."""
    faults = config.faults()
    if faults:
        raise ValueError("; ".join(faults))
    await Simulation(config, clock).run(ready)
