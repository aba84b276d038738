"""Batches that wait for what they cannot be read without: a catalogue, or where the channels stood after their base.

Pure: it says what is wanted, the station asks the store. Held batches are bounded and none is acknowledged, so whatever
does not come in time costs a second sending, never data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

HELD_MAX: Final = 500
"""Batches that wait at most, 0.5 MB of live ones; one more is left to the ship, who sends it again."""
WAIT_S: Final = 5.0
"""Longest wait for a catalogue: the birth that brought it to another process is committed by then. A ship sends again
after 5 s at the earliest."""
ASK_AGAIN_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class LegendWanted:
    """A catalogue of a vessel."""

    vessel: str
    catalogue_hash: str


@dataclass(frozen=True, slots=True)
class BaseWanted:
    """Where a vessel's channels stood after a batch."""

    vessel: str
    epoch: int
    seq: int


Wanted = LegendWanted | BaseWanted


@dataclass(slots=True)
class _Waiting:
    payloads: list[bytes]
    since_s: float
    asked_s: float | None = None


class Missing:
    """What is wanted, and the batches that wait for it."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._waiting: dict[Wanted, _Waiting] = {}

    @property
    def count(self) -> int:
        """Return how many batches wait."""
        return sum(len(one.payloads) for one in self._waiting.values())

    def hold(self, wanted: Wanted, payload: bytes, now_s: float) -> bool:
        """Keep `payload` until `wanted` has come; return False where there is no room for it."""
        if self.count >= HELD_MAX:
            return False
        self._waiting.setdefault(wanted, _Waiting([], now_s)).payloads.append(payload)
        return True

    def ask(self, now_s: float) -> list[Wanted]:
        """Return what is to be asked of the store now."""
        due = [
            wanted for wanted, one in self._waiting.items()
            if one.asked_s is None or now_s - one.asked_s >= ASK_AGAIN_S
        ]  # fmt: skip
        for wanted in due:
            self._waiting[wanted].asked_s = now_s
        return due

    def found(self, wanted: Wanted) -> list[bytes]:
        """Return the batches that can now be read."""
        one = self._waiting.pop(wanted, None)
        return one.payloads if one is not None else []

    def absent(self, wanted: Wanted, now_s: float) -> list[bytes]:
        """Return the batches that need wait no longer: the store does not have it, and will not."""
        one = self._waiting.get(wanted)
        if one is None or (isinstance(wanted, LegendWanted) and now_s - one.since_s < WAIT_S):
            return []
        return self.found(wanted)
