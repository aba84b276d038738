"""A vessel that is watched and never ordered: the supervisor's verbs, every order refused with one clear reason."""

from __future__ import annotations

from control.command import digest_of
from control.linkwatch import LinkWatch
from control.messages import Arrival, Emit, Output, SignedOrder, SignedStop
from control.standing import Facts
from protocols.errors import ProtocolError
from protocols.link import cbor, signing
from protocols.link.cbor import Plain
from protocols.link.events import Reason
from protocols.link.heartbeats import AuthorityState

NOBODY = AuthorityState("none", "", "", "", "", "", "", 0, None, "held", "", "", "", None)
REASON = Reason(
    "observe_only", "INT-03", "This vessel is only observed: her agent has no control configuration and no actuators."
)


class Observer:
    """What stands in the supervisor's place where there is nothing to supervise."""

    def __init__(self) -> None:
        """Begin with nothing to say."""
        self._outbox: list[Output] = []

    def receive(self, arrival: Arrival, now_s: float) -> None:  # noqa: ARG002 - the verb's own signature
        """Refuse orders and stops; everything else changes nothing here."""
        if not isinstance(arrival, SignedOrder | SignedStop):
            return
        try:
            body = signing.open_envelope(arrival.encoded).body
            source = cbor.decode_map(body)
        except ProtocolError:
            body, source = b"", {}
        reasons: list[Plain] = [REASON.plain()]
        if isinstance(arrival, SignedStop):
            told: dict[str, Plain] = {"state": "refused", "person": "", "console": "", "id": "", "meaning": ""}
            self._outbox.append(Emit("stop", {**told, "reasons": reasons}))
            return
        claims = {"order_id": "id", "kind": "kind", "person": "person", "console": "console"}
        claimed: dict[str, Plain] = {name: str(source.get(field, ""))[:64] for name, field in claims.items()}
        answer: dict[str, Plain] = {
            "hash": digest_of(body), "state": "REJECTED", "args": {}, "reasons": reasons, "authentic": False, "detail": "",
        }  # fmt: skip
        self._outbox.append(Emit("order", {**claimed, **answer}))

    def tick(self, now_s: float) -> None:
        """Do nothing: nothing is ever due."""

    def deadline(self) -> float | None:
        """Return None: nothing is ever due."""
        return None

    def sent(self, seq: int, mono_ms: int) -> None:
        """Do nothing: nobody's echo is waited for."""

    def outbox(self) -> list[Output]:
        """Take the refusals."""
        taken, self._outbox = self._outbox, []
        return taken

    def facts(self, now_s: float) -> Facts:  # noqa: ARG002 - the verb's own signature
        """Return that nobody holds anything and nothing is wrong."""
        return Facts(
            "L0", (), "", None, NOBODY, stop_latched=False, echo=("", 0, 0), round_trip_ms=None, loss_pct=0.0,
            setpoints={}, phase="", roster_version=0, alerts=(), action="",
        )  # fmt: skip

    link: LinkWatch | None = None
    """Nobody's heartbeats are watched."""
