"""Live fan-out: one feed per console, bounded, so that a stalled browser disturbs nobody.

A feed has three parts. *Firm* messages (orders, alerts, events, key states) are never dropped: a feed that is 1,000 of
them behind is overrun, and its socket is closed so that the console starts anew. *Slots* keep the latest of their kind
(fleet, status). *Values* and *targets* keep the latest of each channel and each target, and count what was replaced.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Final, Literal

from protocols.console.messages import FromShore, TargetJson, ValueRow

FIRM_MAX: Final = 1000
"""Orders, alerts and events a socket may be behind: hours of them; more means that nobody reads."""
TARGETS_PER_MESSAGE: Final = 200
"""A target takes about 250 bytes; a frame stays under 64 kB."""


class Feed:
    """What one console has still to be sent."""

    def __init__(self, person: str, session: str) -> None:
        """Prepare a feed for `person`, ended together with `session` (a session or token id)."""
        self.person = person
        self.public_key: bytes | None = None
        """The console's key, where known."""
        self.key_state: Literal["none", "pending", "enrolled", "revoked"] = "none"
        self.session = session
        self.vessel: str | None = None
        self.overrun = False
        self.closed_because = ""
        self.gap_count = 0
        self._firm: deque[FromShore] = deque()
        self._slots: dict[str, FromShore] = {}
        self._values: dict[str, ValueRow] = {}
        self._targets: dict[int, TargetJson] = {}
        self._wake = asyncio.Event()

    def subscribe(self, vessel: str | None) -> None:
        """Turn to another vessel's view (None: the fleet); what waited of the former one is of no use any more."""
        self.vessel = vessel
        self._values.clear()
        self._targets.clear()
        self._slots.clear()
        self.gap_count = 0

    def firm(self, message: FromShore) -> None:
        """Queue a message that may not be dropped."""
        if len(self._firm) >= FIRM_MAX:
            self.end("1000 orders, alerts or events behind")
            self.overrun = True
            return
        self._firm.append(message)
        self._wake.set()

    def slot(self, name: str, message: FromShore) -> None:
        """Queue the latest message of its kind in place of an older one."""
        self._slots[name] = message
        self._wake.set()

    def values(self, rows: list[ValueRow]) -> None:
        """Queue new values; one that replaces a value not yet sent counts as a gap."""
        for row in rows:
            if row[0] in self._values:
                self.gap_count += 1
            self._values[row[0]] = row
        self._wake.set()

    def targets(self, targets: list[TargetJson]) -> None:
        """Queue changed targets, the latest of each."""
        for target in targets:
            self._targets[target["mmsi"]] = target
        self._wake.set()

    def end(self, reason: str) -> None:
        """Ask for the socket to be closed with `reason`."""
        self.closed_because = self.closed_because or reason
        self._wake.set()

    async def wait(self) -> None:
        """Wait until there is something to send or the feed was ended."""
        await self._wake.wait()

    def take(self, server_utc_ms: int) -> list[FromShore]:
        """Return and forget all that waits, firm messages first."""
        self._wake.clear()
        messages = list(self._firm)
        self._firm.clear()
        messages.extend(self._slots.values())
        self._slots.clear()
        if self._values and self.vessel is not None:
            messages.append({
                "type": "values", "vessel": self.vessel, "server_utc_ms": server_utc_ms,
                "values": list(self._values.values()), "gap_count": self.gap_count,
            })  # fmt: skip
            self._values.clear()
        targets = list(self._targets.values())
        self._targets.clear()
        if self.vessel is not None:
            for start in range(0, len(targets), TARGETS_PER_MESSAGE):
                part = targets[start : start + TARGETS_PER_MESSAGE]
                messages.append({"type": "targets", "vessel": self.vessel, "targets": part})
        return messages


class Hub:
    """All feeds; no call here ever waits."""

    def __init__(self) -> None:
        """Start with no feeds."""
        self._feeds: list[Feed] = []

    @property
    def count(self) -> int:
        """Consoles connected."""
        return len(self._feeds)

    def join(self, feed: Feed) -> None:
        """Add a feed."""
        self._feeds.append(feed)

    def leave(self, feed: Feed) -> None:
        """Remove a feed."""
        if feed in self._feeds:
            self._feeds.remove(feed)

    def watching(self, vessel: str) -> list[Feed]:
        """Return the feeds whose view is `vessel`."""
        return [feed for feed in self._feeds if feed.vessel == vessel]

    def all(self) -> list[Feed]:
        """Return all feeds."""
        return list(self._feeds)

    def end_session(self, session: str) -> None:
        """Close every socket of `session`."""
        for feed in self._feeds:
            if feed.session == session:
                feed.end("the session has ended")
