"""The collector: inputs to picture, picture to scans, scans to batches, batches to spool, spool to shore and its word back.

The shell's loop is feed, drain, send, re-arm; what goes when is decided by `Scanner`, `Batcher` and `Window`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final

from protocols.aio.port import Arrival, Connected, Disconnected, Message, Will
from protocols.ais.reader import AisReader
from protocols.ais.report import AisReport
from protocols.errors import ProtocolError
from protocols.link import topics
from protocols.link.acks import BatchAck
from protocols.link.batch import TargetReport
from protocols.link.birth import Birth
from protocols.link.legend import Legend
from protocols.nmea0183.sentence import Sentence
from shipside.chaining import Chain
from shipside.config import AgentConfig
from shipside.listening import Listening
from shipside.lookout import Lookout
from shipside.ports import Clock, InputFacts, LineSource, MessagePort, ReadingSource
from shipside.spool import Spool, SpoolError
from shipside.window import Window
from telemetry.batching import Batcher
from telemetry.ghosts import TargetFix
from telemetry.health_channels import HealthWatch
from telemetry.scan import Scanner
from telemetry.targets import TargetTable

TARGETS_PER_BATCH: Final = 200
"""AIS targets of one batch: the busiest strait's news of 10 s."""
BIRTH_RETRY_S: Final = 1.0
"""Pause before a birth that the broker did not take is sent again; nothing else goes before it."""
IDLE_S: Final = 1.0
"""Longest wait of the loop: nothing is due later than this anyway."""
Say = Callable[..., None]
"""Writes one line to the program's log: an event name and its fields."""


def will(vessel: str) -> Will:
    """Return what the broker says when the collector falls silent."""
    return Will(topics.topic(vessel, topics.DEATH), b"")


class Collector:
    """Collection, spool and uplink of one vessel."""

    def __init__(
        self, config: AgentConfig, clock: Clock, port: MessagePort, inputs: Sequence[LineSource],
        pollers: Sequence[ReadingSource], spool: Spool, vessel_public_key: bytes, say: Say,
    ) -> None:  # fmt: skip
        """Prepare; nothing runs before `run`."""
        self._config, self._clock, self._port, self._spool = config, clock, port, spool
        self._inputs, self._pollers, self._say = inputs, pollers, say
        self._public_key = vessel_public_key
        self.listening = Listening(config, clock, self._take_ais)
        self.targets, self.ais = TargetTable(), AisReader()
        bearer = config.bearer
        self._scanner = Scanner(self.listening.picture, bearer.scan_s, clock.now_s())
        self._batcher = Batcher(config.vessel.id, config.catalogue.by_id, config.catalogue.hash, bearer.batch_s)
        self.window = Window(spool.epoch, spool.last_seq, bearer.resend_s)
        self.chain = Chain(Legend.from_wire(config.catalogue.hash, config.catalogue.to_wire()), bearer.batch_s)
        self._lookout, self._health = Lookout(), HealthWatch(clock.now_s())
        self._seq = spool.last_seq
        self._wake = asyncio.Event()
        self.unspooled_count = 0
        """Batches that could not be written: disk full or gone. They are lost, and the shore sees the gap in time."""

    async def run(self) -> None:
        """Run until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._port.run(), name="uplink")
            for source in self._inputs:
                group.create_task(source.run(self.listening.line_taker(source.name)), name=f"input {source.name}")
            for poller in self._pollers:
                name = poller.facts().name
                group.create_task(poller.run(self.listening.take_polled(name)), name=f"modbus {name}")
            group.create_task(self._receive(group), name="arrivals")
            group.create_task(self._loop(group), name="collector")

    async def _loop(self, group: asyncio.TaskGroup) -> None:
        """Feed, drain, send, re-arm."""
        while True:
            now_s = self._clock.now_s()
            self._scan(now_s)
            self.window.tick(now_s)
            self._refill()
            while (sending := self.window.take(now_s)) is not None:
                group.create_task(self._send(sending.seq, historical=sending.historical), name=f"batch {sending.seq}")
            due_s = min(self._scanner.deadline(), self.window.deadline() or now_s + IDLE_S)
            self._wake.clear()
            try:
                async with asyncio.timeout(max(0.001, due_s - self._clock.now_s())):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def _scan(self, now_s: float) -> None:
        if self._health.is_due(now_s):
            self.listening.take_own(self._health.tick([self.listening.counts(one) for one in self._facts()], now_s))
        scan = self._scanner.tick(now_s, self._clock.utc_ns())
        if scan is None:
            return
        self._batcher.receive(scan, now_s)
        if self._batcher.is_due(now_s):
            self._spool_batch(now_s)
        for switch in self.listening.picture.outbox():
            self._say("source", channel=switch.channel, before=switch.before, after=switch.after)
        self._look(now_s)

    def _look(self, now_s: float) -> None:
        """Say which inputs came, went, or gave what is no sentence."""
        facts = self._facts()
        for line in self._lookout.changes(facts):
            self._say("input", **line)
        for line in self._lookout.rejections(facts, self.listening.rejected, now_s):
            self._say("rejected", **line)
        filling = self._lookout.disk(self._spool.disk_used_pct())
        if filling is not None:
            self._say("disk", **filling)

    def _facts(self) -> list[InputFacts]:
        return [source.facts() for source in self._inputs] + [poller.facts() for poller in self._pollers]

    def _spool_batch(self, now_s: float) -> None:
        """Cut a batch and write it; only what is on disk is sent."""
        targets = self.targets.take_news(now_s, TARGETS_PER_BATCH)
        batch = self._batcher.cut(self._spool.epoch, self._seq + 1, targets)
        try:
            self._spool.add(batch.seq, self.chain.whole(batch))
        except SpoolError as error:
            self.unspooled_count += 1
            if self.unspooled_count == 1 or self.unspooled_count % 100 == 0:
                self._say("spool", problem=str(error), lost=self.unspooled_count)
            return
        self._seq = batch.seq
        self.window.made(batch.seq)
        while self._spool.dropped:
            first, last = self._spool.dropped.pop(0)
            self._say("dropped", first=first, last=last, why="the spool or its disk is full, or damaged")

    def _refill(self) -> None:
        wanted = self.window.wanted()
        if wanted is not None:
            self.window.offer(self._spool.after(*wanted))

    async def _send(self, seq: int, *, historical: bool) -> None:
        encoded = self._spool.get(seq)
        if encoded is None:
            self.window.gone(seq)
            return
        payload = self.chain.payload(seq, encoded, historical=historical)
        if not await self._port.publish(topics.topic(self._config.vessel.id, topics.BATCH), payload):
            self.window.failed(seq)

    async def _receive(self, group: asyncio.TaskGroup) -> None:
        while True:
            arrival = await self._port.receive()
            self._take(arrival, group)
            self._wake.set()

    def _take(self, arrival: Arrival, group: asyncio.TaskGroup) -> None:
        if isinstance(arrival, Connected):
            self._say("connected", number=arrival.number, spooled=self._spool.count)
            group.create_task(self._announce(), name="birth")
        elif isinstance(arrival, Disconnected):
            self._say("disconnected", reason=arrival.reason)
            self.window.disconnected()
            self.chain.reset()
        else:
            self._take_ack(arrival)

    def _take_ack(self, message: Message) -> None:
        try:
            ack = BatchAck.from_bytes(message.payload)
        except ProtocolError as error:
            self._say("bad-ack", problem=str(error))
            return
        through, selected = self.window.receive(ack)
        self.chain.receive(ack)
        for seq in ack.again if ack.epoch == self._spool.epoch else ():
            self.window.failed(seq)
        if through or selected:
            try:
                self._spool.delete(through, selected)
            except SpoolError as error:
                self._say("spool", problem=str(error), lost=0)

    async def _announce(self) -> None:
        """Say who we are, then send what waits: the shore must know the catalogue before it reads a batch."""
        topic = topics.topic(self._config.vessel.id, topics.BIRTH)
        while self._port.connected:
            if await self._port.publish(topic, self.birth().to_bytes(), retain=True):
                self.window.connected()
                self._wake.set()
                return
            await asyncio.sleep(BIRTH_RETRY_S)

    def birth(self) -> Birth:
        """Return the birth message of this vessel."""
        vessel, control = self._config.vessel, self._config.control
        limits = {} if control is None else {
            "rudder_deg_max": control.limits.rudder_slow_deg_max, "ahead_pct_max": control.limits.ahead_pct_max,
            "astern_pct_max": control.limits.astern_pct_max, "speed_full_kn": control.hull.speed_full_kn,
            "rpm_full": control.hull.rpm_full,
        }  # fmt: skip
        areas = () if control is None else tuple((area.kind, area.name, area.ring) for area in control.areas)
        return Birth(
            vessel.id, vessel.name, vessel.ship_type, vessel.mmsi, vessel.imo, vessel.length_m, vessel.beam_m,
            self._spool.epoch, self._clock.utc_ns(), self._config.catalogue.hash, self._config.catalogue.to_wire(),
            areas, limits, None if control is None else control.to_plain(), self._public_key,
        )  # fmt: skip

    def _take_ais(self, source: str, sentence: Sentence) -> None:
        """Take one AIS sentence."""
        report = self.ais.receive(source, sentence.formatter, sentence.fields)
        if isinstance(report, AisReport):
            self._take_report(report)
        elif report is not None:
            self.listening.reject(source, "ais")

    def _take_report(self, report: AisReport) -> None:
        """Take what an AIS message says of a target; own ship is none, nor is who sends a text or a number of nobody."""
        self.listening.take_target(TargetFix(
            report.type, report.mmsi, report.is_own_ship, report.latitude_deg, report.longitude_deg, report.sog_kn,
            report.heading_deg, report.rot_deg_min,
        ))  # fmt: skip
        if report.is_own_ship or report.mmsi == self._config.vessel.mmsi:
            return
        if report.is_of_somebody and report.is_of_target:
            target = TargetReport(
                report.mmsi, self._clock.utc_ns(), report.latitude_deg, report.longitude_deg, report.sog_kn,
                report.cog_deg, report.heading_deg, report.rot_deg_min, report.nav_status, report.ship_type,
                report.name, report.callsign, report.length_m, report.beam_m,
            )  # fmt: skip
            self.targets.receive(target, self._clock.now_s())
