"""Every sentence both ways: fields to typed values, typed values to a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Final

from protocols.nmea0183.form import Fields, Form, read, write
from protocols.nmea0183.framing import framed
from protocols.nmea0183.kinds import FieldValue
from protocols.nmea0183.sentence import Sentence
from protocols.nmea0183.sentences import (
    alerts,
    autopilot,
    heading,
    machinery,
    navigation,
    position,
    status,
    targets,
    water,
    weather,
)  # fmt: skip

SENTENCE_CHARS: Final = 80
"""Characters of a sentence without its line end (IEC 61162-1, 7.3: 82 with it)."""
_FAMILIES: Final = (alerts, autopilot, heading, machinery, navigation, position, status, targets, water, weather)


def _by_formatter() -> dict[str, tuple[Form, ...]]:
    found: dict[str, tuple[Form, ...]] = {}
    for form in chain.from_iterable(family.FORMS for family in _FAMILIES):
        found[form.formatter] = (*found.get(form.formatter, ()), form)
    return found


FORMS: Final[dict[str, tuple[Form, ...]]] = _by_formatter()
"""{formatter: its layouts}, the first for all that fits none of the others; ACN has two, all others one."""


def fields_of(sentence: Sentence) -> Fields | None:
    """Return the typed values of a sentence; None where its formatter has no form (maker's own, or not in our list)."""
    layouts = FORMS.get(sentence.formatter)
    if layouts is None:
        return None
    chosen = next(form for form in reversed(layouts) if form.fits(sentence.fields))
    return read(chosen, sentence.fields)


def make_sentence(talker: str, formatter: str, values: Mapping[str, FieldValue], layout: int = 0) -> bytes:
    """Return the sentence that says `values`, without its line end; raise ValueError where it cannot.

    `talker` is two letters; `layout` chooses among several of one formatter (ACN: 0 command then C, 1 C then command).
    """
    form = FORMS[formatter][layout]
    line = framed(",".join((talker + formatter, *write(form, values))), form.start)
    if len(line) > SENTENCE_CHARS:
        raise ValueError(f"{formatter} of {len(line)} characters: {SENTENCE_CHARS} fit")
    return line
