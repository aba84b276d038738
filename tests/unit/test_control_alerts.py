"""Alerts: escalation, category A, sound, restarts and reconnects, and the bridge's own sentences (ALT-04 to ALT-08)."""

from __future__ import annotations

import pytest

from control import bam
from control.alerts import Alerts
from control.alerttable import ALERTS
from control.limits import ConfigError, ControlConfig
from control.messages import BridgeLine, JournalFailed, Reconnected
from protocols.link import cbor
from protocols.link.cbor import Plain
from protocols.link.events import Event
from protocols.nmea0183.kinds import FieldValue
from protocols.nmea0183.sentence import Sentence, parse_line
from protocols.nmea0183.typed import fields_of, make_sentence
from shoreside.live import views
from tests.control_rig import VESSEL, Rig, example_config, example_table

LIMITS = example_config().alerts
POSITION, DISTRESS = "position-input", "distress"


def raised(name: str = POSITION) -> Alerts:
    """Return alerts of which `name` has just been raised, at 100 s."""
    alerts = Alerts(LIMITS)
    alerts.want(name, active=True, now_s=100.0 - ALERTS[name].on_delay_s)
    alerts.want(name, active=True, now_s=100.0)
    return alerts


def told(alerts: Alerts) -> list[tuple[object, object, object]]:
    """Return (state, priority, sounds) of each change taken."""
    return [(body["state"], body["priority"], body["sounds"]) for body in alerts.outbox()]


def test_a_warning_nobody_acknowledges_repeats_and_becomes_an_alarm() -> None:
    """Proves ALT-04: it sounds each 30 s, and after five minutes it is an alarm; acknowledged it does neither."""
    alerts = raised()
    alerts.outbox()
    for second in range(100, 400):
        alerts.tick(float(second))
    assert told(alerts) == [("unacknowledged", "warning", number) for number in range(2, 11)]
    alerts.tick(400.0)
    assert told(alerts) == [("unacknowledged", "alarm", 11)]
    for second in range(401, 1200):
        alerts.tick(float(second))
    assert told(alerts) == []
    # The next time it begins as the warning that it is.
    assert alerts.acknowledge(POSITION, 1200.0)
    alerts.want(POSITION, active=False, now_s=1200.0)
    alerts.want(POSITION, active=False, now_s=1204.0)
    alerts.want(POSITION, active=True, now_s=1210.0)
    alerts.want(POSITION, active=True, now_s=1213.0)
    assert told(alerts)[-1][1] == "warning"
    # Acknowledged in time it stays one.
    alerts = raised()
    assert alerts.acknowledge(POSITION, 399.0)
    alerts.outbox()
    for second in range(399, 900):
        alerts.tick(float(second))
    assert told(alerts) == []


def test_a_silence_does_not_stop_the_escalation() -> None:
    """Proves ALT-04, ALT-03: silenced again and again, it is an alarm after five minutes all the same."""
    alerts = raised()
    for second in range(100, 401):
        alerts.silence(POSITION, float(second))
        alerts.tick(float(second))
    assert told(alerts)[-1][:2] == ("unacknowledged", "alarm")


@pytest.mark.parametrize(("escalate_s", "repeat_s"), [(301.0, 30.0), (300.0, 0.0), (20.0, 30.0)])
def test_the_escalation_is_settable_down_and_never_up(escalate_s: float, repeat_s: float) -> None:
    """Proves ALT-04: more than five minutes, and a repetition after the escalation, do not start."""
    table = example_table()
    table["alerts"] |= {"escalate_s": escalate_s, "repeat_s": repeat_s}
    with pytest.raises(ConfigError, match="repeat_s <= escalate_s <= 300"):
        ControlConfig.from_mapping(VESSEL, table)


@pytest.mark.parametrize(("age_s", "done"), [(None, False), (3.01, False), (3.0, True), (0.5, True)])
def test_category_a_is_acknowledged_from_ashore_only_with_a_fresh_picture(age_s: float | None, *, done: bool) -> None:
    """Proves ALT-05: the order says how old the picture is that the operator sees; category B needs none."""
    ship = Rig()
    ship.take("ann")
    ship.values["FIRE_ALM"] = True
    ship.forward(1.0)
    assert ship.step == "L6"
    args = {"alert_id": DISTRESS} if age_s is None else {"alert_id": DISTRESS, "picture_age_s": age_s}
    order = ship.say("alert.acknowledge", args)  # type: ignore[arg-type] # both maps hold plain values
    assert (ship.state(order) == "SUCCEEDED") is done
    assert (ship.supervisor.alerts.state_of(DISTRESS) == "acknowledged") is done
    del ship.values["NAV_LAT"]
    ship.forward(3.0)
    assert ship.state(ship.say("alert.acknowledge", {"alert_id": POSITION})) == "SUCCEEDED"


def test_an_operator_silences_from_ashore_and_it_sounds_again() -> None:
    """Proves ALT-03, ALT-06: any operator silences for 30 s, without the conn; what makes no sound is refused in words."""
    ship = Rig()
    ship.forward(1.0)
    del ship.values["NAV_LAT"]
    ship.forward(3.0)
    assert ship.state(ship.say("alert.silence", {"alert_id": POSITION}, "bob")) == "SUCCEEDED"
    assert ship.supervisor.alerts.state_of(POSITION) == "silenced"
    assert ship.reasons(ship.say("alert.silence", {"alert_id": POSITION}, "bob")) == [("nothing_to_silence", "ALT-03")]
    ship.forward(31.0)
    assert ship.supervisor.alerts.state_of(POSITION) == "unacknowledged"


def test_the_bridge_acknowledges_category_a_at_its_own_panel() -> None:
    """Proves ALT-05: aboard the picture is the sea."""
    ship = Rig()
    ship.values["FIRE_ALM"] = True
    ship.forward(1.0)
    ship.bridge("acknowledge", id=DISTRESS)
    assert ship.supervisor.alerts.state_of(DISTRESS) == "acknowledged"


def test_a_caution_is_active_or_gone_and_asks_nobody() -> None:
    """Proves ALT-02, ALT-01: no sound, nothing to acknowledge, silence or take over; it goes with its cause."""
    cautions = [name for name, kind in ALERTS.items() if kind.priority == "caution"]
    assert {"link-degraded", "drill", "access-ending"} <= set(cautions)
    for name in cautions:
        alerts = raised(name)
        assert told(alerts) == [("acknowledged", "caution", 0)]
        answers = (alerts.acknowledge(name, 101.0), alerts.silence(name, 101.0), alerts.transfer(name, 101.0))
        alerts.tick(1000.0)
        alerts.give_back(1000.0)
        assert (answers, told(alerts)) == ((False, False, False), [])
        for second in (1001.0, 1001.0 + ALERTS[name].off_delay_s):
            alerts.want(name, active=False, now_s=second)
        assert told(alerts) == [("normal", "caution", 0)]


def test_a_caution_that_an_earlier_release_kept_open_goes_with_its_cause() -> None:
    """Proves ALT-07: as a record of before says it, it was to be acknowledged; the record of an alarm is taken as it is."""
    for state in ("unacknowledged", "silenced", "rectified-unacknowledged", "responsibility-transferred"):
        alerts = Alerts(LIMITS)
        rows: dict[str, Plain] = {
            "drill": [state, "caution", 1, 1],
            "journal": ["rectified-unacknowledged", "alarm", 1, 1],
        }
        alerts.restore(cbor.encode({"t": "alerts", "alerts": rows}), 100.0)
        assert (alerts.state_of("drill"), alerts.state_of("journal")) == ("acknowledged", "rectified-unacknowledged")
        alerts.want("drill", active=False, now_s=101.0)
        assert alerts.state_of("drill") == "normal"


def test_acknowledging_is_not_silencing_and_what_comes_again_sounds_again() -> None:
    """Proves ALT-06: silenced is still unacknowledged; acknowledged, rectified and raised again it sounds anew."""
    alerts = raised()
    assert told(alerts) == [("unacknowledged", "warning", 1)]
    alerts.silence(POSITION, 101.0)
    assert told(alerts) == [("silenced", "warning", 1)]
    assert alerts.state_of(POSITION) == "silenced"
    alerts.tick(131.0)
    assert told(alerts) == [("unacknowledged", "warning", 2)]
    alerts.acknowledge(POSITION, 132.0)
    assert not alerts.silence(POSITION, 133.0)
    for second in (140.0, 144.0):
        alerts.want(POSITION, active=False, now_s=second)
    for second in (150.0, 152.0):
        alerts.want(POSITION, active=True, now_s=second)
    assert told(alerts)[-1] == ("unacknowledged", "warning", 3)


def test_a_higher_alert_of_the_same_trouble_sounds_though_the_lower_was_silenced() -> None:
    """Proves ALT-06: the link is silent, the bridge silences; then it is lost, and that sounds."""
    ship = Rig()
    ship.take("ann")
    ship.beating = None
    ship.forward(5.0)
    ship.bridge("silence", id="link-silent")
    assert ship.supervisor.alerts.state_of("link-silent") == "silenced"
    ship.forward(6.0)
    lost = [e.body for e in ship.events if e.kind == "alert" and e.body["alert_id"] == "link-lost"]
    assert (lost[0]["state"], lost[0]["priority"], lost[0]["sounds"]) == ("unacknowledged", "alarm", 1)


def test_an_acknowledgement_outlives_a_restart_and_a_cause_that_is_gone_ends() -> None:
    """Proves ALT-07: acknowledged before, so it does not sound after; what was not is not acknowledged by the restart."""
    ship = Rig()
    del ship.values["NAV_LAT"], ship.values["NAV_HDG"]
    ship.forward(3.0)
    ship.say("alert.acknowledge", {"alert_id": POSITION})
    again = Rig(now_s=5000.0, journal=ship.journal)
    del again.values["NAV_LAT"], again.values["NAV_HDG"]
    again.forward(1.0)
    alerts = again.supervisor.alerts
    assert (alerts.state_of(POSITION), alerts.state_of("heading-input")) == ("acknowledged", "unacknowledged")
    assert [e for e in again.events if e.kind == "alert" and e.body["alert_id"] == POSITION] == []
    again.values.update(NAV_LAT=34.93)
    again.forward(4.0)
    assert alerts.state_of(POSITION) == "normal"


def test_after_a_reconnect_the_ship_tells_how_every_alert_stands() -> None:
    """Proves ALT-07: one event with all of them, normal ones too: what the shore had and she has not is over."""
    ship = Rig()
    del ship.values["NAV_LAT"]
    ship.forward(3.0)
    ship.feed(Reconnected())
    whole = next(e.body["alerts"] for e in ship.events if e.kind == "alerts")
    assert isinstance(whole, list)
    states = {str(row["alert_id"]): row["state"] for row in whole if isinstance(row, dict)}
    assert states.keys() == ALERTS.keys()
    assert (states[POSITION], states["journal"]) == ("unacknowledged", "normal")


def heard(ship: Rig, formatter: str) -> list[dict[str, FieldValue]]:
    """Return the sentences of `formatter` said to the bridge, read back."""
    found = [parse_line(line) for line in ship.spoken]
    good = [sentence for sentence in found if isinstance(sentence, Sentence) and sentence.formatter == formatter]
    assert len(found) == sum(isinstance(sentence, Sentence) for sentence in found)
    read = [fields_of(sentence) for sentence in good]
    assert all(fields is not None and not fields.faults for fields in read)
    return [fields.values for fields in read if fields is not None]


def test_the_ship_speaks_alf_alc_and_hbt_on_her_bridge() -> None:
    """Proves ALT-08: each change in two parts, the list at once and each 30 s, the heartbeat beside it."""
    ship = Rig()
    ship.bridge("take")
    ship.forward(1.0)
    assert heard(ship, "ALC")[0] == {"total": 1, "part": 1, "sequence": 1, "entries": 0}
    del ship.values["NAV_LAT"]
    ship.forward(2.5)
    first, second = heard(ship, "ALF")[-2:]
    assert (first["state"], first["priority"], first["category"], first["text"]) == ("V", "W", "B", "POSITION LOST")
    assert (first["alert"], second["alert"], second["part"]) == (bam.IDS[POSITION], bam.IDS[POSITION], 2)
    assert second["text"] == "Check the receivers; no orders in fences."[: bam.ADVICE_MAX]
    assert heard(ship, "ALC")[-1]["entry_1"] == ("FHM", bam.IDS[POSITION], 1, first["revision"])
    beats = len(heard(ship, "HBT"))
    ship.forward(61.0)
    assert len(heard(ship, "HBT")) - beats == pytest.approx(3, abs=1)  # two by time, and one with a repetition
    assert heard(ship, "HBT")[0]["interval_s"] == 30
    for kind in ALERTS.values():  # every one fits into 80 characters
        assert bam.IDS[kind.id] >= bam.FIRST_ID


def acn(ship: Rig, command: str, name: str = POSITION, layout: int = 0, **more: FieldValue) -> None:
    """Say an ACN of the bridge."""
    values: dict[str, FieldValue] = {
        "utc": "12:00:00.00", "maker": "FHM", "alert": bam.IDS[name], "instance": 1, "command": command, "sentence_status": "C",
    }  # fmt: skip
    ship.feed(BridgeLine(make_sentence("CA", "ACN", values | more, layout)))


def test_the_bridge_answers_by_acn_and_what_cannot_be_is_refused_by_arc() -> None:
    """Proves ALT-08: acknowledge and silence, either order of the fields; a second time ARC; asked, she says all again."""
    ship = Rig()
    del ship.values["NAV_LAT"]
    ship.forward(2.5)
    acn(ship, "S")
    assert ship.supervisor.alerts.state_of(POSITION) == "silenced"
    acn(ship, "A", layout=1)
    assert ship.supervisor.alerts.state_of(POSITION) == "acknowledged"
    assert heard(ship, "ALF")[-2]["state"] == "A"
    assert heard(ship, "ARC") == []
    acn(ship, "S")
    assert [row["command"] for row in heard(ship, "ARC")] == ["S"]
    acn(ship, "O")
    assert [row["command"] for row in heard(ship, "ARC")] == ["S", "O"]
    before = len(heard(ship, "ALF"))
    acn(ship, "Q", alert=0, instance=0)
    assert len(heard(ship, "ALF")) == before + 2
    # Another maker's alert and noise are nobody's of ours.
    for line in (b"noise", b"$CAACN,120000.00,XYZ,100011,1,A,C*00"):
        ship.feed(BridgeLine(line))
    acn(ship, "A", maker="XYZ")
    assert len(heard(ship, "ARC")) == 2


def test_the_old_acknowledgement_is_understood() -> None:
    """Proves ALT-08: ACK of the old generation."""
    ship = Rig()
    del ship.values["NAV_LAT"]
    ship.forward(2.5)
    ship.feed(BridgeLine(make_sentence("II", "ACK", {"alert": str(bam.IDS[POSITION])})))
    assert ship.supervisor.alerts.state_of(POSITION) == "acknowledged"


def test_responsibility_taken_ashore_returns_when_the_heartbeat_stops() -> None:
    """Proves ALT-08: taken by the holder of the conn, shown as O; silent for 3.5 s it sounds aboard again by itself."""
    ship = Rig()
    ship.take("ann")
    ship.feed(JournalFailed(0, "disk full"))
    ship.forward(0.5)
    assert ship.reasons(ship.say("alert.take", {"alert_id": "journal"}, "bob")) == [("not_in_control", "INT-01")]
    assert ship.state(ship.say("alert.take", {"alert_id": "journal"})) == "SUCCEEDED"
    assert ship.supervisor.alerts.state_of("journal") == "responsibility-transferred"
    assert heard(ship, "ALF")[-2]["state"] == "O"
    ship.forward(60.0)
    assert ship.supervisor.alerts.state_of("journal") == "responsibility-transferred"
    ship.beating = None
    ship.forward(4.5)
    assert ship.supervisor.alerts.state_of("journal") == "unacknowledged"
    rows = [row for row in heard(ship, "ALF") if row["alert"] == bam.IDS["journal"] and row["part"] == 1]
    assert rows[-1]["state"] == "V"
    # What the bridge alone can judge is not taken ashore.
    assert ship.reasons(ship.say("alert.take", {"alert_id": "collision-danger"})) == [("nothing_to_take", "ALT-08")]


def test_the_shore_takes_the_ships_word_for_every_alert() -> None:
    """Proves ALT-07 ashore: what it had and the ship has not any more is over; what cannot be read is left out."""
    ship = Rig()
    del ship.values["NAV_LAT"]
    ship.forward(3.0)
    whole = ship.supervisor.alerts.all()
    event = Event(
        VESSEL, "boot", 1, 0, 0, "alerts", {"alerts": [*whole, "noise", {"alert_id": "x", "state": "sleeping"}]}
    )
    rows = {row["alert_id"]: row["state"] for row in views.alerts_of(event)}
    assert rows.keys() == ALERTS.keys()
    assert (rows[POSITION], rows["ledger"]) == ("unacknowledged", "normal")


def test_the_table_of_alerts_is_the_policy() -> None:
    """Proves ALT-01, ALT-09: priority, category, and the seconds until each is raised and until it is over."""
    table = {
        "link-degraded": ("caution", "B", 0.0, 5.0), "link-silent": ("warning", "B", 0.0, 0.0),
        "link-lost": ("alarm", "B", 0.0, 0.0), "fallback": ("alarm", "B", 0.0, 0.0),
        "distress": ("emergency alarm", "A", 0.0, 0.0), "clocks-apart": ("warning", "B", 0.0, 5.0),
        "entry-late": ("alarm", "B", 0.0, 0.0), "no-fix": ("alarm", "B", 0.0, 0.0), "anchor": ("warning", "B", 0.0, 0.0),
        "emergency-stop": ("alarm", "B", 0.0, 0.0), "heading-input": ("warning", "B", 1.0, 3.0),
        "position-input": ("warning", "B", 2.0, 3.0), "collision-danger": ("alarm", "A", 2.0, 10.0),
        "too-little-time": ("warning", "B", 2.0, 5.0),
        "off-track": ("alarm", "B", 3.0, 5.0), "course-change": ("warning", "B", 0.0, 2.0),
        "turn-unconfirmed": ("alarm", "B", 0.0, 2.0), "route-end": ("warning", "B", 0.0, 2.0),
        "journal": ("alarm", "B", 0.0, 0.0), "drill": ("caution", "B", 0.0, 0.0), "ledger": ("alarm", "B", 0.0, 0.0),
        "access-ending": ("caution", "B", 0.0, 0.0), "access-ended": ("warning", "B", 0.0, 0.0),
    }  # fmt: skip
    found = {kind.id: (kind.priority, kind.category, kind.on_delay_s, kind.off_delay_s) for kind in ALERTS.values()}
    assert list(found.items()) == list(table.items())
