"""Orders as they come: verified first, parsed after, in time and in sequence; then to whoever they are for (CMD-01)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final

from control import approval, command
from control.admission import Admission, wrong_signer
from control.believed import Believed
from control.command import KnownOrders, Record
from control.execution import Execution
from control.messages import Emit
from protocols.errors import ProtocolError
from protocols.link import cbor, signing
from protocols.link.cbor import Plain
from protocols.link.events import OrderState, Reason
from protocols.link.orders import ORDER_KINDS, Order
from protocols.link.roster import RosterEntry
from protocols.link.signing import Domain, Envelope

Carry = Callable[[Record, Order, RosterEntry, float], None]
"""What takes an order that is formally in order: (record, order, signer, monotonic seconds)."""
CRITICAL: Final = "critical"


class Taking:
    """From signed bytes to an order that may be judged; everything else is refused here, with its reason, and counted."""

    def __init__(
        self, vessel: str, boot_id: str, believed: Believed, known: KnownOrders, admission: Admission,
        execution: Execution, carry: Carry, unrecorded: Callable[[Order], list[Reason]],
    ) -> None:  # fmt: skip
        """Take orders for `vessel` in this boot and give the good ones to `carry`; `unrecorded` objects for the ledger."""
        self._vessel, self._boot_id = vessel, boot_id
        self._believed, self._known, self._admission = believed, known, admission
        self._execution, self._carry, self._unrecorded = execution, carry, unrecorded
        self.refused: Counter[str] = Counter()
        """Orders refused before any rule was asked, by the reason's name."""

    def receive(self, encoded: bytes, utc_ns: int, now_s: float) -> None:
        """Take one signed order; what cannot be believed is refused under the id that it claims."""
        try:
            envelope = signing.open_envelope(encoded, approvable=True)
        except ProtocolError as error:
            self._refuse(b"", Reason("malformed", "CMD-01", f"The order cannot be read: {error}."))
            return
        entry = self._believed.signer(Domain.ORDER, envelope, utc_ns)
        if isinstance(entry, Reason):
            self._refuse(envelope.body, entry)
            return
        try:
            order = Order.from_bytes(envelope.body)
        except ProtocolError as error:
            self._refuse(envelope.body, Reason("malformed", "CMD-01", f"The order cannot be read: {error}."))
            return
        self._take(order, entry, envelope, utc_ns, now_s)

    def _refuse(self, body: bytes, reason: Reason) -> None:
        self.refused[reason.name] += 1
        reasons: list[Plain] = [reason.plain()]
        told: dict[str, Plain] = {
            "hash": command.digest_of(body), "state": "REJECTED", "args": {}, "reasons": reasons, "authentic": False,
            "detail": "not believed: the id, person and kind are only what the bytes claim",
        }  # fmt: skip
        self._execution.outbox.append(Emit("order", {**_claimed(body), **told}))

    def _take(self, order: Order, entry: RosterEntry, envelope: Envelope, utc_ns: int, now_s: float) -> None:
        digest = command.digest_of(envelope.body)
        known = self._known.get(order.id)
        if known is not None and known.digest == digest:
            self._execution.outbox.append(Emit("order", known.body()))  # the stored answer again (CMD-03)
            return
        record = Record(order.id, digest, order)
        if known is not None:
            text = "This id was used for another order."
            record.state, record.reasons = "REJECTED", [Reason("id_reused", "CMD-03", text, digest, known.digest)]
            self.refused["id_reused"] += 1
            self._execution.outbox.append(Emit("order", record.body()))
            return
        self._known.add(record)
        self._execution.outbox.append(Emit("order", record.body()))
        late = self._admission.too_late(order, self._boot_id, round(now_s * 1000))
        if late:
            self._end(record, "EXPIRED", late)
            return
        objections = wrong_signer(order, entry, self._vessel) + self._admission.objections(order, entry, now_s)
        objections += self._unrecorded(order)
        if ORDER_KINDS[order.kind].significance == CRITICAL:
            objections += approval.objections(order.kind, envelope, entry, self._believed.holder, utc_ns)
        if objections:
            self._end(record, "REJECTED", objections)
            return
        self._carry(record, order, entry, now_s)

    def _end(self, record: Record, state: OrderState, reasons: list[Reason]) -> None:
        self.refused.update(reason.name for reason in reasons)
        self._execution.end(record, state, reasons)


def _claimed(body: bytes) -> dict[str, Plain]:
    """Return what unbelieved bytes claim to be, for the record; empty texts where they cannot be read."""
    try:
        source = cbor.decode_map(body)
    except ProtocolError:
        source = {}
    claims = {"order_id": "id", "kind": "kind", "person": "person", "console": "console"}
    return {name: str(source.get(field, ""))[:64] for name, field in claims.items()}
