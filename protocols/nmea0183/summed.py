"""Who sends checksums: from an instrument that does, a line without one has lost its end and cannot be believed."""

from __future__ import annotations

from typing import Final

SUMMED_S: Final = 60.0
"""An instrument from which no checksum came for this long may have been set to send none: its lines are read again."""
KNOWN_MAX: Final = 256
"""Addresses remembered of one input; 116,000 lines of a yacht have 15."""


class Summed:
    """The addresses of one input from which checksums have come."""

    def __init__(self) -> None:
        """Know none yet."""
        self._last_s: dict[tuple[str, str], float] = {}

    @property
    def count(self) -> int:
        """Addresses known."""
        return len(self._last_s)

    def is_whole(self, talker: str, formatter: str, now_s: float, *, has_checksum: bool) -> bool:
        """Take one line; return whether it may be read: False where it has no checksum and its address sends them."""
        key = (talker, formatter)
        if has_checksum:
            if key in self._last_s or len(self._last_s) < KNOWN_MAX:
                self._last_s[key] = now_s
            return True
        last_s = self._last_s.get(key)
        return last_s is None or now_s - last_s > SUMMED_S
