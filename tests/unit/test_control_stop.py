"""The emergency stop: whom it believes, what it answers to the others, and that nothing else need work."""

from __future__ import annotations

import dataclasses

import pytest

from control.authority import Authority
from control.execution import Execution
from control.handover import Handover
from control.ladder import Ladder
from control.limits import ControlConfig
from control.messages import SignedRoster, SignedStop
from protocols.link import cbor, signing
from protocols.link.roster import Roster, RosterEntry
from protocols.link.signing import Domain
from protocols.link.stop import StopRequest
from tests.control_rig import KEYS, MASTER, UTC_NS, VESSEL, YEAR_NS, Rig, example_table, key_of, signed_roster

PRESS = StopRequest(VESSEL, "sue", "console-sue", "01JD8Z6T5Y9K3B7M2N4P6Q8R0S", UTC_NS)


def signed(request: StopRequest = PRESS, seed: int | None = None, domain: Domain = Domain.STOP) -> bytes:
    return signing.sign(domain, request.to_bytes(), KEYS["sue"] if seed is None else key_of(seed))


def told(ship: Rig) -> dict[str, object]:
    return dict([e.body for e in ship.events if e.kind == "stop"][-1])


def bent(encoded: bytes) -> bytes:
    return encoded[:-1] + bytes([encoded[-1] ^ 1])


def with_field(name: str, value: object) -> bytes:
    body = cbor.encode(cbor.decode_map(PRESS.to_bytes()) | {name: value})  # type: ignore[dict-item] # the fault
    return signing.sign(Domain.STOP, body, KEYS["sue"])


STOPS_NOTHING = [
    (signed(seed=77), "unknown_key", "CMD-12"),
    (bent(signed()), "bad_signature", "CMD-12"),
    (signed(domain=Domain.ORDER), "bad_signature", "CMD-12"),
    (signed(dataclasses.replace(PRESS, vessel="kestrel")), "no_right", "EST-01"),
    (signed(dataclasses.replace(PRESS, person="ann")), "no_right", "EST-01"),
    (signed(dataclasses.replace(PRESS, person="bob"), seed=2), "no_right", "EST-01"),
    (with_field("v", 2), "unreadable", "EST-01"),
    (with_field("id", 5), "unreadable", "EST-01"),
    (b"", "unreadable", "EST-01"),
    (b"\xff" * 40, "unreadable", "EST-01"),
]


@pytest.mark.parametrize(("encoded", "name", "rule"), STOPS_NOTHING, ids=range(len(STOPS_NOTHING)))
def test_what_is_no_press_of_somebody_with_the_right_moves_nothing_and_says_why(
    encoded: bytes, name: str, rule: str
) -> None:
    """Proves EST-01, CMD-12: foreign key, bent bytes, other domain, other ship, other person, no right, no request."""
    ship = Rig()
    ship.feed(SignedStop(encoded))
    assert ship.moves == []
    assert ship.supervisor.emergency.latched is None
    body = told(ship)
    assert body["state"] == "refused"
    assert str(body["reasons"]).startswith(f"[{{'name': '{name}', 'rule': '{rule}',")


@pytest.mark.parametrize(
    ("from_ns", "to_ns", "stops"), [(0, 1, True), (1, YEAR_NS, False), (-YEAR_NS, 0, False), (-YEAR_NS, 1, True)]
)
def test_a_key_stops_her_while_it_is_valid(from_ns: int, to_ns: int, *, stops: bool) -> None:
    """Proves CMD-12: dense at both ends of its time, the first nanosecond included and the last not, by the ship's clock."""
    key = signing.public_bytes(KEYS["sue"])
    entry = RosterEntry("sue", "supervisor", "Busan", "", key, ("stop",), UTC_NS + from_ns, UTC_NS + to_ns)
    ship = Rig()
    ship.feed(SignedRoster(signing.sign(Domain.ROSTER, Roster(VESSEL, 2, (entry,)).to_bytes(), MASTER)))
    ship.feed(SignedStop(signed()))
    assert [move[1].kind for move in ship.moves] == (["emergency_stop"] if stops else [])
    assert stops or "key_not_valid_now" in str(told(ship)["reasons"])


def test_a_person_who_is_no_longer_on_the_roster_stops_nothing() -> None:
    """Proves CMD-12: the next roster ends the key at once."""
    ship = Rig()
    ship.feed(SignedRoster(signed_roster(2, ("ann", "kim"))))
    ship.feed(SignedStop(signed()))
    assert ship.moves == []


def test_a_second_press_changes_nothing_and_the_first_person_stands() -> None:
    """Proves EST-02: pressed ashore, again ashore and on the bridge: one movement, one name."""
    ship = Rig()
    ship.stop("sue")
    ship.stop("ann")
    ship.bridge("stop", person="mate")
    assert [move[1].kind for move in ship.moves] == ["emergency_stop"]
    latched = ship.supervisor.emergency.latched
    assert latched is not None
    assert (latched.person, latched.console) == ("sue", "console-sue")


def test_a_reset_is_of_a_stop_and_moves_nothing_but_the_latch() -> None:
    """Proves EST-02: without a stop there is nothing to reset; after it nothing moves by itself."""
    ship = Rig()
    ship.bridge("reset_stop", person="mate")
    assert ship.moves == []
    ship.stop("sue")
    ship.bridge("reset_stop", person="mate")
    assert [move[1].kind for move in ship.moves] == ["emergency_stop", "reset_stop"]
    ship.forward(5.0)
    assert len(ship.moves) == 2


class BrokenError(Exception):
    """A module that does not work."""


def break_down(patch: pytest.MonkeyPatch, *broken: type[object]) -> None:
    """Let every method of these classes fail."""

    def fail(*_: object, **__: object) -> None:
        raise BrokenError

    for kind in broken:
        for name, method in list(vars(kind).items()):
            if callable(method) and not name.startswith("__"):
                patch.setattr(kind, name, fail)


def test_the_stop_works_with_the_authority_module_the_handover_and_the_ladder_down(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Proves EST-01: an operator has the conn when they break; the press moves the equipment all the same."""
    ship = Rig()
    ship.take("ann")
    break_down(monkeypatch, Authority, Handover, Ladder)
    ship.supervisor.receive(SignedStop(signed()), ship.now_s)
    ship.drain()
    assert [move[1].kind for move in ship.moves if move[1].kind == "emergency_stop"] == ["emergency_stop"]
    assert told(ship)["state"] == "latched"


def test_what_moves_the_equipment_must_work_for_a_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: with the part broken that the stop does need, it is not done, and the break is seen."""
    ship = Rig()
    break_down(monkeypatch, Execution)
    with pytest.raises(BrokenError):
        ship.supervisor.receive(SignedStop(signed()), ship.now_s)


def test_a_restart_of_the_ship_s_computer_resets_no_stop() -> None:
    """Proves EST-02, INT-11: who stopped her stands, orders are refused; the bridge can reset her, and that stands too."""
    ship = Rig()
    ship.stop("sue")
    again = Rig(now_s=2000.0, journal=ship.journal)
    assert again.supervisor.emergency.latched == ship.supervisor.emergency.latched is not None
    assert again.supervisor.facts(again.now_s).stop_latched
    again.take("ann")
    assert ("emergency_stop", "INT-11") in again.reasons(again.say("conn.propulsion", {"propulsion_pct": 40}))
    again.bridge("reset_stop", person="mate")
    assert [move[1].kind for move in again.moves if move[1].kind == "reset_stop"] == ["reset_stop"]
    third = Rig(now_s=3000.0, journal=again.journal)
    assert third.supervisor.emergency.latched is None
    third.seq = 50  # no id of the boots before
    third.take("ann")
    assert third.state(third.say("conn.propulsion", {"propulsion_pct": 40})) == "executing"


def test_of_what_the_journal_and_other_places_kept_of_a_stop_the_latest_counts() -> None:
    """Proves EST-02: an old record that a failing disk would not let go neither brings a stop back nor takes one away."""
    ship = Rig()
    ship.stop("sue")
    latched = ship.journal[-1]
    ship.bridge("reset_stop", person="mate")
    reset = ship.journal[-1]
    ship.stop("ann")
    anew = ship.journal[-1]
    for records, person in (([reset, latched], None), ([latched, reset], None), ([anew, reset, latched], "ann")):
        found = Rig(now_s=2000.0, journal=list(records)).supervisor.emergency.latched
        assert (found.person if found else None) == person


def with_fallback(kind: str) -> ControlConfig:
    """Return the example with a loiter point ahead, as the fallback or not."""
    table = example_table()
    table["phases"]["coastal"] |= {
        "fallback": kind, "stop_pct": 25.0,
        "loiter": {"latitude_deg": 34.90, "longitude_deg": 129.10, "radius_m": 200.0, "approach_pct": 30.0},
    }  # fmt: skip
    return ControlConfig.from_mapping(VESSEL, table)


@pytest.mark.parametrize("stopped", [True, False])
def test_nothing_of_the_ship_s_own_orders_propulsion_while_a_stop_is_latched(*, stopped: bool) -> None:
    """Proves EST-02: neither the ladder's hold nor its loiter point nor a new holder's loaded setpoint; she may still be steered.

    Negative control: without the stop each of them does.
    """
    ship = Rig(config=with_fallback("loiter"))
    ship.take("ann")
    if stopped:
        ship.stop("sue")
    ship.beating = None
    ship.forward(70.0)
    assert ship.step == "L5"
    ship.take("bob")
    after = [move for move in ship.moves if move[1].kind == "propulsion" and move[0] > 1002.0]
    assert {cause for _, _, cause in after} == (set() if stopped else {"ladder L3", "ladder L5"})
    assert any(move[1].kind == "heading" and move[2] == "ladder L5" for move in ship.moves)


def test_a_stop_of_the_ladder_is_carried_out_while_one_is_latched() -> None:
    """Proves EST-02, FBK-01: where the emergency stop of the phase is slow ahead, the ladder's own stop goes further."""
    ship = Rig(config=with_fallback("stop"))
    ship.stop("sue")
    ship.forward(70.0)
    assert [move[1].kind for move in ship.moves if move[2] == "ladder L5"] == ["controlled_stop"]
