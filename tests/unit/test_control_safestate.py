"""Hold and fallback states without a ladder or a ship around them: first orders, when reached, when late, what replaces them."""

from __future__ import annotations

from typing import Any

import pytest

from control.command import KnownOrders
from control.execution import Execution
from control.limits import ControlConfig
from control.messages import Actuate, Emit, HeartbeatNow, Setpoint
from control.safestate import SafeState
from control.situation import Fact, Situation
from control.verifier import Station
from control.voyage import Voyage
from protocols.link.events import Reason
from protocols.link.heartbeats import Disagreed
from protocols.reading import Quality
from tests.control_rig import UTC_NS
from tests.unit.test_control_phases import HARBOUR, KEEP, LOITER, with_phases

NOW_S = 100.0
HERE = {"NAV_LAT": 34.93, "NAV_LON": 129.05}
AT_SEA: dict[str, float] = {**HERE, "NAV_HDG": 80.0, "NAV_COG": 80.0, "NAV_SOG": 9.0, "ME_RPM": 102.0}
NO_FIX = {name: value for name, value in AT_SEA.items() if name not in HERE}


class Way:
    """A way home that is followed as the test says."""

    def __init__(self) -> None:
        """Nothing speaks against it, and it steers 200 deg."""
        self.arrived = False
        self.against_begin: list[Reason] = []
        self.against: list[Reason] = []
        self.begun_s: list[float] = []

    def begin(self, situation: Situation, now_s: float) -> list[Reason]:
        del situation
        self.begun_s.append(now_s)
        return self.against_begin

    def steer(self, situation: Situation, now_s: float) -> list[Setpoint]:
        del situation, now_s
        return [Setpoint("heading", 200.0), Setpoint("propulsion", 40.0)]

    def objections(self, situation: Situation, now_s: float) -> list[Reason]:
        del situation, now_s
        return self.against

    def has_arrived(self, situation: Situation) -> bool:
        del situation
        return self.arrived


def under_way(
    execution: Execution, values: dict[str, float], in_force: Setpoint | None, heading_deg: float | None
) -> None:
    """Let an order of Ann's be in force, None: none is; and let the gyro show a heading, None: it shows none."""
    if in_force is not None:
        execution.actuate(in_force, "ann's order")
    values.pop("NAV_HDG")
    if heading_deg is not None:
        values["NAV_HDG"] = heading_deg


class Hull:
    """A ship with nothing but her safe states."""

    def __init__(self, config: ControlConfig | None = None, way: Way | None = None) -> None:
        """Begin with no state and nothing in force."""
        self.voyage = Voyage(config or with_phases())
        self.execution = Execution(self.voyage.config, KnownOrders())
        self.safe = SafeState(self.voyage, self.execution, way)
        self.values = dict(AT_SEA)
        self.now_s = NOW_S
        self.disagreements: tuple[Disagreed, ...] = ()

    @property
    def situation(self) -> Situation:
        """What she knows, all of it just measured."""
        facts = {name: Fact(value, Quality.GOOD, 0.0) for name, value in self.values.items()}
        return Situation(facts, UTC_NS, True, disagreements=self.disagreements)

    def hold(self, **cause: str) -> None:
        """Begin the phase's hold."""
        self.safe.begin_hold(self.situation, self.now_s, **cause)

    def fallback(self) -> None:
        """Begin the phase's fallback state."""
        self.safe.begin_fallback(self.situation, self.now_s)

    def station(self, radius_m: float = 100.0) -> Station | None:
        """Begin to keep a station for an order."""
        return self.safe.begin_station(radius_m, "order", self.situation, self.now_s)

    def look(self, after_s: float = 0.0) -> list[tuple[str, float | None, str]]:
        """Let time pass and look; return what was moved by it."""
        self.now_s = round(self.now_s + after_s, 6)
        self.execution.outbox.clear()
        self.safe.look(self.situation, self.now_s)
        return self.moves()

    def moves(self) -> list[tuple[str, float | None, str]]:
        """Return (kind, value, cause) of what was moved."""
        return [(one.setpoint.kind, one.setpoint.value, one.cause)
                for one in self.execution.outbox if isinstance(one, Actuate)]  # fmt: skip

    def told(self) -> list[dict[str, Any]]:
        """Return the bodies told of entries."""
        return [dict(one.body) for one in self.execution.outbox if isinstance(one, Emit) and one.kind == "entry"]

    def results(self) -> list[tuple[str, str, str]]:
        """Return (state, result, why) of each entry told."""
        return [(str(body["state"]), str(body["result"]), str(body["why"])) for body in self.told()]

    @property
    def state(self) -> str:
        """The state that is being entered or kept; empty without one."""
        return "" if self.safe.entry is None else self.safe.entry.state


def keeper(**coastal: Any) -> Hull:
    """Return a hull that keeps stations: 60 m, 15 %."""
    return Hull(with_phases(hull={"keeps_station": True}, coastal={"hold": "station_keep", "keep": KEEP, **coastal}))


def loiterer() -> Hull:
    """Return a hull whose fallback is a point 5.6 km to the south-east: 200 m, 30 %."""
    return Hull(with_phases(coastal={"fallback": "loiter", "loiter": LOITER}))


def homing(way: Way | None) -> Hull:
    """Return a hull whose fallback is the way home."""
    return Hull(with_phases(coastal={"fallback": "safe_harbour", "harbour": HARBOUR}), way)


def test_a_hold_is_told_in_full_and_slows_her_down_on_her_heading() -> None:
    """Proves FBK-02: state, phase, cause, time and limit; the present heading, then the phase's propulsion."""
    ship = Hull()
    assert (ship.state, ship.safe.words, ship.safe.in_force()) == ("", "", {})
    assert ship.look() == []
    ship.hold()
    assert ship.told() == [{
        "state": "slow_down_on_heading", "phase": "coastal", "cause": "ladder L3", "result": "begun", "why": "",
        "took_s": 0.0, "limit_s": 120.0, "reasons": [],
    }]  # fmt: skip
    assert HeartbeatNow() in ship.execution.outbox
    assert ship.moves() == [("heading", 80.0, "ladder L3"), ("propulsion", 20.0, "ladder L3")]
    assert ship.safe.words == "slowing down on heading"
    assert (ship.safe.is_impossible, ship.safe.has_no_fix) == (False, False)


@pytest.mark.parametrize(
    ("percent", "in_force", "ordered"),
    [
        (None, None, 20.0), (49.9, None, 20.0), (20.1, None, 20.0), (20.0, None, 20.0), (19.94, None, 19.9), (0.0, None, 0.0),
        (-30.0, None, 0.0), (49.9, 50.0, 20.0), (49.9, 10.04, 10.0), (49.9, 0.0, 0.0), (49.9, -30.0, 0.0), (5.0, 10.0, 5.0),
        (None, 10.0, 10.0), (None, 60.0, 20.0),
    ],
)  # fmt: skip
def test_a_hold_never_speeds_her_up_nor_drives_her_astern(
    percent: float | None, in_force: float | None, ordered: float
) -> None:
    """Proves FBK-02: the slowest of hold, order and engine: one that still runs down after a stop is not taken up again."""
    ship = Hull()
    if in_force is not None:
        ship.execution.actuate(Setpoint("propulsion", in_force), "ann's order")
    if percent is None:
        del ship.values["ME_RPM"]
    else:
        ship.values["ME_RPM"] = percent / 100.0 * ship.voyage.config.hull.rpm_full
    ship.hold()
    assert ship.moves()[-1] == ("propulsion", ordered, "ladder L3")


@pytest.mark.parametrize(
    ("in_force", "heading_deg", "steadied"),
    [
        (None, 80.04, [("heading", 80.0)]),
        (None, 359.97, [("heading", 0.0)]),
        (None, None, [("rudder", 0.0)]),
        (Setpoint("rudder", 20.0), 80.0, [("heading", 80.0)]),
        (Setpoint("rudder", 20.0), None, [("rudder", 0.0)]),
        (Setpoint("heading", 120.0), 80.0, []),
    ],
)
@pytest.mark.parametrize("state", ["slow_down_on_heading", "stop"])
def test_she_is_steadied_on_the_heading_ordered_or_else_the_one_she_has(
    state: str, in_force: Setpoint | None, heading_deg: float | None, steadied: list[tuple[str, float]]
) -> None:
    """Proves FBK-02: a turn that was ordered is finished; a rudder that lay over is not; blind she goes amidships."""
    ship = Hull()
    under_way(ship.execution, ship.values, in_force, heading_deg)
    ship.execution.outbox.clear()
    begin, cause = (ship.fallback, "ladder L5") if state == "stop" else (ship.hold, "ladder L3")
    begin()
    assert ship.state == state
    assert ship.moves()[:-1] == [(kind, value, cause) for kind, value in steadied]
    assert ship.moves()[-1][0] == ("controlled_stop" if state == "stop" else "propulsion")


def test_a_hold_is_entered_when_the_engine_has_come_down_and_that_is_told_once() -> None:
    """Proves FBK-02: the moment is measured from its beginning; from then on it is neither told again nor late."""
    ship = Hull()
    ship.hold()
    assert ship.look(4.0) == []
    assert ship.told() == []
    ship.values["ME_RPM"] = 0.2 * ship.voyage.config.hull.rpm_full
    ship.look(3.25)
    assert [(body["result"], body["took_s"], body["limit_s"]) for body in ship.told()] == [("entered", 7.25, 120.0)]
    ship.values["ME_RPM"] = 102.0
    ship.look(500.0)
    assert ship.told() == []


def test_a_hold_that_takes_too_long_is_told_once_and_stays() -> None:
    """Proves FBK-02: at its limit it is in time, beyond it is late; nothing replaces a hold, and it is still entered."""
    ship = Hull()
    ship.hold()
    ship.look(120.0)
    assert ship.told() == []
    ship.look(0.1)
    (late,) = ship.told()
    assert (late["result"], late["took_s"]) == ("late", 120.1)
    assert [(one["name"], one["rule"], one["value"], one["limit"], one["unit"]) for one in late["reasons"]] == [
        ("entry_late", "FBK-02", 120.1, 120.0, "s")
    ]
    assert late["reasons"][0]["text"] == "Slowing down on heading has taken longer than 120 s."
    ship.look(60.0)
    assert (ship.told(), ship.state, ship.safe.is_impossible) == ([], "slow_down_on_heading", False)
    ship.values["ME_RPM"] = 30.0
    ship.look(1.0)
    assert ship.results() == [("slow_down_on_heading", "entered", "")]


def test_a_stop_that_takes_too_long_is_what_the_ladder_calls_impossible() -> None:
    """Proves FBK-02: only beyond its own time, and nothing is left of it when it has ended."""
    ship = Hull(with_phases(coastal={"fallback_entry_s": 50.0, "stop_entry_s": 70.0}))
    ship.fallback()
    assert ship.told()[-1]["limit_s"] == 70.0
    ship.look(70.0)
    assert not ship.safe.is_impossible
    ship.look(0.1)
    assert (ship.safe.is_impossible, ship.results()) == (True, [("stop", "late", "")])
    ship.execution.outbox.clear()
    ship.safe.end(ship.now_s, "all stop")
    assert ship.results() == [("stop", "left", "all stop")]
    assert (ship.state, ship.safe.is_impossible) == ("", False)
    # Negative control: a stop that is reached in time is never impossible.
    other = Hull(with_phases(coastal={"stop_entry_s": 70.0}))
    other.fallback()
    other.values["NAV_SOG"] = 1.0
    other.look(70.0)
    other.look(500.0)
    assert (other.state, other.safe.is_impossible) == ("stop", False)


def test_a_fallback_state_that_takes_too_long_becomes_a_stop_with_a_time_of_its_own() -> None:
    """Proves FBK-02: told late, told replaced, stopped; the stop's time begins then, and only a stop's lateness is L6's."""
    way = Way()
    ship = homing(way)
    ship.voyage.config = with_phases(
        coastal={"fallback": "safe_harbour", "harbour": HARBOUR, "fallback_entry_s": 300.0, "stop_entry_s": 50.0}
    )
    ship.fallback()
    assert ship.told()[-1]["limit_s"] == 300.0
    ship.look(300.0)
    assert ship.state == "safe_harbour"
    moved = ship.look(0.1)
    assert ship.results() == [("safe_harbour", "late", ""), ("safe_harbour", "replaced", "by stop")]
    assert (ship.state, moved[-1]) == ("stop", ("controlled_stop", 0.0, "ladder L5"))
    ship.look(50.0)
    assert not ship.safe.is_impossible
    ship.look(0.1)
    assert (ship.results(), ship.safe.is_impossible) == ([("stop", "late", "")], True)


def test_one_state_after_another_is_told_as_left_for_it() -> None:
    """Proves FBK-02, FBK-03: the hold ends for the stop, with the time it took."""
    ship = Hull()
    ship.hold()
    ship.now_s += 50.5
    ship.execution.outbox.clear()
    ship.fallback()
    left, begun = ship.told()
    assert (left["state"], left["result"], left["why"], left["took_s"]) == (
        "slow_down_on_heading", "left", "for stop", 50.5,
    )  # fmt: skip
    assert (begun["state"], begun["result"], begun["cause"]) == ("stop", "begun", "ladder L5")


def test_a_hold_of_the_stick_yields_to_whoever_orders_and_the_ladders_own_does_not() -> None:
    """Proves DMN-02, FBK-02: another order ends it, which is told; once the ladder has made it its own, nothing does."""
    ship = Hull()
    ship.hold(cause="stick")
    assert ship.look(1.0) == []
    assert ship.state == "slow_down_on_heading"
    ship.execution.actuate(Setpoint("rudder", 5.0), "ann's order")
    assert ship.look(1.0) == []
    assert (ship.state, ship.results()) == ("", [("slow_down_on_heading", "left", "another order, or the bridge")])
    # A course that was ordered before and stays in force is the hold's from its beginning.
    ship = Hull()
    ship.execution.actuate(Setpoint("heading", 120.0), "ann's order")
    ship.hold(cause="stick")
    ship.look(1.0)
    assert ship.state == "slow_down_on_heading"
    # The ladder's hold is no less hers when somebody's order of before comes through.
    for adopted in (False, True):
        ship = Hull()
        ship.hold(**({"cause": "stick"} if adopted else {}))
        if adopted:
            ship.safe.adopt()
        ship.execution.actuate(Setpoint("rudder", 5.0), "ann's order")
        ship.look(1.0)
        assert ship.state == "slow_down_on_heading"
    ship = Hull()
    ship.fallback()
    ship.execution.actuate(Setpoint("rudder", 5.0), "ann's order")
    ship.look(1.0)
    assert ship.state == "stop"


def test_the_way_home_is_followed_from_its_beginning_to_its_end() -> None:
    """Proves FBK-02: it is asked to begin once; what it steers is ordered for the ladder; its end enters the state."""
    way = Way()
    ship = homing(way)
    ship.fallback()
    assert (way.begun_s, ship.state, ship.moves()) == ([NOW_S], "safe_harbour", [])
    assert ship.look(1.0) == [("heading", 200.0, "ladder L5"), ("propulsion", 40.0, "ladder L5")]
    way.arrived = True
    ship.look(1.0)
    assert ship.results() == [("safe_harbour", "entered", "")]
    # At its end what would have spoken against going on does not any more.
    way.against = [Reason("off_way", "FBK-02", "She has left the way.")]
    ship.look(1.0)
    assert (ship.state, ship.told()) == ("safe_harbour", [])


def test_a_way_home_that_cannot_be_begun_or_gone_on_with_is_a_stop() -> None:
    """Proves FBK-02: none loaded, no position, barred from here, left on the way: each with its own reason."""
    off_way = Reason("off_way", "FBK-02", "She has left the way.")
    barred = Reason("harbour_barred", "FBK-02", "It cannot be joined from here.")
    ship = homing(None)
    ship.fallback()
    assert (ship.state, ship.told()[0]["reasons"][0]["name"]) == ("stop", "no_harbour_route")
    assert ship.told()[0]["reasons"][0]["rule"] == "FBK-02"
    ship = homing(Way())
    ship.values = dict(NO_FIX)
    ship.fallback()
    assert (ship.state, ship.told()[0]["reasons"][0]["name"], ship.safe.has_no_fix) == ("stop", "no_fix", True)
    way = Way()
    way.against_begin = [barred]
    ship = homing(way)
    ship.fallback()
    assert (ship.state, ship.told()[0]["reasons"], ship.safe.has_no_fix) == ("stop", [barred.plain()], False)
    way.against_begin = [barred, Reason("no_fix", "FBK-02", "There is no position.")]
    ship.fallback()
    assert ship.safe.has_no_fix
    way = Way()
    ship = homing(way)
    ship.fallback()
    ship.look(1.0)
    way.against = [off_way]
    moved = ship.look(1.0)
    assert (ship.state, ship.told()[0]["reasons"]) == ("stop", [off_way.plain()])
    assert moved == [("controlled_stop", 0.0, "ladder L5")]
    assert not ship.safe.has_no_fix
    # A stop is not steered along the way that was given up.
    assert ship.look(1.0) == []


def test_ending_where_there_is_no_state_tells_nothing() -> None:
    """Proves FBK-03: a bridge that takes a ship on L0 leaves nothing; nothing is adopted either."""
    ship = Hull()
    ship.safe.adopt()
    ship.safe.end(NOW_S, "the bridge has the conn")
    assert ship.execution.outbox == []
