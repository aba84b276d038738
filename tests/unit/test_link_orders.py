"""Orders, heartbeats, events, roster, acks: every message survives the water, and nothing else passes."""

from __future__ import annotations

import dataclasses
import math

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocols.errors import MalformedError, SignatureError
from protocols.link import cbor, signing, topics
from protocols.link.acks import BatchAck, EventAck
from protocols.link.birth import Birth
from protocols.link.compact import opened
from protocols.link.events import Event, Reason
from protocols.link.heartbeats import (
    ActiveReason,
    AuthorityState,
    OperatorHeartbeat,
    RemoteAccess,
    VesselHeartbeat,
    Way,
)
from protocols.link.orders import ORDER_KINDS, Order, check_arguments
from protocols.link.roster import Grant, Roster, RosterEntry
from protocols.link.stop import StopRequest

ULID = "01JD8Z6T5Y9K3B7M2N4P6Q8R0S"
HEADING = Order(
    ULID, "kestrel", "conn", "conn.heading", {"heading_deg": 95}, "ann", "console-1", "session-1", 7, 1, "boot-1",
    123_456, 1_790_000_000_000_000_000,
)  # fmt: skip
NOBODY = AuthorityState("none", "", "", "", "", "", "", 0, None, "held", "", "", "", None)
EXAMPLES = [
    HEADING,
    OperatorHeartbeat("kestrel", "ann", "console-1", "session-1", 7, 3, "boot-1", 12, 40, True, 5),
    VesselHeartbeat(
        "kestrel", "boot-1", 1, 2, 3, True, "L2", (ActiveReason("silent", "No heartbeat.", 1, "ten seconds"),), "L3",
        6.5, NOBODY, False, "", 0, 0, 81.5, 0.0, {"heading_deg": 95.0}, "coastal", 1, ("link",), "hold",
    ),
    Event("kestrel", "boot-1", 1, 2, 3, "ladder", {"from": "L0", "to": "L2"}),
    Roster("kestrel", 2, (RosterEntry("ann", "operator", "Busan", "c", bytes(32), ("setpoint", "stop"), 1, 2),)),
    Grant("kestrel", "g1", "kim", ("Busan",), ("conn",), ("setpoint",), 1, 2),
    BatchAck(3, 17, (19, 21)),
    EventAck("boot-1", 4),
    StopRequest("kestrel", "ann", "console-1", ULID, 5),
    Birth("kestrel", "MT Kestrel", "tanker", 440000001, 9074729, 320.0, 58.0, 3, 4, "h", {"a": [1]},
          (("no_go", "shoal", ((129.0, 35.0), (129.1, 35.0), (129.1, 35.1))),), {"rudder_deg_max": 20.0}, None,
          bytes(32)),
]  # fmt: skip


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda m: type(m).__name__)
def test_each_message_survives_the_water(message: Order) -> None:
    """What is read on the other side is what was written, to the byte."""
    encoded = message.to_bytes()
    again = type(message).from_bytes(encoded)
    assert again == message
    assert again.to_bytes() == encoded


def test_what_is_left_of_remote_access_is_told_where_there_is_something_to_tell() -> None:
    """AUT-07: each reason whole; with more than an hour to go the heartbeat has no such field, as of earlier releases."""
    (plain_beat,) = (one for one in EXAMPLES if isinstance(one, VesselHeartbeat))
    assert "access" not in cbor.decode_map(opened(plain_beat.to_bytes()))
    ended = Reason("grant_not_valid_now", "AUT-07", "The remote-access grant is not valid at this time.")
    for access in (RemoteAccess(0, (ended,)), RemoteAccess(3600)):
        beat = dataclasses.replace(plain_beat, access=access)
        assert VesselHeartbeat.from_bytes(beat.to_bytes()) == beat
    broken = cbor.encode(
        {**cbor.decode_map(opened(plain_beat.to_bytes())), "access": {"left_s": "soon", "reasons": []}}
    )
    with pytest.raises(MalformedError, match="left_s"):
        VesselHeartbeat.from_bytes(broken)


def test_the_ways_to_the_shore_are_told_where_there_are_several() -> None:
    """Each way with its name, whether it stands and its round trip; with one way alone there is no such field, as before."""
    (plain_beat,) = (one for one in EXAMPLES if isinstance(one, VesselHeartbeat))
    assert "ways" not in cbor.decode_map(opened(plain_beat.to_bytes()))
    lte = Way("lte", True, 81.5)
    for ways in ((lte, Way("leo", False, None)), (lte,) * 4):
        beat = dataclasses.replace(plain_beat, ways=ways)
        assert VesselHeartbeat.from_bytes(beat.to_bytes()) == beat


BROKEN_WAYS: list[tuple[str, cbor.Plain]] = [
    ("ways", [{"name": "lte", "is_connected": True, "round_trip_ms": 1.0}] * 5), ("ways", "lte"), ("way", ["lte"]),
    ("name", [{"name": "w" * 17, "is_connected": True, "round_trip_ms": 1.0}]),
    ("is_connected", [{"name": "lte", "round_trip_ms": 1.0}]),
    ("round_trip_ms", [{"name": "lte", "is_connected": True, "round_trip_ms": -1.0}]),
    ("round_trip_ms", [{"name": "lte", "is_connected": True, "round_trip_ms": math.inf}]),
]  # fmt: skip


@pytest.mark.parametrize(("said", "ways"), BROKEN_WAYS)
def test_ways_outside_their_bounds_are_refused(said: str, ways: cbor.Plain) -> None:
    (plain_beat,) = (one for one in EXAMPLES if isinstance(one, VesselHeartbeat))
    with pytest.raises(MalformedError, match=said):
        VesselHeartbeat.from_bytes(cbor.encode({**cbor.decode_map(opened(plain_beat.to_bytes())), "ways": ways}))


@pytest.mark.parametrize("message", EXAMPLES, ids=lambda m: type(m).__name__)
def test_a_missing_field_is_named(message: Order) -> None:
    """Each field is needed: taking any of them away is refused, never guessed (but for those that may be null).

    A grant without a version was signed before grants had one, and is the first.
    """
    source = cbor.decode_map(opened(message.to_bytes()))
    nullable = {"imo", "catalogue", "control", "next_step_in_s", "round_trip_ms"}
    nullable |= {"version"} if isinstance(message, Grant) else set()
    for name in sorted(set(source) - nullable):
        with pytest.raises(MalformedError):
            type(message).from_bytes(cbor.encode({key: value for key, value in source.items() if key != name}))


def test_a_reason_carries_value_limit_and_age() -> None:
    """Proves CMD-07 for the wire: name, rule, text, value, limit, unit and age arrive as they left."""
    reason = Reason("no_go_area", "INT-06", "The track crosses the shoal.", 412.0, 0.0, "m", 0.4)
    assert Reason.from_plain(reason.plain()) == reason
    assert Reason.from_plain(Reason("x", "INT-01", "t").plain()).value is None


def test_every_flipped_bit_of_a_signed_order_is_refused() -> None:
    """Proves CMD-12 for altered bytes: of all single-bit changes of an envelope none verifies."""
    key = Ed25519PrivateKey.generate()
    public = signing.public_bytes(key)
    signed = signing.sign(signing.Domain.ORDER, HEADING.to_bytes(), key)
    for position in range(len(signed) * 8):
        bent = bytearray(signed)
        bent[position // 8] ^= 1 << (position % 8)
        with pytest.raises((MalformedError, SignatureError)):
            signing.verify(signing.Domain.ORDER, signing.open_envelope(bytes(bent)), public)


def test_a_signature_is_worth_nothing_for_another_use_or_key() -> None:
    """A heartbeat's signature orders nothing, and another person's key signs for nobody else."""
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    envelope = signing.open_envelope(signing.sign(signing.Domain.HEARTBEAT, HEADING.to_bytes(), key))
    signing.verify(signing.Domain.HEARTBEAT, envelope, signing.public_bytes(key))
    with pytest.raises(SignatureError):
        signing.verify(signing.Domain.ORDER, envelope, signing.public_bytes(key))
    with pytest.raises(SignatureError):
        signing.verify(signing.Domain.HEARTBEAT, envelope, signing.public_bytes(other))


@pytest.mark.parametrize(
    ("kind", "args"),
    [
        ("conn.warp", {}),
        ("conn.heading", {}),
        ("conn.heading", {"heading_deg": math.nan}),
        ("conn.heading", {"heading_deg": math.inf}),
        ("conn.heading", {"heading_deg": -0.1}),
        ("conn.heading", {"heading_deg": 360.1}),
        ("conn.heading", {"heading_deg": "095"}),
        ("conn.heading", {"heading_deg": True}),
        ("conn.heading", {"heading_deg": 95, "speed": 3}),
        ("conn.heading", {"heading_rad": 1.6}),
        ("conn.rudder", {"rudder_deg": 45.1}),
        ("conn.propulsion", {"propulsion_pct": -100.5}),
        ("authority.request", {"level": "everything"}),
        ("authority.force", {"level": "setpoint", "reason": "x" * 201}),
    ],
)
def test_arguments_outside_the_table_are_refused(kind: str, args: dict[str, cbor.Plain]) -> None:
    """Proves CMD-01 for arguments: unknown kinds, missing, extra, non-finite, huge and wrongly typed ones are refused."""
    with pytest.raises(MalformedError):
        check_arguments(kind, args)


def test_limits_of_the_arguments_belong_to_the_allowed_side() -> None:
    """0 and 360 degrees, 45 degrees of rudder and 100 per cent are sayable; the ship decides whether they are wise."""
    for kind, name in (("conn.heading", "heading_deg"), ("conn.rudder", "rudder_deg"),
                       ("conn.propulsion", "propulsion_pct")):  # fmt: skip
        argument = ORDER_KINDS[kind].arguments[name]
        check_arguments(kind, {name: argument.low})
        check_arguments(kind, {name: argument.high})


def test_an_order_with_an_unknown_field_is_refused() -> None:
    """An unknown field may carry an unknown wish; a signer who added one must not be half understood."""
    source = cbor.decode_map(HEADING.to_bytes())
    with pytest.raises(MalformedError, match="unknown field also"):
        Order.from_bytes(cbor.encode({**source, "also": 1}))
    with pytest.raises(MalformedError, match="ULID"):
        Order.from_bytes(dataclasses.replace(HEADING, id="short").to_bytes())


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"\xff",
        bytes.fromhex("a2616101616102"),  # {"a": 1, "a": 2}: a duplicate key hides the second meaning
        bytes.fromhex("1805"),  # 5 in two bytes
        bytes.fromhex("9f01ff"),  # indefinite length
        bytes.fromhex("a10101"),  # a key that is a number
        bytes.fromhex("c11a514b67b0"),  # a tagged time
        b"\x81" * 20 + b"\x01",  # nested too deep
        b"\x59\xff\xff" + bytes(0xFFFF),
    ],
)
def test_only_deterministic_cbor_is_read(encoded: bytes) -> None:
    """One value has one spelling: duplicates, long forms, tags, depth and size are refused."""
    with pytest.raises(MalformedError):
        cbor.decode_map(encoded)
    with pytest.raises(MalformedError):
        cbor.decode(encoded + bytes(64 * 1024))


@pytest.mark.parametrize("name", ["", "Kestrel", "a/b", "+", "#", "x" * 33, "-a", "a b", "é"])
def test_a_vessel_id_that_could_leave_its_own_topics_is_refused(name: str) -> None:
    """No vessel id can hold a wildcard or a slash."""
    with pytest.raises(MalformedError):
        topics.topic(name, topics.ORDER)
    with pytest.raises(MalformedError):
        topics.split(f"farhelm/v1/{name}/down/order")


def test_topics_split_into_what_they_were_made_of() -> None:
    """Making and splitting a topic are inverse."""
    assert topics.split(topics.topic("kestrel", topics.BATCH)) == ("kestrel", topics.BATCH)
    for stranger in ("farhelm/v2/kestrel/up/batch", "farhelm/v1/kestrel", "other/v1/kestrel/up/batch"):
        with pytest.raises(MalformedError):
            topics.split(stranger)
