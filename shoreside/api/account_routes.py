"""A person's own account: password, authenticator, passkeys, and where they are logged in."""

from __future__ import annotations

import base64
import secrets
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from shoreside import one_time_code, passkeys
from shoreside.api.auth import Who
from shoreside.api.problems import Problem
from shoreside.api.second_factor import CHALLENGE_BYTES, LATE, answered
from shoreside.api.shore import OneLine, Shore, TheShore, TheWho, from_base64, to_base64
from shoreside.passkeys import STATION, PasskeyError
from shoreside.people import PASSWORD_LENGTH_MIN, PUBLISHED
from shoreside.store.accounts import PASSKEYS_MAX

router = APIRouter(prefix="/account", tags=["account"])

Password = Annotated[str, Field(min_length=1, max_length=256)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class NewPassword(_Body):
    """The present password and the new one."""

    password: Password
    new: Password


class Proven(_Body):
    """The present password: who finds a page left open changes nothing."""

    password: Password


class Code(_Body):
    """A code of the new authenticator, and which one is meant."""

    setup: Annotated[str, Field(max_length=64)]
    code: Annotated[str, Field(max_length=16)]


class NewPasskey(_Body):
    """What the browser answered, and how the person calls the device."""

    name: Annotated[OneLine, Field(min_length=1, max_length=64)]
    passkey: dict[str, Any]


def session_of(who: Who) -> bytes:
    """Return the session of who asks; raise a 403 Problem for a program: it has no account."""
    if who.kind != "session":
        raise Problem(HTTPStatus.FORBIDDEN, "An account is changed by its person, not by a program.")
    return who.secret_hash


def _ms(time: datetime) -> int:
    return int(time.astimezone(UTC).timestamp() * 1000)


@router.get("")
async def account(shore: TheShore, who: TheWho) -> dict[str, object]:
    """Return what the account has beside the password, and where its person is logged in."""
    own = session_of(who)
    accounts = shore.people.accounts
    factors, sessions = await accounts.factors(who.person), await accounts.sessions(who.person)
    return {
        "authenticator": factors.totp_secret is not None, "passkeys_max": PASSKEYS_MAX,
        "password_length_min": PASSWORD_LENGTH_MIN,
        "passkeys": [{"id": to_base64(one.credential_id), "name": one.name} for one in factors.passkeys],
        "sessions": [
            {"id": one.token_hash.hex(), "this": one.token_hash == own, "address": one.address, "device": one.device,
             "created_utc_ms": _ms(one.created), "seen_utc_ms": _ms(one.seen)}
            for one in sessions
        ],
    }  # fmt: skip


@router.put("/password", status_code=204)
async def set_password(body: NewPassword, shore: TheShore, who: TheWho) -> None:
    """Change the password and end all other sessions; 422 for one that is too short or the old one."""
    own = session_of(who)
    await shore.auth.prove(who, body.password)
    if len(body.new) < PASSWORD_LENGTH_MIN or body.new in (body.password, who.person, *PUBLISHED):
        detail = f"A new password has at least {PASSWORD_LENGTH_MIN} characters and is another than before."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    await shore.people.accounts.set_password(who.person, await shore.auth.hashed(body.new))
    _gone(shore, await shore.people.accounts.end_sessions(who.person, keep=own))


@router.post("/authenticator")
async def begin_authenticator(body: Proven, shore: TheShore, who: TheWho) -> dict[str, object]:
    """Return a new secret for an app, as text and as a picture; it counts once a code of it is confirmed."""
    session_of(who)
    await shore.auth.prove(who, body.password)
    secret, setup = secrets.token_bytes(one_time_code.SECRET_BYTES), secrets.token_bytes(CHALLENGE_BYTES)
    await shore.people.accounts.save_challenge(who.person, "totp", setup, secret)
    address = one_time_code.address(secret, who.person, STATION)
    return {"setup": to_base64(setup), "secret": one_time_code.readable(secret), "picture": _picture(address)}


@router.put("/authenticator", status_code=204)
async def confirm_authenticator(body: Code, shore: TheShore, who: TheWho) -> None:
    """Take the new authenticator into use by a code of it; 401 for a wrong code, which ends the setting up."""
    own = session_of(who)
    found = await shore.people.accounts.take_challenge(who.person, "totp", from_base64(body.setup, "setup"))
    if found is None or found[0] is None:
        raise Problem(HTTPStatus.CONFLICT, LATE)
    step = await shore.auth.second.step_of(found[0], body.code, 0)
    await shore.people.accounts.set_totp(who.person, found[0], step)
    _gone(shore, await shore.people.accounts.end_sessions(who.person, keep=own))


@router.post("/authenticator/off", status_code=204)
async def drop_authenticator(body: Proven, shore: TheShore, who: TheWho) -> None:
    """Take the authenticator away."""
    session_of(who)
    await shore.auth.prove(who, body.password)
    await shore.people.accounts.set_totp(who.person, None)


@router.post("/passkeys/options")
async def begin_passkey(body: Proven, request: Request, shore: TheShore, who: TheWho) -> dict[str, Any]:
    """Return what the browser needs to make a passkey; 409 where the page has no name to bind it to."""
    session_of(who)
    await shore.auth.prove(who, body.password)
    known = (await shore.people.accounts.factors(who.person)).passkeys
    challenge = secrets.token_bytes(CHALLENGE_BYTES)
    try:
        options = passkeys.options_to_make(who.person, request.headers.get("origin", ""), challenge, known)
    except PasskeyError as error:
        raise Problem(HTTPStatus.CONFLICT, str(error)) from error
    await shore.people.accounts.save_challenge(who.person, "passkey", challenge)
    return options


@router.post("/passkeys", status_code=201)
async def add_passkey(body: NewPasskey, request: Request, shore: TheShore, who: TheWho) -> dict[str, object]:
    """Keep the passkey that the browser made; 409 when it is not believed or there are too many."""
    own = session_of(who)
    accounts = shore.people.accounts
    try:
        challenge = await answered(accounts, who.person, "passkey", body.passkey)
        made = passkeys.made(body.passkey, request.headers.get("origin", ""), challenge, body.name)
    except PasskeyError as error:
        raise Problem(HTTPStatus.CONFLICT, str(error)) from error
    if not await accounts.add_passkey(who.person, made):
        raise Problem(HTTPStatus.CONFLICT, f"An account has at most {PASSKEYS_MAX} passkeys, each once.")
    _gone(shore, await accounts.end_sessions(who.person, keep=own))
    return {"id": to_base64(made.credential_id), "name": made.name}


@router.post("/passkeys/{credential}/off", status_code=204)
async def drop_passkey(credential: str, body: Proven, shore: TheShore, who: TheWho) -> None:
    """Forget a passkey; `credential` is its id in base64 for addresses."""
    session_of(who)
    await shore.auth.prove(who, body.password)
    try:
        identity = base64.urlsafe_b64decode(credential + "=" * (-len(credential) % 4))
    except ValueError as error:
        raise Problem(HTTPStatus.NOT_FOUND, "There is no such passkey.") from error
    if not await shore.people.accounts.drop_passkey(who.person, identity):
        raise Problem(HTTPStatus.NOT_FOUND, "There is no such passkey.")


@router.delete("/sessions/{session}", status_code=204)
async def end_session(session: str, shore: TheShore, who: TheWho) -> None:
    """End one of one's own sessions, and its sockets; `others` ends all but this one."""
    own = session_of(who)
    accounts = shore.people.accounts
    if session == "others":
        _gone(shore, await accounts.end_sessions(who.person, keep=own))
        return
    try:
        ended = await accounts.end_sessions(who.person, only=bytes.fromhex(session))
    except ValueError as error:
        raise Problem(HTTPStatus.NOT_FOUND, "There is no such session.") from error
    if not ended:
        raise Problem(HTTPStatus.NOT_FOUND, "There is no such session.")
    _gone(shore, ended)


def _gone(shore: Shore, sessions: list[bytes]) -> None:
    """Close what ended sessions have open here; other processes see it when they next look."""
    shore.auth.forget(sessions)
    for session in sessions:
        shore.station.hub.end_session(session.hex())


def _picture(address: str) -> str:
    """Return the address as a QR code (ISO/IEC 18004), an SVG as a data address."""
    import segno  # noqa: PLC0415 - used once in the life of an account

    out = BytesIO()
    segno.make(address, error="m").save(out, kind="svg", scale=4, border=4, dark="#000", light="#fff", xmldecl=False)
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()
