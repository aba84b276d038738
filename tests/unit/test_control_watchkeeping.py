"""The watch over link and envelope, told without a ship: silence, a link that flaps, what each step does, orders that fail."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from control.authority import Authority, Holder
from control.command import KnownOrders
from control.execution import Execution
from control.geometry import Plane
from control.limits import ControlConfig
from control.linkwatch import LinkWatch
from control.messages import Actuate, Emit, HeartbeatNow, Setpoint
from control.navigator import Navigator
from control.situation import Fact, Situation
from control.voyage import Voyage
from control.watchkeeping import Watchkeeping
from protocols.reading import Quality
from tests.control_rig import UTC_NS
from tests.unit.test_control_phases import KEEP, with_phases
from tests.unit.test_control_safestate import under_way

AT_SEA: dict[str, float] = {
    "NAV_LAT": 34.93, "NAV_LON": 129.05, "NAV_HDG": 80.0, "NAV_COG": 80.0, "NAV_SOG": 9.0, "ME_RPM": 102.0, "ME_RDY": 1.0,
    "STG_PMP1": 1.0, "STG_PMP2": 0.0, "STG_RUD_S": 0.0, "WND_TWS": 6.0,
}  # fmt: skip
BACK_S, LOST_S = 10.0, 10.0
"""Of the example: heartbeats without a break before the ladder is left; silence that is L3."""


@dataclass
class Conn:
    """Who has the conn, as the test says."""

    station: str = "remote"
    lease_until_s: float = 1e9
    holder: Holder = field(default_factory=lambda: Holder("ann", level="setpoint"))

    def lease_ends_s(self) -> float:
        return self.lease_until_s

    def has_lease(self, now_s: float) -> bool:
        return now_s <= self.lease_until_s


@dataclass
class Link:
    """How the operator is heard, as the test says."""

    heard_at_s: float = 100.0
    good_for_s: float = 0.0
    poor_for_s: float = 0.0
    is_unheard: bool = False

    def run_s(self, now_s: float) -> float:
        del now_s
        return self.good_for_s

    def poor_s(self, now_s: float) -> float:
        del now_s
        return self.poor_for_s


@dataclass
class Leg:
    """What the route does, as the test says."""

    continues: bool = False
    is_following: bool = False


class Bridge:
    """A watch with nothing around it."""

    def __init__(self, config: ControlConfig | None = None) -> None:
        """Begin at 100 s on L0, ann heard that moment."""
        self.voyage = Voyage(config or with_phases())
        self.known = KnownOrders()
        self.execution = Execution(self.voyage.config, self.known)
        self.conn, self.link, self.leg = Conn(), Link(), Leg()
        self.watch = Watchkeeping(
            self.voyage, cast("Authority", self.conn), cast("LinkWatch", self.link), self.execution,
            cast("Navigator", self.leg),
        )  # fmt: skip
        self.values = dict(AT_SEA)
        self.now_s = 100.0

    @property
    def situation(self) -> Situation:
        """What she knows, all of it just measured."""
        return Situation({name: Fact(value, Quality.GOOD, 0.0) for name, value in self.values.items()}, UTC_NS, True)

    def look(self, after_s: float = 0.0, *, heard: bool = False) -> str:
        """Let time pass and look; return the step."""
        self.now_s = round(self.now_s + after_s, 6)
        if heard:
            self.link.heard_at_s = self.now_s
        self.execution.outbox.clear()
        self.watch.look(self.situation, self.now_s)
        return self.watch.ladder.step

    def moves(self) -> list[tuple[str, float | None, str]]:
        """Return (kind, value, cause) of what the last look moved."""
        return [(one.setpoint.kind, one.setpoint.value, one.cause)
                for one in self.execution.outbox if isinstance(one, Actuate)]  # fmt: skip

    def told(self, kind: str = "ladder") -> list[dict[str, Any]]:
        """Return the bodies that the last look told."""
        return [dict(one.body) for one in self.execution.outbox if isinstance(one, Emit) and one.kind == kind]


@pytest.mark.parametrize(
    ("station", "heard_at_s", "lease_until_s", "since_s"),
    [
        ("remote", 90.0, 1e9, 90.0),
        ("remote", 90.0, 85.0, 85.0),
        ("none", 90.0, 85.0, 90.0),
        ("local", 90.0, 85.0, None),
    ],
)
def test_silence_counts_from_the_last_beat_or_the_end_of_the_lease(
    station: str, heard_at_s: float, lease_until_s: float, since_s: float | None
) -> None:
    """Proves FBK-01, AUT-05: a lapsed lease is silence; only a holder has one; the bridge owes nobody a beat."""
    ship = Bridge()
    ship.conn.station, ship.conn.lease_until_s, ship.link.heard_at_s = station, lease_until_s, heard_at_s
    assert ship.watch.silent_since_s == since_s
    assert ship.watch.silence_s(100.0) == (0.0 if since_s is None else 100.0 - since_s)
    assert ship.watch.silence_s(80.0) == 0.0


def test_each_step_up_is_taken_at_its_second_and_told_with_what_she_does() -> None:
    """Proves FBK-01, FBK-03, FBK-06: warn, hold, slow down, grace, stop; the engine and the bow answer for each."""
    ship = Bridge()
    ship.execution.actuate(Setpoint("rudder", 10.0), "ann's order")
    assert (ship.look(3.4), ship.execution.outbox) == ("L0", [])
    # L2: the rudder that lay over is put by: she is steadied on her heading.
    assert ship.look(0.1) == "L2"
    assert ship.moves() == [("heading", 80.0, "ladder L2")]
    (told,) = ship.told()
    assert (told["from"], told["to"], told["why"], told["action"]) == ("L0", "L2", "", "holding the last safe setpoint")
    (why,) = told["reasons"]
    assert (why["name"], why["since_ms"]) == ("link_silent", 103_500)
    assert why["clears"].startswith("heartbeats without a break")
    assert "holds her last safe setpoint" in why["text"]
    assert told["failing"] == []
    assert HeartbeatNow() in ship.execution.outbox
    # L3: the phase's hold. L4: the same, and the fallback is announced. L5: the fallback.
    assert (ship.look(6.4), ship.look(0.1)) == ("L2", "L3")
    assert ship.moves() == [("propulsion", 20.0, "ladder L3")]
    assert ship.told()[0]["action"] == "slowing down on heading"
    ship.values["ME_RPM"] = 30.0
    assert ship.look(1.0) == "L3"
    assert [body["result"] for body in ship.told("entry")] == ["entered"]
    assert (ship.look(3.9), ship.look(0.1), ship.moves()) == ("L3", "L4", [])
    assert ship.told()[0]["action"] == "slowing down on heading; fallback comes next"
    assert (ship.look(44.9), ship.look(0.1)) == ("L4", "L5")
    assert ship.moves() == [("controlled_stop", 0.0, "ladder L5")]
    assert ship.told()[0]["action"] == "fallback: stopping on heading"
    # A step that stays is not told again.
    assert (ship.look(1.0), ship.execution.outbox) == ("L5", [])


@pytest.mark.parametrize(
    ("in_force", "heading_deg", "moved"),
    [
        (Setpoint("rudder", 10.0), 359.97, [("heading", 0.0, "ladder L2")]),
        (Setpoint("rudder", 10.0), None, [("rudder", 0.0, "ladder L2")]),
        (Setpoint("heading", 120.0), 80.0, []),
        (None, 80.0, []),
    ],
)
def test_a_silent_link_leaves_the_last_safe_setpoint_and_a_rudder_is_none(
    in_force: Setpoint | None, heading_deg: float | None, moved: list[tuple[str, float, str]]
) -> None:
    """Proves FBK-01: a heading stays; a rudder order would turn her for ever, so she is steadied; blind, amidships."""
    ship = Bridge()
    under_way(ship.execution, ship.values, in_force, heading_deg)
    assert ship.look(3.5) == "L2"
    assert ship.moves() == moved


def test_all_stop_ends_whatever_held_her() -> None:
    """Proves FBK-01, FBK-02: fire or flooding while she holds: the hold is left, rudder amidships, engine stopped."""
    for channel in ("FIRE_ALM", "BLG_AP"):
        ship = Bridge()
        ship.look(10.0)
        ship.values[channel] = 1.0
        assert ship.look(0.5) == "L6", channel
        assert ship.moves() == [("neutral", None, "ladder L6")]
        assert [(body["result"], body["why"]) for body in ship.told("entry")] == [("left", "all stop")]
        assert (ship.watch.safe.entry, ship.watch.has_the_ship, ship.watch.action) == (None, True, "all stop")
        assert (ship.look(0.5), ship.execution.outbox) == ("L6", [])
    # Negative control: an alarm that says no, or one aboard while the bridge has her, stops nobody.
    for value, station in ((0.0, "remote"), (1.0, "local")):
        ship = Bridge()
        ship.conn.station, ship.values["FIRE_ALM"] = station, value
        assert ship.look(0.5) == "L0"


@pytest.mark.parametrize(("beyond_m", "step"), [(99.5, "L0"), (100.5, "L6")])
@pytest.mark.parametrize("station", ["remote", "none"])
def test_far_beyond_the_fence_she_stops_at_once_unless_the_bridge_has_her(
    beyond_m: float, step: str, station: str
) -> None:
    """Proves FBK-01, INT-06: a hundred metres beyond; whoever has the conn ashore, or nobody; half a position says nothing."""
    ship = Bridge()
    ship.conn.station = station
    ship.values["NAV_LAT"] = 34.8 - beyond_m / Plane(34.8, 129.05).xy(129.05, 35.8)[1]
    assert ship.look(0.1) == step
    for lost in ("NAV_LAT", "NAV_LON"):
        blind = Bridge()
        blind.values["NAV_LAT"] = ship.values["NAV_LAT"]
        del blind.values[lost]
        assert blind.look(0.1) == "L0"
    own = Bridge()
    own.conn.station, own.values["NAV_LAT"] = "local", ship.values["NAV_LAT"]
    assert own.look(0.1) == "L0"


def test_a_poor_link_warns_only_whoever_is_ashore() -> None:
    """Proves FBK-01: five seconds of it; it goes by itself; direct control is warned of silence sooner."""
    ship = Bridge()
    ship.link.poor_for_s = 5.0
    assert (ship.look(), ship.watch.action) == ("L1", "")
    assert ship.told()[0]["to"] == "L1"
    ship.link.poor_for_s = 0.0
    assert ship.look() == "L0"
    assert ship.told()[0]["from"] == "L1"
    config = with_phases()
    touchy = dataclasses.replace(config, link=dataclasses.replace(config.link, degraded_for_s=1.0))
    for own in (Bridge(), Bridge(touchy)):
        own.conn.station, own.link.poor_for_s = "local", 500.0
        assert own.look() == "L0"
    for level, step in (("direct", "L2"), ("setpoint", "L0")):
        quick = Bridge()
        quick.conn.holder = Holder("ann", level=level)
        assert quick.look(2.0) == step


def test_the_ladder_is_left_by_the_holders_word_after_ten_seconds_of_beats() -> None:
    """Proves FBK-01: too soon is refused with the seconds; then the hold ends, which is told; on L0 there is nothing to do."""
    ship = Bridge()
    assert ship.watch.objections() == []
    assert ship.watch.resume(ship.now_s) == []
    assert ship.execution.outbox == []
    ship.look(10.0)
    (refused,) = ship.watch.objections()
    assert (refused.name, refused.rule, refused.value, refused.limit) == ("ladder", "FBK-01", "L3", "L0 or L1")
    assert refused.text == "The ship is on step L3 (slowing down on heading); resume the conn first."
    ship.look(0.1, heard=True)
    ship.link.good_for_s = 9.94
    (early,) = ship.watch.resume(ship.now_s)
    assert (early.name, early.rule, early.value, early.limit, early.unit) == (
        "link_not_back",
        "FBK-01",
        9.9,
        BACK_S,
        "s",
    )
    ship.link.good_for_s = BACK_S
    ship.conn.lease_until_s = ship.now_s - 0.1
    assert [one.name for one in ship.watch.resume(ship.now_s)] == [
        "link_not_back"
    ]  # he is heard, and proves no presence
    ship.conn.lease_until_s = 1e9
    ship.execution.outbox.clear()
    assert ship.watch.resume(ship.now_s) == []
    assert ship.watch.ladder.step == "L0"
    (told,) = ship.told()
    assert (told["from"], told["to"], told["why"], told["action"]) == (
        "L3",
        "L0",
        "the operator has resumed the conn",
        "",
    )
    assert [(body["result"], body["why"]) for body in ship.told("entry")] == [
        ("left", "the operator has resumed the conn")
    ]
    assert (ship.watch.has_the_ship, ship.watch.objections()) == (False, [])
    assert ship.watch.silence_s(ship.now_s) == 0.0


def test_whoever_takes_the_conn_leaves_the_ladder_once_he_has_been_heard_for_long_enough() -> None:
    """Proves FBK-01, AUT-03: not by the word alone, not by the beats alone, and once only."""
    ship = Bridge()
    ship.look(10.0)
    ship.watch.leave_when_back = True
    ship.link.good_for_s = BACK_S - 0.1
    assert ship.look(0.1, heard=True) == "L3"
    ship.link.good_for_s = BACK_S
    assert ship.look(0.1, heard=True) == "L0"
    assert ship.told()[0]["why"] == "the operator who took the conn is heard without a break"
    assert not ship.watch.leave_when_back
    # Negative control: beats alone bring nothing back.
    other = Bridge()
    other.look(10.0)
    other.link.good_for_s = 500.0
    assert other.look(500.0, heard=True) == "L3"


def test_the_bridge_that_takes_her_ends_the_ladder() -> None:
    """Proves AUT-06, FBK-01: at once, with its word, and nothing is left to come."""
    ship = Bridge()
    ship.look(10.0)
    ship.watch.leave_when_back = True
    ship.conn.station = "local"
    assert ship.look(0.1) == "L0"
    assert [body["why"] for body in ship.told()] == ["the bridge has the conn"]
    assert not ship.watch.leave_when_back
    assert (ship.look(500.0), ship.told()) == ("L0", [])


def test_an_operator_who_hears_nothing_of_her_is_told_apart_from_one_who_is_silent() -> None:
    """Proves FBK-05: the reason says it, while somebody has the conn."""
    for station, why in (("remote", "the operator is heard and hears nothing of the ship"), ("none", "")):
        ship = Bridge()
        ship.conn.station, ship.link.is_unheard = station, True
        ship.look(3.5)
        assert ship.told()[0]["why"] == why


def test_a_link_that_flaps_does_not_wind_the_silence_back() -> None:
    """Proves FBK-01, ALT-09: beats every twelve seconds reach the fallback as if they had not come; unbroken ones end it."""
    ship = Bridge()
    ship.look(12.0)
    # One beat: the silence of before counts on, and does not grow while he is heard.
    assert ship.look(0.5, heard=True) == "L3"
    assert ship.watch.silence_s(ship.now_s) == pytest.approx(12.0)
    for _ in range(3):
        ship.look(12.0)
        ship.look(0.5, heard=True)
    assert ship.watch.silence_s(ship.now_s) == pytest.approx(48.0)
    assert (ship.watch.ladder.step, ship.look(11.9), ship.look(0.1)) == ("L4", "L4", "L5")
    # Heard for ten seconds without a break the past is past, though the step stays.
    ship.link.good_for_s = BACK_S
    assert ship.look(0.5, heard=True) == "L5"
    assert ship.watch.silence_s(ship.now_s) == 0.0


def test_pauses_of_a_link_that_is_only_slow_are_not_carried() -> None:
    """Proves FBK-01: on L0 nothing is; on the ladder a pause that breaks no run of beats is none."""
    ship = Bridge()
    for _ in range(5):
        assert ship.look(3.0) == "L0"
        ship.look(0.1, heard=True)
    assert ship.watch.silence_s(ship.now_s) == 0.0
    ship.look(4.0)
    ship.look(0.0)
    ship.look(0.1, heard=True)
    ship.look(0.0)  # twice in one moment is one look
    carried_s = ship.watch.silence_s(ship.now_s)
    assert carried_s == pytest.approx(4.0)
    for _ in range(5):
        ship.look(2.5)
        ship.look(0.1, heard=True)
    assert ship.watch.silence_s(ship.now_s) == pytest.approx(carried_s)
    ship.look(2.6)
    ship.look(0.1, heard=True)
    assert ship.watch.silence_s(ship.now_s) == pytest.approx(carried_s + 2.6)


def test_a_ship_that_was_not_looked_at_for_a_while_holds_on_the_fourth_step_too() -> None:
    """Proves FBK-01, FBK-02: fifteen seconds at one stroke; a station that yields is the ladder's own from then on."""
    ship = Bridge()
    assert ship.look(15.0) == "L4"
    assert ship.moves() == [("heading", 80.0, "ladder L3"), ("propulsion", 20.0, "ladder L3")]
    ship = Bridge(with_phases(hull={"keeps_station": True}, coastal={"keep": KEEP}))
    ship.watch.keep_station("order", 100.0, ship.situation, ship.now_s)
    assert ship.look(15.0) == "L4"
    ship.execution.actuate(Setpoint("rudder", 5.0), "late order")
    ship.look(0.5)
    assert ship.watch.safe.keeps_station
