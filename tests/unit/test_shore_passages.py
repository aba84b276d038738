"""Routes ashore: from a file or from marks, held against the ship's own limits, every fault told, the bytes to be signed."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocols.link import signing
from protocols.link.orders import Order
from protocols.link.passage import Mark, Passage, hash_of
from protocols.rtz.passage import file_of
from shoreside.commanding import passages
from shoreside.live.fleet import VesselState
from tests.control_rig import example_config
from tests.shore_kit import NOON_NS


def mark(latitude: float, longitude: float, radius_m: float = 700.0) -> Mark:
    return Mark("", latitude, longitude, radius_m, 150.0, 150.0, False, 12.0, 0, False)


GOOD = (mark(34.929, 129.040), mark(34.938, 129.110), mark(34.915, 129.160))
STATE = VesselState("kestrel", control=example_config())


def test_drawn_marks_become_the_bytes_the_ship_would_keep() -> None:
    """Proves CMD-09 ashore: no fault, and the very bytes; of a turn too tight and a leg into the land, each fault."""
    found = passages.of_marks("east", 1, GOOD, STATE)
    assert found.faults == ()
    assert found.encoded == Passage("east", 1, GOOD).to_bytes()
    bad = passages.of_marks("bad", 1, (GOOD[0], mark(34.938, 129.110, 10.0), mark(36.9, 129.160)), STATE)
    assert {"radius", "allowed_area"} <= {fault.name for fault in bad.faults}
    assert len(bad.faults) > 1
    assert all(fault.rule == "CMD-09" and fault.text.endswith(".") for fault in bad.faults)


def test_a_file_is_read_whole_or_told_why_not() -> None:
    """Proves CMD-09 ashore: the same route from its RTZ file; noise is a fault in words, not an error."""
    found = passages.of_file(file_of(Passage("east", 1, GOOD)), 1, STATE)
    assert found.faults == ()
    assert found.encoded is not None
    assert Passage.from_bytes(found.encoded).marks[1].radius_m == pytest.approx(700.0, abs=1.0)
    noise = passages.of_file(b"not a route", 1, STATE)
    assert noise.encoded is None
    assert noise.faults[0].rule == "CMD-09"


def test_without_her_limits_nobody_ashore_says_that_it_is_good() -> None:
    """A ship whose limits are not known here: the bytes, no fault, and a note that only she can say."""
    found = passages.of_marks("east", 1, GOOD, VesselState("kestrel"))
    assert found.encoded is not None
    assert "only she can say" in found.notes[0]


def test_a_route_is_found_again_in_the_order_that_sent_it() -> None:
    """The signed order is the only copy ashore: its route comes out by the same hash; of another order there is none."""
    encoded = Passage("east", 1, GOOD).to_bytes()
    key = Ed25519PrivateKey.from_private_bytes(bytes([3]) * 32)

    def signed(kind: str, **args: bytes) -> bytes:
        order = Order(
            "01JD8Z6T5Y9K3B7M2N4P6Q8R0T", "kestrel", "conn", kind, dict(args), "ann", "c", "s", 1, 1, "b", 1, NOON_NS
        )
        return signing.sign(signing.Domain.ORDER, order.to_bytes(), key)

    found = passages.sent(signed("route.load", route=encoded))
    assert found is not None
    assert found.hash == hash_of(encoded)
    assert found.passage.id == "east"
    assert passages.sent(signed("route.load", route=b"noise")) is None
    assert passages.sent(signed("route.suspend")) is None
    assert passages.sent(b"noise") is None
