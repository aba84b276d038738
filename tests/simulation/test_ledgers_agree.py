"""Two ledgers of one voyage: what the ship has chained and what the shore has, after an outage, in the simulated world."""

from __future__ import annotations

from protocols.link.ledger import faults
from simulators import loop
from simulators.world import World


def alarms(world: World) -> list[str]:
    """Return the texts of the shore's alarms that are not over."""
    return [
        alert["text"]
        for _, alert in world.store.alerts.values()
        if alert["alert_id"] == "shore.ledger-differs" and alert["state"] != "normal"
    ]


def test_after_an_outage_both_ledgers_are_the_same_and_signed_for() -> None:
    """Proves LED-01, LED-02: orders, an outage with the ladder climbed, the return; each side holds the other's head."""

    async def voyage() -> None:
        async with World(seed=4) as world:
            ann = world.operator("ann", "otter")
            await ann.take()
            await ann.outcome(await ann.order("conn.heading", heading_deg=95.0), within_s=90)
            world.cut("otter")
            await world.forward(12)
            world.restore("otter")
            await world.forward(15)
            journal = world.vessels["otter"].journal
            aboard = journal.ledger
            # Every entry is whole, and none but the latest words on heads is beyond what the shore has signed for.
            assert faults(aboard.entries(), aboard.heads()) == []
            assert aboard.head.count - aboard.witnessed() <= 4
            assert aboard.witnessed() > 20
            assert alarms(world) == []
            # The shore's own ledger has these events, its own acts beside them, and holds the ship's heads.
            assert faults(world.store.chain) == []
            assert faults(aboard.entries(), world.store.agreed["otter"]) == []
            kinds = {event.kind for event, _ in world.store.events.values()}
            assert {"order", "authority", "ladder", "alert", "roster", "ledger"} <= kinds
            assert any(entry.cause.endswith(" sent") for entry in world.store.chain)

    loop.run(voyage())


def test_a_difference_of_the_two_is_an_alarm_that_ends_when_it_ends() -> None:
    """Proves LED-02: an event is gone ashore, then entries are gone aboard; both are told after the next outage."""

    async def voyage() -> None:
        async with World(seed=5) as world:
            ann = world.operator("ann", "otter")
            await ann.take()
            await world.forward(8)
            before = len(world.store.agreed["otter"])
            await ann.release()
            gone = next(reversed([key for key, (event, _) in world.store.events.items() if event.kind == "authority"]))
            kept = world.store.events.pop(gone)
            await _reconnected(world)
            assert "not ashore" in alarms(world)[0]
            assert len(world.store.agreed["otter"]) == before
            # It is found again: the alarm ends at the next head.
            world.store.events[gone] = kept
            await _reconnected(world)
            assert alarms(world) == []
            # The ship's ledger is cut: the shore holds a head of more entries than she tells.
            ledger = world.vessels["otter"].journal.ledger
            ledger._db.execute("DELETE FROM ledger WHERE number > 5")
            ledger._db.execute("DELETE FROM ledger_witness")
            ledger.head = ledger._last()
            world.vessels["otter"].safety.ledgering._since = ledger.start()
            await _reconnected(world)
            assert "cut or begun anew" in alarms(world)[0]

    loop.run(voyage())


async def _reconnected(world: World) -> None:
    """Have the link break, both ends feeling it, and come back."""
    world.cut("otter", "reset")
    await world.forward(3)
    world.restore("otter")
    await world.forward(15)
