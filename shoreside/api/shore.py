"""What the routes work with, and how they get at it."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated, cast

from fastapi import Depends
from pydantic import AfterValidator
from starlette.requests import HTTPConnection

from protocols.aio.clock import Clock
from protocols.aio.lag import LoopLag
from shoreside.api.auth import Auth, Who
from shoreside.api.open_consoles import OpenConsoles
from shoreside.api.problems import Problem
from shoreside.charts import Charts
from shoreside.commanding.stop import StopRelay
from shoreside.config import ShoreConfig
from shoreside.live.fleet import VesselState
from shoreside.station import Station
from shoreside.store.connection import Readers
from shoreside.store.people import People
from shoreside.store.upkeep import Upkeep


@dataclass(frozen=True, slots=True)
class Shore:
    """Everything one shore program has."""

    config: ShoreConfig
    clock: Clock
    station: Station
    stop: StopRelay
    readers: Readers
    people: People
    auth: Auth
    version: str
    lag: LoopLag
    upkeep: Upkeep | None = None
    """None in a process that keeps nothing."""
    name: str = "farhelm-shore"
    """Of this process, as the broker and the other processes know it."""
    started_s: float = 0.0
    """When it started, by the monotonic clock."""
    open_consoles: OpenConsoles = field(default_factory=OpenConsoles)
    charts: Charts = field(default_factory=Charts)
    """What the consoles' charts are drawn with beside the coastline."""

    def vessel(self, vessel: str) -> VesselState:
        """Return the state of a vessel; raise a 404 Problem when the station knows none of that id."""
        state = self.station.downlink.states.get(vessel)
        if state is None:
            raise Problem(HTTPStatus.NOT_FOUND, f"This station knows no vessel {vessel!r}.")
        return state


def shore_of(connection: HTTPConnection) -> Shore:
    """Return the shore of the application that serves `connection`."""
    return cast("Shore", connection.app.state.shore)


TheShore = Annotated[Shore, Depends(shore_of)]


async def who_of(connection: HTTPConnection) -> Who:
    """Return who sends this request; raise a 401 Problem when nobody we know, 403 for a role that may not even look."""
    who = await shore_of(connection).auth.who(connection)
    who.require("read")
    return who


TheWho = Annotated[Who, Depends(who_of)]


def one_line(text: str) -> str:
    """Return a text that can be printed; raise ValueError for another: no store takes every character, no name needs it."""
    if not text.isprintable():
        raise ValueError("it holds a character that cannot be printed")
    return text


OneLine = Annotated[str, AfterValidator(one_line)]


def from_base64(text: str, what: str) -> bytes:
    """Return the bytes of a base64 text; raise a 422 Problem when it is none."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{what} is not base64.") from error


def to_base64(raw: bytes) -> str:
    """Return bytes as base64 text."""
    return base64.b64encode(raw).decode()
