"""What browsers and programs send to the shore, for the fuzzer: console messages, HTTP bodies, signed words, stops."""

from __future__ import annotations

import base64
import json
import tomllib
from collections.abc import Coroutine
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ValidationError

import control
from control.limits import ControlConfig
from protocols.errors import ProtocolError
from protocols.link import signing, topics
from protocols.link.birth import Birth
from protocols.link.heartbeats import OperatorHeartbeat
from protocols.link.roster import Grant
from shoreside.api.account_routes import Proven
from shoreside.api.auth import Auth, Who
from shoreside.api.key_routes import KeyRequest, SignedWord
from shoreside.api.order_routes import Signed
from shoreside.api.problems import Problem
from shoreside.api.session_routes import Credentials, TicketRequest
from shoreside.api.shore import Shore, from_base64
from shoreside.api.socket import Console
from shoreside.commanding.roster import Words
from shoreside.commanding.stop import StopRelay
from shoreside.config import ShoreConfig
from shoreside.downlink import Downlink
from shoreside.live.feeds import Feed, Hub
from shoreside.station import Station
from shoreside.store.memory import MemoryStore
from telemetry.catalogue import hash_of
from tests.fuzzing import Target
from tests.shore_kit import LIMITS, MASTER, NOON_NS, MemoryPort, SetClock, Ship

_SHIP = Ship()
EXAMPLE = Path(control.__file__).with_name("example.toml")
_BODIES: tuple[type[BaseModel], ...] = (Credentials, Proven, TicketRequest, KeyRequest, SignedWord, Signed)
_GRANT = Grant("kestrel", "g-1", "kim", ("roc-1",), ("conn",), ("setpoint",), NOON_NS, NOON_NS + 1)


class _Flow(SetClock):
    """A clock on which a second passes at each look, so that no bucket of tokens ever runs dry."""

    def now_s(self) -> float:
        """Return the next second."""
        self.s += 1.0
        return self.s


def _finished(work: Coroutine[Any, Any, object]) -> object:
    """Run what waits for nothing to its end; raise RuntimeError where it would wait."""
    try:
        work.send(None)
    except StopIteration as ended:
        return ended.value
    work.close()
    raise RuntimeError("it waits")


@cache
class _Awake:
    """Sessions of which none has come to rest, without a database."""

    @staticmethod
    def latest(who: Who) -> Who:
        return who


def _console() -> Console:
    """Return the console of an operator, on a station that knows a vessel, without a socket."""
    clock, port = _Flow(), MemoryPort()
    station = Station(clock, port, MemoryStore(), (_SHIP.config(),), LIMITS)
    station.downlink.receive(*_SHIP.birth(), 100.0, NOON_NS)
    station.downlink.receive(*_SHIP.heartbeat(1), 100.0, NOON_NS)
    config = ShoreConfig("127.0.0.1", 0, ("http://x",), "", "", "", Path(), None, True, "t", LIMITS, (_SHIP.config(),))
    nobody = cast("Any", None)  # what a message never touches: the database and the people in it
    shore = Shore(
        config, clock, station, StopRelay(clock, MemoryPort()), nobody, nobody, cast("Auth", _Awake()), "t", nobody
    )
    socket = cast("Any", type("Socket", (), {"scope": {}}))
    return Console(socket, shore, Who("ann", "operator", "roc-1", "session", b"s"), None)


def _message(raw: bytes) -> object:
    """Give a console's text to the shore as the socket does, and write out all that it answers."""
    console = _console()
    _finished(console._handle(raw.decode("utf-8", "replace")))
    cast("MemoryPort", console._shore.station.relay._port).sent.clear()
    feed: Feed = console._feed
    return [frame.text for frame in feed.frames(0)]


def _http_body(raw: bytes) -> object:
    """Read a body as each route would; what is no body of any is refused, with a reason that can be written."""
    read: list[object] = []
    for model in _BODIES:
        try:
            body = model.model_validate_json(raw)
        except ValidationError as error:
            json.dumps(error.errors(include_input=False, include_url=False), default=str)
            continue
        for text in (value for value in body.model_dump().values() if isinstance(value, str)):
            try:
                read.append(from_base64(text, "it"))
            except Problem as problem:
                json.dumps(problem.detail)
    return read


def _word(raw: bytes) -> object:
    """Read a roster and a grant as the shore takes them from the Master's program."""
    words = Words({"kestrel": signing.public_bytes(MASTER)})
    for what in ("roster", "grant"):
        try:
            words.take(words.read(what, raw, NOON_NS))
        except ProtocolError:
            continue
    return words.key_state(bytes(32), asked=True)


def _stop(raw: bytes) -> object:
    return _finished(StopRelay(_Flow(), MemoryPort()).pass_on("kestrel", raw, "1.2.3.4"))


def _ships_word(raw: bytes) -> object:
    """Let a station hear a birth and an event of a ship that says anything: as JSON, which a search changes with more luck."""
    try:
        said = json.loads(raw)
        rows, control = said.get("catalogue", _BIRTH.catalogue), said.get("control")
        birth = replace(_BIRTH, catalogue=rows, catalogue_hash=hash_of(rows), control=control).to_bytes()
        topic, event = _SHIP.event(1, str(said.get("kind", "alert")), said.get("body", {}))
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError, ProtocolError):
        return None  # no ship can say it
    downlink = Downlink((_SHIP.config(),), LIMITS, Hub())
    for each in ((_SHIP.topic(topics.BIRTH), birth), (topic, event), _SHIP.batch(1), _SHIP.heartbeat(1)):
        downlink.receive(*each, 100.0, NOON_NS)
    downlink.tick(101.0, NOON_NS)
    for fault in downlink.unforeseen.take_lines():  # at sea it costs the message; here it is what is searched for
        raise RuntimeError(fault["traceback"])
    return downlink.pending.take()


def _json(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def _text(signed: bytes) -> str:
    return base64.b64encode(signed).decode()


_BEAT = OperatorHeartbeat("kestrel", "ann", "c-1", "s-1", 1, 1, "boot-1", 1, 5, present=True, issued_utc_ns=NOON_NS)
_SIGNED_GRANT = signing.sign(signing.Domain.GRANT, _GRANT.to_bytes(), MASTER)
_ASKED: dict[str, object] = {
    "type": "preview", "vessel": "kestrel", "request_id": "r", "kind": "conn.heading", "args": {"heading_deg": 95},
    "console": "c-1", "session": "s-1",
}  # fmt: skip
_SHOWN: dict[str, object] = {
    "type": "screen", "console": "c-1", "session": "s-1", "vessel": "kestrel", "view": "conning", "palette": "night",
    "language": "ko", "hidden": False,
}  # fmt: skip
_BIRTH = Birth.from_bytes(_SHIP.birth()[1])
_ROWS = cast("list[Any]", _BIRTH.catalogue)[:3]
_CONTROL = ControlConfig.from_mapping("kestrel", tomllib.loads(EXAMPLE.read_text("utf-8"))["control"]).to_plain()
SHORE_TARGETS: dict[str, Target] = {
    "console message": Target(_message, (), [
        _json(type="subscribe", vessel="kestrel"), _json(type="subscribe", vessel=None), _json(type="ping"),
        _json(type="order", vessel="kestrel", signed=_text(_SHIP.order())),
        _json(type="heartbeat", vessel="kestrel", signed=_text(_BEAT.to_bytes())),
        _json(type="stop", vessel="kestrel", signed=_text(_SHIP.order())), _json(**_ASKED), _json(**_SHOWN),
        _json(type="offer", vessel="kestrel", act="offer", to="bob", console="c-1", session="s-1"),
    ]),
    "http body": Target(_http_body, (), [
        _json(person="ann", password="correct horse"), _json(public_key=_text(bytes(32))),
        _json(console="c-1", public_key=_text(bytes(32))), _json(signed=_text(_SHIP.order())),
    ]),
    "master's word": Target(_word, (), [_SHIP.roster(1, bytes(32)), _SIGNED_GRANT]),
    "signed stop": Target(_stop, (), [_SHIP.order()]),
    "ship's word": Target(_ships_word, (), [
        _json(catalogue=_ROWS), _json(control=_CONTROL), _json(control={"phase": "coastal", "phases": []}),
        _json(kind="alert", body={"alert_id": "x", "state": "normal", "priority": "alarm", "category": "B", "text": "t"}),
        _json(kind="dropped", body={"epoch": 1, "first": 1, "last": 2, "reason": "r", "class": "ais"}),
    ]),
}  # fmt: skip
"""{name: parser}; none may raise anything at all."""
