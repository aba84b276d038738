"""Her fallback, judged before it is needed: what lies ahead leaves little time, and what she would do alone is told.

With twenty seconds to act operators did clearly worse than with sixty (Veitch et al., 2024, n = 32). So within sixty she does
not wait for the ladder to find out that her loiter point or her way home is barred. Nothing is ordered and nothing moves.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from control.entering import WORDS
from control.messages import Emit
from control.safestate import SafeState
from control.situation import Situation
from control.voyage import Voyage
from protocols.link.events import Reason
from protocols.link.heartbeats import RespondBy

PREPARE_S: Final = 60.0
"""Less time to act than this, or than her operator takes, and her fallback is judged."""
EVERY_S: Final = 5.0
"""How often it is judged anew: at ten knots she has gone 25 m, and a way home is a route that is held against chart and areas."""
RESTS_S: Final = 10.0
"""So long after the last such moment it is let go, so that a danger that comes and goes is one entry of the ledger."""
WHY_MAX: Final = 200
"""Characters of the reason, as the heartbeat carries it."""


class Preparing:
    """The fallback state of one ship as it was last judged."""

    def __init__(self, voyage: Voyage, safe: SafeState) -> None:
        """Begin with time enough."""
        self._voyage, self._safe = voyage, safe
        self._due_s = self._until_s = 0.0
        self._reasons: list[Reason] | None = None
        """Why it could not be entered; None while nothing is prepared."""

    def look(self, by: RespondBy | None, situation: Situation, now_s: float) -> list[Emit]:
        """Judge it where `by` leaves too little time, and return what is to be told: that it has begun, and what bars it."""
        if self._safe.entry is not None:  # it is being done, or something else is
            self._reasons = None
            return []
        if by is not None and by.left_s < max(PREPARE_S, by.operator_s):
            self._until_s = now_s + RESTS_S
        if now_s >= self._until_s:
            self._reasons = None
        elif self._reasons is None or now_s >= self._due_s:
            return self._judge(by, situation, now_s)
        return []

    def told(self, by: RespondBy | None) -> RespondBy | None:
        """Return `by` with what she would do alone and what bars it; as it is while nothing is prepared."""
        if by is None or self._reasons is None:
            return by
        why = self._reasons[0].text[:WHY_MAX] if self._reasons else ""
        return replace(by, fallback=WORDS["stop" if self._reasons else self._voyage.config.limits.fallback], barred=why)

    def _judge(self, by: RespondBy | None, situation: Situation, now_s: float) -> list[Emit]:
        is_known, before = self._reasons is not None, bool(self._reasons)
        self._reasons, self._due_s = self._safe.bars(situation), now_s + EVERY_S
        if is_known and before == bool(self._reasons):
            return []
        cause = "" if by is None else f"{by.left_s} s to act before {by.what}"
        return [Emit("entry", {
            "state": self._voyage.config.limits.fallback, "phase": self._voyage.phase, "cause": cause, "result": "prepared",
            "why": "", "took_s": 0.0, "limit_s": self._safe.fallback_limit_s,
            "reasons": [reason.plain() for reason in self._reasons],
        })]  # fmt: skip
