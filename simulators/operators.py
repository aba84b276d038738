"""The people of the world: an operator ashore who signs what a console would sign, and the mate on the bridge.

The operator knows only what the station shows a console. His page is left out: no browser, no login, no websocket.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
from collections.abc import Callable
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocols.aio.clock import Clock
from protocols.console.messages import OrderMessage, StatusMessage
from protocols.link import signing
from protocols.link.cbor import Plain
from protocols.link.events import TERMINAL
from protocols.link.heartbeats import OperatorHeartbeat
from protocols.link.orders import ORDER_KINDS, Order
from protocols.link.signing import Domain
from protocols.link.stop import StopRequest
from shoreside.commanding.stop import StopRelay
from shoreside.live.feeds import Feed
from shoreside.station import Station
from simulators.bridge_watch import Mate, Record, keep_in_the_roads, record, take_the_conn
from simulators.ship import Ship

BEAT_S: Final = 1.0
BEAT_DIRECT_S: Final = 0.2
"""5 Hz at level direct (control.md section 5)."""
LOOK_S: Final = 0.1
"""How often a person or a test looks whether something has come about."""
PANEL_S: Final = 0.2
"""How often the mate looks at the panel."""
ANSWER_S: Final = 15.0
"""An authority order has its answer by then: 10 s for the holder's answer and the link."""
ORDERS_MAX: Final = 10_000
"""Orders an operator remembers; a voyage of ten a second for a quarter of an hour. More is a fault of the test."""
_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

Note = Callable[..., None]


class RefusedError(Exception):
    """The ship or the shore refused what an operator needed to go on; the reasons are in the message."""


async def until(condition: Callable[[], bool], within_s: float, what: str) -> None:
    """Let time pass until `condition` holds; raise TimeoutError naming `what` when it does not within `within_s`."""
    for _ in range(round(within_s / LOOK_S)):
        if condition():
            return
        await asyncio.sleep(LOOK_S)
    if not condition():
        raise TimeoutError(f"not within {within_s:g} s: {what}")


class Operator:
    """One person at one console, watching one vessel."""

    def __init__(
        self, person: str, vessel: str, key: Ed25519PrivateKey, station: Station, relay: StopRelay, clock: Clock,
        dice: random.Random, note: Note,
    ) -> None:  # fmt: skip
        """Prepare; the person sits down with `run`."""
        self.person, self.vessel, self.key = person, vessel, key
        self.console, self.session = f"console-{person}", f"session-{person}-{dice.getrandbits(32):08x}"
        self.is_present = True
        """False: the person has left the chair; the page goes on beating and says so (AUT-05)."""
        self.status: StatusMessage | None = None
        self.orders: dict[str, list[OrderMessage]] = {}
        """Everything told of each order, by id, in the order it was told."""
        self.signed: dict[str, bytes] = {}
        """Envelope of each order of this operator, by id."""
        self._station, self._relay, self._clock, self._dice, self._note = station, relay, clock, dice, note
        self._status_at_s = 0.0
        self._order_seq = self._beat_seq = 0
        self._echoed = ("", 0)
        self._news = asyncio.Event()

    async def run(self) -> None:
        """Watch and beat until cancelled."""
        feed = Feed(self.person, self.session)
        self._station.hub.join(feed)
        self._station.consoles.subscribe(feed, self.vessel)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._watch(feed), name=f"{self.person} watching")
                group.create_task(self._beat(), name=f"{self.person} beating")
        finally:
            self._station.hub.leave(feed)

    async def take(self, level: str = "setpoint") -> None:
        """Take the conn: request, wait for the grant, confirm; raise RefusedError with the reasons."""
        await until(lambda: self._known() is not None, ANSWER_S, "a heartbeat of the vessel")
        await self._settle(await self.order("authority.request", level=level))
        await until(lambda: self._is_mine("granted"), ANSWER_S, "the grant in the vessel's heartbeat")
        await self._settle(await self.order("authority.confirm"))
        await until(lambda: self._is_mine("held"), ANSWER_S, "the conn in the vessel's heartbeat")

    async def resume(self) -> OrderMessage:
        """Ask to leave the ladder after a regained link; return the ship's last word on it."""
        return await self.outcome(await self.order("authority.resume"), ANSWER_S)

    async def release(self) -> None:
        """Give the conn back; raise RefusedError with the reasons."""
        await self._settle(await self.order("authority.release"))

    async def order(self, kind: str, **args: Plain) -> str:
        """Sign an order as a console does and have the station pass it on; return its id."""
        order = self.draft(kind, **args)
        return await self.send(order.id, signing.sign(Domain.ORDER, order.to_bytes(), self.key))

    def draft(self, kind: str, **args: Plain) -> Order:
        """Return an order with the deadline its kind allows, in the vessel's time base (CMD-01, CMD-04)."""
        status = self._known()
        if status is None:
            raise RefusedError(f"{self.person} has never heard {self.vessel}")
        self._order_seq += 1
        fencing = 0 if kind in ("authority.request", "authority.force") else status["authority"]["fencing"]
        return Order(
            self._ulid(), self.vessel, "conn", kind, args, self.person, self.console, self.session, fencing,
            self._order_seq, status["boot_id"], self._vessel_ms(status) + round(ORDER_KINDS[kind].life_s * 1000),
            self._clock.utc_ns(),
        )  # fmt: skip

    async def send(self, order_id: str, signed: bytes) -> str:
        """Have the station pass signed bytes on, whatever they are; return `order_id`."""
        self.signed[order_id] = signed
        passed = await self._station.relay.pass_order(self.vessel, signed, self.person)
        self._note(self.person, "order", id=order_id, shore=passed.state, reasons=[r.name for r in passed.reasons])
        return order_id

    async def stop(self) -> str:
        """Press the emergency stop; return what the relay says."""
        request = StopRequest(self.vessel, self.person, self.console, self._ulid(), self._clock.utc_ns())
        signed = signing.sign(Domain.STOP, request.to_bytes(), self.key)
        result = await self._relay.pass_on(self.vessel, signed, self.console)
        self._note(self.person, "stop", result=result)
        return result

    async def outcome(self, order_id: str, within_s: float) -> OrderMessage:
        """Return the last word on an order; raise TimeoutError when there is none within `within_s`."""
        await until(lambda: self.state(order_id) in TERMINAL, within_s, f"the end of order {order_id}")
        return self.orders[order_id][-1]

    def state(self, order_id: str) -> str:
        """Return the state last told of an order; empty when nothing was."""
        told = self.orders.get(order_id)
        return told[-1]["state"] if told else ""

    async def _settle(self, order_id: str) -> None:
        told = await self.outcome(order_id, ANSWER_S)
        if told["state"] != "SUCCEEDED":
            reasons = "; ".join(reason["text"] for reason in told["reasons"])
            raise RefusedError(f"{told['kind']} {told['state']}: {reasons}")

    async def _watch(self, feed: Feed) -> None:
        while True:
            await feed.wait()
            for message in feed.take(self._clock.utc_ns() // 1_000_000):
                if message["type"] == "status":
                    self.status, self._status_at_s = message, self._clock.now_s()
                    if (message["boot_id"], message["seq"]) != self._echoed:
                        self._news.set()
                elif message["type"] == "order" and len(self.orders) < ORDERS_MAX:
                    self.orders.setdefault(message["order_id"], []).append(message)

    async def _beat(self) -> None:
        """Beat at each heartbeat of the ship, at most at 5 Hz, and once a second (5 Hz at level direct) without one."""
        while True:
            self._news.clear()
            status = self._known()
            is_direct = status is not None and status["authority"]["level"] == "direct"
            if status is not None and (self._is_mine("held") or self._is_mine("granted")):
                await self._station.relay.pass_heartbeat(self.vessel, self._signed_beat(status), self.person)
            await asyncio.sleep(BEAT_DIRECT_S)
            if not is_direct:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(BEAT_S - BEAT_DIRECT_S):
                        await self._news.wait()

    def _signed_beat(self, status: StatusMessage) -> bytes:
        self._beat_seq += 1
        self._echoed = (status["boot_id"], status["seq"])
        beat = OperatorHeartbeat(
            self.vessel, self.person, self.console, self.session, status["authority"]["fencing"], self._beat_seq,
            status["boot_id"], status["seq"], self._heard_ms(status), self.is_present, self._clock.utc_ns(),
        )  # fmt: skip
        return signing.sign(Domain.HEARTBEAT, beat.to_bytes(), self.key)

    def _known(self) -> StatusMessage | None:
        return self.status if self.status is not None and self.status["heard"] else None

    def _is_mine(self, phase: str) -> bool:
        """Return whether the conn is mine (held), or granted to me and not yet confirmed."""
        status = self._known()
        if status is None:
            return False
        authority = status["authority"]
        if phase == "granted":
            return authority["phase"] == "granted" and authority["pending_console"] == self.console
        return authority["station"] == "remote" and authority["session"] == self.session

    def _heard_ms(self, status: StatusMessage) -> int:
        """Return milliseconds since the shore received the heartbeat in `status`."""
        return status["heartbeat_age_ms"] + round((self._clock.now_s() - self._status_at_s) * 1000)

    def _vessel_ms(self, status: StatusMessage) -> int:
        return status["mono_ms"] + self._heard_ms(status)

    def _ulid(self) -> str:
        """Return a ULID of virtual time and the seed (github.com/ulid/spec)."""
        number = (self._clock.utc_ns() // 1_000_000) << 80 | self._dice.getrandbits(80)
        return "".join(_CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


class Bridge:
    """The local panel of a ship, as her safety process's port, with the mate in front of it."""

    def __init__(self, ship: Ship, clock: Clock, note: Note) -> None:
        """Man the bridge of `ship`."""
        self._ship, self._clock, self._note = ship, clock, note
        self._mate, self._held = Mate(), False
        self._status: Record | None = None
        self._take: Callable[[str], str] | None = None

    def push(self, status: str) -> None:
        """Take the newest status; the mate looks at it when he next looks."""
        self._status = record(record(json.loads(status)).get("status"))

    async def run(self, take: Callable[[str], str]) -> None:
        """Stand the watch until cancelled."""
        self._take = take
        while True:
            now_s = self._clock.now_s()
            status, self._status = self._status, None
            words = self._mate.receive(status, now_s) if status is not None else []
            for word in words + self._mate.tick(now_s):
                self.say(**{key: str(value) for key, value in word.items()})
            if self._mate.in_control and not self._held:
                take_the_conn(self._ship)
            elif self._mate.in_control:
                keep_in_the_roads(self._ship)
            self._held = self._mate.in_control
            await asyncio.sleep(PANEL_S)

    def say(self, **word: str) -> Record:
        """Say something at the panel (`do="take"`, ...); return its answer; empty while the safety process is down."""
        if self._take is None:
            return {}
        answer = record(json.loads(self._take(json.dumps(word))))
        self._note(f"{self._ship.spec.slug}/bridge", "panel", asked=word, answer=answer)
        return answer
