"""What an administrator sees of people, ships and station, and the one thing he may do: end a session.

Nothing here moves a ship, and nothing is let through that would: who has a conn keeps his sessions (AUT-05).
"""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus

from fastapi import APIRouter

from protocols.link.roster import Grant, Roster
from shoreside.api.auth import Who
from shoreside.api.problems import Problem
from shoreside.api.processes import told
from shoreside.api.shore import Shore, TheShore, TheWho, to_base64
from shoreside.api.spans import utc_ms_if
from shoreside.live import views
from shoreside.live.fleet import VesselState
from shoreside.store.accounts import Session
from shoreside.store.administration import Act, Known
from shoreside.store.connection import Row
from shoreside.store.people import Enrolment

router = APIRouter(prefix="/admin", tags=["admin"])
_NS_PER_MS = 1_000_000


@router.get("/people")
async def people(shore: TheShore, who: TheWho) -> dict[str, object]:
    """Return everybody with role, ways in, console keys, open sessions and consoles; no secret is told."""
    who.require("admin")
    kept = shore.people.administration
    known, sessions, keys = await kept.people(), await kept.sessions(), await shore.people.enrolments()
    return {"people": [
        _person(shore, who, one, sessions.get(one.name, []), [key for key in keys if key.person == one.name])
        for one in known
    ]}  # fmt: skip


@router.delete("/people/{person}/sessions/{session}", status_code=204)
async def end_session(person: str, session: str, shore: TheShore, who: TheWho) -> None:
    """End one session of a person, or `all`; 409 while he has a conn, which would then lapse under way."""
    who.require("admin")
    held = _held(shore, person)
    if held:
        detail = f"{person} has control of {', '.join(held)}: it is handed over, released or taken over first."
        raise Problem(HTTPStatus.CONFLICT, detail)
    try:
        only = None if session == "all" else bytes.fromhex(session)
    except ValueError as error:
        raise Problem(HTTPStatus.NOT_FOUND, "There is no such session.") from error
    ended = await shore.people.administration.end_sessions(Act(who.person, who.role, "sessions", person), only)
    if not ended:
        raise Problem(HTTPStatus.NOT_FOUND, "There is no such session.")
    shore.auth.forget(ended)
    for each in ended:
        shore.station.hub.end_session(each.hex())


@router.get("/vessels")
async def vessels(shore: TheShore, who: TheWho) -> dict[str, object]:
    """Return each vessel's functions, catalogue, areas and limits, and the Master's words as ashore and as she told them last."""
    who.require("admin")
    kept = shore.people.administration
    aboard, lost = await kept.words_aboard(), await kept.lost_aboard()
    return {"vessels": [
        {**_vessel(shore, state), "roster": _roster(shore, state, aboard), "grant": _grant(shore, state, aboard),
         "lost": _lost(lost.get(state.vessel))}
        for state in shore.station.downlink.states.values()
    ]}  # fmt: skip


@router.get("/station")
async def station(shore: TheShore, who: TheWho) -> dict[str, object]:
    """Return the station's processes with what each lost or refused, and what was done about people's access."""
    who.require("admin")
    kept = shore.people.administration
    await kept.report(told(shore))
    return {
        "this": shore.name,
        "processes": [
            {"name": one.name, "role": one.role, "version": one.version, "started_utc_ms": utc_ms_if(one.started),
             "age_s": round(age_s, 1), "faults": one.faults, "figures": one.figures}
            for one, age_s in await kept.processes()
        ],
        "acts": [
            {"utc_ms": utc_ms_if(time), "person": act.person, "role": act.role, "what": act.what, "whom": act.whom,
             "detail": act.detail}
            for time, act in await kept.acts()
        ],
    }  # fmt: skip


def _person(shore: Shore, who: Who, one: Known, sessions: list[Session], keys: list[Enrolment]) -> dict[str, object]:
    words = shore.station.words
    return {
        "person": one.name, "role": one.role, "roc": one.roc, "active": one.active, "has_password": one.has_password,
        "password_is_own": one.password_is_own, "authenticator": one.authenticator, "passkeys": one.passkeys,
        "programs": list(one.tokens), "held": _held(shore, one.name),
        "consoles": sum(feed.person == one.name for feed in shore.station.hub.all()),
        "keys": [
            {"console": key.console, "public_key": to_base64(key.public_key), "requested_utc_ms": utc_ms_if(key.requested),
             "key_state": words.key_state(key.public_key, asked=True)}
            for key in keys
        ],
        "sessions": [
            {"id": each.token_hash.hex(), "this": each.token_hash == who.secret_hash, "address": each.address,
             "device": each.device, "created_utc_ms": utc_ms_if(each.created), "seen_utc_ms": utc_ms_if(each.seen)}
            for each in sessions
        ],
    }  # fmt: skip


def _held(shore: Shore, person: str) -> list[str]:
    """Return the vessels of which a person has any function group; one that is silent counts, for nobody took it."""
    return [
        state.vessel
        for state in shore.station.downlink.states.values()
        if state.heartbeat is not None
        and any(
            held is not None and (held.station, held.person) == ("remote", person)
            for held in (state.heartbeat.authority, state.heartbeat.engineering)
        )
    ]


def _vessel(shore: Shore, state: VesselState) -> dict[str, object]:
    described = views.vessel_message(state)
    heard_s = None if state.heartbeat_at_s is None else shore.clock.now_s() - state.heartbeat_at_s
    return {
        "vessel": state.vessel, "name": described["name"] if described else state.vessel,
        "catalogue_hash": described["catalogue_hash"] if described else None, "channels": len(state.channels),
        "heard_s": None if heard_s is None else round(heard_s, 1),
        "functions": described["functions"] if described else [],
        "areas": [{"kind": area["kind"], "name": area["name"]} for area in described["areas"]] if described else [],
        "limits": described["limits"] if described else {}, "forged": state.forged_count, "misnamed": state.misnamed_count,
        "unforeseen": shore.station.downlink.unforeseen.counts[state.vessel],
    }  # fmt: skip


def _roster(shore: Shore, state: VesselState, aboard: dict[tuple[str, str], Row]) -> dict[str, object]:
    held: Roster | None = shore.station.words.roster(state.vessel)
    beat = state.heartbeat
    return {
        "ashore": held.version if held is not None else None, "keys": len(held.entries) if held is not None else 0,
        "aboard": beat.roster_version if beat is not None else None, "told": _told(aboard.get((state.vessel, "roster"))),
    }  # fmt: skip


def _grant(shore: Shore, state: VesselState, aboard: dict[tuple[str, str], Row]) -> dict[str, object]:
    held: Grant | None = shore.station.words.grant(state.vessel)
    ashore = None if held is None else {
        "version": held.version, "master": held.master, "rocs": list(held.rocs), "groups": list(held.groups),
        "levels": list(held.levels), "from_utc_ms": held.valid_from_utc_ns // _NS_PER_MS,
        "to_utc_ms": held.valid_to_utc_ns // _NS_PER_MS,
    }  # fmt: skip
    return {"ashore": ashore, "told": _told(aboard.get((state.vessel, "grant")))}


def _told(row: Row | None) -> dict[str, object] | None:
    """Return the ship's last word on a roster or grant: taken, refused or revoked; None where she has told none."""
    if row is None:
        return None
    version, result, detail, time = row
    return {"version": version, "result": result, "detail": detail or "", "utc_ms": utc_ms_if(time)}


def _lost(found: tuple[int, datetime] | None) -> dict[str, object]:
    count, last = found if found is not None else (0, None)
    return {"count": count, "last_utc_ms": utc_ms_if(last)}
