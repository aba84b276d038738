"""Forms: a sentence as a list of field descriptors, from which reading and writing both follow.

The forms stand in `sentences/`, a literal each, to be checked against the standard's field lists line by line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final, NamedTuple

from protocols.nmea0183.kinds import Fault, Field, FieldValue

REPEATS_MAX: Final = 64
"""Most repetitions read: a sentence of 256 characters holds at most 63 quadruples; waypoints beyond are passed over."""


@dataclass(frozen=True, slots=True)
class Form:
    """The layout of one formatter."""

    formatter: str
    meaning: str
    fields: tuple[Field, ...]
    later: tuple[Field, ...] = ()
    """Fields that later editions added or that older equipment leaves out: written only where they have a value."""
    repeat: Field | None = None
    """What may stand any number of times at the end; the values are called `name_1`, `name_2`, ..."""
    start: str = "$"
    """`!` where the fields are encapsulated."""
    when: tuple[int, str] | None = None
    """Field (from 0) and text by which this layout is told from another of the same formatter."""

    def fits(self, texts: list[str]) -> bool:
        """Tell whether fields are laid out as here."""
        return self.when is None or (len(texts) > self.when[0] and texts[self.when[0]] == self.when[1])


class Fields(NamedTuple):
    """What a sentence says, field by field; a field in neither is absent."""

    values: dict[str, FieldValue]
    """Good values by the names of the form."""
    faults: dict[str, Fault]
    """Fields that stand there and have no value, and why; never ABSENT."""


def read(form: Form, texts: list[str]) -> Fields:
    """Return the values in the fields after a sentence's address; a bad field costs itself only."""
    values: dict[str, FieldValue] = {}
    faults: dict[str, Fault] = {}
    at = 0
    for field in chain(form.fields, form.later, _repeated(form, len(texts))):
        part = texts[at : at + field.width]
        at += field.width
        if not part:
            break
        value = field.read(part + [""] * (field.width - len(part)))
        if not isinstance(value, Fault):
            values[field.name] = value
        elif value is not Fault.ABSENT:
            faults[field.name] = value
    for field in chain(form.fields, form.later):
        if field.name in values and not _allowed(field, values, faults):
            faults[field.name] = Fault.VOID
    for name in faults:
        values.pop(name, None)
    return Fields(values, faults)


def write(form: Form, values: Mapping[str, FieldValue]) -> list[str]:
    """Return the fields after the address; raise ValueError where a value cannot stand in this sentence.

    A value absent from `values` is an empty field. What is written reads back as the same value, to six decimals.
    """
    fields = [*form.fields, *form.later, *_repeated(form, None)]
    unknown = values.keys() - {field.name for field in fields}
    if unknown:
        raise ValueError(f"{form.formatter} has no field {', '.join(sorted(unknown))}")
    last = max((at for at, field in enumerate(fields) if field.name in values), default=-1)
    texts = [text for field in fields[: max(last + 1, len(form.fields))] for text in _written(form, field, values)]
    if not texts:
        raise ValueError(f"{form.formatter} without a value is no sentence")
    return texts


def _written(form: Form, field: Field, values: Mapping[str, FieldValue]) -> list[str]:
    if field.name not in values:
        return list(field.empty)
    texts = field.write(values[field.name])
    back = field.read(texts)
    fault = back.value if isinstance(back, Fault) else ""
    if fault:
        raise ValueError(f"{form.formatter}: {field.name} cannot be {values[field.name]!r} ({fault})")
    if field.guards and not _allowed(field, values, {}):
        raise ValueError(f"{form.formatter}: {field.name} has a value, and {field.guards[0][0]} voids it")
    return texts


def _allowed(field: Field, values: Mapping[str, FieldValue], faults: Mapping[str, Fault]) -> bool:
    return all(
        faults.get(name) in (None, Fault.VOID) and str(values.get(name, "")) in letters
        for name, letters in field.guards
    )


def _repeated(form: Form, texts: int | None) -> Iterator[Field]:
    if form.repeat is None:
        return
    fixed = sum(field.width for field in (*form.fields, *form.later))
    count = REPEATS_MAX if texts is None else min(REPEATS_MAX, -(-max(0, texts - fixed) // form.repeat.width))
    for number in range(1, count + 1):
        yield replace(form.repeat, name=f"{form.repeat.name}_{number}")
