"""Logging in and out, and tickets for the socket."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from protocols.link.signing import PUBLIC_KEY_BYTES
from shoreside.api.account_routes import Password, Proven
from shoreside.api.auth import TICKET_LIFE_S, Who, cookie_header
from shoreside.api.problems import Problem
from shoreside.api.second_factor import Proof
from shoreside.api.shore import OneLine, TheShore, TheWho, from_base64

DEVICE_MAX: Final = 200
"""Characters kept of what a browser says it is."""
router = APIRouter(tags=["session"])


class Credentials(BaseModel):
    """Name and password."""

    model_config = ConfigDict(extra="forbid")
    person: Annotated[OneLine, Field(min_length=1, max_length=64)]
    password: Password
    code: Annotated[str, Field(max_length=16)] | None = None
    """Of an authenticator, where the account has one."""
    passkey: dict[str, Any] | None = None
    """The browser's answer to the challenge of the problem second-factor-needed."""


class TicketRequest(BaseModel):
    """Optional: the console's public key (base64), so that the socket can tell its state."""

    model_config = ConfigDict(extra="forbid")
    public_key: Annotated[str, Field(max_length=64)] | None = None


def _me(who: Who, *, demo: bool) -> dict[str, object]:
    return {
        "person": who.person, "role": who.role, "roles": [who.role], "roc": who.roc, "demo": demo,
        "view_only": who.is_view_only,
    }  # fmt: skip


@router.post("/login")
async def login(credentials: Credentials, request: Request, response: Response, shore: TheShore) -> dict[str, object]:
    """Open a session; 401 for a wrong name or password or where a second factor is needed, 429 after five tries a minute."""
    address = request.client.host if request.client is not None else "unknown"
    proof = Proof(credentials.code, credentials.passkey, request.headers.get("origin", ""))
    device = request.headers.get("user-agent", "")[:DEVICE_MAX]
    who, token = await shore.auth.login(credentials.person, credentials.password, proof, address, device)
    response.headers.append("set-cookie", cookie_header(shore.auth, token))
    return _me(who, demo=shore.config.demo)


@router.post("/logout", status_code=204)
async def logout(response: Response, shore: TheShore, who: TheWho) -> None:
    """End the session and close its sockets."""
    await shore.auth.logout(who)
    shore.station.hub.end_session(who.session)
    response.headers.append("set-cookie", cookie_header(shore.auth, "", end=True))


@router.get("/me")
async def me(shore: TheShore, who: TheWho) -> dict[str, object]:
    """Return who is logged in."""
    return _me(who, demo=shore.config.demo)


@router.post("/rest", status_code=204)
async def rest(shore: TheShore, who: TheWho) -> None:
    """Let this session only look: its console says so when nobody has acted at it for 15 min. The emergency stop stays."""
    await shore.auth.rest(who)


@router.post("/wake", status_code=204)
async def wake(body: Proven, shore: TheShore, who: TheWho) -> None:
    """Let a session that only looks act again; 403 for a wrong password, 429 after five tries in a minute."""
    await shore.auth.wake(who, body.password)


@router.post("/ticket")
async def ticket(shore: TheShore, who: TheWho, body: TicketRequest | None = None) -> dict[str, object]:
    """Return a ticket that opens one console socket within 30 s."""
    public_key = from_base64(body.public_key, "public_key") if body is not None and body.public_key else None
    if public_key is not None and len(public_key) != PUBLIC_KEY_BYTES:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "public_key is not an Ed25519 key of 32 bytes.")
    return {"ticket": await shore.auth.ticket(who, public_key), "expires_in_s": TICKET_LIFE_S}
