"""The desk for drills without a ship: what trouble each makes, when its time runs, how it ends, and who may begin one."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import pytest

from control.authority import Authority, Holder
from control.beats import Beats
from control.command import KnownOrders
from control.drill import Drill
from control.emergency import EmergencyStop
from control.execution import Execution
from control.handover import Handover
from control.messages import Emit, HeartbeatNow
from control.watchkeeping import Watchkeeping
from protocols.link.orders import Order
from protocols.link.roster import RosterEntry
from tests.control_rig import RIGHTS, UTC_NS, YEAR_NS
from tests.unit.test_control_drill import config

ANN = Holder("ann", "Busan", "console", "session", "operator", "setpoint")


def order(kind: str, exercise: str = "", person: str = "ann", session: str = "session") -> Order:
    """Return an order about a drill."""
    args: dict[str, Any] = {"exercise": exercise} if exercise else {}
    return Order("order", "petrel", "conn", kind, args, person, "console", session, 1, 1, "boot", 10**9, UTC_NS)


def entry(person: str) -> RosterEntry:
    """Return who somebody is by the roster."""
    role, rights = RIGHTS[person]
    return RosterEntry(person, role, "Busan", "", bytes(32), rights, UTC_NS - YEAR_NS, UTC_NS + YEAR_NS)


@dataclass
class Ship:
    """What a drill sees of her, and what it does to her."""

    station: str = "remote"
    phase: str = "held"
    holder: Holder = ANN
    latched: object = None
    is_latched: bool = False
    link_is_back: bool = False
    deaf_until_s: float = 0.0
    done: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])
    ladder: SimpleNamespace = field(default_factory=SimpleNamespace)

    def take_local(self, person: str, now_s: float) -> None:
        self.done.append((f"take {person}", now_s))
        self.station, self.phase, self.holder = "local", "held", Holder(person)

    def answer_local(self, *, grant: bool, request_id: str, now_s: float) -> None:
        self.done.append((f"answer {grant} {request_id!r}", now_s))
        self.phase = "granted"

    def release_local(self, now_s: float) -> None:
        self.done.append(("release", now_s))
        self.station = "none"

    def is_back(self, now_s: float) -> bool:
        del now_s
        return self.link_is_back


class Desk:
    """A desk, the ship it is on, and the time."""

    def __init__(self, actuators: str | None = "simulated") -> None:
        """Begin at 100 s with no drill."""
        self.ship = Ship()
        self.execution = Execution(config(actuators), KnownOrders())
        self.drill = Drill(
            config(actuators), cast("Authority", self.ship), cast("Watchkeeping", self.ship),
            cast("EmergencyStop", self.ship), cast("Beats", self.ship), cast("Handover", self.ship), self.execution,
        )  # fmt: skip
        self.ship.ladder.is_latched = False
        self.now_s = 100.0

    def begin(self, exercise: str, person: str = "ann") -> None:
        """Begin a drill and look once: the trouble is made."""
        self.drill.deeds()["drill.begin"](order("drill.begin", exercise, person))
        self.look(0.5)

    def look(self, after_s: float) -> list[dict[str, Any]]:
        """Let time pass and look; return what was told by it."""
        self.now_s = round(self.now_s + after_s, 6)
        self.execution.outbox.clear()
        self.drill.look(self.now_s)
        return self.told()

    def told(self) -> list[dict[str, Any]]:
        """Return the bodies told of drills."""
        return [dict(one.body) for one in self.execution.outbox if isinstance(one, Emit) and one.kind == "drill"]

    def against(self, kind: str) -> list[tuple[str, str]]:
        """Return (name, rule) of what is against an order about a drill."""
        return [(one.name, one.rule) for one in self.drill.objections(order(kind, "takeover"))]


def test_without_a_drill_looking_does_nothing() -> None:
    """Negative control: nobody's ship is taken, deafened or told of."""
    desk = Desk()
    assert desk.look(500.0) == []
    assert (desk.ship.done, desk.ship.deaf_until_s, desk.drill.running) == ([], 0.0, None)


def test_a_drill_is_told_with_who_is_timed_by_whom_and_how_long_he_has() -> None:
    """Proves AUT-11, LED-04: field by field at its beginning and its end; the trainee is who has the conn."""
    desk = Desk()
    desk.drill.deeds()["drill.begin"](order("drill.begin", "emergency_stop", "sue"))
    whole = {
        "id": "order", "exercise": "emergency_stop", "person": "ann", "console": "console", "by": "sue", "limit_s": 10.0,
    }  # fmt: skip
    assert desk.told() == [whole | {"state": "begun", "took_s": None, "passed": False, "why": ""}]
    assert HeartbeatNow() in desk.execution.outbox
    assert desk.look(0.5) == [whole | {"state": "ready", "took_s": None, "passed": False, "why": ""}]
    assert desk.look(0.0) == []
    desk.ship.latched = object()
    assert desk.look(1.236) == [whole | {"state": "ended", "took_s": 1.24, "passed": True, "why": "done"}]
    assert desk.drill.running is None
    assert desk.look(1.0) == []


def test_a_lost_link_is_twenty_seconds_of_deafness_and_the_time_runs_when_she_can_be_resumed() -> None:
    """Proves AUT-11, FBK-01: deaf from the first look; ready once it is over and the link is back; done off the ladder."""
    desk = Desk()
    desk.begin("link_loss")
    assert desk.ship.deaf_until_s == 120.5
    desk.ship.ladder.is_latched, desk.ship.link_is_back = True, True
    assert desk.look(19.9) == []
    desk.ship.link_is_back = False
    assert desk.look(0.1) == []
    desk.ship.link_is_back = True
    assert [one["state"] for one in desk.look(10.0)] == ["ready"]
    assert desk.ship.deaf_until_s == 120.5  # made once
    assert desk.look(5.0) == []
    desk.ship.ladder.is_latched = False
    (ended,) = desk.look(2.5)
    assert (ended["state"], ended["passed"], ended["took_s"]) == ("ended", True, 7.5)
    assert desk.ship.deaf_until_s == 0.0
    # Twenty seconds of deafness alone, to the moment.
    exact = Desk()
    exact.begin("link_loss")
    exact.ship.link_is_back = True
    assert [one["state"] for one in exact.look(20.0)] == ["ready"]


def test_the_bridge_that_the_ship_plays_keeps_her_five_seconds_and_gives_her_to_who_asks() -> None:
    """Proves AUT-06, AUT-03: taken at the first look; no request is granted sooner; done when the trainee holds her again."""
    desk = Desk()
    desk.begin("takeover")
    assert desk.ship.done == [("take drill", 100.5)]
    desk.ship.phase = "requested"
    assert (desk.look(4.9), len(desk.ship.done)) == ([], 1)
    assert [one["state"] for one in desk.look(0.1)] == ["ready"]
    assert len(desk.ship.done) == 1
    assert desk.look(0.5) == []
    assert desk.ship.done[1:] == [("answer True ''", 106.0)]
    # It is granted, not confirmed: she is not his yet, and nobody is asked again.
    assert (desk.look(0.5), len(desk.ship.done)) == ([], 2)
    for station, phase, holder in (
        ("remote", "granted", ANN), ("remote", "held", Holder("bob", console="console")),
        ("remote", "held", Holder("ann", console="other")), ("none", "held", ANN),
    ):  # fmt: skip
        desk.ship.station, desk.ship.phase, desk.ship.holder = station, phase, holder
        assert desk.look(0.5) == [], (station, phase, holder)
    desk.ship.station, desk.ship.phase, desk.ship.holder = "remote", "held", ANN
    (ended,) = desk.look(0.5)
    assert (ended["passed"], ended["took_s"]) == (True, 3.5)
    assert len(desk.ship.done) == 2  # nothing of the bridge's is left to be given back


@pytest.mark.parametrize(("exercise", "limit_s"), [("link_loss", 30.0), ("takeover", 45.0), ("emergency_stop", 10.0)])
def test_what_is_done_at_the_limit_is_in_time_and_beyond_it_is_not(exercise: str, limit_s: float) -> None:
    """Proves AUT-11: to the second, from when it could be done; what the drill made is undone with it."""
    desk = Desk()
    desk.begin(exercise)
    desk.ship.ladder.is_latched, desk.ship.link_is_back = True, True
    if exercise != "emergency_stop":
        assert [one["state"] for one in desk.look(25.0)] == ["ready"]
    assert desk.look(limit_s) == []
    (ended,) = desk.look(0.1)
    assert (ended["state"], ended["passed"], ended["took_s"], ended["why"]) == (
        "ended",
        False,
        None,
        "not done in time",
    )
    assert ended["limit_s"] == limit_s
    assert (desk.drill.running, desk.ship.deaf_until_s) == (None, 0.0)
    assert desk.ship.done[1:] == ([("release", desk.now_s)] if exercise == "takeover" else [])


def test_a_drill_that_never_comes_to_the_point_is_over_after_two_minutes() -> None:
    """Proves AUT-11: the link was not back; nobody is scored for it."""
    desk = Desk()
    desk.begin("link_loss")
    assert desk.look(120.0) == []
    (ended,) = desk.look(0.1)
    assert (ended["state"], ended["passed"]) == ("ended", False)
    assert ended["why"].startswith("it never came to the point")


def test_a_drill_is_ended_by_word_before_its_trouble_and_after() -> None:
    """Proves AUT-11: whoever ends it is told; the bridge that the ship plays lets go."""
    desk = Desk()
    desk.drill.deeds()["drill.begin"](order("drill.begin", "takeover"))
    desk.execution.outbox.clear()
    desk.drill.deeds()["drill.end"](order("drill.end", person="sue"))
    assert [(one["state"], one["passed"], one["why"]) for one in desk.told()] == [("ended", False, "ended by sue")]
    assert desk.ship.done == []
    desk.begin("takeover")
    desk.drill.deeds()["drill.end"](order("drill.end", person="sue"))
    assert desk.ship.done == [("take drill", 100.5), ("release", 100.5)]
    # With none on, the word tells nothing.
    desk.execution.outbox.clear()
    desk.drill.deeds()["drill.end"](order("drill.end", person="sue"))
    assert desk.told() == []


def test_a_hand_on_the_panel_ends_any_drill_and_keeps_the_ship() -> None:
    """Proves AUT-06: before the point and after it; what the bridge holds itself is not given back by the drill."""
    for exercise, after_s in (("link_loss", 1.0), ("takeover", 6.0), ("emergency_stop", 1.0)):
        desk = Desk()
        desk.begin(exercise)
        desk.look(after_s)
        desk.ship.station, desk.ship.holder = "local", Holder("mate")
        (ended,) = desk.look(0.5)
        assert (ended["why"], ended["passed"]) == ("the bridge has taken over", False)
        assert "release" not in [what for what, _ in desk.ship.done]


def test_a_drill_begins_while_somebody_ashore_has_her_in_order() -> None:
    """Proves INT-01, INT-03, CMD-07: nobody's conn, the ladder, a latched stop; real actuators; a second one; each told."""
    not_in_order = ("not_in_order", "INT-01")
    desk = Desk()
    assert desk.against("drill.begin") == []
    assert desk.against("drill.end") == [("no_drill", "INT-03")]
    for station in ("local", "none"):
        desk.ship.station = station
        assert desk.against("drill.begin") == [not_in_order]
        (found,) = desk.drill.objections(order("drill.begin", "takeover"))
        assert (found.value, found.limit) == (station, "remote")
    desk.ship.station, desk.ship.ladder.is_latched = "remote", True
    assert desk.against("drill.begin") == [not_in_order]
    desk.ship.ladder.is_latched, desk.ship.latched = False, object()
    assert desk.against("drill.begin") == [not_in_order]
    desk.ship.latched = None
    desk.begin("link_loss")
    assert desk.against("drill.begin") == [("drill_running", "INT-03")]
    assert desk.against("drill.end") == []
    real = Desk("real")
    (refused,) = real.drill.objections(order("drill.begin", "takeover"))
    assert (refused.name, refused.rule, refused.value, refused.limit) == (
        "real_actuators",
        "INT-03",
        "real",
        "simulated",
    )


@pytest.mark.parametrize(
    ("person", "session", "station", "may"),
    [
        ("ann", "session", "remote", True),
        ("ann", "another", "remote", False),
        ("bob", "session", "remote", False),
        ("ann", "session", "local", False),
        ("sue", "another", "local", True),
    ],
)
def test_who_may_begin_and_end_one(person: str, session: str, station: str, may: bool) -> None:
    """Proves AUT-11: who has the conn at this console, or a supervisor; the reason names the right that is missing."""
    desk = Desk()
    desk.ship.station = station
    found = desk.drill.strangers(order("drill.begin", "takeover", person, session), entry(person))
    rights = ", ".join(RIGHTS[person][1])
    assert [(one.name, one.rule, one.value, one.limit) for one in found] == (
        [] if may else [("no_right", "AUT-11", rights, "supervise")]
    )
