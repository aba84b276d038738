"""The ship's own alerts: records in one table, one machine for their states (ALT-01, ALT-02; IEC 62923-1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from protocols.link.cbor import Plain

Priority = Literal["emergency alarm", "alarm", "warning", "caution"]
Category = Literal["A", "B", "C"]
AlertState = Literal["normal", "unacknowledged", "silenced", "acknowledged", "rectified-unacknowledged"]
AlertEvent = Literal["raise", "rectify", "acknowledge", "silence", "silence_over"]

SILENCE_S: Final = 30.0
"""A silenced alert sounds again after this (MSC.302(87) 7.3.5; ALT-03)."""


@dataclass(frozen=True, slots=True)
class AlertKind:
    """One alert of the table."""

    id: str
    text: str
    advice: str
    """Decision aid: what to do."""
    priority: Priority
    category: Category
    on_delay_s: float
    off_delay_s: float


ALERTS: Final[dict[str, AlertKind]] = {
    kind.id: kind
    for kind in (
        AlertKind("link-degraded", "LINK TO ROC DEGRADED", "Expect late answers; no direct control.", "caution", "B", 0.0, 5.0),
        AlertKind("link-silent", "LINK TO ROC SILENT", "Ship holds her setpoint; take local control.", "warning", "B", 0.0, 0.0),
        AlertKind("link-lost", "LINK TO ROC LOST", "Ship slows down; take local control.", "alarm", "B", 0.0, 0.0),
        AlertKind("fallback", "FALLBACK STATE", "Ship stops; take local control or resume.", "alarm", "B", 0.0, 0.0),
        AlertKind("distress", "ALL STOP: DISTRESS", "Attend the ship.", "emergency alarm", "A", 0.0, 0.0),
        AlertKind("clocks-apart", "CLOCKS APART", "Ship and shore differ: set the wrong one.", "warning", "B", 0.0, 5.0),
        AlertKind("entry-late", "SAFE STATE LATE", "The ship does not come to rest: take local control.", "alarm", "B", 0.0, 0.0),
        AlertKind("no-fix", "STOP WITHOUT FIX", "Show lights and signals; the ship has no position.", "alarm", "B", 0.0, 0.0),
        AlertKind("anchor", "READY TO ANCHOR", "She lies stopped: let go the anchor.", "warning", "B", 0.0, 0.0),
        AlertKind("emergency-stop", "EMERGENCY STOP", "Find the cause, reset aboard.", "alarm", "B", 0.0, 0.0),
        AlertKind("heading-input", "HEADING LOST", "Check the gyro; no heading orders.", "warning", "B", 1.0, 3.0),
        AlertKind("position-input", "POSITION LOST", "Check the receivers; no orders in fences.", "warning", "B", 2.0, 3.0),
        AlertKind("collision-danger", "DANGER OF COLLISION", "Look at the targets; act by the COLREG.", "alarm", "A", 2.0, 10.0),
        AlertKind("journal", "COMMAND JOURNAL FAILED", "No remote orders until re-armed aboard.", "alarm", "B", 0.0, 0.0),
        AlertKind("ledger", "LEDGER NOT WRITTEN", "Make room on the disk; no remote orders but stop.", "alarm", "B", 0.0, 0.0),
    )
}  # fmt: skip
"""Every alert the safety process can raise."""

TRANSITIONS: Final[dict[AlertState, dict[AlertEvent, AlertState]]] = {
    "normal": {"raise": "unacknowledged"},
    "unacknowledged": {
        "acknowledge": "acknowledged",
        "silence": "silenced",
        "rectify": "rectified-unacknowledged",
    },
    "silenced": {
        "silence_over": "unacknowledged",
        "acknowledge": "acknowledged",
        "rectify": "rectified-unacknowledged",
    },
    "acknowledged": {"rectify": "normal"},
    "rectified-unacknowledged": {"raise": "unacknowledged", "acknowledge": "normal"},
}
"""{state: {event: state}}; an event that is not listed changes nothing."""


@dataclass(slots=True)
class _Alert:
    state: AlertState = "normal"
    wanted_since_s: float | None = None
    unwanted_since_s: float | None = None
    silenced_at_s: float = 0.0


class Alerts:
    """The state of every alert of the table; changes are taken from `outbox`."""

    def __init__(self) -> None:
        """Begin with everything normal."""
        self._alerts = {name: _Alert() for name in ALERTS}
        self._outbox: list[dict[str, Plain]] = []

    def want(self, name: str, *, active: bool, now_s: float) -> None:
        """Say whether the condition of alert `name` holds now; delays keep it from fluttering (ALT-09)."""
        alert, kind = self._alerts[name], ALERTS[name]
        if active:
            alert.unwanted_since_s = None
            alert.wanted_since_s = alert.wanted_since_s if alert.wanted_since_s is not None else now_s
            if now_s - alert.wanted_since_s >= kind.on_delay_s:
                self._go(name, "raise")
            return
        alert.wanted_since_s = None
        alert.unwanted_since_s = alert.unwanted_since_s if alert.unwanted_since_s is not None else now_s
        if now_s - alert.unwanted_since_s >= kind.off_delay_s:
            self._go(name, "rectify")

    def acknowledge(self, name: str) -> bool:
        """Acknowledge an alert; False when there is nothing to acknowledge. Category A only where it can be judged."""
        kind = ALERTS.get(name)
        return kind is not None and kind.category != "A" and self._go(name, "acknowledge")

    def silence(self, name: str, now_s: float) -> bool:
        """Silence an alert for 30 s (ALT-03); False when there is nothing to silence."""
        if name not in ALERTS or not self._go(name, "silence"):
            return False
        self._alerts[name].silenced_at_s = now_s
        return True

    def tick(self, now_s: float) -> None:
        """Let silences end."""
        for name, alert in self._alerts.items():
            if alert.state == "silenced" and now_s - alert.silenced_at_s >= SILENCE_S:
                self._go(name, "silence_over")

    def active(self) -> tuple[str, ...]:
        """Return the ids of all alerts that are not normal, in the table's order."""
        return tuple(name for name, alert in self._alerts.items() if alert.state != "normal")

    def outbox(self) -> list[dict[str, Plain]]:
        """Take the changes since the last call, as bodies of `alert` events."""
        taken, self._outbox = self._outbox, []
        return taken

    def _go(self, name: str, event: AlertEvent) -> bool:
        alert, kind = self._alerts[name], ALERTS[name]
        after = TRANSITIONS[alert.state].get(event)
        if after is None:
            return False
        alert.state = after
        self._outbox.append({
            "alert_id": name, "text": kind.text, "advice": kind.advice, "priority": kind.priority,
            "category": kind.category, "state": after,
        })  # fmt: skip
        return True
