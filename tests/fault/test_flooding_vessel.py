"""One vessel floods: the others' acknowledgements come as before, its own excess is refused, counted, and kept aboard."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from protocols.link.acks import BatchAck, EventAck
from shoreside.downlink import Downlink
from shoreside.ingest import pending
from shoreside.ingest.pending import BATCHES_OF_ONE_MAX
from shoreside.ingest.turns import Key, Turns
from shoreside.live.feeds import Hub
from shoreside.station import COMMIT_LINGER_S
from tests.shore_kit import LIMITS, NOON_NS, Ship

HONEST = 10
RUN_S = 12
COMMIT_S, BATCH_S = 0.05, 0.002
"""A modelled database: so much for a transaction, so much more for each batch in it: 200 batches in 0.45 s."""
FLOOD_HZ = 300.0
ANSWERED_S = 3.0
"""What was sent in the last seconds may still wait."""
STEP_S = 0.05


_MADE: dict[tuple[str, int], tuple[str, bytes]] = {}


def batch_of(ship: Ship, seq: int) -> tuple[str, bytes]:
    """Return a batch of a ship, encoded once for all tests here."""
    if (ship.vessel, seq) not in _MADE:
        _MADE[ship.vessel, seq] = ship.batch(seq)
    return _MADE[ship.vessel, seq]


@dataclass
class House:
    """A downlink, its ships, and the moment when each batch and event was first sent."""

    flood_hz: float
    ships: list[Ship] = field(default_factory=lambda: [Ship(f"vessel-{n}", seed=n + 1) for n in range(HONEST)])
    flooder: Ship = field(default_factory=lambda: Ship("flooder", seed=99))
    waits_s: list[float] = field(default_factory=list[float])
    """Of the honest ships' batches, from sending to acknowledgement."""
    open: dict[tuple[str, int], float] = field(default_factory=dict[tuple[str, int], float])
    events_open: dict[tuple[str, int], float] = field(default_factory=dict[tuple[str, int], float])
    event_waits_s: list[float] = field(default_factory=list[float])
    most_waiting: int = 0

    def run(self) -> Downlink:
        """Let some seconds pass in steps; the store is busy while a commit lasts."""
        downlink = Downlink(tuple(ship.config() for ship in (*self.ships, self.flooder)), LIMITS, Hub())
        for ship in (*self.ships, self.flooder):
            downlink.receive(*ship.birth(), 0.0, NOON_NS)
        work, busy_until_s, owed = None, 0.0, 0.0
        flooded = 0
        for step in range(int(RUN_S / STEP_S)):
            now_s = step * STEP_S
            self._speak(downlink, step, now_s)
            owed += self.flood_hz * STEP_S
            while owed >= 1.0:
                owed, flooded = owed - 1.0, flooded + 1
                downlink.receive(*batch_of(self.flooder, flooded), now_s, NOON_NS)
            if now_s >= busy_until_s:
                if work is not None:
                    downlink.intake.committed(work)
                    self._acknowledge(downlink, now_s)
                work = downlink.pending.take()
                busy_s = COMMIT_S + BATCH_S * len(work.batches) if work is not None else 0.0
                busy_until_s = now_s + COMMIT_LINGER_S + busy_s
            self.most_waiting = max(self.most_waiting, downlink.pending.count)
        return downlink

    def _speak(self, downlink: Downlink, step: int, now_s: float) -> None:
        """Let each honest ship send a batch a second, at a moment of its own, and an alarm each three seconds."""
        for number, ship in enumerate(self.ships):
            if step % 20 != number * 2:
                continue
            seq = step // 20 + 1
            self.open[ship.vessel, seq] = now_s
            downlink.receive(*batch_of(ship, seq), now_s, NOON_NS)
            if seq % 3 == 0:
                self.events_open[ship.vessel, seq // 3] = now_s
                body = {"alert_id": "a", "text": "t", "priority": "alarm", "category": "B", "state": "normal"}
                downlink.receive(*ship.event(seq // 3, "alert", {**body}), now_s, NOON_NS)

    def _acknowledge(self, downlink: Downlink, now_s: float) -> None:
        for topic, payload in downlink.intake.take_acks():
            vessel = topic.split("/")[2]
            if topic.endswith("event-ack"):
                through = EventAck.from_bytes(payload).through_seq
                done = [key for key in self.events_open if key[0] == vessel and key[1] <= through]
                self.event_waits_s += [now_s - self.events_open.pop(key) for key in done]
                continue
            ack = BatchAck.from_bytes(payload)
            done = [
                key for key in self.open if key[0] == vessel and (key[1] <= ack.through_seq or key[1] in ack.selected)
            ]
            self.waits_s += [now_s - self.open.pop(key) for key in done]

    @property
    def p95_s(self) -> float:
        """Return the wait that 95 of 100 batches of honest ships do not exceed; one that still waits counts whole."""
        waits = sorted(
            [*self.waits_s, *([float(RUN_S)] * sum(at_s < RUN_S - ANSWERED_S for at_s in self.open.values()))]
        )
        return waits[int(len(waits) * 0.95)]


@pytest.mark.parametrize("flood_hz", [10.0, FLOOD_HZ])
def test_a_flood_delays_nobody_else(flood_hz: float) -> None:
    """Proves R12 ashore: others' p95 at most twice that without a flood; 0 alarms dropped; what waits is bounded."""
    calm, flooded = House(0.0), House(flood_hz)
    calm.run()
    downlink = flooded.run()
    assert flooded.p95_s <= 2 * calm.p95_s
    assert len(flooded.event_waits_s) >= HONEST * (RUN_S // 3 - 1)
    assert all(at_s > RUN_S - ANSWERED_S for at_s in flooded.events_open.values())
    assert flooded.most_waiting <= BATCHES_OF_ONE_MAX + 10 * HONEST
    # Only the flooder was refused; nothing refused was acknowledged, so it is still aboard.
    refused = downlink.pending.refused
    assert set(refused) <= {"flooder"}
    assert (refused["flooder"] > 0) == (flood_hz == FLOOD_HZ)
    assert downlink.pending.dropped_count == 0


class OneLane(Turns[Key, object]):
    """First come, first served: what the turns are there to prevent."""

    def put(self, key: Key, item: object) -> None:
        """Add an item behind all others, whoever sent them."""
        lane = self._lanes.setdefault("all", {})
        self._count += key not in lane
        lane[key] = item


def test_without_turns_and_shares_the_flood_holds_up_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: one queue for all, no vessel's share: the others wait far beyond twice as long."""
    calm, flooded = House(0.0), House(FLOOD_HZ)
    calm.run()
    monkeypatch.setattr(pending, "Turns", OneLane)
    monkeypatch.setattr(pending, "OF_ONE_PER_COMMIT", pending.BATCHES_PER_COMMIT)
    flooded.run()
    assert flooded.p95_s > 2 * calm.p95_s


def test_turns_go_round() -> None:
    """Each vessel has its turn; a lane keeps its order; one cut off comes first next time."""
    turns: Turns[tuple[str, int], int] = Turns()
    for seq in range(5):
        turns.put(("a", seq), seq)
    turns.put(("b", 0), 0)
    turns.put(("c", 0), 0)
    assert list(turns.take(4, 9)) == [("a", 0), ("b", 0), ("c", 0), ("a", 1)]
    assert (len(turns), turns.waiting("a"), ("a", 2) in turns, ("b", 0) in turns) == (3, 3, True, False)
    assert list(turns.take(9, 2)) == [("a", 2), ("a", 3)]
    assert list(turns.take(9, 2)) == [("a", 4)]
    assert len(turns) == 0
