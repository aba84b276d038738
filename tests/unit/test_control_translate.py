"""Telegraph steps, speeds and courses as figures, dense at each limit, without a ship around them (CMD-06, CMD-08)."""

from __future__ import annotations

import dataclasses

import pytest

from control import translate
from control.context import Setpoints
from control.messages import Setpoint
from control.situation import Fact, Situation
from control.translate import KEPT, KEPT_AS, Asked, asked, heading_for, speed_pct, trim
from protocols.link.cbor import Plain
from protocols.reading import Quality
from tests.control_rig import UTC_NS, example_config

CONFIG = example_config()
"""14 kn at 100 % ahead, no more than 85 % in coastal waters."""


def seen(**values: float) -> Situation:
    """Return a situation of these measurements alone."""
    return Situation({name: Fact(value, Quality.GOOD, 0.1) for name, value in values.items()}, UTC_NS)


def drifting(heading: float = 80.0, course: float = 85.0, speed: float = 9.0) -> Situation:
    """Return a ship that makes good `course` over ground."""
    return seen(NAV_HDG=heading, NAV_COG=course, NAV_SOG=speed)


@pytest.mark.parametrize(
    ("kind", "args", "becomes", "into"),
    [
        ("conn.telegraph", {"step": "stop"}, "conn.propulsion", {"propulsion_pct": 0.0}),
        ("conn.telegraph", {"step": "half_ahead"}, "conn.propulsion", {"propulsion_pct": 55.0}),
        ("conn.telegraph", {"step": "dead_slow_astern"}, "conn.propulsion", {"propulsion_pct": -25.0}),
        ("conn.speed", {"speed_kn": 7.0}, "conn.propulsion", {"propulsion_pct": 50.0}),
        ("conn.speed", {"speed_kn": 7}, "conn.propulsion", {"propulsion_pct": 50.0}),
        ("conn.course", {"course_deg": 90.0}, "conn.heading", {"heading_deg": 85.0}),
        ("conn.heading", {"heading_deg": 90.0}, "conn.heading", {"heading_deg": 90.0}),
        ("conn.station_keep", {"radius_m": 30.0}, "conn.station_keep", {"radius_m": 30.0}),
    ],
)
def test_an_order_becomes_what_the_equipment_takes(
    kind: str, args: dict[str, Plain], becomes: str, into: dict[str, Plain]
) -> None:
    """Proves CMD-06, INT-08: rate and reason go with it, and nothing else does."""
    assert asked(kind, args, CONFIG, drifting()) == Asked(becomes, into)
    further: dict[str, Plain] = {"rate_deg_min": 20.0, "collision_reason": "agreed by VHF"}
    assert asked(kind, args | further, CONFIG, drifting()) == Asked(becomes, into | further)


def test_what_cannot_be_translated_says_why() -> None:
    """Proves INT-02, INT-04: a telegraph that there is none of, a course that nobody measures."""
    bare = dataclasses.replace(CONFIG, telegraph=None)
    refused = asked("conn.telegraph", {"step": "half_ahead", "collision_reason": "agreed"}, bare, drifting())
    assert (refused.kind, refused.args) == ("conn.propulsion", {"collision_reason": "agreed"})
    assert [(one.name, one.rule, one.value) for one in refused.reasons] == [("no_telegraph", "INT-04", "half_ahead")]
    unseen = asked("conn.course", {"course_deg": 90.0}, CONFIG, seen(NAV_HDG=80.0, NAV_SOG=9.0))
    assert (unseen.kind, unseen.args) == ("conn.heading", {"heading_deg": 90.0})
    assert [(one.name, one.rule) for one in unseen.reasons] == [("input_absent", "INT-02")]


@pytest.mark.parametrize(
    ("situation", "heading"),
    [
        (drifting(80.0, 85.0), 85.0),
        (drifting(85.0, 80.0), 95.0),
        (drifting(5.0, 355.0), 100.0),
        (drifting(80.0, 110.0), 60.0),
        (drifting(80.0, 110.1), 90.0),
        (drifting(80.0, 49.9), 90.0),
        (drifting(speed=1.0), 85.0),
        (drifting(speed=-1.0), 85.0),
        (drifting(speed=0.99), 90.0),
        (seen(NAV_COG=85.0, NAV_SOG=9.0), 90.0),
        (seen(NAV_HDG=80.0, NAV_SOG=9.0), 90.0),
        (seen(NAV_HDG=80.0, NAV_COG=85.0), 90.0),
    ],
)
def test_a_course_of_90_is_steered_against_a_drift_that_can_be_believed(situation: Situation, heading: float) -> None:
    """Proves CMD-06: up to 30 deg, from 1 kn over ground on; otherwise the course itself."""
    assert heading_for(90.0, situation) == pytest.approx(heading)


def test_a_heading_is_less_than_a_full_circle() -> None:
    """Proves CMD-01: 360 is 0, before and after rounding."""
    assert heading_for(360.0, seen()) == 0.0
    assert heading_for(365.0, seen()) == 5.0
    assert heading_for(4.97, drifting(80.0, 85.0)) == 0.0
    assert heading_for(1.0, drifting(80.0, 85.0)) == pytest.approx(356.0)
    assert heading_for(358.0, drifting(85.0, 80.0)) == pytest.approx(3.0)


@pytest.mark.parametrize(
    ("target", "speed", "percent", "wanted"),
    [
        (7.0, 6.0, 50.0, 52.1),  # 7.1 % are missing, of which a trim makes good 0.3
        (7.0, -6.0, 50.0, 52.1),
        (7.0, 8.0, 50.0, 47.9),
        (7.0, 7.0 - 0.238, 50.0, 50.5),
        (7.0, 7.0 - 0.182, 50.0, None),  # 0.4 % are not worth a command
        (7.0, 7.0, 50.0, None),
        (7.0, 1.0, 60.0, 65.0),  # no more than 15 % from what the speed needs in still water
        (7.0, 13.0, 40.0, 35.0),
        (13.0, 5.0, 80.0, 85.0),  # no more than the phase allows
        (0.5, 5.0, 5.0, 0.0),  # and never astern
    ],
)
def test_a_kept_speed_is_trimmed_slowly_and_within_bounds(
    target: float, speed: float, percent: float, wanted: float | None
) -> None:
    """Proves CMD-08, INT-04: by STEP_PCT at least, by SPEED_TRIM_PCT at most."""
    found = trim("conn.speed", target, Setpoints(propulsion_pct=percent), seen(NAV_SOG=speed), CONFIG)
    assert found == (None if wanted is None else Setpoint("propulsion", wanted))


def test_a_kept_course_is_trimmed_by_a_degree_at_least() -> None:
    """Proves CMD-08: over north as well; and nothing is trimmed on what is not known or not in force."""
    drift = drifting(80.0, 85.0)
    for in_force, wanted in ((86.0, 85.0), (84.0, 85.0), (85.9, None), (85.0, None)):
        found = trim("conn.course", 90.0, Setpoints(heading_deg=in_force), drift, CONFIG)
        assert found == (None if wanted is None else Setpoint("heading", wanted)), in_force
    assert trim("conn.course", 4.5, Setpoints(heading_deg=0.2), drift, CONFIG) is None
    assert trim("conn.course", 90.0, Setpoints(), drift, CONFIG) is None
    assert trim("conn.course", 90.0, Setpoints(heading_deg=50.0), seen(NAV_HDG=80.0, NAV_SOG=9.0), CONFIG) is None
    assert trim("conn.speed", 7.0, Setpoints(propulsion_pct=20.0), seen(), CONFIG) is None
    assert trim("conn.speed", 7.0, Setpoints(), seen(NAV_SOG=5.0), CONFIG) is None


def test_what_is_kept_is_told_under_its_own_name() -> None:
    """Proves CMD-08: a speed holds the propulsion, a course the steering."""
    assert KEPT == {"conn.speed": "propulsion", "conn.course": "steering"}
    assert KEPT_AS == {"conn.speed": "speed_kn", "conn.course": "course_deg"}
    assert speed_pct(4.2, CONFIG) == 30.0
    assert translate.TRIM_S == 10.0
