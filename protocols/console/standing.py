"""Parts of a vessel's status: why her ladder stands where it does, how long there is to act, and her ways to the shore."""

from __future__ import annotations

from typing import TypedDict


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


class WayJson(TypedDict):
    """One of a vessel's ways to the shore, each over a bearer of its own, as she told at the time of the heartbeat."""

    name: str
    """As her configuration calls it, at most 16 characters."""
    is_connected: bool
    round_trip_ms: float | None
    """To the broker and back over this way; null: not measured since it was last connected."""
