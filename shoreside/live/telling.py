"""What consoles are told as it happens, and which of the shore's own words are to be kept. Pure but for the feeds it fills."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import Final

from protocols.console.alerts import AlertJson
from protocols.console.messages import FromShore, ValueRow, VesselSummary
from protocols.console.traffic import TargetJson
from shoreside.ingest.pending import Pending
from shoreside.live import fleet, sources, views, watch
from shoreside.live.feeds import Feed, Hub, targets_messages
from shoreside.live.fleet import VesselState
from shoreside.live.frames import Frame, News, ValuesFrame
from shoreside.ports import OrderNote
from shoreside.roles import Role
from shoreside.unforeseen import Unforeseen

TOLD_MAX: Final = 1000
"""States of orders that wait to be logged; the shell logs after each message. The oldest would go first."""


class Telling:
    """Takes what is new of a vessel into its state, gives it to the consoles, and queues what is the shore's own to keep."""

    def __init__(self, hub: Hub, role: Role, pending: Pending, unforeseen: Unforeseen) -> None:
        """Tell the consoles of `hub`; what this process has to keep goes to `pending`."""
        self._hub, self._role, self._pending, self._unforeseen = hub, role, pending, unforeseen
        self._told: deque[tuple[OrderNote, int]] = deque(maxlen=TOLD_MAX)

    def take_told(self) -> list[tuple[OrderNote, int]]:
        """Return and forget the states of orders told since, each with how many consoles were told."""
        told = list(self._told)
        self._told.clear()
        return told

    def firm(self, vessel: str, message: FromShore, feeds: list[Feed] | None = None) -> None:
        """Give all consoles that watch a vessel, or those named, a message that none may miss."""
        frame = Frame(message)
        for feed in self._hub.watching(vessel) if feeds is None else feeds:
            feed.firm(frame)

    def values(self, vessel: str, rows: list[ValueRow], changed: list[TargetJson], utc_ms: int) -> None:
        """Give who watches a vessel her newest values and the targets that changed."""
        watching = self._hub.watching(vessel)
        if not watching:
            return
        values = ValuesFrame(views.values_message(vessel, rows, utc_ms))
        news = News(values, [Frame(message) for message in targets_messages(vessel, changed)])
        for feed in watching:
            feed.news(news)

    def status(self, state: VesselState, now_s: float) -> None:
        """Give who watches or holds a vessel how she is."""
        frame = Frame(views.status_message(state, now_s))
        for slot, feed in self._hub.told_of(state.vessel, fleet.holders(state)):
            feed.slot(slot, frame)

    def sources(self, state: VesselState) -> None:
        """Give who watches a vessel the source of each of her values."""
        frame = Frame(sources.sources_message(state))
        for feed in self._hub.watching(state.vessel):
            feed.slot("sources", frame)

    def order(self, state: VesselState, note: OrderNote) -> None:
        """Take and tell a new state of an order; the shore's own is kept."""
        message = views.order_message(note, live=True)
        fleet.take_order(state, message)
        if self._is_ours(note.source):
            self._pending.order(note)
        self.firm(note.vessel, message)
        self._told.append((note, len(self._hub.watching(note.vessel))))

    def alert(self, state: VesselState, alert: AlertJson, *, is_answer: bool = False) -> None:
        """Take and tell a new state of an alert; the shore's own, and what was answered here, is kept."""
        fleet.take_alert(state, alert)
        if is_answer or self._is_ours(alert["source"]):
            self._pending.alert(state.vessel, alert)
        is_everyones = (alert["source"], alert["alert_id"]) == ("shore", watch.SEAT_SILENT)
        self.firm(state.vessel, views.alerts_message(state), self._hub.all() if is_everyones else None)

    def show(self, states: Iterable[VesselState], now_s: float) -> None:
        """Give every console the fleet, and who looks at or holds a vessel how she is; called about each second."""
        watched = self._hub.all()
        if not watched:
            return
        open_at, seats = {feed.vessel for feed in watched}, {feed.seat for feed in watched}
        rows: list[VesselSummary] = []
        for state in states:
            row: VesselSummary | None = None
            with self._unforeseen.guard(state.vessel, "show"):
                row = views.summary(state, now_s)
                if state.vessel in open_at or fleet.holders(state) & seats:
                    self.status(state, now_s)
            # One of whom nothing can be said is in the list all the same, as never heard.
            rows.append(row if row is not None else views.summary(VesselState(state.vessel), now_s))
        pages = [Frame(page) for page in views.fleet_pages(rows)]
        for feed in watched:
            for page, frame in enumerate(pages):
                feed.slot(f"fleet {page}", frame)

    def _is_ours(self, source: str) -> bool:
        """Return whether this process records a word: its own always, the ship's where it keeps what ships send."""
        return source == "shore" or self._role.keeps
