"""The collector: inputs to picture, picture to scans, scans to batches, batches to spool, spool to shore and its word back.

The shell's loop is feed, drain, send, re-arm; what goes when is decided by `Scanner`, `Batcher` and `Window`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocols.aio.port import Arrival, Connected, Disconnected, Will
from protocols.faults import FAULT, Kinds
from protocols.link import signing, topics
from protocols.link.batch import TargetReport
from protocols.link.birth import Birth
from protocols.link.cbor import Plain
from protocols.link.legend import Legend
from shipside.birth import birth_of, catalogue_birth_of
from shipside.config import AgentConfig
from shipside.config.link import Bearer
from shipside.listening import FAULT_REASON
from shipside.lookout import Lookout
from shipside.ports import Clock, InputFacts, LineSource, MessagePort, ReadingSource, TakeLines
from shipside.sending.alerting import AlertDesk
from shipside.sending.bearer import Outage
from shipside.sending.catalogues import Catalogues
from shipside.sending.chaining import Chain
from shipside.sending.dispatch import Dispatch
from shipside.sending.uplink import EVENTS_AT_ONCE, Say, Uplink
from shipside.storage.manual_file import ManualFile
from shipside.storage.rawlog import RawLog
from shipside.storage.spool import CLASSES, BatchClass, Spool, SpoolError
from shipside.traffic import Traffic
from telemetry.batching import Batcher
from telemetry.health_channels import HealthWatch
from telemetry.link_channels import LinkWatch
from telemetry.scan import Scanner
from telemetry.source_telling import SourceTelling

BIRTH_RETRY_S: Final = 1.0
"""Pause before a birth that the broker did not take is sent again; nothing else goes before it."""
AGAIN_S: Final = 1.0
"""Pause before an input that met a fault of our own program is begun anew."""
IDLE_S: Final = 1.0
"""Longest wait of the loop: nothing is due later than this anyway."""
SUBSCRIBED: Final = (topics.ACK, topics.EVENT_ACK)
"""What the collector listens to."""
KEEP_S: Final = 10.0
"""How often the counters of distance and fuel are kept: a kill loses as much of them, a tenth of a mile at most."""
COUNTERS: Final = "counters"
"""Name of their record."""
TARGETS_EVERY_S: Final = 1.0
"""AIS targets go in batches of their own, so that they can wait, or go, where samples must not; at most one a second."""


def will(vessel: str) -> Will:
    """Return what the broker says when the collector falls silent."""
    return Will(topics.topic(vessel, topics.DEATH), b"")


class Collector:
    """Collection, spool and uplink of one vessel."""

    def __init__(
        self, config: AgentConfig, clock: Clock, port: MessagePort, inputs: Sequence[LineSource],
        pollers: Sequence[ReadingSource], spool: Spool, key: Ed25519PrivateKey, boot_id: str, say: Say,
    ) -> None:  # fmt: skip
        """Prepare; nothing runs before `run`. `boot_id` is this start's own: it and a number name each event."""
        self._config, self._clock, self._port, self._spool = config, clock, port, spool
        self._inputs, self._pollers, self._say = inputs, pollers, say
        self._public_key = signing.public_bytes(key)
        self.traffic = Traffic(config, clock)
        self.listening = self.traffic.listening
        self.listening.met = self._met
        self._faults = Kinds()
        self._raw = None if config.raw is None else RawLog(config.raw, clock)
        self._told_raw = ""
        self._bearer: Bearer = config.bearer
        bearer = self._bearer
        self._scanner = Scanner(self.listening.picture, bearer.scan_s, clock.now_s())
        known = config.catalogue
        self._batcher, self._target_batcher = (
            Batcher(config.vessel.id, known.by_id, known.hash, bearer.batch_s, coarse=config.link.is_coarse)
            for _ in CLASSES
        )
        self._wake = asyncio.Event()
        dispatch = Dispatch(config.vessel.id, boot_id, clock, port, spool, key, EVENTS_AT_ONCE)
        chain = Chain(Legend.from_wire(known.hash, known.to_wire()), bearer.batch_s)
        self.uplink = Uplink(config.vessel.id, clock, port, spool, dispatch, chain, config.link, say)
        self.uplink.wake = self._wake.set
        self._catalogues = Catalogues(spool.kept, spool.epoch)
        self._keep_catalogue()
        self.alerts = AlertDesk(dispatch.record, spool, clock.now_s())
        self._outage, self._batch_s, self._targets_s = Outage(), bearer.batch_s, clock.now_s()
        self._is_awaited = False
        """The shore can read batches again and has seen none: what was collected goes at once, on any bearer (R4)."""
        self._lookout, self._health = Lookout(), HealthWatch(clock.now_s())
        self._telling = SourceTelling()
        self._link = LinkWatch(known.by_id, clock.now_s())
        self._manual, self._keep_due_s = ManualFile(config.journal), clock.now_s() + KEEP_S
        kept = spool.kept(COUNTERS)
        self.listening.counters.resume({name: value for name, value in kept.items() if isinstance(value, float)})

    async def run(self) -> None:
        """Run until cancelled."""
        try:
            await self._run()
        finally:
            self._keep_counters()
            self.uplink.close()
            if self._raw is not None:
                self._raw.close()

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._port.run(), name="uplink")
            for source in self._inputs:
                run = partial(source.run, self._taker(source.name))
                group.create_task(self._collect(source.name, run), name=f"input {source.name}")
            for poller in self._pollers:
                name = poller.facts().name
                if self._raw is not None:
                    poller.hear = partial(self._raw.take, name)
                run = partial(poller.run, self.listening.take_polled(name))
                group.create_task(self._collect(name, run), name=f"modbus {name}")
            group.create_task(self.uplink.dispatch.send_events(), name="events")
            group.create_task(self._receive(group), name="arrivals")
            group.create_task(self._loop(group), name="collector")

    async def _collect(self, name: str, run: Callable[[], Coroutine[object, object, None]]) -> None:
        """Run an input to its end. One that meets a fault of ours is begun anew, and costs none of the others."""
        while True:
            try:
                return await run()
            except OSError:
                raise  # what stands in the way of running is told as that
            except Exception as error:  # noqa: BLE001 - it is told, and is nobody else's
                self._met(name, error)
                self.listening.reject(name, FAULT_REASON)
            await asyncio.sleep(AGAIN_S)

    def _met(self, source: str, error: Exception) -> None:
        """Say of a fault of ours what the log needs, once a kind; whoever met it has counted it."""
        first = self._faults.first("collect", error)
        if first is not None:
            self._say("fault", input=source, problem=f"{FAULT}: {first[0]}", traceback=first[1])

    def _taker(self, source: str) -> TakeLines:
        """Return what takes the lines of an input: first the raw log, then whoever understands them."""
        take = self.listening.lines_taker(source)
        return take if self._raw is None else self._raw.taker(source, take)

    async def _loop(self, group: asyncio.TaskGroup) -> None:
        """Feed, drain, send, re-arm."""
        while True:
            now_s = self._clock.now_s()
            self.listening.watch_utc(now_s)
            self._scan(now_s)
            self.uplink.send(group, now_s)
            self._fit(now_s)
            due_s = min(self._scanner.deadline(), self.uplink.window.deadline() or now_s + IDLE_S)
            self._wake.clear()
            try:
                async with asyncio.timeout(max(0.001, due_s - self._clock.now_s())):
                    await self._wake.wait()
            except TimeoutError:
                continue

    def _scan(self, now_s: float) -> None:
        if self._health.is_due(now_s):
            self.listening.take_own(self._health.tick([self.listening.counts(one) for one in self.facts()], now_s))
        if self._link.is_due(now_s):
            self.listening.take_own(self._link.tick(self.uplink.counts(), now_s))
        entered = self._manual.news()
        if entered is not None:
            self.listening.enter_manual(entered)
            self._say("manual", values=len(entered), problem=self._manual.problem)
        if now_s >= self._keep_due_s:
            self._keep_due_s = now_s + KEEP_S
            self._keep_counters()
        self.listening.derive(now_s)
        scan = self._scanner.tick(now_s, self._clock.utc_ns())
        if scan is None:
            return
        self._batch_s = self._outage.batch_s(self._bearer, now_s, is_connected=self._port.connected)
        self._batcher.fit(self._batch_s)
        self._batcher.receive(scan, now_s)
        self._look(now_s)
        self._tend_raw(now_s)
        if self._batcher.is_due(now_s) or (self._is_awaited and self._batcher.has_scans):
            self._is_awaited = False
            self._keep("samples", ())
        if now_s - self._targets_s >= max(TARGETS_EVERY_S, self._batch_s):
            self._keep_targets(now_s)

    def _keep_counters(self) -> None:
        """Keep distance and fuel over a restart, as far as the disk takes them."""
        totals: dict[str, Plain] = {
            name: value for name, value in self.listening.counters.totals().items() if value > 0.0
        }
        if totals:
            with contextlib.suppress(SpoolError):
                self._spool.keep(COUNTERS, totals)

    def _fit(self, now_s: float) -> None:
        """Scan and cut as the bearer in use allows; what was collected until now is a batch of its own."""
        bearer = self.uplink.choice.bearer
        if bearer is self._bearer:
            return
        if self._batcher.has_scans:
            self._keep("samples", ())
        catalogue = self._config.catalogue
        self._bearer = bearer
        self._scanner = Scanner(self.listening.picture, bearer.scan_s, now_s)
        self._batcher = Batcher(
            self._config.vessel.id, catalogue.by_id, catalogue.hash, bearer.batch_s, coarse=self._config.link.is_coarse
        )
        self.uplink.chain.fit(bearer.batch_s)

    def _keep(self, batch_class: BatchClass, targets: Sequence[TargetReport]) -> None:
        """Cut a batch of a class and keep it."""
        cutter = self._batcher if batch_class == "samples" else self._target_batcher
        batch = cutter.cut(self._spool.epoch, self.uplink.next_seq, targets)
        self.uplink.keep(batch, batch_class)

    def _keep_targets(self, now_s: float) -> None:
        targets = self.traffic.take_news(now_s)
        self._targets_s = now_s
        if targets:
            self._keep("ais", targets)

    def _look(self, now_s: float) -> None:
        """Say which inputs came, went, or gave what is no sentence; what is worth an event is one before the next batch."""
        self._tell_sources(now_s)
        facts = self.facts()
        for line in self._lookout.changes(facts):
            self._say("input", **line)
        for line in self._lookout.rejections(facts, self.listening.rejected, now_s):
            self._say("rejected", **line)
        disk_pct = self._spool.disk_used_pct()
        filling = self._lookout.disk(disk_pct)
        if filling is not None:
            self._say("disk", **filling)
        self.alerts.level("disk", disk_pct, now_s)
        self.alerts.level("spool", 100.0 * self._spool.bytes_held / self._spool.bytes_max, now_s)
        self.alerts.level("budget", self.uplink.used_pct(), now_s)
        self.alerts.level("cost", self.uplink.cost_pct(), now_s)
        self.alerts.take(self.listening.data_alerts(now_s), now_s)
        self.alerts.equipment(self.traffic.equipment.outbox(), now_s)
        self.uplink.tell_losses()

    def _tell_sources(self, now_s: float) -> None:
        """Record which source a channel is taken from: each change at once, and all of them after a start and each birth."""
        picture = self.listening.picture
        for switch in picture.outbox():
            self._say("source", channel=switch.channel, before=switch.before, after=switch.after)
            body: dict[str, Plain] = {"channel": switch.channel, "from": switch.before, "to": switch.after}
            self.uplink.dispatch.record("source", body, now_s)
            self._telling.switched(switch.channel, switch.after)
        believed = picture.believed() if self._telling.is_due(now_s) else {}
        if told := self._telling.tick(believed, now_s):
            now: dict[str, Plain] = {source: [*channels] for source, channels in told.items()}
            self.uplink.dispatch.record("source", {"now": now}, now_s)

    def facts(self) -> list[InputFacts]:
        """Return how each input and unit is doing."""
        return [source.facts() for source in self._inputs] + [poller.facts() for poller in self._pollers]

    @property
    def scans_missed_count(self) -> int:
        """Scans that came too late to be taken."""
        return self._scanner.missed_count

    def _tend_raw(self, now_s: float) -> None:
        """Let the raw log do what time demands; say once that it cannot, and once that it can again."""
        if self._raw is None:
            return
        self._raw.tick(now_s)
        if self._raw.problem != self._told_raw:
            self._told_raw = self._raw.problem
            self._say("raw", problem=self._told_raw, lost=self._raw.lost_count)

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
            self.uplink.disconnected()
        else:
            self.uplink.receive(topics.split(arrival.topic)[1], arrival.payload)

    def _keep_catalogue(self) -> None:
        """Keep the catalogue beside the batches made with it, and let go of those that no batch waits for any more."""
        catalogue = catalogue_birth_of(self.birth()).to_bytes()
        try:
            kept = self._catalogues.begin(self.uplink.next_seq, self._config.catalogue.hash, catalogue)
            if kept is not None:
                self._spool.keep(*kept)
            for name in self._catalogues.forget(self._spool.oldest_seq()):
                self._spool.keep(name, {})
        except SpoolError as error:
            self._say("spool", problem=f"the catalogue is not kept beside its batches: {error}")

    def _former_births(self) -> list[bytes]:
        """Return the births of former catalogues whose batches still wait; all of them where the spool cannot say."""
        try:
            return self._catalogues.waited_for(self._spool.oldest_seq())
        except SpoolError:
            return self._catalogues.waited_for(0)

    async def _announce(self) -> None:
        """Say who we are, then send what waits: the shore must know the catalogue before it reads a batch."""
        topic = topics.topic(self._config.vessel.id, topics.BIRTH)
        former = self._former_births()
        while self._port.connected:
            while former and await self._port.publish(topic, former[0]):
                del former[0]
            if not former and await self._port.publish(topic, self.birth().to_bytes(), retain=True):
                self.uplink.connected()
                self._telling.begin()
                self._is_awaited = True
                self._wake.set()
                return
            await asyncio.sleep(BIRTH_RETRY_S)

    def birth(self) -> Birth:
        """Return the birth message of this vessel."""
        return birth_of(self._config, self._public_key, self._spool.epoch, self._clock.utc_ns())
