"""The machine of the ship's alerts by itself: delays, sound, silence, escalation, responsibility, and what outlives a restart."""

from __future__ import annotations

from typing import Any

import pytest

from control.alerts import OF_CAUTION, TRANSITIONS, Alerts, AlertState
from control.alerttable import ALERTS
from control.command import restore
from control.limits.records import AlertLimits
from protocols.errors import MalformedError
from protocols.link import cbor

LIMITS = AlertLimits(300.0, 30.0, 3.0)
WARNING, ALARM, CAUTION, JUDGED = "link-silent", "link-lost", "drill", "collision-danger"
"""One of each priority without delays of its own, and one of category A: 2 s on, 10 s off."""


class Panel:
    """The alerts of one ship, and the time."""

    def __init__(self, *up: str) -> None:
        """Begin at 100 s with these alerts up, their changes taken."""
        self.alerts, self.now_s = Alerts(LIMITS), 100.0
        for name in up:
            self.want(name, after_s=0.0)
        self.alerts.outbox()

    def want(self, name: str, *, active: bool = True, after_s: float = 1.0) -> str:
        """Let time pass, say whether a condition holds, and return the state."""
        self.now_s = round(self.now_s + after_s, 6)
        self.alerts.want(name, active=active, now_s=self.now_s)
        return self.alerts.state_of(name)

    def tick(self, after_s: float) -> list[tuple[str, int]]:
        """Let time pass; return (state, sounds) of what was told by it."""
        self.now_s = round(self.now_s + after_s, 6)
        self.alerts.tick(self.now_s)
        return [(str(one["state"]), int(str(one["sounds"]))) for one in self.alerts.outbox()]

    def body(self, name: str) -> dict[str, Any]:
        """Return an alert as it stands."""
        return next(dict(one) for one in self.alerts.all() if isinstance(one, dict) and one["alert_id"] == name)


def test_the_states_follow_one_another_like_this() -> None:
    """Proves ALT-02, ALT-03, ALT-08: the table word for word; a caution has two states and asks nobody."""
    assert TRANSITIONS == {
        "normal": {"raise": "unacknowledged"},
        "unacknowledged": {"acknowledge": "acknowledged", "silence": "silenced", "rectify": "rectified-unacknowledged",
                           "transfer": "responsibility-transferred"},
        "silenced": {"silence_over": "unacknowledged", "acknowledge": "acknowledged", "rectify": "rectified-unacknowledged",
                     "transfer": "responsibility-transferred"},
        "acknowledged": {"rectify": "normal", "transfer": "responsibility-transferred"},
        "rectified-unacknowledged": {"raise": "unacknowledged", "acknowledge": "normal"},
        "responsibility-transferred": {"return": "unacknowledged", "rectify": "normal"},
    }  # fmt: skip
    assert OF_CAUTION == {"normal": {"raise": "acknowledged"}, "acknowledged": {"rectify": "normal"}}


def test_an_alert_is_told_whole_with_each_change_of_it() -> None:
    """Proves ALT-02, ALT-06: text, advice, priority, category, state, how often it sounded, its revision; taken once."""
    panel = Panel()
    assert panel.alerts.active() == ()
    assert panel.want(WARNING) == "unacknowledged"
    (told,) = panel.alerts.outbox()
    assert told == {
        "alert_id": "link-silent", "text": "LINK TO ROC SILENT", "advice": "Ship holds her setpoint; take local control.",
        "priority": "warning", "category": "B", "state": "unacknowledged", "sounds": 1, "revision": 1, "escalated": False,
    }  # fmt: skip
    assert panel.alerts.outbox() == []
    assert panel.want(WARNING) == "unacknowledged"  # it goes on: nothing new
    assert panel.alerts.outbox() == []
    assert panel.alerts.acknowledge(WARNING, panel.now_s)
    (told,) = panel.alerts.outbox()
    assert (told["state"], told["sounds"], told["revision"]) == ("acknowledged", 1, 2)
    assert panel.alerts.active() == (WARNING,)
    assert len(panel.alerts.all()) == len(ALERTS)
    assert panel.body(ALARM)["state"] == "normal"


def test_revisions_run_from_one_to_ninety_nine_and_round() -> None:
    """Proves ALT-02: IEC 61924-2 has two digits and no nought."""
    panel = Panel()
    revisions = []
    for _ in range(101):
        panel.want(CAUTION, active=not panel.alerts.active())
        revisions += [one["revision"] for one in panel.alerts.outbox()]
    assert revisions == [*range(1, 100), 1, 2]


def test_a_condition_must_last_to_raise_and_to_end_an_alert() -> None:
    """Proves ALT-09: two seconds on, ten off, dense; a flutter begins either count anew."""
    panel = Panel()
    assert panel.want(JUDGED) == "normal"
    assert panel.want(JUDGED, after_s=1.9) == "normal"
    assert panel.want(JUDGED, active=False, after_s=0.05) == "normal"
    assert panel.want(JUDGED, after_s=0.05) == "normal"
    assert panel.want(JUDGED, after_s=1.9) == "normal"
    assert panel.want(JUDGED, after_s=0.1) == "unacknowledged"
    assert panel.want(JUDGED, active=False) == "unacknowledged"
    assert panel.want(JUDGED, active=False, after_s=9.9) == "unacknowledged"
    assert panel.want(JUDGED, after_s=0.05) == "unacknowledged"
    assert panel.want(JUDGED, active=False, after_s=0.05) == "unacknowledged"
    assert panel.want(JUDGED, active=False, after_s=9.9) == "unacknowledged"
    assert panel.want(JUDGED, active=False, after_s=0.1) == "rectified-unacknowledged"
    # What comes again sounds again, and an acknowledgement after the end is the end.
    panel.want(JUDGED)
    assert panel.want(JUDGED, after_s=2.0) == "unacknowledged"
    assert panel.body(JUDGED)["sounds"] == 2
    panel.want(JUDGED, active=False)
    panel.want(JUDGED, active=False, after_s=10.0)
    assert panel.alerts.acknowledge(JUDGED, panel.now_s)
    assert panel.alerts.active() == ()


@pytest.mark.parametrize(("age_s", "done"), [(0.0, True), (3.0, True), (3.1, False), (None, False)])
def test_what_must_be_judged_by_a_picture_needs_a_fresh_one(age_s: float | None, done: bool) -> None:
    """Proves ALT-05: category A alone; no picture is not a fresh one; aboard the picture is the sea."""
    panel = Panel(WARNING)
    panel.want(JUDGED)
    panel.want(JUDGED, after_s=2.0)
    assert panel.alerts.acknowledge(JUDGED, panel.now_s, age_s) is done
    assert panel.alerts.state_of(JUDGED) == ("acknowledged" if done else "unacknowledged")
    assert panel.alerts.acknowledge(WARNING, panel.now_s, age_s)
    aboard = Alerts(AlertLimits(300.0, 30.0, 0.0))  # where no picture ashore is ever fresh enough
    aboard.want("distress", active=True, now_s=0.0)
    assert not aboard.acknowledge("distress", 0.0, 0.1)
    assert aboard.acknowledge("distress", 0.0)


def test_what_is_not_there_cannot_be_acknowledged_silenced_or_taken() -> None:
    """Proves ALT-02, ALT-03, ALT-08: an unknown name, a normal alert, one that was acknowledged; nothing is told of it."""
    panel = Panel(ALARM)
    for act in (panel.alerts.acknowledge, panel.alerts.silence, panel.alerts.transfer):
        assert not act("no-such-alert", panel.now_s)
        assert not act(WARNING, panel.now_s)
    assert panel.alerts.acknowledge(ALARM, panel.now_s)
    assert not panel.alerts.acknowledge(ALARM, panel.now_s)
    assert not panel.alerts.silence(ALARM, panel.now_s)
    assert len(panel.alerts.outbox()) == 1


def test_a_silence_lasts_half_a_minute_and_is_no_acknowledgement() -> None:
    """Proves ALT-03, ALT-06: dense at 30 s; it sounds again then, and not for having been silenced before."""
    panel = Panel(ALARM)
    assert panel.alerts.silence(ALARM, panel.now_s)
    assert [one["sounds"] for one in panel.alerts.outbox()] == [1]
    assert panel.tick(29.9) == []
    assert panel.alerts.state_of(ALARM) == "silenced"
    assert panel.tick(0.1) == [("unacknowledged", 2)]
    assert panel.tick(500.0) == []  # an alarm sounds until it is acknowledged: it needs no repetition
    assert panel.alerts.silence(ALARM, panel.now_s)
    assert panel.alerts.acknowledge(ALARM, panel.now_s)


def test_a_warning_sounds_again_each_half_minute_and_is_an_alarm_after_five_minutes() -> None:
    """Proves ALT-04: dense at both; as an alarm it is told as escalated and repeats no more."""
    panel = Panel(WARNING)
    assert panel.tick(29.9) == []
    assert panel.tick(0.1) == [("unacknowledged", 2)]
    assert panel.tick(29.9) == []
    assert panel.tick(0.1) == [("unacknowledged", 3)]
    for _ in range(7):
        assert len(panel.tick(30.0)) == 1
    assert panel.tick(29.9) == []
    assert panel.body(WARNING)["priority"] == "warning"
    assert panel.tick(0.1) == [("unacknowledged", 11)]
    assert (panel.body(WARNING)["priority"], panel.body(WARNING)["escalated"]) == ("alarm", True)
    assert panel.tick(900.0) == []
    # It ends as what it became, and begins anew as what it is.
    assert panel.alerts.acknowledge(WARNING, panel.now_s)
    assert panel.body(WARNING)["escalated"]
    assert panel.want(WARNING, active=False) == "normal"
    assert (panel.body(WARNING)["priority"], panel.body(WARNING)["escalated"]) == ("warning", False)
    panel.want(WARNING)
    panel.alerts.outbox()
    assert panel.tick(29.9) == []
    assert panel.tick(0.1) == [("unacknowledged", 13)]


def test_a_silence_holds_back_the_repetition_and_not_the_escalation() -> None:
    """Proves ALT-03, ALT-04: silenced again and again it is an alarm at five minutes all the same, and sounds."""
    panel = Panel(WARNING)
    for _ in range(9):
        assert panel.alerts.silence(WARNING, panel.now_s)
        panel.alerts.outbox()
        assert panel.tick(29.9) == []
        assert len(panel.tick(0.1)) == 1
    assert panel.alerts.silence(WARNING, panel.now_s)
    panel.alerts.outbox()
    assert panel.tick(29.9) == []
    # Silenced a moment before: it is an alarm, and is heard, though the half minute is not over.
    early = Panel(WARNING)
    early.tick(299.0)
    early.alerts.silence(WARNING, early.now_s)
    early.alerts.outbox()
    assert early.tick(0.9) == []
    for one in (panel, early):
        assert one.tick(0.1)[-1][0] == "unacknowledged"
        assert one.body(WARNING)["priority"] == "alarm"


def test_a_warning_that_ended_and_came_again_waits_its_own_five_minutes() -> None:
    """Proves ALT-04: raised anew is a new beginning; what is acknowledged, or a caution, neither repeats nor escalates."""
    panel = Panel(WARNING, CAUTION)
    for _ in range(9):
        panel.tick(30.0)
    panel.want(WARNING, active=False)
    assert panel.alerts.state_of(WARNING) == "rectified-unacknowledged"
    panel.alerts.outbox()
    assert panel.tick(500.0) == []
    panel.want(WARNING)
    panel.alerts.outbox()
    for _ in range(9):
        panel.tick(30.0)
    assert panel.body(WARNING)["priority"] == "warning"
    panel.alerts.acknowledge(WARNING, panel.now_s)
    panel.alerts.outbox()
    assert panel.tick(900.0) == []
    assert (panel.alerts.state_of(CAUTION), panel.body(CAUTION)["sounds"]) == ("acknowledged", 0)


def test_an_escalated_warning_that_comes_again_is_a_warning() -> None:
    """Proves ALT-04: its cause went while it was an alarm, nobody acknowledged it, and it came back."""
    panel = Panel(WARNING)
    panel.tick(300.0)
    assert panel.want(WARNING, active=False) == "rectified-unacknowledged"
    assert panel.body(WARNING)["priority"] == "alarm"
    assert panel.want(WARNING) == "unacknowledged"
    assert panel.body(WARNING)["priority"] == "warning"


def test_who_takes_responsibility_ashore_has_it_until_he_is_not_heard() -> None:
    """Proves ALT-08: category A stays aboard; returned it sounds and waits anew; nobody else's alert is touched."""
    panel = Panel(WARNING, ALARM, "distress", CAUTION)
    assert not panel.alerts.transfer("distress", panel.now_s)
    assert not panel.alerts.transfer(CAUTION, panel.now_s)
    assert panel.alerts.transfer(WARNING, panel.now_s)
    assert panel.alerts.acknowledge(ALARM, panel.now_s)
    assert panel.alerts.transfer(ALARM, panel.now_s)
    panel.alerts.outbox()
    assert panel.tick(900.0) == []
    panel.alerts.give_back(panel.now_s)
    assert [(one["alert_id"], one["state"], one["sounds"]) for one in panel.alerts.outbox()] == [
        (WARNING, "unacknowledged", 2), (ALARM, "unacknowledged", 2),
    ]  # fmt: skip
    assert panel.tick(29.9) == []
    assert panel.tick(0.1) == [("unacknowledged", 3)]
    panel.alerts.give_back(panel.now_s)
    assert panel.alerts.outbox() == []


def restored(panel: Panel) -> Panel:
    """Return the alerts as they are after a restart at 500 s."""
    again = Panel()
    again.now_s = 500.0
    kept = restore([panel.alerts.record()]).alerts  # as the journal finds it again
    again.alerts.restore(kept, 500.0)
    return again


def test_what_was_acknowledged_stays_so_over_a_restart_and_the_rest_is_asked_for_again() -> None:
    """Proves ALT-07, ALT-08: silence and responsibility are to be given anew; numbers go on; nothing is told by it."""
    panel = Panel(WARNING, ALARM, "fallback", "journal", "ledger", CAUTION)
    panel.alerts.acknowledge(ALARM, panel.now_s)
    panel.alerts.silence("fallback", panel.now_s)
    panel.alerts.transfer("journal", panel.now_s)
    panel.want("ledger", active=False)
    again = restored(panel)
    assert {name: again.alerts.state_of(name) for name in again.alerts.active()} == {
        WARNING: "unacknowledged", ALARM: "acknowledged", "fallback": "unacknowledged", "journal": "unacknowledged",
        CAUTION: "acknowledged", "ledger": "rectified-unacknowledged",
    }  # fmt: skip
    for name in again.alerts.active():
        before, after = panel.body(name), again.body(name)
        for what in ("sounds", "revision", "priority", "escalated"):
            assert after[what] == before[what], (name, what)
    assert again.alerts.outbox() == []
    # The five minutes and the half minute begin with the restart.
    assert again.tick(29.9) == []
    assert again.tick(0.1) == [("unacknowledged", 2)]
    assert again.tick(269.9) == [("unacknowledged", 3)]
    assert again.tick(0.1) == [("unacknowledged", 4)]
    assert again.body(WARNING)["priority"] == "alarm"
    assert again.body(WARNING)["escalated"]


def test_an_escalation_outlives_a_restart() -> None:
    """Proves ALT-04, ALT-07: an alarm that was a warning is one still."""
    panel = Panel(WARNING)
    panel.tick(300.0)
    again = restored(panel)
    assert (again.body(WARNING)["priority"], again.body(WARNING)["escalated"]) == ("alarm", True)


def record(**alerts: Any) -> bytes:
    """Return a record of the journal."""
    return cbor.encode({"t": "alerts", "alerts": {name.replace("_", "-"): row for name, row in alerts.items()}})


def test_a_record_of_another_release_is_taken_as_far_as_it_is_understood() -> None:
    """Proves ALT-07: unknown alerts and short rows are passed over; numbers that are none begin anew; a caution asks nobody."""
    panel = Panel()
    row = ["unacknowledged", "warning", "many", None]
    panel.alerts.restore(
        record(of_a_later_release=row, fallback=row[:3], journal="loud", link_silent=row, drill=row), 0.0
    )
    assert panel.alerts.active() == (WARNING, CAUTION)
    assert (panel.body(WARNING)["revision"], panel.body(WARNING)["sounds"]) == (0, 0)
    assert panel.alerts.state_of(CAUTION) == "acknowledged"
    assert (panel.body(CAUTION)["priority"], panel.body(CAUTION)["escalated"]) == ("caution", False)
    assert panel.want(CAUTION, active=False) == "normal"


@pytest.mark.parametrize("row", [["loud", "warning", 1, 1], ["unacknowledged", "high", 1, 1]])
def test_a_record_of_no_known_state_or_priority_is_refused(row: list[Any]) -> None:
    """Proves ALT-07: a damaged journal is told, not guessed at."""
    with pytest.raises(MalformedError, match="alert link-silent has no known state or priority"):
        Alerts(LIMITS).restore(record(link_silent=row), 0.0)
    states: tuple[AlertState, ...] = ("unacknowledged", "acknowledged")
    for state in states:
        Alerts(LIMITS).restore(record(link_silent=[state, "alarm", 1, 1]), 0.0)
