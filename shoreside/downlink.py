"""What comes down from the ships, understood: verified, shown at once, queued for the store, acknowledged after it.

Pure but for the feeds it fills: it is told each message and the time. `Station` is its shell.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable
from typing import Final, NamedTuple

from protocols.errors import MalformedError, ProtocolError, SignatureError
from protocols.link import signing, topics
from protocols.link.birth import Birth
from protocols.link.closing import Closing
from protocols.link.events import Event
from protocols.link.heartbeats import VesselHeartbeat
from shoreside import roles
from shoreside.commanding.orders import OrderBook
from shoreside.config import AlertLimits, VesselConfig
from shoreside.ingest.intake import Intake
from shoreside.ingest.missing import Wanted
from shoreside.live import fleet, orderable, sources, views, watch
from shoreside.live.answering import Answer, Answering
from shoreside.live.feeds import Hub
from shoreside.live.fleet import VesselState
from shoreside.live.linkfigures import LinkFigures
from shoreside.live.telling import Telling
from shoreside.ports import Ledger, OrderNote, Remembered
from shoreside.roles import Role
from shoreside.unforeseen import Guard, Unforeseen
from telemetry.catalogue import hash_of

VESSELS_MAX: Final = 200
"""Vessels one station keeps; a message of one more is refused and counted."""
LEDGER_ALERT: Final = "shore.ledger-differs"
FORMER_BOOTS: Final = 100
"""Boot ids remembered, so that recorded heartbeats of an earlier boot cannot be played back."""


class Came(NamedTuple):
    """When a message came, by the shore's monotonic clock and by its UTC, and over which of her ways as its connection tells."""

    now_s: float
    utc_ns: int
    way: str = ""


class CatalogueError(MalformedError):
    """A birth whose records are not those of the catalogue it names."""


class Downlink:
    """All vessels as last heard, and what has still to be committed and acknowledged."""

    def __init__(
        self, vessels: tuple[VesselConfig, ...], limits: AlertLimits, hub: Hub, role: Role = roles.ALL
    ) -> None:
        """Know `vessels` from the start; others are added at their first birth, their keys pinned."""
        self.role = role
        self.intake = Intake(role)
        self.states: dict[str, VesselState] = {}
        self.orders = OrderBook()
        self.pending = self.intake.pending
        self.refused: Counter[str] = Counter()
        """Messages refused, by reason."""
        self.unforeseen = Unforeseen(self.states)
        self.telling = Telling(hub, role, self.pending, self.unforeseen)
        self.batch_count = 0
        self._keys = {config.vessel: config.public_key for config in vessels if config.public_key is not None}
        self._configured = frozenset(self._keys)
        self._limits = limits
        for config in vessels:
            self._state(config.vessel)
        self._former_boots: dict[str, deque[str]] = {}
        self._started_s: float | None = None
        self._answering = Answering()
        self._handlers: dict[str, Callable[[str, bytes, Came], None]] = {
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
            with self._guard(note.vessel, "recall order"):
                if self.orders.recall(note):
                    fleet.take_order(self._state(note.vessel), views.order_message(note, live=False))
        for vessel, alert in known.alerts:
            with self._guard(vessel, "recall alert"):
                if (alert["source"], alert["alert_id"]) not in self._state(vessel).alerts:
                    fleet.take_alert(self._state(vessel), alert)
        self.intake.learn(Ledger(known.batches, known.events))

    def refresh(self, known: Remembered) -> None:
        """Take what the store knows now, in a process that does not hear it all itself."""
        for vessel, state in self.states.items():
            state.alerts.clear()
            for alert in (alert for name, alert in known.alerts if name == vessel):
                fleet.take_alert(state, alert)
        self._recall_vessels(known)
        for note in known.orders:
            with self._guard(note.vessel, "recall order"):
                if self.orders.say(note):
                    fleet.take_order(self._state(note.vessel), views.order_message(note, live=False))

    def _recall_vessels(self, known: Remembered) -> None:
        for vessel, encoded in known.births.items():
            with self._guard(vessel, "recall birth"):
                self._recall_birth(vessel, encoded)
        for vessel, rows in known.latest.items():
            with self._guard(vessel, "recall values"):
                fleet.recall_latest(self._state(vessel), rows)
        for vessel, told in known.sources.items():
            with self._guard(vessel, "recall sources"):
                sources.recall_sources(self._state(vessel), told)
        for vessel, points in known.tracks.items():
            with self._guard(vessel, "recall track"):
                fleet.recall_track(self._state(vessel), points)
        for vessel, reports in known.targets.items():
            with self._guard(vessel, "recall targets"):
                fleet.take_targets(self._state(vessel), reports)

    def _recall_birth(self, vessel: str, encoded: bytes) -> None:
        state = self._state(vessel)
        birth = Birth.from_bytes(encoded)
        self.intake.reading.learn(birth)
        if state.birth is None:
            fleet.take_birth(state, birth)

    def _guard(self, vessel: str, what: str) -> Guard:
        """Return a context in which a fault of ours costs `what` of this vessel only (`unforeseen.py`)."""
        return self.unforeseen.guard(vessel, what)

    def receive(self, topic: str, payload: bytes, now_s: float, utc_ns: int, way: str = "") -> None:
        """Take one message of a ship as it arrives; a bad one costs itself and is counted.

        `way`: over which of hers, as its connection tells; empty: it tells none.
        """
        self._take(topic, payload, Came(now_s, utc_ns, way))
        vessel = topic.removeprefix(f"{topics.ROOT}/").partition("/")[0]
        with self._guard(vessel, "figures"):
            if vessel in self.states:
                self.states[vessel].link.received_bytes += len(payload)
                self.states[vessel].ways.count(way, len(payload))

    def _take(self, topic: str, payload: bytes, came: Came) -> None:
        """Take one message. A fault of ours costs it alone: what it left to the store is stored, what it did not is not acked."""
        vessel, _, leaf = topic.removeprefix(f"{topics.ROOT}/").partition("/")
        with self._guard(vessel, leaf if leaf in self._handlers else "topic"):
            self._understand(topic, payload, came)
            return
        self.refused["unforeseen"] += 1

    def _understand(self, topic: str, payload: bytes, came: Came) -> None:
        try:
            vessel, leaf = topics.split(topic)
            handler = self._handlers.get(leaf)
            if handler is not None:
                handler(vessel, payload, came)
        except SignatureError:
            self.refused["signature"] += 1
        except ProtocolError as error:
            self.refused[type(error).__name__] += 1

    def tick(self, now_s: float, utc_ns: int) -> list[OrderNote]:
        """Do what time demands, about each second; return the orders to send again."""
        self._started_s = now_s if self._started_s is None else self._started_s
        self.unforeseen.tick(now_s)
        moment = watch.Moment(now_s, self._started_s, self._limits)
        for state in self.states.values():
            self._look_after(state, moment, utc_ns)
        if self.role.is_alone:
            self.intake.pass_lost_events(now_s)
        if self.role.consoles:
            self.telling.show(self.states.values(), now_s)
        again, unknown = self.orders.tick(now_s, utc_ns)
        for note in unknown:
            with self._guard(note.vessel, "order"):
                self.telling.order(self._state(note.vessel), note)
        return again

    def _look_after(self, state: VesselState, moment: watch.Moment, utc_ns: int) -> None:
        with self._guard(state.vessel, "figures"):
            fleet.drop_old_targets(state, moment.now_s)
            fleet.measure_rate(state, moment.now_s)
        if not self.role.watches:
            return
        with self._guard(state.vessel, "alerts"):  # by itself: whatever her figures are, her silence is told
            for alert in watch.changes(state, moment, utc_ns):
                self.telling.alert(state, alert)
            for alert in self._answering.tick(state, moment.now_s):
                self.telling.alert(state, alert)

    def note(self, note: OrderNote, now_s: float) -> None:
        """Take the shore's own word on an order: sent, REFUSED or UNKNOWN."""
        beat = self._state(note.vessel).heartbeat
        trip_ms = beat.round_trip_ms if beat is not None else None
        fresh = self.orders.sent(note, now_s, trip_ms) if note.state == "sent" else self.orders.say(note)
        if fresh:
            self.telling.order(self._state(note.vessel), note)

    def ledger_told(self, vessel: str, problem: str, utc_ns: int) -> None:
        """Raise an alarm while a vessel's ledger differs from what is here, and end it when they agree (LED-02)."""
        state = self._state(vessel)
        known = state.alerts.get(("shore", LEDGER_ALERT))
        if problem and known is None:
            self.telling.alert(state, {
                "alert_id": LEDGER_ALERT, "text": f"Ledgers of ship and shore differ: {problem}", "priority": "alarm",
                "category": "B", "state": "unacknowledged", "since_utc_ms": utc_ns // fleet.NS_PER_MS, "source": "shore",
                "advice": "Verify both ledgers; keep them as evidence.", "sounds": 1, "is_escalated": False,
                "answered": "shore", "person": "",
            })  # fmt: skip
        elif not problem and known is not None:
            self.telling.alert(state, {**known, "state": "normal"})

    def answer_alert(self, vessel: str, answer: Answer, now_s: float) -> str:
        """Take an operator's answer to an alert that the shore answers for; return why not, empty when it is taken."""
        state = self._state(vessel)
        answered = self._answering.answer(state, answer, now_s)
        if isinstance(answered, str):
            return answered
        self.telling.alert(state, answered, is_answer=True)
        return ""

    def key_of(self, vessel: str) -> bytes | None:
        """Return the public key that signs for `vessel`; None where none is known."""
        return self._keys.get(vessel)

    def _state(self, vessel: str) -> VesselState:
        state = self.states.get(vessel)
        if state is None:
            if len(self.states) >= VESSELS_MAX:
                raise MalformedError(f"more than {VESSELS_MAX} vessels")
            state = self.states[vessel] = VesselState(
                vessel, link=LinkFigures(clocks_apart_s=self._limits.clock_skew_s)
            )
        return state

    def _birth(self, vessel: str, payload: bytes, came: Came) -> None:
        birth = Birth.from_bytes(payload)
        if birth.vessel != vessel:
            raise MalformedError("birth of another vessel than its topic says")
        state = self._state(vessel)
        known = self._keys.get(vessel)
        self._judge_birth(state, birth, known)
        self.intake.reading.learn(birth)  # before anything is changed, as whatever else of it may fail
        if not birth.historical:
            fleet.take_birth(state, birth)
            state.collector_alive, state.forged_count, state.misnamed_count = True, 0, 0
        for held in self.intake.reading.take_birth(birth):
            self._take(topics.topic(vessel, topics.BATCH), held, came)
        if known is None:
            self._keys[vessel] = birth.vessel_public_key
        if self.role.keeps:
            if vessel not in self._configured:
                self.pending.key(vessel, birth.vessel_public_key)
            self.pending.birth(vessel, birth.catalogue_hash, payload, historical=birth.historical)
        if birth.historical:
            return
        message = views.vessel_message(state)
        if message is not None:
            self.telling.firm(vessel, message)
            self.telling.sources(state)

    def _judge_birth(self, state: VesselState, birth: Birth, known: bytes | None) -> None:
        """Raise SignatureError for a birth with another key than the one known, CatalogueError for one that misnames."""
        if known is not None and known != birth.vessel_public_key:
            state.forged_count += 1
            raise SignatureError("birth with another key than the one known")
        if hash_of(birth.catalogue) != birth.catalogue_hash:
            state.misnamed_count += 1  # batches would be read, and history described, with records that are not theirs
            raise CatalogueError(f"birth names catalogue {birth.catalogue_hash!r} and brings another")

    def _death(self, vessel: str, payload: bytes, came: Came) -> None:
        del payload, came
        if vessel in self.states:
            self.states[vessel].collector_alive = False

    def _batch(self, vessel: str, payload: bytes, came: Came) -> None:
        state, now_s, utc_ns = self._state(vessel), came.now_s, came.utc_ns
        batch = self.intake.read(vessel, payload, now_s, utc_ns)
        if batch is None:
            return
        self.batch_count += 1
        state.sample_count += batch.sample_count
        if batch.historical or not self.role.shows:
            return
        rows = fleet.take_batch(state, batch, now_s)
        changed = fleet.take_targets(state, batch.targets)
        self.telling.values(vessel, rows, changed, utc_ns // fleet.NS_PER_MS)

    def found(self, wanted: Wanted, answer: bytes | Closing | None, now_s: float, utc_ns: int) -> None:
        """Take the store's answer to what the intake wanted, a birth as it came; None: it has none that can be read."""
        read: Birth | Closing | None = None
        with self._guard(wanted.vessel, "answer of the store"):
            read = self._learned(answer) if isinstance(answer, bytes) else answer
        for payload in self.intake.found(wanted, read, now_s):
            self._take(topics.topic(wanted.vessel, topics.BATCH), payload, Came(now_s, utc_ns))

    def _learned(self, encoded: bytes) -> Birth | None:
        birth = Birth.from_bytes(encoded)
        return birth if self.intake.reading.learn(birth) else None

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

    def _heartbeat(self, vessel: str, payload: bytes, came: Came) -> None:
        beat = VesselHeartbeat.from_bytes(self._open(vessel, payload))
        if beat.vessel != vessel:
            raise MalformedError("heartbeat of another vessel than its topic says")
        state = self._state(vessel)
        former = self._former_boots.setdefault(vessel, deque(maxlen=FORMER_BOOTS))
        if beat.boot_id in former:
            raise MalformedError("heartbeat of an earlier boot")
        known = state.heartbeat.boot_id if state.heartbeat is not None else beat.boot_id
        if known not in (beat.boot_id, *former):
            former.append(known)
        if fleet.take_heartbeat(state, beat, came.now_s, came.utc_ns, came.way):
            self.telling.status(state, came.now_s)

    def _event(self, vessel: str, payload: bytes, came: Came) -> None:
        del came
        event = Event.from_bytes(self._open(vessel, payload))
        if event.vessel != vessel:
            raise MalformedError("event of another vessel than its topic says")
        if self.intake.event(event, payload):
            self._tell_event(self._state(vessel), event)

    def _tell_event(self, state: VesselState, event: Event) -> None:
        if event.kind == "order":
            note = self.orders.from_event(event)
            if note is not None and self.orders.say(note):
                self.telling.order(self._state(note.vessel), note)
        elif event.kind == "alerts":
            for each in views.alerts_of(event):  # the ship is the source: what she has no more is over (ALT-07)
                self.telling.alert(state, each)
        elif event.kind == "alert":
            alert = views.alert_of(event)
            if alert is not None:
                self.telling.alert(state, alert)
        elif event.kind != "ledger" or event.body.get("text"):  # a head each minute is no news to anybody
            self._note_dropped(event)
            state.drill = orderable.drill_of(event) or state.drill
            if event.kind == "source" and sources.take_sources(state, event.body):
                self.telling.sources(state)
            self.telling.firm(event.vessel, views.event_message(event))

    def _note_dropped(self, event: Event) -> None:
        """Record batches that the ship has lost. They stay unacknowledged: one that comes after all is stored."""
        dropped = event.body if event.kind == "dropped" else {}
        epoch, first, last = (dropped.get(name) for name in ("epoch", "first", "last"))
        if isinstance(epoch, int) and isinstance(first, int) and isinstance(last, int) and 0 < first <= last < 2**63:
            kind = "" if dropped.get("class") == "samples" else f" {str(dropped.get('class'))[:20]}"
            self.pending.gap(event.vessel, f"batch {epoch}{kind}", first, last)
