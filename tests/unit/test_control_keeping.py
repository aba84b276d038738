"""How a point is kept: where the pull begins and ends, how it grows, and when her way or her bow speak against it (FBK-02)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from control.geometry import KNOT_MPS
from control.keeping import Pull, Spot, closing_mps, differs, eased, here, pull
from control.limits import Keep
from control.situation import Fact, Situation
from protocols.link.heartbeats import Disagreed
from protocols.reading import Quality
from tests.control_rig import UTC_NS
from tests.unit.test_control_collision import EAST_M

STEADY, GROWING = Keep(100.0, 20.0), Keep(100.0, 20.0, approach_pct_max=80.0)
POINT = Spot(34.93, 129.05)


def at(metres_east: float) -> Spot:
    """Return a place so far to the east of the point."""
    return Spot(34.93, 129.05 + metres_east / EAST_M)


def moving(**values: float) -> Situation:
    """Return what is known of her motion."""
    return Situation({name: Fact(value, Quality.GOOD, 0.1) for name, value in values.items()}, UTC_NS, True)


@pytest.mark.parametrize(
    ("keep", "metres", "was_pulling", "expected_pct"),
    [
        (STEADY, 99.9, False, 0.0), (STEADY, 100.1, False, 20.0), (STEADY, 500.0, False, 20.0),
        (STEADY, 60.2, True, 20.0), (STEADY, 59.8, True, 0.0),
        (GROWING, 69.9, False, 0.0), (GROWING, 70.0, False, 50.0), (GROWING, 100.0, False, 80.0),
        (GROWING, 500.0, False, 80.0), (GROWING, 55.0, True, 35.0), (GROWING, 40.2, True, 20.2), (GROWING, 39.8, True, 0.0),
    ],
)  # fmt: skip
def test_the_pull_begins_ends_and_grows_with_the_distance(
    keep: Keep, metres: float, expected_pct: float, *, was_pulling: bool
) -> None:
    """Proves FBK-02: one strength from the edge on, or one that grows within the circle so that she lies inside it."""
    found = pull(at(metres), POINT, keep, was_pulling=was_pulling)
    assert found.propulsion_pct == pytest.approx(expected_pct, abs=0.25)
    assert found.distance_m == pytest.approx(metres, abs=0.15)
    assert found.heading_deg == pytest.approx(270.0, abs=0.1)


def test_her_way_and_her_bow_may_speak_against_the_pull() -> None:
    """Proves FBK-02: none while she closes fast enough by herself; turned away none within the circle, the weakest outside."""
    near, far = Pull(80.0, 270.0, 60.0), Pull(150.0, 270.0, 80.0)
    still = moving(NAV_SOG=0.0, NAV_COG=0.0, NAV_HDG=270.0)
    assert eased(near, GROWING, still) == near
    fast_kn = 80.0 / 12.0 / KNOT_MPS  # the Otter loses her way in about twelve seconds
    for course, speed_kn, percent in ((270.0, fast_kn - 0.1, 60.0), (270.0, fast_kn + 0.1, 0.0), (90.0, 20.0, 60.0)):
        assert eased(near, GROWING, moving(NAV_SOG=speed_kn, NAV_COG=course, NAV_HDG=270.0)).propulsion_pct == percent
    for heading, within, outside in ((315.0, 60.0, 80.0), (225.0, 60.0, 80.0), (315.1, 0.0, 20.0), (90.0, 0.0, 20.0)):
        turned = moving(NAV_SOG=0.0, NAV_COG=0.0, NAV_HDG=heading)
        assert eased(near, GROWING, turned).propulsion_pct == within, heading
        assert eased(far, GROWING, turned).propulsion_pct == outside, heading
    assert eased(Pull(100.0, 270.0, 60.0), GROWING, moving(NAV_SOG=0.0)).propulsion_pct == 0.0  # heading not known
    # A keep of one strength is as it was: a hull that needs her propeller to turn gets it.
    assert eased(near, STEADY, moving(NAV_SOG=20.0, NAV_COG=270.0, NAV_HDG=90.0)) == near
    lying = Pull(10.0, 270.0, 0.0)
    assert eased(lying, GROWING, moving(NAV_HDG=90.0)) == lying


def test_where_she_is_is_not_known_while_two_receivers_disagree_about_it() -> None:
    """Proves INT-12 in the law: a position that two receivers tell apart is none; two gyros apart leave it as it is."""
    known = moving(NAV_LAT=34.93, NAV_LON=129.05)
    assert here(known) == POINT
    for quantity, expected in (("position", None), ("heading", POINT)):
        apart = replace(known, disagreements=(Disagreed(quantity, 90.0, "m", "gps 1", "gps 2"),))
        assert here(apart) == expected
    assert here(moving(NAV_LAT=34.93)) is None
    assert here(moving(NAV_LON=129.05)) is None


def test_the_law_at_its_very_limits() -> None:
    """Proves FBK-02: on the point itself she lies still, and what is no pull stays none, whatever her bow says."""
    assert pull(POINT, POINT, Keep(0.0, 20.0), was_pulling=False).propulsion_pct == 0.0
    none = Pull(150.0, 270.0, 0.0)
    assert eased(none, GROWING, moving(NAV_HDG=90.0)) == none
    on_it = Pull(0.0, 270.0, 60.0)
    assert eased(on_it, GROWING, moving(NAV_HDG=270.0)) == on_it  # no way is no way towards it
    north = Pull(80.0, 10.0, 60.0)
    assert eased(north, GROWING, moving(NAV_HDG=325.5)) == north  # 44.5 deg over the north


def test_a_speed_that_is_not_known_closes_nothing() -> None:
    """Proves INT-02 in the law: absent is not zero knots towards the point, it is no reason to let her drift."""
    assert closing_mps(moving(NAV_SOG=2.0), 270.0) == 0.0
    assert closing_mps(moving(NAV_COG=270.0), 270.0) == 0.0
    assert closing_mps(moving(NAV_SOG=2.0, NAV_COG=270.0), 270.0) == pytest.approx(2.0 * KNOT_MPS)
    assert closing_mps(moving(NAV_SOG=2.0, NAV_COG=30.0), 270.0) == pytest.approx(-KNOT_MPS)


def test_small_changes_of_the_pull_are_not_ordered() -> None:
    """Proves FBK-02: a step of 2 % is; so are its beginning and its end, however small."""
    for ordered, wanted, expected in (
        (None, 0.0, True), (None, 20.0, True), (0.0, 0.0, False), (0.0, 1.0, True), (1.0, 0.0, True),
        (40.0, 41.9, False), (40.0, 42.0, True), (40.0, 38.1, False), (40.0, 38.0, True),
    ):  # fmt: skip
        assert differs(ordered, wanted) is expected, (ordered, wanted)
