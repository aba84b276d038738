"""Good, amber or red for each figure of a link, with hysteresis (class demand 20): worse at once, better after a while. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from protocols.console.standing import GradesJson

Figure: TypeAlias = Literal["round_trip", "loss", "age"]
Grade: TypeAlias = Literal["good", "amber", "red"]
RISING: Final[tuple[Grade, ...]] = ("good", "amber", "red")


@dataclass(frozen=True, slots=True)
class Limits:
    """Where one figure turns amber and red, and where it has to stay for how long before it is better again."""

    amber_above: float
    red_above: float
    red_until: float
    """Not better than red while it is above."""
    amber_until: float
    after_s: float

    def worse(self, value: float) -> Grade:
        """Return the grade that `value` turns to at once."""
        return "red" if value > self.red_above else "amber" if value > self.amber_above else "good"

    def better(self, value: float) -> Grade:
        """Return the best grade that `value` allows."""
        return "red" if value > self.red_until else "amber" if value > self.amber_until else "good"


BETTER_AFTER_S: Final = 5.0
"""As long as the ladder lets a figure stand before it counts (control.md, L1): five heartbeats, for one good one is no calm."""
LIMITS: Final[dict[Figure, Limits]] = {
    # Amber above, red above; no better than red above, no better than amber above; for how long.
    "round_trip": Limits(1000.0, 2000.0, 1600.0, 800.0, BETTER_AFTER_S),
    "loss": Limits(10.0, 50.0, 40.0, 8.0, BETTER_AFTER_S),
    "age": Limits(2000.0, 3500.0, 2500.0, 1500.0, BETTER_AFTER_S),
}
"""Milliseconds, and per cent. Round trip: INT-09, and a fifth less. Loss: L1 and demand 24; of twenty beats three missing are
13 %, two are 9, one is 5. Age: of heartbeats at 1 Hz one is missing, L2; half a beat late."""


@dataclass(slots=True)
class _Standing:
    """How one figure stands."""

    grade: Grade | None = None
    since_s: float | None = None
    """Since when it has been better than it stands; None: it is not."""
    worst: Grade = "good"
    """The worst that it has allowed since."""

    def look(self, limits: Limits, value: float | None, now_s: float, least: Grade) -> None:
        """Take a value, None where there is none; it stands no better than `least`."""
        if value is None and least == "good":
            self.grade, self.since_s = None, None
            return
        turned = _worst(limits.worse(value), least) if value is not None else least
        allowed = _worst(limits.better(value), least) if value is not None else least
        self.grade = turned if self.grade is None else _worst(turned, self.grade)
        if RISING.index(allowed) >= RISING.index(self.grade):
            self.since_s = None
            return
        if self.since_s is None:
            self.since_s, self.worst = now_s, "good"
        self.worst = _worst(self.worst, allowed)
        if now_s - self.since_s >= limits.after_s:
            self.grade, self.since_s = self.worst, None


def _worst(one: Grade, other: Grade) -> Grade:
    return one if RISING.index(one) > RISING.index(other) else other


@dataclass(slots=True)
class LinkGrades:
    """How the figures of one vessel's link stand."""

    is_heard: bool = False
    """False until the first heartbeat: all is red then, and that counts for nothing once she is heard."""
    _standing: dict[Figure, _Standing] = field(default_factory=lambda: {figure: _Standing() for figure in LIMITS})

    def look(self, *, round_trip_ms: float | None, loss_pct: float | None, age_ms: float | None, now_s: float) -> None:
        """Take the figures as they are now, None where not known; called on every heartbeat and about each second.

        While she is silent nothing is better than red: what her last heartbeat said of the link is no word on it now.
        """
        if age_ms is None:
            return
        self.is_heard = True
        values: dict[Figure, float | None] = {"round_trip": round_trip_ms, "loss": loss_pct, "age": age_ms}
        least: Grade = "red" if age_ms > LIMITS["age"].red_above else "good"
        for figure, value in values.items():
            self._standing[figure].look(LIMITS[figure], value, now_s, least)

    @property
    def told(self) -> GradesJson:
        """Return the grades as consoles are told them; None for a figure that is not known."""
        if not self.is_heard:
            return {"round_trip": "red", "loss": "red", "age": "red"}
        standing = self._standing
        return {
            "round_trip": standing["round_trip"].grade,
            "loss": standing["loss"].grade,
            "age": standing["age"].grade,
        }
