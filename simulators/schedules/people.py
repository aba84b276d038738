"""Operators of a schedule: three who do their work and make mistakes, and somebody who plays back what was ever sent."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Final

from control.messages import SignedHeartbeat, SignedOrder, SignedStop
from protocols.link import signing
from protocols.link.cbor import Plain
from protocols.link.heartbeats import OperatorHeartbeat
from protocols.link.orders import ORDER_KINDS, Order
from protocols.link.signing import Domain
from protocols.link.stop import StopRequest
from simulators.schedules import commission
from simulators.schedules.events import Agenda
from simulators.schedules.radio import Radio
from simulators.schedules.ship import Beat, LightShip
from simulators.schedules.truth import Issued, Truth

TRICKS: Final = ("old_number", "id_reused", "far_deadline", "other_name", "other_key", "other_boot", "other_vessel")
RECORDED_MAX: Final = 400
BEAT_NEWS_S: Final = 0.2
"""A heartbeat of the ship is echoed at once, but not more often than that."""
REST_S: Final = 60.0
"""Who has ordered her to keep her station lets her, for up to this long: she must be set out of it and come back."""
_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclasses.dataclass(slots=True)
class Shared:
    """What all people of a schedule share."""

    agenda: Agenda
    ship: LightShip
    truth: Truth
    down: Radio
    recorded: list[Callable[[], None]]
    """Everything ever sent to the ship, for whoever plays it back."""

    def ulid(self) -> str:
        """Return an id."""
        number = self.agenda.dice.getrandbits(125)
        return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))

    def send(self, deliver: Callable[[], None]) -> None:
        """Send something to the ship, and let it be recorded."""
        if len(self.recorded) < RECORDED_MAX:
            self.recorded.append(deliver)
        self.down.send(deliver)


class Operator:
    """One person at one console."""

    def __init__(self, person: str, shared: Shared) -> None:
        """Sit down."""
        self.person, self._shared = person, shared
        self.console, self.session = f"console-{person}", f"session-{person}-{shared.agenda.dice.getrandbits(32):08x}"
        self.key = commission.key_of(person)
        self.known: Beat | None = None
        self.heard_s = 0.0
        self.is_present = self.is_beating = True
        self.told: dict[str, str] = {}
        """Last state told of each of this person's orders."""
        self.sent: dict[str, bytes] = {}
        self._seq = self._beat_seq = 0
        self._beat_at_s = -1.0
        self._reused = ""
        self._rests_until_s = 0.0

    # What the console shows

    def hear(self, beat: Beat) -> None:
        """Take a heartbeat of the ship."""
        known = self.known
        if known is None or beat.boot_id != known.boot_id or beat.seq > known.seq:
            self.known, self.heard_s = beat, self._shared.agenda.now_s
            if self._shared.agenda.now_s >= self._beat_at_s + BEAT_NEWS_S:
                self.beat()  # the ship waits to hear that she is heard

    @property
    def holds(self) -> bool:
        """Whether the conn is this person's, as far as the console knows."""
        held = self.known.facts.authority if self.known is not None else None
        return held is not None and held.station == "remote" and held.session == self.session

    @property
    def granted(self) -> bool:
        """Whether the conn was granted to this console and is not confirmed yet."""
        held = self.known.facts.authority if self.known is not None else None
        return held is not None and held.phase == "granted" and held.pending_console == self.console

    # What the person does

    def beat_if_due(self, every_s: float) -> None:
        """Beat, unless one of the ship's was echoed a moment ago."""
        if self._shared.agenda.now_s >= self._beat_at_s + 0.9 * every_s:
            self.beat()

    def beat(self) -> None:
        """Send a heartbeat where this person has, or is given, the conn."""
        known = self.known
        if known is None or not self.is_beating or not (self.holds or self.granted):
            return
        self._beat_seq += 1
        self._beat_at_s = self._shared.agenda.now_s
        now_s = self._shared.agenda.now_s
        beat = OperatorHeartbeat(
            commission.VESSEL, self.person, self.console, self.session, known.facts.authority.fencing, self._beat_seq,
            known.boot_id, known.seq, round((now_s - self.heard_s) * 1000), self.is_present, commission.UTC_NS,
        )  # fmt: skip
        signed = signing.sign(Domain.HEARTBEAT, beat.to_bytes(), self.key)

        def deliver() -> None:
            self._shared.truth.beat_arrives(beat, now_s)
            self._shared.ship.take(SignedHeartbeat(signed))

        self._shared.send(deliver)

    def draft(self, kind: str, args: dict[str, Plain]) -> Order | None:
        """Return an order as a console makes it; None while the ship was never heard."""
        known, now_s = self.known, self._shared.agenda.now_s
        if known is None:
            return None
        self._seq += 1
        fencing = 0 if kind in ("authority.request", "authority.force") else known.facts.authority.fencing
        deadline_ms = known.mono_ms + round((now_s - self.heard_s + ORDER_KINDS[kind].life_s) * 1000)
        return Order(
            self._shared.ulid(), commission.VESSEL, "conn", kind, args, self.person, self.console, self.session, fencing,
            self._seq, known.boot_id, deadline_ms, commission.UTC_NS,
        )  # fmt: skip

    def order(self, kind: str, trick: str = "", **args: Plain) -> str:
        """Make and send an order, an honest one or one with a trick; return its id, empty where none could be made."""
        order = self.draft(kind, args)
        if order is None:
            return ""
        order = self._played(order, trick)
        key = commission.key_of("mallory" if trick == "other_key" else self.person)
        signed = signing.sign(Domain.ORDER, order.to_bytes(), key)
        made = Issued(order, self._shared.agenda.now_s, not trick)
        self._shared.truth.issued.setdefault(order.id, []).append(made)
        if not trick:
            self._reused = order.id
            self.sent[order.id] = signed
        self._shared.send(lambda: self._shared.ship.take(SignedOrder(signed)))
        return order.id

    def _played(self, order: Order, trick: str) -> Order:
        match trick:
            case "old_number":
                return dataclasses.replace(order, fencing=max(0, order.fencing - 1))
            case "id_reused":
                return dataclasses.replace(order, id=self._reused or order.id)
            case "far_deadline":
                return dataclasses.replace(order, deadline_ms=order.deadline_ms + 60_000)
            case "other_name":
                return dataclasses.replace(order, person="bob" if self.person != "bob" else "ann")
            case "other_boot":
                return dataclasses.replace(order, boot_id="boot-0")
            case "other_vessel":
                return dataclasses.replace(order, vessel="kestrel")
            case _:
                return order

    def again(self) -> None:
        """Send one of the orders without an end again: the same bytes (CMD-11)."""
        open_ids = [one for one in self.sent if self.told.get(one, "") not in ENDED]
        if open_ids:
            signed = self.sent[self._shared.agenda.dice.choice(open_ids)]
            self._shared.send(lambda: self._shared.ship.take(SignedOrder(signed)))

    def stop(self) -> None:
        """Press the emergency stop."""
        request = StopRequest(commission.VESSEL, self.person, self.console, self._shared.ulid(), commission.UTC_NS)
        signed = signing.sign(Domain.STOP, request.to_bytes(), self.key)
        self._shared.send(lambda: self._shared.ship.take(SignedStop(signed)))

    def act(self) -> None:
        """Do something that the moment suggests."""
        dice = self._shared.agenda.dice
        if self.known is None:
            return
        held = self.known.facts.authority
        if self.granted:
            self.order("authority.confirm")
        elif self.holds:
            if self._shared.agenda.now_s >= self._rests_until_s:
                self._as_holder(held.pending_id)
        elif held.phase == "held" and dice.random() < 0.6:  # noqa: PLR2004 - most of the time somebody wants the conn
            level = "direct" if self.person != "bob" and dice.random() < 0.25 else "setpoint"  # noqa: PLR2004
            if self.person == "sue" and held.station == "remote" and dice.random() < 0.1:  # noqa: PLR2004
                self.order("authority.force", level=level, reason="relief")
            else:
                self.order("authority.request", level=level)
        if dice.random() < 0.15:  # noqa: PLR2004
            self.order("conn.heading", dice.choice(TRICKS), heading_deg=round(70.0 + 40.0 * dice.random(), 1))

    def _as_holder(self, pending_id: str) -> None:
        dice, known = self._shared.agenda.dice, self.known
        if pending_id and dice.random() < 0.7:  # noqa: PLR2004
            self.order("authority.answer", request_id=pending_id, answer=dice.choice(("grant", "grant", "deny")))
            return
        if known is not None and known.facts.step not in ("L0", "L1"):
            self.order("authority.resume")
            return
        if self._shared.ship.config.hull.keeps_station and dice.random() < 0.3:  # noqa: PLR2004
            self._keep_station()
            return
        luck = dice.random()
        if luck < 0.45:  # noqa: PLR2004 - shares of what an operator does, up to 1
            self.order("conn.heading", heading_deg=round(60.0 + 60.0 * dice.random(), 1))
        elif luck < 0.65:  # noqa: PLR2004
            self.order("conn.propulsion", propulsion_pct=float(dice.randrange(10, 80)))
        elif luck < 0.75:  # noqa: PLR2004
            self.order("conn.rudder", rudder_deg=float(dice.randrange(-15, 15)))
        elif luck < 0.8:  # noqa: PLR2004
            self.order("conn.controlled_stop")
        elif luck < 0.9:  # noqa: PLR2004
            self.again()
        elif luck < 0.95 and self.sent:  # noqa: PLR2004
            self.order("order.cancel", order_id=dice.choice(list(self.sent)))
        else:
            self.order("authority.release")

    def _keep_station(self) -> None:
        """Order a station, as often as not in the phase's own circle, and mostly let her keep it for a while."""
        dice = self._shared.agenda.dice
        if dice.random() < 0.5:  # noqa: PLR2004
            self.order("conn.station_keep")
        else:
            self.order("conn.station_keep", radius_m=float(dice.randrange(20, 60)))
        self._rests_until_s = self._shared.agenda.now_s + REST_S * dice.random()


ENDED: Final = frozenset(
    ("SUCCEEDED", "REJECTED", "EXPIRED", "FAILED", "CANCELLED", "SUPERSEDED", "UNKNOWN")
)  # fmt: skip
"""States after which a console asks no more."""
