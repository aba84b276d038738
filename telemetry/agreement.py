"""Do two sources of one quantity agree: positions by distance, headings round the circle, speeds (control.md INT-12).

Which of two that disagree is wrong cannot be said by them; what is believed stays as ranked, and an alert says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final, Literal

from telemetry.plane import difference_deg, distance_m
from telemetry.trip import Trip

Quantity = Literal["position", "heading", "speed"]
Place = tuple[float, ...]
"""(latitude_deg, longitude_deg), or one number in the quantity's unit."""
HYSTERESIS: Final = 0.8
"""Sources agree again when they are within this part of the limit."""


@dataclass(frozen=True, slots=True)
class AgreementLimits:
    """How far two sources may lie apart."""

    position_m: float = 100.0
    """Antennas 50 m apart and fixes 3 s apart at 15 kn are within it."""
    heading_deg: float = 10.0
    """A magnetic compass with its deviation is within it; a gyro that has lost its north is not."""
    speed_kn: float = 2.0
    on_s: float = 5.0
    """How long they must be too far apart: receivers do not turn a corner at the same moment."""
    off_s: float = 10.0


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two sources of one quantity that are too far apart."""

    quantity: Quantity
    apart: float
    """In m, deg or kn."""
    first: str
    second: str
    """The two sources that are farthest apart."""


def _positions_m(one: Place, other: Place) -> float:
    return distance_m(one[0], one[1], other[0], other[1])


def _headings_deg(one: Place, other: Place) -> float:
    return abs(difference_deg(one[0], other[0]))


def _speeds_kn(one: Place, other: Place) -> float:
    return abs(one[0] - other[0])


APART: Final[dict[Quantity, Callable[[Place, Place], float]]] = {
    "position": _positions_m, "heading": _headings_deg, "speed": _speeds_kn,
}  # fmt: skip
"""{quantity: how far apart two of it are}"""


class Agreement:
    """Compares the sources of position, heading and speed."""

    def __init__(self, limits: AgreementLimits) -> None:
        """Judge by `limits`."""
        self._limits: dict[Quantity, float] = {
            "position": limits.position_m, "heading": limits.heading_deg, "speed": limits.speed_kn,
        }  # fmt: skip
        self._trips = {quantity: Trip(limits.on_s, limits.off_s) for quantity in APART}
        self._found: dict[Quantity, Disagreement] = {}

    def receive(self, quantity: Quantity, sources: Mapping[str, Place], now_s: float) -> Disagreement | None:
        """Take the GOOD values of `quantity` by source; return the disagreement in force, None while they agree.

        With fewer than two good sources nothing can be compared: what was in force stays, nothing new is found.
        """
        worst = self._worst(quantity, sources)
        if worst is None:
            return self._found.get(quantity)
        limit = self._limits[quantity]
        beyond, within = worst.apart > limit, worst.apart <= limit * HYSTERESIS
        if not self._trips[quantity].receive(now_s, beyond=beyond, within=within):
            self._found.pop(quantity, None)
        elif beyond or quantity not in self._found:
            self._found[quantity] = worst
        return self._found.get(quantity)

    def found(self, quantity: Quantity) -> Disagreement | None:
        """Return the disagreement about `quantity` in force, None while its sources agree."""
        return self._found.get(quantity)

    @staticmethod
    def _worst(quantity: Quantity, sources: Mapping[str, Place]) -> Disagreement | None:
        apart = APART[quantity]
        pairs = [
            Disagreement(quantity, apart(one, other), first, second)
            for (first, one), (second, other) in combinations(sources.items(), 2)
        ]
        return max(pairs, key=lambda pair: pair.apart, default=None)
