"""A critical order waits ashore for the second person; the shore decides nothing, the ship checks both (CMD-10)."""

from __future__ import annotations

import base64
import dataclasses

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocols.link import signing, topics
from protocols.link.orders import CRITICAL_LIFE_S, Order
from protocols.link.signing import Domain
from shoreside.commanding.approvals import WAITING_MAX, Approvals, is_approved, needs_second
from shoreside.live.feeds import Feed
from shoreside.station import Station
from shoreside.store.memory import MemoryStore
from tests.shore_kit import LIMITS, NOON_NS, OPERATOR, MemoryPort, SetClock, Ship

SECOND = Ed25519PrivateKey.from_private_bytes(bytes([9]) * 32)
RESET = Order(
    "01JD8Z6T5Y9K3B7M2N4P6Q8R0T", "kestrel", "conn", "stop.reset", {}, "kim", "c", "s", 0, 1, "boot", 120_000, NOON_NS
)


def signed(order: Order = RESET) -> bytes:
    """Return the order with its first signature."""
    return signing.sign(Domain.ORDER, order.to_bytes(), OPERATOR)


def test_only_a_critical_order_with_one_signature_waits() -> None:
    """Proves CMD-10 ashore: approved, routine and unreadable ones are passed on at once."""
    assert needs_second(RESET, signed())
    approved = signing.approve(signed(), Domain.ORDER, SECOND)
    assert is_approved(approved)
    assert not needs_second(RESET, approved)
    release = dataclasses.replace(RESET, kind="authority.release")
    assert not needs_second(release, signed(release))
    assert not is_approved(b"noise")


def test_what_waits_is_kept_once_shown_and_let_go_in_time() -> None:
    """Proves CMD-10 ashore: two minutes, and not more than fifty at a time."""
    refused: list[str] = []
    desk = Approvals(lambda note, _: refused.append(note.order_id), lambda: NOON_NS)
    desk.hold(RESET, signed(), 100.0)
    desk.hold(RESET, b"again", 101.0)
    assert [each.signed for each in desk.waiting("kestrel")] == [signed()]
    assert desk.waiting("petrel") == []
    desk.tick(100.0 + CRITICAL_LIFE_S - 0.1)
    assert refused == []
    desk.tick(100.0 + CRITICAL_LIFE_S)
    assert refused == [RESET.id]
    assert desk.waiting("kestrel") == []
    for number in range(WAITING_MAX + 1):
        desk.hold(dataclasses.replace(RESET, id=f"{number:026d}"), b"", 0.0)
    assert refused == [RESET.id, f"{0:026d}"]


async def test_the_station_sends_a_critical_order_only_with_its_approval() -> None:
    """Proves CMD-10 ashore: held and told as awaiting approval; the whole goes out unchanged; in vain it is REFUSED."""
    ship, port, clock = Ship(), MemoryPort(), SetClock()
    station = Station(clock, port, MemoryStore(), (ship.config(),), LIMITS)
    passed = await station.relay.pass_order("kestrel", signed(), "kim")
    assert passed.state == "awaiting approval"
    assert [topic for topic, _, _ in port.sent if topic.endswith(topics.ORDER)] == []
    assert station.downlink.states["kestrel"].orders[RESET.id]["state"] == "awaiting approval"
    whole = signing.approve(station.relay.approvals.waiting("kestrel")[0].signed, Domain.ORDER, SECOND)
    assert (await station.relay.pass_order("kestrel", whole, "sue")).state == "sent"
    assert [payload for topic, payload, _ in port.sent if topic.endswith(topics.ORDER)] == [whole]
    assert station.relay.approvals.waiting("kestrel") == []
    assert station.downlink.orders.waiting_count == 1  # sent again when the ship does not answer
    # Another one that nobody approves.
    other = dataclasses.replace(RESET, id="01JD8Z6T5Y9K3B7M2N4P6Q8R0V", seq=2)
    await station.relay.pass_order("kestrel", signed(other), "kim")
    clock.s += CRITICAL_LIFE_S
    station.relay.approvals.tick(clock.s)
    last = station.downlink.states["kestrel"].orders[other.id]
    assert (last["state"], last["reasons"][0]["name"]) == ("REFUSED", "not_approved")


async def test_every_console_is_told_what_waits_whatever_it_looks_at() -> None:
    """Proves CMD-10 ashore: with the very bytes and the time left, on turning to a view and on change, not each second."""
    ship, clock = Ship(), SetClock()
    station = Station(clock, MemoryPort(), MemoryStore(), (ship.config(),), LIMITS)
    feed = Feed("kim", "session")
    station.hub.join(feed)

    def told() -> list[list[tuple[str, str, float]]]:
        return [
            [(each["order_id"], each["signed"], each["left_s"]) for each in message["waiting"]]
            for message in feed.take(0) if message["type"] == "approvals"
        ]  # fmt: skip

    station.consoles.subscribe(feed, None)
    assert told() == [[]]
    await station.relay.pass_order("kestrel", signed(), "kim")
    station.consoles.tell_approvals()
    assert told() == [[(RESET.id, base64.b64encode(signed()).decode(), CRITICAL_LIFE_S)]]
    station.consoles.tell_approvals()
    assert told() == []
    clock.s += CRITICAL_LIFE_S
    station.relay.approvals.tick(clock.s)
    station.consoles.tell_approvals()
    assert told() == [[]]
