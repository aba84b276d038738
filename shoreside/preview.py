"""What the ship would say, as far as the shore can know: `unknown` is never `allowed` (control.md, opening)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from protocols.console.messages import PreviewMessage
from protocols.errors import MalformedError
from protocols.link.cbor import Plain
from protocols.link.events import Reason
from protocols.link.orders import check_arguments
from shoreside import views
from shoreside.fleet import VesselState

MIRROR_AGE_MAX_S: Final = 3.5
"""A mirrored heartbeat older than this (step L2 of the ladder) judges nothing."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When the question is asked."""

    now_s: float
    utc_ns: int


@dataclass(frozen=True, slots=True)
class Question:
    """What a console asks."""

    request_id: str
    kind: str
    args: dict[str, object]
    person: str


def answer(state: VesselState, asked: Question, now: Moment) -> PreviewMessage:
    """Return the verdict on an order that has not been given."""
    verdict, reasons = _judge(state, asked, now)
    return {
        "type": "preview", "vessel": state.vessel, "request_id": asked.request_id, "kind": asked.kind,
        "verdict": verdict, "reasons": [views.reason_json(reason) for reason in reasons],
    }  # fmt: skip


def _judge(
    state: VesselState, asked: Question, now: Moment
) -> tuple[Literal["allowed", "refused", "unknown"], list[Reason]]:
    try:
        check_arguments(asked.kind, args_plain(asked.args))
    except MalformedError as error:
        return "refused", [Reason("malformed", "CMD-01", f"{error}.")]
    age_s = None if state.heartbeat_at_s is None else now.now_s - state.heartbeat_at_s
    if age_s is None or age_s > MIRROR_AGE_MAX_S:
        text = "The last word of the ship is too old to judge by."
        return "unknown", [Reason("mirror_old", "INT-02", text, age_s, MIRROR_AGE_MAX_S, "s", age_s)]
    return "unknown", [Reason("not_judged", "", "This station cannot judge orders of this vessel.")]


def args_plain(args: dict[str, object]) -> dict[str, Plain]:
    """Return arguments from JSON as plain values; whatever is no number or text becomes None and is refused."""
    return {name: value if isinstance(value, int | float | str) else None for name, value in args.items()}
