"""Handover, ladder, emergency stop and alerts: voyages in simulated time, and every pair of every table."""

from __future__ import annotations

import itertools

import pytest

from control import alerts as alert_table
from control import command
from control.alerts import Alerts
from control.alerttable import ALERTS
from control.authority import EVENTS, TRANSITIONS, Authority, Holder
from control.ladder import LADDER, Ladder, LadderInputs
from control.messages import SignedHeartbeat
from control.situation import CYCLES_S, age_limit_s
from protocols.link.events import TERMINAL
from protocols.link.heartbeats import STEPS
from telemetry.catalogue import standard_catalogue
from tests.control_rig import Rig, example_config

CONFIG = example_config()


def test_the_conn_changes_hands_by_request_answer_and_confirm() -> None:
    """Proves AUT-02, AUT-03: the holder is asked, the number grows, the old holder's orders are refused."""
    ship = Rig()
    ship.take("ann")
    number = ship.supervisor.authority.fencing
    # Bob asks; Ann holds and is asked.
    request = ship.say("authority.request", {"level": "setpoint"}, "bob")
    assert ship.state(request) == "executing"
    assert ship.supervisor.facts(ship.now_s).authority.phase == "requested"
    # Ann grants; Bob confirms with the higher number.
    ship.say("authority.answer", {"request_id": request.id, "answer": "grant"}, "ann")
    assert ship.state(request) == "SUCCEEDED"
    confirm = ship.say("authority.confirm", {}, "bob")
    assert ship.state(confirm) == "SUCCEEDED"
    assert ship.supervisor.authority.fencing > number
    assert ship.supervisor.authority.holder.person == "bob"
    assert ship.reasons(ship.say("conn.heading", {"heading_deg": 95}, "ann"))[0] == ("not_in_control", "INT-01")


def test_a_request_nobody_answers_is_denied_and_a_grant_nobody_confirms_rolls_back() -> None:
    """Proves AUT-03: ten seconds each, and the previous holder stays."""
    ship = Rig()
    ship.take("ann")
    request = ship.say("authority.request", {"level": "setpoint"}, "bob")
    ship.forward(CONFIG.authority.answer_s + 0.2)
    assert ship.state(request) == "REJECTED"
    assert ship.reasons(request) == [("not_answered", "AUT-03")]
    # Granted this time, but Bob has gone for coffee.
    request = ship.say("authority.request", {"level": "setpoint"}, "bob")
    ship.say("authority.answer", {"request_id": request.id, "answer": "grant"}, "ann")
    ship.forward(CONFIG.authority.confirm_s + 0.2)
    assert ship.supervisor.authority.holder.person == "ann"
    late = ship.say("authority.confirm", {}, "bob")
    assert ship.reasons(late) == [("nothing_granted", "AUT-03")]
    # Ann still steers with her own number.
    assert ship.state(ship.say("conn.heading", {"heading_deg": 95})) == "executing"


def test_loaded_setpoints_that_would_jolt_the_ship_are_refused_as_bump() -> None:
    """Proves AUT-04: at the limit bumpless, above it refused; without any the ship loads her own actual values."""
    for name, at_limit, above in (
        ("heading_deg", 82.0, 82.1),
        ("propulsion_pct", 54.8, 54.9),
        ("rudder_deg", -5.0, -5.1),
    ):
        ship = Rig()
        ship.say("authority.request", {"level": "setpoint"})
        refused = ship.say("authority.confirm", {name: above})
        assert ship.reasons(refused) == [("bump", "AUT-04")], name
        assert ship.station == "none"
        assert ship.state(ship.say("authority.confirm", {name: at_limit})) == "SUCCEEDED", name
        assert [move[1].value for move in ship.moves] == [80.0, pytest.approx(49.9)]


def test_local_control_is_one_action_and_cannot_be_forced_from_ashore() -> None:
    """Proves AUT-06: the bridge takes the conn at once; orders in progress end; a supervisor cannot force it."""
    ship = Rig()
    ship.take("ann")
    order = ship.say("conn.heading", {"heading_deg": 95})
    ship.bridge("take", person="mate")
    assert ship.station == "local"
    assert ship.state(order) == "CANCELLED"
    assert ship.moves[-1][1].kind == "release"
    assert ("not_in_control", "INT-01") in ship.reasons(ship.say("conn.heading", {"heading_deg": 95}))
    force = ship.say("authority.force", {"level": "setpoint", "reason": "test"}, "sue")
    assert ship.reasons(force) == [("cannot_force", "AUT-09")]


def test_a_supervisor_forces_a_takeover_from_another_operator() -> None:
    """Proves AUT-09: with a reason that is told; an operator may not."""
    ship = Rig()
    ship.take("ann")
    refused = ship.say("authority.force", {"level": "setpoint", "reason": "mine"}, "bob")
    assert ship.reasons(refused) == [("no_right", "AUT-09")]
    forced = ship.say("authority.force", {"level": "setpoint", "reason": "Ann is unwell"}, "sue")
    assert ship.state(forced) == "SUCCEEDED"
    assert any("Ann is unwell" in str(e.body.get("cause")) for e in ship.events if e.kind == "authority")
    ship.say("authority.confirm", {}, "sue")
    assert ship.supervisor.authority.holder.person == "sue"


def test_the_bridge_is_asked_and_may_say_no() -> None:
    """Proves AUT-03, AUT-06: while local control holds, a request waits for the bridge."""
    ship = Rig()
    ship.bridge("take", person="mate")
    request = ship.say("authority.request", {"level": "setpoint"})
    assert ship.state(request) == "executing"
    ship.bridge("deny")
    assert ship.reasons(request) == [("denied", "AUT-03")]
    assert ship.station == "local"
    request = ship.say("authority.request", {"level": "setpoint"})
    ship.bridge("grant", id=request.id)
    assert ship.state(request) == "SUCCEEDED"


def test_the_ladder_is_climbed_in_time_and_the_ship_slows_on_her_heading() -> None:
    """Proves FBK-01, FBK-03, AUT-05: L2 at 3.5 s, L3 at 10, L4 at 15, L5 at 60; hold, slow down, stop."""
    ship = Rig()
    ship.take("ann")
    ship.say("conn.heading", {"heading_deg": 80})
    ship.forward(2.0)
    # The link is cut.
    ship.beating = None
    cut_s = ship.supervisor.link.heard_at_s
    reached: dict[str, float] = {}
    while ship.step != "L5":
        ship.forward(0.1)
        reached.setdefault(ship.step, round(ship.now_s - cut_s, 2))
    assert reached["L2"] == pytest.approx(3.5, abs=0.5)
    assert reached["L3"] == pytest.approx(10.0, abs=0.5)
    assert reached["L4"] == pytest.approx(15.0, abs=0.5)
    assert reached["L5"] == pytest.approx(60.0, abs=0.5)
    # L3 slowed her down on her heading, L5 stopped her; nobody ever touched the heading.
    ladder = [(move[1].kind, move[1].value) for move in ship.moves if move[2].startswith("ladder")]
    assert ladder == [("propulsion", 20.0), ("controlled_stop", 0.0)]
    assert ship.supervisor.execution.setpoints.heading_deg == 80.0


@pytest.mark.parametrize(("silence_s", "step"), [(5.0, "L2"), (12.0, "L3")])
def test_a_regained_link_restores_nothing_until_the_operator_says_so(silence_s: float, step: str) -> None:
    """Proves FBK-01: back only by ten seconds of heartbeats and the operator's word, also from L2; orders are refused so long."""
    ship = Rig()
    ship.take("ann")
    ship.beating = None
    ship.forward(silence_s)
    assert ship.step == step
    # The link is back; the ship stays where she is, for ever.
    ship.beating = "ann"
    ship.forward(5.0)
    early = ship.say("authority.resume")
    assert ship.reasons(early) == [("link_not_back", "FBK-01")]
    ship.forward(60.0)
    assert ship.step == step
    assert ("ladder", "FBK-01") in ship.reasons(ship.say("conn.heading", {"heading_deg": 95}))
    # Ann resumes: now orders pass, and nothing has moved by itself.
    moves = len(ship.moves)
    assert ship.state(ship.say("authority.resume")) == "SUCCEEDED"
    assert ship.step == "L0"
    assert len(ship.moves) == moves
    assert ship.state(ship.say("conn.heading", {"heading_deg": 95})) == "executing"


def test_another_operator_who_takes_the_conn_ends_the_ladder_once_the_link_is_good() -> None:
    """Proves FBK-01, AUT-03: a lapsed lease is granted without asking; ten seconds of heartbeats later L0."""
    ship = Rig()
    ship.take("ann")
    ship.beating = None
    ship.forward(20.0)
    assert ship.step == "L4"
    ship.take("bob")
    assert ship.supervisor.authority.holder.person == "bob"
    assert ship.step == "L4"
    ship.forward(11.0)
    assert ship.step == "L0"


def test_a_flapping_link_is_lost_and_gives_one_alarm() -> None:
    """Proves ALT-09: two seconds on, four off, for ten minutes: L3 once, one alarm, no bounce."""
    ship = Rig()
    ship.take("ann")
    for _ in range(100):
        ship.beating = "ann"
        ship.forward(2.0)
        ship.beating = None
        ship.forward(4.0)
    ladder = [(e.body["from"], e.body["to"]) for e in ship.events if e.kind == "ladder"]
    assert [after for _, after in ladder] == ["L2", "L3", "L4", "L5"]
    raised = [e.body["alert_id"] for e in ship.events if e.kind == "alert" and e.body["state"] == "unacknowledged"]
    assert raised.count("link-lost") == 1


def test_a_beat_that_proves_an_older_moment_first_counts_no_silence_twice() -> None:
    """Proves FBK-01: the first beat after an outage echoes a heartbeat from its beginning; the second proves today."""
    ship = Rig()
    ship.take("ann")
    ship.forward(3.0)
    # A second into the outage she says something that is still heard ashore; no answer comes up.
    ship.beating = None
    ship.forward(1.0)
    ship.said_seq += 1
    early = ship.said_seq
    ship.supervisor.sent(early, round(ship.now_s * 1000))
    ship.forward(32.0)
    assert ship.step == "L4"
    # The link is back: what comes first was made then. Thirty-three seconds were silent, not sixty-three.
    silence_s = ship.supervisor.watch.silence_s(ship.now_s)
    ship.beat("ann", echo_seq=early)
    ship.supervisor.tick(ship.now_s)
    assert ship.supervisor.watch.silence_s(ship.now_s) == pytest.approx(silence_s, abs=0.6)
    ship.beating = "ann"
    ship.forward(5.0)
    assert ship.step == "L4"
    assert ship.supervisor.watch.silence_s(ship.now_s) <= silence_s + 2.0


def test_a_ship_that_boots_with_no_shore_reaches_l3() -> None:
    """Proves FBK-01: armed from boot, not from first contact."""
    ship = Rig()
    ship.forward(CONFIG.link.lost_s + 0.5)
    assert ship.station == "none"
    assert ship.step == "L3"


def test_only_the_holders_own_heartbeats_count() -> None:
    """Proves FBK-04, AUT-05: another operator's, a replayed, a foreign session's beat keep nothing alive."""
    ship = Rig()
    ship.take("ann")
    ship.beat("ann")
    kept = ship.supervisor.link.heard_at_s
    ship.beating = None
    ship.forward(1.0)
    # Bob beats busily; an old beat of Ann's comes again; noise comes.
    ship.beat("bob")
    ship.beat("ann", seq=1)
    ship.beat("ann", session="another")
    ship.beat("ann", vessel="kestrel")
    ship.beat("ann", fencing=0)
    ship.feed(SignedHeartbeat(b"noise"))
    assert ship.supervisor.link.heard_at_s == kept
    assert ship.supervisor.beats.refused_count >= 6
    # An operator who is not at the desk: the socket beats on, the lease lapses, the ladder begins.
    ship.beating = None
    for _ in range(25):
        ship.beat("ann", present=False)
        ship.forward(1.0)
    assert ship.step in ("L2", "L3")


def test_the_emergency_stop_needs_no_authority_and_is_latched() -> None:
    """Proves EST-01, EST-02, EST-03, INT-11: nobody holds the conn; the stop acts at once and blocks everything else."""
    ship = Rig()
    # Bob's key has no right to stop: refused and told.
    ship.stop("bob")
    assert ship.moves == []
    # Sue presses without holding anything.
    ship.stop("sue")
    assert [(move[1].kind, move[1].value) for move in ship.moves] == [("emergency_stop", 0.0)]
    # The equipment was told before anything was written or said.
    first = next(line for line in ship.log if "Emergency" in line or ("emergency" in line and "Actuate" in line))
    assert "Actuate" in first
    ship.take("ann")
    for kind, args in (("conn.heading", {"heading_deg": 95}), ("conn.controlled_stop", {})):
        assert ("emergency_stop", "INT-11") in ship.reasons(ship.say(kind, args))  # type: ignore[arg-type]
    # It is not reset from ashore; it is aboard.
    assert ("approval_missing", "CMD-10") in ship.reasons(ship.say("stop.reset"))
    ship.bridge("reset_stop", person="mate")
    assert ship.state(ship.say("conn.heading", {"heading_deg": 95})) == "executing"


def test_a_rule_that_fails_for_an_order_in_force_acts_through_the_ladder() -> None:
    """Proves INT-02: the gyro dies while the ship steers by it; after five seconds the fallback state."""
    ship = Rig()
    ship.take("ann")
    ship.say("conn.heading", {"heading_deg": 80})
    del ship.values["NAV_HDG"]
    ship.forward(7.0)
    assert ship.step == "L5"
    # Without a heading the rudder stays where the order was: stopped, and told why.
    failing = [e.body["failing"] for e in ship.events if e.kind == "ladder" and e.body["to"] == "L5"]
    assert "NAV_HDG" in str(failing)


@pytest.mark.parametrize("state", list(TRANSITIONS))
@pytest.mark.parametrize("event", EVENTS)
def test_every_event_in_every_state_of_authority(state: tuple[str, str], event: str) -> None:
    """Proves AUT-01: what the table does not list changes nothing; what it lists leads to a state of the table."""
    authority = Authority(CONFIG.authority)
    authority._state = state  # type: ignore[assignment] # the product needs every state, reachable or not
    before = authority._state
    allowed = authority.allows(event)  # type: ignore[arg-type]
    assert authority._go(event) is allowed  # type: ignore[arg-type]
    assert authority._state == (TRANSITIONS[before][event] if allowed else before)  # type: ignore[index]
    assert authority._state in TRANSITIONS
    # The bridge gets control from everywhere that can be (AUT-06).
    if state != ("none", "requested"):
        assert "take_local" in TRANSITIONS[before]


def test_a_number_is_never_given_twice() -> None:
    """Proves AUT-03, AUT-08: over any run of events the fencing number only grows with each new holder."""
    holders = (Holder("ann", key_id=b"a"), Holder("bob", key_id=b"b"))
    for script in itertools.product(range(5), repeat=5):
        authority, given, now_s = Authority(CONFIG.authority), [], 0.0
        for word in script:
            now_s += 1.0
            before = authority.fencing_top
            if word == 0:
                authority.request("x" * 26, holders[0], now_s)
            elif word == 1:
                authority.answer(grant=True, now_s=now_s)
            elif word == 2 and authority.pending is not None:
                authority.confirm(authority.pending.who, authority.pending.fencing, now_s)
            elif word == 3:
                authority.take_local("mate")
            elif word == 4:
                authority.release_local(now_s)
            assert authority.fencing_top in (before, before + 1)
            given.append(authority.fencing)
        assert given == sorted(given)


def test_terminal_states_are_followed_by_nothing_and_every_other_can_end() -> None:
    """Proves CMD-02: exactly one terminal state, whatever the path."""
    for state, after in command.LIFE.items():
        assert (after == frozenset()) == (state in TERMINAL)
        assert after <= set(command.LIFE)
        assert state in TERMINAL or after & TERMINAL


@pytest.mark.parametrize("flags", list(itertools.product([False, True], repeat=4)))
@pytest.mark.parametrize("silence_s", [0.0, 3.4, 3.5, 9.9, 10.0, 14.9, 15.0, 59.9, 60.0])
def test_the_ladder_is_the_maximum_of_its_reasons(flags: tuple[bool, ...], silence_s: float) -> None:
    """Proves FBK-01, FBK-06: for every subset of reasons the most severe wins, and adding one never lowers the step."""
    poor, failing, left, fire = flags
    inputs = LadderInputs(silence_s, 5.0 if poor else 0.0, is_direct=False, order_failing=failing,
                          has_left_area=left, has_fire_or_flood=fire)  # fmt: skip
    ladder = Ladder(CONFIG.link)
    step = ladder.receive(inputs, 1000)
    held = [rung for rung in LADDER if rung.given.holds(inputs, CONFIG.link)]
    assert step == max((rung.step for rung in held), default="L0")
    assert {reason.name for reason in ladder.reasons()} == {rung.name for rung in held}
    assert all(reason.since_ms == 1000 and reason.clears for reason in ladder.reasons())
    # Latched from L2: everything is well again, the step stays until the operator's word.
    well = LadderInputs(0.0, 0.0, is_direct=False, order_failing=False, has_left_area=False, has_fire_or_flood=False)
    assert ladder.receive(well, 2000) == (step if STEPS.index(step) >= 2 else "L0")
    ladder.leave()
    assert ladder.receive(well, 3000) == "L0"


@pytest.mark.parametrize("state", list(alert_table.TRANSITIONS))
@pytest.mark.parametrize("event", ["raise", "rectify", "acknowledge", "silence", "silence_over", "transfer", "return"])
def test_every_event_in_every_state_of_an_alert(state: str, event: str) -> None:
    """Proves ALT-02: every pair is listed or changes nothing; nothing becomes normal unacknowledged."""
    alerts = Alerts(CONFIG.alerts)
    alerts._alerts["link-lost"].state = state  # type: ignore[assignment]
    after = alert_table.TRANSITIONS[state].get(event)  # type: ignore[call-overload]
    assert alerts._go("link-lost", event, 0.0) is (after is not None)  # type: ignore[arg-type]
    assert alerts._alerts["link-lost"].state == (after or state)
    assert not (state in ("unacknowledged", "silenced") and alerts._alerts["link-lost"].state == "normal")


def test_alerts_wait_for_their_delays_and_a_silence_lasts_thirty_seconds() -> None:
    """Proves ALT-01, ALT-03, ALT-09: on and off delays, and the sound comes back."""
    alerts = Alerts(CONFIG.alerts)
    alerts.want("position-input", active=True, now_s=0.0)
    alerts.want("position-input", active=True, now_s=1.9)
    assert alerts.active() == ()
    alerts.want("position-input", active=True, now_s=2.0)
    assert alerts.active() == ("position-input",)
    assert alerts.silence("position-input", 5.0)
    alerts.tick(34.9)
    assert alerts.outbox()[-1]["state"] == "silenced"
    alerts.tick(35.0)
    assert alerts.outbox()[-1]["state"] == "unacknowledged"
    assert alerts.acknowledge("position-input", 36.0)
    alerts.want("position-input", active=False, now_s=40.0)
    alerts.want("position-input", active=False, now_s=42.9)
    assert alerts.active() == ("position-input",)
    alerts.want("position-input", active=False, now_s=43.0)
    assert alerts.active() == ()
    assert len({kind.id for kind in ALERTS.values()}) == len(ALERTS)


def test_cycles_of_the_rules_inputs_are_those_of_the_catalogue() -> None:
    """Proves INT-02: the ages that rules allow follow from the same cycles as the catalogue's."""
    catalogue = standard_catalogue()
    assert {name: catalogue[name].cycle_s for name in CYCLES_S} == CYCLES_S
    assert age_limit_s("NAV_LAT") == 3.0
    assert age_limit_s("NAV_HDG") == 1.0
    assert age_limit_s("NAV_LAT", direct=True) == 1.0
