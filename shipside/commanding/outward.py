"""What the safety process tells the shore: heartbeats, newest only; events, each until the shore has committed it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from control.messages import Emit
from control.standing import Facts
from protocols.link import signing, topics
from protocols.link.heartbeats import PERIOD_MS, VesselHeartbeat
from protocols.link.signing import Domain
from shipside.commanding.ways import OneWay, Ways
from shipside.ports import Clock
from shipside.sending.dispatch import UNKEPT_MAX, Dispatch
from shipside.storage.journal import Journal

__all__ = ["UNKEPT_MAX", "Outward"]

AT_ONCE: Final = 8
"""Events handed to the broker before its answer: an order's life has six. One by one each costs a round trip, and over a
satellite its last word comes seconds late."""
WAY_LOST: Final = "way-lost"
"""Id of the alert that one of several ways to the shore is lost: a caution, which makes no sound and goes with its cause."""
WAY_ADVICE: Final = (
    "She goes on over the other. Have the antenna, modem or contract of this way looked at before both are needed."
)


class Outward(Dispatch):
    """Two tasks' worth of sending, apart from the deciding loop: one event after the other, and heartbeats."""

    def __init__(self, vessel: str, boot_id: str, clock: Clock, ways: Ways, journal: Journal,
                 key: Ed25519PrivateKey) -> None:  # fmt: skip
        """Prepare to speak for `vessel`, signed with its `key`."""
        super().__init__(vessel, boot_id, clock, ways, journal, key, at_once=AT_ONCE)
        self._ways = ways
        self.tell_carried: Callable[[Ways, float], None] = lambda _ways, _now_s: None
        """Called at each look with the ways, to tell what they have carried."""

    def heartbeat(self, seq: int, facts: Facts, now_s: float, *, utc_trusted: bool, period_s: float) -> VesselHeartbeat:
        """Return heartbeat number `seq`; the next comes `period_s` after it at the latest."""
        session, echo_seq, held_ms = facts.echo
        return VesselHeartbeat(
            self._vessel, self._boot_id, seq, round(now_s * 1000), self._clock.utc_ns(), utc_trusted=utc_trusted,
            step=facts.step, reasons=facts.reasons, next_step=facts.next_step, next_step_in_s=facts.next_step_in_s,
            authority=facts.authority, stop_latched=facts.stop_latched, echo_session=session, echo_seq=echo_seq,
            echo_held_ms=held_ms, round_trip_ms=facts.round_trip_ms, loss_pct=facts.loss_pct,
            setpoints=facts.setpoints, phase=facts.phase, roster_version=facts.roster_version,
            alerts=(*facts.alerts, WAY_LOST) if self._ways.lost else facts.alerts,
            action=facts.action, engineering=facts.engineering, disagreed=facts.disagreed, route=facts.route,
            access=facts.access, respond=facts.respond, ways=self._ways.told(),
            period_ms=max(PERIOD_MS, round(period_s * 1000)),
        )  # fmt: skip

    def beat(self, heartbeat: VesselHeartbeat) -> None:
        """Send `heartbeat` over every way; an older one still waiting is dropped for it."""
        signed = signing.sign(Domain.VESSEL, heartbeat.to_bytes(), self._key)
        for way in self._ways:
            way.beat(signed)

    def tell(self, emit: Emit, now_s: float) -> None:
        """Keep and send an event of the supervisor."""
        self.record(emit.kind, emit.body, now_s)

    def look(self, now_s: float) -> None:
        """Tell that a way was lost or is back, where it is news; once after a start too, for the boot before may have told it."""
        self.tell_carried(self._ways, now_s)
        lost = self._ways.newly_lost(now_s)
        if lost is not None:
            self.record("alert", {
                "alert_id": WAY_LOST, "text": f"WAY TO THE SHORE LOST: {', '.join(lost).upper()}" if lost else "",
                "advice": WAY_ADVICE, "priority": "caution", "category": "B",
                "state": "acknowledged" if lost else "normal", "sounds": 0,
            }, now_s)  # fmt: skip

    async def send_heartbeats(self, way: OneWay) -> None:
        """Send heartbeats over one way until cancelled."""
        await way.send_heartbeats(topics.topic(self._vessel, topics.HEARTBEAT_UP))
