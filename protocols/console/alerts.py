"""What is said of alerts between shore and console. Part of the messages (`messages.py`), made into TypeScript alike."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict


class AlertJson(TypedDict):
    """One alert (IEC 62923 words)."""

    alert_id: str
    text: str
    priority: Literal["emergency alarm", "alarm", "warning", "caution"]
    category: Literal["A", "B", "C"]
    state: Literal["normal", "unacknowledged", "silenced", "acknowledged", "rectified-unacknowledged",
                   "responsibility-transferred"]  # fmt: skip
    since_utc_ms: int
    source: Literal["ship", "shore"]
    advice: str
    """Decision aid: what to do; empty where its source gives none."""
    sounds: int
    """How often it has sounded: a console sounds when the number grows (ALT-06)."""
    is_escalated: bool
    """A warning that nobody acknowledged in time, now an alarm (ALT-04)."""
    answered: Literal["ship", "shore"]
    """Who takes an answer to it: the ship's safety process by a signed order, or the shore by `AnswerMessage`."""
    person: str
    """Who answered it last ashore; empty where nobody did, or where the ship takes the answer."""


class AlertsMessage(TypedDict):
    """All alerts of a vessel that are not normal; on subscribe and on change."""

    type: Literal["alerts"]
    vessel: str
    alerts: list[AlertJson]


class SeatMessage(TypedDict):
    """Whether whoever has the conn of a vessel at this console gives a sign of life; while he does not, each 5 s."""

    type: Literal["seat"]
    vessel: str
    answers: bool


class AnswerMessage(TypedDict):
    """Acknowledge, or silence for 30 s, an alert whose answers the shore takes; all consoles see it."""

    type: Literal["answer"]
    vessel: str
    alert_id: str
    source: Literal["ship", "shore"]
    answer: Literal["acknowledge", "silence"]
    picture_age_s: NotRequired[float]
    """Age of the picture that judges it, where one is shown: needed for category A (ALT-05)."""
