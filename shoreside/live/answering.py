"""Alerts that nobody aboard takes an answer to: the shore's own, and those of collectors and equipment. Pure.

The ship's safety process keeps its alerts itself (control/alerts.py). All others live here by the same table: acknowledged,
silenced for 30 s, repeated and escalated (ALT-02 to ALT-06), one state for all consoles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, cast

from control.alerts import SILENCE_S, TRANSITIONS, AlertEvent
from control.alerttable import ALERTS
from protocols.console.alerts import AlertJson
from protocols.errors import MalformedError
from shoreside.live.fleet import VesselState

ESCALATE_S: Final = 300.0
"""An unacknowledged warning becomes an alarm (MSC.302(87): 5 min at most)."""
REPEAT_S: Final = 30.0
"""Until then it sounds again this often, as aboard."""
PICTURE_S: Final = 3.0
"""Age of the picture with which a category A alert may be acknowledged (ALT-05), as aboard."""
_OPEN: Final = frozenset(("unacknowledged", "silenced"))


@dataclass(frozen=True, slots=True)
class Answer:
    """What an operator answered to an alert."""

    source: str
    alert_id: str
    act: Literal["acknowledge", "silence"]
    person: str
    picture_age_s: float | None


@dataclass(slots=True)
class _Times:
    raised_s: float
    sounded_s: float
    silenced_s: float = 0.0


def answered_by(source: str, alert_id: str) -> Literal["ship", "shore"]:
    """Return who takes an answer to an alert: the ship's safety process for those of its table, else the shore."""
    return "ship" if source == "ship" and alert_id in ALERTS else "shore"


def answer_of(message: dict[str, object], person: str) -> Answer:
    """Return the answer in a console's message; raise MalformedError with what is wrong."""
    source, alert_id, act = message.get("source"), message.get("alert_id"), message.get("answer")
    if source not in ("ship", "shore") or not isinstance(alert_id, str) or len(alert_id) > 200:  # noqa: PLR2004 - ids of equipment are long
        raise MalformedError("source or alert_id names no alert")
    if act not in ("acknowledge", "silence"):
        raise MalformedError("answer is neither acknowledge nor silence")
    age_s = message.get("picture_age_s")
    is_age = isinstance(age_s, int | float) and not isinstance(age_s, bool) and age_s >= 0
    return Answer(str(source), alert_id, "silence" if act == "silence" else "acknowledge", person,
                  float(cast("float", age_s)) if is_age else None)  # fmt: skip


class Answering:
    """Remembers when each alert was raised, sounded and silenced; what it returns is the alert as it stands then."""

    def __init__(self) -> None:
        """Begin without any alert."""
        self._times: dict[tuple[str, str, str], _Times] = {}

    def answer(self, state: VesselState, answer: Answer, now_s: float) -> AlertJson | str:
        """Return the alert after an answer, or the sentence that says why it is not taken."""
        alert = state.alerts.get((answer.source, answer.alert_id))
        if alert is None:
            return "There is no such alert now."
        if alert["answered"] == "ship":
            return "The ship answers for this alert: it takes a signed order."
        if reason := self._objection(alert, answer):
            return reason
        event: AlertEvent = answer.act
        after = TRANSITIONS[alert["state"]].get(event)
        if after is None:
            return f"An alert that is {alert['state']} takes no such answer."
        self._times_of(state, alert, now_s).silenced_s = now_s
        return {**alert, "state": after, "person": answer.person}

    def tick(self, state: VesselState, now_s: float) -> list[AlertJson]:
        """Return the alerts that change by time alone: silence over, warning repeated, warning escalated."""
        open_now = [
            alert for alert in state.alerts.values() if alert["answered"] == "shore" and alert["state"] in _OPEN
        ]
        self._forget(state, open_now)
        changed = (self._pressed(state, alert, now_s) for alert in open_now)
        return [alert for alert in changed if alert is not None]

    def _objection(self, alert: AlertJson, answer: Answer) -> str:
        if answer.act == "silence":
            return ""
        if alert["priority"] == "caution":
            return "A caution is not acknowledged: it goes with its cause."
        if alert["category"] == "C":
            return "An alert of category C is acknowledged at its equipment."
        is_fresh = answer.picture_age_s is not None and answer.picture_age_s <= PICTURE_S
        if alert["category"] == "A" and not is_fresh:
            return f"Category A: only with the picture that judges it, at most {PICTURE_S:g} s old."
        return ""

    def _pressed(self, state: VesselState, alert: AlertJson, now_s: float) -> AlertJson | None:
        times = self._times_of(state, alert, now_s)
        if alert["priority"] == "warning" and now_s - times.raised_s >= ESCALATE_S:
            after = cast("AlertJson", {**alert, "priority": "alarm", "state": "unacknowledged", "is_escalated": True})
        elif alert["state"] == "silenced":
            if now_s - times.silenced_s < SILENCE_S:
                return None
            after = cast("AlertJson", {**alert, "state": "unacknowledged"})
        elif alert["priority"] == "warning" and now_s - times.sounded_s >= REPEAT_S:
            after = alert
        else:
            return None
        times.sounded_s = now_s
        return {**after, "sounds": after["sounds"] + 1, "person": ""}

    def _times_of(self, state: VesselState, alert: AlertJson, now_s: float) -> _Times:
        return self._times.setdefault((state.vessel, alert["source"], alert["alert_id"]), _Times(now_s, now_s))

    def _forget(self, state: VesselState, open_now: list[AlertJson]) -> None:
        """Forget the times of what is not open any more: raised again it begins anew."""
        kept = {(state.vessel, alert["source"], alert["alert_id"]) for alert in open_now}
        for key in [key for key in self._times if key[0] == state.vessel and key not in kept]:
            del self._times[key]
