"""Alerts that the shore answers for: its own, and those of collectors and equipment (ALT-02 to ALT-07)."""

from __future__ import annotations

from typing import cast

import pytest

from protocols.console.alerts import AlertJson
from protocols.errors import MalformedError
from shoreside.live import fleet
from shoreside.live.answering import Answer, Answering, answer_of, answered_by
from shoreside.live.fleet import VesselState
from shoreside.ports import Work
from shoreside.store import acts


def alert(**changes: object) -> AlertJson:
    """Return an alert of a collector that nobody has acknowledged."""
    made = {
        "alert_id": "limit-high.ME_TEMP", "text": "HIGH ME_TEMP", "priority": "warning", "category": "B",
        "state": "unacknowledged", "since_utc_ms": 1, "source": "ship", "advice": "", "sounds": 1, "is_escalated": False,
        "answered": "shore", "person": "",
    }  # fmt: skip
    return cast("AlertJson", {**made, **changes})


def ship(*alerts: AlertJson) -> VesselState:
    """Return a vessel with these alerts."""
    state = VesselState("otter")
    for each in alerts:
        fleet.take_alert(state, each)
    return state


def ann(act: str = "acknowledge", picture_age_s: float | None = None, alert_id: str = "limit-high.ME_TEMP") -> Answer:
    """Return what Ann answers."""
    return answer_of({"source": "ship", "alert_id": alert_id, "answer": act, "picture_age_s": picture_age_s}, "ann")


def advance(answering: Answering, state: VesselState, seconds: range) -> list[tuple[int, str, str, int]]:
    """Let seconds pass; return (second, state, priority, sounds) of each change."""
    told: list[tuple[int, str, str, int]] = []
    for second in seconds:
        for each in answering.tick(state, float(second)):
            fleet.take_alert(state, each)
            told.append((second, each["state"], each["priority"], each["sounds"]))
    return told


def test_an_acknowledgement_names_who_gave_it_and_goes_into_the_ledger() -> None:
    """Proves ALT-07: the alert's one state changes, and the act of the person is entered."""
    state = ship(alert())
    answered = Answering().answer(state, ann(), 10.0)
    assert not isinstance(answered, str)
    assert (answered["state"], answered["person"]) == ("acknowledged", "ann")
    assert [act.cause for act in acts.of_work(Work(alerts=(("otter", answered),)))] == [
        "alert limit-high.ME_TEMP acknowledged by ann"
    ]
    # What the ship tells by herself is an event of hers, and no act of the shore.
    assert acts.of_work(Work(alerts=(("otter", alert()),))) == []


def test_a_silence_lasts_thirty_seconds_and_is_no_acknowledgement() -> None:
    """Proves ALT-03, ALT-06: after 30 s it sounds again."""
    answering, state = Answering(), ship(alert(priority="alarm"))
    assert advance(answering, state, range(5)) == []
    silenced = answering.answer(state, ann("silence"), 5.0)
    assert not isinstance(silenced, str)
    assert silenced["state"] == "silenced"
    fleet.take_alert(state, silenced)
    assert advance(answering, state, range(6, 60)) == [(35, "unacknowledged", "alarm", 2)]


def test_a_warning_repeats_and_escalates_and_an_acknowledged_one_does_not() -> None:
    """Proves ALT-04: each 30 s, and after 5 min it is an alarm, silenced or not."""
    answering, state = Answering(), ship(alert())
    told = advance(answering, state, range(400))
    assert told == [
        *[(30 * n, "unacknowledged", "warning", n + 1) for n in range(1, 10)], (300, "unacknowledged", "alarm", 11),
    ]  # fmt: skip
    assert next(iter(state.alerts.values()))["is_escalated"]
    answering, state = Answering(), ship(alert())
    advance(answering, state, range(5))
    answered = answering.answer(state, ann(), 5.0)
    assert not isinstance(answered, str)
    fleet.take_alert(state, answered)
    assert advance(answering, state, range(6, 900)) == []


@pytest.mark.parametrize(
    ("changes", "age_s", "why"),
    [
        ({"category": "A"}, None, "Category A"),
        ({"category": "A"}, 3.1, "Category A"),
        ({"category": "C"}, 0.0, "category C"),
        ({"priority": "caution"}, 0.0, "caution"),
        ({"state": "acknowledged"}, 0.0, "takes no such answer"),
        ({"answered": "ship"}, 0.0, "signed order"),
        ({"alert_id": "another"}, 0.0, "no such alert"),
    ],
)
def test_what_may_not_be_acknowledged_is_refused_in_words(
    changes: dict[str, object], age_s: float | None, why: str
) -> None:
    """Proves ALT-05: category A without a fresh picture, C, cautions and what is not open are left as they are."""
    refused = Answering().answer(ship(alert(**changes)), ann(picture_age_s=age_s), 1.0)
    assert isinstance(refused, str)
    assert why in refused


def test_category_a_with_a_fresh_picture_is_acknowledged() -> None:
    """Proves ALT-05: the control that the refusals need; 3.0 s is the limit."""
    assert not isinstance(Answering().answer(ship(alert(category="A")), ann(picture_age_s=3.0), 1.0), str)


@pytest.mark.parametrize(
    "message",
    [
        {"source": "ship", "alert_id": "a"}, {"source": "ship", "alert_id": 5, "answer": "silence"},
        {"source": "moon", "alert_id": "a", "answer": "silence"}, {"source": "ship", "alert_id": "a" * 201, "answer": "silence"},
        {"source": "ship", "alert_id": "a", "answer": "clear"},
    ],
)  # fmt: skip
def test_an_answer_that_is_none_is_refused(message: dict[str, object]) -> None:
    """A console's message is looked at field by field; nothing of another type gets further."""
    with pytest.raises(MalformedError):
        answer_of(message, "ann")


def test_a_picture_age_that_is_no_number_is_no_picture() -> None:
    """True is no age, nor is a text or a negative number."""
    for age in (True, "0", -1.0, None):
        found = answer_of({"source": "ship", "alert_id": "a", "answer": "silence", "picture_age_s": age}, "ann")
        assert found.picture_age_s is None


def test_the_ship_answers_for_the_alerts_of_her_table_only() -> None:
    """An id of the table told by the shore is the shore's."""
    assert answered_by("ship", "link-lost") == "ship"
    assert answered_by("ship", "limit-high.ME_TEMP") == "shore"
    assert answered_by("shore", "link-lost") == "shore"
