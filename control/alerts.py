"""The state of the ship's own alerts: one machine, with sound, escalation and who is responsible (ALT-02 to ALT-09)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from control.alerttable import ALERTS, Category, Priority
from control.limits import AlertLimits
from protocols.errors import MalformedError
from protocols.link import cbor, fields
from protocols.link.cbor import Plain

AlertState = Literal[
    "normal", "unacknowledged", "silenced", "acknowledged", "rectified-unacknowledged", "responsibility-transferred",
]  # fmt: skip
AlertEvent = Literal["raise", "rectify", "acknowledge", "silence", "silence_over", "transfer", "return"]

SILENCE_S: Final = 30.0
"""A silenced alert sounds again after this (MSC.302(87) 7.3.5; ALT-03)."""

TRANSITIONS: Final[dict[AlertState, dict[AlertEvent, AlertState]]] = {
    "normal": {"raise": "unacknowledged"},
    "unacknowledged": {
        "acknowledge": "acknowledged",
        "silence": "silenced",
        "rectify": "rectified-unacknowledged",
        "transfer": "responsibility-transferred",
    },
    "silenced": {
        "silence_over": "unacknowledged",
        "acknowledge": "acknowledged",
        "rectify": "rectified-unacknowledged",
        "transfer": "responsibility-transferred",
    },
    "acknowledged": {"rectify": "normal", "transfer": "responsibility-transferred"},
    "rectified-unacknowledged": {"raise": "unacknowledged", "acknowledge": "normal"},
    "responsibility-transferred": {"return": "unacknowledged", "rectify": "normal"},
}
"""{state: {event: state}}; an event that is not listed changes nothing."""
OF_CAUTION: Final[dict[AlertState, dict[AlertEvent, AlertState]]] = {
    "normal": {"raise": "acknowledged"},
    "acknowledged": {"rectify": "normal"},
}
"""The same of a caution, which makes no sound, asks for nobody's word and goes with its cause (IEC 62923-1): N and A of ALF."""
_SOUNDS: Final = frozenset(("raise", "silence_over", "return"))
"""Events after which it sounds (again)."""


@dataclass(slots=True)
class _Alert:
    state: AlertState = "normal"
    wanted_since_s: float | None = None
    unwanted_since_s: float | None = None
    silenced_at_s: float = 0.0
    raised_at_s: float = 0.0
    """Since when nobody has acknowledged it."""
    sounded_at_s: float = 0.0
    sounds: int = 0
    """How often it has sounded: a console sounds when the number grows, whatever it has shown before (ALT-06)."""
    revision: int = 0
    """Grows with each change, 1 to 99 and round (IEC 61924-2)."""
    priority: Priority | None = None
    """Higher than the table's after an escalation; None: the table's."""


class Alerts:
    """The state of every alert of the table; changes are taken from `outbox`."""

    def __init__(self, limits: AlertLimits) -> None:
        """Begin with everything normal."""
        self._limits = limits
        self._alerts = {name: _Alert() for name in ALERTS}
        self._outbox: list[dict[str, Plain]] = []

    def want(self, name: str, *, active: bool, now_s: float) -> None:
        """Say whether the condition of alert `name` holds now; delays keep it from fluttering (ALT-09)."""
        alert, kind = self._alerts[name], ALERTS[name]
        if active:
            alert.unwanted_since_s = None
            alert.wanted_since_s = alert.wanted_since_s if alert.wanted_since_s is not None else now_s
            if now_s - alert.wanted_since_s >= kind.on_delay_s:
                self._go(name, "raise", now_s)
            return
        alert.wanted_since_s = None
        alert.unwanted_since_s = alert.unwanted_since_s if alert.unwanted_since_s is not None else now_s
        if now_s - alert.unwanted_since_s >= kind.off_delay_s:
            self._go(name, "rectify", now_s)

    def acknowledge(self, name: str, now_s: float, picture_age_s: float | None = 0.0) -> bool:
        """Acknowledge an alert; False when there is nothing to acknowledge, or not from there (ALT-05).

        Category A only where the picture that judges it is shown and fresh: `picture_age_s`, 0 aboard, None where no picture
        is shown.
        """
        kind = ALERTS.get(name)
        if kind is None or (kind.category == "A" and not self._can_judge(picture_age_s)):
            return False
        return self._go(name, "acknowledge", now_s)

    def _can_judge(self, picture_age_s: float | None) -> bool:
        return picture_age_s is not None and picture_age_s <= self._limits.picture_s

    def silence(self, name: str, now_s: float) -> bool:
        """Silence an alert for 30 s (ALT-03); False when there is nothing to silence. It stays unacknowledged (ALT-06)."""
        if name not in ALERTS or not self._go(name, "silence", now_s):
            return False
        self._alerts[name].silenced_at_s = now_s
        return True

    def transfer(self, name: str, now_s: float) -> bool:
        """Let the shore take responsibility for an alert (ALT-08); False when it cannot be taken. Category A stays aboard."""
        kind = ALERTS.get(name)
        return kind is not None and kind.category != "A" and self._go(name, "transfer", now_s)

    def give_back(self, now_s: float) -> None:
        """Let every alert that the shore is responsible for return: its heartbeat has stopped (ALT-08)."""
        for name in ALERTS:
            self._go(name, "return", now_s)

    def tick(self, now_s: float) -> None:
        """Let silences end, and what nobody acknowledges repeat and escalate (ALT-03, ALT-04)."""
        for name, alert in self._alerts.items():
            if alert.state == "silenced" and now_s - alert.silenced_at_s >= SILENCE_S:
                self._go(name, "silence_over", now_s)
            if alert.state in ("unacknowledged", "silenced"):
                self._press(name, alert, now_s)

    def _press(self, name: str, alert: _Alert, now_s: float) -> None:
        """Escalate a warning that has waited too long; sound it again until then (ALT-04)."""
        if (alert.priority or ALERTS[name].priority) != "warning":
            return  # an alarm sounds until it is acknowledged, a caution never does
        if now_s - alert.raised_at_s >= self._limits.escalate_s:
            alert.priority, alert.state = "alarm", "unacknowledged"
            self._sound(name, alert, now_s)
        elif alert.state == "unacknowledged" and now_s - alert.sounded_at_s >= self._limits.repeat_s:
            self._sound(name, alert, now_s)

    def _sound(self, name: str, alert: _Alert, now_s: float) -> None:
        alert.sounds, alert.sounded_at_s = alert.sounds + 1, now_s
        self._tell(name, alert)

    def active(self) -> tuple[str, ...]:
        """Return the ids of all alerts that are not normal, in the table's order."""
        return tuple(name for name, alert in self._alerts.items() if alert.state != "normal")

    def state_of(self, name: str) -> AlertState:
        """Return the state of an alert of the table."""
        return self._alerts[name].state

    def outbox(self) -> list[dict[str, Plain]]:
        """Take the changes since the last call, as bodies of `alert` events."""
        taken, self._outbox = self._outbox, []
        return taken

    def all(self) -> list[Plain]:
        """Return every alert as it stands, normal ones too: what a shore that was away is told (ALT-07)."""
        return [self._body(name, alert) for name, alert in self._alerts.items()]

    def record(self) -> bytes:
        """Return what the journal keeps of the alerts that are not normal (ALT-07)."""
        kept: dict[str, Plain] = {
            name: [alert.state, alert.priority or ALERTS[name].priority, alert.revision, alert.sounds]
            for name, alert in self._alerts.items()
            if alert.state != "normal"
        }  # fmt: skip
        return cbor.encode({"t": "alerts", "alerts": kept})

    def restore(self, record: bytes, now_s: float) -> None:
        """Take over the states of before a restart: what was acknowledged stays so; raise MalformedError for no record.

        Who was responsible ashore is to say so again: such an alert begins unacknowledged.
        """
        for name, row in fields.submap(cbor.decode_map(record), "alerts").items():
            if name not in ALERTS or not isinstance(row, list) or len(row) != 4:  # noqa: PLR2004 - as `record` writes it
                continue
            state, priority, revision, sounds = row
            if state not in get_args(AlertState) or priority not in get_args(Priority):
                raise MalformedError(f"alert {name} has no known state or priority")
            alert, known = self._alerts[name], next(each for each in get_args(AlertState) if each == state)
            alert.state = "unacknowledged" if known in ("responsibility-transferred", "silenced") else known
            alert.priority = next(each for each in get_args(Priority) if each == priority)
            if ALERTS[name].priority == "caution":  # earlier releases kept it to be acknowledged, some as a warning
                alert.state, alert.priority = "acknowledged", None
            alert.revision = revision if isinstance(revision, int) else 0
            alert.sounds = sounds if isinstance(sounds, int) else 0
            alert.raised_at_s = alert.sounded_at_s = now_s

    def _go(self, name: str, event: AlertEvent, now_s: float) -> bool:
        alert = self._alerts[name]
        table = OF_CAUTION if ALERTS[name].priority == "caution" else TRANSITIONS
        after = table.get(alert.state, {}).get(event)
        if after is None:
            return False
        alert.state = after
        if after == "normal" or event == "raise":
            alert.priority = None
        if event in ("raise", "return"):
            alert.raised_at_s = now_s
        if event in _SOUNDS and after != "acknowledged":
            self._sound(name, alert, now_s)
        else:
            self._tell(name, alert)
        return True

    def _tell(self, name: str, alert: _Alert) -> None:
        alert.revision = alert.revision % 99 + 1
        self._outbox.append(self._body(name, alert))

    def _body(self, name: str, alert: _Alert) -> dict[str, Plain]:
        kind = ALERTS[name]
        category: Category = kind.category
        return {
            "alert_id": name, "text": kind.text, "advice": kind.advice, "priority": alert.priority or kind.priority,
            "category": category, "state": alert.state, "sounds": alert.sounds, "revision": alert.revision,
            "escalated": alert.priority not in (None, kind.priority),
        }  # fmt: skip
