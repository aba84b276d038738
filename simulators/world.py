"""The deterministic world: real agents and a real station in virtual time, from one seed.

    async def voyage() -> None:
        async with World(seed=1, vessels=("otter",)) as world:
            ann = world.operator("ann", "otter")
            await ann.take()
            await ann.order("conn.heading", heading_deg=95.0)
            await world.forward(seconds=30)

    loop.run(voyage())

What is real and what is replaced stands in README.md. `log` is one JSON line for each thing that happened.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import random
import tempfile
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from protocols.aio.clock import Clock
from protocols.faults import FAULT
from protocols.link import signing
from shoreside.commanding.stop import StopRelay
from shoreside.config import AlertLimits, VesselConfig
from shoreside.ports import StoreDownError, Work
from shoreside.station import SUBSCRIPTIONS, Station
from shoreside.store.memory import MemoryStore
from simulators import commissioning
from simulators.afloat import Afloat, Waters, launch
from simulators.bad_link import Cut, LinkQuality
from simulators.fleet import FLEET
from simulators.loop import START_S, VirtualClock
from simulators.network import LTE, SHORE_LINE, Link, SimBroker
from simulators.operators import Operator, until
from simulators.traffic import Traffic
from simulators.vessel.motion import KNOT_MPS, Environment

STEP_S: Final = 0.1
"""Physics and the fastest instrument: 10 Hz."""
TRUTH_STEPS: Final = 10
"""Every so many steps the log tells where each ship really is."""
COMMIT_S: Final = 0.02
"""How long a commit takes: a database on a good disk."""
LOG_LINES_MAX: Final = 2_000_000
"""About 400 MB, a day of three ships. A longer voyage ends with an error, never with an incomplete log."""
LIMITS: Final = AlertLimits(heartbeat_silent_s=3.5, data_stale_s=5.0, clock_skew_s=2.0)
WEATHER: Final = Environment(0.12, 0.25, 5.0, 240.0)
"""A light south-westerly breeze and half a knot of current to the north-east, as in the demo."""
DIGEST_DIGITS: Final = 16
"""Of a payload's SHA-256 in the log: enough that two runs cannot differ unseen."""

Entry = dict[str, object]


class RecordingStore(MemoryStore):
    """The station's store in memory; every commit takes time, is told, and is counted by an account of its own."""

    def __init__(self, note: Callable[..., None]) -> None:
        """Start empty and up."""
        super().__init__()
        self._note = note
        self.committed: list[tuple[str, int, int]] = []
        """(vessel, epoch, seq) of every batch of every commit, doubles included."""

    async def commit(self, work: Work) -> int:
        """Keep `work`; raise StoreDownError while down."""
        await asyncio.sleep(COMMIT_S)
        try:
            added = await super().commit(work)
        except StoreDownError:
            self._note("store", "down")
            raise
        self.committed += [(batch.vessel, batch.epoch, batch.seq) for batch in work.batches]
        batches, events = [[b.vessel, b.seq] for b in work.batches], [[e.vessel, e.seq] for e, _ in work.events]
        self._note("store", "commit", samples=added, batches=batches, events=events)
        return added


class World:
    """Everything from one seed; `async with` starts and ends it, `forward` lets time pass."""

    def __init__(
        self, seed: int, vessels: tuple[str, ...] = ("otter",), *, quality: LinkQuality = LTE,
        environment: Environment = WEATHER, clocks: Mapping[str, Clock] | None = None,
        traffic: Traffic | None = None, second: LinkQuality | None = None, bearer: str = "lte",
    ) -> None:  # fmt: skip
        """Prepare the world of `seed`; raise KeyError for a vessel nobody knows.

        `clocks`: the clocks of the programs aboard, by vessel, where they are not right; the ship and her receivers have
        the world's. `traffic`: the other ships, where they are not the usual ones. `second`: a second way to the shore.
        `bearer`: the profile by which all of them send.
        """
        specs = {spec.slug: spec for spec in FLEET}
        self.seed, self.clock = seed, VirtualClock()
        self.vessels: dict[str, Afloat] = {}
        self._specs = [specs[slug] for slug in vessels]
        self._quality, self._environment = quality, environment
        self._clocks = clocks or {}
        self._entries: list[Entry] = []
        self._lines: list[bytes] = []
        self._is_over = False
        self._stack = contextlib.AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []
        self._traffic, self._second, self._bearer = traffic or Traffic(), second, bearer

    @property
    def log(self) -> bytes:
        """What happened, one JSON line each: seconds since the start, who, what, fields."""
        return b"".join(self._lines)

    @property
    def now_s(self) -> float:
        """Seconds since the start."""
        return round(self.clock.now_s() - START_S, 6)

    def happened(self, event: str, who: str = "") -> list[Entry]:
        """Return the log's entries of `event`, of `who` only where given, in order."""
        return [entry for entry in self._entries if entry["event"] == event and who in ("", entry["who"])]

    async def __aenter__(self) -> Self:
        """Set everything going."""
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="farhelm-world-")))
        self._group = await self._stack.enter_async_context(asyncio.TaskGroup())
        self.network = SimBroker(self.seed, self.clock, self.note)
        waters = Waters(
            self.seed, self.clock, self.network, folder, self._environment, self.note, self._clocks, self._second,
            self._bearer,
        )  # fmt: skip
        self.vessels = {spec.slug: launch(spec, self._quality, waters) for spec in self._specs}
        self._go_ashore()
        for slug, afloat in self.vessels.items():
            self._start(afloat.collector.run(), f"{slug} collector")
            self._start(afloat.safety.run(), f"{slug} safety")
        self._start(self._sail(), "physics")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:  # fmt: skip
        """End every program; the log stays as it is, for in what order programs end is no part of the world."""
        self.note("world", "end")
        self._is_over = True
        for task in self._tasks:
            task.cancel()
        is_own = error is not None and not isinstance(error, asyncio.CancelledError)
        try:  # an error of the voyage itself goes up as it is, a program's in the group's wrapping
            ended = await (self._stack.__aexit__(None, None, None) if is_own
                           else self._stack.__aexit__(kind, error, traceback))  # fmt: skip
            return None if is_own else ended
        finally:
            for afloat in self.vessels.values():
                afloat.close()

    async def forward(self, seconds: float) -> None:
        """Let time pass."""
        await asyncio.sleep(seconds)

    async def until(self, condition: Callable[[], bool], within_s: float, what: str = "the condition") -> None:
        """Let time pass until `condition` holds; raise TimeoutError naming `what` when it does not in time."""
        await until(condition, within_s, what)

    def operator(self, person: str, vessel: str) -> Operator:
        """Seat a person of the roster at a console ashore, with the view of `vessel` open."""
        dice = random.Random(f"{self.seed}/operator/{person}/{len(self._tasks)}")
        key = commissioning.key_of(self.seed, person)
        made = Operator(person, vessel, key, self.station, self.relay, self.clock, dice, self.note)
        self._start(made.run(), f"operator {person}")
        return made

    def cut(self, vessel: str, how: Cut = "silent", *, second: bool = False) -> None:
        """Cut the link of a vessel, or her second: silently, or with a reset that both ends feel."""
        self.note("world", "cut", vessel=vessel, how=how)
        self._link(vessel, second=second).set_quality(replace(self._link(vessel, second=second).quality, cut=how))

    def restore(self, vessel: str, *, second: bool = False) -> None:
        """Mend the link of a vessel, or her second."""
        self.note("world", "restored", vessel=vessel)
        self._link(vessel, second=second).set_quality(replace(self._link(vessel, second=second).quality, cut=""))

    def _link(self, vessel: str, *, second: bool) -> Link:
        afloat = self.vessels[vessel]
        if not second:
            return afloat.link
        assert afloat.second is not None  # noqa: S101 - a world without one cuts none
        return afloat.second

    def _station_says(self, event: str, **fields: object) -> None:
        """Write what the station logs; raise RuntimeError for a fault of its own: at sea it costs a message, here it is seen."""
        self.note("station", event, **fields)
        if event == FAULT:
            raise RuntimeError(str(fields["traceback"]))

    def note(self, who: str, event: str, **fields: object) -> None:
        """Write one line of the log; raise RuntimeError when it is full."""
        if self._is_over:
            return
        if len(self._lines) >= LOG_LINES_MAX:
            raise RuntimeError(f"the log has {LOG_LINES_MAX} lines: sail shorter voyages")
        entry: Entry = {"t": self.now_s, "who": who, "event": event}
        entry |= {f"{name}_" if name in entry else name: value for name, value in fields.items()}
        self._lines.append(json.dumps(entry, default=_plain, separators=(",", ":")).encode() + b"\n")
        self._entries.append(entry)

    def _go_ashore(self) -> None:
        line = self.network.link("shore", SHORE_LINE)
        master = signing.public_bytes(commissioning.key_of(self.seed, "master"))
        known = tuple(
            VesselConfig(slug, signing.public_bytes(commissioning.key_of(self.seed, slug)), master)
            for slug in self.vessels
        )
        self.store = RecordingStore(self.note)
        self.station = Station(
            self.clock, self.network.port("shore", line, SUBSCRIPTIONS), self.store, known, LIMITS,
            log=self._station_says, ledger=self.store,
        )  # fmt: skip
        self.relay = StopRelay(self.clock, self.network.port("shore-stop", line, []))
        self._start(self.station.run(), "station")
        self._start(self.relay.run(), "stop relay")

    def _start(self, program: Coroutine[object, object, None], name: str) -> None:
        self._tasks.append(self._group.create_task(program, name=name))

    async def _sail(self) -> None:
        """Move the world in steps; a step's time is counted from the start, so that no error adds up."""
        steps = 0
        while True:
            self._step()
            steps += 1
            if steps % TRUTH_STEPS == 0:
                self._tell_truth()
            await asyncio.sleep(START_S + steps * STEP_S - self.clock.now_s())

    def _step(self) -> None:
        self._traffic.advance(STEP_S)
        heard = self._traffic.reports_due(self.clock.utc_ns())
        sent = {slug: afloat.ship.broadcast() for slug, afloat in self.vessels.items()}
        for slug, afloat in self.vessels.items():
            afloat.ship.advance(STEP_S, self.clock.utc_ns())
            others = [line for other, lines in sent.items() if other != slug for line in lines]
            afloat.say([*(line.sentence for line in afloat.ship.sentences_due()), *heard, *others])

    def _tell_truth(self) -> None:
        for slug, afloat in self.vessels.items():
            ship = afloat.ship
            self.note(
                f"{slug}/ship", "truth", latitude_deg=round(ship.latitude_deg, 7),
                longitude_deg=round(ship.longitude_deg, 7), heading_deg=round(ship.heading_deg, 3),
                speed_kn=round(ship.motion.surge_mps / KNOT_MPS, 3), rudder_deg=round(ship.steering.rudder_deg, 2),
                rpm=round(ship.engine.rpm, 2),
            )  # fmt: skip


def _plain(value: object) -> object:
    """Return bytes as a digest and a length; anything else has no form that is the same in every process."""
    if isinstance(value, bytes):
        return f"{hashlib.sha256(value).hexdigest()[:DIGEST_DIGITS]}/{len(value)}"
    raise TypeError(f"{type(value).__name__} has no place in the log")
