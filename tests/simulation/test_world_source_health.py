"""An input unplugged aboard is seen ashore: its age grows, its rate falls, and both are there for whoever looks."""

from __future__ import annotations

import pytest

from protocols.reading import Quality
from simulators import loop
from simulators.world import World
from telemetry.catalogue import Catalogue


def test_an_unplugged_source_is_seen_ashore() -> None:
    """The bridge's line is pulled for a minute; ashore, beside the stale heading, its health says which source it was."""

    async def voyage() -> None:
        async with World(seed=7, vessels=("kestrel",)) as world:
            state = world.station.downlink.states["kestrel"]

            def ashore(channel: str) -> float:
                return float(state.latest[channel][1])  # type: ignore[arg-type]

            await world.forward(seconds=40)
            assert ashore("SRC_BRIDGE_RATE") > 10.0
            assert ashore("SRC_BRIDGE_AGE") <= 1.0
            assert ashore("SRC_PLC_RATE") == pytest.approx(4.0, abs=0.5)  # two ranges each 0.5 s
            before = ashore("SRC_BRIDGE_RATE")
            # So does the link: what it costs and how long the shore takes.
            assert 0.0 < ashore("LNK_RTT") < 5.0
            assert state.latest["LNK_BEARER"][1] == "lte"
            assert ashore("LNK_LTE_SAMPLES") > 0.0
            # The shore was told where each value comes from: of every channel that has one, and nothing else is claimed.
            assert state.sources["NAV_HDG"].partition("/")[0] == "bridge"
            assert state.sources["ME_RPM"] == "plc"
            assert {name for name, row in state.latest.items() if row[2] == Quality.GOOD} <= set(state.sources)
            assert ashore("LNK_COST") == pytest.approx(0.0, abs=0.01)

            for wire in world.vessels["kestrel"].wires:
                wire.is_plugged_in = False
            ages, rates = [], []
            for _ in range(6):
                await world.forward(seconds=10)
                ages.append(ashore("SRC_BRIDGE_AGE"))
                rates.append(ashore("SRC_BRIDGE_RATE"))
            assert ages == sorted(ages)
            assert ages[-1] >= 50.0
            assert rates == sorted(rates, reverse=True)
            assert rates[0] < before
            assert rates[-1] == 0.0
            # The other source goes on, and says so: it is this one input, not the link.
            assert ashore("SRC_PLC_AGE") <= 1.0

            for wire in world.vessels["kestrel"].wires:
                wire.is_plugged_in = True
            await world.forward(seconds=30)
            assert ashore("SRC_BRIDGE_AGE") <= 1.0
            assert ashore("SRC_BRIDGE_RATE") > 10.0
            assert "SRC_BRIDGE_AGE" in Catalogue.from_wire(world.vessels["kestrel"].collector.birth().catalogue)

    loop.run(voyage())
