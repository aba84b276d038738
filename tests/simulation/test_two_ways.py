"""A ship with two bearers: heartbeats and stops on both at once, events over the one that stands, and nothing counts twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Literal

import pytest

from control.messages import Arrival
from control.supervisor import Supervisor
from protocols.aio.port import Message
from protocols.console.standing import WayJson
from protocols.link import signing, topics
from protocols.link.signing import Domain
from shipside.commanding.safety import SafetyShell
from shipside.commanding.ways import LOST_S, SILENT_S, Ways
from simulators.bad_link import Cut, LinkQuality
from simulators.loop import run
from simulators.network import SimBroker
from simulators.operators import Operator
from simulators.world import World

LEO = LinkQuality(delay_s=0.12, jitter_s=0.05, loss=0.005)
"""The second bearer: slower than the first, so that what is twice comes out of step."""
RAIN = LinkQuality(delay_s=0.12, jitter_s=0.05, loss=0.2)
"""The same in heavy rain: one piece in five is lost and comes late, with all that is behind it."""


def safety(world: World) -> SafetyShell:
    """Return the safety process of the only vessel."""
    return world.vessels["otter"].safety


def rules(world: World) -> Supervisor:
    """Return what decides in it."""
    supervisor = safety(world).supervisor
    assert isinstance(supervisor, Supervisor)
    return supervisor


def sailing(story: Callable[[World, Operator], Awaitable[None]], second: LinkQuality | None = LEO) -> None:
    """Run a story aboard an otter that Ann has the conn of, on both her ways."""

    async def voyage() -> None:
        async with World(seed=21, second=second) as world:
            ann = world.operator("ann", "otter")
            await ann.take()
            await world.forward(seconds=12)
            assert step(world) == "L0"
            await story(world, ann)

    run(voyage())


def step(world: World) -> str:
    """Return where on the ladder she is."""
    return str(rules(world).facts(world.clock.now_s()).step)


def ways(ann: Operator) -> dict[str, tuple[bool, float | None]]:
    """Return whether each way stands and its round trip, ms, as Ann's console is told."""
    assert ann.status is not None
    return {way["name"]: (way["is_connected"], way["round_trip_ms"]) for way in ann.status["ways"]}


def brought(ann: Operator) -> dict[str, WayJson]:
    """Return all that Ann's console is told of each way."""
    assert ann.status is not None
    return {way["name"]: way for way in ann.status["ways"]}


def tapped(world: World) -> Counter[tuple[str, str]]:
    """Count from now on what the broker takes, by (client, leaf)."""
    taken: Counter[tuple[str, str]] = Counter()
    world.network.taps.append(lambda client, topic, _: taken.update([(client, topics.split(topic)[1])]))
    return taken


def way_alerts(world: World) -> list[tuple[str, str]]:
    """Return (state, text) of what she has told of a lost way."""
    told = [event for event, _ in world.store.events.values() if event.body.get("alert_id") == "way-lost"]
    return [(str(event.body["state"]), str(event.body["text"])) for event in sorted(told, key=lambda event: event.seq)]


def heard_orders(world: World) -> list[str]:
    """Return a list that grows with what reaches the rules aboard from now on."""
    arrived, feed = list[str](), safety(world)._feed

    def counting(arrival: Arrival) -> None:
        arrived.append(type(arrival).__name__)
        feed(arrival)

    safety(world)._feed = counting  # type: ignore[method-assign]
    return arrived


def test_on_two_ways_all_counts_once() -> None:
    """One order moves her once and is answered once; no beat of the operator counts as replayed; both ways beat at 1 Hz."""

    async def story(world: World, ann: Operator) -> None:
        arrived, taken = heard_orders(world), tapped(world)
        order = await ann.order("conn.heading", heading_deg=95.0)
        assert (await ann.outcome(order, 90))["state"] == "SUCCEEDED"
        await world.forward(seconds=20)
        assert arrived.count("SignedOrder") == 1
        states = [told["state"] for told in ann.orders[order]]
        assert len(states) == len(set(states))
        assert rules(world).link.replayed_count == 0
        assert safety(world).ways.twice_count > 20
        beats = [taken[(client, topics.HEARTBEAT_UP)] for client in ("otter-safety", "otter-safety-2")]
        assert beats[0] == beats[1] >= 20
        assert not taken[("otter-safety-2", topics.EVENT)]  # the first way stands: events are its own
        assert rules(world).link.loss_pct == 0.0
        told = ways(ann)
        assert (
            60.0 <= (told["first"][1] or 0.0) <= 400.0
        )  # there and back, 40 to 70 ms each, more where a piece was lost
        assert 240.0 <= (told["second"][1] or 0.0) <= 800.0
        assert ann.status is not None
        assert ann.status["jitter_ms"] is not None
        assert ann.status["jitter_ms"] < 150.0

    sailing(story)


def test_without_the_filter_an_order_arrives_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: each order and each beat reaches the rules from both ways."""
    monkeypatch.setattr(Ways, "has_come", lambda *_: False)

    async def story(world: World, ann: Operator) -> None:
        arrived = heard_orders(world)
        order = await ann.order("conn.heading", heading_deg=95.0)
        assert (await ann.outcome(order, 90))["state"] == "SUCCEEDED"
        await world.forward(seconds=2)
        assert arrived.count("SignedOrder") == 2
        assert rules(world).link.replayed_count > 5

    sailing(story)


@pytest.mark.parametrize("how", ["silent", "reset"])
@pytest.mark.parametrize("is_second", [False, True])
def test_one_way_lost_costs_nothing_but_an_alert(how: Cut, is_second: bool) -> None:
    """Pull one: no step of the ladder, orders are obeyed and answered within seconds, the console is told which is gone."""

    async def story(world: World, ann: Operator) -> None:
        lost, left = ("second", "first") if is_second else ("first", "second")
        assert way_alerts(world) == [("normal", "")]  # once after the start: a boot before may have told of one
        world.cut("otter", how, second=is_second)
        order = await ann.order("conn.heading", heading_deg=95.0)
        await world.until(lambda: bool(ann.state(order)), SILENT_S + 3.0, "an answer over the way that is left")
        assert (await ann.outcome(order, 90))["state"] == "SUCCEEDED"
        states = [told["state"] for told in ann.orders[order]]
        assert len(states) == len(set(states))
        await world.forward(seconds=60)
        assert not world.happened("ladder", "otter/safety")
        assert ways(ann)[lost] == (False, None)
        assert ways(ann)[left][0]
        gone, other = brought(ann)[lost], brought(ann)[left]
        assert (gone["loss_pct"], gone["jitter_ms"], gone["one_way_ms"], gone["received_bytes_s"]) == (
            100.0,
            None,
            None,
            0.0,
        )
        assert (gone["age_ms"] or 0) > 60_000
        assert set(gone["grades"].values()) == {"red"}
        assert (other["loss_pct"], other["grades"]["loss"], other["grades"]["age"]) == (0.0, "good", "good")
        assert ann.status is not None
        assert "way-lost" in ann.status["alerts"]
        assert way_alerts(world)[1:] == [("acknowledged", f"WAY TO THE SHORE LOST: {lost.upper()}")]

        world.restore("otter", second=is_second)
        await world.forward(seconds=LOST_S + 15.0)
        assert way_alerts(world)[2:] == [("normal", "")]
        assert ways(ann)[lost][0]
        assert ways(ann)[lost][1] is not None
        assert (brought(ann)[lost]["age_ms"] or 0) < 2000
        assert brought(ann)[lost]["jitter_ms"] is not None
        assert "way-lost" not in ann.status["alerts"]
        assert not world.happened("ladder", "otter/safety")

    sailing(story)


def test_on_one_way_the_same_cut_is_the_ladder() -> None:
    """The negative control of the test before: with the first way alone its loss is L2 within four seconds."""

    async def story(world: World, ann: Operator) -> None:
        assert ways(ann) == {}
        world.cut("otter")
        await world.until(lambda: step(world) == "L2", 4.5, "L2")

    sailing(story, second=None)


def test_a_stop_over_the_second_way_alone_stops_her() -> None:
    """Proves EST-01, EST-04 with the first way dead, its connection not yet given up: the way's delay and no more."""

    async def story(world: World, ann: Operator) -> None:
        world.cut("otter")
        began_s = world.now_s
        assert await ann.stop() == "sent"
        await world.until(lambda: world.vessels["otter"].ship.plc.emergency, 0.5, "the stop in the PLC")
        assert world.now_s - began_s < 0.5
        await world.until(lambda: ann.status is not None and ann.status["stop_latched"], 2.0, "the latch ashore")

    sailing(story)


def test_a_stop_over_both_ways_is_one_stop() -> None:
    """The second to come changes nothing and is told to nobody; after the bridge's reset she is free."""

    async def story(world: World, ann: Operator) -> None:
        assert await ann.stop() == "sent"
        await world.until(lambda: world.vessels["otter"].ship.plc.emergency, 0.5, "the stop in the PLC")
        await world.forward(seconds=2)
        assert [entry["state"] for entry in world.happened("stop", "otter/safety")] == ["latched"]
        assert world.vessels["otter"].bridge.say(do="reset_stop", person="mate")["ok"]
        await world.forward(seconds=15)
        assert not world.vessels["otter"].ship.plc.emergency

    sailing(story)


def test_both_ways_lost_is_the_ladder_as_with_one() -> None:
    """L2 and L3 at the same seconds as on a ship with one way; both back, she is told of and comes back at the word."""

    async def story(world: World, ann: Operator) -> None:
        for second in (False, True):
            world.cut("otter", second=second)
        lost_s = world.now_s
        await world.until(lambda: step(world) == "L3", 15.0, "L3")
        assert 9.0 < world.now_s - lost_s < 11.5
        await world.forward(seconds=30)
        for second in (False, True):
            world.restore("otter", second=second)
        await world.forward(seconds=30)
        assert way_alerts(world)[-1] == ("normal", "")
        assert (await ann.resume())["state"] == "SUCCEEDED"
        assert step(world) == "L0"

    sailing(story)


def test_what_a_broker_has_kept_hides_nothing() -> None:
    """Proves CMD-04, CMD-03: a retained copy of an order over one way is not obeyed, and the live one over the other is."""

    async def story(world: World, ann: Operator) -> None:
        draft = ann.draft("conn.heading", heading_deg=95.0)
        signed, topic = signing.sign(Domain.ORDER, draft.to_bytes(), ann.key), topics.topic("otter", topics.ORDER)
        world.cut("otter", "reset", second=True)
        world.network.take("stranger", topic, signed, retain=True)  # the first way has it live
        arrived = heard_orders(world)
        await world.forward(seconds=1)
        assert arrived.count("SignedOrder") == 1
        other = ann.draft("conn.heading", heading_deg=100.0)
        kept, live = signing.sign(Domain.ORDER, other.to_bytes(), ann.key), safety(world)
        first, second = live.ways
        live.take_message(Message(topic, kept, retained=True), second)
        live.take_message(Message(topic, kept, retained=False), first)
        live.take_message(Message(topic, kept, retained=False), second)
        assert arrived.count("SignedOrder") == 2
        assert live.retained_count >= 1

    sailing(story)


async def figures(world: World, ann: Operator, seconds: int) -> dict[str, list[WayJson]]:
    """Return what Ann's console was told of each way, once a second."""
    told: dict[str, list[WayJson]] = {"first": [], "second": []}
    for _ in range(seconds):
        await world.forward(seconds=1)
        for name, way in brought(ann).items():
            told[name].append(way)
    return told


def mean(told: list[WayJson], figure: Literal["jitter_ms", "one_way_ms", "loss_pct", "received_bytes_s"]) -> float:
    """Return the mean of a figure that was known each time."""
    values = [value for way in told if (value := way[figure]) is not None]
    assert len(values) == len(told) > 0
    return sum(values) / len(values)


def colours(told: list[WayJson]) -> set[str | None]:
    """Return every grade that a way had."""
    return {grade for way in told for grade in (way["grades"]["loss"], way["grades"]["age"])}


def test_one_way_in_heavy_rain_is_seen_by_its_own_figures() -> None:
    """One piece in five is lost over the second: it is late, uneven, loses beats and is not good; the first is as it was.

    Over TCP what is lost comes late, so that a beat is missing only where the next was told instead. The negative control is the
    second way before the rain, and the first all the time.
    """

    async def story(world: World, ann: Operator) -> None:
        await world.forward(seconds=10)
        fair = await figures(world, ann, 15)
        world._link("otter", second=True).set_quality(RAIN)
        await world.forward(seconds=15)
        foul = await figures(world, ann, 30)
        for told in (fair["first"], foul["first"]):
            assert 40.0 <= mean(told, "one_way_ms") <= 90.0
            assert mean(told, "jitter_ms") < 30.0
        assert 120.0 <= mean(fair["second"], "one_way_ms") <= 180.0
        assert mean(fair["second"], "jitter_ms") < 30.0
        assert mean(foul["second"], "one_way_ms") > 1.3 * mean(fair["second"], "one_way_ms")
        assert mean(foul["second"], "jitter_ms") > 5.0 * mean(fair["second"], "jitter_ms")
        assert [mean(told, "loss_pct") for told in (fair["first"], fair["second"], foul["first"])] == [0.0, 0.0, 0.0]
        assert mean(foul["second"], "loss_pct") > 3.0
        assert colours(fair["first"]) | colours(fair["second"]) | colours(foul["first"]) == {"good"}
        assert "amber" in colours(foul["second"])
        assert mean(fair["first"], "received_bytes_s") > 1.3 * mean(
            fair["second"], "received_bytes_s"
        )  # the bulk is on it
        assert not world.happened("ladder", "otter/safety")

    sailing(story)


def test_through_a_bridge_that_drops_the_name_nothing_is_known_of_a_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """All that she says of it herself is told, and what came over it is not guessed; the link as a whole is as ever."""
    take = SimBroker.take

    def dropping(broker: SimBroker, client: str, topic: str, payload: bytes, *, retain: bool, way: str = "") -> None:
        del way
        take(broker, client, topic, payload, retain=retain)

    monkeypatch.setattr(SimBroker, "take", dropping)

    async def story(world: World, ann: Operator) -> None:
        await world.forward(seconds=15)
        for way in brought(ann).values():
            assert way["is_connected"]
            assert way["round_trip_ms"] is not None
            told = (way["jitter_ms"], way["one_way_ms"], way["loss_pct"], way["age_ms"], way["received_bytes_s"])
            assert {*told, *way["grades"].values()} == {None}
        assert ann.status is not None
        assert ann.status["one_way_ms"] is not None

    sailing(story)
