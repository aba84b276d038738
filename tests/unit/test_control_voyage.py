"""The supervisor at sea: a voyage each, step by step in simulated time."""

from __future__ import annotations

import dataclasses
import math

import pytest

from control.messages import Journaled, SignedGrant, SignedOrder, SignedRoster
from protocols.link import signing
from protocols.link.cbor import Plain
from protocols.link.signing import Domain
from protocols.reading import Quality
from tests.control_rig import KEYS, UTC_NS, Rig, key_of, signed_grant, signed_roster


def test_an_order_is_accepted_journaled_executed_and_verified() -> None:
    """Proves CMD-02, CMD-06, CMD-13: heading 095 ends in SUCCEEDED only when the ship is steady on it."""
    ship = Rig()
    # Ann takes the conn of a ship that nobody holds.
    ship.take("ann")
    assert ship.station == "remote"
    # She orders 095; the journal has it before the autopilot does.
    before = len(ship.journal)
    order = ship.say("conn.heading", {"heading_deg": 95})
    assert ship.state(order) == "executing"
    assert len(ship.journal) == before + 1
    assert ship.moves[-1][1].kind == "heading"
    assert ship.moves[-1][1].value == 95.0
    # The ship turns: near is not enough while she still swings.
    ship.values.update(NAV_HDG=94.0, NAV_ROT=20.0)
    ship.forward(10.0)
    assert ship.state(order) == "executing"
    # Steady for five seconds: done.
    ship.values.update(NAV_HDG=95.5, NAV_ROT=1.0)
    ship.forward(6.0)
    assert ship.state(order) == "SUCCEEDED"


def test_an_order_whose_effect_does_not_show_ends_as_failed() -> None:
    """Proves CMD-06: a verifier that times out ends the command, with the distance it was off."""
    ship = Rig()
    ship.take("ann")
    order = ship.say("conn.heading", {"heading_deg": 95})
    # The rudder is stuck: nothing happens for the whole window.
    ship.forward(ship.config.verify.heading_s + 1.0)
    assert ship.state(order) == "FAILED"
    assert ship.reasons(order) == [("no_effect", "CMD-06")]


def test_telemetry_older_than_the_order_proves_nothing() -> None:
    """Proves CMD-06: the ship is on 095 already, but what says so was measured before the order."""
    ship = Rig()
    ship.take("ann")
    ship.values.update(NAV_HDG=95.0)
    ship.ages_s.update(NAV_HDG=0.9)
    order = ship.order("conn.heading", {"heading_deg": 95})
    ship.send(order)
    ship.supervisor.tick(ship.now_s + 0.5)
    ship.drain()
    assert ship.state(order) == "executing"


@pytest.mark.parametrize(
    ("latitude_deg", "longitude_deg", "name"),
    [(34.985, 129.22, "no_go_area"), (36.0, 129.05, "allowed_area"), (34.93, 129.05, "")],
)
def test_a_ship_that_lies_still_where_she_may_not_be_takes_no_heading(
    latitude_deg: float, longitude_deg: float, name: str
) -> None:
    """Proves INT-06: without way on, the track is a point, and a point in an anchorage is in it (schedule 496)."""
    ship = Rig()
    ship.take("ann")
    ship.values.update(NAV_LAT=latitude_deg, NAV_LON=longitude_deg, NAV_SOG=0.0, ME_RPM=0.0)
    ship.look()
    order = ship.say("conn.heading", {"heading_deg": 85})
    assert ship.reasons(order) == ([(name, "INT-06")] if name else [])


def test_a_heading_into_the_no_go_area_is_rejected_with_value_and_limit() -> None:
    """Proves INT-06, CMD-07: the refusal names the area, how far ahead it is, and the age of the position."""
    ship = Rig()
    # North of the ship, five minutes away, lies the anchorage; she is under way at nine knots.
    ship.values.update(NAV_LAT=34.957, NAV_LON=129.22, NAV_HDG=80.0)
    ship.take("ann")
    order = ship.say("conn.heading", {"heading_deg": 0})
    assert ship.state(order) == "REJECTED"
    assert ship.reasons(order) == [("no_go_area", "INT-06")]
    told = ship.told(order)["reasons"]
    assert isinstance(told, list)
    reason = told[0]
    assert isinstance(reason, dict)
    assert "anchorage" in str(reason["text"])
    assert reason["unit"] == "m"
    assert isinstance(reason["value"], int)
    assert 500 < reason["value"] < 2000
    assert reason["age_s"] == 0.05
    # Nothing was moved for it, and 095 from the same place is allowed.
    assert all(move[2] != order.id for move in ship.moves)
    assert ship.state(ship.say("conn.heading", {"heading_deg": 95})) == "executing"


@pytest.mark.parametrize(
    ("what", "changes", "state", "reason"),
    [
        ("expired", {"deadline_ms": 999_000}, "EXPIRED", ("deadline", "CMD-04")),
        ("other boot", {"boot_id": "boot-0"}, "EXPIRED", ("other_boot", "CMD-04")),
        ("far deadline", {"deadline_ms": 9_999_000}, "REJECTED", ("deadline_too_far", "CMD-04")),
        ("other vessel", {"vessel": "kestrel"}, "REJECTED", ("other_vessel", "CMD-01")),
        ("other group", {"group": "engineering"}, "REJECTED", ("wrong_group", "CMD-01")),
        ("replayed sequence", {"seq": 1}, "REJECTED", ("out_of_sequence", "CMD-03")),
        ("old fencing number", {"fencing": 0}, "REJECTED", ("old_fencing_number", "INT-01")),
        ("other console", {"console": "elsewhere"}, "REJECTED", ("not_in_control", "INT-01")),
        ("other session", {"session": "elsewhere"}, "REJECTED", ("not_in_control", "INT-01")),
        ("direct without level", {"kind": "conn.rudder", "args": {"rudder_deg": 5}}, "REJECTED",
         ("level_too_low", "INT-01")),
    ],
)  # fmt: skip
def test_what_is_not_in_order_is_refused_aboard(
    what: str, changes: dict[str, object], state: str, reason: tuple[str, str]
) -> None:
    """Proves AUT-08, CMD-01, CMD-03, CMD-04, INT-01: each with its own reason, and nothing moves."""
    ship = Rig()
    ship.take("ann")
    moves = len(ship.moves)
    order = dataclasses.replace(ship.order("conn.heading", {"heading_deg": 95}), **changes)  # type: ignore[arg-type]
    if order.kind == "conn.rudder":
        order = dataclasses.replace(order, deadline_ms=round(ship.now_s * 1000) + 1000)
    assert ship.send(order) == state, what
    assert reason in ship.reasons(order)
    assert len(ship.moves) == moves


def test_without_authority_nothing_is_accepted() -> None:
    """Proves INT-01, AUT-08: neither before the conn is taken, nor by another operator who has the right keys."""
    ship = Rig()
    assert ship.reasons(ship.say("conn.heading", {"heading_deg": 95})) == [("not_in_control", "INT-01")]
    ship.take("ann")
    assert ship.reasons(ship.say("conn.heading", {"heading_deg": 95}, "bob")) == [("not_in_control", "INT-01")]
    assert ship.moves[-1][2] == "AUT-04"


def test_another_key_and_one_flipped_byte_are_refused() -> None:
    """Proves CMD-12: a key outside the roster, another person's key, and every single altered byte."""
    ship = Rig()
    ship.take("ann")
    moves = len(ship.moves)
    # A key that nobody enrolled.
    order = ship.order("conn.heading", {"heading_deg": 95})
    assert ship.send(order, key_of(99)) == "REJECTED"
    assert ship.reasons(order) == [("unknown_key", "CMD-12")]
    # Bob's good key under Ann's name.
    order = ship.order("conn.heading", {"heading_deg": 95})
    assert ship.send(order, KEYS["bob"]) == "REJECTED"
    assert ("not_the_signer", "CMD-12") in ship.reasons(order)
    # One byte flipped, anywhere.
    signed = signing.sign(Domain.ORDER, ship.order("conn.heading", {"heading_deg": 95}).to_bytes(), KEYS["ann"])
    for position in range(len(signed)):
        bent = bytearray(signed)
        bent[position] ^= 0x55
        ship.feed(SignedOrder(bytes(bent)))
        assert ship.events[-1].body["state"] == "REJECTED"
        assert ship.events[-1].body["authentic"] is False
    assert len(ship.moves) == moves


def test_the_same_order_twice_moves_once_and_is_answered_alike() -> None:
    """Proves CMD-03: same id and bytes give the stored answer; same id with other bytes is `id_reused`."""
    ship = Rig()
    ship.take("ann")
    order = ship.say("conn.heading", {"heading_deg": 95})
    moves = len(ship.moves)
    # The network delivers it again.
    ship.send(order)
    assert ship.state(order) == "executing"
    assert len(ship.moves) == moves
    # Somebody reuses the id for something else.
    ship.send(dataclasses.replace(order, args={"heading_deg": 300}, seq=order.seq + 50))
    assert ship.reasons(order) == [("id_reused", "CMD-03")]
    assert len(ship.moves) == moves


def test_an_order_begun_before_a_restart_is_unknown_and_never_tried_again() -> None:
    """Proves CMD-03, CMD-13, AUT-01: the journal remembers; power-up means nobody; numbers never come again."""
    ship = Rig()
    ship.take("ann")
    order = ship.say("conn.heading", {"heading_deg": 95})
    number = ship.supervisor.authority.fencing_top
    # The safety process dies and comes back with the same journal.
    again = Rig(now_s=5000.0, journal=ship.journal)
    assert again.station == "none"
    assert again.supervisor.authority.fencing_top == number
    # The very same bytes arrive once more: another boot's order, known and unfinished.
    again.send(order)
    assert again.state(order) == "UNKNOWN"
    assert again.moves == []


def test_a_journal_that_fails_moves_nothing_and_ends_remote_control() -> None:
    """Proves CMD-13: journal first; a damaged journal means no remote control until re-armed aboard."""
    ship = Rig()
    ship.take("ann")
    ship.journal_works = False
    moves = len(ship.moves)
    order = ship.say("conn.heading", {"heading_deg": 95})
    assert ship.state(order) == "FAILED"
    assert ship.reasons(order) == [("journal", "CMD-13")]
    ship.journal_works = True
    assert ("journal", "CMD-13") in ship.reasons(ship.say("conn.heading", {"heading_deg": 96}))
    assert len(ship.moves) == moves
    # The bridge looks into it and re-arms.
    ship.bridge("rearm")
    assert ship.state(ship.say("conn.heading", {"heading_deg": 96})) == "executing"


def test_the_world_is_looked_at_again_at_the_instant_of_actuation() -> None:
    """Proves CMD-04, INT-02, INT-03: between acceptance and actuation the deadline passes, or the engine goes local."""
    for change, state, reason in (("late", "EXPIRED", "deadline"), ("local", "REJECTED", "remote_control_off")):
        ship = Rig()
        ship.take("ann")
        # The disk is slow: the order is accepted but its record is not down yet.
        ship.journal_held = True
        order = ship.say("conn.heading", {"heading_deg": 95})
        assert ship.state(order) == "accepted"
        number = ship.supervisor.execution._journal_number
        moves = len(ship.moves)
        # Meanwhile the world changes.
        ship.now_s += 11.0 if change == "late" else 0.2
        if change == "local":
            ship.values["ME_RDY"] = False
            ship.look()
        ship.feed(Journaled(number))
        assert ship.state(order) == state
        assert ship.reasons(order)[0][0] == reason
        assert len(ship.moves) == moves


def test_a_newer_setpoint_supersedes_the_older_of_its_channel() -> None:
    """Proves CMD-08: heading replaces heading; propulsion stays in progress beside it."""
    ship = Rig()
    ship.take("ann")
    first = ship.say("conn.heading", {"heading_deg": 95})
    speed = ship.say("conn.propulsion", {"propulsion_pct": 70})
    second = ship.say("conn.heading", {"heading_deg": 100})
    assert ship.state(first) == "SUPERSEDED"
    assert ship.state(speed) == "executing"
    assert ship.state(second) == "executing"


def test_eleven_orders_in_a_second_are_one_too_many_but_stop_is_never_limited() -> None:
    """Proves CMD-14: the excess is refused with its reason; a controlled stop goes through all the same."""
    ship = Rig()
    ship.take("ann")
    ship.forward(1.5)
    states = [ship.state(ship.say("conn.heading", {"heading_deg": 90 + number})) for number in range(11)]
    assert states[:10].count("REJECTED") == 0
    last = ship.say("conn.heading", {"heading_deg": 95})
    assert ("too_many", "CMD-14") in ship.reasons(last)
    assert ship.state(ship.say("conn.controlled_stop")) == "executing"


@pytest.mark.parametrize("channel", ["NAV_LAT", "NAV_LON", "NAV_HDG", "NAV_SOG", "ME_RDY"])
@pytest.mark.parametrize("how", ["absent", "old", "invalid", "out of range", "frozen"])
def test_an_input_that_cannot_be_used_refuses_the_order(channel: str, how: str) -> None:
    """Proves INT-02: absent, stale, invalid, out of range and frozen are each a refusal that names the channel."""
    ship = Rig()
    ship.take("ann")
    if how == "absent":
        del ship.values[channel]
    elif how == "old":
        ship.ages_s[channel] = 10.1
    else:
        ship.qualities[channel] = {"invalid": Quality.INVALID, "out of range": Quality.OUT_OF_RANGE,
                                   "frozen": Quality.FROZEN}[how]  # fmt: skip
    ship.look()
    order = ship.say("conn.heading", {"heading_deg": 95})
    assert ship.state(order) == "REJECTED"
    assert any(rule == "INT-02" for _, rule in ship.reasons(order))
    assert channel in str(ship.told(order)["reasons"])


def test_equipment_range_and_rate_are_each_refused_by_their_rule() -> None:
    """Proves INT-03, INT-04, INT-05: pumps, envelope, and reversal before the engine has slowed down."""
    ship = Rig()
    ship.take("ann", "direct")
    # Both steering pumps stop.
    ship.values.update(STG_PMP1=False, STG_PMP2=False)
    ship.look()
    assert ("steering_pump", "INT-03") in ship.reasons(ship.say("conn.heading", {"heading_deg": 95}))
    ship.values.update(STG_PMP1=True)
    ship.look()
    # Propulsion: at the limit yes, above it no.
    assert ship.state(ship.say("conn.propulsion", {"propulsion_pct": 85})) == "executing"
    assert ("propulsion_range", "INT-04") in ship.reasons(ship.say("conn.propulsion", {"propulsion_pct": 85.1}))
    # Astern at 102 rpm ahead: reduce first.
    assert ("reversal", "INT-05") in ship.reasons(ship.say("conn.propulsion", {"propulsion_pct": -20}))
    ship.values.update(ME_RPM=59.0)
    ship.look()
    assert ship.state(ship.say("conn.propulsion", {"propulsion_pct": -20})) == "executing"
    # A rate of turn above the phase's.
    ship.forward(2.0)
    assert ("rate_range", "INT-04") in ship.reasons(ship.say("conn.heading", {"heading_deg": 95, "rate_deg_min": 46}))


@pytest.mark.parametrize(
    ("speed_kn", "rudder_deg", "allowed"),
    [(9.0, 20.0, True), (9.0, 20.01, False), (5.9, 20.01, True), (6.0, 20.01, False), (5.9, 35.0, True),
     (5.9, 35.01, False), (9.0, -20.0, True), (9.0, -20.01, False)],
)  # fmt: skip
def test_the_rudder_limit_shrinks_with_speed(speed_kn: float, rudder_deg: float, *, allowed: bool) -> None:
    """Proves INT-04, INT-09: dense at the limits; direct control with a measured round trip."""
    ship = Rig()
    ship.take("ann", "direct")
    ship.supervisor.link.round_trip_ms = 80.0
    ship.values.update(NAV_SOG=speed_kn)
    ship.look()
    order = ship.say("conn.rudder", {"rudder_deg": rudder_deg})
    assert (ship.state(order) == "executing") is allowed, ship.told(order)["reasons"]


@pytest.mark.parametrize(("trip_ms", "reason"), [(None, "round_trip_unknown"), (2000.0, None), (2000.1, "round_trip")])
def test_direct_control_needs_a_known_and_short_round_trip(trip_ms: float | None, reason: str | None) -> None:
    """Proves INT-09: refused above two seconds and while the latency is not known."""
    ship = Rig()
    ship.take("ann", "direct")
    ship.supervisor.link.round_trip_ms = trip_ms
    order = ship.say("conn.rudder", {"rudder_deg": 5})
    assert [name for name, rule in ship.reasons(order) if rule == "INT-09"] == ([reason] if reason else [])


def test_default_deny_for_numbers_that_are_none() -> None:
    """Proves CMD-01: what cannot be an argument never reaches a rule; the record says malformed."""
    ship = Rig()
    ship.take("ann")
    values: list[Plain] = [math.nan, math.inf, -math.inf, 1e308, "95", True, None, [95], {"deg": 95}, -1, 361]
    for value in values:
        order = ship.order("conn.heading", {"heading_deg": value})
        signed = signing.sign(Domain.ORDER, order.to_bytes(), KEYS["ann"])
        ship.feed(SignedOrder(signed))
        assert ship.reasons(order) == [("malformed", "CMD-01")], value


def test_a_roster_never_goes_back_and_only_the_master_signs_it() -> None:
    """Proves CMD-12: an old version, another signer and another vessel's roster change nothing."""
    ship = Rig()
    ship.feed(SignedRoster(signed_roster(3, ("ann", "sue"))))
    assert ship.supervisor.believed.roster_version == 3
    for encoded in (signed_roster(2), signed_roster(9, master=key_of(77)), b"noise", signed_roster(3)):
        ship.feed(SignedRoster(encoded))
        assert ship.supervisor.believed.roster_version == 3
    # Bob is not in it any more.
    ship.take("ann")
    assert ship.reasons(ship.say("conn.heading", {"heading_deg": 95}, "bob")) == [("unknown_key", "CMD-12")]


def test_without_a_grant_that_covers_it_nobody_takes_the_conn() -> None:
    """Proves AUT-07, AUT-11, AUT-12: no grant, an expired one, a level it does not name, a viewer's key."""
    ship = Rig()
    ship.bridge("revoke_access")
    assert ("no_grant", "AUT-07") in ship.reasons(ship.say("authority.request", {"level": "setpoint"}))
    ship.feed(SignedGrant(signed_grant(to_ns=UTC_NS, version=2)))
    assert ("grant_not_valid_now", "AUT-07") in ship.reasons(ship.say("authority.request", {"level": "setpoint"}))
    ship.feed(SignedGrant(signed_grant(("setpoint",), version=3)))
    assert ("grant_level", "AUT-07") in ship.reasons(ship.say("authority.request", {"level": "direct"}))
    assert ("no_right", "AUT-11") in ship.reasons(ship.say("authority.request", {"level": "setpoint"}, "vic"))
    assert ship.state(ship.say("authority.request", {"level": "setpoint"})) == "SUCCEEDED"
