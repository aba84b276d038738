"""What comes down is shown at once, acknowledged only after the commit, and believed only with the ship's signature."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocols.link import topics
from protocols.link.acks import BatchAck, EventAck
from protocols.link.birth import Birth
from protocols.link.cbor import Plain
from protocols.link.events import Reason
from shoreside.commanding import orders
from shoreside.downlink import Downlink
from shoreside.ingest.intake import GAP_WAIT_S
from shoreside.live.answering import Answer
from shoreside.live.feeds import Feed, Hub
from shoreside.live.watch import SEAT_SILENT
from shoreside.ports import OrderNote, Remembered, Work
from telemetry.catalogue import hash_of
from tests.shore_kit import LIMITS, NOON_NS, ULID, Ship


def station(*ships: Ship, pinned: bool = False) -> tuple[Downlink, Hub]:
    """Return a downlink that knows `ships` and has heard their births."""
    hub = Hub()
    downlink = Downlink(tuple(ship.config(pinned=pinned) for ship in ships), LIMITS, hub)
    for ship in ships:
        downlink.receive(*ship.birth(), 100.0, NOON_NS)
    commit(downlink)
    return downlink, hub


def commit(downlink: Downlink) -> Work:
    """Let the store take all that waits."""
    work = downlink.pending.take() or Work()
    downlink.intake.committed(work)
    return work


def watcher(hub: Hub, vessel: str) -> Feed:
    """Return a feed that watches a vessel."""
    feed = Feed("ann", "session-1")
    feed.subscribe(vessel)
    hub.join(feed)
    return feed


def acks(downlink: Downlink) -> list[BatchAck]:
    """Return the batch acknowledgements to be published."""
    return [
        BatchAck.from_bytes(payload) for topic, payload in downlink.intake.take_acks() if topic.endswith("down/ack")
    ]


def test_values_are_shown_before_and_acknowledged_after_the_commit() -> None:
    """A live batch reaches the console with no store at all; the ship hears of it only after the commit."""
    ship = Ship()
    downlink, hub = station(ship)
    feed = watcher(hub, "kestrel")
    # A batch arrives: the console has its values, the ship has no leave to delete it.
    downlink.receive(*ship.batch(1, heading_deg=95.5), 101.0, NOON_NS)
    values = [message for message in feed.take(0) if message["type"] == "values"]
    assert [row[:3] for row in values[0]["values"] if row[0] == "NAV_HDG"] == [("NAV_HDG", 95.5, 0)]
    assert acks(downlink) == []
    # It is sent again while the store is busy: nothing is added, still no leave.
    work = downlink.pending.take()
    downlink.receive(*ship.batch(1), 101.5, NOON_NS)
    assert downlink.pending.count == 0
    assert acks(downlink) == []
    # The commit gives leave.
    assert work is not None
    downlink.intake.committed(work)
    assert acks(downlink) == [BatchAck(1, 1, ())]
    # Sent once more: acknowledged again, not stored again, not shown again.
    downlink.receive(*ship.batch(1), 102.0, NOON_NS)
    assert acks(downlink) == [BatchAck(1, 1, ())]
    assert downlink.pending.count == 0
    assert [message["type"] for message in feed.take(0) if message["type"] == "values"] == []


def test_disorder_is_acknowledged_by_name() -> None:
    """Batches that come before an earlier one are named singly; when the gap closes, the row is unbroken."""
    ship = Ship()
    downlink, _ = station(ship)
    for seq in (3, 4):
        downlink.receive(*ship.batch(seq), 101.0, NOON_NS)
    commit(downlink)
    assert acks(downlink) == [BatchAck(1, 0, (3, 4))]
    for seq in (2, 1):
        downlink.receive(*ship.batch(seq), 101.0, NOON_NS)
    commit(downlink)
    assert acks(downlink) == [BatchAck(1, 4, ())]


def test_history_drives_no_live_value() -> None:
    """A batch marked historical is stored but neither shown nor counted as a sign of life."""
    ship = Ship()
    downlink, hub = station(ship)
    feed = watcher(hub, "kestrel")
    downlink.receive(*ship.batch(1, historical=True), 101.0, NOON_NS)
    assert feed.take(0) == []
    assert downlink.states["kestrel"].data_at_s is None
    assert len(commit(downlink).batches) == 1


def test_only_the_ship_speaks_for_itself() -> None:
    """Heartbeats with another key, replayed, of an earlier boot or of another vessel change nothing."""
    ship, other = Ship(), Ship("otter", seed=9)
    downlink, _ = station(ship, other)
    state = downlink.states["kestrel"]
    # The ship's own heartbeat is taken.
    downlink.receive(*ship.heartbeat(5), 101.0, NOON_NS)
    assert state.heartbeat is not None
    assert state.heartbeat.seq == 5
    # Another key, an older one, and another ship's on this topic are not.
    stranger = Ed25519PrivateKey.generate()
    downlink.receive(*ship.heartbeat(9, signer=stranger), 102.0, NOON_NS)
    downlink.receive(*ship.heartbeat(4), 102.0, NOON_NS)
    downlink.receive(ship.heartbeat(9)[0], other.heartbeat(9)[1], 102.0, NOON_NS)
    assert state.heartbeat.seq == 5
    assert downlink.refused["signature"] == 2
    # After a reboot the recorded heartbeats of the former boot are worthless.
    recorded = ship.heartbeat(6)
    ship.boot_id = "boot-2"
    downlink.receive(*ship.heartbeat(1), 103.0, NOON_NS)
    downlink.receive(*recorded, 104.0, NOON_NS)
    assert state.heartbeat.boot_id == "boot-2"


def told_of_her(feed: Feed) -> list[str | None]:
    """Return the sessions that hold her, as the waiting heartbeats of the ship tell a console."""
    return [message["authority"]["session"] for message in feed.take(0) if message["type"] == "status"]


def test_who_holds_a_ship_hears_her_while_he_looks_elsewhere() -> None:
    """AUT-05: what she then notices is his absence and not a dead link; another's console at the same view is told nothing."""
    ship = Ship()
    downlink, hub = station(ship, Ship("otter"))
    holder, other = Feed("ann", "log-in 1"), Feed("sue", "log-in 2")
    for feed, seat in ((holder, "s-1"), (other, "s-2")):
        hub.join(feed)
        feed.seat = seat
        feed.subscribe("otter")
    downlink.receive(*ship.heartbeat(1, holder="s-1"), 101.0, NOON_NS)
    assert (told_of_her(holder), told_of_her(other)) == (["s-1"], [])
    downlink.tick(102.0, NOON_NS)
    assert ["s-1" in told_of_her(holder), told_of_her(other)] == [True, [""]]  # the otter's own, whom nobody holds
    holder.subscribe("kestrel")
    downlink.receive(*ship.heartbeat(2, holder="s-1"), 103.0, NOON_NS)
    assert told_of_her(holder) == ["s-1"]  # once, where her view is open
    downlink.receive(*ship.heartbeat(3), 104.0, NOON_NS)
    holder.take(0)
    holder.subscribe(None)
    downlink.receive(*ship.heartbeat(4), 105.0, NOON_NS)
    assert told_of_her(holder) == []


def seats_told(feed: Feed) -> list[tuple[str, list[str]]]:
    """Return each list of alerts that waits for a console: whose it is, and how its seat alert stands."""
    return [
        (message["vessel"], [alert["state"] for alert in message["alerts"] if alert["alert_id"] == SEAT_SILENT])
        for message in feed.take(0)
        if message["type"] == "alerts"
    ]


def test_a_seat_that_gives_no_sign_of_life_is_told_on_every_console_whatever_it_shows() -> None:
    """AUT-05: the fleet and another ship's view hear of it, and of its end; of her other alerts her own view alone does."""
    ship = Ship()
    downlink, hub = station(ship, Ship("otter"))
    at_fleet, at_other = Feed("sue", "log-in 1"), Feed("bob", "log-in 2")
    for feed, vessel in ((at_fleet, None), (at_other, "otter")):
        hub.join(feed)
        feed.subscribe(vessel)
    downlink.receive(*ship.heartbeat(1, holder="s-1"), 101.0, NOON_NS)
    state = downlink.states["kestrel"]
    state.seat = ("ann", 101.0)
    downlink.tick(102.0, NOON_NS)
    assert (seats_told(at_fleet), seats_told(at_other)) == ([("kestrel", ["unacknowledged"])],) * 2

    # Answered at one console it is answered at all; over, it is over at all.
    answer = Answer("shore", SEAT_SILENT, "acknowledge", "sue", None)
    assert downlink.answer_alert("kestrel", answer, 103.0) == ""
    assert (seats_told(at_fleet), seats_told(at_other)) == ([("kestrel", ["acknowledged"])],) * 2
    state.seat = None
    downlink.tick(104.0, NOON_NS)
    assert (seats_told(at_fleet), seats_told(at_other)) == ([("kestrel", [])],) * 2

    # The negative: her silence is told at her own view, elsewhere the fleet's row counts it.
    downlink.tick(101.0 + LIMITS.heartbeat_silent_s + 1.0, NOON_NS)
    assert ("shore", "shore.heartbeat-silent") in state.alerts
    assert seats_told(at_fleet) == []


def test_a_key_is_pinned_at_first_sight_and_another_refused() -> None:
    """Where the configuration names no key, the first birth's holds; a later one with another is refused, alarmed."""
    ship, thief = Ship(), Ship(seed=11)
    downlink, _ = station(ship, pinned=True)
    assert downlink.key_of("kestrel") == ship.public_key
    downlink.receive(*thief.birth(), 101.0, NOON_NS)
    assert downlink.key_of("kestrel") == ship.public_key
    downlink.tick(102.0, NOON_NS)
    assert ("shore", "shore.key-differs") in downlink.states["kestrel"].alerts


def test_events_are_acknowledged_as_an_unbroken_row() -> None:
    """Event 3 before event 2 gives leave through 1 only; one that never comes is recorded as lost after a minute."""
    ship = Ship()
    downlink, _ = station(ship)

    def leave() -> list[int]:
        commit(downlink)
        return [EventAck.from_bytes(p).through_seq for t, p in downlink.intake.take_acks() if t.endswith("event-ack")]

    downlink.receive(*ship.event(1, "source", {"channel": "NAV_LAT", "from": "a", "to": "b"}), 101.0, NOON_NS)
    downlink.receive(*ship.event(3, "source", {"channel": "NAV_LAT", "from": "b", "to": "a"}), 101.0, NOON_NS)
    assert leave() == [1]
    downlink.receive(*ship.event(2, "source", {"channel": "NAV_LAT", "from": "b", "to": "b"}), 102.0, NOON_NS)
    assert leave() == [3]
    # Event 4 never comes.
    downlink.receive(*ship.event(5, "source", {"channel": "NAV_LAT", "from": "b", "to": "a"}), 103.0, NOON_NS)
    assert leave() == [3]
    downlink.tick(104.0, NOON_NS)
    downlink.tick(104.0 + GAP_WAIT_S, NOON_NS)
    work = downlink.pending.take()
    assert work is not None
    assert work.gaps == (("kestrel", "event boot-1", 4, 4),)
    assert [EventAck.from_bytes(p).through_seq for t, p in downlink.intake.take_acks() if t.endswith("event-ack")] == [
        5
    ]


def test_what_the_ship_says_is_lost_is_recorded_as_a_gap_and_still_taken_when_it_comes() -> None:
    """Proves reliability goal R5 ashore: a dropped range becomes a gap; it acknowledges nothing."""
    ship = Ship()
    downlink, _ = station(ship)
    body: dict[str, Plain] = {"epoch": 1, "first": 2, "last": 9, "reason": "the spool is full", "class": "samples"}
    downlink.receive(*ship.event(1, "dropped", body), 101.0, NOON_NS)
    downlink.receive(*ship.event(2, "dropped", {**body, "class": "ais"}), 101.0, NOON_NS)
    for number, wrong in enumerate(({"last": 1}, {"epoch": "x"}, {"first": 0}, {"last": 2**63}), 3):
        downlink.receive(*ship.event(number, "dropped", {**body, **wrong}), 101.0, NOON_NS)
    work = downlink.pending.take()
    assert work is not None
    assert work.gaps == (("kestrel", "batch 1", 2, 9), ("kestrel", "batch 1 ais", 2, 9))
    assert [event.seq for event, _ in work.events] == [1, 2, 3, 4, 5, 6]
    downlink.receive(*ship.batch(2), 102.0, NOON_NS)
    work = downlink.pending.take()
    assert work is not None
    assert [batch.seq for batch in work.batches] == [2]


def sent(ship: Ship) -> OrderNote:
    """Return the shore's note of an order just sent."""
    order = orders.unread(ship.order())
    assert order is not None
    return orders.note_of(order, ship.order(), "sent", NOON_NS)


def test_an_order_without_answer_is_sent_again_and_then_unknown() -> None:
    """Proves CMD-11: three sendings, 3 s apart, then UNKNOWN, never failed; a late word of the ship resolves it."""
    ship = Ship()
    downlink, hub = station(ship)
    feed = watcher(hub, "kestrel")
    downlink.note(sent(ship), 100.0)
    assert downlink.tick(102.9, NOON_NS) == []
    assert [note.order_id for note in downlink.tick(103.0, NOON_NS)] == [ULID]
    assert len(downlink.tick(106.0, NOON_NS)) == 1
    assert downlink.tick(108.9, NOON_NS) == []
    assert downlink.tick(109.0, NOON_NS) == []
    # Nine seconds without a word: UNKNOWN.
    assert [m["state"] for m in feed.take(0) if m["type"] == "order"] == ["sent", "UNKNOWN"]
    # The ship answers late, out of order and twice; its final word stands.
    for seq, state in ((1, "accepted"), (2, "received"), (3, "SUCCEEDED"), (4, "executing")):
        downlink.receive(*ship.order_event(seq, state), 120.0 + seq, NOON_NS)
    assert [m["state"] for m in feed.take(0) if m["type"] == "order"] == ["accepted", "SUCCEEDED"]
    # A second sending of the same bytes is no new order.
    downlink.note(sent(ship), 130.0)
    assert downlink.orders.waiting_count == 0
    assert downlink.states["kestrel"].orders[ULID]["state"] == "SUCCEEDED"


def test_a_refusal_keeps_every_reason() -> None:
    """Proves CMD-07 ashore: name, rule, value, limit and age of each reason reach the console and the store."""
    ship = Ship()
    downlink, hub = station(ship)
    feed = watcher(hub, "kestrel")
    reason = Reason("no_go_area", "INT-06", "Enters the shoal in 4 min.", 0.2, 0.5, "NM", 0.3)
    downlink.receive(*ship.order_event(1, "REJECTED", reasons=[reason.plain()]), 101.0, NOON_NS)
    message = next(m for m in feed.take(0) if m["type"] == "order")
    assert message["reasons"] == [reason.plain()]
    assert commit(downlink).orders[0].reasons == (reason,)


def test_the_shore_raises_and_clears_its_own_alerts() -> None:
    """Proves CMD-05: silence over 3.5 s, data over 5 s old, clocks over 2 s apart are alerts, and end."""
    ship = Ship()
    downlink, _ = station(ship)
    state = downlink.states["kestrel"]

    def active() -> list[str]:
        return sorted(alert_id for _, alert_id in state.alerts)

    # At the start silence means nothing yet.
    downlink.tick(100.0, NOON_NS)
    assert active() == []
    downlink.tick(103.6, NOON_NS)
    assert active() == ["shore.heartbeat-silent"]
    downlink.tick(105.1, NOON_NS)
    assert active() == ["shore.data-stale", "shore.heartbeat-silent"]
    # The ship speaks, with a clock that is 2.5 s ahead.
    downlink.receive(*ship.heartbeat(1, utc_ns=NOON_NS + 2_500_000_000), 106.0, NOON_NS)
    downlink.receive(*ship.batch(1), 106.0, NOON_NS)
    downlink.tick(106.0, NOON_NS)
    assert active() == ["shore.clock-skew"]
    # Exactly 2 s is within the limit.
    downlink.receive(*ship.heartbeat(2, utc_ns=NOON_NS + 2_000_000_000), 107.0, NOON_NS)
    downlink.tick(107.0, NOON_NS)
    assert active() == []


def test_noise_costs_only_itself() -> None:
    """Random bytes on every topic, foreign topics and a batch of another vessel are refused and counted."""
    ship, other = Ship(), Ship("otter", seed=9)
    downlink, _ = station(ship, other)
    for leaf in ("up/birth", "up/batch", "up/heartbeat", "up/event"):
        downlink.receive(ship.topic(leaf), b"\xff\x00noise", 101.0, NOON_NS)
    downlink.receive("other/topic", b"", 101.0, NOON_NS)
    downlink.receive(ship.batch(1)[0], other.batch(1)[1], 101.0, NOON_NS)
    assert sum(downlink.refused.values()) == 6
    downlink.receive(*ship.batch(1), 101.0, NOON_NS)
    assert downlink.batch_count == 1


def test_a_restarted_station_knows_what_is_committed() -> None:
    """Ranges from the store acknowledge at once what the ship sends again, and count on from there."""
    ship = Ship()
    downlink, _ = station(ship)
    downlink.recall(Remembered(batches={("kestrel", 1): ((1, 7), (9, 9))}, events={("kestrel", "boot-1"): ((1, 4),)}))
    downlink.receive(*ship.batch(7), 101.0, NOON_NS)
    assert acks(downlink) == [BatchAck(1, 7, (9,))]
    downlink.receive(*ship.batch(8), 101.0, NOON_NS)
    commit(downlink)
    assert acks(downlink) == [BatchAck(1, 9, ())]


def test_a_birth_that_names_another_catalogue_than_it_brings_is_refused() -> None:
    """It is counted and told until a good one comes; what was known of the vessel stands, nothing of it is kept.

    Negative control: the same birth with its own hash is taken.
    """
    ship = Ship()
    downlink, _ = station(ship)
    topic, good = ship.birth()
    birth = Birth.from_bytes(good)
    rows = cast("list[dict[str, Plain]]", birth.catalogue)
    bent: Plain = [{**row, "unit": "kPa"} if row["unit"] == "bar" else row for row in rows]
    downlink.receive(topic, replace(birth, catalogue=bent).to_bytes(), 101.0, NOON_NS)
    assert downlink.refused == {"CatalogueError": 1}
    assert downlink.pending.take() is None
    assert downlink.states["kestrel"].birth == replace(birth, catalogue=None)  # kept once, as its channels
    downlink.tick(102.0, NOON_NS)
    assert ("shore", "shore.catalogue-differs") in downlink.states["kestrel"].alerts
    commit(downlink)
    downlink.receive(topic, replace(birth, catalogue=bent, catalogue_hash=hash_of(bent)).to_bytes(), 103.0, NOON_NS)
    downlink.tick(104.0, NOON_NS)
    assert ("shore", "shore.catalogue-differs") not in downlink.states["kestrel"].alerts
    assert [digest for _, digest, _ in commit(downlink).births] == [hash_of(bent)]


@pytest.mark.parametrize(
    ("accuracy", "control"), [(1e308, None), (None, {"phase": {"a": 1}}), (None, {"phase": ["at sea"], "phases": []})]
)
def test_a_birth_that_makes_no_sense_costs_itself_and_no_other_ship(accuracy: float | None, control: Plain) -> None:
    """A birth is kept by the broker: one that ended the station would end it again at each start, for every ship."""
    odd, other = Ship(), Ship("otter", 8)
    downlink, _ = station(odd, other)
    birth = Birth.from_bytes(odd.birth()[1])
    assert isinstance(birth.catalogue, list)
    rows: list[Plain] = [{**row, "accuracy": accuracy} if accuracy else row for row in map(dict, birth.catalogue)]  # type: ignore[arg-type]
    made = replace(birth, catalogue=rows, catalogue_hash=hash_of(rows), control=control)
    downlink.receive(odd.topic(topics.BIRTH), made.to_bytes(), 101.0, NOON_NS)
    downlink.receive(*other.batch(1), 101.0, NOON_NS)
    assert downlink.batch_count == 1
