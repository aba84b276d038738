"""The records of the `[control]` table: one class per table, names as in the file, unit last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from protocols.link.orders import PHASES

__all__ = ["PHASES"]

HoldState = Literal["slow_down_on_heading", "station_keep"]
"""What the ship does on L3: slow down on her heading, or stay where she is (`hull.keeps_station`)."""
FallbackState = Literal["stop", "loiter", "anchor_readiness", "safe_harbour"]
"""What the ship does on L5. What cannot be reached is replaced by a stop, and a stop that fails is L6."""
LookoutRule = Literal["confirm", "allow"]
"""Orders while neither AIS nor radar is heard: with a reason only, or as if nobody were near (INT-08)."""
AREA_KINDS: Final = ("allowed", "no_go")

LONGITUDE_DEG_MAX: Final = 180.0
LATITUDE_DEG_MAX: Final = 90.0

Ring = tuple[tuple[float, float], ...]
"""Points (longitude_deg, latitude_deg) of an outer ring."""


@dataclass(frozen=True, slots=True)
class Hull:
    """What the prediction of a track needs to know of the ship."""

    length_m: float
    beam_m: float
    turn_radius_m: float
    """Radius of a steady turn as orders turn her (IMO MSC.137(76) trial or simulator)."""
    reach_m: float
    """Distance run before a turn answers the helm (advance minus radius)."""
    stop_reach_m: float
    """Track reach of a controlled stop from the speed of the phase."""
    rpm_full: float
    """Engine speed of 100 % propulsion ahead, rpm."""
    speed_full_kn: float
    """Speed through water at 100 % propulsion, knots."""
    keeps_station: bool
    """True where she can stay at a point by heading and propulsion orders alone (small craft, two propellers)."""


@dataclass(frozen=True, slots=True)
class LinkLimits:
    """Times of the ladder and limits of the link (control.md section 5), seconds unless named otherwise."""

    degraded_round_trip_ms: float
    degraded_loss_pct: float
    degraded_for_s: float
    direct_round_trip_ms_max: float
    silent_s: float
    silent_direct_s: float
    lost_s: float
    grace_s: float
    fallback_s: float
    back_s: float
    """Heartbeats must be continuous for this long before the ladder can be left."""


@dataclass(frozen=True, slots=True)
class AuthorityLimits:
    """Times of the handover (AUT-03, AUT-05) in seconds and what is bumpless (AUT-04)."""

    lease_s: float
    answer_s: float
    confirm_s: float
    bump_rudder_deg: float
    bump_propulsion_pct: float
    bump_heading_deg: float


@dataclass(frozen=True, slots=True)
class Keep:
    """How a point is kept, or come to: full circle of tolerance and the power used."""

    radius_m: float
    """Within this of the point she is there."""
    approach_pct: float
    """Propulsion towards the point, per cent ahead."""
    approach_pct_max: float | None = None
    """Propulsion that pulls her from the circle's edge and from outside; it grows up to there. None: `approach_pct`."""
    radius_m_max: float | None = None
    """Widest circle that an order may ask for, `radius_m` the narrowest; None: no other than `radius_m`."""

    @property
    def strongest_pct(self) -> float:
        """Most propulsion that pulls her to the point."""
        return self.approach_pct if self.approach_pct_max is None else self.approach_pct_max

    @property
    def widest_m(self) -> float:
        """Radius of the widest circle that an order may ask for."""
        return self.radius_m if self.radius_m_max is None else self.radius_m_max


@dataclass(frozen=True, slots=True)
class Loiter:
    """The point to which the fallback state `loiter` goes, inside the fence."""

    latitude_deg: float
    longitude_deg: float
    radius_m: float
    approach_pct: float
    approach_pct_max: float | None = None
    """As of a station (`Keep`): what pulls her from the circle's edge and from outside. None: `approach_pct`."""

    @property
    def keep(self) -> Keep:
        """The circle about the point, and what pulls her there."""
        return Keep(self.radius_m, self.approach_pct, self.approach_pct_max)


@dataclass(frozen=True, slots=True)
class HarbourWay:
    """The way home of the fallback state `safe_harbour`, the same from wherever she joins it."""

    marks: Ring
    """Its waypoints, (longitude_deg, latitude_deg); at the last she stops."""
    turn_radius_m: float
    xtd_m: float
    """Half the width that is hers on each leg: it is held against fence and chart."""
    approach_pct: float
    """Propulsion on the way, per cent ahead."""
    arrive_m: float
    """This far before the last waypoint she stops her engine: her stopping distance from that speed."""


@dataclass(frozen=True, slots=True)
class EnvelopeRow:
    """One condition under which the vessel may be commanded in a phase (INT-10)."""

    what: str
    """wind, sea, visibility, speed, or any other word that the refusal uses."""
    channel: str
    low: float | None = None
    high: float | None = None


ENVELOPE_WORDS: Final = ("wind", "sea", "visibility", "speed")
"""What every phase must judge, or say that it does not."""


@dataclass(frozen=True, slots=True)
class PhaseLimits:
    """The operational envelope of one voyage phase."""

    rudder_deg_max: float
    """Largest rudder order at or above `rudder_speed_kn`."""
    rudder_slow_deg_max: float
    """Largest rudder order below `rudder_speed_kn`."""
    rudder_speed_kn: float
    rudder_step_deg_max: float
    """Largest change of the rudder order at once."""
    heading_rate_deg_min_max: float
    ahead_pct_max: float
    astern_pct_max: float
    propulsion_step_pct_max: float
    """Largest change of the propulsion order at once."""
    reversal_rpm_max: float
    """Engine speed must have fallen below this before the direction is reversed."""
    look_ahead_s: float
    """How far the track of an order is predicted (INT-06)."""
    margin_m: float
    """Distance the predicted track keeps from every boundary."""
    cpa_m: float
    """Nearest that another ship may be brought without a reason given (INT-08); 0 switches the rule off."""
    tcpa_s: float
    """How far ahead passings are looked at."""
    target_age_s_max: float
    """A target not heard for longer is stale: judged with these words, and no alert is raised for it."""
    lookout_s: float
    """AIS and radar silent for longer than this, of anybody: nobody keeps a lookout."""
    without_lookout: LookoutRule
    hold: HoldState
    hold_pct: float
    """Propulsion of the hold state, per cent ahead."""
    hold_entry_s: float
    """The hold state must be reached within this; later it is told and alarmed (FBK-02)."""
    fallback: FallbackState
    fallback_entry_s: float
    """The fallback state must be reached within this; later it is replaced by a stop."""
    stop_entry_s: float
    """A stop must be reached within this; later it is L6."""
    neutral_pct: float
    """Propulsion that a stick ends in when nobody moves it (DMN-02): per cent ahead; the rudder goes amidships."""
    stopped_kn: float
    """At or below this over ground she counts as stopped: the current runs at this speed without her."""
    stop_pct: float
    """What "emergency stop" means in this phase: propulsion in per cent (EST-03)."""
    keep: Keep | None = None
    """How a station is kept; needed by the hold `station_keep` and by the order `conn.station_keep`."""
    loiter: Loiter | None = None
    """Where the fallback state `loiter` goes; needed by it."""
    harbour: HarbourWay | None = None
    """Where the fallback state `safe_harbour` goes; needed by it, and `[control.tracking]` too."""
    envelope: tuple[EnvelopeRow, ...] = ()
    """Conditions of remote operation in this phase (INT-10)."""
    not_judged: tuple[str, ...] = ()
    """ENVELOPE_WORDS for which the vessel has no measure, said in so many words."""


@dataclass(frozen=True, slots=True)
class VerifyWindows:
    """How long an order may take to show its effect (CMD-06), seconds."""

    heading_s: float
    rudder_s: float
    propulsion_s: float
    steady_deg_min: float
    """Rate of turn below which a heading is steady."""


@dataclass(frozen=True, slots=True)
class EncounterAngles:
    """Where the sectors of the COLREG lie, degrees; no default, for practice differs."""

    head_on_deg: float
    """Head-on: each has the other within this of right ahead (Rule 14; authors use 5 to 22.5)."""
    crossing_deg: float
    """Crossing: the other's bow may show this far over to the safe side."""
    overtaking_bow_deg: float
    """Overtaking: the overtaken is seen within this of the bow."""
    abaft_deg: float
    """Overtaking: the other comes up from more than this from the bow (112.5: 22.5 abaft the beam, Rule 13)."""


@dataclass(frozen=True, slots=True)
class ApprovalLimits:
    """What takes two people (CMD-10)."""

    approve_s: float
    """Life of a critical order: both signatures must be aboard within it, 60..120 s."""
    roster: Literal["master", "master_and_second"]
    """Who signs a change of the roster; the first roster ever is put aboard by the Master alone."""
    grant: Literal["master", "master_and_second"]
    """Who signs a remote-access grant."""


@dataclass(frozen=True, slots=True)
class AlertLimits:
    """Times of the ship's own alerts."""

    escalate_s: float
    """A warning that nobody acknowledges becomes an alarm after this, at most 300 s (ALT-04)."""
    repeat_s: float
    """Until then it sounds again this often."""
    picture_s: float
    """Age of the picture with which a category A alert may be acknowledged from ashore (ALT-05)."""


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine of the group `engineering` that may be ordered."""

    name: str
    kind: Literal["pump", "generator"]
    register: str
    """Name of the order's register in the PLC's map: 1 runs it, 0 stops it."""
    channel: str
    """Channel of the read-back."""
    running_above: float
    """It runs when the read-back is above this: 0.5 for a bit, a speed for a generator."""
    confirm_s: float
    """Within this the read-back must show the order, or it has FAILED (CMD-06)."""


@dataclass(frozen=True, slots=True)
class Telegraph:
    """Propulsion of the telegraph's steps, per cent of full; astern steps are the same numbers backwards."""

    dead_slow_pct: float
    slow_pct: float
    half_pct: float
    full_pct: float


@dataclass(frozen=True, slots=True)
class Tracking:
    """How routes are followed, from trials; a vessel without this table follows none."""

    lookahead_min_m: float
    """Look-ahead of the line of sight at the edge of the leg; about two ship lengths."""
    lookahead_max_m: float
    """Look-ahead on the leg; about five ship lengths."""
    wheel_reach_m: float
    """Run from the wheel-over until she turns, at the radii planned."""
    join_deg_max: float
    """A route is taken up only while she heads within this of its leg."""
    announce_s: float
    """A course change is announced this long before its wheel-over (IEC 62065: 1 to 6 min)."""
    confirm_s: float
    """A course change not acknowledged this long after its wheel-over is an alarm (IEC 62065: 30 s)."""


@dataclass(frozen=True, slots=True)
class Grounding:
    """Water that the ship needs (INT-07); a vessel without this table is not judged by depth."""

    draught_m: float
    """Deepest draught of this voyage."""
    ukc_m_min: float
    """Least water under the keel, now and along the predicted track."""
    without_chart: Literal["refuse", "sounder", "allow"]
    """Where no chart shows her whole way: no order but stop; orders while the sounder shows water enough; as if it were deep."""


@dataclass(frozen=True, slots=True)
class Response:
    """Who answers for the ship ashore; without this table no time to act is told."""

    operator_s: float
    """Longest time from a call to an operator's order, as it was found in exercises; 10 to 600."""


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the sea the ship must stay in, or keep out of."""

    kind: Literal["allowed", "no_go"]
    name: str
    ring: Ring
    phases: tuple[str, ...] = field(default=())
    """Voyage phases in which it counts; empty: in all."""


Phases = Mapping[str, PhaseLimits]
