"""Alerts of the collector as events: about data (telemetry.alerts), about its disk and its spool, over restarts too."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Protocol

from protocols.link.cbor import Plain
from shipside.sending.budget import AIS_HELD_PCT, HISTORY_HELD_PCT, SAMPLES_HELD_PCT
from telemetry.alerts import DataAlert
from telemetry.equipment_alerts import EquipmentAlert

SETTLE_S: Final = 120.0
"""An alert that stood before a restart and is not raised again within this is over: its inputs have spoken by then."""
HYSTERESIS_PCT: Final = 2.0
"""A level is left this far below where it was reached, so that nothing flutters."""
Record = Callable[[str, dict[str, Plain], float], None]
"""Makes an event: kind, body, monotonic seconds (`Dispatch.record`)."""


@dataclass(frozen=True, slots=True)
class Level:
    """How full something may be before somebody is told."""

    alert_id: str
    pct: float
    text: str
    priority: str


LEVELS: Final[dict[str, tuple[Level, ...]]] = {
    "disk": (
        Level("disk-80", 80.0, "DISK ABOARD FILLS", "caution"),
        Level("disk-95", 95.0, "DISK ABOARD NEARLY FULL: IN AN OUTAGE THE OLDEST GO", "warning"),
    ),
    "spool": (
        Level("spool-80", 80.0, "UNSENT DATA FILL THE SPOOL", "caution"),
        Level("spool-95", 95.0, "SPOOL NEARLY FULL: THE OLDEST WILL GO", "warning"),
    ),
    "budget": (
        Level("budget-80", AIS_HELD_PCT, "DATA BUDGET 80 % USED: AIS TARGETS ARE HELD BACK", "caution"),
        Level("budget-95", HISTORY_HELD_PCT, "DATA BUDGET 95 % USED: HISTORY IS HELD BACK", "warning"),
        Level("budget-100", SAMPLES_HELD_PCT, "DATA BUDGET USED UP: ONLY EVENTS ARE SENT", "warning"),
    ),
    "cost": (
        Level("cost-80", 80.0, "COST OF THE LINK: 80 % OF THE MONTH'S SUM", "caution"),
        Level("cost-100", 100.0, "COST OF THE LINK: THE MONTH'S SUM IS SPENT", "warning"),
    ),
}
"""{what: its levels, rising}; for whoever plans first, then for whoever must act (R5)."""


class Standing(Protocol):
    """Remembers which alerts are active over a restart; never raises."""

    def standing_alerts(self) -> list[str]:
        """Return the ids of the alerts that were active."""
        ...

    def keep_standing(self, alert_id: str, *, is_active: bool) -> None:
        """Remember, or forget, an alert."""
        ...


class AlertDesk:
    """Turns what is found into alert events, each change once."""

    def __init__(self, record: Record, standing: Standing, now_s: float) -> None:
        """Begin at `now_s` with the alerts of the last boot, which are over unless they are raised again."""
        self._record, self._standing = record, standing
        self._former = set(standing.standing_alerts())
        self._settled_s = now_s + SETTLE_S
        self._active = set[str]()

    def active(self) -> tuple[str, ...]:
        """Return the ids of the active alerts, sorted."""
        return tuple(sorted(self._active))

    def take(self, alerts: Iterable[DataAlert], now_s: float) -> None:
        """Take transitions of alerts about data; say what of the last boot is over."""
        for alert in alerts:
            self._tell(alert, now_s, None, None)
        if self._former and now_s >= self._settled_s:
            for alert_id in sorted(self._former - self._active):
                self._tell(DataAlert(alert_id, "", "caution", "B", is_active=False), now_s, None, None)
            self._former = set[str]()

    def level(self, what: str, used_pct: float | None, now_s: float) -> Level | None:
        """Take how full `what` (of LEVELS) is, per cent; None: not known. Return the highest level that is active."""
        highest: Level | None = None
        for level in LEVELS[what]:
            was = level.alert_id in self._active
            is_active = was if used_pct is None else used_pct >= level.pct - (HYSTERESIS_PCT if was else 0.0)
            if is_active is not was:
                alert = DataAlert(level.alert_id, level.text, level.priority, "B", is_active=is_active)
                self._tell(alert, now_s, used_pct, level.pct)
            highest = level if is_active else highest
        return highest

    def equipment(self, alerts: Iterable[EquipmentAlert], now_s: float) -> None:
        """Tell what equipment says of its alerts, in its own words; one that stood before a restart ends as others do."""
        for alert in alerts:
            is_active = alert.state != "normal"
            self._active = self._active | {alert.alert_id} if is_active else self._active - {alert.alert_id}
            self._standing.keep_standing(alert.alert_id, is_active=is_active)
            body: dict[str, Plain] = {
                "alert_id": alert.alert_id, "text": alert.text, "priority": alert.priority, "category": alert.category,
                "state": alert.state, "value": None, "limit": None, "source": alert.alert_id.partition("/")[0],
            }  # fmt: skip
            self._record("alert", body, now_s)

    def _tell(self, alert: DataAlert, now_s: float, value: float | None, limit: float | None) -> None:
        if alert.is_active:
            self._active.add(alert.alert_id)
        else:
            self._active.discard(alert.alert_id)
        self._standing.keep_standing(alert.alert_id, is_active=alert.is_active)
        body: dict[str, Plain] = {
            "alert_id": alert.alert_id, "text": alert.text, "priority": alert.priority, "category": alert.category,
            "state": "unacknowledged" if alert.is_active else "normal",
            "value": None if value is None else round(value, 1), "limit": limit,
        }  # fmt: skip
        self._record("alert", body, now_s)
