"""Console keys, their enrolment, and the Master's words (CMD-12, AUT-07)."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from protocols.errors import MalformedError, SignatureError
from protocols.link.signing import PUBLIC_KEY_BYTES
from shoreside.api.auth import Who
from shoreside.api.problems import Problem
from shoreside.api.shore import OneLine, Shore, TheShore, TheWho, from_base64, to_base64
from shoreside.commanding.roster import SignedWord as SignedMasterWord
from shoreside.ports import StoreDownError, Word
from shoreside.store.administration import Act

router = APIRouter(tags=["keys"])


class KeyRequest(BaseModel):
    """A console's public key that is to be enrolled."""

    model_config = ConfigDict(extra="forbid")
    console: Annotated[OneLine, Field(min_length=1, max_length=64)]
    public_key: Annotated[str, Field(max_length=64)]
    """Base64 of the raw 32 bytes."""


class SignedWord(BaseModel):
    """Base64 of an envelope signed by the Master."""

    model_config = ConfigDict(extra="forbid")
    signed: Annotated[str, Field(max_length=200_000)]


@router.post("/keys", status_code=201)
async def ask_enrolment(body: KeyRequest, shore: TheShore, who: TheWho) -> dict[str, object]:
    """Ask for a console key to be enrolled; the Master decides by signing a new roster. Twice is once."""
    who.require("enrol")
    public_key = from_base64(body.public_key, "public_key")
    if len(public_key) != PUBLIC_KEY_BYTES:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "public_key is not an Ed25519 key of 32 bytes.")
    if not await shore.people.save_key(who.person, body.console, public_key):
        raise Problem(HTTPStatus.CONFLICT, "This key belongs to another person.")
    for feed in shore.station.hub.all():
        if feed.person == who.person and feed.public_key is None:
            feed.public_key = public_key
    shore.station.consoles.tell_keys()
    return {"key_state": shore.station.words.key_state(public_key, asked=True)}


@router.get("/enrolments")
async def enrolments(shore: TheShore, who: TheWho) -> dict[str, object]:
    """Return the keys whose enrolment was asked for, oldest first, with the state of each."""
    who.require("enrolments")
    found = await shore.people.enrolments()
    return {
        "enrolments": [
            {
                "person": one.person, "role": one.role, "roc": one.roc, "console": one.console,
                "public_key": to_base64(one.public_key),
                "requested_utc_ms": int(one.requested.astimezone(UTC).timestamp() * 1000),
                "key_state": shore.station.words.key_state(one.public_key, asked=True),
            }
            for one in found
        ]
    }  # fmt: skip


async def _take(what: Word, body: SignedWord, shore: Shore, who: Who) -> dict[str, object]:
    try:
        word = await shore.station.take_word(what, from_base64(body.signed, "signed"))
    except SignatureError as error:
        raise Problem(HTTPStatus.FORBIDDEN, f"{what}: {error}.") from error
    except MalformedError as error:
        raise Problem(HTTPStatus.CONFLICT, f"{what}: {error}.") from error
    with suppress(StoreDownError):  # the word itself stands in the ledger, whoever brought it
        brought = Act(who.person, who.role, what, word.vessel, f"version {_version(word)}")
        await shore.people.administration.note(brought)
    shore.station.consoles.tell_keys()
    return {"vessel": word.vessel, "version": word.version}


def _version(word: SignedMasterWord) -> int:
    """Return the version that the Master gave the word."""
    return word.grant.version if word.grant is not None else word.version


@router.put("/roster")
async def put_roster(body: SignedWord, shore: TheShore, who: TheWho) -> dict[str, object]:
    """Take a roster signed by the Master's key and have it sent to the ship; 409 unless its version is higher."""
    who.require("roster")
    return await _take("roster", body, shore, who)


@router.put("/grant")
async def put_grant(body: SignedWord, shore: TheShore, who: TheWho) -> dict[str, object]:
    """Take a remote-access grant signed by the Master's key and have it sent to the ship."""
    who.require("roster")
    return await _take("grant", body, shore, who)


@router.get("/roster")
async def get_roster(vessel: Annotated[str, Query()], shore: TheShore, who: TheWho) -> dict[str, object]:
    """Return the latest roster of a vessel and the signed bytes; version 0 and no entries before the first."""
    who.require("read")
    shore.vessel(vessel)
    roster = shore.station.words.roster(vessel)
    signed = shore.station.words.signed(vessel, "roster")
    entries = roster.entries if roster is not None else ()
    return {
        "vessel": vessel, "version": roster.version if roster is not None else 0,
        "signed": to_base64(signed) if signed is not None else None,
        "entries": [
            {
                "person": e.person, "role": e.role, "roc": e.roc, "console": e.console,
                "public_key": to_base64(e.public_key), "rights": list(e.rights),
                "valid_from_utc_ms": e.valid_from_utc_ns // 1_000_000,
                "valid_to_utc_ms": e.valid_to_utc_ns // 1_000_000,
            }
            for e in entries
        ],
    }  # fmt: skip


@router.get("/grant")
async def get_grant(vessel: Annotated[str, Query()], shore: TheShore, who: TheWho) -> dict[str, object]:
    """Return the signed bytes of a vessel's latest grant; null before the first."""
    who.require("read")
    shore.vessel(vessel)
    signed = shore.station.words.signed(vessel, "grant")
    return {"vessel": vessel, "signed": to_base64(signed) if signed is not None else None}
