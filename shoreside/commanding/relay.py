"""Signed orders and operators' heartbeats on their way to the ship, unchanged; what keeps one from going is said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from protocols.aio.clock import Clock
from protocols.aio.port import MessagePort
from protocols.link import topics
from protocols.link.cbor import SIZE_MAX_BYTES
from protocols.link.events import Reason
from shoreside.commanding import orders
from shoreside.commanding.approvals import Approvals, needs_second
from shoreside.commanding.seats import CONNS_MAX, may_take
from shoreside.downlink import Downlink
from shoreside.figures import Figures, order_line
from shoreside.live.fleet import take_route
from shoreside.rates import Rates

ORDER_LIFE_AT_BROKER_S: Final = 120
"""Bound on how long the broker may hold an order; the ship's own deadline is the one that counts (CMD-04)."""
NO_BROKER: Final = Reason("no_broker", "", "The shore has no connection to the broker; the message was not sent.")


@dataclass(frozen=True, slots=True)
class Passed:
    """What became of an order at the shore."""

    order_id: str | None
    """None where the shore could not read the bytes."""
    state: str
    """sent, awaiting approval, REFUSED or UNKNOWN."""
    reasons: tuple[Reason, ...]


class Relay:
    """Passes on what operators sign."""

    def __init__(
        self, clock: Clock, port: MessagePort, downlink: Downlink, figures: Figures, log: Callable[..., None]
    ) -> None:
        """Send through `port`, to the vessels that `downlink` knows; it is told what was sent."""
        self.conns_max = CONNS_MAX
        """Vessels under conn of one person at one time (AUT-10), as the station's file has it."""
        self._clock, self._port, self._downlink = clock, port, downlink
        self._figures, self._log = figures, log
        self.approvals = Approvals(downlink.note, clock.utc_ns)
        """Critical orders that wait for a second person."""
        self._order_rates = Rates(per_s=10.0, burst=20)
        self._beat_rates = Rates(per_s=20.0, burst=40)
        self._frame_rates = Rates(per_s=20.0, burst=20)

    async def pass_order(self, vessel: str, signed: bytes, person: str) -> Passed:
        """Pass a signed order on unchanged, also one the shore cannot read: the ship refuses it with its reason.

        REFUSED (ashore) when the broker is not there, the bytes are too many or the rate is over its bound; UNKNOWN
        when the broker did not say that it has the order. A critical order waits here for its second signature (CMD-10).
        """
        now_s, utc_ns = self._clock.now_s(), self._clock.utc_ns()
        order = orders.unread(signed)
        reason = self._why_not(vessel, signed, person, self._order_rates, now_s)
        if reason is None and order is not None:
            reason = may_take(order, self._downlink.states, self.conns_max)
        state = "REFUSED"
        if reason is None and order is not None and needs_second(order, signed):
            state = "awaiting approval"
            self.approvals.hold(order, signed, now_s)
        elif reason is None:
            topic = topics.topic(vessel, topics.ORDER)
            sent = await self._port.publish(topic, signed, expiry_s=ORDER_LIFE_AT_BROKER_S)
            state = "sent" if sent else "UNKNOWN"
            self.approvals.passed(order.id if order is not None else "")
            route = order.args.get("route") if order is not None and vessel in self._downlink.states else None
            if isinstance(route, bytes):
                take_route(self._downlink.states[vessel], route)
        reasons = (reason,) if reason is not None else ()
        self._figures.orders[state] += 1
        if order is None or order.vessel != vessel:
            return Passed(None, state, reasons)
        self._log("order passed", **order_line(orders.note_of(order, signed, state, order.issued_utc_ns)), by=person)
        if vessel in self._downlink.states:
            self._downlink.note(orders.note_of(order, signed, state, utc_ns, *reasons), now_s)
        return Passed(order.id, state, reasons)

    async def pass_heartbeat(self, vessel: str, signed: bytes, person: str) -> Reason | None:
        """Pass a signed operator heartbeat on unchanged; return why not, None when the broker has it."""
        reason = self._why_not(vessel, signed, person, self._beat_rates, self._clock.now_s())
        if reason is not None:
            return reason
        sent = await self._port.publish(topics.topic(vessel, topics.HEARTBEAT_DOWN), signed, expiry_s=2)
        return None if sent else NO_BROKER

    async def pass_frame(self, vessel: str, signed: bytes, person: str) -> Reason | None:
        """Pass a signed frame of direct control on unchanged, at most once; return why not, None when the broker has it."""
        reason = self._why_not(vessel, signed, person, self._frame_rates, self._clock.now_s())
        if reason is not None:
            return reason
        sent = await self._port.publish(topics.topic(vessel, topics.DIRECT), signed, expiry_s=1)
        return None if sent else NO_BROKER

    def _why_not(self, vessel: str, signed: bytes, person: str, rates: Rates, now_s: float) -> Reason | None:
        if vessel not in self._downlink.states:
            return Reason("unknown_vessel", "", f"This station knows no vessel {vessel!r}.")
        if len(signed) > SIZE_MAX_BYTES:
            return Reason("too_long", "", "The message is too long.", len(signed), SIZE_MAX_BYTES, "bytes")
        if not rates.take(person, now_s):
            return Reason("rate", "CMD-14", "Too many messages from this person; wait a moment.")
        return None if self._port.connected else NO_BROKER
