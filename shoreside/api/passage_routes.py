"""Routes of a vessel: what was sent to her and which she follows, and a new one held against her before it is signed."""

from __future__ import annotations

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from protocols.link.passage import MARKS_MAX, NAME_MAX, Mark, hash_of
from shoreside.api.problems import Problem
from shoreside.api.shore import TheShore, TheWho, to_base64
from shoreside.api.spans import utc_ms, utc_ms_if
from shoreside.commanding import passages
from shoreside.live import views
from shoreside.store.history import History

router = APIRouter(tags=["routes"])
_SENT = """
SELECT person, state, time, signed FROM order_record
WHERE vessel = %s AND kind = 'route.load' AND signed IS NOT NULL ORDER BY time DESC LIMIT 20
"""
_NOW = """
SELECT boot_id, time, body FROM event
WHERE vessel_id = (SELECT id FROM vessel WHERE slug = %s) AND kind = 'route' ORDER BY time DESC, seq DESC LIMIT 1
"""


class DrawnMark(BaseModel):
    """A waypoint with the leg that leads to it, as it was drawn."""

    model_config = ConfigDict(extra="forbid")
    latitude_deg: Annotated[float, Field(ge=-90.0, le=90.0)]
    longitude_deg: Annotated[float, Field(ge=-180.0, le=180.0)]
    radius_m: Annotated[float, Field(ge=0.0, le=50_000.0)]
    xtd_m: Annotated[float, Field(ge=0.0, le=50_000.0)]
    speed_max_kn: Annotated[float, Field(ge=0.0, le=60.0)] = 0.0


class NewRoute(BaseModel):
    """A route to be looked at: the text of an RTZ file, or marks."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(max_length=NAME_MAX)] = ""
    revision: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1
    rtz: Annotated[str, Field(max_length=passages.RTZ_BYTES_MAX)] | None = None
    marks: Annotated[list[DrawnMark], Field(max_length=MARKS_MAX)] | None = None


@router.get("/vessels/{vessel}/routes")
async def routes(vessel: str, shore: TheShore, who: TheWho) -> dict[str, object]:
    """Return the routes sent to the vessel, the latest first, each once, and what she last said of the one aboard."""
    who.require("read")
    shore.vessel(vessel)
    history = History(shore.readers)
    listed: dict[str, dict[str, object]] = {}
    for person, state, time, signed in await history.all(_SENT, vessel):
        route = passages.sent(signed) if isinstance(signed, bytes) else None
        if route is not None and isinstance(time, datetime):
            listed.setdefault(route.hash, {
                "hash": route.hash, "name": route.passage.id, "revision": route.passage.revision, "person": person,
                "state": state, "utc_ms": utc_ms(time), "route": to_base64(route.encoded),
            })  # fmt: skip
    said = await history.all(_NOW, vessel)
    now = {"boot_id": said[0][0], "utc_ms": utc_ms_if(said[0][1]), "said": said[0][2]} if said else None
    return {"routes": list(listed.values()), "now": now}


@router.post("/vessels/{vessel}/routes/check")
async def check(vessel: str, body: NewRoute, shore: TheShore, who: TheWho) -> dict[str, object]:
    """Return the bytes of a route as the ship would keep it, and every fault; it is sent to nobody and kept nowhere."""
    who.require("order")
    state = shore.vessel(vessel)
    if (body.rtz is None) == (body.marks is None):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "Either rtz or marks is needed.")
    if body.rtz is not None:
        found = passages.of_file(body.rtz.encode(), body.revision, state)
    else:
        found = passages.of_marks(body.name, body.revision, tuple(map(_mark, body.marks or [])), state)
    return {
        "route": to_base64(found.encoded) if found.encoded is not None else None,
        "hash": hash_of(found.encoded) if found.encoded is not None else "",
        "faults": [views.reason_json(reason) for reason in found.faults], "notes": list(found.notes),
    }  # fmt: skip


def _mark(drawn: DrawnMark) -> Mark:
    return Mark(
        name="", latitude_deg=drawn.latitude_deg, longitude_deg=drawn.longitude_deg, radius_m=drawn.radius_m,
        port_xtd_m=drawn.xtd_m, starboard_xtd_m=drawn.xtd_m, is_great_circle=False, speed_max_kn=drawn.speed_max_kn,
        eta_utc_s=0, continues=False,
    )  # fmt: skip
