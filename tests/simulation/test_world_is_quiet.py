"""A ship in good order has nothing to say: alerts that are always there are not read when they matter (ALT-09)."""

from __future__ import annotations

import pytest

from shoreside.live import fleet
from simulators import commissioning, loop
from simulators.fleet import FLEET, SOURCES
from simulators.world import World

FLEET_IDS = tuple(spec.slug for spec in FLEET)
QUIET_S = 60.0


def alerts_after(seconds: float, vessels: tuple[str, ...] = FLEET_IDS) -> set[tuple[str, str]]:
    """Return (vessel, alert) of all alerts that stand ashore after so long a voyage."""
    found: set[tuple[str, str]] = set()

    async def voyage() -> None:
        async with World(seed=11, vessels=vessels) as world:
            await world.forward(seconds=seconds)
            for vessel, state in world.station.downlink.states.items():
                found.update((vessel, alert_id) for _, alert_id in state.alerts)

    loop.run(voyage())
    return found


def test_a_fleet_in_good_order_raises_no_alert() -> None:
    """From the first second to the sixtieth, aboard and ashore."""
    assert alerts_after(QUIET_S) == set()


def test_a_source_that_nobody_ranked_would_be_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: with the engine's talker left out of the ranking the ship says so."""
    monkeypatch.setattr(commissioning, "SOURCES", SOURCES | {"ME_RPM": ["plc"]})
    assert alerts_after(20.0, ("kestrel",)) == {("kestrel", "input-new-source.bridge/ER ME_RPM")}


@pytest.mark.usefixtures("forgiving")
def test_a_fault_of_the_stations_program_ends_a_simulated_voyage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: at sea it costs a message and is counted, so that no voyage here would ever find one."""

    def odd(*_: object) -> bool:
        raise OverflowError("planted")

    monkeypatch.setattr(fleet, "take_heartbeat", odd)
    with pytest.raises(ExceptionGroup) as ended:
        alerts_after(5.0, ("kestrel",))
    assert ended.group_contains(RuntimeError, match="OverflowError: planted")
