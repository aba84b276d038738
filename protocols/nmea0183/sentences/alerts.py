"""Bridge alert management (IEC 61924-2, IEC 62923): the new generation ALF, ALC, ACN, ARC, HBT, and ALR and ACK before it.

An alert is named by maker (absent for standardised ones), number and instance. ALF tells one alert, in two parts where it
has a description; ALC lists all that are not normal; ACN answers (A acknowledge, Q ask, O take over, S silence), ARC
refuses the answer; HBT says that the sender lives.
"""

from __future__ import annotations

from typing import Final

from protocols.nmea0183.form import Form
from protocols.nmea0183.kinds import Fault, Field, FieldValue, choice, utc, whole, words

COMMANDS: Final = "AQOS"
STATES: Final = "VSAOUN"
"""V active unacknowledged, S silenced, A acknowledged, O responsibility transferred, U rectified unacknowledged, N normal."""
PRIORITIES: Final = "EAWC"
"""E emergency alarm, A alarm, W warning, C caution."""

_NAME: Final = (
    words("maker", 3),
    whole("alert", 0, 9_999_999),  # 0: all of them
    whole("instance", 0, 999_999),
)


def _entry(texts: list[str]) -> FieldValue | Fault:
    """Return (maker or None, alert, instance, revision) of four fields of ALC."""
    if not any(texts):
        return Fault.ABSENT
    maker, alert, instance, revision = (field.read([text]) for field, text in zip(_ENTRY, texts, strict=True))
    if isinstance(alert, Fault) or isinstance(instance, Fault) or isinstance(revision, Fault):
        return Fault.SPELLING
    if isinstance(alert, tuple) or isinstance(instance, tuple) or isinstance(revision, tuple) or maker is Fault.RANGE:
        return Fault.SPELLING
    return (maker if isinstance(maker, str) else None, alert, instance, revision)


def _entry_texts(value: FieldValue) -> list[str]:
    if not isinstance(value, tuple) or len(value) != len(_ENTRY):
        raise ValueError(f"{value!r} is no entry of (maker, alert, instance, revision)")
    return ["" if part is None else field.write(part)[0] for field, part in zip(_ENTRY, value, strict=True)]


_ENTRY: Final = (*_NAME, whole("revision", 0, 99))
_ACN: Final = (utc(), *_NAME)

FORMS: Final = (
    Form("ALF", "one alert; part 2 of 2 holds its description and leaves time to state empty", (
        whole("total", 1, 2),
        whole("part", 1, 2),
        whole("sequence", 0, 9),
        utc(),
        choice("category", "ABC"),
        choice("priority", PRIORITIES),
        choice("state", STATES),
        *_ENTRY,
        whole("escalation", 0, 9),
        words("text"),
    )),
    Form("ALC", "all alerts that are not normal", (
        whole("total", 1, 99, digits=2),
        whole("part", 1, 99, digits=2),
        whole("sequence", 0, 99, digits=2),
        whole("entries", 0, 20),
    ), repeat=Field("entry", _entry, _entry_texts, 4, ("", "", "", ""))),
    Form("ACN", "answer to an alert: the command, then C (IEC 61924-2, most makers)", (
        *_ACN,
        choice("command", COMMANDS),
        choice("sentence_status", "C"),
    )),
    Form("ACN", "answer to an alert: C, then the command (edition 6 as some read it); C is no command letter", (
        *_ACN,
        choice("sentence_status", "C"),
        choice("command", COMMANDS),
    ), when=(4, "C")),
    Form("ARC", "answer refused", (utc(), *_NAME, choice("command", COMMANDS))),
    Form("HBT", "heartbeat", (
        whole("interval_s", 1, 999),
        choice("status", "AV"),
        whole("sequence", 0, 9),
    )),
    Form("ALR", "alarm of the old generation; ids are letters and digits in practice", (
        utc(),
        words("alert", 16),
        choice("condition", "AV"),  # A: threshold exceeded
        choice("acknowledged", "AV"),
        words("text"),
    )),
    Form("ACK", "acknowledgement of the old generation", (words("alert", 16),)),
)  # fmt: skip
