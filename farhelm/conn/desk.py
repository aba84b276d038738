"""The operator's desk of one vessel: what her heartbeat says, and the bytes signed for her. Pure."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocols.console.messages import SignedHeartbeatMessage, SignedOrderMessage, SignedStopMessage, StatusMessage
from protocols.link import signing
from protocols.link.cbor import Plain
from protocols.link.heartbeats import PERIOD_MS, STEPS, OperatorHeartbeat
from protocols.link.orders import ORDER_KINDS, Order
from protocols.link.signing import Domain
from protocols.link.stop import StopRequest

BEAT_S: Final = 1.0
BEAT_DIRECT_S: Final = 0.2
"""5 Hz at level `direct` (control.md section 5)."""
_LATCHED_FROM: Final = STEPS.index("L2")
_WITHOUT_FENCING: Final = frozenset(("authority.request", "authority.force"))


class Numbers(Protocol):
    """The session and its two growing numbers; kept over processes, for the ship refuses a number that comes again."""

    @property
    def session(self) -> str:
        """Name of the session."""
        ...

    def next_order(self) -> int:
        """Return the sequence number of the next order."""
        ...

    def next_beat(self) -> int | None:
        """Return the sequence number of the next heartbeat; None while another process beats for this session."""
        ...


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: a person, at a console (empty: a program), with a key in the ship's roster."""

    person: str
    console: str
    key: Ed25519PrivateKey


class Desk:
    """What one operator knows of one vessel, and what he says to her."""

    def __init__(self, vessel: str, signer: Signer, numbers: Numbers) -> None:
        """Begin before her first heartbeat."""
        self.vessel = vessel
        self.status: StatusMessage | None = None
        self._signer, self._numbers = signer, numbers
        self._heard_s = 0.0
        self._echoed = ("", 0)
        """(boot id, sequence) of the heartbeat that was echoed last."""
        self._fencing = 0

    def hear(self, status: StatusMessage, now_s: float) -> None:
        """Take her last heartbeat as the shore tells it; one never heard by the shore counts for nothing."""
        if status["vessel"] != self.vessel or not status["heard"]:
            return
        self.status, self._heard_s = status, now_s
        authority = status["authority"]
        is_others = self.holds and authority["phase"] == "granted"
        if not is_others:  # while a grant to another is pending she tells that one's number
            self._fencing = authority["fencing"]

    def age_s(self, now_s: float) -> float | None:
        """Return the age of her last heartbeat, seconds; None before the first."""
        if self.status is None:
            return None
        return self.status["heartbeat_age_ms"] / 1000.0 + (now_s - self._heard_s)

    def silence_s(self, now_s: float) -> float | None:
        """Return the part of that age, seconds, that the period which she tells does not explain; None before the first."""
        age_s = self.age_s(now_s)
        if age_s is None or self.status is None:
            return None
        spare_ms = self.status.get("heartbeat_period_ms", PERIOD_MS) - PERIOD_MS  # an earlier shore tells none
        return max(0.0, age_s - max(0, spare_ms) / 1000.0)

    @property
    def holds(self) -> bool:
        """Whether this session has the conn."""
        status = self.status
        return (
            status is not None
            and status["authority"]["station"] == "remote"
            and status["authority"]["session"] == self._numbers.session
        )

    @property
    def holder(self) -> str:
        """Who has the conn, in words."""
        if self.status is None:
            return "unknown"
        authority = self.status["authority"]
        if authority["station"] != "remote":
            return {"local": "the bridge", "none": "nobody"}[authority["station"]]
        return f"{authority['person']} of {authority['roc']} at {authority['console'] or 'a program'}"

    @property
    def is_latched(self) -> bool:
        """Whether she is on a step of the ladder that only an operator's word leads down from (FBK-01)."""
        return self.status is not None and STEPS.index(self.status["step"]) >= _LATCHED_FROM

    @property
    def beat_every_s(self) -> float:
        """Period of the heartbeats at the level held, seconds."""
        is_direct = self.status is not None and self.status["authority"]["level"] == "direct"
        return BEAT_DIRECT_S if is_direct else BEAT_S

    @property
    def has_unechoed(self) -> bool:
        """Whether she has said a heartbeat that none of ours has echoed yet."""
        return self.status is not None and (self.status["boot_id"], self.status["seq"]) != self._echoed

    def granted(self, request_id: str) -> bool:
        """Whether the request of that id is granted and waits for its confirmation."""
        if self.status is None:
            return False
        authority = self.status["authority"]
        return authority["phase"] == "granted" and authority["pending_id"] == request_id

    def order(
        self, kind: str, args: dict[str, Plain], order_id: str, now_s: float, utc_ns: int
    ) -> SignedOrderMessage | None:
        """Return an order signed now, its deadline in her own time (CMD-01, CMD-04); None before her first heartbeat."""
        if self.status is None:
            return None
        table = ORDER_KINDS[kind]
        order = Order(
            order_id, self.vessel, table.group, kind, args, self._signer.person, self._signer.console,
            self._numbers.session, 0 if kind in _WITHOUT_FENCING else self._fencing, self._numbers.next_order(),
            self.status["boot_id"], int(self._vessel_ms(now_s) + table.life_s * 1000.0), utc_ns,
        )  # fmt: skip
        return {"type": "order", "vessel": self.vessel, "signed": self._sign(Domain.ORDER, order.to_bytes())}

    def beat(self, now_s: float, utc_ns: int) -> SignedHeartbeatMessage | None:
        """Return a heartbeat of the holder signed now; None while this session has not the conn or another beats.

        `present` is true: whoever runs the command answers for being there while it runs.
        """
        if self.status is None or not self.holds:
            return None
        seq = self._numbers.next_beat()
        if seq is None:
            return None
        age_s = self.age_s(now_s) or 0.0
        self._echoed = (self.status["boot_id"], self.status["seq"])
        beat = OperatorHeartbeat(
            self.vessel, self._signer.person, self._signer.console, self._numbers.session, self._fencing, seq,
            self.status["boot_id"], self.status["seq"], max(0, round(age_s * 1000.0)), present=True,
            issued_utc_ns=utc_ns,
        )  # fmt: skip
        return {"type": "heartbeat", "vessel": self.vessel, "signed": self._sign(Domain.HEARTBEAT, beat.to_bytes())}

    def stop(self, stop_id: str, utc_ns: int) -> SignedStopMessage:
        """Return an emergency stop signed now; it needs no heartbeat, no conn and no deadline (EST-01)."""
        request = StopRequest(self.vessel, self._signer.person, self._signer.console, stop_id, utc_ns)
        return {"type": "stop", "vessel": self.vessel, "signed": self._sign(Domain.STOP, request.to_bytes())}

    def _vessel_ms(self, now_s: float) -> float:
        if self.status is None:
            return 0.0
        return self.status["mono_ms"] + 1000.0 * (self.age_s(now_s) or 0.0)

    def _sign(self, domain: Domain, body: bytes) -> str:
        return base64.b64encode(signing.sign(domain, body, self._signer.key)).decode()
