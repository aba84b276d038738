"""How old the oldest batch aboard is, by the time of its first scan: it outlives restarts, as the batch does."""

from __future__ import annotations

from typing import Final

from protocols.link import codec
from shipside.storage.spool import Spool

NS_PER_S: Final = 1_000_000_000


class Oldest:
    """Remembers the batch it has looked at, so that each is read once."""

    def __init__(self) -> None:
        """Know no batch yet."""
        self._seq, self._utc_ns = 0, 0

    def age_s(self, spool: Spool, utc_ns: int) -> float:
        """Return the age of the oldest batch of samples not acknowledged, seconds by our UTC; 0 where there is none."""
        waiting = spool.after(0, 1)
        if not waiting:
            return 0.0
        if waiting[0] != self._seq:
            encoded = spool.get(waiting[0])
            first_ns = None if encoded is None else codec.first_utc_ns(encoded)
            if first_ns is None:
                return 0.0
            self._seq, self._utc_ns = waiting[0], first_ns
        return max(0.0, (utc_ns - self._utc_ns) / NS_PER_S)
