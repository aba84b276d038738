"""What of a vessel may be ordered beside course and speed: machines, voyage phases, drills. Part of the messages."""

from __future__ import annotations

from typing import Literal, TypedDict


class MachineJson(TypedDict):
    """One machine of the function group `engineering` that may be started and stopped."""

    name: str
    kind: Literal["pump", "generator"]
    channel: str
    """Channel of the read-back."""
    running_above: float
    """It runs when the read-back is above this."""
    confirm_s: float
    """Within this the read-back must show an order, or it has failed (CMD-06)."""


class EnvelopeJson(TypedDict):
    """One condition under which she may be commanded in a phase (INT-10)."""

    what: str
    channel: str
    low: float | None
    high: float | None


class PhaseJson(TypedDict):
    """One voyage phase of hers, with its own limits and what she does when she is left alone in it (FBK-02)."""

    name: Literal["open_sea", "coastal", "port_approach", "berth"]
    limits: dict[str, float]
    """By name, unit last: rudder_deg_max, ahead_pct_max, cpa_m, ... Where hull and phase can keep a station by order
    (`conn.station_keep`), keep_radius_m and keep_radius_m_max are its narrowest circle, taken where the order names none,
    and its widest; where they are missing she cannot."""
    hold: str
    """What she does when the link is lost (L3): slow_down_on_heading or station_keep."""
    fallback: str
    """What she does when it stays lost (L5): stop, loiter, anchor_readiness or safe_harbour."""
    envelope: list[EnvelopeJson]
    not_judged: list[str]
    """Conditions for which she has no measure, said in so many words."""


class DrillJson(TypedDict):
    """A drill as the vessel tells it: she makes the trouble, takes the time and scores."""

    id: str
    exercise: Literal["link_loss", "takeover", "emergency_stop"]
    state: Literal["begun", "ready", "ended"]
    """ready: from now on the operator can do what is rehearsed, his time runs."""
    person: str
    console: str
    by: str
    """Who began it."""
    took_s: float | None
    """None while it is on, and where it was not done."""
    limit_s: float
    passed: bool
    why: str
    """Why it ended."""
    utc_ms: int


class FunctionJson(TypedDict):
    """One function of the vessel in the words of AROS, as her owner says it; no certificate."""

    notation: str
    """As it is printed: AROS-NAV(RC, OS)."""
    function: str
    """NAV, ENG, OPS or SAF."""
    control: str
    """RC, DS, SA or FA."""
    place: str
    """OB, OS or HC; a word of a later edition comes as the vessel wrote it, here and in the other two."""
