"""Hold and fallback states: entered in a time, measured, kept; what cannot be reached is replaced by a stop (FBK-02).

The ladder says when one is wanted; what it is, the phase in force says; when it is reached, `entering.py` says.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from control import keeping
from control.entering import REACHED, WORDS, Entry, HarbourRoute, actual_pct, blocked
from control.execution import Execution
from control.grounding import on_her_way
from control.keeping import Spot
from control.messages import Emit, HeartbeatNow, Setpoint
from control.situation import Situation
from control.verifier import Station
from control.voyage import Voyage
from protocols.link.cbor import Plain
from protocols.link.events import Reason

LADDER_HOLD: Final = "ladder L3"
GOING: Final = frozenset(("loiter", "safe_harbour"))
"""States that take her somewhere: on the way nobody watches the sounder for her."""
STEER_DEG: Final = 2.0
"""Bearing changes below this are not steered: the autopilot would never come to rest."""


class SafeState:
    """The state that the ladder has asked for; None while it asks for none."""

    def __init__(self, voyage: Voyage, execution: Execution, harbour: HarbourRoute | None = None) -> None:
        """Begin with no state; without a `harbour` route that fallback state is a stop."""
        self._voyage = voyage
        self._execution = execution
        self.harbour = harbour
        self.entry: Entry | None = None
        self.is_impossible = False
        """A stop was not reached in its time: the ladder goes to L6."""
        self.has_no_fix = False
        """The fallback state was left or not tried for want of a position: stop with signals."""

    @property
    def words(self) -> str:
        """What the state makes the ship do."""
        return "" if self.entry is None else WORDS[self.entry.state]

    def begin_hold(self, situation: Situation, now_s: float, cause: str = LADDER_HOLD) -> None:
        """Enter the phase's hold state (L3, or DMN-02, which yields to the next order)."""
        limits = self._voyage.config.limits
        self._begin(limits.hold, limits.hold_entry_s, cause, situation, now_s, yields=cause != LADDER_HOLD)

    def begin_station(self, radius_m: float, cause: str, situation: Situation, now_s: float) -> Station | None:
        """Keep her where she is for the order `cause`, engine stopped first; return where, None without a position."""
        limits = self._voyage.config.limits
        self._begin("station_keep", limits.hold_entry_s, cause, situation, now_s, yields=True)
        entry, heading = self.entry, situation.number("NAV_HDG")
        if entry is None or entry.point is None or entry.keep is None:
            return None
        entry.keep = replace(entry.keep, radius_m=radius_m)
        steady = Setpoint("rudder", 0.0) if heading is None else Setpoint("heading", round(heading, 1) % 360.0)
        self._execution.actuate(steady, cause)
        self._execution.actuate(Setpoint("propulsion", 0.0), cause)
        return Station(entry.point, limits.stopped_kn, limits.hold_entry_s)

    @property
    def keeps_station(self) -> bool:
        """True while she keeps her station, by an order or a hold."""
        return self.entry is not None and self.entry.state == "station_keep"

    def in_force(self) -> dict[str, float]:
        """Return the station that is kept, by name with its unit; empty without one."""
        entry = self.entry
        if entry is None or entry.state != "station_keep" or entry.point is None or entry.keep is None:
            return {}
        return {
            "station_radius_m": entry.keep.radius_m, "station_latitude_deg": round(entry.point.latitude_deg, 6),
            "station_longitude_deg": round(entry.point.longitude_deg, 6),
        }  # fmt: skip

    def adopt(self) -> None:
        """Make a state that yields the ladder's own (L3): nothing but the operator's word or the bridge ends it now."""
        if self.entry is not None:
            self.entry.yields = False

    @property
    def fallback_limit_s(self) -> float:
        """Seconds that entering the phase's fallback state may take."""
        limits = self._voyage.config.limits
        return limits.stop_entry_s if limits.fallback == "stop" else limits.fallback_entry_s

    def begin_fallback(self, situation: Situation, now_s: float) -> None:
        """Enter the phase's fallback state (L5)."""
        self._begin(self._voyage.config.limits.fallback, self.fallback_limit_s, "ladder L5", situation, now_s)

    def end(self, now_s: float, why: str) -> None:
        """Leave the state: the operator, the bridge or L6 has taken over."""
        if self.entry is not None:
            self._let_lie(self.entry)
            self._tell(self.entry, "left", now_s, [], why)
        self.entry, self.is_impossible, self.has_no_fix = None, False, False

    def look(self, situation: Situation, now_s: float) -> None:
        """Keep the state, see whether it is reached, and act when its time is over."""
        entry = self.entry
        if entry is None:
            return
        if entry.yields and not self._execution.is_claimed_by(entry.cause):
            self.end(now_s, "another order, or the bridge")
            return
        self._steer(entry, situation, now_s)
        if self.entry is not entry:
            return  # replaced by a stop
        if entry.entered_s is None and REACHED[entry.state](entry, situation, self._voyage.config):
            entry.entered_s = now_s
            self._tell(entry, "entered", now_s, [])
        elif entry.entered_s is None and not entry.is_late and now_s - entry.began_s > entry.limit_s:
            self._be_late(entry, situation, now_s)

    def _let_lie(self, entry: Entry) -> None:
        """Stop the engine that pulled her to her station, unless somebody has ordered it since: it would drive her on."""
        pulls = entry.state == "station_keep" and (self._execution.setpoints.propulsion_pct or 0.0) > 0.0
        if pulls and self._execution.is_claimed_by(entry.cause, ("propulsion",)):
            self._execution.actuate(Setpoint("propulsion", 0.0), entry.cause)

    def _begin(
        self, state: str, limit_s: float, cause: str, situation: Situation, now_s: float, *, yields: bool = False
    ) -> None:  # fmt: skip
        if self.entry is not None:
            self._tell(self.entry, "left", now_s, [], f"for {state}")
        reasons = self._cannot(state, situation, now_s)
        entry = self.entry = Entry(state, cause, now_s, limit_s, yields=yields)
        self._execution.claim(cause)
        if reasons:
            self._replace(entry, reasons, situation, now_s)
            return
        limits = self._voyage.config.limits
        if state == "loiter" and limits.loiter is not None:
            point = limits.loiter
            entry.point = Spot(point.latitude_deg, point.longitude_deg)
            entry.keep = point.keep
        elif state == "station_keep":
            entry.point, entry.keep = keeping.here(situation), limits.keep
        elif state == "safe_harbour":
            entry.harbour = self.harbour
        self._tell(entry, "begun", now_s, [])
        self._set_out(entry, situation)

    def _set_out(self, entry: Entry, situation: Situation) -> None:
        """Give the first orders of a state that is not steered to a point."""
        if entry.state in ("loiter", "station_keep", "safe_harbour"):
            return
        self._steady(entry, situation)
        if entry.state == "slow_down_on_heading":
            self._execution.actuate(Setpoint("propulsion", self._hold_pct(situation)), entry.cause)
        else:
            self._execution.actuate(Setpoint("controlled_stop", 0.0), entry.cause)

    def _steady(self, entry: Entry, situation: Situation) -> None:
        """Steer the present heading where none is ordered; without a heading the rudder goes amidships."""
        if self._execution.setpoints.heading_deg is not None:
            return
        heading = situation.number("NAV_HDG")
        steady = Setpoint("rudder", 0.0) if heading is None else Setpoint("heading", round(heading, 1) % 360.0)
        self._execution.actuate(steady, entry.cause)

    def _hold_pct(self, situation: Situation) -> float:
        """Return the slowest of the phase's hold propulsion, what is ordered and what the engine does now; never astern."""
        known = (actual_pct(situation, self._voyage.config), self._execution.setpoints.propulsion_pct)
        return round(
            min([self._voyage.config.limits.hold_pct, *(max(0.0, pct) for pct in known if pct is not None)]), 1
        )

    def bars(self, situation: Situation) -> list[Reason]:
        """Return why the phase's fallback state could not be tried from here; nothing is begun."""
        state = self._voyage.config.limits.fallback
        barred = self._bars(state, situation)
        if barred or state != "safe_harbour" or self.harbour is None:
            return barred
        return self.harbour.bars(situation)

    def _cannot(self, state: str, situation: Situation, now_s: float) -> list[Reason]:
        """Return why `state` cannot be entered from here, and set out on the way home where that is what it is."""
        barred = self._bars(state, situation)
        if barred or state != "safe_harbour" or self.harbour is None:
            return barred
        return self.harbour.begin(situation, now_s)

    def _bars(self, state: str, situation: Situation) -> list[Reason]:
        """Return what stands against `state` here, the way home apart; empty where nothing does."""
        now, limits = keeping.here(situation), self._voyage.config.limits
        if state not in ("loiter", "station_keep", "safe_harbour"):
            return []
        if state == "safe_harbour" and self.harbour is None:
            return [Reason("no_harbour_route", "FBK-02", "No safe harbour route is loaded.")]
        if now is None:
            return [Reason("no_fix", "FBK-02", "There is no position to go by: the ship stops and shows her signals.")]
        water = on_her_way(situation, self._voyage.config) if state in GOING else []
        if water:
            return water
        if state == "loiter" and limits.loiter is not None:
            point = Spot(limits.loiter.latitude_deg, limits.loiter.longitude_deg)
            return blocked(now, point, limits.loiter.radius_m, self._voyage.config)
        return []

    def _steer(self, entry: Entry, situation: Situation, now_s: float) -> None:
        """Go on towards the point or along the route."""
        cannot = self._objections(entry, situation, now_s)
        if cannot:
            self._replace(entry, cannot, situation, now_s)
            return
        if entry.harbour is not None:
            for setpoint in entry.harbour.steer(situation, now_s):
                self._execution.actuate(setpoint, entry.cause)
        if entry.point is None or entry.keep is None:
            return
        now = keeping.here(situation)
        if now is None:
            lost = Reason("no_fix", "FBK-02", "The position is lost: the ship stops and shows her signals.")
            self._replace(entry, [lost], situation, now_s)
            return
        wanted = keeping.pull(now, entry.point, entry.keep, was_pulling=entry.is_pulling)
        entry.is_pulling = wanted.propulsion_pct > 0.0
        wanted = keeping.eased(wanted, entry.keep, situation)
        in_force = self._execution.setpoints
        if entry.is_pulling and _differs(in_force.heading_deg, wanted.heading_deg):
            self._execution.actuate(Setpoint("heading", round(wanted.heading_deg, 1) % 360.0), entry.cause)
        if keeping.differs(in_force.propulsion_pct, wanted.propulsion_pct):
            self._execution.actuate(Setpoint("propulsion", wanted.propulsion_pct), entry.cause)

    def _objections(self, entry: Entry, situation: Situation, now_s: float) -> list[Reason]:
        """Return why she cannot go on to where she is going; empty once she is there, or where she goes nowhere."""
        if entry.entered_s is not None or entry.state not in GOING:
            return []
        home = entry.harbour.objections(situation, now_s) if entry.harbour is not None else []
        return [*on_her_way(situation, self._voyage.config), *home]

    def _be_late(self, entry: Entry, situation: Situation, now_s: float) -> None:
        """The time is over: a hold is told, a fallback state is replaced by a stop, a stop is L6's business."""
        entry.is_late = True
        text = f"{WORDS[entry.state].capitalize()} has taken longer than {entry.limit_s:g} s."
        reason = Reason("entry_late", "FBK-02", text, round(now_s - entry.began_s, 1), entry.limit_s, "s")
        self._tell(entry, "late", now_s, [reason])
        if entry.cause != "ladder L5":
            return
        if entry.state == "stop":
            self.is_impossible = True
        else:
            self._replace(entry, [reason], situation, now_s)

    def _replace(self, entry: Entry, reasons: list[Reason], situation: Situation, now_s: float) -> None:
        """Stop instead: the one state that needs nothing."""
        self.has_no_fix = self.has_no_fix or any(reason.name == "no_fix" for reason in reasons)
        self._tell(entry, "replaced", now_s, reasons, "by stop")
        self.entry = Entry("stop", entry.cause, now_s, self._voyage.config.limits.stop_entry_s, yields=entry.yields)
        self._set_out(self.entry, situation)

    def _tell(self, entry: Entry, result: str, now_s: float, reasons: list[Reason], why: str = "") -> None:
        body: dict[str, Plain] = {
            "state": entry.state, "phase": self._voyage.phase, "cause": entry.cause, "result": result, "why": why,
            "took_s": round(now_s - entry.began_s, 2), "limit_s": entry.limit_s,
            "reasons": [reason.plain() for reason in reasons],
        }  # fmt: skip
        self._execution.outbox += [Emit("entry", body), HeartbeatNow()]


def _differs(one: float | None, other: float) -> bool:
    return one is None or abs((one - other + 180.0) % 360.0 - 180.0) > STEER_DEG
