"""What the supervisor makes of disk, ledger and alerts: raised, told, answered from ashore and at the bridge, given back."""

from __future__ import annotations

import pytest

from control.messages import BridgeLine, Emit, HeartbeatNow, Journal, JournalFailed, LedgerState, Reconnected, Speak
from tests.control_rig import Rig
from tests.unit.test_control_engineering import PUMP2, take_engineering
from tests.unit.test_control_phases import with_phases
from tests.unit.test_control_supervisor import look, told, under_way


def test_a_disk_that_fails_ends_what_waits_for_it_and_is_told() -> None:
    """Proves CMD-13: the order, the machine's order and the alert; re-armed aboard she takes orders again."""
    ship = under_way()
    take_engineering(ship)
    ship.journal_held = True
    order, pump = ship.say("conn.heading", {"heading_deg": 90}), ship.say("pump.start", PUMP2, "mia")
    ship.journal_held = False
    for output in [int(line.split("number=")[1].split(",")[0]) for line in ship.log if " Journal(" in line][-2:]:
        ship.supervisor.receive(JournalFailed(output, "disk full"), ship.now_s)
    ship.drain()
    assert (ship.state(order), ship.state(pump)) == ("FAILED", "FAILED")
    look(ship, 1.0)
    assert "journal" in ship.supervisor.alerts.active()
    assert ("journal", "CMD-13") in ship.reasons(ship.say("conn.heading", {"heading_deg": 91}))
    ship.bridge("rearm")
    assert ship.state(ship.say("conn.heading", {"heading_deg": 92})) == "executing"
    look(ship, 1.0)
    assert "journal" not in [
        name for name in ship.supervisor.alerts.active() if ship.supervisor.alerts.state_of(name) == "unacknowledged"
    ]


def test_a_ledger_that_cannot_be_written_is_an_alert_until_it_can() -> None:
    """Proves LED-04: it mends by itself."""
    ship = under_way()
    ship.feed(LedgerState("no room"))
    look(ship, 1.0)
    assert ship.supervisor.alerts.state_of("ledger") == "unacknowledged"
    assert ("ledger", "LED-04") in ship.reasons(ship.say("conn.heading", {"heading_deg": 91}))
    ship.feed(LedgerState(""))
    look(ship, 1.0)
    assert ship.supervisor.alerts.state_of("ledger") == "rectified-unacknowledged"
    assert ship.state(ship.say("conn.heading", {"heading_deg": 92})) == "executing"


def test_a_shore_that_is_there_again_is_told_every_alert() -> None:
    """Proves ALT-07: all of them, normal ones too, at once."""
    ship = Rig()
    ship.feed(Reconnected())
    (alerts,) = told(ship, "alerts")
    assert alerts == {"alerts": ship.supervisor.alerts.all()}


def test_an_alert_is_journaled_told_and_beaten_in_this_order() -> None:
    """Proves ALT-07, ALT-08: first the record, then the event, then a heartbeat, then the word on the bridge."""
    ship = Rig()
    ship.supervisor.alerts.want("fallback", active=True, now_s=ship.now_s)
    kinds = [type(one) for one in ship.supervisor.outbox()]
    assert kinds == [Journal, Emit, HeartbeatNow, *[Speak] * (len(kinds) - 3)]
    assert len(kinds) > 3
    assert [type(one) for one in ship.supervisor.outbox()] == []
    ship.supervisor.alerts.want("fallback", active=False, now_s=ship.now_s)
    out = ship.supervisor.outbox()
    assert isinstance(out[0], Journal)
    assert out[0].standing == "alerts"
    assert isinstance(out[1], Emit)
    assert (out[1].kind, out[1].body["alert_id"]) == ("alert", "fallback")
    ship.supervisor._judge.journal_problem = "disk full"
    ship.supervisor.alerts.want("distress", active=True, now_s=ship.now_s)
    assert Journal not in [type(one) for one in ship.supervisor.outbox()]


@pytest.mark.parametrize("line", [b"noise", b"$IIACN,120000.00,FRM,3900,1,A,C*00\r\n"])
def test_a_line_of_the_bridge_is_heard_and_changes_nothing_that_it_does_not_name(line: bytes) -> None:
    """Proves ALT-08: noise on the wire acknowledges nothing."""
    ship = Rig()
    ship.supervisor.alerts.want("fallback", active=True, now_s=ship.now_s)
    ship.feed(BridgeLine(line))
    assert ship.supervisor.alerts.state_of("fallback") == "unacknowledged"


def alarmed(name: str = "journal") -> Rig:
    """Return a ship that Ann has, with an alert up."""
    ship = under_way()
    ship.supervisor.alerts.want(name, active=True, now_s=ship.now_s)
    ship.drain()
    return ship


def test_an_alert_is_answered_by_its_own_word() -> None:
    """Proves ALT-03, ALT-05, ALT-08: silenced, taken by the conn's holder alone, acknowledged by anybody who may."""
    ship = alarmed()
    assert ship.state(ship.say("alert.silence", {"alert_id": "journal"}, "vic")) == "SUCCEEDED"
    assert ship.supervisor.alerts.state_of("journal") == "silenced"
    assert ship.reasons(ship.say("alert.silence", {"alert_id": "journal"}, "vic")) == [("nothing_to_silence", "ALT-03")]
    assert ship.reasons(ship.say("alert.take", {"alert_id": "journal"}, "bob")) == [("not_in_control", "INT-01")]
    assert ship.state(ship.say("alert.take", {"alert_id": "journal"})) == "SUCCEEDED"
    assert ship.reasons(ship.say("alert.take", {"alert_id": "journal"})) == [("nothing_to_take", "ALT-08")]
    other = alarmed()
    assert other.state(other.say("alert.acknowledge", {"alert_id": "journal"}, "vic")) == "SUCCEEDED"
    assert other.reasons(other.say("alert.acknowledge", {"alert_id": "journal"}, "vic")) == [
        ("nothing_to_acknowledge", "ALT-02")
    ]
    judged = alarmed("distress")
    assert judged.reasons(judged.say("alert.acknowledge", {"alert_id": "distress", "picture_age_s": 3.1})) == [
        ("nothing_to_acknowledge", "ALT-02")
    ]
    assert judged.reasons(judged.say("alert.acknowledge", {"alert_id": "distress"})) != []
    assert judged.state(judged.say("alert.acknowledge", {"alert_id": "distress", "picture_age_s": 3})) == "SUCCEEDED"


def test_the_bridge_answers_alerts_at_its_panel_and_a_phase_that_does_not_fit_stays_out() -> None:
    """Proves ALT-05, FBK-02: a silence, an acknowledgement of category A, and half ahead at berth."""
    ship = alarmed("distress")
    ship.bridge("silence", id="distress")
    assert ship.supervisor.alerts.state_of("distress") == "silenced"
    ship.bridge("acknowledge", id="distress")
    assert ship.supervisor.alerts.state_of("distress") == "acknowledged"
    slow = Rig(config=with_phases())
    slow.bridge("phase", phase="berth", person="mate")
    assert [(one["to"], one["person"], one["console"]) for one in told(slow, "phase")] == [("berth", "mate", "bridge")]
    fast = under_way(config=with_phases())
    fast.bridge("phase", phase="berth", person="mate")
    assert fast.supervisor.voyage.phase == "coastal"
    # What the bridge does shows at once: the ladder ends with its hand on the panel.
    silent = under_way()
    silent.beating = None
    silent.forward(4.0)
    assert silent.step == "L2"
    silent.bridge("take")
    assert silent.step == "L0"


def test_alerts_follow_what_she_sees_and_who_has_her() -> None:
    """Proves ALT-02, ALT-08, CMD-05: taken ashore they come back when nobody is heard, or has her; silenced they sound again."""
    held = alarmed("journal")
    held.supervisor._judge.journal_problem = "disk full"
    held.say("alert.take", {"alert_id": "journal"})
    look(held)
    assert held.supervisor.alerts.state_of("journal") == "responsibility-transferred"
    held.say("authority.release")
    look(held)
    assert held.supervisor.alerts.state_of("journal") == "unacknowledged"
    silent = alarmed("journal")
    silent.supervisor._judge.journal_problem = "disk full"
    silent.say("alert.take", {"alert_id": "journal"})
    silent.beating = None
    while silent.step < "L2":
        assert silent.supervisor.alerts.state_of("journal") == "responsibility-transferred"
        look(silent, 0.5)
    assert silent.supervisor.alerts.state_of("journal") == "unacknowledged"
    # A silence ends with the looks.
    silent.say("alert.silence", {"alert_id": "journal"}, "vic")
    look(silent, 29.0)
    assert silent.supervisor.alerts.state_of("journal") == "silenced"
    look(silent, 2.0)
    assert silent.supervisor.alerts.state_of("journal") == "unacknowledged"
