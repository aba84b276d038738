"""Parts of a vessel's status: why her ladder stands where it does, how long there is to act, how her link and its ways do."""

from __future__ import annotations

from typing import Literal, TypeAlias, TypedDict


class ActiveReasonJson(TypedDict):
    """Why the ladder is where it is (FBK-06)."""

    name: str
    text: str
    since_ms: int
    clears: str


class RespondJson(TypedDict):
    """The last moment to act for what lies ahead, beside the time that an operator takes to."""

    left_s: int | None
    """At the time of the heartbeat; null: she tells none, for she sees nothing ahead or does not know her motion."""
    operator_s: float
    what: str
    """Whom or what she meets, in her words; empty where she tells no time."""
    fallback: str
    """What she would do alone, in her words; empty while there is time, and from an earlier release."""
    barred: str
    """Why that is a stop and not her phase's fallback state; empty where nothing bars it."""


GradeJson: TypeAlias = Literal["good", "amber", "red"] | None
"""How a figure of the link stands, decided ashore with hysteresis; null: the figure is not known."""


class GradesJson(TypedDict):
    """The link's figures as they are coloured; all red while nothing is heard."""

    round_trip: GradeJson
    loss: GradeJson
    age: GradeJson
    """At the time of sending: while nothing comes a console goes on by itself, and never to a better one."""


class BroughtJson(TypedDict):
    """What came here over one of a vessel's ways.

    All is null where what comes tells no way: of an earlier release, or through a bridge that drops it.
    """

    jitter_ms: float | None
    """Mean change of how long her last eleven heartbeats over it took, by monotonic clocks; null too: none came for 10 s."""
    one_way_ms: float | None
    """How long the last one over it took, by both clocks; null too: none came for ten seconds, or a clock must be wrong."""
    loss_pct: float | None
    """Of her last twenty seconds those of which no heartbeat came over it; one that may still come is not among them."""
    age_ms: int | None
    """Since the last heartbeat came over it, at the time of sending."""
    received_bytes_s: float | None
    """Payload of all that came over it in the last ten seconds, no headers; 0: nothing came; null: not measured yet."""
    grades: GradesJson


class WayJson(BroughtJson):
    """One of a vessel's ways to the shore, each over a bearer of its own: what she told of it, and what came over it here."""

    name: str
    """As her configuration calls it, at most 16 characters."""
    is_connected: bool
    """By her own word at the time of the heartbeat, as `round_trip_ms`."""
    round_trip_ms: float | None
    """To the broker and back over this way; null: not measured since it was last connected."""
