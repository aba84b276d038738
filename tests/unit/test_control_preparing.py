"""Her fallback is judged while there is still time, once, and told with what bars it; nothing moves for it (FBK-02)."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from control.limits import ControlConfig, Response
from control.preparing import Preparing
from control.safestate import SafeState
from control.situation import Situation
from protocols.errors import MalformedError
from protocols.link.events import Reason
from protocols.link.heartbeats import RespondBy, VesselHeartbeat
from tests.control_rig import Rig, example_config
from tests.unit.test_console_orderable import state as shown
from tests.unit.test_control_harbour import EASTWARD, WAY
from tests.unit.test_control_phases import LOITER, with_phases
from tests.unit.test_control_respond import ahead_m, by, heading_east, wall

STOPPING, LOITERING, HOMEWARD = "stopping on heading", "going to the loiter point", "following the safe harbour route"
BANK = "the edge of 'Bank'"


def short_of(left_s: float, coastal: dict[str, Any]) -> ControlConfig:
    """Return a vessel with so long to act before the bank on her way, in a coastal phase changed as asked."""
    base, near = with_phases(coastal=coastal), wall(ahead_m(example_config(), left_s))
    return dataclasses.replace(base, areas=near.areas, all_areas=near.areas)


def prepared(ship: Rig) -> list[tuple[str, list[str]]]:
    """Return (state, reasons) of each preparation that was told."""
    told = [one.body for one in ship.events if one.kind == "entry" and one.body["result"] == "prepared"]
    return [(str(body["state"]), [reason["name"] for reason in body["reasons"]]) for body in told]  # type: ignore[index,union-attr,call-overload]


@pytest.mark.parametrize(("left_s", "is_prepared"), [(64.0, False), (58.0, True), (5.0, True)])
def test_within_a_minute_what_she_would_do_alone_is_told(left_s: float, is_prepared: bool) -> None:
    """Proves FBK-02: below sixty seconds, not above; and no order of hers comes of it."""
    ship = heading_east(short_of(left_s, {"fallback": "stop"}))
    told = by(ship)
    assert told is not None
    assert (told.fallback, told.barred) == ((STOPPING, "") if is_prepared else ("", ""))
    assert prepared(ship) == ([("stop", [])] if is_prepared else [])
    assert {cause for _, _, cause in ship.moves} == {"AUT-04"}  # what was loaded at the hand-over, and nothing else
    assert ship.supervisor.watch.safe.entry is None


def test_an_operator_who_takes_longer_than_a_minute_is_prepared_for_earlier() -> None:
    """Two minutes is what hers takes: with ninety seconds left it is judged."""
    slow = dataclasses.replace(short_of(90.0, {"fallback": "stop"}), response=Response(120.0))
    told = by(heading_east(slow))
    assert told is not None
    assert told.fallback == STOPPING
    # Negative control: the same ninety seconds before one who takes a minute.
    told = by(heading_east(short_of(90.0, {"fallback": "stop"})))
    assert told is not None
    assert told.fallback == ""


def test_a_loiter_point_behind_a_bank_is_found_barred_before_it_is_needed() -> None:
    """Proves FBK-02: she says that she would stop instead and why; with the way to it free she says that she would go there."""
    beyond = {"fallback": "loiter", "loiter": LOITER | {"latitude_deg": 34.93, "longitude_deg": 129.30}}
    ship = heading_east(short_of(30.0, beyond))
    told = by(ship)
    assert told is not None
    assert told.fallback == STOPPING
    assert "Bank" in told.barred
    assert [names for _, names in prepared(ship)] == [["loiter_blocked"]]
    free = {"fallback": "loiter", "loiter": LOITER | {"latitude_deg": 34.93, "longitude_deg": 129.00}}
    told = by(heading_east(short_of(30.0, free)))
    assert told is not None
    assert (told.fallback, told.barred) == (LOITERING, "")


def test_a_way_home_is_judged_and_not_set_out_on() -> None:
    """Proves FBK-02: a way home that leads through the bank is barred; nothing of it is begun, and L5 still finds its own way."""
    home = {
        "fallback": "safe_harbour", "harbour": {
            "marks": [list(point) for point in EASTWARD], "turn_radius_m": WAY.turn_radius_m, "xtd_m": WAY.xtd_m,
            "approach_pct": WAY.approach_pct, "arrive_m": WAY.arrive_m,
        },
    }  # fmt: skip
    ship = heading_east(short_of(30.0, home))
    told = by(ship)
    assert told is not None
    assert told.fallback == STOPPING
    assert told.barred.startswith("The safe harbour route cannot be joined from here:")
    assert prepared(ship) == [("safe_harbour", ["harbour_barred"])]
    behind = home["harbour"] | {"marks": [[129.0, 34.93], [128.95, 34.93]]}  # type: ignore[operator]
    free = heading_east(short_of(30.0, home | {"harbour": behind}))
    told = by(free)
    assert told is not None
    assert (told.fallback, told.barred) == (HOMEWARD, "")
    harbour = free.supervisor.watch.safe.harbour
    assert harbour is not None
    assert harbour.steer(free.supervisor.situation, free.now_s + 60.0) == []  # nobody has set out


def test_it_is_one_entry_while_it_lasts_and_another_when_what_bars_it_changes() -> None:
    """It is told once in half a minute; then another phase is put in force, whose point lies behind the bank: told again."""
    free = {"fallback": "loiter", "loiter": LOITER | {"latitude_deg": 34.93, "longitude_deg": 129.00}}
    config = short_of(30.0, free)
    point = config.phases["coastal"].loiter
    assert point is not None
    behind = dataclasses.replace(config.phases["coastal"], loiter=dataclasses.replace(point, longitude_deg=129.30))
    ship = Rig(config=dataclasses.replace(config, phases=config.phases | {"berth": behind}))
    ship.values |= {"NAV_HDG": 90.0, "NAV_COG": 90.0, "NAV_SOG": 9.0}
    ship.look()
    ship.bridge("take")  # the bridge holds on: an order from ashore would fail INT-06 and be ended after five seconds
    ship.forward(27.0)
    assert prepared(ship) == [("loiter", [])]
    ship.bridge("phase", phase="berth")
    # Five seconds later at the latest it is judged anew.
    ship.forward(6.0)
    assert prepared(ship) == [("loiter", []), ("loiter", ["loiter_blocked"])]


def test_a_danger_that_flickers_is_one_preparation_and_one_that_is_over_is_let_go() -> None:
    """Eight seconds without it do not end it; ten do, and the next one is told again."""
    ship = heading_east(short_of(30.0, {"fallback": "stop"}))
    for _ in range(3):
        ship.values |= {"NAV_HDG": 270.0, "NAV_COG": 270.0}
        ship.forward(8.0)
        assert by(ship) is None
        ship.values |= {"NAV_HDG": 90.0, "NAV_COG": 90.0}
        ship.forward(2.0)
        told = by(ship)
        assert told is not None
        assert told.fallback == STOPPING
    assert len(prepared(ship)) == 1
    ship.values |= {"NAV_HDG": 270.0, "NAV_COG": 270.0}
    ship.forward(12.0)
    ship.values |= {"NAV_HDG": 90.0, "NAV_COG": 90.0}
    ship.forward(2.0)
    assert len(prepared(ship)) == 2


def test_what_is_being_done_is_not_prepared() -> None:
    """On her hold after a lost link the fallback is the ladder's business: nothing more is told of it beside."""
    ship = heading_east(short_of(30.0, {"fallback": "stop"}))
    ship.beating = None
    ship.forward(20.0)
    assert ship.supervisor.watch.safe.entry is not None
    told = by(ship)
    assert told is not None
    assert (told.fallback, told.barred) == ("", "")


def test_the_heartbeat_carries_it_and_an_older_one_is_read_as_before() -> None:
    """Both words come back from the bytes; a heartbeat without them has none, and one word too long is refused."""
    heard = shown().heartbeat
    assert heard is not None
    beat = dataclasses.replace(heard, respond=RespondBy(5, 60.0, BANK, STOPPING, "No water there."))
    assert VesselHeartbeat.from_bytes(beat.to_bytes()) == beat
    plain = dataclasses.replace(beat, respond=RespondBy(5, 60.0, BANK))
    assert VesselHeartbeat.from_bytes(plain.to_bytes()) == plain
    assert b"fallback" not in plain.to_bytes()
    assert b"barred" not in plain.to_bytes()
    for long in (RespondBy(5, 60.0, BANK, "x" * 201), RespondBy(5, 60.0, BANK, STOPPING, "x" * 201)):
        with pytest.raises(MalformedError):
            VesselHeartbeat.from_bytes(dataclasses.replace(beat, respond=long).to_bytes())


def test_dense_at_its_limits_and_told_whole() -> None:
    """Below sixty seconds and not at them; judged anew after five; let go ten after the last such moment."""
    ship = Rig(config=with_phases(coastal={"fallback": "stop", "stop_entry_s": 410.0, "fallback_entry_s": 420.0}))
    preparing, situation = Preparing(ship.supervisor.voyage, ship.supervisor.watch.safe), ship.supervisor.situation
    assert preparing.look(RespondBy(60, 60.0, BANK), situation, 100.0) == []
    assert preparing.look(RespondBy(61, 61.0, BANK), situation, 100.0) == []
    (told,) = preparing.look(RespondBy(59, 10.0, BANK), situation, 100.0)
    assert (told.kind, told.body) == ("entry", {
        "state": "stop", "phase": "coastal", "cause": f"59 s to act before {BANK}", "result": "prepared", "why": "",
        "took_s": 0.0, "limit_s": 410.0, "reasons": [],
    })  # fmt: skip
    by = RespondBy(61, 10.0, BANK)
    for now_s, is_kept in ((109.99, True), (110.0, False)):
        assert preparing.look(by, situation, now_s) == []
        told_by = preparing.told(by)
        assert told_by is not None
        assert (told_by.fallback == STOPPING) is is_kept


class Watched(SafeState):
    """A fallback whose bars are said by the test, and whose judgements are counted."""

    said: tuple[Reason, ...] = ()
    judged = 0

    def bars(self, situation: Situation) -> list[Reason]:
        """Return what the test says, wherever she is."""
        del situation
        self.judged += 1
        return list(self.said)


def test_it_is_judged_anew_five_seconds_later_and_no_sooner() -> None:
    """Not at 4.99 s; at five, and then five later; what bars it is told in 200 characters, as the heartbeat carries it."""
    ship = Rig(config=with_phases(coastal={"fallback": "stop"}))
    watched = Watched(ship.supervisor.voyage, ship.supervisor.execution)
    preparing, by = Preparing(ship.supervisor.voyage, watched), RespondBy(30, 60.0, BANK)
    for now_s, judged in ((100.0, 1), (102.5, 1), (104.99, 1), (105.0, 2), (109.99, 2), (110.0, 3)):
        preparing.look(by, ship.supervisor.situation, now_s)
        assert (now_s, watched.judged) == (now_s, judged)
    watched.said = (Reason("loiter_blocked", "FBK-02", "w" * 300),)
    (told,) = preparing.look(by, ship.supervisor.situation, 115.0)
    assert [one["name"] for one in told.body["reasons"]] == ["loiter_blocked"]  # type: ignore[index,union-attr,call-overload]
    carried = preparing.told(by)
    assert carried is not None
    assert carried.barred == "w" * 200
