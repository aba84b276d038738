"""Direct control by a stick, and the dead man that lets go when no human stands behind it (DMN-01, DMN-02, DMN-03)."""

from __future__ import annotations

import dataclasses
import math

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from control.direct import RATE_MAX
from control.limits import ControlConfig
from control.messages import SignedFrame
from protocols.errors import MalformedError
from protocols.link import cbor, signing
from protocols.link.cbor import Plain
from protocols.link.frames import DirectFrame
from protocols.link.signing import Domain
from tests.control_rig import KEYS, VESSEL, Rig, example_table


class Stick:
    """A stick at Ann's console; `frozen` delivers nothing new, `still` is not touched by anybody."""

    def __init__(self, ship: Rig, person: str = "ann") -> None:
        """Be plugged in."""
        self.ship, self.person = ship, person
        self.seq = self.inputs = 0
        self.moved_ms = round(ship.now_s * 1000)
        self.rudder_deg, self.propulsion_pct = 10.0, 50.0
        self.frozen = self.still = self.held = False

    def frame(self, **changes: object) -> DirectFrame:
        """Return the next frame."""
        ship, now_ms = self.ship, round(self.ship.now_s * 1000)
        self.seq += 1
        self.inputs += not self.frozen
        self.moved_ms = self.moved_ms if self.frozen or self.still else now_ms
        made = DirectFrame(
            VESSEL, self.person, f"console-{self.person}", f"session-{self.person}", ship.supervisor.authority.fencing,
            self.seq, ship.boot_id, now_ms, self.inputs, self.moved_ms, self.held, self.rudder_deg, self.propulsion_pct,
        )  # fmt: skip
        return dataclasses.replace(made, **changes)  # type: ignore[arg-type] # fields of the frame, given by the test

    def send(self, frame: DirectFrame | None = None, key: Ed25519PrivateKey | None = None) -> None:
        """Sign and send a frame."""
        made = frame or self.frame()
        self.ship.feed(SignedFrame(signing.sign(Domain.FRAME, made.to_bytes(), key or KEYS[self.person])))

    def work(self, seconds: float) -> None:
        """Send ten frames a second for so long."""
        for _ in range(round(seconds * 10)):
            self.ship.forward(0.1)
            self.send()


def at_the_stick(config: ControlConfig | None = None) -> tuple[Rig, Stick]:
    """Return a ship that Ann has at the level direct, and her stick."""
    ship = Rig(config=config)
    ship.take("ann", "direct")
    ship.supervisor.link.round_trip_ms = 80.0
    return ship, Stick(ship)


def moved(ship: Rig, cause: str) -> list[tuple[str, float | None]]:
    """Return what was ordered for `cause`."""
    return [(move[1].kind, move[1].value) for move in ship.moves if move[2] == cause]


def states(ship: Rig) -> list[object]:
    """Return the states of direct control that were told, refusals left out."""
    return [e.body["state"] for e in ship.events if e.kind == "direct" and e.body["state"] != "refused"]


def test_frames_move_rudder_and_engine_and_the_session_is_on_disk_before_the_first() -> None:
    """Proves DMN-01, CMD-13: the first frame writes the session's record, the next one moves; unchanged ones move nothing."""
    ship, stick = at_the_stick()
    ship.journal_held = True
    stick.send()
    ship.forward(0.1)
    stick.send()
    assert moved(ship, "DMN-01") == []
    ship, stick = at_the_stick()
    stick.work(2.0)
    assert moved(ship, "DMN-01") == [("rudder", 10.0), ("propulsion", 50.0)]
    assert sum(b"direct" in record for record in ship.journal) == 1
    stick.rudder_deg = -5.0
    stick.work(0.1)
    assert moved(ship, "DMN-01")[-1] == ("rudder", -5.0)
    assert states(ship) == ["begun"]


@pytest.mark.parametrize(
    ("what", "reason"),
    [("frozen", "stick_frozen"), ("still", "nobody_there"), ("unplugged", None), ("refused", "rudder_range")],
)
def test_a_stick_without_a_human_ends_in_neutral_within_a_second_and_in_the_hold_after_three(
    what: str, reason: str | None
) -> None:
    """Proves DMN-01, DMN-02: frames that go on at full rate from a frozen stick, or one nobody touches, count for nothing."""
    ship, stick = at_the_stick()
    stick.work(2.0)
    began_s = ship.now_s
    if what == "frozen":
        stick.frozen = True
    elif what == "still":
        stick.still = True
    elif what == "refused":
        stick.rudder_deg = 30.0  # beyond the 20 deg of this speed
    neutral_s = hold_s = 0.0
    for _ in range(50):
        ship.forward(0.1)
        if what != "unplugged":
            stick.send()
        neutral_s = neutral_s or (ship.now_s if "neutral" in states(ship) else 0.0)
        hold_s = hold_s or (ship.now_s if "hold" in states(ship) else 0.0)
    assert neutral_s - began_s == pytest.approx(1.0, abs=0.3)
    assert hold_s - began_s == pytest.approx(3.0, abs=0.3)
    assert moved(ship, "DMN-02")[:2] == [("rudder", 0.0), ("propulsion", 0.0)]
    assert ship.supervisor.watch.safe.words == "slowing down on heading"
    assert reason is None or ship.supervisor.direct.refused[reason] > 20
    # Refusals are told, and not ten times a second.
    told = [e for e in ship.events if e.kind == "direct" and e.body["state"] == "refused"]
    assert len(told) <= 6
    assert ship.step == "L0"


def test_a_held_enabling_switch_is_a_human_and_a_frozen_device_is_not() -> None:
    """Proves DMN-01: nobody moves the stick but the switch is held; then the device freezes with the switch held."""
    ship, stick = at_the_stick()
    stick.still = stick.held = True
    stick.work(5.0)
    assert states(ship) == ["begun"]
    stick.frozen = True
    stick.work(1.5)
    assert states(ship) == ["begun", "neutral"]


def test_the_neutral_is_the_phases() -> None:
    """Proves DMN-02: at open sea a stick that is let go ends in slow ahead, not in a stop."""
    table = example_table()
    table["phases"]["coastal"]["neutral_pct"] = 25.0
    ship, stick = at_the_stick(ControlConfig.from_mapping(VESSEL, table))
    stick.work(1.0)
    ship.forward(1.5)
    assert moved(ship, "DMN-02") == [("rudder", 0.0), ("propulsion", 25.0)]


def test_the_stick_comes_back_and_the_hold_is_left() -> None:
    """Proves DMN-02: a hand on the stick ends the hold; a latched ladder it does not."""
    ship, stick = at_the_stick()
    stick.work(1.0)
    ship.forward(4.0)
    assert ship.supervisor.watch.safe.entry is not None
    stick.work(0.5)
    assert states(ship) == ["begun", "neutral", "hold", "back"]
    assert ship.supervisor.watch.safe.entry is None
    assert moved(ship, "DMN-01")[-1] == ("propulsion", 50.0)
    # The operator's link is lost: L3; frames that arrive all the same move nothing.
    ship.beating = None
    ship.forward(12.0)
    assert ship.step == "L3"
    moves = len(ship.moves)
    stick.work(1.0)
    assert len(ship.moves) == moves
    assert ship.supervisor.direct.refused["ladder"] > 0


@pytest.mark.parametrize("how", ["another takes it", "released", "the bridge"])
def test_when_the_lease_moves_while_the_stick_is_deflected_the_order_goes_to_neutral(how: str) -> None:
    """Proves DMN-03: it is not held, whoever has the conn next; the same stick moves nothing afterwards."""
    ship, stick = at_the_stick()
    stick.work(1.0)
    if how == "another takes it":
        ship.say("authority.force", {"level": "setpoint", "reason": "Ann is unwell"}, "sue")
        stick.work(0.1)
        ship.say("authority.confirm", {}, "sue")
        assert ship.supervisor.authority.holder.person == "sue"
        assert ship.supervisor.execution.setpoints.rudder_deg is None
        assert ship.supervisor.execution.setpoints.propulsion_pct == 0.0
    elif how == "released":
        ship.say("authority.release")
    else:
        ship.bridge("take", person="mate")
    assert moved(ship, "DMN-03") == [("rudder", 0.0), ("propulsion", 0.0)]
    assert states(ship)[-1] == "ended"
    moves = len(ship.moves)
    stick.work(0.5)
    assert [move for move in ship.moves[moves:] if move[2].startswith("DMN")] == []


def test_a_stick_amidships_at_the_moment_of_the_transfer_changes_nothing() -> None:
    """Proves DMN-03: nothing was deflected, so nothing goes to neutral."""
    ship, stick = at_the_stick()
    stick.rudder_deg = stick.propulsion_pct = 0.0
    ship.values["ME_RPM"] = 10.0
    ship.look()
    stick.work(1.0)
    ship.bridge("take", person="mate")
    assert moved(ship, "DMN-03") == []


@pytest.mark.parametrize(
    ("changes", "key", "reason"),
    [
        ({"vessel": "kestrel"}, "ann", "not_in_control"), ({"person": "bob"}, "ann", "not_in_control"),
        ({"person": "bob"}, "bob", "not_in_control"), ({"session": "elsewhere"}, "ann", "not_in_control"),
        ({"console": "elsewhere"}, "ann", "not_in_control"), ({"fencing": 0}, "ann", "not_in_control"),
        ({"boot_id": "boot-0"}, "ann", "not_in_control"), ({"made_ms": 0}, "ann", "frame_old"),
        ({"made_ms": 10**12}, "ann", "frame_old"), ({"seq": 1}, "ann", "frame_replayed"),
        ({"moved_ms": 10**12}, "ann", "nobody_there"), ({"inputs": 1}, "ann", "stick_frozen"),
        ({"rudder_deg": 20.1}, "ann", "rudder_range"), ({"propulsion_pct": 85.1}, "ann", "propulsion_range"),
        ({"propulsion_pct": -50.0}, "ann", "reversal"), ({"rudder_deg": math.nan}, "ann", "malformed"),
        ({"rudder_deg": math.inf}, "ann", "malformed"), ({"propulsion_pct": 101.0}, "ann", "malformed"),
        ({"rudder_deg": "hard over"}, "ann", "malformed"), ({"held": 1}, "ann", "malformed"),
    ],
)  # fmt: skip
def test_a_frame_that_is_not_in_order_counts_for_nothing(changes: dict[str, object], key: str, reason: str) -> None:
    """Proves DMN-01, INT-01, INT-04, INT-05, CMD-04: each by its own reason, counted, and nothing moves."""
    ship, stick = at_the_stick()
    stick.work(1.0)
    moves, refused = len(ship.moves), ship.supervisor.direct.refused[reason]
    stick.send(stick.frame(**changes), KEYS[key])
    assert ship.supervisor.direct.refused[reason] == refused + 1
    assert len(ship.moves) == moves


@pytest.mark.parametrize(
    ("scene", "reason"),
    [("setpoint", "level_too_low"), ("stopped", "emergency_stop"), ("no position", "input_absent"), ("slow", "round_trip"),
     ("journal", "journal"), ("anchorage", "no_go_area")],
)  # fmt: skip
def test_a_stick_is_judged_by_the_rules_of_an_order(scene: str, reason: str) -> None:
    """Proves DMN-01, INT-02, INT-06, INT-09, INT-11: level, stop, inputs, latency, fence."""
    ship = Rig()
    if scene == "anchorage":
        ship.values.update(NAV_LAT=34.965, NAV_LON=129.22, NAV_HDG=0.0)
    ship.take("ann", "setpoint" if scene == "setpoint" else "direct")
    ship.supervisor.link.round_trip_ms = 2100.0 if scene == "slow" else 80.0
    if scene == "stopped":
        ship.stop("sue")
    elif scene == "no position":
        del ship.values["NAV_LAT"]
    elif scene == "journal":
        ship.journal_works = False
        ship.say("conn.heading", {"heading_deg": 95})
    ship.look()
    stick = Stick(ship)
    stick.rudder_deg, moves = 0.0, len(ship.moves)
    stick.send()
    stick.send()
    assert ship.supervisor.direct.refused[reason] >= 1, ship.supervisor.direct.refused
    assert len(ship.moves) == moves


def test_a_flood_of_frames_is_dropped_unread() -> None:
    """Proves DMN-01, CMD-14: more than twenty a second are counted and not even verified; an order is taken all the same."""
    ship, stick = at_the_stick()
    for _ in range(RATE_MAX + 10):
        ship.feed(SignedFrame(b"noise"))
    assert ship.supervisor.direct.refused["malformed"] == RATE_MAX
    assert ship.supervisor.direct.refused["too_many"] == 10
    assert ship.state(ship.say("conn.heading", {"heading_deg": 85})) == "executing"
    ship.forward(1.1)
    stick.work(0.2)
    assert states(ship) == ["begun"]


@pytest.mark.parametrize("domain", [domain for domain in Domain if domain is not Domain.FRAME])
def test_a_signature_for_another_use_is_worth_nothing(domain: Domain) -> None:
    """Proves DMN-01, CMD-12: neither an order's nor a heartbeat's signature makes a frame."""
    ship, stick = at_the_stick()
    ship.feed(SignedFrame(signing.sign(domain, stick.frame().to_bytes(), KEYS["ann"])))
    assert ship.supervisor.direct.refused["bad_signature"] == 1


def test_a_frame_reads_back_as_it_was_and_with_nothing_more() -> None:
    """Proves DMN-01: a field more, one less, or another version is malformed."""
    _, stick = at_the_stick()
    frame = stick.frame()
    assert DirectFrame.from_bytes(frame.to_bytes()) == frame
    plain = cbor.decode_map(frame.to_bytes())
    for bent in (plain | {"more": 1}, {k: v for k, v in plain.items() if k != "held"}, plain | {"v": 2}):
        with pytest.raises(MalformedError):
            DirectFrame.from_bytes(cbor.encode(bent))


def kept_by_the_dead_man() -> Rig:
    """Return a ship whose dead man has let her keep her station, the bow 60 m off it and pulling back."""
    from tests.unit.test_control_phases import KEEP, with_phases

    ship, stick = at_the_stick(
        with_phases(hull={"keeps_station": True}, coastal={"hold": "station_keep", "keep": KEEP})
    )
    stick.work(2.0)
    ship.forward(4.0)
    assert ship.supervisor.watch.safe.words == "keeping her station"
    ship.values["NAV_LON"] = 129.051  # 91 m to the east
    ship.forward(1.0)
    assert moved(ship, "DMN-02")[-2:] == [("heading", 270.0), ("propulsion", 15.0)]
    return ship


def test_the_hold_of_the_dead_man_leaves_her_to_the_bridge() -> None:
    """Proves DMN-02, AUT-06: from the moment the bridge has her nothing of ours moves rudder or engine."""
    ship = kept_by_the_dead_man()
    ship.bridge("take", person="mate")
    moves = len(ship.moves)
    ship.values["NAV_LON"] = 129.056
    ship.forward(20.0)
    assert ship.moves[moves:] == []
    assert ship.supervisor.watch.safe.entry is None
    left = [e.body for e in ship.events if e.kind == "entry" and e.body["result"] == "left"]
    assert [(body["state"], body["cause"], body["why"]) for body in left] == [
        ("station_keep", "DMN-02", "another order, or the bridge")
    ]


@pytest.mark.parametrize(
    ("kind", "args", "expected"),
    [
        # What she was pulled to her station with ends with it: a heading alone leaves the engine stopped.
        ("conn.heading", {"heading_deg": 60.0}, {"heading_deg": 60.0, "propulsion_pct": 0.0}),
        # An order of propulsion stands as it was given, though it be the very number that pulled her.
        ("conn.propulsion", {"propulsion_pct": 15.0}, {"heading_deg": 270.0, "propulsion_pct": 15.0}),
        ("conn.controlled_stop", {}, {"heading_deg": 270.0, "propulsion_pct": 0.0}),
    ],
)
def test_the_hold_of_the_dead_man_yields_to_the_next_order(
    kind: str, args: dict[str, Plain], expected: dict[str, float]
) -> None:
    """Proves DMN-02, CMD-08: an order that she has accepted is what she does, the hold does not move her again."""
    ship = kept_by_the_dead_man()
    order = ship.say(kind, args)
    assert ship.state(order) == "executing"
    ship.values["NAV_LON"] = 129.056
    ship.forward(5.0)
    assert ship.supervisor.execution.in_force() == pytest.approx(expected)
    assert ship.supervisor.watch.safe.entry is None
    # Negative control: the ladder's own hold yields to nobody, and there is an order in force that it replaces.
    ship.beating = None
    ship.forward(12.0)
    entry = ship.supervisor.watch.safe.entry
    assert entry is not None
    assert (entry.cause, entry.yields) == ("ladder L3", False)
