"""Voyages in the deterministic world: orders, the loss of the link and its return, told step by step."""

from __future__ import annotations

import math

import numpy as np
import pytest

from simulators.bad_link import Cut, LinkQuality
from simulators.loop import run
from simulators.world import World

SCAN_S, STAMP_S = 0.2, 0.0015
"""Scans are stamped when they are taken; the collector's shortest wait is a millisecond."""


def step(world: World) -> str:
    """Return where the otter stands on the ladder."""
    return world.vessels["otter"].safety.supervisor.facts(world.clock.now_s()).step


def speed_kn(world: World) -> float:
    """Return the otter's true speed through the water."""
    return world.vessels["otter"].ship.motion.surge_mps * 3600 / 1852


def reached(world: World, wanted: str) -> float:
    """Return when the otter reached a step of the ladder, seconds of the world."""
    entries = [entry for entry in world.happened("ladder", "otter/safety") if entry["to"] == wanted]
    assert entries, f"never on {wanted}"
    return float(str(entries[-1]["t"]))


def assert_complete(world: World, vessel: str = "otter") -> int:
    """Assert that every batch the ship ever made is committed once, scan upon scan without a gap; return how many."""
    spool = world.vessels[vessel].spool
    seqs = [seq for name, epoch, seq in world.store.committed if (name, epoch) == (vessel, spool.epoch)]
    assert len(seqs) == len(set(seqs)), "a batch was committed twice"
    assert sorted(seqs) == list(range(1, max(seqs) + 1)), "a batch is missing"
    assert spool.last_seq - max(seqs) < 5, "the newest batches are not ashore"
    batches = [world.store.batches[vessel, spool.epoch, seq] for seq in sorted(seqs)]
    scans = np.concatenate([batch.scan_utc_ns for batch in batches])
    apart_s = np.diff(scans) / 1e9
    assert float(np.abs(apart_s - SCAN_S).max()) < STAMP_S, "a scan is missing or came twice"
    assert {batch.catalogue_hash for batch in batches} == {world.vessels[vessel].collector.birth().catalogue_hash}
    return len(seqs)


def test_heading_095_ends_in_succeeded_with_the_otter_on_095() -> None:
    """Proves CMD-02, CMD-06 through agent, link and station."""

    async def voyage() -> None:
        async with World(seed=1) as world:
            # The mate has the otter; Ann asks for the conn, he grants it after his second, she confirms.
            ann = world.operator("ann", "otter")
            await ann.take()
            ship = world.vessels["otter"].ship
            assert abs(math.remainder(ship.heading_deg - 95.0, 360.0)) > 10.0, "nothing to do"

            # She orders 095. Every state of the order's life comes ashore, in order, and it ends in SUCCEEDED.
            order = await ann.order("conn.heading", heading_deg=95.0)
            last = await ann.outcome(order, within_s=90)
            assert [told["state"] for told in ann.orders[order]] == [
                "sent", "received", "accepted", "executing", "SUCCEEDED",
            ]  # fmt: skip
            assert last["reasons"] == []

            # The true ship is on 095, and stays there.
            for _ in range(60):
                await world.forward(seconds=1)
                assert abs(math.remainder(ship.heading_deg - 95.0, 360.0)) <= 2.0

            # What the station shows is that ship: her heading within the gyro's noise.
            heading = world.station.downlink.states["otter"].latest["NAV_HDG"][1]
            assert isinstance(heading, float)
            assert abs(math.remainder(heading - ship.heading_deg, 360.0)) < 1.0
            assert step(world) == "L0"

    run(voyage())


@pytest.mark.parametrize("how", ["silent", "reset"])
def test_a_link_cut_under_way_slows_her_on_her_heading_until_somebody_takes_the_conn_again(how: Cut) -> None:
    """Proves FBK-01; nothing is lost or doubled over the outage."""

    async def voyage() -> None:
        async with World(seed=2) as world:
            # Under way on 095 with Ann at the conn.
            ann = world.operator("ann", "otter")
            await ann.take()
            assert (await ann.outcome(await ann.order("conn.heading", heading_deg=95.0), 90))["state"] == "SUCCEEDED"
            ship, speed_before = world.vessels["otter"].ship, speed_kn(world)

            # The link is cut. She holds, and by 10.5 s after the cut she is on L3.
            cut_s = world.now_s
            world.cut("otter", how)
            await world.until(lambda: step(world) == "L3", 10.5, "L3")
            assert reached(world, "L2") - cut_s + 1.1 > 3.4
            assert reached(world, "L3") - cut_s <= 10.5

            # She slows down, on her heading.
            for _ in range(20):
                await world.forward(seconds=1)
                assert abs(math.remainder(ship.heading_deg - 95.0, 360.0)) <= 5.0
            assert speed_kn(world) < 0.7 * speed_before
            assert step(world) == "L4"
            held = world.vessels["otter"].spool.count
            assert held > 100, "the spool has kept what could not be sent"

            # The link is back, and Ann is not at her console: the ship stays in her step, and refuses to be set.
            ann.is_present = False
            world.restore("otter")
            await world.forward(seconds=40)
            assert step(world) == "L4"
            refused = await ann.outcome(await ann.order("conn.heading", heading_deg=120.0), 15)
            assert (refused["state"], refused["reasons"][0]["rule"]) == ("REJECTED", "FBK-01")

            # What was made meanwhile is ashore: no gap, no double.
            assert_complete(world)

            # Bob takes the conn; after ten seconds of his unbroken heartbeats she leaves the ladder and obeys him.
            bob = world.operator("bob", "otter")
            await bob.take()
            assert step(world) == "L4"
            await world.until(lambda: step(world) == "L0", 15, "off the ladder")
            ordered = await bob.outcome(await bob.order("conn.heading", heading_deg=120.0), 90)
            assert ordered["state"] == "SUCCEEDED"
            assert_complete(world)

    run(voyage())


@pytest.mark.parametrize("how", ["silent", "reset"])
@pytest.mark.parametrize("cut_for_s", [2.0, 7.0, 9.0, 11.0, 45.0])
def test_no_outage_of_any_length_leaves_a_gap_or_a_double(how: Cut, cut_for_s: float) -> None:
    """Lengths to either side of what broker (7.5 s) and client (10 s) wait before they give the connection up."""

    async def voyage() -> None:
        async with World(seed=3, quality=LinkQuality(0.15, 0.1, 0.05)) as world:
            await world.forward(seconds=5)
            for _ in range(2):
                world.cut("otter", how)
                await world.forward(seconds=cut_for_s)
                world.restore("otter")
                await world.forward(seconds=20)
            assert assert_complete(world) > (20 + cut_for_s) * 2 * 5
            assert world.vessels["otter"].spool.count < 20

    run(voyage())


@pytest.mark.parametrize("how", ["silent", "reset"])
def test_a_link_cut_again_and_again_while_she_catches_up_leaves_no_gap_and_no_double(how: Cut) -> None:
    """What is lost here is history under way, which only the window's own memory brings back."""

    async def voyage() -> None:
        async with World(seed=3, quality=LinkQuality(0.15, 0.1, 0.05)) as world:
            window = world.vessels["otter"].collector.uplink.window
            await world.forward(seconds=5)
            for _ in range(4):
                world.cut("otter", how)
                await world.forward(seconds=30)
                world.restore("otter")
                await world.until(lambda: window.in_flight_count > 40, 10, "history under way")
            world.cut("otter", how)
            await world.forward(seconds=30)
            world.restore("otter")
            await world.forward(seconds=40)
            assert assert_complete(world) > 190 * 5
            assert world.vessels["otter"].spool.count < 20

    run(voyage())


def test_a_store_that_is_down_loses_nothing_and_acknowledges_nothing() -> None:
    async def voyage() -> None:
        async with World(seed=4) as world:
            # The database is stopped for half a minute: the ship keeps every batch that was not committed.
            await world.forward(seconds=5)
            world.store.down = True
            before = len(world.store.committed)
            await world.forward(seconds=30)
            assert len(world.store.committed) == before
            assert world.vessels["otter"].spool.count > 100

            # It is started again: all is committed, once.
            world.store.down = False
            await world.forward(seconds=30)
            assert_complete(world)
            assert world.vessels["otter"].spool.count < 20

    run(voyage())


def test_a_ship_that_is_not_heard_climbs_the_ladder_and_comes_back_at_her_operators_word() -> None:
    """Proves FBK-01, FBK-05: her own heartbeats are lost, Ann's arrive; L3 in time, and L0 only by her word."""

    async def voyage() -> None:
        async with World(seed=4) as world:
            ann = world.operator("ann", "otter")
            await ann.take()
            await world.forward(seconds=12)
            assert step(world) == "L0"
            (way,) = world.vessels["otter"].safety.ways
            send, lost_s = way.beat, world.now_s
            way.beat = lambda _: None  # type: ignore[method-assign]
            await world.until(lambda: step(world) == "L3", 15.0, "L3")
            assert 9.0 < reached(world, "L3") - lost_s < 10.8
            assert world.happened("ladder", "otter/safety")[-1]["why"]

            way.beat = send  # type: ignore[method-assign]
            await world.forward(seconds=12)
            assert step(world) == "L3"
            assert (await ann.resume())["state"] == "SUCCEEDED"
            assert step(world) == "L0"

    run(voyage())
