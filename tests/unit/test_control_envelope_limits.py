"""Latency, envelope and agreement of sources as figures, dense at each limit (INT-09, INT-10, INT-12)."""

from __future__ import annotations

import dataclasses
import math

import pytest

from control.context import Context, Setpoints
from control.envelope import USES, latency_limit_ms, link_good, sources_agree, within_envelope
from control.interlock import RULES
from control.limits import ControlConfig
from control.limits.records import EnvelopeRow
from control.situation import Fact, Situation
from protocols.link.cbor import Plain
from protocols.link.heartbeats import Disagreed
from protocols.link.orders import ORDER_KINDS
from protocols.reading import Quality
from tests.control_rig import UTC_NS, example_config

BASE = example_config()
CONFIG = dataclasses.replace(BASE, hull=dataclasses.replace(BASE.hull, turn_radius_m=60.0))
"""On a circle of 60 m at 14 kn 5 deg of heading are run in 727 ms; the configured limit is 2000 ms."""


def limits(*rows: EnvelopeRow) -> ControlConfig:
    """Return the example with this envelope in its phase."""
    return dataclasses.replace(CONFIG, phases={"coastal": dataclasses.replace(CONFIG.limits, envelope=rows)})


def order(
    kind: str, config: ControlConfig = CONFIG, *, trip_ms: float | None = None, age_s: float = 0.1,
    apart: tuple[Disagreed, ...] = (), **values: float | str,
) -> Context:  # fmt: skip
    """Return an order with what is measured."""
    facts: dict[str, Fact] = {name: Fact(value, Quality.GOOD, age_s) for name, value in values.items()}
    args: dict[str, Plain] = {}
    situation = Situation(facts, UTC_NS, disagreements=apart)
    return Context(kind, args, situation, config, Setpoints(), trip_ms, is_stop_latched=False)


@pytest.mark.parametrize("speed_kn", [14.0, -14.0, 7.0, 5.2, 5.0, 1.0, 0.5, 0.0, None])
def test_the_latency_allowed_is_that_in_which_her_heading_runs_on_by_five_degrees(speed_kn: float | None) -> None:
    """Proves INT-09: of her turning circle at her speed, of full speed where it is not known, below a knot as at one."""
    knots = max(1.0, 14.0 if speed_kn is None else abs(speed_kn))
    turning_ms = 1000.0 * math.radians(5.0) * 60.0 / (knots * 1852.0 / 3600.0)
    assert latency_limit_ms(CONFIG, speed_kn) == pytest.approx(min(2000.0, turning_ms), abs=0.051)


def test_below_a_knot_she_is_judged_as_at_one() -> None:
    """Proves INT-09: on a circle so small that it matters: 5 m is 848 ms at a knot, and no longer when she lies still."""
    tiny = dataclasses.replace(BASE, hull=dataclasses.replace(BASE.hull, turn_radius_m=5.0))
    assert latency_limit_ms(tiny, 1.0) == pytest.approx(848.2, abs=0.06)
    assert latency_limit_ms(tiny, 0.0) == latency_limit_ms(tiny, 0.9) == latency_limit_ms(tiny, 1.0)
    assert latency_limit_ms(tiny, 1.1) < 780.0


@pytest.mark.parametrize(
    ("trip_ms", "reason"), [(None, "round_trip_unknown"), (727.0, None), (727.1, "round_trip"), (2000.0, "round_trip")]
)
def test_direct_control_needs_a_known_and_short_round_trip(trip_ms: float | None, reason: str | None) -> None:
    """Proves INT-09, CMD-07: dense at the limit of her circle at 14 kn, with value and limit; others are not asked."""
    limit_ms = latency_limit_ms(CONFIG, 14.0)
    assert limit_ms == pytest.approx(727.0, abs=0.051)
    for kind in ORDER_KINDS:
        found = link_good(order(kind, trip_ms=trip_ms, NAV_SOG=14.0))
        is_direct = kind == "conn.rudder"
        assert [(one.name, one.rule) for one in found] == ([(reason, "INT-09")] if is_direct and reason else [])
    if reason:
        (one,) = link_good(order("conn.direct", trip_ms=trip_ms, NAV_SOG=14.0))
        assert (one.value, one.limit, one.unit) == (trip_ms, limit_ms, "ms")
    # A speed older than a second is none for direct control: the full one counts.
    (stale,) = link_good(order("conn.direct", trip_ms=1000.0, age_s=1.1, NAV_SOG=2.0))
    assert stale.limit == limit_ms
    assert link_good(order("conn.direct", trip_ms=1000.0, age_s=1.0, NAV_SOG=2.0)) == []


@pytest.mark.parametrize(
    ("low", "high", "value", "limit"),
    [
        (-6.0, 16.0, -6.0, None), (-6.0, 16.0, -6.1, -6.0), (-6.0, 16.0, 16.0, None), (-6.0, 16.0, 16.1, 16.0),
        (None, 20.0, -900.0, None), (None, 20.0, 20.1, 20.0), (1.0, None, 900.0, None), (1.0, None, 1.0, None),
        (1.0, None, 0.9, 1.0), (5.0, 5.0, 5.0, None),
    ],
)  # fmt: skip
def test_a_condition_is_met_up_to_its_limits(
    low: float | None, high: float | None, value: float, limit: float | None
) -> None:
    """Proves INT-10: dense at both; where only one is given the other side is free; what is told is the one that was passed."""
    config = limits(EnvelopeRow("wind", "WND_TWS", low, high))
    found = within_envelope(order("conn.heading", config, WND_TWS=value))
    assert [(one.name, one.rule, one.value, one.limit, one.unit, one.age_s) for one in found] == (
        [] if limit is None else [("wind", "INT-10", value, limit, "", 0.1)]
    )
    assert within_envelope(order("conn.controlled_stop", config, WND_TWS=value)) == []


def test_a_condition_that_is_not_known_says_why() -> None:
    """Proves INT-10, INT-02: absent, old, and a text where a number is needed: each in its words, and none of them met."""
    config = limits(EnvelopeRow("sea", "SEA_HS", None, 2.5))
    (absent,) = within_envelope(order("conn.heading", config))
    (old,) = within_envelope(order("conn.heading", config, age_s=30.0, SEA_HS=1.0))
    (text,) = within_envelope(order("conn.heading", config, SEA_HS="rough"))
    for found, age_s in ((absent, None), (old, 30.0), (text, 0.1)):
        assert (found.name, found.rule, found.value, found.limit, found.age_s) == (
            "sea_unknown",
            "INT-10",
            None,
            2.5,
            age_s,
        )
    assert "it is no number" in text.text
    assert "it is no number" not in absent.text + old.text
    assert absent.text != old.text


QUANTITIES = ("position", "heading", "speed")
RESTS_ON = {
    "conn.heading": {"position", "heading", "speed"}, "conn.propulsion": {"position", "speed"},
    "conn.station_keep": {"position", "heading", "speed"}, "route.activate": {"position", "heading", "speed"},
}  # fmt: skip


@pytest.mark.parametrize("kind", ORDER_KINDS)
def test_an_order_rests_on_no_quantity_about_which_two_sources_disagree(kind: str) -> None:
    """Proves INT-12: each order with each quantity: direct ones and a stop rest on none; who differs from whom is told."""
    apart = {what: Disagreed(what, 12.345, "m", "one", "other") for what in QUANTITIES}
    for what in QUANTITIES:
        found = sources_agree(order(kind, apart=(apart[what],)))
        rests = what in RESTS_ON.get(kind, set())
        assert [(one.name, one.rule, one.value, one.limit, one.unit) for one in found] == (
            [(f"{what}_disagrees", "INT-12", 12.3, "agreement", "m")] if rests else []
        )
    assert len(sources_agree(order(kind, apart=tuple(apart.values())))) == len(RESTS_ON.get(kind, set()))
    assert sources_agree(order(kind)) == []


def test_the_three_rules_are_in_the_table_of_rules() -> None:
    """Proves INT-09, INT-10, INT-12: a rule that is not asked refuses nothing."""
    asked = {check for _, check in RULES}
    assert {link_good, within_envelope, sources_agree} <= asked
    assert set(USES) == set(RESTS_ON)
