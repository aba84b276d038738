"""The ship's watch over its link and envelope: feeds the ladder, and does what its step asks (control.md section 5)."""

from __future__ import annotations

from typing import Final

from control import geometry
from control.authority import Authority
from control.execution import Execution
from control.interlock import REVIEWED, Context, verdict
from control.ladder import ACTIONS, Ladder, LadderInputs
from control.limits import ControlConfig
from control.linkwatch import GAP_S, LinkWatch
from control.messages import Emit, HeartbeatNow, Setpoint
from control.situation import Situation
from protocols.link.cbor import Plain
from protocols.link.events import Reason
from protocols.link.heartbeats import STEPS, Step

DISTRESS_M: Final = 100.0
"""Beyond the fence by more than this the ship stops at once (L6)."""
FAILING_S: Final = 5.0
"""A rule must fail this long for an order in force: one late sentence stops no ship, a lost sensor does (ours)."""


class Watchkeeping:
    """Ladder, link and orders in force, seen together."""

    def __init__(
        self, config: ControlConfig, authority: Authority, link: LinkWatch, execution: Execution
    ) -> None:  # fmt: skip
        """Begin on L0."""
        self._config = config
        self._authority = authority
        self._link = link
        self._execution = execution
        self.ladder = Ladder(config.link)
        self._carried_s, self._before_s = 0.0, 0.0
        self._failing_since_s: float | None = None
        self._failing: list[Reason] = []
        self.leave_when_back = False
        """A new holder has confirmed the conn: the ladder is left as soon as the link has been good for long enough."""

    def silence_s(self, now_s: float) -> float:
        """Return seconds without a heartbeat that counts: a lapsed lease is silence, and a flapping link is too."""
        if self._authority.station == "local":
            return 0.0
        since_s = self._link.heard_at_s
        if self._authority.station == "remote":
            since_s = min(since_s, self._authority.lease_ends_s())
        return max(0.0, now_s - since_s) + self._carried_s

    def _carry(self, now_s: float) -> None:
        """Keep a past silence while a latched link flaps: it stops growing, and goes only after `back_s` unbroken."""
        raw_s = self.silence_s(now_s) - self._carried_s
        if not self.ladder.is_latched or self._link.run_s(now_s) >= self._config.link.back_s:
            self._carried_s = 0.0
        elif raw_s < self._before_s and self._before_s > GAP_S:
            self._carried_s += self._before_s
        self._before_s = raw_s

    def is_back(self, now_s: float) -> bool:
        """Return whether heartbeats have come without a break for long enough to leave the ladder."""
        return self._link.run_s(now_s) >= self._config.link.back_s and self._authority.has_lease(now_s)

    def look(self, situation: Situation, now_s: float) -> None:
        """Judge the moment; step up the ladder where it must be, leave it where the operator has said so."""
        if self._authority.station == "local":
            self._leave("the bridge has the conn")
        elif self.leave_when_back and self.is_back(now_s):
            self._leave("the operator who took the conn is heard without a break")
        before = self.ladder.step
        self._carry(now_s)
        self._review(situation, now_s)
        after = self.ladder.receive(self._inputs(situation, now_s), round(now_s * 1000))
        if after != before:
            self._tell(before, after)
            if STEPS.index(after) > STEPS.index(before):
                self._act(after, situation)

    def resume(self, now_s: float) -> list[Reason]:
        """Leave the ladder at the holder's word; return the reasons when the link has not been good for long enough."""
        if not self.ladder.is_latched:
            return []
        if not self.is_back(now_s):
            run_s, back_s = self._link.run_s(now_s), self._config.link.back_s
            text = f"Heartbeats have come without a break for {run_s:.0f} s; {back_s:g} s are needed."
            return [Reason("link_not_back", "FBK-01", text, round(run_s, 1), back_s, "s")]
        self._leave("the operator has resumed the conn")
        return []

    def objections(self) -> list[Reason]:
        """Return why setpoints are refused while the ladder is latched."""
        if not self.ladder.is_latched:
            return []
        text = f"The ship is on step {self.ladder.step} ({ACTIONS[self.ladder.step]}); resume the conn first."
        return [Reason("ladder", "FBK-01", text, self.ladder.step, "L0 or L1")]

    def _leave(self, why: str) -> None:
        before = self.ladder.step
        self._carried_s, self._failing_since_s, self.leave_when_back = 0.0, None, False
        if before != "L0":
            self.ladder.leave()
            self._tell(before, "L0", why)

    def _inputs(self, situation: Situation, now_s: float) -> LadderInputs:
        is_ours = self._authority.station != "local"
        latitude, longitude = situation.number("NAV_LAT"), situation.number("NAV_LON")
        beyond = None
        if is_ours and latitude is not None and longitude is not None:
            beyond = geometry.is_beyond(latitude, longitude, self._config.areas, DISTRESS_M)
        return LadderInputs(
            self.silence_s(now_s), self._link.poor_s(now_s) if is_ours else 0.0,
            self._authority.holder.level == "direct",
            order_failing=self._failing_since_s is not None and now_s - self._failing_since_s >= FAILING_S,
            has_left_area=beyond is not None,
            has_fire_or_flood=is_ours and any(situation.number(name) == 1.0 for name in ("FIRE_ALM", "BLG_AP")),
        )  # fmt: skip

    def _review(self, situation: Situation, now_s: float) -> None:
        """Judge the orders in force again; what fails for FAILING_S acts through the ladder."""
        self._failing = self._failing_reasons(situation) if self._authority.station == "remote" else []
        if not self._failing:
            self._failing_since_s = None
        elif self._failing_since_s is None:
            self._failing_since_s = now_s

    def _failing_reasons(self, situation: Situation) -> list[Reason]:
        setpoints = self._execution.setpoints
        args: dict[str, Plain] = {}
        if setpoints.heading_deg is not None:
            kind, args["heading_deg"] = "conn.heading", setpoints.heading_deg
        elif setpoints.rudder_deg is not None:
            kind, args["rudder_deg"] = "conn.rudder", setpoints.rudder_deg
        else:
            return []
        context = Context(kind, args, situation, self._config, setpoints, None, is_stop_latched=False)
        return verdict(context, REVIEWED)

    def _tell(self, before: Step, after: Step, why: str = "") -> None:
        reasons: list[Plain] = [
            {"name": reason.name, "text": reason.text, "since_ms": reason.since_ms, "clears": reason.clears}
            for reason in self.ladder.reasons()
        ]
        failing: list[Plain] = [reason.plain() for reason in self._failing] if after != "L0" else []
        body: dict[str, Plain] = {
            "from": before, "to": after, "reasons": reasons, "action": ACTIONS[after], "why": why, "failing": failing,
        }  # fmt: skip
        self._execution.outbox += [Emit("ladder", body), HeartbeatNow()]

    def _act(self, step: Step, situation: Situation) -> None:
        """Do what the step asks; without a heading the rudder goes amidships, for nothing can be steered."""
        if STEPS.index(step) < STEPS.index("L2"):
            return
        cause = f"ladder {step}"
        heading = situation.number("NAV_HDG")
        if step == "L6":
            self._take_over(step)
            self._execution.actuate(Setpoint("neutral"), cause)
            return
        setpoints = self._execution.setpoints
        if setpoints.rudder_deg is not None or (step != "L2" and setpoints.heading_deg is None):
            steady = Setpoint("rudder", 0.0) if heading is None else Setpoint("heading", round(heading, 1) % 360.0)
            self._execution.actuate(steady, cause)
        if step == "L5":
            self._take_over(step)
            self._execution.actuate(Setpoint("controlled_stop", 0.0), cause)
        elif step == "L3":
            self._take_over(step)
            self._execution.actuate(Setpoint("propulsion", self._hold_pct(situation)), cause)

    def _hold_pct(self, situation: Situation) -> float:
        """Return the slower of the phase's hold propulsion and what the engine does now; never astern."""
        rpm = situation.number("ME_RPM")
        hold_pct = self._config.limits.hold_pct
        if rpm is None:
            return hold_pct
        return round(min(hold_pct, max(0.0, 100.0 * rpm / self._config.hull.rpm_full)), 1)

    def _take_over(self, step: Step) -> None:
        text = f"The ship went to step {step} ({ACTIONS[step]}) while the order was in progress."
        self._execution.end_all("FAILED", Reason("ladder", "FBK-01", text, step))
