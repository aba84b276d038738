"""A ledger that cannot be written stops no safety function, and lets nothing but stop and release through (LED-04)."""

from __future__ import annotations

import pytest

from control.messages import LedgerState
from protocols.link.cbor import Plain
from tests.control_rig import Rig


def test_orders_are_refused_while_the_ledger_cannot_be_written_and_taken_again_after() -> None:
    """Proves LED-04: each kind with its reason; the stop, the controlled stop and the release all the same; it mends itself."""
    ship = Rig()
    ship.take("ann", "direct")
    ship.feed(LedgerState("disk full"))
    wanted: tuple[tuple[str, dict[str, Plain]], ...] = (
        ("conn.heading", {"heading_deg": 95}), ("conn.rudder", {"rudder_deg": 5}), ("conn.propulsion", {"propulsion_pct": 80}),
    )  # fmt: skip
    for kind, args in wanted:
        order = ship.say(kind, args)
        assert (ship.state(order), ("ledger", "LED-04") in ship.reasons(order)) == ("REJECTED", True), kind
    assert ship.reasons(ship.say("authority.request", {"level": "setpoint"}, "bob")) == [("ledger", "LED-04")]
    ship.forward(0.2)
    assert "ledger" in ship.supervisor.alerts.active()
    # Stopping is always allowed, by order and by the emergency stop.
    assert ship.state(ship.say("conn.controlled_stop")) == "executing"
    ship.stop("ann")
    assert ship.moves[-1][1].kind == "emergency_stop"
    ship.bridge("reset_stop")
    # There is room again.
    ship.feed(LedgerState(""))
    assert ship.state(ship.say("conn.heading", {"heading_deg": 95})) == "executing"
    ship.feed(LedgerState("disk full"))
    assert ship.state(ship.say("authority.release")) == "SUCCEEDED"
    assert ship.station == "none"


def test_an_order_accepted_while_the_ledger_fails_moves_nothing() -> None:
    """Proves LED-04: the entry of its acceptance cannot be written, and that is known before anything moves."""
    ship = Rig()
    ship.take("ann")
    ship.journal_held = True
    order = ship.say("conn.heading", {"heading_deg": 95})
    moves = len(ship.moves)
    ship.feed(LedgerState("disk full"))
    ship.journal_held = False
    number = next(int(line.split("number=")[1].split(",")[0]) for line in reversed(ship.log) if "Journal(" in line)
    from control.messages import Journaled

    ship.feed(Journaled(number))
    assert ship.state(order) == "REJECTED"
    assert ("ledger", "LED-04") in ship.reasons(order)
    assert len(ship.moves) == moves


@pytest.mark.parametrize("silence_s", [3.6, 10.1, 60.1])
def test_the_ladder_is_climbed_all_the_same(silence_s: float) -> None:
    """Proves LED-04: a full disk stops no safety function."""
    ship = Rig()
    ship.take("ann")
    ship.feed(LedgerState("disk full"))
    ship.beating = None
    ship.forward(silence_s + 0.5)
    assert ship.step == {3.6: "L2", 10.1: "L3", 60.1: "L5"}[silence_s]
