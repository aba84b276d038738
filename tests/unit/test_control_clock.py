"""The ship's clock decides nothing but validity, and a clock that jumps does not even that (C4, CMD-05, CMD-12)."""

from __future__ import annotations

import pytest

from control.messages import SignedGrant, SignedRoster
from control.shiptime import ADOPT_S, KEEP_S, NS_PER_S, ShipTime
from protocols.link import signing
from protocols.link.roster import Roster, RosterEntry
from protocols.link.signing import Domain
from tests.control_rig import KEYS, MASTER, RIGHTS, UTC_NS, VESSEL, YEAR_NS, Rig, signed_grant

TEN_YEARS_NS = 10 * YEAR_NS


def jump(ship: Rig, by_ns: int) -> None:
    """Let the ship's clock jump; whoever judges it sees it at the second look."""
    ship.utc_ns += by_ns
    ship.look()
    ship.utc_trusted = False
    ship.look()


def roster_until(version: int, person: str, to_ns: int) -> bytes:
    """Return a roster in which one person's key ends at `to_ns`."""
    entries = tuple(
        RosterEntry(name, RIGHTS[name][0], "Busan", "", signing.public_bytes(KEYS[name]), RIGHTS[name][1],
                    UTC_NS - YEAR_NS, to_ns if name == person else UTC_NS + 20 * YEAR_NS)
        for name in KEYS
    )  # fmt: skip
    return signing.sign(Domain.ROSTER, Roster(VESSEL, version, entries).to_bytes(), MASTER)


@pytest.mark.parametrize("by_ns", [TEN_YEARS_NS, -TEN_YEARS_NS])
def test_a_jump_of_ten_years_takes_the_conn_from_nobody_and_touches_no_stop(by_ns: int) -> None:
    """Proves CMD-04, CMD-12, AUT-05: orders, heartbeats, grant and emergency stop go on as before, both ways (C4)."""
    ship = Rig()
    ship.take("ann")
    jump(ship, by_ns)
    ship.forward(20.0)
    assert ship.station == "remote"
    assert ship.step == "L0"
    assert ship.state(ship.say("conn.heading", {"heading_deg": 95})) == "executing"
    request = ship.say("authority.request", {"level": "setpoint"}, "bob")
    assert ship.state(request) == "executing"
    ship.stop("sue")
    assert ship.moves[-1][1].kind == "emergency_stop"


@pytest.mark.parametrize("by_ns", [-TEN_YEARS_NS, -YEAR_NS // 2])
def test_a_clock_set_back_keeps_no_expired_key_and_no_expired_grant_alive(by_ns: int) -> None:
    """Proves CMD-12, AUT-07: Ann's key, and then the grant, end a minute from now by the time carried on."""
    minute_ns = 60 * NS_PER_S
    ship = Rig()
    ship.feed(SignedRoster(roster_until(2, "ann", UTC_NS + minute_ns)))
    ship.take("ann")
    jump(ship, by_ns)
    ship.forward(55.0)
    assert ship.state(ship.say("conn.heading", {"heading_deg": 95})) == "executing"
    ship.forward(10.0)
    assert ship.reasons(ship.say("conn.heading", {"heading_deg": 96})) == [("key_not_valid_now", "CMD-12")]
    # Her heartbeats count no more either: the ladder is climbed.
    ship.forward(15.0)
    assert ship.step in ("L3", "L4")
    # The grant likewise.
    ship = Rig()
    ship.feed(SignedGrant(signed_grant(to_ns=UTC_NS + minute_ns, version=2)))
    ship.take("ann")
    jump(ship, by_ns)
    ship.forward(65.0)
    assert ("grant_not_valid_now", "AUT-07") in ship.reasons(ship.say("conn.heading", {"heading_deg": 96}))


def test_a_clock_set_forward_ends_no_key_before_its_time() -> None:
    """Proves CMD-12: the jump leaps over the end of Ann's key; an hour by the ship's own count it is still good."""
    ship = Rig()
    ship.feed(SignedRoster(roster_until(2, "ann", UTC_NS + YEAR_NS)))
    ship.take("ann")
    jump(ship, TEN_YEARS_NS)
    assert ship.state(ship.say("conn.heading", {"heading_deg": 95})) == "executing"


def test_a_clock_that_was_set_right_is_followed_once_it_has_been_trusted_for_long_enough() -> None:
    """Proves CMD-12: half a minute of trust without a break, and not one look less."""
    time = ShipTime()
    assert time.judged(UTC_NS, 0.0, is_trusted=True) == UTC_NS
    later_ns = UTC_NS + TEN_YEARS_NS
    assert time.judged(later_ns, 1.0, is_trusted=True) == UTC_NS + NS_PER_S
    assert time.judged(later_ns, ADOPT_S, is_trusted=False) == UTC_NS + round(ADOPT_S) * NS_PER_S  # trust breaks
    began_s = ADOPT_S + 1.0
    assert time.judged(later_ns, began_s, is_trusted=True) != later_ns
    assert time.judged(later_ns, began_s + ADOPT_S - 0.1, is_trusted=True) != later_ns
    assert time.judged(later_ns, began_s + ADOPT_S, is_trusted=True) == later_ns


def test_a_restart_judges_nothing_by_an_earlier_time_than_was_known_before() -> None:
    """Proves CMD-12: the journal keeps the time each hour; a clock that boots in 1970 opens no old key."""
    ship = Rig()
    ship.forward(KEEP_S / 1000)
    kept = [record for record in ship.journal if b"utc_ns" in record]
    assert len(kept) == 1
    time = ShipTime(UTC_NS)
    assert time.judged(0, 5.0, is_trusted=True) == UTC_NS
    assert time.judged(NS_PER_S, 6.0, is_trusted=True) == UTC_NS
    assert time.judged(2 * NS_PER_S, 16.0, is_trusted=True) == UTC_NS + 10 * NS_PER_S


@pytest.mark.parametrize(("apart_s", "alert"), [(0.0, False), (1.9, False), (2.1, True), (-2.1, True), (3600.0, True)])
def test_clocks_more_than_two_seconds_apart_are_an_alert_with_both_times(apart_s: float, *, alert: bool) -> None:
    """Proves CMD-05: once, with what each clock said; it ends when they agree again, and orders go through all the while."""
    ship = Rig()
    ship.take("ann")
    shore_ns = ship.utc_ns - round(apart_s * NS_PER_S)
    ship.beating = None
    for _ in range(3):
        ship.beat("ann", issued_utc_ns=shore_ns)
        ship.forward(1.0)
    assert ("clocks-apart" in ship.supervisor.alerts.active()) is alert
    told = [e.body for e in ship.events if e.kind == "clocks"]
    assert [body["state"] for body in told] == (["apart"] if alert else [])
    if alert:
        assert (told[0]["ship_utc_ns"], told[0]["shore_utc_ns"]) == (ship.utc_ns, shore_ns)
        assert told[0]["apart_s"] == pytest.approx(apart_s, abs=0.01)
        assert ship.state(ship.say("conn.heading", {"heading_deg": 95})) == "executing"
        ship.beat("ann")
        assert [e.body["state"] for e in ship.events if e.kind == "clocks"] == ["apart", "together"]


def test_the_record_of_an_order_has_the_shores_time_beside_the_ships() -> None:
    """Proves CMD-05: what the console wrote into the order stands in the event, whose own time is the ship's."""
    ship = Rig()
    ship.take("ann")
    order = ship.say("conn.heading", {"heading_deg": 95}, issued_utc_ns=UTC_NS - 7)
    assert ship.told(order)["issued_utc_ns"] == UTC_NS - 7
