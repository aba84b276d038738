"""The station ashore: the shell around `Downlink`, with its tasks for the broker, the store, the clock and the senders.

Everything it touches is given to it (clock, message port, store), so that a simulated world runs the same code.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from protocols.aio.clock import Clock
from protocols.aio.port import Connected, Disconnected, Message, MessagePort
from protocols.link import topics
from protocols.link.birth import Birth
from protocols.link.cbor import SIZE_MAX_BYTES
from protocols.link.closing import Closing
from protocols.link.events import Reason
from shoreside import roles
from shoreside.commanding import orders
from shoreside.commanding.roster import SignedWord, Words
from shoreside.config import AlertLimits, VesselConfig
from shoreside.downlink import Downlink
from shoreside.figures import Figures, order_line
from shoreside.ingest.intake import Said
from shoreside.ingest.missing import BaseWanted, Wanted
from shoreside.ingest.reconciling import LedgerStore, Reconciler
from shoreside.live import views
from shoreside.live.feeds import Feed, Hub
from shoreside.ports import NOTHING_MORE, Ledger, SharedStore, Store, StoreDownError, Word, Work
from shoreside.rates import Rates
from shoreside.roles import Role

SUBSCRIPTIONS: Final = roles.ALL.subscriptions
"""What the message port of a station that does everything must be subscribed to."""
TICK_S: Final = 1.0
COMMIT_LINGER_S: Final = 0.1
"""Time in which work gathers for one transaction; live values do not wait for it, acknowledgements do."""
STORE_RETRY_FIRST_S: Final = 0.2
STORE_RETRY_MAX_S: Final = 5.0
SAYINGS_MAX: Final = 2000
"""Acknowledgements and re-sendings waiting for the broker; the oldest goes first: the ship asks again by resending."""
SHARE_S: Final = 5.0
"""How old may be what another process has said or kept: rosters, grants, the gaps of a shared subscription."""
ORDER_LIFE_AT_BROKER_S: Final = 60
"""Bound on how long the broker may hold an order; the ship's own deadline is the one that counts (CMD-04)."""


@dataclass(frozen=True, slots=True)
class Passed:
    """What became of an order at the shore."""

    order_id: str | None
    """None where the shore could not read the bytes."""
    state: str
    """sent, REFUSED or UNKNOWN."""
    reasons: tuple[Reason, ...]


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
        self.committed_samples = 0
        self.figures = Figures()
        self.sayings_dropped = 0
        self._clock = clock
        self._port = port
        self._store = store
        self._shared = shared
        self._refreshed_s: float | None = None
        self._refreshing = asyncio.Lock()
        self._log = log if log is not None else _silent
        self._reconciler = Reconciler(ledger, clock, self.downlink.ledger_told, self._enqueue, self._log)
        self._sayings: deque[Said] = deque()
        self._say = asyncio.Event()
        self._fetch_wanted = asyncio.Event()
        self._order_rates = Rates(per_s=10.0, burst=20)
        self._beat_rates = Rates(per_s=20.0, burst=40)

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
            group.create_task(self._send(), name="station send")
            group.create_task(self._tick(), name="station tick")
            group.create_task(self._fetch(), name="station fetch")
            group.create_task(self._reconciler.run(), name="station ledger")
            if self._shared is not None:
                group.create_task(self._share(self._shared), name="station share")

    # Towards the ships

    async def pass_order(self, vessel: str, signed: bytes, person: str) -> Passed:
        """Pass a signed order on unchanged, also one the shore cannot read: the ship refuses it with its reason.

        REFUSED (ashore) when the broker is not there, the bytes are too many or the rate is over its bound; UNKNOWN
        when the broker did not say that it has the order.
        """
        now_s, utc_ns = self._clock.now_s(), self._clock.utc_ns()
        order = orders.unread(signed)
        reason = self._why_not(vessel, signed, person, self._order_rates, now_s)
        state = "REFUSED"
        if reason is None:
            topic = topics.topic(vessel, topics.ORDER)
            sent = await self._port.publish(topic, signed, expiry_s=ORDER_LIFE_AT_BROKER_S)
            state = "sent" if sent else "UNKNOWN"
        reasons = (reason,) if reason is not None else ()
        self.figures.orders[state] += 1
        if order is None or order.vessel != vessel:
            return Passed(None, state, reasons)
        self._log("order passed", **order_line(orders.note_of(order, signed, state, order.issued_utc_ns)), by=person)
        if vessel in self.downlink.states:
            self.downlink.note(orders.note_of(order, signed, state, utc_ns, *reasons), now_s)
        return Passed(order.id, state, reasons)

    async def pass_heartbeat(self, vessel: str, signed: bytes, person: str) -> Reason | None:
        """Pass a signed operator heartbeat on unchanged; return why not, None when the broker has it."""
        reason = self._why_not(vessel, signed, person, self._beat_rates, self._clock.now_s())
        if reason is not None:
            return reason
        sent = await self._port.publish(topics.topic(vessel, topics.HEARTBEAT_DOWN), signed, expiry_s=2)
        return None if sent else _NO_BROKER

    def _why_not(self, vessel: str, signed: bytes, person: str, rates: Rates, now_s: float) -> Reason | None:
        if vessel not in self.downlink.states:
            return Reason("unknown_vessel", "", f"This station knows no vessel {vessel!r}.")
        if len(signed) > SIZE_MAX_BYTES:
            return Reason("too_long", "", "The message is too long.", len(signed), SIZE_MAX_BYTES, "bytes")
        if not rates.take(person, now_s):
            return Reason("rate", "CMD-14", "Too many messages from this person; wait a moment.")
        return None if self._port.connected else _NO_BROKER

    async def take_word(self, what: Word, signed: bytes) -> SignedWord:
        """Take a roster or grant signed by the Master: keep it, then have it retained for the ship.

        Raises SignatureError or MalformedError when it is none of ours,
        StoreDownError when it could not be kept.
        """
        word = self.words.read(what, signed, self._clock.utc_ns())
        await self._store.save_word(word.what, word.vessel, word.version, signed)
        self.words.take(word)
        self._enqueue(word.topic, signed)
        return word

    # Towards the consoles

    def subscribe(self, feed: Feed, vessel: str | None) -> bool:
        """Turn `feed` to a vessel's view and send it all that is known; return False for a vessel nobody knows."""
        state = self.downlink.states.get(vessel) if vessel is not None else None
        if vessel is not None and state is None:
            return False
        feed.subscribe(vessel)
        now_s = self._clock.now_s()
        self.greet(feed)
        if state is None:
            return True
        described = views.vessel_message(state)
        if described is not None:
            feed.firm(described)
        feed.firm(views.alerts_message(state))
        for order in state.orders.values():
            feed.firm(order)
        feed.slot("status", views.status_message(state, now_s))
        feed.slot("track", views.track_message(state))
        feed.values(list(state.latest.values()))
        feed.targets(list(state.targets.values()))
        return True

    def greet(self, feed: Feed) -> None:
        """Send the fleet list at once: the answer to a ping."""
        for page in views.fleet_messages(list(self.downlink.states.values()), self._clock.now_s()):
            feed.slot(f"fleet {page['part']}", page)

    def tell_keys(self) -> None:
        """Tell each console whose key changed its state."""
        for feed in self.hub.all():
            state = self.words.key_state(feed.public_key, asked=True) if feed.public_key is not None else "none"
            if state != feed.key_state:
                feed.key_state = state
                feed.firm({"type": "key", "key_state": state, "roster_version": self.words.version()})

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
            return

    async def _receive(self) -> None:
        while True:
            arrival = await self._port.receive()
            if isinstance(arrival, Message):
                self.downlink.receive(arrival.topic, arrival.payload, self._clock.now_s(), self._clock.utc_ns())
                self._enqueue_acks()
                self._log_orders()
                if self.downlink.intake.reading.missing.count:
                    self._fetch_wanted.set()
            elif isinstance(arrival, Connected):
                self._log("broker connected", number=arrival.number)
                await self._retain_words()
            else:
                self._log("broker lost", reason=_reason_of(arrival))

    async def _retain_words(self) -> None:
        """Have the broker keep the Master's words anew, the newest that any process took."""
        if not self.role.passes:
            return
        if self._shared is not None:
            try:
                await self._learn_words(self._shared)
            except StoreDownError as error:
                self._log("the store was not asked", error=str(error))
        for topic, signed in self.words.retained():
            self._enqueue(topic, signed)

    async def _write(self) -> None:
        await self._recall()  # live values are shown meanwhile; nothing is acknowledged before the store was read
        while True:
            await asyncio.sleep(COMMIT_LINGER_S)
            work = self.downlink.pending.take()
            if work is not None:
                await self._commit(work)
                self.downlink.intake.committed(work, await self._known_of(work))
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

    async def _look_up(self, wanted: Wanted) -> Birth | Closing | None:
        if isinstance(wanted, BaseWanted):
            return await self._store.closing(wanted.vessel, wanted.epoch, wanted.seq)
        encoded = await self._store.birth(wanted.vessel, wanted.catalogue_hash)
        return None if encoded is None else Birth.from_bytes(encoded)

    async def _commit(self, work: Work) -> None:
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

    async def _known_of(self, work: Work) -> Ledger:
        """Return what the store holds of the streams of `work`, where others commit too; nothing more when it is away."""
        if self._shared is None or not self.role.keeps:
            return NOTHING_MORE
        batches = {(batch.vessel, batch.epoch) for batch in work.batches}
        events = dict.fromkeys((event.vessel, event.boot_id) for event, _ in work.events)
        try:
            return await self._shared.ledger(batches, self.downlink.intake.events_above(*events) if events else {})
        except StoreDownError:
            return NOTHING_MORE  # the sequences of this commit are acknowledged by name

    async def _share(self, shared: SharedStore) -> None:
        """Learn every few seconds what other processes of the station have kept or been told."""
        while True:
            await asyncio.sleep(SHARE_S)
            try:
                if self.role.keeps:
                    self.downlink.intake.learn(await shared.ledger((), self.downlink.intake.events_above()))
                    self.downlink.intake.pass_lost_events(self._clock.now_s())
                    self._enqueue_acks()
                else:
                    await self._learn_words(shared)
            except StoreDownError as error:
                self._log("the store was not asked", error=str(error))

    async def _learn_words(self, shared: SharedStore) -> None:
        before = dict(self.words.retained())
        self.words.recall(await shared.words(), self._clock.utc_ns())
        if dict(self.words.retained()) != before:
            self.tell_keys()

    async def refresh(self) -> None:
        """Bring measured values, alerts and orders up to the store's, in a role that does not hear them itself.

        At most every five seconds, however many ask; while the store is away the last known stand, with their times.
        """
        if self._shared is None or self.role.shows:
            return
        async with self._refreshing:
            now_s = self._clock.now_s()
            if self._refreshed_s is not None and now_s - self._refreshed_s < SHARE_S:
                return
            try:
                self.downlink.refresh(await self._shared.now())
            except StoreDownError as error:
                self._log("the store was not asked", error=str(error))
            self._refreshed_s = now_s

    async def _tick(self) -> None:
        while True:
            again = self.downlink.tick(self._clock.now_s(), self._clock.utc_ns())
            for note in again:
                if note.signed is not None:
                    self._enqueue(topics.topic(note.vessel, topics.ORDER), note.signed)
            self._enqueue_acks()
            if self.downlink.intake.reading.missing.count:
                self._fetch_wanted.set()
            await asyncio.sleep(TICK_S)

    async def _send(self) -> None:
        while True:
            await self._say.wait()
            self._say.clear()
            while self._sayings:
                topic, payload = self._sayings.popleft()
                retain = topic.endswith((topics.ROSTER, topics.GRANT))
                await self._port.publish(topic, payload, retain=retain)

    def _enqueue_acks(self) -> None:
        for topic, payload in self.downlink.intake.take_acks():
            self.figures.acks += 1
            self._enqueue(topic, payload)

    def _log_orders(self) -> None:
        """Write a line for each state of an order that was told since."""
        for note, consoles in self.downlink.take_told():
            self._log("order told", **order_line(note), consoles=consoles)

    def _enqueue(self, topic: str, payload: bytes) -> None:
        self._sayings.append((topic, payload))
        if len(self._sayings) > SAYINGS_MAX:
            self._sayings.popleft()
            self.sayings_dropped += 1
        self._say.set()


_NO_BROKER: Final = Reason("no_broker", "", "The shore has no connection to the broker; the message was not sent.")


def _silent(event: str, **facts: object) -> None:
    del event, facts


def _reason_of(arrival: Connected | Disconnected) -> str:
    return arrival.reason if isinstance(arrival, Disconnected) else ""
