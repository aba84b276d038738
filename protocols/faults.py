"""Faults of our own program: each kind is written once, with its traceback, however often it is met. Pure."""

from __future__ import annotations

import traceback
from types import TracebackType
from typing import Final

FAULT: Final = "a fault of this program"
"""What the logs call them."""
KINDS_MAX: Final = 100
"""Kinds that are written: by what was done, the error and the line that raised it. More are only counted."""
FRAMES_MAX: Final = 30
TRACE_CHARS_MAX: Final = 8000
"""What of a traceback is written: its end, which a recursion makes long."""
SENTENCE_CHARS_MAX: Final = 200


class Kinds:
    """Which kinds were met."""

    def __init__(self) -> None:
        """Start with none met."""
        self._met: set[tuple[str, str, str]] = set()

    def first(self, what: str, error: Exception) -> tuple[str, str] | None:
        """Return (the error in a sentence, its traceback) of a kind that was not met before; None otherwise.

        `what`: what was being done. None also when KINDS_MAX are known.
        """
        kind = (what, type(error).__name__, _raised_at(error.__traceback__))
        if kind in self._met or len(self._met) >= KINDS_MAX:
            return None
        self._met.add(kind)
        told = "".join(traceback.format_exception(error, limit=-FRAMES_MAX))[-TRACE_CHARS_MAX:]
        return traceback.format_exception_only(error)[-1].strip()[:SENTENCE_CHARS_MAX], told


def _raised_at(trace: TracebackType | None) -> str:
    """Return file and line of the innermost frame."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
