"""What a batch needs not say because the catalogue of its hash says it: which channel has which place, and its step."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from protocols.errors import MalformedError
from protocols.link import fields
from protocols.link.bits import Whole
from protocols.link.cbor import Plain

CHANNELS_MAX: Final = 1_000
"""Most channels of a catalogue."""
ACCURACY_MAX: Final = 1e12
"""Greatest accuracy read, in any unit: of twice a greater one no step can be made."""
FINEST: Final = 9
"""Finest decimal step, 1e-9; a position in degrees needs 1e-7."""
COARSEST: Final = 6
"""Coarsest decimal step, 1e6."""
UNITS: Final = 9 * (FINEST + COARSEST + 1)
"""How many steps there are: 1..9 times each power of ten."""


@dataclass(frozen=True, slots=True)
class Legend:
    """The channels of one catalogue in its order, each with the number of its step."""

    catalogue_hash: str
    channels: tuple[str, ...]
    """Short ids."""
    steps: Whole
    """Number (`step_number`) of the step to which each channel is kept: its resolution."""
    coarse_steps: Whole
    """Likewise for re-quantised batches: the largest step that keeps the error within the channel's accuracy."""

    @classmethod
    def from_wire(cls, catalogue_hash: str, catalogue: Plain) -> Legend:
        """Return the legend of a birth's catalogue; raise MalformedError with the field that is wrong."""
        rows = [
            fields.submap({"channel": row}, "channel")
            for row in fields.items({"catalogue": catalogue}, "catalogue", CHANNELS_MAX)
        ]
        steps = [fields.number(row, "resolution") for row in rows]
        accuracies = [fields.optional_number(row, "accuracy") for row in rows]
        if any(each is not None and abs(each) > ACCURACY_MAX for each in accuracies):
            raise MalformedError(f"an accuracy beyond {ACCURACY_MAX:g} is none")
        return cls(
            catalogue_hash, tuple(fields.text(row, "short_id", 64) for row in rows),
            np.array([step_number(step) for step in steps], np.int64),
            np.array([step_number(coarse_step(*pair)) for pair in zip(steps, accuracies, strict=True)], np.int64),
        )  # fmt: skip


NO_LEGEND: Final = Legend("", (), np.zeros(0, np.int64), np.zeros(0, np.int64))
"""Every channel of the batch is then named in it."""


def step_number(step: float) -> int:
    """Return the number of `step` when it is 1..9 times a power of ten from 1e-9 to 1e6, else that of 1."""
    if step > 0:
        exponent = math.floor(math.log10(step) + 1e-9)
        factor = round(step / 10.0**exponent)
        if -FINEST <= exponent <= COARSEST and 1 <= factor <= 9 and math.isclose(factor * 10.0**exponent, step):  # noqa: PLR2004 - one digit
            return 9 * (exponent + FINEST) + factor - 1
    return 9 * FINEST


def coarse_step(resolution: float, accuracy: float | None) -> float:
    """Return the largest step of one digit with which a rounded value stays within `accuracy`; `resolution` without one.

    Rounding to a step errs by half of it at most, so that the step may be twice the accuracy. Never finer than
    `resolution`.
    """
    if accuracy is None or 2.0 * accuracy <= resolution:
        return resolution
    exponent = math.floor(math.log10(2.0 * accuracy) + 1e-9)
    factor = min(9, math.floor(2.0 * accuracy / 10.0**exponent + 1e-9))
    return float(f"{factor}e{exponent}")


def scale(numbers: Whole) -> tuple[Whole, Whole]:
    """Return factor and exponent of steps by number: the step is factor * 10 ** -exponent."""
    return numbers % 9 + 1, FINEST - numbers // 9
