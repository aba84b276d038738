"""What a console is told at once: all that is known when it turns to a vessel, the fleet, the state of its own key."""

from __future__ import annotations

import base64

from protocols.aio.clock import Clock
from protocols.console.messages import ApprovalsMessage
from shoreside.commanding.approvals import Approvals
from shoreside.commanding.offers import Offers
from shoreside.commanding.roster import Words
from shoreside.downlink import Downlink
from shoreside.live import views
from shoreside.live.feeds import Feed, Hub
from shoreside.live.sources import sources_message
from shoreside.live.watch import SEAT_SILENT


class Consoles:
    """Greets consoles out of what the station knows."""

    def __init__(
        self, clock: Clock, hub: Hub, downlink: Downlink, words: Words, approvals: Approvals,
        offers: Offers,
    ) -> None:  # fmt: skip
        """Speak to the consoles of `hub`."""
        self._clock, self._hub, self._downlink, self._words = clock, hub, downlink, words
        self._approvals = approvals
        self._offers = offers
        self._offered: object = None
        """What consoles were told of offers last, without the seconds left."""

    def subscribe(self, feed: Feed, vessel: str | None) -> bool:
        """Turn `feed` to a vessel's view and send it all that is known; return False for a vessel nobody knows."""
        state = self._downlink.states.get(vessel) if vessel is not None else None
        if vessel is not None and state is None:
            return False
        feed.subscribe(vessel)
        now_s = self._clock.now_s()
        self.greet(feed)
        feed.slot("approvals", self._waiting())
        feed.slot("offers", self._offers.message(self.people(), now_s))
        for other in self._downlink.states.values():
            if ("shore", SEAT_SILENT) in other.alerts and other is not state:
                feed.firm(views.alerts_message(other))  # whoever comes now is told as all others were
        if state is None:
            return True
        described = views.vessel_message(state)
        if described is not None:
            feed.firm(described)
        feed.firm(views.alerts_message(state))
        for order in state.orders.values():
            feed.firm(order)
        feed.slot("status", views.status_message(state, now_s))
        feed.slot("track", views.track_message(state))
        feed.slot("sources", sources_message(state))
        feed.values(list(state.latest.values()))
        feed.targets(list(state.targets.values()))
        return True

    def greet(self, feed: Feed) -> None:
        """Send the fleet list at once: the answer to a ping."""
        for page in views.fleet_messages(list(self._downlink.states.values()), self._clock.now_s()):
            feed.slot(f"fleet {page['part']}", page)

    def tell_approvals(self) -> None:
        """Tell every console which orders wait for a second person, where that changed (CMD-10)."""
        if self._approvals.take_changed():
            message = self._waiting()
            for feed in self._hub.all():
                feed.slot("approvals", message)

    def _waiting(self) -> ApprovalsMessage:
        now_s = self._clock.now_s()
        return {"type": "approvals", "waiting": [
            {
                "vessel": each.order.vessel, "order_id": each.order.id, "signed": base64.b64encode(each.signed).decode(),
                "left_s": round(each.until_s - now_s, 1),
            }
            for each in self._approvals.waiting()
        ]}  # fmt: skip

    def people(self) -> set[str]:
        """Return who may order and has a console open here."""
        return {feed.person for feed in self._hub.all() if feed.may_order}

    def tell_offers(self) -> None:
        """Tell every console of the offers of the conn, and to whom one can be made, where that changed (AUT-03)."""
        now_s = self._clock.now_s()
        self._offers.tick(self._downlink.states, now_s)
        message = self._offers.message(self.people(), now_s)
        told = ([{**offer, "left_s": 0} for offer in message["offers"]], message["people"])
        if told != self._offered:
            self._offered = told
            for feed in self._hub.all():
                feed.slot("offers", message)

    def tell_keys(self) -> None:
        """Tell each console whose key changed its state."""
        for feed in self._hub.all():
            state = self._words.key_state(feed.public_key, asked=True) if feed.public_key is not None else "none"
            if state != feed.key_state:
                feed.key_state = state
                feed.firm({"type": "key", "key_state": state, "roster_version": self._words.version()})
