"""How a source is doing is data like any other: four channels for each input and each Modbus unit, fed every few seconds.

They are part of the vessel's catalogue, so that they travel in its birth, are stored, shown and judged as every channel is.
An input that is unplugged aboard is seen ashore by its age growing and its rate falling to nothing, and not in a log alone.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from protocols.reading import Quality, Reading
from telemetry.channel import Channel

HEALTH_S: Final = 5.0
"""How often the channels are fed: soon enough for whoever watches, a fiftieth of what a fast instrument costs."""
RATE_OVER_S: Final = 20.0
"""Span over which lines are counted for the rate: two of the slowest instrument's, which speaks each 10 s."""
NAME_LENGTH_MAX: Final = 24
"""Longest name of a source, as it becomes part of short ids that people read."""
COUNT_MAX: Final = 1e9
"""Largest count: ten thousand lines a second for a day; a count beyond it is no count."""
UNIT_COUNT: Final = "1"
UNIT_RATE: Final = "1/s"
UNIT_AGE: Final = "s"
_LOCAL_ID: Final = "/dnv-v2/vis-3-11a/745i/F103/meta"
"""The ship's local area network, ISO 19848 by DNV VIS; which source and what of it is the detail."""


@dataclass(frozen=True, slots=True)
class SourceCounts:
    """What is known of a source, to date."""

    name: str
    lines: int
    """Lines, or answers of a Modbus unit, that came."""
    errors: int
    """Lines and answers that were of no use: damaged, unknown, refused."""
    lost: int
    """What was said and did not come: numbers missing, datagrams dropped, requests without an answer."""
    last_s: float | None
    """Monotonic seconds of the last line; None before the first."""


def stem(name: str) -> str:
    """Return the part of the short ids that stands for a source; empty where the name has no letter or digit."""
    return re.sub("[^A-Z0-9]+", "_", name.upper()).strip("_")


def name_faults(names: Sequence[str]) -> list[str]:
    """Return a fault for each name that makes no short id of its own."""
    stems = [stem(name) for name in names]
    return [
        f"source {name!r} needs a name of 1 to {NAME_LENGTH_MAX} letters and digits"
        for name, made in zip(names, stems, strict=True)
        if not 1 <= len(made) <= NAME_LENGTH_MAX
    ] + [
        f"sources {' and '.join(repr(name) for name in names if stem(name) == made)} would share their health's channels "
        f"SRC_{made}_..."
        for made in sorted(set(stems))
        if made and stems.count(made) > 1
    ]  # fmt: skip


def health_channels(names: Iterable[str]) -> tuple[Channel, ...]:
    """Return the channels of the sources called `names`."""
    return tuple(channel for name in names for channel in _of(name))


def _of(name: str) -> tuple[Channel, ...]:
    made = stem(name)
    detail, path = made.lower().replace("_", "."), f"farhelm.sources.{made.lower()}"
    cycle_s, max_age_s = HEALTH_S, 3.0 * HEALTH_S
    return (
        Channel(f"SRC_{made}_RATE", f"Source {name}: lines a second", UNIT_RATE, "number", 0.0, COUNT_MAX, cycle_s, max_age_s,
                0.1, f"{_LOCAL_ID}/qty-frequency/detail-{detail}.lines", f"{path}.rate"),
        Channel(f"SRC_{made}_ERRORS", f"Source {name}: lines of no use since the start", UNIT_COUNT, "number", 0.0, COUNT_MAX,
                cycle_s, max_age_s, 1.0, f"{_LOCAL_ID}/qty-number/detail-{detail}.errors", f"{path}.errors"),
        Channel(f"SRC_{made}_AGE", f"Source {name}: time since the last line, or the start", UNIT_AGE, "number", 0.0,
                COUNT_MAX, cycle_s, max_age_s, 1.0, f"{_LOCAL_ID}/qty-age/detail-{detail}.last.line", f"{path}.age"),
        Channel(f"SRC_{made}_LOST", f"Source {name}: lines lost on the way since the start", UNIT_COUNT, "number", 0.0,
                COUNT_MAX, cycle_s, max_age_s, 1.0, f"{_LOCAL_ID}/qty-number/detail-{detail}.lost", f"{path}.lost"),
    )  # fmt: skip


class HealthWatch:
    """Turns what is known of sources into readings of their channels, each few seconds."""

    def __init__(self, now_s: float) -> None:
        """Begin at `now_s`; a source that has not spoken yet is as old as this."""
        self._began_s = self._due_s = now_s
        self._counted: dict[str, deque[tuple[float, int]]] = {}

    def is_due(self, now_s: float) -> bool:
        """Return whether it is time to look."""
        return now_s >= self._due_s

    def tick(self, sources: Iterable[SourceCounts], now_s: float) -> list[Reading]:
        """Return the readings of all sources."""
        self._due_s = now_s + HEALTH_S
        return [reading for source in sources for reading in self._readings(source, now_s)]

    def _readings(self, source: SourceCounts, now_s: float) -> list[Reading]:
        made = stem(source.name)
        age_s = now_s - (self._began_s if source.last_s is None else source.last_s)
        return [
            Reading(f"SRC_{made}_RATE", self._rate(source, now_s), UNIT_RATE, Quality.GOOD),
            Reading(f"SRC_{made}_ERRORS", float(source.errors), UNIT_COUNT, Quality.GOOD),
            Reading(f"SRC_{made}_AGE", max(0.0, age_s), UNIT_AGE, Quality.GOOD),
            Reading(f"SRC_{made}_LOST", float(source.lost), UNIT_COUNT, Quality.GOOD),
        ]

    def _rate(self, source: SourceCounts, now_s: float) -> float:
        counted = self._counted.setdefault(source.name, deque([(self._began_s, 0)]))
        while len(counted) > 1 and counted[1][0] <= now_s - RATE_OVER_S:
            counted.popleft()
        since_s, before = counted[0]
        counted.append((now_s, source.lines))
        return max(0.0, (source.lines - before) / (now_s - since_s)) if now_s > since_s else 0.0
