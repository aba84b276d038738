"""The console's websocket: one feed out, a few kinds of message in, each authorised by itself."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter, WebSocket
from starlette.websockets import WebSocketDisconnect, WebSocketState

from control.preview import Asker
from protocols.console.messages import VERSION, FromShore
from protocols.console.screens import LOOK_LENGTH_MAX
from protocols.errors import ProtocolError
from shoreside.api import problems
from shoreside.api.auth import RIGHTS, Who
from shoreside.api.guard import origin_fault
from shoreside.api.open_consoles import OpenConsole
from shoreside.api.order_routes import pass_order
from shoreside.api.problems import Problem
from shoreside.api.sending import FRAME, OUTLET
from shoreside.api.shore import Shore, from_base64, shore_of
from shoreside.commanding import preview
from shoreside.commanding.offers import OfferError
from shoreside.commanding.seats import may_watch, with_load
from shoreside.live.answering import answer_of
from shoreside.live.feeds import Feed
from shoreside.live.frames import SIZE_MAX_BYTES
from shoreside.live.recording import Screen
from shoreside.plain import as_map
from shoreside.ports import StoreDownError
from shoreside.rates import Rates

router = APIRouter()

SOCKETS_MAX: Final = 200
"""Consoles of one station; each costs about 0.3 MB."""
MESSAGES_PER_S: Final = 40.0
"""A stick at 10 Hz, orders, and heartbeats at 5 Hz for four vessels, and room to spare; more closes the socket."""
GOING_AWAY, POLICY = 1001, 1008
Fields = dict[str, object]


@router.websocket("/console")
async def console(socket: WebSocket) -> None:
    """Serve one console until it leaves, its session ends, or it stops reading."""
    shore = shore_of(socket)
    if socket.headers.get("origin") is not None or "ticket" in socket.query_params:
        fault = origin_fault(socket.headers, shore.config.origins)
        if fault is not None:
            await _refuse(socket, HTTPStatus.FORBIDDEN, fault)
            return
    if not shore.station.role.consoles:
        await _refuse(socket, HTTPStatus.MISDIRECTED_REQUEST, "This process serves no consoles: ask one of role live.")
        return
    known = await _who(socket, shore)
    if known is None:
        await _refuse(socket, HTTPStatus.FORBIDDEN, "No valid ticket, and no token of a program.")
        return
    if shore.station.hub.count >= SOCKETS_MAX:
        await _refuse(socket, HTTPStatus.SERVICE_UNAVAILABLE, f"This station has its {SOCKETS_MAX} consoles.")
        return
    await socket.accept()
    await Console(socket, shore, *known).run()


async def _refuse(socket: WebSocket, status: HTTPStatus, detail: str) -> None:
    """Answer the handshake with a problem: whoever is not let in can read why."""
    await socket.send_denial_response(problems.response(status, detail))


async def _who(socket: WebSocket, shore: Shore) -> tuple[Who, bytes | None] | None:
    ticket = socket.query_params.get("ticket")
    if ticket is None and not socket.headers.get("authorization"):
        return None  # a cookie alone opens no socket: that is what the ticket is for
    try:
        if ticket is not None:
            return await shore.auth.redeem(ticket)
        return await shore.auth.who(socket), None
    except (Problem, StoreDownError):
        return None


class Console:
    """One open socket."""

    def __init__(self, socket: WebSocket, shore: Shore, who: Who, public_key: bytes | None) -> None:
        """Serve `who` over `socket`, whose console has `public_key`, where known."""
        self._socket = socket
        self._shore = shore
        self._who = who
        self._feed = Feed(who.person, who.session)
        self._feed.public_key = public_key
        self._feed.may_order = who.role in RIGHTS["order"]
        self._feed.outlet = socket.scope.get("extensions", {}).get(OUTLET)
        self._name = secrets.token_hex(8)
        """Names this connection in the record of screens."""
        self._open = OpenConsole(who, self._feed)
        self._rates = Rates(MESSAGES_PER_S, int(MESSAGES_PER_S) * 2)
        self._handlers: dict[str, Callable[[Fields], Awaitable[None]]] = {
            "subscribe": self._subscribe, "order": self._order, "heartbeat": self._heartbeat, "direct": self._direct,
            "stop": self._stop, "answer": self._answer, "seat": self._seat, "screen": self._screen,
            "offer": self._offer,
            "preview": self._preview, "ping": self._ping,
        }  # fmt: skip

    async def run(self) -> None:
        """Greet, then send and receive until the end."""
        self._feed.firm(await self._welcome())
        self._shore.station.hub.join(self._feed)
        self._shore.open_consoles.join(self._open)
        self._shore.station.consoles.subscribe(self._feed, None)
        tasks = [
            asyncio.create_task(self._send(), name="console send"),
            asyncio.create_task(self._receive(), name="console receive"),
            asyncio.create_task(self._open.ended(), name="console over"),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._shore.station.hub.leave(self._feed)
            self._shore.open_consoles.leave(self._open)
            self._shore.station.recording.leave(self._name, self._utc_ms())
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        await self._close()
        for result in results:
            if isinstance(result, Exception) and not isinstance(result, WebSocketDisconnect | TimeoutError | OSError):
                raise result

    async def _welcome(self) -> FromShore:
        feed, words = self._feed, self._shore.station.words
        if feed.public_key is None:
            try:
                feed.public_key = await self._shore.people.last_key(self._who.person)
            except StoreDownError:
                feed.public_key = None
        feed.key_state = words.key_state(feed.public_key, asked=True) if feed.public_key is not None else "none"
        return {
            "type": "welcome", "version": VERSION, "server_utc_ms": self._utc_ms(), "person": self._who.person,
            "roles": [self._who.role], "roc": self._who.roc, "key_state": feed.key_state,
            "demo": self._shore.config.demo,
        }  # fmt: skip

    def _utc_ms(self) -> int:
        return self._shore.clock.utc_ns() // 1_000_000

    async def _send(self) -> None:
        while True:
            await self._feed.wait()
            for frame in self._feed.frames(self._utc_ms()):
                if not frame.fits:
                    kind = frame.message["type"]
                    self._problem("Too long to show", f"A message of kind {kind} has {len(frame.text)} bytes.")
                    self._shore.station.hub.too_long_count += 1
                    continue
                self._open.sending_since_s = self._shore.clock.now_s()
                await self._socket.send({"type": "websocket.send", "text": frame.text, FRAME: frame.encoded})
                self._open.sending_since_s = None
            self._feed.caught_up()
            if self._feed.closed_because:
                return

    async def _receive(self) -> None:
        while True:
            text = await self._socket.receive_text()
            if not self._rates.take("in", self._shore.clock.now_s()):
                self._feed.end("too many messages")
                return
            await self._handle(text)

    async def _handle(self, text: str) -> None:
        """Act on one message; a bad one costs itself and is answered with a problem."""
        try:
            message = as_map(json.loads(text)) if len(text) <= SIZE_MAX_BYTES else None
        except (ValueError, RecursionError):
            message = None
        kind = message.get("type") if message is not None else None
        handler = self._handlers.get(kind) if isinstance(kind, str) else None
        if handler is None or message is None:
            self._problem("Not understood", f"A message of kind {str(kind)[:40]!r} is not known here.")
            return
        try:
            await handler(message)
        except Problem as problem:
            self._problem(HTTPStatus(problem.status).phrase, problem.detail)
        except ProtocolError as error:
            self._problem("Not understood", str(error))

    @property
    def _now(self) -> Who:
        """Who asks, as last looked up: a session may have come to rest since the socket was opened."""
        return self._shore.auth.latest(self._who)

    async def _subscribe(self, message: Fields) -> None:
        vessel = message.get("vessel")
        if vessel is not None and not isinstance(vessel, str):
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "vessel is neither text nor null.")
        self._check_views(vessel)
        if not self._shore.station.consoles.subscribe(self._feed, vessel):
            raise Problem(HTTPStatus.NOT_FOUND, f"This station knows no vessel {vessel!r}.")

    def _check_views(self, vessel: str | None) -> None:
        """Raise a 409 Problem where this person has a conn and as many vessels in view as go with it (AUT-10)."""
        station = self._shore.station
        watched = station.hub.views_of(self._who.person, self._feed)
        reason = (
            None
            if vessel is None
            else may_watch(self._who.person, vessel, watched, station.downlink.states, self._shore.config.load.monitors)
        )
        if reason is not None:
            raise Problem(HTTPStatus.CONFLICT, reason.text)

    async def _order(self, message: Fields) -> None:
        vessel = _text(message, "vessel")
        self._shore.vessel(vessel)
        passed = await pass_order(self._shore, self._now, vessel, _signed(message))
        if passed.order_id is None:
            self._problem("Order not readable", "Passed on as it is; the ship refuses it and says why.")

    async def _heartbeat(self, message: Fields) -> None:
        self._now.require("order")
        vessel = _text(message, "vessel")
        reason = await self._shore.station.relay.pass_heartbeat(vessel, _signed(message), self._who.person)
        if reason is not None:  # one a second while it lasts: only the latest waits
            self._feed.slot("heartbeat", {"type": "problem", "title": "Heartbeat not sent", "detail": reason.text})

    async def _direct(self, message: Fields) -> None:
        self._now.require("order")
        reason = await self._shore.station.relay.pass_frame(
            _text(message, "vessel"), _signed(message), self._who.person
        )
        if reason is not None:
            self._feed.slot("direct", {"type": "problem", "title": "Frame not sent", "detail": reason.text})

    async def _stop(self, message: Fields) -> None:
        result = await self._shore.stop.pass_on(_text(message, "vessel"), _signed(message), self._who.person)
        if result != "sent":
            self._problem("Emergency stop NOT sent", f"This way failed: {result}. Use another way.")

    async def _answer(self, message: Fields) -> None:
        self._now.require("order")
        vessel = _text(message, "vessel")
        self._shore.vessel(vessel)
        reason = self._shore.station.downlink.answer_alert(
            vessel, answer_of(message, self._who.person), self._shore.clock.now_s()
        )
        if reason:
            self._problem("Not answered", reason)

    async def _seat(self, message: Fields) -> None:
        """Take a console's word on whether its operator is there; it raises an alert, and moves nothing."""
        self._who.require_role("order")
        state, answers = self._shore.vessel(_text(message, "vessel")), message.get("answers")
        if not isinstance(answers, bool):
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "answers is neither true nor false.")
        if not answers:
            state.seat = (self._who.person, self._shore.clock.now_s())
        elif state.seat is not None and state.seat[0] == self._who.person:
            state.seat = None

    async def _offer(self, message: Fields) -> None:
        """Take a word about an offer of the conn; it moves nothing, for the ship takes signed orders alone."""
        self._now.require("order")
        station, now_s, act = self._shore.station, self._shore.clock.now_s(), _text(message, "act")
        vessel, offers = _text(message, "vessel"), station.offers
        try:
            if act == "offer":
                offers.make(
                    vessel, self._who.person, _text(message, "session"), _text(message, "to"), station.downlink.states,
                    station.consoles.people(), now_s, self._shore.config.load.conns,
                )  # fmt: skip
            elif act == "withdraw":
                offers.withdraw(vessel, self._who.person, now_s)
            elif act in ("accept", "decline"):
                console = _text(message, "console")
                offers.answer(vessel, self._who.person, console, accepts=act == "accept", now_s=now_s)
            else:
                raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "act is none of offer, withdraw, accept and decline.")
        except OfferError as error:
            raise Problem(HTTPStatus.CONFLICT, str(error)) from error
        station.consoles.tell_offers()

    async def _screen(self, message: Fields) -> None:
        """Take a console's word on what it shows, for the replay; it is believed as far as a screen can be."""
        vessel = message.get("vessel")
        names = [_text(message, name) for name in ("console", "session", "view", "palette", "language")]
        vessel = None if vessel is None else _text(message, "vessel")
        look = _text(message, "look") if "look" in message else ""
        if len(look) > LOOK_LENGTH_MAX:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"look is longer than {LOOK_LENGTH_MAX} characters.")
        if not all(name.isprintable() for name in (*names, vessel or "", look)):
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "A name of a screen holds a character that no store keeps.")
        console, session, view, palette, language = names
        self._feed.seat = session
        self._shore.station.recording.show(Screen(
            self._utc_ms(), self._name, self._who.person, console, session, vessel, view, palette, language,
            hidden=message.get("hidden") is True, look=look,
        ))  # fmt: skip

    async def _preview(self, message: Fields) -> None:
        vessel = _text(message, "vessel")
        state = self._shore.vessel(vessel)
        now = preview.Moment(self._shore.clock.now_s(), self._shore.clock.utc_ns())
        asked = preview.Question(
            _text(message, "request_id"), _text(message, "kind"), as_map(message.get("args")) or {},
            Asker(self._who.person, _text(message, "console"), _text(message, "session")),
        )  # fmt: skip
        conns_max, states = self._shore.config.load.conns, self._shore.station.downlink.states
        answer = with_load(preview.answer(state, asked, now), self._who.person, states, conns_max)
        self._feed.slot(f"preview {asked.kind} {answer['subject']}", answer)

    async def _ping(self, message: Fields) -> None:
        del message
        self._shore.station.consoles.greet(self._feed)

    def _problem(self, title: str, detail: str) -> None:
        self._feed.firm({"type": "problem", "title": title, "detail": detail})

    async def _close(self) -> None:
        if self._socket.client_state is WebSocketState.CONNECTED:
            reason = self._feed.closed_because
            try:
                async with asyncio.timeout(1.0):
                    await self._socket.close(POLICY if reason else GOING_AWAY, reason[:100])
            except (TimeoutError, RuntimeError, OSError):
                return  # it is gone already


def _text(message: Fields, name: str) -> str:
    value = message.get(name)
    if not isinstance(value, str) or len(value) > 64:  # noqa: PLR2004 - no id of ours is longer
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{name} is not a text of at most 64 characters.")
    return value


def _signed(message: Fields) -> bytes:
    value = message.get("signed")
    if not isinstance(value, str):
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "signed is missing.")
    return from_base64(value, "signed")
