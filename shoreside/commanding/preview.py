"""What the ship would say, as far as the shore can know: `unknown` is never `allowed` (control.md, opening)."""

from __future__ import annotations

import base64
import itertools
from dataclasses import dataclass
from typing import Final

from control.collision import Passing
from control.geometry import Plane
from control.preview import Asker, Mirror, Preview, context_of, preview
from control.situation import Fact, Situation
from control.surroundings import Surroundings, Target, Targets, named
from control.trial import Mark, trial
from protocols.console.messages import PreviewMessage
from protocols.console.navigation import PassingJson, TrialJson
from protocols.console.traffic import TargetJson
from protocols.errors import MalformedError
from protocols.link.cbor import Plain
from protocols.link.events import Reason
from protocols.link.orders import check_arguments
from protocols.reading import Quality
from shoreside.commanding.water import with_chart
from shoreside.live import views
from shoreside.live.fleet import VesselState
from telemetry.ghosts import DOUBT_WORDS

SUBJECT_LENGTH_MAX: Final = 64
"""As long as a machine's name may be."""


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
    message: PreviewMessage = {
        "type": "preview", "vessel": state.vessel, "request_id": asked.request_id, "kind": asked.kind,
        "subject": subject_of(asked.args), "verdict": found.verdict,
        "reasons": [views.reason_json(reason) for reason in found.reasons],
    }  # fmt: skip
    tried = _try(state, asked, now)
    if tried is not None:
        message["trial"] = tried
    return message


SUBJECTS: Final = ("machine", "phase", "exercise")
"""Arguments that say which of several an order of one kind is for."""


def subject_of(args: dict[str, object]) -> str:
    """Return which machine, phase or exercise is asked about; empty where the kind is for one thing only."""
    return next((str(args[name])[:SUBJECT_LENGTH_MAX] for name in SUBJECTS if name in args), "")


def _try(state: VesselState, asked: Question, now: Moment) -> TrialJson | None:
    """Return the trial manoeuvre of an order; None where there is none to show."""
    mirror, args = _mirror(state, now), args_plain(asked.args)
    try:
        check_arguments(asked.kind, args)
    except MalformedError:
        return None
    context = context_of(asked.kind, args, mirror) if mirror is not None else None
    tried = trial(context) if context is not None else None
    if tried is None:
        return None
    return {
        "track": [(mark.longitude_deg, mark.latitude_deg, mark.in_s) for mark in tried.track],
        "passings": [_passing_json(passing, tried.track) for passing in tried.passings],
    }


def _passing_json(passing: Passing, track: tuple[Mark, ...]) -> PassingJson:
    target = passing.target
    east_mps, north_mps = target.velocity_mps
    run_s = passing.age_s + passing.tcpa_s
    other_at = Plane(target.latitude_deg, target.longitude_deg).position(east_mps * run_s, north_mps * run_s)
    return {
        "name": target.name, "source": target.source, "cpa_m": round(passing.cpa_m, 1),
        "tcpa_s": round(passing.tcpa_s, 1), "age_s": round(passing.age_s, 1), "encounter": passing.encounter,
        "is_within_limits": passing.is_within_limits, "doubt": target.doubt, "own_at": _at(track, passing.tcpa_s),
        "other_at": other_at,
    }  # fmt: skip


def _at(track: tuple[Mark, ...], in_s: float) -> tuple[float, float]:
    """Return (longitude_deg, latitude_deg) on a track at a time, its end where that is later; the legs are straight."""
    for here, there in itertools.pairwise(track):
        if in_s <= there.in_s:
            share = (in_s - here.in_s) / (there.in_s - here.in_s) if there.in_s > here.in_s else 0.0
            return (
                here.longitude_deg + share * (there.longitude_deg - here.longitude_deg),
                here.latitude_deg + share * (there.latitude_deg - here.latitude_deg),
            )
    return track[-1].longitude_deg, track[-1].latitude_deg


def _judge(state: VesselState, asked: Question, now: Moment) -> Preview:
    args = args_plain(asked.args)
    try:
        check_arguments(asked.kind, args)
    except MalformedError as error:
        return Preview("refused", (Reason("malformed", "CMD-01", f"{error}."),))
    mirror = _mirror(state, now)
    if mirror is None:
        text = "This station does not know the ship's limits; only she can say."
        return Preview("unknown", (Reason("limits_unknown", "", text),))
    return preview(asked.kind, args, asked.asker, mirror)


def _mirror(state: VesselState, now: Moment) -> Mirror | None:
    """Return what the shore knows of the ship; None where it does not know her limits."""
    limits = with_chart(state)
    if limits is None:
        return None
    age_s = now.now_s - state.heartbeat_at_s if state.heartbeat_at_s is not None else 0.0
    return Mirror(state.heartbeat, age_s, situation(state, now.utc_ns), limits[0], state.routes, limits[1])


def situation(state: VesselState, utc_ns: int) -> Situation:
    """Return the mirrored facts, their ages by the ship's own clock: the shore's, corrected by the measured skew."""
    ship_utc_ns = utc_ns + int((state.clock_skew_s or 0.0) * 1e9)
    facts = {
        short_id: Fact(value, Quality(quality), max(0.0, ship_utc_ns / 1e9 - utc_ms / 1e3))
        for short_id, value, quality, utc_ms in state.latest.values()
    }
    trusted = state.heartbeat is not None and state.heartbeat.utc_trusted
    return Situation(facts, ship_utc_ns, trusted, surroundings(state, ship_utc_ns))


def surroundings(state: VesselState, ship_utc_ns: int) -> Surroundings:
    """Return the mirrored targets, their ages by the ship's own clock; the youngest tells whether anybody listens aboard."""
    made = [_target(target, max(0.0, ship_utc_ns / 1e9 - target["utc_ms"] / 1e3)) for target in state.targets.values()]
    return Surroundings(Targets(made), min((target.age_s for target in made), default=None))


def _target(target: TargetJson, age_s: float) -> Target:
    doubt, track = target["doubt"] or "", target["track"]
    return Target(
        named(target["name"], track or f"{target['mmsi']:09d}"), "radar" if track else "ais", target["latitude_deg"],
        target["longitude_deg"], target["sog_kn"], target["cog_deg"], target["heading_deg"], age_s,
        DOUBT_WORDS.get(doubt, doubt),
    )  # fmt: skip


def args_plain(args: dict[str, object]) -> dict[str, Plain]:
    """Return arguments from JSON as plain values; whatever is no number or text becomes None and is refused."""
    plain: dict[str, Plain] = {
        name: value if isinstance(value, int | float | str) else None for name, value in args.items()
    }
    if isinstance(route := plain.get("route"), str):
        plain["route"] = _bytes(route)
    return plain


def _bytes(text: str) -> bytes | None:
    """Return the bytes of a route as JSON carries them, in base64; None where it is none."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None
