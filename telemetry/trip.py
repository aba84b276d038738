"""A condition with hysteresis and delays: it trips late and clears later, so that nothing flutters at a limit (ALT-09)."""

from __future__ import annotations


class Trip:
    """One condition: tripped after `on_s` seconds beyond, cleared after `off_s` seconds well within."""

    def __init__(self, on_s: float, off_s: float) -> None:
        """Begin cleared."""
        self._on_s, self._off_s = on_s, off_s
        self._since_s: float | None = None
        self.is_tripped = False

    def receive(self, now_s: float, *, beyond: bool, within: bool) -> bool:
        """Take one look; between `beyond` and `within` lies the hysteresis, where nothing changes. Return the state."""
        if not (within if self.is_tripped else beyond):
            self._since_s = None
            return self.is_tripped
        self._since_s = now_s if self._since_s is None else self._since_s
        if now_s - self._since_s >= (self._off_s if self.is_tripped else self._on_s):
            self.is_tripped, self._since_s = not self.is_tripped, None
        return self.is_tripped
