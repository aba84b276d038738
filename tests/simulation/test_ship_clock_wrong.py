"""The clock aboard is set wrong, stands still, drifts: nothing is lost, no timer moves, and it is told within two seconds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import cast

import pytest

from protocols.link.batch import Batch
from simulators import loop
from simulators.bad_link import LinkQuality
from simulators.loop import NS_PER_S, START_S, START_UTC_NS, WrongClock
from simulators.traffic import Traffic
from simulators.world import World

JUMP_S, SECONDS = 12.0, 40
DAY_NS = 86_400 * NS_PER_S
NAVSTAR_NS = int(dt.datetime(1980, 1, 6, tzinfo=dt.UTC).timestamp()) * NS_PER_S
EVEN = LinkQuality(delay_s=0.04)
"""A link without jitter and loss, so that two voyages differ by nothing but the clock."""
WRONG: dict[str, Callable[[float, int], int]] = {
    "right": lambda _, utc_ns: utc_ns,
    "a day back": lambda s, utc_ns: utc_ns - (DAY_NS if s >= JUMP_S else 0),
    "ten years on": lambda s, utc_ns: utc_ns + (3653 * DAY_NS if s >= JUMP_S else 0),
    "1980-01-06": lambda s, utc_ns: NAVSTAR_NS + int((s - JUMP_S) * NS_PER_S) if s >= JUMP_S else utc_ns,
    "stands still": lambda _, utc_ns: min(utc_ns, START_UTC_NS + int(JUMP_S * NS_PER_S)),
    "1 % fast": lambda s, utc_ns: utc_ns + int(s * 0.01 * NS_PER_S),
}
"""{how: wrong UTC of seconds since the start and the right UTC}"""
SAME_S = 0.05
"""How far two voyages may be apart: the alert's own event takes a commit of 20 ms and a wait of the collector."""


DOWN_S = (16.0, 22.0)
"""When the shore's database is away: batches wait, go again, and come in one flood."""
FLOOD_S = (21.0, 23.0)
"""When it is back, and the second before: whether one batch more is sent again hangs on the event of the alert that a wrong
clock raises, which is itself sent again in a batch's place and committed before it."""


class WallTimer(WrongClock):
    """The negative control: a clock whose seconds are taken from the wall."""

    def now_s(self) -> float:
        """Return seconds that jump with UTC."""
        right_s = super().now_s()
        right_ns = START_UTC_NS + round((right_s - START_S) * NS_PER_S)
        return START_S + (self._wrong_utc_ns(right_s - START_S, right_ns) - START_UTC_NS) / NS_PER_S

    def utc_ns(self) -> int:
        """Return the wrong UTC."""
        return START_UTC_NS + round((self.now_s() - START_S) * NS_PER_S)


class NobodyElse(Traffic):
    """No other ship: AIS batches go with the first scan after a second, and which one that is hangs on microseconds."""

    def reports_due(self, utc_ns: int) -> list[bytes]:
        """Return nothing."""
        del utc_ns
        return []


@dataclass
class Voyage:
    """What a voyage left."""

    kept: list[tuple[float, int, int]] = field(default_factory=list[tuple[float, int, int]])
    """(seconds, seq, UTC of the first scan) of each batch made."""
    sent: dict[str, list[float]] = field(default_factory=dict[str, list[float]])
    """When each topic of the vessel had a message, resends included; what tells of the clock itself left out."""
    committed: list[tuple[str, int, int]] = field(default_factory=list[tuple[str, int, int]])
    newest: tuple[int, int] = (0, 0)
    """(epoch, seq) of the last batch made."""
    untrusted_s: float | None = None
    alerted_s: float | None = None
    alerts: set[str] = field(default_factory=set[str])


def _watch_batches(world: World, voyage: Voyage) -> None:
    uplink = world.vessels["otter"].collector.uplink
    keep = uplink.keep

    def noted(batch: Batch, batch_class: object) -> None:
        if len(batch.scan_utc_ns):
            voyage.kept.append((world.now_s, batch.seq, int(batch.scan_utc_ns[0])))
        voyage.newest = (batch.epoch, batch.seq)
        keep(batch, batch_class)  # type: ignore[arg-type]

    uplink.keep = noted  # type: ignore[method-assign]


async def _sail(world: World, voyage: Voyage) -> None:
    """Sail through an outage of the shore's database."""
    state = world.station.downlink.states["otter"]
    for tenth in range(SECONDS * 10):
        await world.forward(seconds=0.1)
        world.store.down = DOWN_S[0] <= tenth / 10 < DOWN_S[1]
        beat = state.heartbeat
        if beat is not None and not beat.utc_trusted and voyage.untrusted_s is None:
            voyage.untrusted_s = world.now_s
        if ("ship", "utc-doubt.clock") in state.alerts and voyage.alerted_s is None:
            voyage.alerted_s = world.now_s
    voyage.alerts = {alert_id for _, alert_id in state.alerts}
    for entry in world.happened("message", "broker"):
        client, topic = str(entry["client"]), str(entry["topic"])
        if client.startswith("otter-") and not topic.endswith("/event"):
            voyage.sent.setdefault(topic, []).append(float(cast("float", entry["t"])))


@cache
def voyage_of(how: str, made: type[WrongClock] = WrongClock) -> Voyage:
    """Return the voyage of the otter with a clock that is wrong in this way."""
    voyage = Voyage()

    async def sail() -> None:
        async with World(
            seed=14, vessels=("otter",), quality=EVEN, clocks={"otter": made(WRONG[how])}, traffic=NobodyElse()
        ) as world:
            _watch_batches(world, voyage)
            await _sail(world, voyage)
            voyage.committed = [one for one in world.store.committed if one[0] == "otter"]

    loop.run(sail())
    return voyage


def moved(one: Voyage, other: Voyage) -> list[str]:
    """Return what went at other times in the two voyages."""
    topics = one.sent.keys() | other.sent.keys()
    differing = [topic for topic in topics if not _same(one.sent.get(topic, []), other.sent.get(topic, []))]
    batches = _same([at for at, _, _ in one.kept], [at for at, _, _ in other.kept])
    return differing if batches else [*differing, "batches made"]


def _same(one: list[float], other: list[float]) -> bool:
    one, other = ([at for at in times if not FLOOD_S[0] <= at < FLOOD_S[1]] for times in (one, other))
    return len(one) == len(other) and all(abs(a - b) <= SAME_S for a, b in zip(one, other, strict=True))


@pytest.mark.parametrize("how", WRONG)
def test_a_wrong_clock_loses_and_doubles_nothing_and_the_order_stays(how: str) -> None:
    """Proves R14 aboard: each batch is ashore once, in the order of (epoch, seq), whatever times stand in it."""
    voyage = voyage_of(how)
    epoch, newest = voyage.newest
    assert newest > 150
    seqs = [seq for _, at, seq in voyage.committed if at == epoch]
    assert len(seqs) == len(voyage.committed), "another epoch was begun"
    assert len(seqs) == len(set(seqs)), "a batch was committed twice"
    assert set(range(1, newest - 3)) <= set(seqs), "a batch is missing"  # the last are still under way
    made = [seq for _, seq, _ in voyage.kept]
    assert made == sorted(made)
    times = [utc_ns for _, _, utc_ns in voyage.kept]
    if how in ("a day back", "1980-01-06"):
        assert times != sorted(times), "the control: order by time would be another one"


@pytest.mark.parametrize("how", WRONG)
def test_no_timer_moves_with_the_clock(how: str) -> None:
    """Proves R14 aboard: batch length, resends while the shore does not answer, heartbeats: as with a right clock."""
    assert moved(voyage_of(how), voyage_of("right")) == []
    resent = [at for at in voyage_of(how).sent["farhelm/v1/otter/up/batch"] if DOWN_S[0] <= at < DOWN_S[1]]
    assert len(resent) > len([at for at, _, _ in voyage_of(how).kept if DOWN_S[0] <= at < DOWN_S[1]]), "none went again"


def test_a_timer_on_wall_time_does_move() -> None:
    """The negative control: with seconds taken from the wall the comparison finds every timer moved."""
    found = moved(voyage_of("a day back", WallTimer), voyage_of("right"))
    assert "batches made" in found
    assert any(topic.endswith("heartbeat") for topic in found)


@pytest.mark.parametrize("how", WRONG)
def test_bad_time_is_told_within_two_seconds(how: str) -> None:
    """Proves R14 aboard: in the heartbeat and by an alert, once; a drift before the clock is off by two seconds."""
    voyage = voyage_of(how)
    if how == "right":
        assert voyage.untrusted_s is None
        assert voyage.alerted_s is None
        return
    assert voyage.untrusted_s is not None
    assert voyage.untrusted_s - (0.0 if how == "1 % fast" else JUMP_S) <= (35.0 if how == "1 % fast" else 2.0)
    assert voyage.alerted_s is not None
    assert voyage.alerted_s - (0.0 if how == "1 % fast" else JUMP_S) <= (35.0 if how == "1 % fast" else 2.0)
    assert voyage.alerts - voyage_of("right").alerts <= {"utc-doubt.clock", "shore.clock-skew"}
