"""Signed orders, heartbeats and stops on their way to the ship, unchanged."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.responses import JSONResponse, Response

from shoreside.api import problems
from shoreside.api.auth import Who
from shoreside.api.problems import Problem
from shoreside.api.shore import Shore, TheShore, TheWho, from_base64, to_base64
from shoreside.commanding import approvals, orders
from shoreside.commanding.relay import Passed
from shoreside.commanding.stop import Result
from shoreside.live import views

router = APIRouter(tags=["orders"])
stop_router = APIRouter(tags=["stop"])


class Signed(BaseModel):
    """Base64 of a signed envelope."""

    model_config = ConfigDict(extra="forbid")
    signed: Annotated[str, Field(max_length=100_000)]


async def pass_order(shore: Shore, who: Who, vessel: str, signed: bytes) -> Passed:
    """Pass an order on for somebody; raise a 403 Problem for a role or session that may not."""
    who.require("order")
    order = orders.unread(signed)
    is_own = order is None or order.person == who.person or approvals.is_approved(signed)
    if who.kind == "session" and order is not None and not is_own:
        raise Problem(HTTPStatus.FORBIDDEN, f"This session is {who.person}'s; the order is {order.person}'s.")
    return await shore.station.relay.pass_order(vessel, signed, who.person)


@router.post("/vessels/{vessel}/orders", status_code=202)
async def post_order(vessel: str, body: Signed, shore: TheShore, who: TheWho) -> dict[str, object]:
    """Pass a signed order to the ship. 202 says that the shore did its part; `state` says sent, REFUSED or UNKNOWN.

    What the ship makes of it comes as events: `GET /orders/{order_id}` or the console socket. Bytes the shore cannot
    read are passed on all the same (`order_id` null): the ship refuses them and says why.
    """
    shore.vessel(vessel)
    passed = await pass_order(shore, who, vessel, from_base64(body.signed, "signed"))
    return {
        "order_id": passed.order_id, "state": passed.state,
        "reasons": [views.reason_json(reason) for reason in passed.reasons],
    }  # fmt: skip


@router.get("/vessels/{vessel}/approvals")
async def waiting_orders(vessel: str, shore: TheShore, who: TheWho) -> dict[str, object]:
    """Return the critical orders that wait for a second person, with the bytes to be signed (CMD-10).

    Whoever approves puts an approval behind the first signature and posts the whole to `/vessels/{vessel}/orders`.
    """
    who.require("order")
    shore.vessel(vessel)
    now_s = shore.clock.now_s()
    return {"waiting": [
        {
            "order_id": each.order.id, "kind": each.order.kind, "args": orders.args_json(each.order.args),
            "person": each.order.person, "console": each.order.console, "signed": to_base64(each.signed),
            "left_s": round(each.until_s - now_s, 1),
        }
        for each in shore.station.relay.approvals.waiting(vessel)
    ]}  # fmt: skip


@router.post("/vessels/{vessel}/heartbeats", status_code=202)
async def post_heartbeat(vessel: str, body: Signed, shore: TheShore, who: TheWho) -> dict[str, object]:
    """Pass a signed operator heartbeat to the ship; 503 when it was not sent."""
    who.require("order")
    shore.vessel(vessel)
    reason = await shore.station.relay.pass_heartbeat(vessel, from_base64(body.signed, "signed"), who.person)
    if reason is not None:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, reason.text)
    return {"state": "sent"}


_STOP_ANSWERS: dict[Result, tuple[HTTPStatus, str]] = {
    "malformed": (HTTPStatus.BAD_REQUEST, "This is no signed stop for a vessel."),
    "rate": (HTTPStatus.TOO_MANY_REQUESTS, "Too many stops from this address; earlier ones were sent."),
    "no_broker": (HTTPStatus.SERVICE_UNAVAILABLE, "The stop was NOT sent: no connection to the broker."),
}


@stop_router.post("/stop/{vessel}", status_code=202)
async def stop(vessel: str, request: Request, shore: TheShore) -> Response:
    """Pass a signed emergency stop on, as JSON {"signed": base64} or raw. No login: the ship checks the key."""
    raw = await request.body()
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            raw = from_base64(Signed.model_validate_json(raw).signed, "signed")
        except ValidationError as error:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, 'The body is not {"signed": base64}.') from error
    address = request.client.host if request.client is not None else "unknown"
    result = await shore.stop.pass_on(vessel, raw, address)
    if result == "sent":
        return JSONResponse({"state": "sent"}, HTTPStatus.ACCEPTED)
    status, detail = _STOP_ANSWERS[result]
    return problems.response(status, detail)
