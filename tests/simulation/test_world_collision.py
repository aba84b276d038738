"""Other ships in the deterministic world: heard aboard by AIS, judged by the ship, shown ashore before the order is given."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from control.preview import Asker
from protocols.console.messages import PreviewMessage
from shoreside.commanding import preview
from simulators.loop import run
from simulators.operators import Operator
from simulators.traffic import TRAFFIC, Traffic
from simulators.world import World

STAR: Final = replace(TRAFFIC[0], speed_kn=10.0, marks=((34.885, 129.163), (34.93, 129.158)))
"""A ship from the south, bound across the petrel's bows: a turn of hers to the south meets her."""


def asked(world: World, ann: Operator, heading_deg: float) -> PreviewMessage:
    """Return what ann's console is told of a heading before she orders it."""
    question = preview.Question(
        "1", "conn.heading", {"heading_deg": heading_deg}, Asker(ann.person, ann.console, ann.session)
    )
    now = preview.Moment(world.clock.now_s(), world.clock.utc_ns())
    return preview.answer(world.station.downlink.states["petrel"], question, now)


def test_a_turn_towards_another_ship_is_asked_about_and_the_trial_shows_it() -> None:
    """Proves INT-08: heard by her own ears, refused aboard with her name, given with a reason; the shore shows it before."""

    async def voyage() -> None:
        async with World(seed=8, vessels=("petrel",), traffic=Traffic((STAR,))) as world:
            ann = world.operator("ann", "petrel")
            await ann.take()
            await world.forward(seconds=20)
            # The console's trial manoeuvre shows the passing and the refusal, and another course is free.
            tried = asked(world, ann, 165.0)
            assert tried["verdict"] == "refused"
            assert [reason["name"] for reason in tried["reasons"]] == ["close_quarters"]
            assert tried["trial"]["passings"][0]["is_within_limits"]
            assert "440998001" in tried["trial"]["passings"][0]["name"]
            assert tried["trial"]["track"][-1][1] < tried["trial"]["track"][0][1]
            assert asked(world, ann, 80.0)["verdict"] == "allowed"
            # The ship says the same, and takes it with a reason.
            said = await ann.outcome(await ann.order("conn.heading", heading_deg=165.0), 20)
            assert said["state"] == "REJECTED"
            assert [(reason["name"], reason["rule"]) for reason in said["reasons"]] == [("close_quarters", "INT-08")]
            again = await ann.order("conn.heading", heading_deg=165.0, collision_reason="agreed on VHF 13")
            await world.forward(seconds=5)
            assert ann.orders[again][-1]["state"] == "executing"

    run(voyage())


def test_the_same_turn_in_an_empty_sea_is_free() -> None:
    """Negative control: with the other ship far away nothing is asked."""

    async def voyage() -> None:
        far = replace(STAR, marks=((34.70, 129.40), (34.60, 129.50)))
        async with World(seed=8, vessels=("petrel",), traffic=Traffic((far,))) as world:
            ann = world.operator("ann", "petrel")
            await ann.take()
            await world.forward(seconds=20)
            order = await ann.order("conn.heading", heading_deg=165.0)
            await world.forward(seconds=5)
            assert ann.orders[order][-1]["state"] == "executing"

    run(voyage())
