"""The ship's alerts on her own bridge: ALF, ALC and HBT out, ACN and ACK in, ARC where the answer is refused (ALT-08).

IEC 61924-2 and 62923; sources and the field order in `../shared/facts/domain.md` section 3, forms in
`protocols/nmea0183/sentences/alerts.py`. We speak with the talker IN and the maker's code FHM.
"""

from __future__ import annotations

from typing import Final

from control.alerts import Alerts
from control.alerttable import ALERTS
from protocols.link.cbor import Plain
from protocols.nmea0183.kinds import FieldValue
from protocols.nmea0183.sentence import Rejected, parse_line
from protocols.nmea0183.typed import fields_of, make_sentence

TALKER: Final = "IN"
MAKER: Final = "FHM"
FIRST_ID: Final = 100_000
"""Makers' own alerts are numbered from 10,000 (some say 100,000) to 9,999,999."""
LIST_S: Final = 30.0
"""ALC and HBT are repeated this often, the empty list too (IEC 61924-2)."""
LIST_MAX: Final = 3
"""Entries of one ALC that fit into 80 characters; a longer list goes in parts."""
TEXT_MAX: Final = 28
ADVICE_MAX: Final = 40
"""Characters of title and decision aid that fit into one sentence each; what is longer is cut."""
IDS: Final[dict[str, int]] = {name: FIRST_ID + number for number, name in enumerate(ALERTS)}
"""{alert: its number on the bridge}; new alerts are added at the table's end."""
_NAMES: Final = {number: name for name, number in IDS.items()}
STATES: Final = {
    "normal": "N", "unacknowledged": "V", "silenced": "S", "acknowledged": "A", "responsibility-transferred": "O",
    "rectified-unacknowledged": "U",
}  # fmt: skip
PRIORITIES: Final = {"emergency alarm": "E", "alarm": "A", "warning": "W", "caution": "C"}


class BridgeAlerts:
    """What is said to, and taken from, the bridge's alert management; lines are without their end."""

    def __init__(self, alerts: Alerts) -> None:
        """Speak for `alerts`."""
        self._alerts = alerts
        self._out: list[bytes] = []
        self._sequence = self._beat = self._list = 0
        self._list_due_s: float | None = None

    def changed(self, bodies: list[dict[str, Plain]], now_s: float, utc_s: float) -> None:
        """Say each alert that changed, and at once the list of what is not normal."""
        for body in bodies:
            self._say(body, utc_s)
        if bodies:
            self._list_due_s = now_s

    def tick(self, now_s: float) -> None:
        """Repeat the list and the heartbeat when they are due."""
        if self._list_due_s is not None and now_s < self._list_due_s:
            return
        self._list_due_s = now_s + LIST_S
        self._beat = (self._beat + 1) % 10
        self._out.append(
            make_sentence(TALKER, "HBT", {"interval_s": int(LIST_S), "status": "A", "sequence": self._beat})
        )
        self._say_list()

    def receive(self, line: bytes, now_s: float, utc_s: float) -> bool:
        """Take a line of the bridge; return True when it was for us. What is refused is answered by ARC."""
        sentence = parse_line(line)
        if isinstance(sentence, Rejected) or sentence.formatter not in ("ACN", "ACK"):
            return False
        found = fields_of(sentence)
        if found is None or found.faults:
            return False
        values = found.values
        if sentence.formatter == "ACK":
            return self._acknowledge_old(str(values.get("alert")), now_s)
        return self._answer(values, now_s, utc_s)

    def _answer(self, values: dict[str, FieldValue], now_s: float, utc_s: float) -> bool:
        """Carry out ACN: A acknowledge, S silence, Q say all or one; O is for whoever takes over from us, which nobody does."""
        number, command, maker = values.get("alert"), values.get("command"), values.get("maker")
        if command == "Q" and number in (0, None):
            for body in self._alerts.all():
                if isinstance(body, dict) and body["state"] != "normal":
                    self._say(body, utc_s)
            self._say_list()
            return True
        name = _NAMES.get(number) if isinstance(number, int) and maker in (MAKER, None) else None
        if name is None:
            return False  # another maker's alert
        if command == "Q":
            self._say(
                next(body for body in self._alerts.all() if isinstance(body, dict) and body["alert_id"] == name), utc_s
            )
            return True
        done = {"A": self._alerts.acknowledge, "S": self._alerts.silence}.get(str(command))
        if done is None or not done(name, now_s):
            self._out.append(make_sentence(TALKER, "ARC", {
                "utc": _clock(utc_s), "maker": MAKER, "alert": IDS[name], "instance": 1, "command": str(command),
            }))  # fmt: skip
        return True

    def _acknowledge_old(self, number: str, now_s: float) -> bool:
        """Take the acknowledgement of the old generation, which has no refusal."""
        name = _NAMES.get(int(number)) if number.isdigit() else None
        return name is not None and self._alerts.acknowledge(name, now_s)

    def outbox(self) -> list[bytes]:
        """Take what is to be said."""
        taken, self._out = self._out, []
        return taken

    def _say(self, body: dict[str, Plain], utc_s: float) -> None:
        """Say one alert in two parts: the second holds the decision aid."""
        name, revision = str(body["alert_id"]), body["revision"]
        self._sequence = (self._sequence + 1) % 10
        named: dict[str, FieldValue] = {
            "total": 2, "sequence": self._sequence, "maker": MAKER, "alert": IDS[name], "instance": 1,
            "revision": _whole(revision), "escalation": int(bool(body["escalated"])),
        }  # fmt: skip
        told: dict[str, FieldValue] = {
            "utc": _clock(utc_s), "category": str(body["category"]), "priority": PRIORITIES[str(body["priority"])],
            "state": STATES[str(body["state"])],
        }  # fmt: skip
        self._out.append(
            make_sentence(TALKER, "ALF", {**named, **told, "part": 1, "text": str(body["text"])[:TEXT_MAX]})
        )
        self._out.append(
            make_sentence(TALKER, "ALF", {**named, "part": 2, "text": _plain(str(body["advice"]))[:ADVICE_MAX]})
        )

    def _say_list(self) -> None:
        """Say what is not normal, in as many parts as it takes; an empty list is a list."""
        rows = [
            (MAKER, IDS[str(body["alert_id"])], 1, _whole(body["revision"]))
            for body in self._alerts.all()
            if isinstance(body, dict) and body["state"] != "normal"
        ]  # fmt: skip
        parts = [rows[at : at + LIST_MAX] for at in range(0, len(rows), LIST_MAX)] or [[]]
        self._list = (self._list + 1) % 100
        for number, part in enumerate(parts, 1):
            entries: dict[str, FieldValue] = {f"entry_{at}": row for at, row in enumerate(part, 1)}
            self._out.append(make_sentence(TALKER, "ALC", {
                "total": len(parts), "part": number, "sequence": self._list, "entries": len(part), **entries,
            }))  # fmt: skip


def _clock(utc_s: float) -> str:
    """Return the time of day as a sentence has it."""
    minutes, seconds = divmod(utc_s % 86_400.0, 60.0)
    hours, minutes = divmod(minutes, 60.0)
    return f"{hours:02.0f}:{minutes:02.0f}:{min(seconds, 59.99):05.2f}"


def _whole(value: Plain) -> int:
    return value if isinstance(value, int) else 0


def _plain(text: str) -> str:
    """Return a text without the characters that end a field."""
    return text.replace(",", ";")
