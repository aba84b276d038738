"""Faults of this program that something of one vessel meets: they cost that alone, are counted, and told in words. Pure.

What a ship says is refused where it is foreseen (`ProtocolError`). Whatever else a handler raises is a fault of ours; it
must end nothing, for the broker brings the same message again at each start, to all ships' harm.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container
from types import TracebackType
from typing import Final

from protocols.faults import FAULT, Kinds
from shoreside.ports import StoreDownError

TOLD_S: Final = 3600.0
"""How long a fault is told among those of the shore; a ship sends what was not taken again each minute, so one that stands is
told all the time."""
WORDS_MAX: Final = 5
"""Vessels whose faults are told one by one."""


class Unforeseen:
    """What was met of such faults since this process started."""

    def __init__(self, known: Container[str] = ()) -> None:
        """Start with nothing met; `known`: the vessels that are counted by name."""
        self.counts: Counter[str] = Counter()
        """Faults by vessel; empty for all that are not known."""
        self._known = known
        self._last: dict[str, tuple[float | None, str]] = {}
        self._kinds = Kinds()
        self._lines: list[dict[str, object]] = []

    def guard(self, vessel: str, what: str) -> Guard:
        """Return a context that swallows what is raised while `what` is done for `vessel`, and counts it.

        A cancellation and whatever else is no Exception passes through, as does StoreDownError: it says to ask again.
        """
        return Guard(self, vessel, what)

    def note(self, vessel: str, what: str, error: Exception) -> None:
        """Count a fault; the first of its kind is kept as a line for the log."""
        vessel = vessel if vessel in self._known else ""
        self.counts[vessel] += 1
        self._last[vessel] = (None, f"{what}: {type(error).__name__}")
        first = self._kinds.first(what, error)
        if first is not None:
            self._lines.append({"error": first[0], "vessel": vessel, "what": what, "traceback": first[1]})

    def tick(self, now_s: float) -> None:
        """Let go of what was met long ago; called about each second."""
        stamped = {vessel: (now_s if at_s is None else at_s, what) for vessel, (at_s, what) in self._last.items()}
        self._last = {vessel: (at_s, what) for vessel, (at_s, what) in stamped.items() if now_s - at_s < TOLD_S}

    def words(self) -> list[str]:
        """Return what was met within the hour, in words, a sentence a vessel."""
        found = [
            f"{FAULT}: given up of {vessel or 'unknown vessels'}: {self.counts[vessel]} (last {what}); nothing else was, and"
            " batches that are not stored are kept aboard; the log has the traceback: report it"
            for vessel, (_, what) in list(self._last.items())[:WORDS_MAX]
        ]
        more = len(self._last) - WORDS_MAX
        return [*found, f"the same with {more} more vessels"] if more > 0 else found

    def take_lines(self) -> list[dict[str, object]]:
        """Return and forget the lines for the log: error, vessel, what was done, traceback."""
        lines, self._lines = self._lines, []
        return lines


class Guard:
    """A context in which a fault of this program costs only what was being done."""

    __slots__ = ("_found", "_vessel", "_what")

    def __init__(self, found: Unforeseen, vessel: str, what: str) -> None:
        """Tell `found` of what is raised."""
        self._found, self._vessel, self._what = found, vessel, what

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Return True for an error that was counted and goes no further."""
        del kind, trace
        if not isinstance(error, Exception) or isinstance(error, StoreDownError):
            return False
        self._found.note(self._vessel, self._what, error)
        return True
