"""Who may keep her station, where, and how wide: the rules that the order is judged by, dense at their limits."""

from __future__ import annotations

import dataclasses

import pytest

from control.context import Context, Setpoints
from control.limits import ConfigError, ControlConfig
from control.station import possible, room_m, run_m
from protocols.link.cbor import Plain
from protocols.link.heartbeats import Disagreed
from tests.control_rig import Rig
from tests.unit.test_control_collision import target
from tests.unit.test_control_grounding import WRECK, chart
from tests.unit.test_control_grounding import config as chart_config
from tests.unit.test_control_phases import with_phases
from tests.unit.test_control_station import KEEP, KIND, able, lies_still, under_way


def test_who_can_is_said_by_hull_and_phase() -> None:
    """Proves INT-04, CMD-07: refused in words where the hull cannot, where the phase has no table, and for another circle."""
    cannot = with_phases(coastal={"keep": KEEP})
    ship = under_way(cannot)
    refused = ship.say(KIND)
    assert ship.reasons(refused) == [("keeps_no_station", "INT-04")]
    assert "Her hull cannot keep her station" in str(ship.told(refused)["reasons"])
    ship = under_way()
    ship.say("conn.controlled_stop")
    lies_still(ship)
    assert ship.state(ship.say("conn.phase", {"phase": "berth"})) == "SUCCEEDED"
    refused = ship.say(KIND)
    assert ship.reasons(refused) == [("keeps_no_station", "INT-04")]
    assert "She has no table `keep` for berth" in str(ship.told(refused)["reasons"])
    for radius_m, expected in (
        (59.9, [("station_radius", "INT-04")]), (60.0, []), (200.0, []), (200.1, [("station_radius", "INT-04")]),
    ):  # fmt: skip
        ship = under_way()
        assert ship.reasons(ship.say(KIND, {"radius_m": radius_m})) == expected, radius_m
    # Without a widest circle there is only the phase's own.
    ship = under_way(able(keep={"radius_m": 60.0, "approach_pct": 15.0}))
    assert ship.reasons(ship.say(KIND, {"radius_m": 61.0})) == [("station_radius", "INT-04")]
    assert ship.state(ship.say(KIND, {"radius_m": 60.0})) == "executing"


def test_the_room_and_the_run_of_an_order() -> None:
    """Proves INT-06: the circle is room for her station alone; a ship that lies still runs no way before she lies there."""
    config = able()

    def context(kind: str, args: dict[str, Plain]) -> Context:
        return Context(kind, args, Rig().situation(), config, Setpoints(), None, is_stop_latched=False)

    assert room_m(context(KIND, {"radius_m": 90.0})) == 90.0
    assert room_m(context(KIND, {})) == 0.0
    assert room_m(context("conn.heading", {"radius_m": 90.0})) == 0.0
    for speed_kn, expected_m in (
        (2.0, 0.0),
        (-2.0, 0.0),
        (2.1, config.hull.stop_reach_m),
        (-2.1, config.hull.stop_reach_m),
    ):
        assert run_m(context(KIND, {}), speed_kn) == expected_m
    for radius_m, limit in ((59.0, 60.0), (201.0, 200.0)):
        (found,) = possible(context(KIND, {"radius_m": radius_m}))
        assert (found.name, found.value, found.limit, found.unit) == ("station_radius", radius_m, limit, "m")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        *((name, ("input_absent", "INT-02")) for name in ("NAV_LAT", "NAV_LON", "NAV_HDG", "NAV_SOG", "ME_RPM")),
        ({"ME_RDY": False}, ("remote_control_off", "INT-03")),
        ({"STG_PMP1": False}, ("steering_pump", "INT-03")),
        ({"WND_TWS": 21.0}, ("wind", "INT-10")),
        (Disagreed("position", 90.0, "m", "gps 1", "gps 2"), ("position_disagrees", "INT-12")),
        (Disagreed("heading", 9.0, "deg", "gyro", "compass"), ("heading_disagrees", "INT-12")),
        (Disagreed("speed", 3.0, "kn", "log", "gps 1"), ("speed_disagrees", "INT-12")),
    ],
)
def test_every_interlock_of_a_conn_order_is_one_of_hers(change: object, reason: tuple[str, str]) -> None:
    """Proves INT-02, INT-03, INT-10, INT-12: a station needs position, heading, speed, engine, a pump and her weather."""
    ship = under_way()
    if isinstance(change, str):
        del ship.values[change]
    elif isinstance(change, Disagreed):
        ship.disagreements = (change,)
    else:
        ship.values.update(change)  # type: ignore[call-overload] # the rows give channels with their values
    ship.look()
    assert reason in ship.reasons(ship.say(KIND))


def test_without_the_conn_on_the_ladder_and_under_a_stop_she_keeps_no_station() -> None:
    """Proves INT-01, INT-11, FBK-01: the order needs what every order of the conn needs."""
    ship = under_way()
    assert ("not_in_control", "INT-01") in ship.reasons(ship.say(KIND, person="bob"))
    ship.stop("sue")
    assert ("emergency_stop", "INT-11") in ship.reasons(ship.say(KIND))
    ship = under_way()
    ship.beating = None
    ship.forward(12.0)
    ship.beating = "ann"
    ship.forward(3.0)
    assert ("ladder", "FBK-01") in ship.reasons(ship.say(KIND))


def test_the_whole_circle_and_her_way_to_rest_lie_where_she_may_be() -> None:
    """Proves INT-06: the radius counts beside the margin, and under way her stopping reach ahead does."""
    edge = 35.1  # northern edge of the trial area; the margin is 50 m
    hundred_m = 100.0 / 1852.0 / 60.0
    for off, radius_m, expected in (
        (1.05, 60.0, [("allowed_area", "INT-06")]), (1.15, 60.0, []), (1.15, 150.0, [("allowed_area", "INT-06")]),
    ):  # fmt: skip
        ship = under_way()
        ship.values.update(NAV_LAT=edge - off * hundred_m, NAV_SOG=0.4, NAV_HDG=80.0)
        ship.look()
        assert ship.reasons(ship.say(KIND, {"radius_m": radius_m})) == expected, (off, radius_m)
    # Bound for the edge at 9 kn, a stopping reach away: refused; lying still at the same place: taken.
    reach_m = able().hull.stop_reach_m
    for speed_kn, expected in ((9.0, [("allowed_area", "INT-06")]), (2.0, [])):
        ship = under_way()
        ship.values.update(NAV_LAT=edge - (reach_m + 60.0) / 100.0 * hundred_m, NAV_SOG=speed_kn, NAV_HDG=0.0)
        ship.look()
        assert ship.reasons(ship.say(KIND)) == expected, speed_kn


def test_another_ship_that_comes_to_her_station_is_asked_about() -> None:
    """Proves INT-08: one bound for the place needs a reason; one that passes clear of it does not."""
    ship = under_way()
    ship.targets = [target(270.0, 3000.0, 90.0, 9.0)]  # from astern, and she makes 9 kn herself: never nearer
    ship.look()
    assert ship.state(ship.say("conn.heading", {"heading_deg": 80})) == "executing"
    assert ("close_quarters", "INT-08") in ship.reasons(ship.say(KIND))
    assert ship.state(ship.say(KIND, {"collision_reason": "she has been called and alters"})) == "executing"
    ship.targets = [target(0.0, 1000.0, 90.0, 9.0)]
    ship.look()
    assert ship.state(ship.say(KIND)) == "executing"


def test_shoals_within_the_circle_are_too_near() -> None:
    """Proves INT-07: the wreck 180 m off is outside the phase's circle and inside a wide one."""
    water = chart_config(found=chart(WRECK))
    config = dataclasses.replace(able(without_lookout="allow"), grounding=water.grounding, chart=water.chart)
    for radius_m, expected in ((60.0, []), (200.0, [("shoal", "INT-07")])):
        ship = Rig(config=config)
        ship.values |= {"NAV_LAT": 34.925, "NAV_DPTK": 20.0, "NAV_SOG": 0.4}
        ship.look()
        ship.take("ann")
        assert ship.reasons(ship.say(KIND, {"radius_m": radius_m})) == expected
    ship.values["NAV_DPTK"] = 1.4
    ship.look()
    assert ("under_keel", "INT-07") in ship.reasons(ship.say(KIND))


PULLS = "keep: 0 < approach_pct <= approach_pct_max <= ahead_pct_max does not hold"


@pytest.mark.parametrize(
    ("keep", "fault"),
    [
        (KEEP | {"radius_m_max": 59.0}, "keep.radius_m_max is 59, below radius_m"),
        (KEEP | {"approach_pct": 86.0}, PULLS),
        (KEEP | {"approach_pct": 0.0}, PULLS),
        (KEEP | {"approach_pct_max": 14.9}, PULLS),
        (KEEP | {"approach_pct_max": 86.0}, PULLS),
        (KEEP | {"radius_m_max": "wide"}, "keep.radius_m_max is 'wide', not a number"),
    ],
)
def test_a_circle_that_makes_no_sense_does_not_start(keep: dict[str, object], fault: str) -> None:
    """Proves FBK-02: each fault of the table `keep` by name; at the limits it is taken, and written as it was read."""
    with pytest.raises(ConfigError) as raised:
        able(keep=keep)
    assert fault in str(raised.value)
    good = with_phases(
        hull={"keeps_station": True}, coastal={"keep": KEEP | {"radius_m_max": 60.0, "approach_pct_max": 30.0}}
    )
    assert ControlConfig.from_mapping(good.vessel, good.to_plain()) == good
    weak = able(keep={"radius_m": 60.0, "approach_pct": 0.5})
    assert weak.limits.keep is not None
    assert weak.limits.keep.strongest_pct == 0.5
    narrow = with_phases(hull={"keeps_station": True}, coastal={"keep": {"radius_m": 60.0, "approach_pct": 15.0}})
    assert ControlConfig.from_mapping(narrow.vessel, narrow.to_plain()) == narrow
