"""What must not move the ship does not: somebody at the broker replays, alters, forges and delays, and is refused aboard."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from typing import cast

from protocols.link import signing, topics
from protocols.link.orders import Order
from protocols.link.signing import Domain
from simulators import commissioning
from simulators.loop import run
from simulators.operators import Operator
from simulators.world import World

Reasons = list[tuple[str, str]]
ACROSS_S = 1.0
"""Longer than the link takes."""


def put(world: World, signed: bytes, *, retain: bool = False) -> None:
    """Put bytes on the otter's order topic as somebody who has broken into the broker."""
    world.network.take("stranger", topics.topic("otter", topics.ORDER), signed, retain=retain)


def sign(order: Order, operator: Operator) -> bytes:
    """Return the order signed by `operator`."""
    return signing.sign(Domain.ORDER, order.to_bytes(), operator.key)


def answers(world: World, since: int = 0) -> list[tuple[str, Reasons]]:
    """Return (state, [(reason, rule)]) of everything the ship has said of orders since its `since`-th word."""
    told: list[tuple[str, Reasons]] = []
    for entry in world.happened("order", "otter/safety")[since:]:
        reasons = cast("list[dict[str, str]]", entry["reasons"])
        told.append((str(entry["state"]), [(reason["name"], reason["rule"]) for reason in reasons]))
    return told


def sailing(story: Callable[[World, Operator], Awaitable[None]]) -> None:
    """Run a story aboard an otter on 095 with Ann at the conn."""

    async def voyage() -> None:
        async with World(seed=5) as world:
            ann = world.operator("ann", "otter")
            await ann.take()
            order = await ann.order("conn.heading", heading_deg=95.0)
            assert (await ann.outcome(order, 90))["state"] == "SUCCEEDED"
            moved = len(world.happened("actuate"))
            await story(world, ann)
            # However the story went: nothing was moved by it, and she is still on 095.
            assert len(world.happened("actuate")) == moved
            assert abs(math.remainder(world.vessels["otter"].ship.heading_deg - 95.0, 360.0)) <= 2.0

    run(voyage())


async def refused(world: World, signed: bytes, state: str, *reasons: tuple[str, str]) -> None:
    """Put bytes before the ship and assert her last word on them."""
    before = len(answers(world))
    put(world, signed)
    await world.forward(seconds=ACROSS_S)
    told = answers(world, before)
    assert told, "the ship has said nothing"
    assert told[-1] == (state, list(reasons))


def test_a_replayed_order_gets_its_old_answer_and_moves_nothing() -> None:
    """Proves CMD-03: the very bytes of an order that was carried out."""

    async def story(world: World, ann: Operator) -> None:
        first = next(name for name, told in ann.orders.items() if told[-1]["kind"] == "conn.heading")
        for _ in range(3):
            await refused(world, ann.signed[first], "SUCCEEDED")

        # The same id over other contents is no replay but a forgery by its owner, and is refused as that.
        again = ann.draft("conn.heading", heading_deg=180.0)
        reused = Order.from_bytes(again.to_bytes().replace(again.id.encode(), first.encode()))
        await refused(world, sign(reused, ann), "REJECTED", ("id_reused", "CMD-03"))

    sailing(story)


def test_an_order_held_back_is_refused_once_a_newer_one_has_come() -> None:
    """Proves CMD-03: the deadline has not passed, the sequence has."""

    async def story(world: World, ann: Operator) -> None:
        held_back = sign(ann.draft("conn.heading", heading_deg=180.0), ann)
        newer = await ann.order("alert.acknowledge", alert_id="none")
        assert (await ann.outcome(newer, 15))["state"] == "REJECTED"
        await refused(world, held_back, "REJECTED", ("out_of_sequence", "CMD-03"))

    sailing(story)


def test_an_order_held_back_past_its_deadline_has_expired() -> None:
    """Proves CMD-04; the negative control comes in time and is carried out."""

    async def story(world: World, ann: Operator) -> None:
        late = sign(ann.draft("conn.heading", heading_deg=180.0), ann)
        await world.forward(seconds=10.2)
        await refused(world, late, "EXPIRED", ("deadline", "CMD-04"))

    sailing(story)

    async def in_time() -> None:
        async with World(seed=5) as world:
            ann = world.operator("ann", "otter")
            await ann.take()
            early = ann.draft("conn.heading", heading_deg=100.0)
            await world.forward(seconds=9.0)
            put(world, sign(early, ann))
            assert (await ann.outcome(early.id, 90))["state"] == "SUCCEEDED"

    run(in_time())


def test_no_flipped_byte_passes() -> None:
    """Proves CMD-01, CMD-12: each byte of a good order, one after another."""

    async def story(world: World, ann: Operator) -> None:
        good = sign(ann.draft("conn.heading", heading_deg=180.0), ann)
        before = len(answers(world))
        for place in range(len(good)):
            put(world, good[:place] + bytes([good[place] ^ 0x01]) + good[place + 1 :])
            await world.forward(seconds=0.01)
        await world.forward(seconds=ACROSS_S)
        told = answers(world, before)
        assert len(told) == len(good) > 200
        assert {state for state, _ in told} == {"REJECTED"}
        names = [reasons[0] for _, reasons in told]
        assert set(names) == {("malformed", "CMD-01"), ("unknown_key", "CMD-12"), ("bad_signature", "CMD-12")}

        # A byte of the heading itself: the signature does not hold.
        at = len(good) - len(good.partition(b"heading_deg")[2])
        await refused(
            world, good[: at + 1] + bytes([good[at + 1] ^ 0x10]) + good[at + 2 :], "REJECTED",
            ("bad_signature", "CMD-12"),
        )  # fmt: skip

    sailing(story)


def test_another_key_is_refused_whoever_it_claims_to_be() -> None:
    """Proves CMD-12, INT-01."""

    async def story(world: World, ann: Operator) -> None:
        # A key that is in no roster.
        order = ann.draft("conn.heading", heading_deg=180.0)
        stranger = commissioning.key_of(666, "ann")
        forged = signing.sign(Domain.ORDER, order.to_bytes(), stranger)
        await refused(world, forged, "REJECTED", ("unknown_key", "CMD-12"))

        # Bob's good key under Ann's name.
        bobs = signing.sign(Domain.ORDER, order.to_bytes(), commissioning.key_of(world.seed, "bob"))
        await refused(world, bobs, "REJECTED", ("not_the_signer", "CMD-12"))

        # Ann's good key and a signature that she gave for a heartbeat.
        crossed = signing.sign(Domain.HEARTBEAT, ann.draft("conn.heading", heading_deg=180.0).to_bytes(), ann.key)
        await refused(world, crossed, "REJECTED", ("bad_signature", "CMD-12"))

        # Bob's own order: good in itself, but Ann has the conn.
        bob = world.operator("bob", "otter")
        await world.forward(seconds=ACROSS_S)
        told = await bob.outcome(await bob.order("conn.heading", heading_deg=180.0), 15)
        assert (told["state"], [reason["rule"] for reason in told["reasons"]]) == ("REJECTED", ["INT-01"])

    sailing(story)


def test_a_retained_order_is_never_obeyed() -> None:
    """Proves CMD-04: kept by the broker while the ship is away, given to her when she comes back, in time."""

    async def story(world: World, ann: Operator) -> None:
        world.cut("otter", "reset")
        put(world, sign(ann.draft("conn.heading", heading_deg=180.0), ann), retain=True)
        before = len(answers(world))
        world.restore("otter")
        await world.forward(seconds=5.0)
        assert world.vessels["otter"].safety.retained_count == 1
        assert answers(world, before) == []

    sailing(story)


def test_a_heading_into_the_no_go_area_is_refused_naming_the_rule() -> None:
    """Proves INT-06, CMD-07."""

    async def story(world: World, ann: Operator) -> None:
        del world
        told = await ann.outcome(await ann.order("conn.heading", heading_deg=0.0), 15)
        assert (told["state"], [reason["rule"] for reason in told["reasons"]]) == ("REJECTED", ["INT-06"])

    sailing(story)


def test_without_the_conn_nobody_sets_anything() -> None:
    """Proves INT-01 at the very start: the mate has her."""

    async def voyage() -> None:
        async with World(seed=6) as world:
            ann = world.operator("ann", "otter")
            await world.forward(seconds=2)
            moved = len(world.happened("actuate"))
            told = await ann.outcome(await ann.order("conn.heading", heading_deg=95.0), 15)
            assert (told["state"], [reason["rule"] for reason in told["reasons"]]) == ("REJECTED", ["INT-01"])
            assert len(world.happened("actuate")) == moved

    run(voyage())


def test_the_emergency_stop_needs_neither_the_conn_nor_a_database() -> None:
    """Proves EST-01: Bob, who holds nothing, stops her over the stop's own connections; the store is down meanwhile."""

    async def voyage() -> None:
        async with World(seed=6) as world:
            world.store.down = True
            ann, bob = world.operator("ann", "otter"), world.operator("bob", "otter")
            await ann.take()
            assert await bob.stop() == "sent"
            ship = world.vessels["otter"].ship
            await world.until(lambda: ship.plc.emergency, 1.0, "the latch in the PLC")
            await world.forward(seconds=20)
            assert ship.engine.rpm == 0.0
            told = await ann.outcome(await ann.order("conn.propulsion", propulsion_pct=50.0), 15)
            assert told["state"] == "REJECTED"

    run(voyage())
