"""The facts a verdict may use, each with its quality and age: nothing a rule needs is ever assumed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from control.surroundings import NOBODY_LISTENS, Surroundings
from protocols.link.events import Reason
from protocols.link.heartbeats import Disagreed
from protocols.reading import Quality, Value

CYCLES_S: Final[dict[str, float]] = {
    "NAV_LAT": 1.0, "NAV_LON": 1.0, "NAV_SOG": 1.0, "NAV_COG": 1.0, "NAV_HDG": 0.1, "NAV_ROT": 0.1,
    "STG_RUD_S": 0.1, "STG_PMP1": 1.0, "STG_PMP2": 1.0, "ME_RPM": 0.5, "ME_RDY": 1.0, "BLG_AP": 1.0, "FIRE_ALM": 1.0,
    "NAV_DPTK": 1.0,
}  # fmt: skip
"""Update cycles in seconds of the channels that rules use, as in the catalogue (a test compares them)."""
AGE_FLOOR_S: Final = 1.0
"""No input is called old before this age: three cycles of a 10 Hz gyro are 0.3 s, one late datagram."""
AGE_CEILING_S: Final = 10.0
AGE_DIRECT_S: Final = 1.0
"""Under direct control nothing older is used (INT-02)."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One measured value."""

    value: Value | None
    """In the catalogue's unit; None exactly when there is none to use."""
    quality: Quality
    age_s: float


@dataclass(frozen=True, slots=True)
class Situation:
    """What the ship knows at one moment; a channel that never spoke is absent from `facts`."""

    facts: Mapping[str, Fact]
    utc_ns: int = 0
    """Ship's UTC, for the validity of roster and grant only."""
    is_utc_trusted: bool = True
    surroundings: Surroundings = NOBODY_LISTENS
    """Other ships (INT-08)."""
    disagreements: tuple[Disagreed, ...] = ()
    """Quantities about which two independent sources disagree (INT-12)."""

    def number(self, channel: str, *, direct: bool = False) -> float | None:
        """Return a usable number of `channel`, or None when it is absent, invalid or too old."""
        fact = self.facts.get(channel)
        if fact is None or self.objection(channel, direct=direct) is not None or isinstance(fact.value, str):
            return None
        return None if fact.value is None else float(fact.value)

    def objection(self, channel: str, *, direct: bool = False) -> Reason | None:
        """Return why `channel` may not be used, as INT-02 says it; None when it may."""
        fact = self.facts.get(channel)
        if fact is None:
            return Reason("input_absent", "INT-02", f"{channel} has not been received since the start.")
        limit_s = age_limit_s(channel, direct=direct)
        if fact.value is None or fact.quality not in (Quality.GOOD, Quality.MANUAL, Quality.STALE):
            word = fact.quality.name.lower().replace("_", " ")
            return Reason("input_invalid", "INT-02", f"{channel} is {word}.", word, "good", "", fact.age_s)
        if fact.age_s > limit_s:
            text = f"{channel} is {fact.age_s:.1f} s old, the limit is {limit_s:.1f} s."
            return Reason("input_stale", "INT-02", text, round(fact.age_s, 2), limit_s, "s", fact.age_s)
        return None

    def age_s(self, channel: str) -> float | None:
        """Return the age of `channel` in seconds, None when it never spoke."""
        fact = self.facts.get(channel)
        return None if fact is None else fact.age_s


NOTHING_KNOWN: Final = Situation({}, is_utc_trusted=False)
"""The situation at power-up: everything absent."""


def age_limit_s(channel: str, *, direct: bool = False) -> float:
    """Return the oldest usable age of `channel`: min(3 cycles, 10 s), at least 1 s; direct: 1 s (INT-02)."""
    cycle_s = CYCLES_S.get(channel, AGE_CEILING_S)  # a channel of her own tables: its cycle is the catalogue's business
    limit_s = min(max(3 * cycle_s, AGE_FLOOR_S), AGE_CEILING_S)
    return min(limit_s, AGE_DIRECT_S) if direct else limit_s
