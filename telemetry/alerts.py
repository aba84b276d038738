"""Alerts about the ship's data: findings and channel limits become transitions of alerts, by one table of records.

Only raised or rectified is decided here; acknowledging and silencing belong to whoever shows an alert (control.md ALT-02).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Priority = Literal["emergency alarm", "alarm", "warning", "caution"]
Category = Literal["A", "B", "C"]

ALERTS_MAX: Final = 500
"""Most alerts known at once; twice the limits of a well-equipped engine room. Any further one is not raised, and counted."""
TEXT_MAX: Final = 120
"""Longest text of an alert; what a console shows in two lines."""


@dataclass(frozen=True, slots=True)
class DataAlert:
    """One transition of an alert about data: it has just become active, or has just been rectified."""

    alert_id: str
    """Name of the kind and what it is about, e.g. `limit-high.ME_CWT`; the same for raising and rectifying."""
    text: str
    """What an operator reads, with the value that raised it."""
    priority: str
    """IEC 62923-1: emergency alarm, alarm, warning, caution."""
    category: str
    """IEC 62923-1: A (judged where the picture is), B (no more is needed), C (cannot be acknowledged on the bridge)."""
    is_active: bool


@dataclass(frozen=True, slots=True)
class DataAlertKind:
    """One kind of alert about data."""

    name: str
    text: str
    """Beginning of the alert's text; what it is about follows."""
    priority: Priority
    category: Category
    on_delay_s: float
    """How long the condition must hold before the alert is raised."""
    off_delay_s: float
    """How long it must be gone before the alert is rectified, so that nothing flutters (ALT-09)."""


KINDS: Final[dict[str, DataAlertKind]] = {
    kind.name: kind
    for kind in (
        DataAlertKind("source-switch", "SOURCE CHANGED", "caution", "B", 0.0, 60.0),
        DataAlertKind("position-disagree", "POSITIONS DISAGREE", "warning", "B", 0.0, 0.0),
        DataAlertKind("heading-disagree", "HEADINGS DISAGREE", "warning", "B", 0.0, 0.0),
        DataAlertKind("speed-disagree", "SPEEDS DISAGREE", "caution", "B", 0.0, 0.0),
        DataAlertKind("position-jump", "POSITION JUMPED", "warning", "B", 0.0, 0.0),
        DataAlertKind("position-frozen", "POSITION FROZEN", "warning", "B", 0.0, 0.0),
        DataAlertKind("position-drag", "POSITION DRIFTS OFF", "warning", "B", 0.0, 0.0),
        DataAlertKind("gnss-time", "GNSS TIME SHIFTED", "warning", "B", 0.0, 0.0),
        DataAlertKind("utc-doubt", "CLOCK ABOARD NOT TRUSTED", "warning", "B", 0.0, 0.0),
        DataAlertKind("ais-doubt", "AIS TARGET DOUBTED", "caution", "B", 0.0, 60.0),
        DataAlertKind("input-unlisted", "SENTENCE NOT ON THE LIST", "warning", "B", 0.0, 60.0),
        DataAlertKind("input-new-source", "NEW SOURCE ON AN INPUT", "warning", "B", 0.0, 60.0),
        DataAlertKind("input-rate", "INPUT SPEAKS TOO OFTEN", "warning", "B", 0.0, 60.0),
        DataAlertKind("channel-frozen", "VALUE FROZEN", "caution", "B", 0.0, 5.0),
        DataAlertKind("limit-low-low", "FAR TOO LOW", "alarm", "B", 0.0, 0.0),
        DataAlertKind("limit-low", "LOW", "warning", "B", 0.0, 0.0),
        DataAlertKind("limit-high", "HIGH", "warning", "B", 0.0, 0.0),
        DataAlertKind("limit-high-high", "FAR TOO HIGH", "alarm", "B", 0.0, 0.0),
    )
}
"""Every alert about data; delays of 0 stand where the finding has delays of its own."""


@dataclass(slots=True)
class _Condition:
    kind: DataAlertKind
    text: str
    is_active: bool = False
    changed_s: float | None = None
    """Since when the condition has been other than the alert's state; None while they agree."""


class DataAlerts:
    """The state of each alert about data; transitions are taken from `outbox`."""

    def __init__(self) -> None:
        """Begin with everything normal."""
        self._conditions: dict[str, _Condition] = {}
        self._outbox: list[DataAlert] = []
        self._refused_count = 0

    @property
    def refused_count(self) -> int:
        """Alerts not raised because ALERTS_MAX others were known."""
        return self._refused_count

    def want(self, name: str, subject: str, *, active: bool, now_s: float, detail: str = "") -> None:
        """Say whether the condition of kind `name` holds for `subject`; `detail` ends the text. KeyError: no such kind."""
        kind = KINDS[name]
        alert_id = f"{name}.{subject}"
        condition = self._conditions.get(alert_id)
        if condition is None:
            if not active:
                return
            if len(self._conditions) >= ALERTS_MAX:
                self._refused_count += 1
                return
            condition = self._conditions[alert_id] = _Condition(kind, "")
        if active and not condition.is_active:
            condition.text = " ".join(part for part in (kind.text, subject, detail) if part)[:TEXT_MAX]
        self._step(alert_id, condition, active=active, now_s=now_s)

    def _step(self, alert_id: str, condition: _Condition, *, active: bool, now_s: float) -> None:
        if active is condition.is_active:
            condition.changed_s = None
        elif condition.changed_s is None:
            condition.changed_s = now_s
        delay_s = condition.kind.on_delay_s if active else condition.kind.off_delay_s
        if condition.changed_s is not None and now_s - condition.changed_s >= delay_s:
            condition.is_active, condition.changed_s = active, None
            kind = condition.kind
            self._outbox.append(DataAlert(alert_id, condition.text, kind.priority, kind.category, is_active=active))
        if not condition.is_active and not active:
            del self._conditions[alert_id]  # normal is what an alert is that nobody knows

    def knows(self, name: str, subject: str) -> bool:
        """Return whether the alert is active, or on its way to or from it."""
        return f"{name}.{subject}" in self._conditions

    def active(self) -> tuple[str, ...]:
        """Return the ids of the alerts that are active, in the order in which they were raised first."""
        return tuple(alert_id for alert_id, condition in self._conditions.items() if condition.is_active)

    def outbox(self) -> tuple[DataAlert, ...]:
        """Return the transitions since the last call, and forget them."""
        taken, self._outbox = tuple(self._outbox), []
        return taken
