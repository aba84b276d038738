"""The station ashore: the shell around `Downlink`, with its tasks for the broker, the store, the clock and the senders.

Everything it touches is given to it (clock, message port, store), so that a simulated world runs the same code.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from protocols.aio.clock import Clock
from protocols.aio.port import Connected, Disconnected, Message, MessagePort
from protocols.faults import FAULT
from protocols.link import topics
from protocols.link.closing import Closing
from shoreside import roles
from shoreside.commanding.offers import Offers
from shoreside.commanding.relay import Relay
from shoreside.commanding.roster import SignedWord, Words
from shoreside.config import AlertLimits, VesselConfig
from shoreside.downlink import Downlink
from shoreside.figures import Figures, order_line
from shoreside.ingest.missing import BaseWanted, Wanted
from shoreside.ingest.parts import joined, parts_of
from shoreside.ingest.reconciling import LedgerStore, Reconciler
from shoreside.live.consoles import Consoles
from shoreside.live.feeds import Hub
from shoreside.live.recording import Recording
from shoreside.ports import SharedStore, Store, StoreDownError, Word, Work
from shoreside.roles import Role
from shoreside.sayings import Sayings
from shoreside.sharing import SHARE_S, Sharing

SUBSCRIPTIONS: Final = roles.ALL.subscriptions
"""What the message port of a station that does everything must be subscribed to."""
TICK_S: Final = 1.0
COMMIT_LINGER_S: Final = 0.1
"""Time in which work gathers for one transaction; live values do not wait for it, acknowledgements do."""
STORE_RETRY_FIRST_S: Final = 0.2
STORE_RETRY_MAX_S: Final = 5.0


class Station:
    """One station: create it with its ports, then run it as one task."""

    def __init__(
        self, clock: Clock, port: MessagePort, store: Store, vessels: tuple[VesselConfig, ...], limits: AlertLimits,
        *, role: Role = roles.ALL, shared: SharedStore | None = None, log: Callable[..., None] | None = None,
        ledger: LedgerStore | None = None,
    ) -> None:  # fmt: skip
        """Prepare a station; nothing happens before `run`. `port` must be subscribed to the role's subscriptions.

        `shared` is what a role that shares its work asks the store; None: only for the role that does everything. `ledger`
        is asked whether the ships' ledgers are the same here (LED-02); None: nobody asks.
        """
        self.hub = Hub()
        self.role = role
        self.downlink = Downlink(vessels, limits, self.hub, role)
        self.words = Words({v.vessel: v.master_public_key for v in vessels if v.master_public_key is not None})
        self.store_up = False
        self.recalled = asyncio.Event()
        """Set once the store was read, and so brought to its schema, for the first time."""
        self.committed_samples = 0
        self.figures = Figures()
        self.sayings = Sayings(port)
        self._clock = clock
        self._port = port
        self._store = store
        self._log = log if log is not None else _silent
        self._reconciler = Reconciler(
            ledger, clock, self.downlink.ledger_told, self.sayings.put, self._log, self.downlink.unforeseen
        )
        self.relay = Relay(clock, port, self.downlink, self.figures, self._log)
        self.offers = Offers()
        self.consoles = Consoles(clock, self.hub, self.downlink, self.words, self.relay.approvals, self.offers)
        self.sharing = Sharing(clock, shared, role, self.downlink, self.words, self._log)
        self._is_shared = shared is not None
        self.recording = Recording()
        """What consoles here show and are told; empty in a process that serves none."""
        self._fetch_wanted = asyncio.Event()

    @property
    def connected(self) -> bool:
        """True while the broker is there."""
        return self._port.connected

    @property
    def inbox_dropped(self) -> int:
        """Messages lost because this program did not keep up; the ships send them again."""
        return self._port.dropped_count

    async def run(self) -> None:
        """Remember, then listen, commit and acknowledge until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._port.run(), name="station broker")
            group.create_task(self._receive(), name="station receive")
            group.create_task(self._write(), name="station write")
            group.create_task(self.sayings.run(), name="station send")
            group.create_task(self._tick(), name="station tick")
            group.create_task(self._fetch(), name="station fetch")
            group.create_task(self._reconciler.run(), name="station ledger")
            if self._is_shared:
                group.create_task(self._share(), name="station share")

    async def take_word(self, what: Word, signed: bytes) -> SignedWord:
        """Take a roster or grant signed by the Master: keep it, then have it retained for the ship.

        Raises SignatureError or MalformedError when it is none of ours,
        StoreDownError when it could not be kept.
        """
        word = self.words.read(what, signed, self._clock.utc_ns())
        await self._store.save_word(word.what, word.vessel, word.version, signed)
        self.words.take(word)
        self.sayings.put(word.topic, signed)
        return word

    # Tasks

    async def _recall(self) -> None:
        pause_s = STORE_RETRY_FIRST_S
        while True:
            try:
                known = await self._store.load()
            except StoreDownError as error:
                self._log("the store cannot be read yet", error=str(error))
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, STORE_RETRY_MAX_S)
                continue
            self.downlink.recall(known)
            self.words.recall(known.words, self._clock.utc_ns())
            self.store_up = True
            self.recalled.set()
            return

    async def _receive(self) -> None:
        while True:
            arrival = await self._port.receive()
            if isinstance(arrival, Message):
                now_s, utc_ns = self._clock.now_s(), self._clock.utc_ns()
                self.downlink.receive(arrival.topic, arrival.payload, now_s, utc_ns, arrival.way)
                self._enqueue_acks()
                self._log_told()
                if self.downlink.intake.reading.missing.count:
                    self._fetch_wanted.set()
            elif isinstance(arrival, Connected):
                self._log("broker connected", number=arrival.number)
                await self._retain_words()
            else:
                self._log("broker lost", reason=_reason_of(arrival))

    async def _retain_words(self) -> None:
        """Have the broker keep the Master's words anew, the newest that any process took."""
        if self.role.passes and self.recalled.is_set():
            await self.sharing.learn_words()
            self._retain_known_words()

    def _retain_known_words(self) -> None:
        for topic, signed in self.words.retained() if self.role.passes else ():
            self.sayings.put(topic, signed)

    async def _write(self) -> None:
        await self._recall()  # live values are shown meanwhile; nothing is acknowledged before the store was read
        self._retain_known_words()  # the broker may have been there first
        while True:
            await asyncio.sleep(COMMIT_LINGER_S)
            work = self.downlink.pending.take()
            if work is not None:
                work = await self._commit(work)
                self.downlink.intake.committed(work, await self.sharing.known_of(work))
                self._enqueue_acks()
                self._reconciler.note(work)

    async def _fetch(self) -> None:
        """Ask the store for what batches wait for: catalogues, and closings that another process has committed."""
        while True:
            await self._fetch_wanted.wait()
            self._fetch_wanted.clear()
            for wanted in self.downlink.intake.reading.missing.ask(self._clock.now_s()):
                try:
                    answer = await self._look_up(wanted)
                except StoreDownError:
                    continue  # asked again at the next tick
                self.downlink.found(wanted, answer, self._clock.now_s(), self._clock.utc_ns())
            self._enqueue_acks()

    async def _look_up(self, wanted: Wanted) -> bytes | Closing | None:
        if isinstance(wanted, BaseWanted):
            return await self._store.closing(wanted.vessel, wanted.epoch, wanted.seq)
        return await self._store.birth(wanted.vessel, wanted.catalogue_hash)

    async def _commit(self, work: Work) -> Work:
        """Commit `work`; return what is durable of it. What meets a fault of ours is left out, told, and not acknowledged."""
        try:
            await self._commit_whole(work)
        except Exception as error:  # noqa: BLE001 - a fault of ours; whose message meets it shows when each goes by itself
            kept, parts = list[Work](), list(parts_of(work))
            for vessel, part in parts:
                with self.downlink.unforeseen.guard(vessel, "store"):
                    await self._commit_whole(part)
                    kept.append(part)
            if len(kept) == len(parts):
                self.downlink.unforeseen.note(
                    "", "store", error
                )  # nobody's, so it cost nothing; it was one all the same
            return joined(kept)
        return work

    async def _commit_whole(self, work: Work) -> None:
        """Commit `work`, again and again until it is durable: while the store is away it is neither lost nor acked."""
        pause_s, began_s = STORE_RETRY_FIRST_S, self._clock.now_s()
        while True:
            try:
                self.committed_samples += await self._store.commit(work)
            except StoreDownError as error:
                self._log("the store did not commit", error=str(error), batches=len(work.batches))
                self.store_up = False
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, STORE_RETRY_MAX_S)
                continue
            self.store_up = True
            self.figures.committed(work, self._clock.now_s() - began_s, self._clock.utc_ns())
            for note in work.orders:
                self._log("order kept", **order_line(note))
            return

    async def _share(self) -> None:
        """Learn every few seconds what other processes of the station have kept or been told."""
        await self.recalled.wait()
        while True:
            await asyncio.sleep(SHARE_S)
            if self.role.keeps:
                await self.sharing.learn_commits()
                self._enqueue_acks()
            elif await self.sharing.learn_words():
                self.consoles.tell_keys()

    async def _tick(self) -> None:
        while True:
            again = self.downlink.tick(self._clock.now_s(), self._clock.utc_ns())
            self.relay.approvals.tick(self._clock.now_s())
            self.consoles.tell_approvals()
            self.consoles.tell_offers()
            if self.role.consoles:
                utc_ms = self._clock.utc_ns() // 1_000_000
                with self.downlink.unforeseen.guard("", "recording"):
                    self.recording.look(self.downlink.states.values(), self._clock.now_s(), utc_ms)
            for note in again:
                if note.signed is not None:
                    self.sayings.put(topics.topic(note.vessel, topics.ORDER), note.signed)
            self._enqueue_acks()
            self._log_told()
            if self.downlink.intake.reading.missing.count:
                self._fetch_wanted.set()
            await asyncio.sleep(TICK_S)

    def _enqueue_acks(self) -> None:
        for topic, payload in self.downlink.intake.take_acks():
            self.figures.acks += 1
            self.sayings.put(topic, payload)

    def _log_told(self) -> None:
        """Write a line for each state of an order that was told since, and for each new kind of fault of ours."""
        for note, consoles in self.downlink.telling.take_told():
            self._log("order told", **order_line(note), consoles=consoles)
        for line in self.downlink.unforeseen.take_lines():
            self._log(FAULT, **line)


def _silent(event: str, **facts: object) -> None:
    del event, facts


def _reason_of(arrival: Connected | Disconnected) -> str:
    return arrival.reason if isinstance(arrival, Disconnected) else ""
