"""What the ship would say, as far as the shore can know: `unknown` is never `allowed` (control.md, opening)."""

from __future__ import annotations

from dataclasses import dataclass

from control.preview import Asker, Mirror, Preview, preview
from control.situation import Fact, Situation
from protocols.console.messages import PreviewMessage
from protocols.errors import MalformedError
from protocols.link.cbor import Plain
from protocols.link.events import Reason
from protocols.link.orders import check_arguments
from protocols.reading import Quality
from shoreside.live import views
from shoreside.live.fleet import VesselState


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
    asker: Asker


def answer(state: VesselState, asked: Question, now: Moment) -> PreviewMessage:
    """Return the verdict on an order that has not been given."""
    found = _judge(state, asked, now)
    return {
        "type": "preview", "vessel": state.vessel, "request_id": asked.request_id, "kind": asked.kind,
        "verdict": found.verdict, "reasons": [views.reason_json(reason) for reason in found.reasons],
    }  # fmt: skip


def _judge(state: VesselState, asked: Question, now: Moment) -> Preview:
    args = args_plain(asked.args)
    if state.control is None:
        try:
            check_arguments(asked.kind, args)
        except MalformedError as error:
            return Preview("refused", (Reason("malformed", "CMD-01", f"{error}."),))
        text = "This station does not know the ship's limits; only she can say."
        return Preview("unknown", (Reason("limits_unknown", "", text),))
    age_s = now.now_s - state.heartbeat_at_s if state.heartbeat_at_s is not None else 0.0
    mirror = Mirror(state.heartbeat, age_s, situation(state, now.utc_ns), state.control)
    return preview(asked.kind, args, asked.asker, mirror)


def situation(state: VesselState, utc_ns: int) -> Situation:
    """Return the mirrored facts, their ages by the ship's own clock: the shore's, corrected by the measured skew."""
    ship_utc_ns = utc_ns + int((state.clock_skew_s or 0.0) * 1e9)
    facts = {
        short_id: Fact(value, Quality(quality), max(0.0, ship_utc_ns / 1e9 - utc_ms / 1e3))
        for short_id, value, quality, utc_ms in state.latest.values()
    }
    trusted = state.heartbeat is not None and state.heartbeat.utc_trusted
    return Situation(facts, ship_utc_ns, trusted)


def args_plain(args: dict[str, object]) -> dict[str, Plain]:
    """Return arguments from JSON as plain values; whatever is no number or text becomes None and is refused."""
    return {name: value if isinstance(value, int | float | str) else None for name, value in args.items()}
