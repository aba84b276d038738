"""The ship's watch over its link and envelope: feeds the ladder, and does what its step asks (control.md section 5)."""

from __future__ import annotations

from typing import Final

from control import geometry
from control.authority import Authority
from control.context import Context
from control.execution import Execution
from control.harbour import SafeHarbour
from control.interlock import REVIEWED, verdict
from control.ladder import ACTIONS, LATCHED_FROM, Ladder, LadderInputs
from control.linkwatch import GAP_S, LinkWatch
from control.messages import Emit, HeartbeatNow, Setpoint
from control.navigator import Navigator
from control.safestate import SafeState
from control.situation import Situation
from control.verifier import Expectation
from control.voyage import Voyage
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
        self, voyage: Voyage, authority: Authority, link: LinkWatch, execution: Execution, navigator: Navigator
    ) -> None:  # fmt: skip
        """Begin on L0."""
        self._voyage = voyage
        self._authority = authority
        self._link = link
        self._execution = execution
        self._navigator = navigator
        self.ladder = Ladder(voyage.config.link)
        self.safe = SafeState(voyage, execution, SafeHarbour(voyage, execution))
        self._carried_s, self._before_s = 0.0, 0.0
        self._failing_since_s: float | None = None
        self._failing: list[Reason] = []
        self.leave_when_back = False
        """A new holder has confirmed the conn: the ladder is left as soon as the link has been good for long enough."""

    @property
    def silent_since_s(self) -> float | None:
        """When silence begins to count, in monotonic seconds; None while the bridge has the conn and nobody is owed.

        No heartbeat that counts, in either direction; a lapsed lease is silence, what a flapping link was silent for as well.
        """
        if self._authority.station == "local":
            return None
        since_s = self._link.heard_at_s
        if self._authority.station == "remote":
            since_s = min(since_s, self._authority.lease_ends_s())
        return since_s - self._carried_s

    def silence_s(self, now_s: float) -> float:
        """Return the seconds of silence at `now_s`, 0 while the bridge has the conn."""
        since_s = self.silent_since_s
        return 0.0 if since_s is None else max(0.0, now_s - since_s)

    def _carry(self, now_s: float) -> None:
        """Keep a past silence while a latched link flaps: it stops growing, and goes only after `back_s` unbroken."""
        raw_s = self.silence_s(now_s) - self._carried_s
        if not self.ladder.is_latched or self._link.run_s(now_s) >= self._voyage.config.link.back_s:
            self._carried_s = 0.0
        elif raw_s < self._before_s and self._before_s > GAP_S:
            self._carried_s += self._before_s - raw_s  # a beat that proves an older moment ends that much of it
        self._before_s = raw_s

    def is_back(self, now_s: float) -> bool:
        """Return whether heartbeats have come without a break for long enough to leave the ladder."""
        return self._link.run_s(now_s) >= self._voyage.config.link.back_s and self._authority.has_lease(now_s)

    def look(self, situation: Situation, now_s: float) -> None:
        """Judge the moment; step up the ladder where it must be, leave it where the operator has said so."""
        if self._authority.station == "local":
            self._leave("the bridge has the conn", now_s)
        elif self.leave_when_back and self.is_back(now_s):
            self._leave("the operator who took the conn is heard without a break", now_s)
        before = self.ladder.step
        self._carry(now_s)
        self._review(situation, now_s)
        after = self.ladder.receive(self._inputs(situation, now_s), round(now_s * 1000))
        has_sailed_on = after == "L3" and self.safe.entry is None  # her declared leg may have ended since
        if STEPS.index(after) > STEPS.index(before) or has_sailed_on:
            self._act(after, situation, now_s)
        if after != before:
            is_unheard = self._link.is_unheard and self._authority.station == "remote"
            self._tell(before, after, "the operator is heard and hears nothing of the ship" if is_unheard else "")
        self.safe.look(situation, now_s)

    def resume(self, now_s: float) -> list[Reason]:
        """Leave the ladder at the holder's word; return the reasons when the link has not been good for long enough."""
        if not self.ladder.is_latched:
            return []
        if not self.is_back(now_s):
            run_s, back_s = self._link.run_s(now_s), self._voyage.config.link.back_s
            text = f"Heartbeats have come without a break for {run_s:.0f} s; {back_s:g} s are needed."
            return [Reason("link_not_back", "FBK-01", text, round(run_s, 1), back_s, "s")]
        self._leave("the operator has resumed the conn", now_s)
        return []

    def objections(self) -> list[Reason]:
        """Return why setpoints are refused while the ladder is latched."""
        if not self.ladder.is_latched:
            return []
        text = f"The ship is on step {self.ladder.step} ({self.action}); resume the conn first."
        return [Reason("ladder", "FBK-01", text, self.ladder.step, "L0 or L1")]

    def _leave(self, why: str, now_s: float) -> None:
        before = self.ladder.step
        self._carried_s, self._failing_since_s, self.leave_when_back = 0.0, None, False
        if before != "L0":
            self.ladder.leave()
            self.safe.end(now_s, why)
            self._tell(before, "L0", why)

    def _inputs(self, situation: Situation, now_s: float) -> LadderInputs:
        is_ours = self._authority.station != "local"
        latitude, longitude = situation.number("NAV_LAT"), situation.number("NAV_LON")
        beyond = None
        if is_ours and latitude is not None and longitude is not None:
            beyond = geometry.is_beyond(latitude, longitude, self._voyage.config.areas, DISTRESS_M)
        return LadderInputs(
            self._silence_that_counts_s(now_s), self._link.poor_s(now_s) if is_ours else 0.0,
            self._authority.holder.level == "direct",
            order_failing=self._failing_since_s is not None and now_s - self._failing_since_s >= FAILING_S,
            has_left_area=beyond is not None,
            has_fire_or_flood=is_ours and any(situation.number(name) == 1.0 for name in ("FIRE_ALM", "BLG_AP")),
            is_fallback_impossible=self.safe.is_impossible,
        )  # fmt: skip

    def _silence_that_counts_s(self, now_s: float) -> float:
        """Return the silence; on a leg declared to be sailed on it leads to L3 and no further, until the leg ends."""
        silence_s, limits = self.silence_s(now_s), self._voyage.config.link
        return min(silence_s, limits.lost_s) if self._navigator.continues else silence_s

    def keep_station(self, order_id: str, radius_m: float, situation: Situation, now_s: float) -> Expectation:
        """Begin to keep her where she is for an order that every rule allows; return what must show (CMD-06)."""
        where = self.safe.begin_station(radius_m, order_id, situation, now_s)
        return Expectation("conn.station_keep", radius_m, now_s, where)

    @property
    def has_the_ship(self) -> bool:
        """True while a hold or fallback state steers or a station is kept, or all is stopped."""
        return self.safe.entry is not None or self.ladder.step == "L6"

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
        if self._navigator.is_following:
            kind = "route.activate"  # her legs were held against the fence, turns included; straight on she does not go
        elif self.safe.keeps_station:
            kind = "conn.station_keep"  # where she lies is judged, not where the heading would lead
        elif setpoints.heading_deg is not None:
            kind, args["heading_deg"] = "conn.heading", setpoints.heading_deg
        elif setpoints.rudder_deg is not None:
            kind, args["rudder_deg"] = "conn.rudder", setpoints.rudder_deg
        else:
            return []
        context = Context(kind, args, situation, self._voyage.config, setpoints, None, is_stop_latched=False)
        return verdict(context, REVIEWED)

    def _tell(self, before: Step, after: Step, why: str = "") -> None:
        reasons: list[Plain] = [
            {"name": reason.name, "text": reason.text, "since_ms": reason.since_ms, "clears": reason.clears}
            for reason in self.ladder.reasons()
        ]
        failing: list[Plain] = [reason.plain() for reason in self._failing] if after != "L0" else []
        body: dict[str, Plain] = {
            "from": before, "to": after, "reasons": reasons, "action": self.action, "why": why, "failing": failing,
        }  # fmt: skip
        self._execution.outbox += [Emit("ladder", body), HeartbeatNow()]

    @property
    def action(self) -> str:
        """What the ship does on her step, in words; empty on L0 and L1."""
        step = self.ladder.step
        words = self.safe.words if step in ("L3", "L4", "L5") else ""
        if step == "L3" and self._navigator.continues:
            words = "sailing on along the declared leg"
        return f"{ACTIONS[step]}{words}" if step == "L5" else f"{words}{ACTIONS[step]}"

    def _act(self, step: Step, situation: Situation, now_s: float) -> None:
        """Do what the step asks; without a heading the rudder goes amidships, for nothing can be steered."""
        if step == "L2" and self.safe.entry is None and self._execution.setpoints.rudder_deg is not None:
            heading = situation.number("NAV_HDG")
            steady = Setpoint("rudder", 0.0) if heading is None else Setpoint("heading", round(heading, 1) % 360.0)
            self._execution.actuate(steady, "ladder L2")
        if step == "L3" and self._navigator.continues:
            return  # the leg was declared before departure to be sailed on
        if step in ("L3", "L4") and self.safe.entry is None:
            self.safe.begin_hold(situation, now_s)
        elif step in ("L3", "L4"):
            self.safe.adopt()
        elif step == "L5":
            self.safe.begin_fallback(situation, now_s)
        elif step == "L6":
            self.safe.end(now_s, "all stop")
            self._execution.actuate(Setpoint("neutral"), "ladder L6")
        if STEPS.index(step) > LATCHED_FROM:
            self._take_over(step)

    def _take_over(self, step: Step) -> None:
        text = f"The ship went to step {step} ({self.action}) while the order was in progress."
        self._execution.end_all("FAILED", Reason("ladder", "FBK-01", text, step))
