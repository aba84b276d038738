"""Live fan-out: one feed per console, bounded, so that a stalled browser disturbs nobody.

A feed has three parts. *Firm* messages (orders, alerts, events, key states) are never dropped: a feed that is 1,000 of
them behind is overrun, and its socket is closed so that the console starts anew. *Slots* keep the latest of their kind
(fleet, status). *Values* and *targets* keep the latest of each channel and each target, and count what was replaced.

What goes to several consoles is a `Frame`, encoded once for all; only a console that is behind gets an encoding of its own.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final, Literal

from protocols.console.messages import FromShore, ValueRow
from protocols.console.traffic import TargetJson, TargetsMessage
from shoreside.live.frames import Frame, News, ValuesFrame

FIRM_MAX: Final = 1000
"""Orders, alerts and events a socket may be behind: hours of them; more means that nobody reads."""
TARGETS_PER_MESSAGE: Final = 200
"""A target takes about 250 bytes; a frame stays under 64 kB."""


class Feed:
    """What one console has still to be sent."""

    def __init__(self, person: str, session: str) -> None:
        """Prepare a feed for `person`, ended together with `session` (a session or token id)."""
        self.person = person
        self.may_order = False
        """True where the person's role may order: only then the conn can be offered to them."""
        self.public_key: bytes | None = None
        """The console's key, where known."""
        self.key_state: Literal["none", "pending", "enrolled", "revoked"] = "none"
        self.session = session
        self.vessel: str | None = None
        self.seat = ""
        """Session by which its orders and heartbeats are known aboard, by its own word; empty: not told."""
        self.overrun = False
        self.closed_because = ""
        self.gap_count = 0
        self.replaced_count = 0
        """Values replaced by newer ones before they were sent, over all subscriptions."""
        self._firm: deque[Frame] = deque()
        self._slots: dict[str, Frame] = {}
        self._fresh: ValuesFrame | None = None
        """Values that wait alone: nothing was replaced, so the frame all share will do."""
        self._fresh_targets: Frame | None = None
        self.outlet: Callable[[bytes], bool] | None = None
        """Writes a frame in this turn of the loop and says whether it will; None: everything is taken by `frames`."""
        self.is_behind = False
        """True from when something waits until it is on its way, and once the feed was ended: nothing may overtake it."""
        self._values: dict[str, ValueRow] = {}
        self._targets: dict[int, TargetJson] = {}
        self._wake = asyncio.Event()

    def subscribe(self, vessel: str | None) -> None:
        """Turn to another vessel's view (None: the fleet); what waited of the former one is of no use any more."""
        self.vessel = vessel
        self._values.clear()
        self._targets.clear()
        self._slots.clear()
        self._fresh = self._fresh_targets = None
        self.gap_count = 0

    def firm(self, message: FromShore | Frame) -> None:
        """Queue a message that may not be dropped."""
        if len(self._firm) >= FIRM_MAX:
            self.end("1000 orders, alerts or events behind")
            self.overrun = True
            return
        frame = _frame(message)
        if not self._goes_at_once(frame):
            self._firm.append(frame)
            self._waits()

    def slot(self, name: str, message: FromShore | Frame) -> None:
        """Queue the latest message of its kind in place of an older one."""
        frame = _frame(message)
        if not self._goes_at_once(frame):
            self._slots[name] = frame
            self._waits()

    def _goes_at_once(self, frame: Frame | News) -> bool:
        """Write a frame past the queue where nothing waits in it; most consoles are never behind."""
        return self.outlet is not None and not self.is_behind and frame.fits and self.outlet(frame.encoded)

    def news(self, news: News) -> None:
        """Queue what a batch brought, in frames that all consoles of its vessel share."""
        if not self.gap_count and self._goes_at_once(news):
            return
        if self._goes_at_once(news.values.counted(self.gap_count)):  # its own count, or a part that is too long
            self._news_of_targets(news)
            return
        if self._fresh is None and not self._values:
            self._fresh = news.values
            self._waits()
        else:
            self.values(news.values.values["values"])
        self._news_of_targets(news)

    def _news_of_targets(self, news: News) -> None:
        for targets in news.targets:
            if targets.message["type"] != "targets" or self._goes_at_once(targets):
                continue
            if self._fresh_targets is None and not self._targets:
                self._fresh_targets = targets
                self._waits()
            else:
                self.targets(targets.message["targets"])

    def _waits(self) -> None:
        self.is_behind = True
        self._wake.set()

    def caught_up(self) -> None:
        """Hear that what `frames` gave is on its way."""
        self.is_behind = self._wake.is_set() or bool(self.closed_because)

    def values(self, rows: list[ValueRow]) -> None:
        """Queue new values; one that replaces a value not yet sent counts as a gap."""
        fresh, self._fresh = self._fresh, None
        if fresh is not None:
            self._values.update((row[0], row) for row in fresh.values["values"])
        for row in rows:
            if row[0] in self._values:
                self.gap_count += 1
                self.replaced_count += 1
            self._values[row[0]] = row
        self._waits()

    def targets(self, targets: list[TargetJson]) -> None:
        """Queue changed targets, the latest of each."""
        fresh, self._fresh_targets = self._fresh_targets, None
        waiting = fresh.message["targets"] if fresh is not None and fresh.message["type"] == "targets" else []
        for target in (*waiting, *targets):
            self._targets[target["mmsi"]] = target
        self._waits()

    def end(self, reason: str) -> None:
        """Ask for the socket to be closed with `reason`."""
        self.closed_because = self.closed_because or reason
        self._waits()

    async def wait(self) -> None:
        """Wait until there is something to send or the feed was ended."""
        await self._wake.wait()

    def take(self, server_utc_ms: int) -> list[FromShore]:
        """Return and forget all that waits as messages, firm ones first."""
        return [frame.message for frame in self.frames(server_utc_ms)]

    def frames(self, server_utc_ms: int) -> list[Frame]:
        """Return and forget all that waits, firm messages first."""
        self._wake.clear()
        made = [*self._firm, *self._slots.values()]
        self._firm.clear()
        self._slots.clear()
        if self.vessel is None:
            self._values.clear()
            self._targets.clear()
            return made
        if self._fresh is not None:
            made.append(self._fresh.counted(self.gap_count))
        elif self._values:
            made.append(Frame({
                "type": "values", "vessel": self.vessel, "server_utc_ms": server_utc_ms,
                "values": list(self._values.values()), "gap_count": self.gap_count,
            }))  # fmt: skip
        if self._fresh_targets is not None:
            made.append(self._fresh_targets)
        made.extend(Frame(message) for message in targets_messages(self.vessel, list(self._targets.values())))
        self._fresh = self._fresh_targets = None
        self._values.clear()
        self._targets.clear()
        return made


def targets_messages(vessel: str, targets: list[TargetJson]) -> list[TargetsMessage]:
    """Return targets in messages that fit into a frame."""
    return [
        {"type": "targets", "vessel": vessel, "targets": targets[start : start + TARGETS_PER_MESSAGE]}
        for start in range(0, len(targets), TARGETS_PER_MESSAGE)
    ]


def _frame(message: FromShore | Frame) -> Frame:
    return message if isinstance(message, Frame) else Frame(message)


class Hub:
    """All feeds; no call here ever waits."""

    def __init__(self) -> None:
        """Start with no feeds."""
        self._feeds: list[Feed] = []
        self.replaced_count = 0
        """Values conflated for consoles that have left."""
        self.overrun_count = 0
        """Consoles closed because too many orders, alerts or events waited for them."""
        self.too_long_count = 0
        """Messages not sent because they do not fit into a frame; the console is told."""
        self.stalled_count = 0
        """Consoles closed because they took nothing for seconds."""

    @property
    def conflated_count(self) -> int:
        """Values that a console was not sent because a newer one of the same channel came first."""
        return self.replaced_count + sum(feed.replaced_count for feed in self._feeds)

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
            self.replaced_count += feed.replaced_count
            self.overrun_count += feed.overrun

    def watching(self, vessel: str) -> list[Feed]:
        """Return the feeds whose view is `vessel`."""
        return [feed for feed in self._feeds if feed.vessel == vessel]

    def told_of(self, vessel: str, holders: frozenset[str]) -> list[tuple[str, Feed]]:
        """Return whoever is told of a vessel's heartbeat and in which slot: who looks at her, and who holds something of her.

        A holder who looks elsewhere still answers her heartbeats, so that not his link but his absence is what she notices.
        """
        return [
            ("status" if feed.vessel == vessel else f"status {vessel}", feed)
            for feed in self._feeds
            if feed.vessel == vessel or feed.seat in holders
        ]

    def views_of(self, person: str, but: Feed) -> list[str]:
        """Return the vessels in view at the consoles of `person`, one of them left out."""
        mine = (feed for feed in self._feeds if feed.person == person and feed is not but)
        return [feed.vessel for feed in mine if feed.vessel is not None]

    def all(self) -> list[Feed]:
        """Return all feeds."""
        return list(self._feeds)

    def end_session(self, session: str) -> None:
        """Close every socket of `session`."""
        for feed in self._feeds:
            if feed.session == session:
                feed.end("the session has ended")
