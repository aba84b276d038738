"""The life of an order in one table, what is remembered of it, and what the journal tells after a restart (CMD-02, CMD-13)."""

from __future__ import annotations

import hashlib
from typing import get_args

import pytest

from control import command
from control.command import KNOWN_MAX, LIFE, KnownOrders, Record, Restored
from protocols.errors import MalformedError
from protocols.link import cbor
from protocols.link.events import TERMINAL, OrderState, Reason
from protocols.link.orders import Order
from tests.control_rig import Rig

ENDS = {"SUCCEEDED", "REJECTED", "EXPIRED", "FAILED", "CANCELLED", "SUPERSEDED", "UNKNOWN"}
FOLLOWING = {
    "received": {"accepted", "executing", "SUCCEEDED", "REJECTED", "EXPIRED"},
    "accepted": {"executing", "SUCCEEDED", "REJECTED", "EXPIRED", "FAILED", "CANCELLED", "SUPERSEDED"},
    "executing": {"SUCCEEDED", "REJECTED", "FAILED", "CANCELLED", "SUPERSEDED"},
}
STATES: tuple[OrderState, ...] = get_args(OrderState)


@pytest.mark.parametrize("before", [*FOLLOWING, *sorted(ENDS)])
def test_every_state_is_followed_by_those_of_the_policy_and_no_other(before: str) -> None:
    """Proves CMD-02: all pairs; what is forbidden changes neither state, reasons nor detail."""
    of_the_shore = TERMINAL - ENDS
    assert of_the_shore == {"REFUSED"}  # of what it did not send
    assert LIFE.keys() == {*FOLLOWING, *ENDS}
    for after in STATES:
        record = Record("id", "digest", None, before, [], "as it was")
        moved = KnownOrders().move(record, after, [Reason("why", "CMD-02", "Because.")], "because")
        assert moved is (after in FOLLOWING.get(before, set()))
        assert (record.state, record.detail) == ((after, "because") if moved else (before, "as it was"))
        assert len(record.reasons) == moved
        assert record.is_ended is (record.state in ENDS)


def test_the_oldest_ended_order_is_forgotten_and_never_one_that_goes_on() -> None:
    """Proves CMD-03: ten thousand are remembered; the one that is in progress outlives them all."""
    known = KnownOrders()
    for number in range(KNOWN_MAX):
        known.add(Record(f"id {number}", "", None, "executing" if number == 0 else "SUCCEEDED"))
    assert known.get("id 1") is not None
    known.add(Record("new", "", None))
    assert (known.get("id 0") is not None, known.get("id 1"), known.get("id 2") is not None) == (True, None, True)
    assert known.get("new") is not None
    assert [record.order_id for record in known.active()] == ["id 0", "new"]
    busy = KnownOrders()
    for number in range(KNOWN_MAX + 1):
        busy.add(Record(f"id {number}", "", None, "executing"))
    assert (busy.get(f"id {KNOWN_MAX}"), len(busy.active())) == (None, KNOWN_MAX)


def test_a_route_is_told_by_its_hash_and_everything_else_as_it_is() -> None:
    """Proves CMD-09, LED-04: the bytes are in the order and in the journal; the event tells which they were."""
    told = command.told_args({"route": b"a route", "name": "east", "leg": 2})
    assert told == {"route_hash": hashlib.sha256(b"a route").hexdigest(), "name": "east", "leg": 2}
    assert command.digest_of(b"a body") == hashlib.sha256(b"a body").hexdigest()[:16]


def test_an_event_tells_who_ordered_what_and_an_order_of_a_former_boot_what_is_still_known() -> None:
    """Proves CMD-02, LED-01: word for word, for the shore's ledger and its order book read these names."""
    order = Order("01", "petrel", "engineering", "pump.start", {"machine": "pump 1"}, "mia", "console-mia", "session", 3, 7,
                  "boot", 99, 1_790_000_000_000_000_123)  # fmt: skip
    reason = Reason("busy", "CMD-08", "Try again.", 8, 8)
    assert Record("01", "digest", order, "REJECTED", [reason], "at once").body() == {
        "order_id": "01", "hash": "digest", "state": "REJECTED", "detail": "at once", "kind": "pump.start", "person": "mia",
        "console": "console-mia", "args": {"machine": "pump 1"}, "reasons": [reason.plain()], "authentic": True,
        "group": "engineering", "issued_utc_ns": 1_790_000_000_000_000_123,
    }  # fmt: skip
    assert Record("01", "digest", None, "UNKNOWN").body() == {
        "order_id": "01", "hash": "digest", "state": "UNKNOWN", "detail": "", "kind": "", "person": "", "console": "",
        "args": {}, "reasons": [], "authentic": True, "group": "", "issued_utc_ns": 0,
    }  # fmt: skip


def test_a_new_ship_has_taken_and_revoked_nothing_and_remembers_ten_thousand_orders() -> None:
    """Proves AUT-07, CMD-03, CMD-05: what is not said of former boots; 16 min at ten orders a second."""
    assert Restored(0, ()) == Restored(0, (), 0, 0, "", 0, b"", b"", b"")
    assert KNOWN_MAX == 10_000


def test_what_the_journal_keeps_is_what_a_restart_finds() -> None:
    """Proves AUT-07, AUT-08, CMD-13: the highest numbers, the last phase, alerts, route and stop; in any order on the disk."""
    begun, ended = Record("begun", "d1", None), Record("ended", "d2", None, "FAILED")
    journal = [
        command.fencing_record(7), command.fencing_record(5), command.grant_record(4, 1), command.grant_record(3, 2),
        cbor.encode({"t": "phase", "name": "berth"}), cbor.encode({"t": "phase", "name": "coastal"}),
        cbor.encode({"t": "time", "utc_ns": 20}), cbor.encode({"t": "time", "utc_ns": 10}),
        cbor.encode({"t": "route", "route": b"a route"}),
        cbor.encode({"t": "alerts", "alerts": {}}),
        cbor.encode({"t": "stop", "number": 2, "what": "newer"}), cbor.encode({"t": "stop", "number": 1}),
        command.ended_record(ended), command.begun_record(ended), command.begun_record(begun),
    ]  # fmt: skip
    found = command.restore(journal)
    assert (found.fencing, found.grant_taken, found.grant_revoked, found.phase, found.utc_ns) == (
        7,
        4,
        2,
        "coastal",
        20,
    )
    assert (found.route, found.alerts, found.stop) == (b"a route", journal[9], journal[10])
    orders = {record.order_id: (record.digest, record.state, record.detail) for record in found.records}
    assert orders == {
        "ended": ("d2", "FAILED", ""),
        "begun": ("d1", "UNKNOWN", "the ship restarted while this order was in progress"),
    }
    nothing = command.restore([])
    assert (nothing.fencing, nothing.records, nothing.grant_taken, nothing.grant_revoked, nothing.phase) == (
        0,
        (),
        0,
        0,
        "",
    )
    assert (nothing.utc_ns, nothing.alerts, nothing.route, nothing.stop) == (0, b"", b"", b"")


def test_a_record_that_cannot_be_read_is_not_passed_over() -> None:
    """Proves CMD-13: a ship that does not know what she did does not begin as if she had done nothing."""
    for record in (b"noise", cbor.encode({"t": "grant", "taken": "four", "revoked": 1}), cbor.encode({"t": "time"}),
                   cbor.encode({"t": "phase", "name": 21 * "x"})):  # fmt: skip
        with pytest.raises(MalformedError):
            command.restore([record])
    assert command.restore([cbor.encode({"t": "phase", "name": 20 * "x"})]).phase == 20 * "x"


def test_a_disk_that_takes_no_record_ends_the_order_and_eight_may_wait_for_a_slow_one() -> None:
    """Proves CMD-08, CMD-13: the ninth is refused with both numbers; none of them has moved anything."""
    ship = Rig()
    ship.take("ann")
    ship.journal_held = True
    moves = len(ship.moves)
    orders = [ship.say("conn.heading", {"heading_deg": 80 + number}) for number in range(9)]
    assert [ship.state(order) for order in orders] == ["accepted"] * 8 + ["REJECTED"]
    reasons = ship.told(orders[8])["reasons"]
    assert isinstance(reasons, list)
    assert isinstance(reasons[0], dict)
    assert [reasons[0][key] for key in ("name", "rule", "value", "limit")] == ["busy", "CMD-08", 8, 8]
    assert len(ship.moves) == moves
