"""Bad input in place of an order, of every kind there is: refused aboard with its reason, counted, and nothing else disturbed."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator

import cbor2
import pytest

from control.direct import RATE_MAX
from control.messages import SignedFrame, SignedHeartbeat, SignedOrder
from protocols.link import cbor, signing
from protocols.link.cbor import Plain
from protocols.link.frames import DirectFrame
from protocols.link.heartbeats import OperatorHeartbeat
from protocols.link.orders import ORDER_KINDS, Order
from protocols.link.signing import Domain
from tests.control_rig import KEYS, UTC_NS, VESSEL, Rig

NO_NUMBERS: tuple[Plain, ...] = (
    math.nan, math.inf, -math.inf, 1e308, -1e308, 2**63 - 1, "95", "", True, None, [95], {"deg": 95}, b"95",
)  # fmt: skip
NO_TEXTS: tuple[Plain, ...] = (1, 1.5, True, None, [], {}, b"grant")


def good_args(kind: str) -> dict[str, Plain]:
    """Return arguments of `kind` that mean something."""
    made: dict[str, Plain] = {}
    for name, argument in ORDER_KINDS[kind].arguments.items():
        if argument.choices:
            made[name] = argument.choices[0]
        elif argument.text_length_max:
            made[name] = "x"
        elif argument.octets_max:
            made[name] = b"x"
        else:
            made[name] = argument.low if argument.low is not None else 1.0
    return made


def bad_args() -> Iterator[tuple[str, dict[str, Plain]]]:
    """Yield every kind with one argument that is none, one missing, one too many, and in another unit."""
    for kind, table in ORDER_KINDS.items():
        good = good_args(kind)
        yield kind, good | {"speed_mph": 5.0}
        for name, argument in table.arguments.items():
            if argument.required:
                yield kind, {other: value for other, value in good.items() if other != name}
            is_number = not argument.choices and not argument.text_length_max and not argument.octets_max
            too_long: Plain = (
                b"x" * (argument.octets_max + 1) if argument.octets_max else "x" * (argument.text_length_max + 1)
            )
            texts = [value for value in NO_TEXTS if not (argument.octets_max and isinstance(value, bytes))]
            for value in NO_NUMBERS if is_number else (*texts, too_long):
                yield kind, good | {name: value}
            if is_number:
                unit = name.rpartition("_")[2]
                yield (
                    kind,
                    {other: value for other, value in good.items() if other != name}
                    | {f"{name[: -len(unit)]}rad": 0.1},
                )


def refused_once(ship: Rig, encoded: bytes, name: str = "malformed") -> None:
    """Feed the bytes; assert that they are REJECTED for `name`, counted, and that nothing moved."""
    moves, before = len(ship.moves), ship.supervisor.taking.refused[name]
    ship.feed(SignedOrder(encoded))
    last = [e.body for e in ship.events if e.kind == "order"][-1]
    assert last["state"] == "REJECTED"
    assert name in str(last["reasons"]), last["reasons"]
    assert ship.supervisor.taking.refused[name] == before + 1
    assert len(ship.moves) == moves


def signed(body: bytes) -> bytes:
    """Return bytes with Ann's good signature: she signs whatever she is given."""
    return signing.sign(Domain.ORDER, body, KEYS["ann"])


def test_no_kind_takes_an_argument_that_is_none() -> None:
    """Proves CMD-01, CMD-12: NaN, infinities, huge numbers, wrong types and units, one too many, one missing; well signed."""
    ship = Rig()
    ship.take("ann", "direct")
    count = 0
    for kind, args in bad_args():
        order = dataclasses.replace(ship.order("authority.release"), kind=kind, args=args)
        refused_once(ship, signed(order.to_bytes()))
        count += 1
    assert count > 200
    assert ship.state(ship.say("conn.heading", {"heading_deg": 85})) == "executing"


@pytest.mark.parametrize(
    "kind", ["", "conn", "conn.heading ", "CONN.HEADING", "conn.self_destruct", "x" * 40, "x" * 41]
)
def test_an_unknown_kind_is_refused(kind: str) -> None:
    """Proves CMD-01: near misses too."""
    ship = Rig()
    ship.take("ann")
    refused_once(ship, signed(dataclasses.replace(ship.order("authority.release"), kind=kind).to_bytes()))


def with_field(order: Order, name: str, value: Plain) -> bytes:
    """Return the order's bytes with one field changed."""
    return cbor.encode(cbor.decode_map(order.to_bytes()) | {name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [("v", 2), ("v", "1"), ("id", "short"), ("id", 5), ("vessel", ""), ("vessel", None), ("person", 7), ("seq", 1.5),
     ("seq", "2"),
     ("seq", True), ("fencing", None), ("deadline_ms", math.inf), ("deadline_ms", "soon"), ("issued_utc_ns", math.nan),
     ("args", []), ("args", "none"), ("wish", "please")],
)  # fmt: skip
def test_a_field_that_is_none_is_refused(name: str, value: Plain) -> None:
    """Proves CMD-01: every field has one type, and there are no others."""
    ship = Rig()
    ship.take("ann")
    if (name, value) == ("vessel", ""):
        refused_once(ship, signed(with_field(ship.order("authority.release"), name, value)), "other_vessel")
        return
    refused_once(ship, signed(with_field(ship.order("authority.release"), name, value)))


def test_no_two_readers_can_find_two_meanings_in_the_same_bytes() -> None:
    """Proves CMD-01, CMD-12: doubled keys, unsorted keys, longer numbers, indefinite lengths, tags, trailing bytes."""
    ship = Rig()
    ship.take("ann")
    good = ship.order("conn.heading", {"heading_deg": 90}).to_bytes()
    plain = cbor.decode_map(good)
    doubled = bytes([good[0] + 1]) + good[1:] + cbor2.dumps("seq") + cbor2.dumps(9)
    unsorted = cbor2.dumps(dict(sorted(plain.items(), reverse=True)))
    longer = good.replace(b"\x61v\x01", b"\x61v\x18\x01")
    indefinite = b"\xbf" + good[1:] + b"\xff"
    tagged = b"\xc1" + good
    wide = cbor2.dumps(plain | {"seq": float(plain["seq"])}, canonical=True)  # type: ignore[arg-type] # it is a number
    for bent in (doubled, unsorted, longer, indefinite, tagged, good + b"\x00", good[:-1], wide, b"", b"\x80", b"\xf6"):
        assert bent != good
        refused_once(ship, signed(bent))
    for envelope in (
        b"",
        b"\xff" * 10,
        cbor.encode([b"k", good]),
        signed(good)[:-1],
        signed(good) + b"\x00",
        b"\x81" * 5000,
    ):
        refused_once(ship, envelope)
    ship.feed(SignedOrder(signed(good)))
    assert [e.body for e in ship.events if e.kind == "order"][-1]["state"] == "executing"


def bent_and_cut(whole: bytes, count: int) -> Iterator[bytes]:
    """Yield `count` damages of a message: every length with another bit of another byte turned each time."""
    for number in range(count):
        bent = bytearray(whole[: 1 + number % len(whole)])
        bent[number * 7919 % len(bent)] ^= 1 << (number // len(whole) + number) % 8
        yield bytes(bent)


Message = SignedOrder | SignedHeartbeat | SignedFrame


def under_command() -> Rig:
    """Return a ship that Ann steers at level direct by an order of hers."""
    ship = Rig()
    ship.take("ann", "direct")
    ship.say("conn.heading", {"heading_deg": 85})
    ship.forward(1.0)
    return ship


def good(make: type[Message], ship: Rig) -> bytes:
    """Return a message of this kind that the ship would take now."""
    fencing, now_ms = ship.fencing(), round(ship.now_s * 1000)
    if make is SignedOrder:
        return signed(ship.order("conn.heading", {"heading_deg": 90}).to_bytes())
    if make is SignedHeartbeat:
        beat = OperatorHeartbeat(
            VESSEL, "ann", "console-ann", "session-ann", fencing, 10**6, ship.boot_id, 0, 0, True, UTC_NS
        )
        return signing.sign(Domain.HEARTBEAT, beat.to_bytes(), KEYS["ann"])
    frame = DirectFrame(
        VESSEL, "ann", "console-ann", "session-ann", fencing, 1, ship.boot_id, now_ms, 1, now_ms, True, 2.0, 50.0
    )
    return signing.sign(Domain.FRAME, frame.to_bytes(), KEYS["ann"])


def refusals(make: type[Message], ship: Rig) -> int:
    """Return how many of this kind the ship has refused."""
    if make is SignedHeartbeat:
        return ship.supervisor.beats.refused_count
    refused = ship.supervisor.taking.refused if make is SignedOrder else ship.supervisor.direct.refused
    return refused.total() - refused["too_many"]


def steers_on_through(make: type[Message], count: int) -> None:
    """Feed damages of a good message; each is refused and counted, nothing moves, and nobody loses anything."""
    ship = under_command()
    moves, before = len(ship.moves), refusals(make, ship)
    for fed, bent in enumerate(bent_and_cut(good(make, ship), count), 1):
        ship.feed(make(bent))
        if fed % RATE_MAX == 0 and make is SignedFrame:
            ship.forward(1.1)  # so many frames a second are read, the rest is only counted
        if fed % 1_000 == 0:
            assert len(ship.moves) == moves
            ship.events.clear()
            ship.log.clear()
    assert refusals(make, ship) - before == count
    assert len(ship.moves) == moves
    assert ship.station == "remote"
    assert ship.supervisor.execution.setpoints.heading_deg == 85.0
    assert ship.state(ship.say("conn.heading", {"heading_deg": 90})) == "executing"


KINDS = pytest.mark.parametrize("make", [SignedOrder, SignedHeartbeat, SignedFrame], ids=lambda each: each.__name__)


@KINDS
def test_noise_of_any_length_disturbs_nothing(make: type[Message]) -> None:
    """Proves CMD-01, FBK-04, DMN-01: bent and cut bytes of a good message, a thousand each; the ship steers on."""
    steers_on_through(make, 1_000)


@KINDS
def test_the_undamaged_message_is_taken(make: type[Message]) -> None:
    """Negative control: what is bent and cut above is a message that she takes."""
    ship = under_command()
    ship.feed(make(good(make, ship)))
    assert refusals(make, ship) == 0


@pytest.mark.soak
@pytest.mark.timeout(0)
@KINDS
def test_a_hundred_thousand_damages_disturb_nothing(make: type[Message]) -> None:
    """CMD-01, FBK-04 and DMN-01 in the full number: 100,000 truncated and bit-flipped messages of each kind."""
    steers_on_through(make, 100_000)
