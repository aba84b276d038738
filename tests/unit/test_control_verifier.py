"""When an order has shown its effect, dense at each limit (CMD-06)."""

from __future__ import annotations

import pytest

from control.situation import Fact, Situation
from control.verifier import Expectation, Verifier
from protocols.reading import Quality
from tests.control_rig import UTC_NS, example_config

CONFIG = example_config()
SINCE_S, NOW_S = 100.0, 104.0
WINDOWS = CONFIG.verify


def seen(values: dict[str, float], age_s: float = 0.05) -> Situation:
    """Return what is known now, all of one age."""
    return Situation({name: Fact(value, Quality.GOOD, age_s) for name, value in values.items()}, UTC_NS, True)


def outcome(kind: str, target: float, values: dict[str, float], *, lasts_s: float = 0.0, age_s: float = 0.05) -> str:
    """Return how an order of 100 s stands at 104 s, or after what is shown has lasted."""
    verifier = Verifier(Expectation(kind, target, SINCE_S), CONFIG)
    first, _ = verifier.receive(seen(values, age_s), NOW_S)
    return first if not lasts_s else verifier.receive(seen(values, age_s), NOW_S + lasts_s)[0]


FULL = CONFIG.hull.rpm_full


@pytest.mark.parametrize(
    ("kind", "target", "near", "far"),
    [
        ("conn.rudder", 10.0, {"STG_RUD_S": 12.0}, {"STG_RUD_S": 12.1}),
        ("conn.rudder", -10.0, {"STG_RUD_S": -12.0}, {"STG_RUD_S": -12.1}),
        ("conn.propulsion", 50.0, {"ME_RPM": 0.4501 * FULL}, {"ME_RPM": 0.449 * FULL}),
        ("conn.telegraph", 50.0, {"ME_RPM": 0.5499 * FULL}, {"ME_RPM": 0.551 * FULL}),
        ("conn.controlled_stop", 0.0, {"ME_RPM": 0.0499 * FULL}, {"ME_RPM": 0.051 * FULL}),
    ],
)
def test_rudder_and_engine_have_answered_when_they_show_it(
    kind: str, target: float, near: dict[str, float], far: dict[str, float]
) -> None:
    """Proves CMD-06: at the tolerance, not beyond it, at once."""
    assert (outcome(kind, target, near), outcome(kind, target, far)) == ("SUCCEEDED", "waiting")


@pytest.mark.parametrize(
    ("kind", "target", "near", "far"),
    [
        ("conn.heading", 359.0, {"NAV_HDG": 1.0}, {"NAV_HDG": 1.1}),
        ("conn.heading", 90.0, {"NAV_HDG": 88.0, "NAV_ROT": WINDOWS.steady_deg_min},
         {"NAV_HDG": 88.0, "NAV_ROT": -WINDOWS.steady_deg_min - 0.1}),
        ("conn.course", 359.0, {"NAV_COG": 2.0}, {"NAV_COG": 2.1}),
        ("conn.speed", 6.0, {"NAV_SOG": 5.5}, {"NAV_SOG": 5.4}),
        ("conn.speed", 6.0, {"NAV_SOG": -6.5}, {"NAV_SOG": -6.6}),
    ],
)  # fmt: skip
def test_heading_course_and_speed_must_last_for_five_seconds(
    kind: str, target: float, near: dict[str, float], far: dict[str, float]
) -> None:
    """Proves CMD-06: what swings through is not there yet."""
    assert [outcome(kind, target, near, lasts_s=lasts_s) for lasts_s in (0.0, 4.9, 5.0)] == [
        "waiting",
        "waiting",
        "SUCCEEDED",
    ]
    assert outcome(kind, target, far, lasts_s=5.0) == "waiting"


def test_what_leaves_the_tolerance_begins_anew() -> None:
    """Proves CMD-06: five seconds without a break."""
    verifier = Verifier(Expectation("conn.heading", 90.0, SINCE_S), CONFIG)
    found = [
        verifier.receive(seen({"NAV_HDG": heading}), at_s)[0]
        for at_s, heading in ((104.0, 90.0), (106.0, 95.0), (107.0, 90.0), (111.0, 90.0), (112.0, 90.0))
    ]
    assert found == ["waiting", "waiting", "waiting", "waiting", "SUCCEEDED"]


@pytest.mark.parametrize(("age_s", "expected"), [(4.0, "waiting"), (3.9, "waiting"), (0.5, "SUCCEEDED")])
def test_only_what_was_measured_after_the_order_counts(age_s: float, expected: str) -> None:
    """Proves CMD-06: of the very moment is not after it, and what is stale shows nothing."""
    assert outcome("conn.rudder", 10.0, {"STG_RUD_S": 10.0}, age_s=age_s) == expected


@pytest.mark.parametrize(("age_s", "expected"), [(0.25, "waiting"), (0.125, "waiting"), (0.0625, "SUCCEEDED")])
def test_what_was_measured_just_before_the_order_or_with_it_does_not_count(age_s: float, expected: str) -> None:
    """Proves CMD-06: fresh as it is."""
    verifier = Verifier(Expectation("conn.rudder", 10.0, NOW_S - 0.125), CONFIG)
    assert verifier.receive(seen({"STG_RUD_S": 10.0}, age_s), NOW_S)[0] == expected


def test_five_per_cent_off_is_near_enough() -> None:
    """Proves CMD-06: at the limit itself."""
    assert outcome("conn.propulsion", 95.0, {"ME_RPM": FULL}) == "SUCCEEDED"


@pytest.mark.parametrize(
    ("kind", "window_s"),
    [
        ("conn.heading", WINDOWS.heading_s), ("conn.course", WINDOWS.heading_s), ("conn.rudder", WINDOWS.rudder_s),
        ("conn.propulsion", WINDOWS.propulsion_s), ("conn.controlled_stop", WINDOWS.propulsion_s),
        ("conn.telegraph", WINDOWS.propulsion_s), ("conn.speed", WINDOWS.propulsion_s + WINDOWS.heading_s),
    ],
)  # fmt: skip
def test_a_window_that_ends_ends_the_order_with_how_far_off_it_is(kind: str, window_s: float) -> None:
    """Proves CMD-06: at its end, not before; what is not known is said to be so."""
    far = {"NAV_HDG": 100.0, "NAV_COG": 100.0, "NAV_SOG": 100.0, "STG_RUD_S": 100.0, "ME_RPM": FULL}
    unit = {"conn.heading": "deg", "conn.course": "deg", "conn.rudder": "deg", "conn.speed": "kn"}.get(kind, "%")
    verifier = Verifier(Expectation(kind, 20.0, SINCE_S), CONFIG)
    assert verifier.ends_s == SINCE_S + window_s
    assert verifier.receive(seen(far), SINCE_S + window_s - 0.1) == ("waiting", [])
    state, (reason,) = verifier.receive(seen(far), SINCE_S + window_s)
    assert (state, reason.name, reason.rule, reason.value, reason.limit, reason.unit) == (
        "FAILED", "no_effect", "CMD-06", 80.0, 0.0, unit,
    )  # fmt: skip
    state, (reason,) = verifier.receive(seen({}), SINCE_S + window_s)
    assert (state, reason.value, reason.unit) == ("FAILED", None, unit)
    assert f"within {window_s:.0f} s: it is not known" in reason.text
