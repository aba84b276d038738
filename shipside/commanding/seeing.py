"""What the ship knows at one moment, as the rules are told it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from control.situation import Fact, Situation
from protocols.link.heartbeats import Disagreed
from shipside.commanding.surrounding import Lookout
from shipside.listening import Listening

UNITS: Final = {"position": "m", "heading": "deg", "speed": "kn"}
"""Of how far apart two sources are, by quantity."""


def situation_of(
    listening: Listening, lookout: Lookout, channels: Iterable[str], utc_ns: int, now_s: float
) -> Situation:
    """Return the facts of `channels` with their ages, the ship's clock, the other ships and what sources disagree about."""
    facts = listening.picture.facts(now_s)
    used = {name: facts[name] for name in channels if name in facts}
    return Situation(
        {name: Fact(latest.value, latest.quality, now_s - latest.at_s) for name, latest in used.items()},
        utc_ns,
        listening.is_utc_trusted,
        lookout.surroundings(now_s),
        tuple(
            Disagreed(found.quantity, found.apart, UNITS[found.quantity], found.first, found.second)
            for found in listening.disagreements()
        ),
    )
