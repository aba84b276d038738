"""Critical orders that wait ashore for the second person: kept, shown, passed on approved, or refused in time (CMD-10). Pure.

The shore decides nothing here: an order that it passes on without its approval is refused aboard.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from protocols.errors import ProtocolError
from protocols.link import signing
from protocols.link.events import Reason
from protocols.link.orders import ORDER_KINDS, Order
from shoreside.commanding.orders import note_of
from shoreside.ports import OrderNote

WAITING_MAX: Final = 50
"""Orders waiting at one time; a station's people give a few an hour. The oldest is refused for one more."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One order with its first signature."""

    order: Order
    signed: bytes
    until_s: float


def needs_second(order: Order, signed: bytes) -> bool:
    """Return whether an order is critical and has only one signature."""
    if ORDER_KINDS[order.kind].significance != "critical":
        return False
    try:
        return not signing.open_envelope(signed, approvable=True).approval
    except ProtocolError:
        return False


def is_approved(signed: bytes) -> bool:
    """Return whether an envelope carries a second signature, whose the ship will say."""
    try:
        return bool(signing.open_envelope(signed, approvable=True).approval)
    except ProtocolError:
        return False


class Approvals:
    """Orders that wait for a second signature; what waits in vain is REFUSED."""

    def __init__(self, note: Callable[[OrderNote, float], None], utc_ns: Callable[[], int]) -> None:
        """Begin with none; `note` takes the shore's own word on an order, `utc_ns` says when."""
        self._note, self._utc_ns = note, utc_ns
        self._waiting: dict[str, Waiting] = {}
        self.is_changed = False
        """True since something began or ended to wait, until `take_changed`."""

    def hold(self, order: Order, signed: bytes, now_s: float) -> None:
        """Keep an order until it is approved; the oldest goes where there are too many."""
        life_s = ORDER_KINDS[order.kind].life_s
        self._waiting.setdefault(order.id, Waiting(order, signed, now_s + life_s))
        self.is_changed = True
        if len(self._waiting) > WAITING_MAX:
            self._refuse(self._waiting.pop(next(iter(self._waiting))), now_s)

    def passed(self, order_id: str) -> None:
        """Forget an order that went out with both signatures."""
        self.is_changed |= self._waiting.pop(order_id, None) is not None

    def waiting(self, vessel: str | None = None) -> list[Waiting]:
        """Return the orders that wait, oldest first; of one vessel, or of all."""
        return [each for each in self._waiting.values() if vessel in (None, each.order.vessel)]

    def take_changed(self) -> bool:
        """Return whether the list changed since this was asked last."""
        was, self.is_changed = self.is_changed, False
        return was

    def tick(self, now_s: float) -> None:
        """Refuse the orders that nobody approved in time."""
        for each in [each for each in self._waiting.values() if now_s >= each.until_s]:
            del self._waiting[each.order.id]
            self.is_changed = True
            self._refuse(each, now_s)

    def _refuse(self, waiting: Waiting, now_s: float) -> None:
        self._note(note_of(waiting.order, waiting.signed, "REFUSED", self._utc_ns(), not_approved(waiting)), now_s)


def not_approved(waiting: Waiting) -> Reason:
    """Return why the shore refuses an order that waited in vain."""
    life_s = ORDER_KINDS[waiting.order.kind].life_s
    return Reason("not_approved", "CMD-10", f"Nobody approved the order within {life_s:g} s.", None, life_s, "s")
