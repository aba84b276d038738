"""What comes down from the ships, understood: verified, shown at once, queued for the store, acknowledged after it.

Pure but for the feeds it fills: it is told each message and the time. `Station` is its shell.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from typing import Final, TypeVar

from protocols.console.messages import AlertJson
from protocols.errors import MalformedError, ProtocolError, SignatureError
from protocols.link import codec, signing, topics
from protocols.link.acks import SELECTED_MAX, BatchAck, EventAck
from protocols.link.birth import Birth
from protocols.link.events import Event
from protocols.link.heartbeats import VesselHeartbeat
from shoreside import fleet, views, watch
from shoreside.config import AlertLimits, VesselConfig
from shoreside.fleet import VesselState
from shoreside.live import Hub
from shoreside.orders import OrderBook
from shoreside.pending import Pending
from shoreside.ports import OrderNote, Remembered, Work
from shoreside.progress import Ranges

VESSELS_MAX: Final = 200
"""Vessels one station keeps; a message of one more is refused and counted."""
GAP_WAIT_S: Final = 60.0
"""An event missing this long while later ones came is lost: the ship sends again every few seconds what we lack."""
FORMER_BOOTS: Final = 100
"""Boot ids remembered, so that recorded heartbeats of an earlier boot cannot be played back."""

Said = tuple[str, bytes]
"""(topic, payload) to publish."""


class Downlink:
    """All vessels as last heard, and what has still to be committed and acknowledged."""

    def __init__(self, vessels: tuple[VesselConfig, ...], limits: AlertLimits, hub: Hub) -> None:
        """Know `vessels` from the start; others are added at their first birth, their keys pinned."""
        self.states: dict[str, VesselState] = {config.vessel: VesselState(config.vessel) for config in vessels}
        self.orders = OrderBook()
        self.pending = Pending()
        self.refused: Counter[str] = Counter()
        """Messages refused, by reason."""
        self.batch_count = 0
        self._keys = {config.vessel: config.public_key for config in vessels if config.public_key is not None}
        self._configured = frozenset(self._keys)
        self._limits = limits
        self._hub = hub
        self._batches: dict[tuple[str, int], Ranges] = {}
        self._events: dict[tuple[str, str], Ranges] = {}
        self._gap_since_s: dict[tuple[str, str], tuple[tuple[int, int], float]] = {}
        self._former_boots: dict[str, deque[str]] = {}
        self._acks: deque[Said] = deque()
        self._started_s: float | None = None
        self._handlers: dict[str, Callable[[str, bytes, float, int], None]] = {
            topics.BIRTH: self._birth, topics.DEATH: self._death, topics.BATCH: self._batch,
            topics.HEARTBEAT_UP: self._heartbeat, topics.EVENT: self._event,
        }  # fmt: skip

    def recall(self, known: Remembered) -> None:
        """Take over what the store knows. It may come late, when ships have spoken already: the newer word stands.

        Keys are the exception: one pinned in the store outranks one pinned since, which may be a thief's.
        """
        for vessel, key in known.keys.items():
            if vessel not in self._configured:
                self._state(vessel).forged_count += self._keys.get(vessel, key) != key
                self._keys[vessel] = key
        self._recall_vessels(known)
        for note in known.orders:
            if self.orders.recall(note):
                fleet.take_order(self._state(note.vessel), views.order_message(note, live=False))
        for vessel, alert in known.alerts:
            if (alert["source"], alert["alert_id"]) not in self._state(vessel).alerts:
                fleet.take_alert(self._state(vessel), alert)
        _extend(self._batches, known.batches)
        _extend(self._events, known.events)

    def _recall_vessels(self, known: Remembered) -> None:
        for vessel, encoded in known.births.items():
            state = self._state(vessel)
            if state.birth is None:
                fleet.take_birth(state, Birth.from_bytes(encoded))
        for vessel, rows in known.latest.items():
            fleet.recall_latest(self._state(vessel), rows)
        for vessel, points in known.tracks.items():
            fleet.recall_track(self._state(vessel), points)
        for vessel, reports in known.targets.items():
            fleet.take_targets(self._state(vessel), reports)

    def receive(self, topic: str, payload: bytes, now_s: float, utc_ns: int) -> None:
        """Take one message of a ship; a bad one costs itself and is counted."""
        try:
            vessel, leaf = topics.split(topic)
            handler = self._handlers.get(leaf)
            if handler is not None:
                handler(vessel, payload, now_s, utc_ns)
        except SignatureError:
            self.refused["signature"] += 1
        except ProtocolError as error:
            self.refused[type(error).__name__] += 1

    def tick(self, now_s: float, utc_ns: int) -> list[OrderNote]:
        """Do what time demands, about each second; return the orders to send again."""
        self._started_s = now_s if self._started_s is None else self._started_s
        moment = watch.Moment(now_s, self._started_s, self._limits)
        for state in self.states.values():
            fleet.drop_old_targets(state, utc_ns // fleet.NS_PER_MS)
            fleet.measure_rate(state, now_s)
            for alert in watch.changes(state, moment, utc_ns):
                self._take_alert(state, alert)
        self._pass_lost_events(now_s)
        self._show(now_s)
        again, unknown = self.orders.tick(now_s, utc_ns)
        for note in unknown:
            self._tell_order(note)
        return again

    def note(self, note: OrderNote, now_s: float) -> None:
        """Take the shore's own word on an order: sent, REFUSED or UNKNOWN."""
        fresh = self.orders.sent(note, now_s) if note.state == "sent" else self.orders.say(note)
        if fresh:
            self._tell_order(note)

    def committed(self, work: Work) -> None:
        """Acknowledge what the store has made durable."""
        self.pending.settle()
        done: dict[tuple[str, int], list[int]] = {}
        for batch in work.batches:
            done.setdefault((batch.vessel, batch.epoch), []).append(batch.seq)
        for (vessel, epoch), seqs in done.items():
            ranges = self._batches.setdefault((vessel, epoch), Ranges())
            for seq in seqs:
                ranges.add(seq)
            self._ack_batches(vessel, epoch, seqs)
        boots: dict[tuple[str, str], None] = {}
        for event, _ in work.events:
            self._events.setdefault((event.vessel, event.boot_id), Ranges()).add(event.seq)
            boots[event.vessel, event.boot_id] = None
        for vessel, boot_id in boots:
            self._ack_events(vessel, boot_id)

    def take_acks(self) -> list[Said]:
        """Return and forget the acknowledgements to publish."""
        acks = list(self._acks)
        self._acks.clear()
        return acks

    def key_of(self, vessel: str) -> bytes | None:
        """Return the public key that signs for `vessel`; None where none is known."""
        return self._keys.get(vessel)

    def _state(self, vessel: str) -> VesselState:
        state = self.states.get(vessel)
        if state is None:
            if len(self.states) >= VESSELS_MAX:
                raise MalformedError(f"more than {VESSELS_MAX} vessels")
            state = self.states[vessel] = VesselState(vessel)
        return state

    def _birth(self, vessel: str, payload: bytes, now_s: float, utc_ns: int) -> None:
        del now_s, utc_ns
        birth = Birth.from_bytes(payload)
        if birth.vessel != vessel:
            raise MalformedError("birth of another vessel than its topic says")
        state = self._state(vessel)
        known = self._keys.get(vessel)
        if known is not None and known != birth.vessel_public_key:
            state.forged_count += 1
            raise SignatureError("birth with another key than the one known")
        fleet.take_birth(state, birth)
        state.collector_alive, state.forged_count = True, 0
        if known is None:
            self._keys[vessel] = birth.vessel_public_key
        if vessel not in self._configured:
            self.pending.key(vessel, birth.vessel_public_key)
        self.pending.birth(vessel, birth.catalogue_hash, payload)
        message = views.vessel_message(state)
        for feed in self._hub.watching(vessel) if message else ():
            if message:
                feed.firm(message)

    def _death(self, vessel: str, payload: bytes, now_s: float, utc_ns: int) -> None:
        del payload, now_s, utc_ns
        if vessel in self.states:
            self.states[vessel].collector_alive = False

    def _batch(self, vessel: str, payload: bytes, now_s: float, utc_ns: int) -> None:
        del utc_ns
        batch = codec.decode(payload)
        if batch.vessel != vessel:
            raise MalformedError("batch of another vessel than its topic says")
        state = self._state(vessel)
        ranges = self._batches.get((vessel, batch.epoch))
        if ranges is not None and batch.seq in ranges:
            self._ack_batches(vessel, batch.epoch, [batch.seq])
            return
        if self.pending.has_batch((vessel, batch.epoch, batch.seq)) or not self.pending.batch(batch):
            return
        self.batch_count += 1
        state.sample_count += sum(len(column.scan) for column in batch.columns)
        if batch.historical:
            return
        rows = fleet.take_batch(state, batch, now_s)
        changed = fleet.take_targets(state, batch.targets)
        for feed in self._hub.watching(vessel):
            feed.values(rows)
            feed.targets(changed)

    def _open(self, vessel: str, payload: bytes) -> bytes:
        """Return the body of a vessel's envelope once its signature holds; raise SignatureError otherwise."""
        envelope = signing.open_envelope(payload)
        key = self._keys.get(vessel)
        if key is None:
            raise SignatureError("no key of this vessel is known yet")
        try:
            signing.verify(signing.Domain.VESSEL, envelope, key)
        except SignatureError:
            self._state(vessel).forged_count += 1
            raise
        return envelope.body

    def _heartbeat(self, vessel: str, payload: bytes, now_s: float, utc_ns: int) -> None:
        beat = VesselHeartbeat.from_bytes(self._open(vessel, payload))
        if beat.vessel != vessel:
            raise MalformedError("heartbeat of another vessel than its topic says")
        state = self._state(vessel)
        former = self._former_boots.setdefault(vessel, deque(maxlen=FORMER_BOOTS))
        if beat.boot_id in former:
            raise MalformedError("heartbeat of an earlier boot")
        if state.heartbeat is not None and state.heartbeat.boot_id != beat.boot_id:
            former.append(state.heartbeat.boot_id)
        if fleet.take_heartbeat(state, beat, now_s, utc_ns):
            message = views.status_message(state, now_s)
            for feed in self._hub.watching(vessel):
                feed.slot("status", message)

    def _event(self, vessel: str, payload: bytes, now_s: float, utc_ns: int) -> None:
        del now_s, utc_ns
        event = Event.from_bytes(self._open(vessel, payload))
        if event.vessel != vessel:
            raise MalformedError("event of another vessel than its topic says")
        if event.seq in self._events.get((vessel, event.boot_id), Ranges()):
            self._ack_events(vessel, event.boot_id)
            return
        if not self.pending.has_event((vessel, event.boot_id, event.seq)) and self.pending.event(event, payload):
            self._tell_event(self._state(vessel), event)

    def _tell_event(self, state: VesselState, event: Event) -> None:
        if event.kind == "order":
            note = self.orders.from_event(event)
            if note is not None and self.orders.say(note):
                self._tell_order(note)
        elif event.kind == "alert":
            alert = views.alert_of(event)
            if alert is not None:
                self._take_alert(state, alert)
        else:
            message = views.event_message(event)
            for feed in self._hub.watching(event.vessel):
                feed.firm(message)

    def _tell_order(self, note: OrderNote) -> None:
        message = views.order_message(note, live=True)
        fleet.take_order(self._state(note.vessel), message)
        self.pending.order(note)
        for feed in self._hub.watching(note.vessel):
            feed.firm(message)

    def _take_alert(self, state: VesselState, alert: AlertJson) -> None:
        fleet.take_alert(state, alert)
        self.pending.alert(state.vessel, alert)
        message = views.alerts_message(state)
        for feed in self._hub.watching(state.vessel):
            feed.firm(message)

    def _show(self, now_s: float) -> None:
        message = views.fleet_message(list(self.states.values()), now_s)
        for feed in self._hub.all():
            feed.slot("fleet", message)
            state = self.states.get(feed.vessel) if feed.vessel is not None else None
            if state is not None:
                feed.slot("status", views.status_message(state, now_s))

    def _ack_batches(self, vessel: str, epoch: int, seqs: list[int]) -> None:
        through = self._batches[vessel, epoch].through
        above = sorted(seq for seq in seqs if seq > through)
        for start in range(0, len(above) or 1, SELECTED_MAX):
            ack = BatchAck(epoch, through, tuple(above[start : start + SELECTED_MAX]))
            self._acks.append((topics.topic(vessel, topics.ACK), ack.to_bytes()))

    def _ack_events(self, vessel: str, boot_id: str) -> None:
        through = self._events[vessel, boot_id].through
        if through:
            self._acks.append((topics.topic(vessel, topics.EVENT_ACK), EventAck(boot_id, through).to_bytes()))

    def _pass_lost_events(self, now_s: float) -> None:
        """Record and pass a gap that has stood for a minute, so that one lost event does not hold up all later ones."""
        for (vessel, boot_id), ranges in self._events.items():
            gap = ranges.first_gap
            if gap is None:
                self._gap_since_s.pop((vessel, boot_id), None)
                continue
            known, since_s = self._gap_since_s.setdefault((vessel, boot_id), (gap, now_s))
            if known != gap:
                self._gap_since_s[vessel, boot_id] = (gap, now_s)
            elif now_s - since_s >= GAP_WAIT_S:
                ranges.add(*gap)
                self.pending.gap(vessel, f"event {boot_id}", *gap)
                self._ack_events(vessel, boot_id)


_Key = TypeVar("_Key")


def _extend(held: dict[_Key, Ranges], known: dict[_Key, tuple[tuple[int, int], ...]]) -> None:
    for key, spans in known.items():
        ranges = held.setdefault(key, Ranges())
        for first, last in spans:
            ranges.add(first, last)
