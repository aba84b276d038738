"""The shore's clock is set, goes mad, stands still: nothing is lost, no timer moves, and it is told within two seconds."""

from __future__ import annotations

import datetime as dt
from unittest.mock import AsyncMock

import pytest

from protocols.link.acks import BatchAck
from shoreside.commanding import orders
from shoreside.downlink import Downlink
from shoreside.live.feeds import Hub
from shoreside.ports import OrderNote
from shoreside.store import upkeep
from shoreside.store.retention import Retention
from shoreside.store.upkeep import HELD_S, Upkeep
from tests.shore_kit import LIMITS, NOON_NS, ULID, SetClock, Ship

DAY_NS = 86_400 * 10**9
NAVSTAR_NS = int(dt.datetime(1980, 1, 6, tzinfo=dt.UTC).timestamp()) * 10**9
JUMPS = {
    "a day back": lambda s: NOON_NS + int(s * 1e9) - DAY_NS,
    "ten years on": lambda s: NOON_NS + int(s * 1e9) + 3653 * DAY_NS,
    "1980-01-06": lambda s: NAVSTAR_NS + int(s * 1e9),
    "stands still": lambda _: NOON_NS + 20 * 10**9,
    "1 % fast": lambda s: NOON_NS + int(s * 1.01e9),
    "right": lambda s: NOON_NS + int(s * 1e9),
}
"""{how: UTC at monotonic second 100 + s, from second 20 on}"""


def _sent(ship: Ship) -> OrderNote:
    order = orders.unread(ship.order())
    assert order is not None
    return orders.note_of(order, ship.order(), "sent", NOON_NS)


@pytest.mark.parametrize("how", JUMPS)
def test_no_timer_moves_and_nothing_is_lost(how: str) -> None:
    """Proves R14 ashore: every batch acknowledged once, targets kept, orders repeated on time; a step is an alert."""
    ship = Ship()
    downlink = Downlink((ship.config(),), LIMITS, Hub())
    downlink.receive(*ship.birth(), 100.0, NOON_NS)
    state, again_s, told_s = downlink.states["kestrel"], list[float](), None
    acked: list[int] = []
    for second in range(1, 90):
        now_s = 100.0 + second
        utc_ns = JUMPS[how](second) if second >= 20 else NOON_NS + second * 10**9
        downlink.receive(*ship.batch(second), now_s, utc_ns)
        downlink.receive(*ship.heartbeat(second, utc_ns=NOON_NS + second * 10**9), now_s, utc_ns)
        if second == 20:
            downlink.note(_sent(ship), now_s)
        again_s += [now_s for note in downlink.tick(now_s, utc_ns) if note.order_id == ULID]
        work = downlink.pending.take()
        if work is not None:
            downlink.intake.committed(work)
        acked += [
            BatchAck.from_bytes(payload).through_seq
            for topic, payload in downlink.intake.take_acks()
            if topic.endswith("down/ack")
        ]
        alerts = {alert_id for _, alert_id in state.alerts}
        assert alerts <= {"shore.clock-skew"}, "silence or staleness was told by the wall clock"
        if told_s is None and alerts:
            told_s = second
        assert list(state.targets) == [440_000_001]
    assert acked == list(range(1, 90))
    assert again_s == [123.0, 126.0]
    if how in ("a day back", "ten years on", "1980-01-06"):
        assert told_s is not None
        assert told_s - 20 <= 2
    if how == "right":
        assert told_s is None


class StepClock(SetClock):
    """A clock whose wall time can be set."""

    step_ns = 0

    def utc_ns(self) -> int:
        """Return the time it was set to, and what has passed since."""
        return super().utc_ns() + self.step_ns


async def test_a_clock_gone_mad_costs_no_history(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retention is held for a day after a step of the clock; without the step it runs (negative control)."""
    dropping, emptying, unseeing = AsyncMock(return_value=[]), AsyncMock(return_value=[]), AsyncMock(return_value=0)
    monkeypatch.setattr(upkeep, "drop_old", dropping)
    monkeypatch.setattr(upkeep, "empty_undated", emptying)
    monkeypatch.setattr(upkeep, "drop_seen", unseeing)
    clock, said = StepClock(), list[str]()
    work = Upkeep("", clock, Retention(), lambda event, _: said.append(event))
    connection = AsyncMock()
    await work._retain(connection)
    assert dropping.await_count == 1
    clock.s += 4000.0
    clock.step_ns = 3653 * DAY_NS
    for _ in range(3):
        await work._retain(connection)
        clock.s += 4000.0
    assert dropping.await_count == 1
    assert len(said) == 1
    # Set right again: that is a step too; a day later all is as before.
    clock.step_ns = 0
    await work._retain(connection)
    clock.s += HELD_S + 1.0
    await work._retain(connection)
    assert dropping.await_count == 2
    assert emptying.await_count == unseeing.await_count == dropping.await_count
