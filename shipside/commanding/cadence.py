"""How often the safety process says how she is: 1 Hz, 5 Hz at level `direct`, and seldom where nobody commands and bytes are few.

control.md gives 1 Hz (AUT-02, L0) as a number that the vessel's configuration may set. What it is for is kept whatever that says:
a change is told at once, and whoever has, asks for or was granted anything of her finds the full rate, as does a ship in trouble.
"""

from __future__ import annotations

from typing import Final

from control.standing import Facts
from protocols.link.heartbeats import PERIOD_MS, AuthorityState
from shipside.config import AgentConfig

HEARTBEAT_S: Final = PERIOD_MS / 1000.0
HEARTBEAT_DIRECT_S: Final = 0.2
"""At level `direct`, both ways (control.md section 5): L2 comes after 2 s there."""
EARLY_S: Final = 0.05
"""The deciding loop wakes a little before or after its time: so much sooner a heartbeat is no sooner."""


def idle_s_of(config: AgentConfig) -> float:
    """Return the time between heartbeats while nobody commands, seconds; the full rate where several bearers may carry them."""
    is_one = not config.link.is_adaptive and config.second_way is None
    return config.bearer.heartbeat_s if is_one else HEARTBEAT_S


class Cadence:
    """When the next heartbeat is due ashore. The bridge's panel is told each second, whatever the bearer."""

    def __init__(self, idle_s: float) -> None:
        """Begin with none sent; `idle_s` lies between two of them while nobody commands."""
        self._idle_s = idle_s
        self._due_s: float | None = None
        """By when the last one said that the next would come; None: there was none."""
        self._sent_s = 0.0

    def period_s(self, facts: Facts) -> float:
        """Return how long it may be to the next one, seconds, if nothing changes."""
        if is_direct(facts):
            return HEARTBEAT_DIRECT_S
        return self._idle_s if is_idle(facts) else HEARTBEAT_S

    def is_due(self, facts: Facts, now_s: float) -> bool:
        """Return whether the shore is owed one at `now_s`."""
        due_s = self._due_s if self._due_s is not None else now_s
        return now_s >= min(due_s, self._sent_s + self.period_s(facts)) - EARLY_S

    def sent(self, facts: Facts, now_s: float) -> None:
        """Take that one was sent which told of `facts`, and with them when the next one comes."""
        self._sent_s, self._due_s = now_s, now_s + self.period_s(facts)


def is_direct(facts: Facts) -> bool:
    """Return whether somebody ashore has the conn at level `direct`."""
    return facts.authority.station == "remote" and facts.authority.level == "direct"


def is_idle(facts: Facts) -> bool:
    """Return whether nobody ashore has, asks for or was granted anything of her, and nothing is wrong with her."""
    groups = (facts.authority, *(() if facts.engineering is None else (facts.engineering,)))
    return facts.step == "L0" and not facts.stop_latched and all(_is_free(group) for group in groups)


def _is_free(group: AuthorityState) -> bool:
    return group.station != "remote" and group.phase == "held"
