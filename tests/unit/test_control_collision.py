"""INT-08 at sea: orders that come near another ship, said in words; and the alert for who comes near anyway."""

from __future__ import annotations

import dataclasses
import math
from typing import Literal

import pytest

from control.collision import clear_of_traffic, dangers
from control.context import Context, Setpoints
from control.geometry import KNOT_MPS
from control.limits import ControlConfig
from control.surroundings import Surroundings, Target, Targets
from control.trial import trial
from protocols.link.cbor import Plain
from tests.control_rig import Rig, example_config

NORTH_M, EAST_M = 110_919.0, 91_350.0
"""Metres of a degree of latitude and of longitude at 34.93 N (WGS84)."""


def target(
    bearing_deg: float, range_m: float, course_deg: float | None, speed_kn: float | None, age_s: float = 3.0,
    doubt: str = "", source: Literal["ais", "radar"] = "ais",
) -> Target:  # fmt: skip
    """Return a target seen from the ship of the rig."""
    angle = math.radians(bearing_deg)
    latitude, longitude = 34.93 + range_m * math.cos(angle) / NORTH_M, 129.05 + range_m * math.sin(angle) / EAST_M
    return Target("HAEUNDAE STAR (440998001)", source, latitude, longitude, speed_kn, course_deg, None, age_s, doubt)


def crosser(age_s: float = 3.0, doubt: str = "", source: Literal["ais", "radar"] = "ais") -> Target:
    """Return a ship to the south that a turn to 170 would meet in about six minutes: it comes north at 9 kn."""
    back_m = 9.0 * KNOT_MPS * age_s  # where she was when she said so
    return dataclasses.replace(target(170.0, 3400.0 + back_m, 350.0, 9.0, age_s, doubt, source))


def under_way(*targets: Target) -> Rig:
    ship = Rig()
    ship.targets = list(targets)
    ship.look()
    ship.take("ann")
    return ship


@pytest.mark.parametrize("source", ["ais", "radar"])
def test_an_order_that_comes_near_needs_a_reason_with_it(source: Literal["ais", "radar"]) -> None:
    """Proves INT-08, CMD-07: refused with target, CPA, TCPA, limit, class and age; with a reason it is carried out."""
    ship = under_way(crosser(source=source))
    order = ship.say("conn.heading", {"heading_deg": 170})
    assert ship.reasons(order) == [("close_quarters", "INT-08")]
    told = ship.told(order)["reasons"]
    assert isinstance(told, list)
    reason = told[0]
    assert isinstance(reason, dict)
    text = str(reason["text"])
    assert "HAEUNDAE STAR (440998001) would pass at" in text
    assert "NM in" in text
    assert reason["limit"] == 500.0
    assert isinstance(reason["value"], int)
    assert 0 <= reason["value"] < 500
    assert reason["age_s"] == 3.0
    # The operator has spoken to her and says so: the order is carried out, and the record has his words.
    agreed = ship.say("conn.heading", {"heading_deg": 170, "collision_reason": "agreed on VHF 13"})
    assert ship.state(agreed) == "executing"
    assert ship.told(agreed)["args"] == {"heading_deg": 170, "collision_reason": "agreed on VHF 13"}


def test_blanks_are_no_reason_and_a_clear_course_needs_none() -> None:
    """Proves INT-08: an empty confirmation confirms nothing; an order that stays clear asks for nothing."""
    ship = under_way(crosser())
    assert ship.state(ship.say("conn.heading", {"heading_deg": 170, "collision_reason": "  "})) == "REJECTED"
    assert ship.state(ship.say("conn.heading", {"heading_deg": 85})) == "executing"


def test_direct_control_is_excepted_and_the_alert_sounds() -> None:
    """Proves INT-08: a rudder order is taken; DANGER OF COLLISION is category A, not acknowledged from ashore."""
    ship = Rig()
    ship.targets = [target(80.0, 3000.0, 260.0, 9.0)]
    ship.look()
    ship.take("ann", "direct")
    ship.supervisor.link.round_trip_ms = 80.0
    ship.look()
    order = ship.say("conn.rudder", {"rudder_deg": 5})
    assert ship.state(order) == "executing"
    ship.forward(3.0)
    assert "collision-danger" in ship.supervisor.facts(ship.now_s).alerts
    raised = [e.body for e in ship.events if e.kind == "alert" and e.body["alert_id"] == "collision-danger"]
    assert (raised[-1]["category"], raised[-1]["priority"]) == ("A", "alarm")
    assert ship.supervisor.collision.dangers[0].encounter == "head_on"
    # She has altered: ten seconds later the alert is rectified.
    ship.targets = [target(80.0, 3000.0, 350.0, 9.0)]
    ship.forward(12.0)
    assert raised[-1] is not next(
        e.body for e in reversed(ship.events) if e.kind == "alert" and e.body["alert_id"] == "collision-danger"
    )


@pytest.mark.parametrize(
    ("how", "name", "words"),
    [
        (crosser(age_s=61.0), "stale_target", "not heard for 61 s"),
        (crosser(doubt="it is in two places at once"), "doubted_target", "it is in two places at once"),
        (target(170.0, 1500.0, None, None), "motion_unknown", "tells no course or speed"),
    ],
)
def test_what_is_stale_doubted_or_untold_is_said_in_words(how: Target, name: str, words: str) -> None:
    """Proves INT-08: such a target is asked for as well, under its own name, and raises no alert where it is in doubt."""
    ship = under_way(how)
    order = ship.say("conn.heading", {"heading_deg": 170})
    assert ship.reasons(order) == [(name, "INT-08")]
    assert words in str(ship.told(order)["reasons"])


def test_no_alert_for_the_stale_and_the_doubted() -> None:
    """Proves INT-08: right ahead and closing, but old or impossible: no alarm; fresh and believed: alarm."""
    config = example_config()
    for one, is_one in (
        (target(80.0, 3000.0, 260.0, 9.0), True), (target(80.0, 3300.0, 260.0, 9.0, age_s=61.0), False),
        (target(80.0, 3000.0, 260.0, 9.0, doubt="it is in two places at once"), False),
    ):  # fmt: skip
        ship = Rig()
        ship.targets = [one]
        assert bool(dangers(ship.situation(), config)) is is_one


def test_nobody_listening_is_not_an_empty_sea() -> None:
    """Proves INT-08, INT-02: AIS and radar silent or never heard ask for a reason, unless the vessel's setting allows it."""
    for age_s in (None, 60.1):
        ship = under_way()
        ship.lookout_age_s = age_s
        ship.look()
        assert ship.reasons(ship.say("conn.heading", {"heading_deg": 85})) == [("lookout_silent", "INT-08")]
        assert ship.state(ship.say("conn.controlled_stop")) == "executing"
        told = {"heading_deg": 85, "collision_reason": "two watchmen on the bridge"}
        assert ship.state(ship.say("conn.heading", dict(told))) == "executing"
    limits = example_config().limits
    free = dataclasses.replace(
        example_config(), phases={"coastal": dataclasses.replace(limits, without_lookout="allow")}
    )
    ship = Rig(config=free)
    ship.lookout_age_s = None
    ship.look()
    ship.take("ann")
    assert ship.state(ship.say("conn.heading", {"heading_deg": 85})) == "executing"


def test_what_makes_it_better_is_never_refused() -> None:
    """Proves INT-08: on a collision course, a turn that still passes within the limit is taken; the old course is not."""
    ship = under_way(target(80.0, 3000.0, 260.0, 9.0))
    assert ship.reasons(ship.say("conn.heading", {"heading_deg": 80})) == [("close_quarters", "INT-08")]
    order = ship.say("conn.heading", {"heading_deg": 95})
    assert ship.state(order) == "executing"
    near = trial(context(ship, "conn.heading", {"heading_deg": 95}))
    assert near is not None
    assert near.passings[0].is_within_limits  # better, and not yet clear


def test_more_speed_is_judged_at_both_speeds() -> None:
    """Proves INT-08: full ahead meets a crosser that the present speed misses; slowing down does not."""
    ship = under_way()
    ship.values.update(NAV_SOG=4.0, ME_RPM=60.0)
    ship.targets = [target(44.0, 2900.0, 170.0, 9.0)]
    ship.look()
    assert ship.state(ship.say("conn.propulsion", {"propulsion_pct": 20})) == "executing"
    assert ("close_quarters", "INT-08") in ship.reasons(ship.say("conn.propulsion", {"propulsion_pct": 80}))


@pytest.mark.parametrize(("cpa_m", "is_near"), [(499.0, True), (501.0, False)])
def test_the_limit_is_where_it_is_set(cpa_m: float, is_near: bool) -> None:
    """Proves INT-08: dense at the limit: a ship at rest abeam of the ordered course at 499 m and at 501 m."""
    ship = under_way(target(140.0, 5000.0, 0.0, 0.0))
    config = example_config()
    found = trial(context(ship, "conn.heading", {"heading_deg": 140}))
    assert found is not None
    passed_m = found.passings[0].cpa_m  # what the turn leaves
    limits = dataclasses.replace(config.limits, cpa_m=passed_m + 500.0 - cpa_m)
    tight = dataclasses.replace(config, phases={"coastal": limits})
    assert bool(clear_of_traffic(context(ship, "conn.heading", {"heading_deg": 140}, tight))) is is_near


def test_only_so_many_are_told_of_and_the_first_met_comes_first() -> None:
    """Twenty on the way: five are described, in order of their time, the rest are counted."""
    ship = under_way(*(target(170.0, 1500.0 + 100.0 * number, 0.0, 0.0) for number in range(20)))
    order = ship.say("conn.heading", {"heading_deg": 170})
    names = [name for name, _ in ship.reasons(order)]
    assert names == ["close_quarters"] * 5 + ["more_targets"]
    assert "15 more targets" in str(ship.told(order)["reasons"])


def context(ship: Rig, kind: str, args: dict[str, Plain], config: ControlConfig | None = None) -> Context:
    return Context(kind, args, ship.situation(), config or ship.config, Setpoints(), None, is_stop_latched=False)


def test_the_trial_manoeuvre_shows_track_and_passings() -> None:
    """A turn to 170: the track begins here, ends to the south after the time of the limit; the nearest comes first."""
    ship = under_way(target(350.0, 20_000.0, 350.0, 9.0), crosser())
    found = trial(context(ship, "conn.heading", {"heading_deg": 170}))
    assert found is not None
    assert (found.track[0].longitude_deg, found.track[0].latitude_deg) == (129.05, 34.93)
    assert found.track[-1].in_s == pytest.approx(900.0)
    assert found.track[-1].latitude_deg < 34.90
    assert [passing.is_within_limits for passing in found.passings] == [True, False]
    assert found.passings[1].encounter == "safe"
    assert trial(context(ship, "conn.controlled_stop", {})) is None


def test_the_drift_of_now_is_reckoned_with() -> None:
    """With a current that sets her north, a ship at rest to the north of her course comes nearer than without."""
    ship = under_way(target(70.0, 3000.0, 0.0, 0.0))
    still = trial(context(ship, "conn.heading", {"heading_deg": 80}))
    ship.values["NAV_COG"] = 70.0
    set_north = trial(context(ship, "conn.heading", {"heading_deg": 80}))
    assert still is not None
    assert set_north is not None
    assert still.passings[0].cpa_m > 400.0
    assert set_north.passings[0].cpa_m < 30.0


def test_a_target_is_carried_on_from_its_report() -> None:
    """Ages count: a report of a minute ago, and the time since the targets were laid out, move her along her course."""
    ship = under_way()
    own = target(80.0, 3000.0, 260.0, 9.0, age_s=30.0)
    laid = Surroundings(Targets([own]), 1.0, since_s=20.0)
    situation = dataclasses.replace(ship.situation(), surroundings=laid)
    found = dangers(situation, ship.config)[0]
    assert found.age_s == 50.0
    assert found.tcpa_s == pytest.approx((3000.0 - 9 * KNOT_MPS * 50.0) / (18 * KNOT_MPS), rel=0.01)


def test_the_dateline_and_the_shore_of_nobody() -> None:
    """A target on the other side of 180 degrees is near; with no target at all nothing is said."""
    ship = under_way()
    ship.values.update(NAV_LON=179.99, NAV_LAT=0.0)
    ship.targets = [Target("X", "ais", 0.0, -179.99, 0.0, 0.0, None, 1.0)]
    found = trial(context(ship, "conn.heading", {"heading_deg": 80}))
    assert found is not None
    assert found.passings[0].cpa_m < 500.0
    ship.targets = []
    assert clear_of_traffic(context(ship, "conn.heading", {"heading_deg": 80})) == []
