"""How often somebody may do something: a bucket of tokens per name, bounded in number."""

from __future__ import annotations

from typing import Final

NAMES_MAX: Final = 10_000
"""Names remembered; the one longest not seen is forgotten first, which only ever gives it a full bucket again."""


class Rates:
    """`burst` at once, then `per_s` in the long run, for each name by itself."""

    def __init__(self, per_s: float, burst: int) -> None:
        """Start with full buckets."""
        self._per_s = per_s
        self._burst = float(burst)
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, name: str, now_s: float) -> bool:
        """Take one token of `name`; return False when there is none."""
        tokens, since_s = self._buckets.pop(name, (self._burst, now_s))
        tokens = min(self._burst, tokens + (now_s - since_s) * self._per_s)
        allowed = tokens >= 1.0
        self._buckets[name] = (tokens - 1.0 if allowed else tokens, now_s)
        if len(self._buckets) > NAMES_MAX:
            del self._buckets[next(iter(self._buckets))]
        return allowed

    def give_back(self, name: str) -> None:
        """Let the last `take` of `name` not have been; a bucket never holds more than its burst."""
        if name in self._buckets:
            tokens, since_s = self._buckets[name]
            self._buckets[name] = (min(self._burst, tokens + 1.0), since_s)

    def wait_s(self, name: str) -> float:
        """Return the seconds until `name` has a token again, as of its last `take`."""
        tokens = self._buckets.get(name, (self._burst, 0.0))[0]
        return max(0.0, (1.0 - tokens) / self._per_s)
