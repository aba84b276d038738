"""Alerts that equipment raises by itself (ALF, ALC, ARC, and ALR of the old generation): kept by source, told on each change.

Nothing is judged here: state and priority are the equipment's own (IEC 62923-1). What it lists no more (ALC) has ended. A refused
acknowledgement (ARC) tells its alert once more. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from protocols.nmea0183.kinds import FieldValue
from telemetry.alerts import TEXT_MAX

ALERTS_MAX: Final = 300
"""Most alerts known at once; a bridge in trouble has dozens. Any further one is not told, and counted."""
STATES: Final = {
    "V": "unacknowledged", "S": "silenced", "A": "acknowledged", "O": "acknowledged", "U": "rectified-unacknowledged",
    "N": "normal",
}  # fmt: skip
"""ALF: responsibility transferred (O) is acknowledged elsewhere."""
PRIORITIES: Final = {"E": "emergency alarm", "A": "alarm", "W": "warning", "C": "caution"}
OLD_PRIORITY: Final = "warning"
"""ALR knows no priorities, nor does an alert that is listed and was never told."""
Said = Mapping[str, FieldValue]


@dataclass(frozen=True, slots=True)
class EquipmentAlert:
    """An alert as its equipment says it is."""

    alert_id: str
    """Input, then what names it there, e.g. `bridge/3008.1`: alert and instance, the maker before where it has one."""
    text: str
    priority: str
    category: str
    state: str


class EquipmentAlerts:
    """The alerts of one vessel's equipment."""

    def __init__(self) -> None:
        """Know none yet."""
        self._known: dict[str, EquipmentAlert] = {}
        self._lists: dict[str, set[str]] = {}
        self._outbox: list[EquipmentAlert] = []
        self.dropped_count = 0
        """Alerts that were not told because there were too many."""

    def receive(self, source: str, formatter: str, values: Said) -> bool:
        """Take one sentence of an input; return False where it names no alert."""
        take = {"ALF": self._alf, "ALR": self._alr, "ALC": self._alc, "ARC": self._arc}[formatter]
        return take(source, values)

    def outbox(self) -> list[EquipmentAlert]:
        """Return the changes since the last call, and forget them."""
        taken, self._outbox = self._outbox, []
        return taken

    def _alf(self, source: str, values: Said) -> bool:
        name = _name(source, values.get("maker"), values.get("alert"), values.get("instance"))
        if name is None:
            return False
        known = self._known.get(name)
        text = str(values.get("text") or "")
        if values.get("part") == 2:  # noqa: PLR2004 - the description: what it says in part 1 is the state
            if known is not None and text and text not in known.text:
                self._tell(replace(known, text=f"{known.text}: {text}"[:TEXT_MAX]))
            return known is not None
        state, priority = STATES.get(str(values.get("state"))), PRIORITIES.get(str(values.get("priority")))
        if state is None or priority is None:
            return False
        category = str(values.get("category") or "B")
        title = f"{source}: {text or name.partition('/')[2]}"[:TEXT_MAX]
        kept = known.text if known is not None and known.text.startswith(title) else title
        self._tell(EquipmentAlert(name, kept, priority, category, state))
        return True

    def _alr(self, source: str, values: Said) -> bool:
        number = values.get("alert")
        if not isinstance(number, str) or not number:
            return False
        is_beyond, is_acknowledged = values.get("condition") == "A", values.get("acknowledged") == "A"
        state = ("acknowledged" if is_acknowledged else "unacknowledged") if is_beyond else (
            "normal" if is_acknowledged else "rectified-unacknowledged"
        )  # fmt: skip
        text = f"{source}: {values.get('text') or number}"[:TEXT_MAX]
        self._tell(EquipmentAlert(f"{source}/{number}", text, OLD_PRIORITY, "B", state))
        return True

    def _alc(self, source: str, values: Said) -> bool:
        """Take a part of the list of all that are not normal; at its last part what is not listed has ended."""
        total, part = values.get("total"), values.get("part")
        if not isinstance(total, int) or not isinstance(part, int):
            return False
        listed = self._lists.setdefault(source, set())
        if part == 1:
            listed.clear()
        for field, entry in values.items():
            match entry:
                case (maker, alert, instance, *_) if field.startswith("entry_"):
                    name = _name(source, maker, alert, instance)
                    listed |= set[str]() if name is None else {name}
                case _:
                    continue
        if part < total:
            return True
        for name in [name for name in listed if name not in self._known]:
            title = f"{source}: {name.partition('/')[2]}"
            self._tell(EquipmentAlert(name, title, OLD_PRIORITY, "B", "unacknowledged"))
        for name, known in [*self._known.items()]:
            if name.startswith(f"{source}/") and name not in listed:
                self._tell(replace(known, state="normal"))
        return True

    def _arc(self, source: str, values: Said) -> bool:
        name = _name(source, values.get("maker"), values.get("alert"), values.get("instance"))
        known = None if name is None else self._known.get(name)
        if known is not None:
            text = f"{known.text} (answer {values.get('command') or '?'} refused)"
            self._outbox.append(replace(known, text=text[:TEXT_MAX]))
        return name is not None

    def _tell(self, alert: EquipmentAlert) -> None:
        if self._known.get(alert.alert_id) == alert:
            return
        if alert.state == "normal":
            if self._known.pop(alert.alert_id, None) is not None:
                self._outbox.append(alert)
            return
        if alert.alert_id not in self._known and len(self._known) >= ALERTS_MAX:
            self.dropped_count += 1
            return
        self._known[alert.alert_id] = alert
        self._outbox.append(alert)


def _name(source: str, maker: object, alert: object, instance: object) -> str | None:
    if not isinstance(alert, int):
        return None
    number = f"{alert}.{instance}" if isinstance(instance, int) else f"{alert}"
    return f"{source}/{maker}{number}" if isinstance(maker, str) and maker else f"{source}/{number}"
