"""What the console is shown of navigation: trial manoeuvres. Part of the messages (`messages.py`), made into TypeScript alike."""

from __future__ import annotations

from typing import Literal, TypedDict


class PassingJson(TypedDict):
    """How one target would pass (CPA and TCPA), by the trial manoeuvre."""

    name: str
    source: Literal["ais", "radar"]
    cpa_m: float
    tcpa_s: float
    """From now."""
    age_s: float
    encounter: Literal["head_on", "crossing_give_way", "crossing_stand_on", "overtaking", "overtaken", "safe"]
    """How the two ships meet as they go now (COLREG)."""
    is_within_limits: bool
    doubt: str
    """Why her report cannot be true; empty without a doubt."""
    own_at: tuple[float, float]
    """[longitude_deg, latitude_deg] of our ship on the track at that time."""
    other_at: tuple[float, float]
    """[longitude_deg, latitude_deg] of the target at that time, if she goes on as she does."""


class TrialJson(TypedDict):
    """What would come of an order: the trial manoeuvre, shown before it is given."""

    track: list[tuple[float, float, float]]
    """[longitude_deg, latitude_deg, seconds from now]"""
    passings: list[PassingJson]
    """Those within the limits first, then by distance; 20 at most."""
