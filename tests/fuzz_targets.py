"""The parsers that are fuzzed, and good inputs of each to begin with. A new parser is a new row."""

from __future__ import annotations

import tomllib
from pathlib import Path

import control
from control.limits import ConfigError
from protocols.errors import MalformedError, ProtocolError
from protocols.link import cbor
from protocols.link.acks import BatchAck, EventAck
from protocols.link.birth import Birth
from protocols.link.compact import opened
from protocols.link.events import Event
from protocols.link.heartbeats import OperatorHeartbeat, VesselHeartbeat
from protocols.link.orders import Order
from protocols.link.roster import Grant, Roster
from protocols.link.signing import open_envelope
from protocols.link.stop import StopRequest
from protocols.modbus import pdu
from protocols.modbus.exchange import Exchange
from protocols.modbus.frames import Frames, RtuFrames, TcpFrames
from protocols.modbus.ranges import ReadRange
from protocols.modbus.register_map import RegisterMap
from shipside import agent
from shipside import config as ship
from shoreside import config as shore
from simulators import register_map
from tests.bit_fuzz_targets import BIT_TARGETS
from tests.fuzzing import Target
from tests.listening_fuzz_targets import LISTENING_TARGETS
from tests.nmea_fuzz_targets import NMEA_TARGETS
from tests.shore_fuzz_targets import SHORE_TARGETS
from tests.shore_kit import NOON_NS, ULID, Ship

EXAMPLES = Path(agent.__file__).with_name("examples")
SHORE_EXAMPLE = Path(shore.__file__).with_name("examples") / "shore.toml"
_SHIP = Ship()


def _body(envelope: bytes) -> bytes:
    """Return the signed bytes of an envelope."""
    return open_envelope(envelope).body


def _agent_config(raw: bytes) -> object:
    return ship.from_mapping(tomllib.loads(raw.decode()), EXAMPLES, {})


def _shore_config(raw: bytes) -> object:
    return shore.parse(raw.decode(), {}, EXAMPLES)


def _register_map(raw: bytes) -> object:
    return RegisterMap.from_mapping(tomllib.loads(raw.decode()))


def _modbus(frames: Frames, raw: bytes) -> object:
    """Ask for what the map wants, take `raw` in pieces for the answer, and decode it as the agent does."""
    exchange, wanted = Exchange(frames), ReadRange("input", 0, 8)
    request = pdu.read_request(wanted.table, wanted.address, wanted.count)
    exchange.ask(1, request)
    found = None
    for start in range(0, len(raw), _PIECE):
        found = exchange.receive(raw[start : start + _PIECE]) or found
    if found is None:
        return None
    return _UNIT.readings(wanted, pdu.values_in(wanted.table, wanted.count, pdu.checked(request, found)))


def _planted(raw: bytes) -> object:
    """A parser with a fault that only a search finds: two bytes in a row that it does not expect."""
    return {}[raw] if raw[:1] == b"F" and raw[1:2] == b"H" else len(raw)


_TOML_ERRORS = (tomllib.TOMLDecodeError, UnicodeDecodeError, ConfigError, MalformedError)
_BEAT = OperatorHeartbeat("kestrel", "ann", "c-1", "s-1", 1, 1, "boot-1", 1, 5, present=True, issued_utc_ns=NOON_NS)
_GRANT = Grant("kestrel", "g-1", "kim", ("roc-1",), ("conn",), ("setpoint",), NOON_NS, NOON_NS + 1)

_PIECE = 7
_UNIT = RegisterMap.from_mapping({"register": [
    {"name": coding, "table": "input", "address": address, "coding": coding, "channel": coding, **more}
    for address, coding, more in (
        (0, "u16", {"states": {"1": "on"}}), (1, "s32", {"not_available": [-1]}), (3, "f32", {"low": 0, "high": 1}),
        (5, "string", {"length": 2}), (7, "bit", {"bit": 3}),
    )
]})  # fmt: skip
_WORDS = b"\x04\x10" + bytes(range(16))
TARGETS: dict[str, Target] = {
    "cbor": Target(cbor.decode, (ProtocolError,), [cbor.encode({"a": [1, -2.5, "x", b"y", None, True]})]),
    "envelope": Target(open_envelope, (ProtocolError,), [_SHIP.order(), _SHIP.roster(1, bytes(32))]),
    "order": Target(Order.from_bytes, (ProtocolError,), [_body(_SHIP.order())]),
    "stop": Target(StopRequest.from_bytes, (ProtocolError,), [StopRequest("kestrel", "ann", "c-1", ULID, NOON_NS).to_bytes()]),
    "operator heartbeat": Target(OperatorHeartbeat.from_bytes, (ProtocolError,), [_BEAT.to_bytes()]),
    "vessel heartbeat": Target(VesselHeartbeat.from_bytes, (ProtocolError,), [opened(_body(_SHIP.heartbeat(1)[1]))]),
    "compact heartbeat": Target(VesselHeartbeat.from_bytes, (ProtocolError,), [_body(_SHIP.heartbeat(1)[1])]),
    "event": Target(Event.from_bytes, (ProtocolError,), [_body(_SHIP.order_event(1, "accepted")[1])]),
    "roster": Target(Roster.from_bytes, (ProtocolError,), [_body(_SHIP.roster(1, bytes(32)))]),
    "grant": Target(Grant.from_bytes, (ProtocolError,), [_GRANT.to_bytes()]),
    "birth": Target(Birth.from_bytes, (ProtocolError,), [_SHIP.birth()[1]]),
    "batch ack": Target(BatchAck.from_bytes, (ProtocolError,), [BatchAck(1, 5, (7, 9)).to_bytes()]),
    "event ack": Target(EventAck.from_bytes, (ProtocolError,), [EventAck("boot-1", 5).to_bytes()]),
    "agent configuration": Target(
        _agent_config, _TOML_ERRORS,
        [(EXAMPLES / name).read_bytes() for name in ("minimal.toml", "coaster.toml")]
        + [Path(control.__file__).with_name("example.toml").read_bytes()],
    ),
    "shore configuration": Target(_shore_config, (*_TOML_ERRORS, shore.ConfigError), [SHORE_EXAMPLE.read_bytes()]),
    "modbus tcp": Target(
        lambda raw: _modbus(TcpFrames(), raw), (ProtocolError,),
        [TcpFrames().frame(1, 1, _WORDS), TcpFrames().frame(1, 1, b"\x84\x02"), TcpFrames().frame(9, 1, _WORDS)],
    ),
    "modbus rtu": Target(
        lambda raw: _modbus(RtuFrames(), raw), (ProtocolError,),
        [RtuFrames().frame(0, 1, _WORDS), b"\xff" + RtuFrames().frame(0, 1, b"\x84\x02"), RtuFrames().frame(0, 2, _WORDS)],
    ),
    "register map": Target(_register_map, _TOML_ERRORS, [(register_map.FOLDER / "otter.toml").read_bytes()]),
    **NMEA_TARGETS,
    **LISTENING_TARGETS,
    **BIT_TARGETS,
    **SHORE_TARGETS,
}  # fmt: skip
"""{name: parser}"""

PLANTED = {"planted fault": Target(_planted, (ProtocolError,), [b"A"])}
"""What the search must find, or it finds nothing: never part of TARGETS."""
