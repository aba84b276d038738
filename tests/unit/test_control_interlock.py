"""The interlocks one by one, dense at each limit, without a ship around them: reason, value, limit, unit, age (INT-02 to 06)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from control.context import Context, Setpoints
from control.interlock import INPUTS, MACHINE_RULES, REVIEWED, RULES, verdict
from control.situation import Fact, Situation
from protocols.link.cbor import Plain
from protocols.link.events import Reason
from protocols.reading import Quality
from tests.control_rig import UTC_NS, example_config

CONFIG = example_config()
AT_SEA: dict[str, float] = {
    "NAV_LAT": 34.93, "NAV_LON": 129.05, "NAV_HDG": 80.0, "NAV_SOG": 9.0, "NAV_COG": 80.0, "STG_RUD_S": 0.0,
    "STG_PMP1": 1.0, "STG_PMP2": 0.0, "ME_RPM": 102.25, "ME_RDY": 1.0,
}  # fmt: skip
AGES_S = {"ME_RDY": 0.11, "STG_PMP1": 0.12, "NAV_SOG": 0.13, "STG_RUD_S": 0.14, "ME_RPM": 0.15, "NAV_LAT": 0.16}
Row = tuple[str, str, Plain, Plain, str, float | None]


def judged(
    rule: str,
    kind: str,
    args: dict[str, Plain],
    changes: dict[str, float | None] | None = None,
    *,
    latched: bool = False,
) -> list[Reason]:
    """Return what one rule has against an order at sea; a channel that is None is absent."""
    values = {name: value for name, value in {**AT_SEA, **(changes or {})}.items() if value is not None}
    facts = {name: Fact(value, Quality.GOOD, AGES_S.get(name, 0.05)) for name, value in values.items()}
    situation = Situation(facts, UTC_NS)
    return verdict(Context(kind, args, situation, CONFIG, Setpoints(), 80.0, latched), (rule,))


def row(reason: Reason) -> Row:
    """Return what a reason carries beside its sentence."""
    return reason.name, reason.rule, reason.value, reason.limit, reason.unit, reason.age_s


@pytest.mark.parametrize(
    ("kind", "needs"),
    [
        ("conn.heading", ("NAV_LAT", "NAV_LON", "NAV_HDG", "NAV_SOG", "ME_RDY")),
        ("conn.rudder", ("NAV_LAT", "NAV_LON", "NAV_HDG", "NAV_SOG", "ME_RDY", "STG_RUD_S")),
        ("conn.propulsion", ("NAV_LAT", "NAV_LON", "NAV_HDG", "NAV_SOG", "ME_RDY", "ME_RPM")),
        ("conn.direct", ("NAV_LAT", "NAV_LON", "NAV_HDG", "NAV_SOG", "ME_RDY", "STG_RUD_S", "ME_RPM")),
        ("route.activate", ("NAV_LAT", "NAV_LON", "NAV_HDG", "NAV_SOG", "NAV_COG", "ME_RDY")),
        ("conn.controlled_stop", ()),
    ],
)
def test_each_order_needs_these_inputs_and_no_other(kind: str, needs: tuple[str, ...]) -> None:
    """Proves INT-02: without any one of them it is refused, without another it is not; a stop needs nothing."""
    assert judged("INT-02", kind, {}) == []
    for channel in AT_SEA:
        names = [one.name for one in judged("INT-02", kind, {}, {channel: None})]
        assert names == (["input_absent"] if channel in needs else []), channel


def test_direct_control_asks_for_younger_facts() -> None:
    """Proves INT-02: what is fresh enough for a heading is too old for a rudder under the hand."""
    old = {name: Fact(value, Quality.GOOD, 1.5 if name == "NAV_SOG" else 0.9) for name, value in AT_SEA.items()}
    refused = {}
    for kind in ("conn.heading", "conn.rudder", "conn.direct"):
        context = Context(kind, {}, Situation(old, UTC_NS), CONFIG, Setpoints(), 80.0, is_stop_latched=False)
        refused[kind] = bool(verdict(context, ("INT-02",)))
        assert (context.number("NAV_SOG") is None) == (kind != "conn.heading")
    assert refused == {"conn.heading": False, "conn.rudder": True, "conn.direct": True}


def test_engine_and_steering_gear_must_be_ready() -> None:
    """Proves INT-03: the selector aboard, and one pump of two; propulsion needs no pump, a stop neither."""
    off = [("remote_control_off", "INT-03", 0.0, 1.0, "", 0.11)]
    for kind in ("conn.heading", "conn.rudder", "conn.propulsion", "conn.direct"):
        assert judged("INT-03", kind, {}) == []
        assert [row(one) for one in judged("INT-03", kind, {}, {"ME_RDY": 0.0})] == off
        assert judged("INT-03", kind, {}, {"STG_PMP1": 0.0, "STG_PMP2": 1.0}) == []
        stopped = [row(one) for one in judged("INT-03", kind, {}, {"STG_PMP1": 0.0})]
        pump = ("steering_pump", "INT-03", "stopped", "running", "", 0.12)
        assert stopped == ([] if kind == "conn.propulsion" else [pump])
    unknown = judged("INT-03", "conn.heading", {}, {"STG_PMP1": None, "STG_PMP2": None})
    assert [row(one) for one in unknown] == [("steering_pump", "INT-03", "not known", "running", "", None)]
    for kind in ("conn.controlled_stop", "conn.phase"):
        assert judged("INT-03", kind, {}, {"ME_RDY": 0.0, "STG_PMP1": 0.0}) == []


@pytest.mark.parametrize(
    ("kind", "argument", "low", "high", "name", "unit", "age_s"),
    [
        ("conn.rudder", "rudder_deg", -20.0, 20.0, "rudder_range", "deg", 0.13),
        ("conn.propulsion", "propulsion_pct", -60.0, 85.0, "propulsion_range", "%", None),
        ("conn.heading", "rate_deg_min", 0.0, 45.0, "rate_range", "deg/min", None),
        ("conn.heading", "heading_deg", 0.0, 360.0, "heading_range", "deg", None),
    ],
)
def test_each_setpoint_has_its_range_and_both_ends_are_in_it(
    kind: str, argument: str, low: float, high: float, name: str, unit: str, age_s: float | None
) -> None:
    """Proves INT-04: at the limit allowed, a hundredth beyond it refused with the limit that was passed."""
    for value in (low, (low + high) / 2.0, high):
        assert judged("INT-04", kind, {argument: value}) == []
    for value, limit in ((low - 0.01, low), (high + 0.01, high)):
        assert [row(one) for one in judged("INT-04", kind, {argument: value})] == [
            (name, "INT-04", value, limit, unit, age_s)
        ]


@pytest.mark.parametrize(
    ("speed_kn", "limit_deg"), [(5.99, 35.0), (-5.99, 35.0), (6.0, 20.0), (-6.0, 20.0), (None, 20.0)]
)
def test_the_rudder_s_range_is_that_of_her_speed_ahead_or_astern(speed_kn: float | None, limit_deg: float) -> None:
    """Proves INT-04: wide below the speed, narrow at it; narrow too while nobody knows how fast she is."""
    for value in (limit_deg, -limit_deg):
        assert judged("INT-04", "conn.rudder", {"rudder_deg": value}, {"NAV_SOG": speed_kn}) == []
        assert judged("INT-04", "conn.rudder", {"rudder_deg": value * 1.001}, {"NAV_SOG": speed_kn}) != []


@pytest.mark.parametrize(("before_deg", "rudder_deg"), [(-15.0, 20.0), (15.0, -20.0)])
def test_the_rudder_is_laid_over_in_steps(before_deg: float, rudder_deg: float) -> None:
    """Proves INT-05: to the limit and no further, counted from where the rudder is."""
    asked: dict[str, Plain] = {"rudder_deg": rudder_deg}
    assert judged("INT-05", "conn.rudder", asked, {"STG_RUD_S": before_deg}) == []
    beyond_deg = before_deg * 1.1
    assert [row(one) for one in judged("INT-05", "conn.rudder", asked, {"STG_RUD_S": beyond_deg})] == [
        ("rudder_step", "INT-05", 36.5, 35.0, "deg", 0.14)
    ]
    assert judged("INT-05", "conn.rudder", asked, {"STG_RUD_S": None}) == []  # INT-02's


def test_propulsion_changes_in_steps_and_reverses_only_from_slow() -> None:
    """Proves INT-05: counted from what the engine does; ahead to astern and back alike; stopping is no reversal."""
    full = CONFIG.hull.rpm_full
    limits = replace(CONFIG.limits, propulsion_step_pct_max=50.0)
    narrow = replace(CONFIG, phases={**CONFIG.phases, CONFIG.phase: limits})

    def against(percent: float, rpm: float | None) -> list[Row]:
        facts = {} if rpm is None else {"ME_RPM": Fact(rpm, Quality.GOOD, 0.15)}
        asked: dict[str, Plain] = {"propulsion_pct": percent}
        context = Context(
            "conn.propulsion", asked, Situation(facts, UTC_NS), narrow, Setpoints(), 80.0, is_stop_latched=False
        )
        return [row(one) for one in verdict(context, ("INT-05",))]

    assert against(70.0, full * 0.2) == []
    assert against(70.1, full * 0.2) == [("propulsion_step", "INT-05", 50.1, 50.0, "%", 0.15)]
    assert against(0.0, full * 0.5) == []
    assert against(-10.0, full * 0.5) == [
        ("propulsion_step", "INT-05", 60.0, 50.0, "%", 0.15),
        ("reversal", "INT-05", round(full * 0.5, 1), 60.0, "rpm", 0.15),
    ]
    assert against(-5.0, 60.0) == []
    assert against(-5.0, 60.1) == [("reversal", "INT-05", 60.1, 60.0, "rpm", 0.15)]
    assert against(5.0, -60.1) == [("reversal", "INT-05", -60.1, 60.0, "rpm", 0.15)]
    assert against(5.0, 60.1) == []
    assert against(0.0, 61.0) == []
    assert against(70.0, None) == []  # INT-02's


def test_the_fence_refuses_what_leads_out_of_it_or_begins_there() -> None:
    """Proves INT-06: no-go and allowed area each by name; a stop and an order about a route are not its business."""
    inside: dict[str, float | None] = {"NAV_LAT": 34.985, "NAV_LON": 129.22}
    (there,) = judged("INT-06", "conn.heading", {"heading_deg": 80.0}, inside)
    assert row(there) == ("no_go_area", "INT-06", 0, "clear for the look-ahead time", "m", 0.16)
    assert "enters the no-go area 'anchorage' (is there already) within 6 min" in there.text
    (out,) = judged("INT-06", "conn.heading", {"heading_deg": 80.0}, {"NAV_LON": 129.495})
    assert (out.name, out.unit) == ("allowed_area", "m")
    assert isinstance(out.value, int)
    assert 0 < out.value < 500
    assert f"leaves the allowed area 'trial area' ({out.value} m ahead)" in out.text
    for kind in ("conn.controlled_stop", "conn.phase", "route.load", "route.activate", "route.suspend"):
        assert judged("INT-06", kind, {}, inside) == []
    for channel in ("NAV_LAT", "NAV_LON", "NAV_HDG", "NAV_SOG"):
        assert judged("INT-06", "conn.heading", {"heading_deg": 80.0}, {**inside, channel: None}) == []  # INT-02's
    assert judged("INT-06", "conn.heading", {"heading_deg": 80.0}) == []


def test_nothing_is_taken_while_a_stop_is_latched() -> None:
    """Proves INT-11: whatever is asked, a stop and a machine included."""
    for kind in ("conn.heading", "conn.propulsion", "conn.controlled_stop", "route.activate", "pump.start"):
        assert judged("INT-11", kind, {}) == []
        assert [row(one) for one in judged("INT-11", kind, {}, latched=True)] == [
            ("emergency_stop", "INT-11", "latched", None, "", None)
        ]


def test_an_argument_is_a_number_or_none_and_a_word_has_no_blanks_around_it() -> None:
    """Proves INT-08, CMD-07: what is no number is none to a rule; a reason of blanks is no reason."""
    args: dict[str, Plain] = {
        "whole": 3,
        "part": 2.5,
        "yes": True,
        "text": " seen ",
        "blank": "  ",
        "bytes": b"1",
        "list": [1],
    }
    context = Context("conn.heading", args, Situation({}, UTC_NS), CONFIG, Setpoints(), None, is_stop_latched=False)
    assert [context.arg(name) for name in (*args, "absent")] == [3.0, 2.5, None, None, None, None, None, None]
    assert [context.word(name) for name in ("text", "blank", "whole", "absent")] == ["seen", "", "", ""]
    assert not context.is_direct
    assert not context.is_stop
    assert replace(context, kind="conn.rudder").is_direct
    assert replace(context, kind="conn.controlled_stop").is_stop


def test_the_rules_stand_under_their_names() -> None:
    """Proves INT-01 to INT-12: the review and the change of phase ask for rules by name, so none may be lost under another."""
    assert [name for name, _ in RULES] == [
        "INT-01", "INT-02", "INT-03", "INT-04", "INT-04", "INT-05", "INT-06", "INT-07", "INT-08", "INT-09", "INT-10",
        "INT-11", "INT-12",
    ]  # fmt: skip
    assert [name for name, _ in MACHINE_RULES] == ["INT-01", "CMD-01", "INT-02", "INT-03", "INT-11"]
    assert "conn.controlled_stop" in INPUTS


@pytest.mark.parametrize(
    ("kind", "args", "words"),
    [
        ("conn.rudder", {"rudder_deg": 40.0}, "A rudder of 40 deg"),
        ("conn.propulsion", {"propulsion_pct": 99.0}, "A propulsion of 99 %"),
        ("conn.heading", {"heading_deg": 361.0}, "A heading of 361 deg"),
    ],
)
def test_what_is_out_of_range_is_called_by_its_name(kind: str, args: dict[str, Plain], words: str) -> None:
    """Proves INT-04, CMD-07: in words an operator can act on."""
    assert words in " ".join(one.text for one in judged("INT-04", kind, args))


def test_an_order_in_force_is_reviewed_by_these_rules() -> None:
    """Proves INT-02, INT-03, INT-06, INT-07, INT-10: what is looked at each second while an order is in force, by name."""
    assert REVIEWED == ("INT-02", "INT-03", "INT-06", "INT-07", "INT-10")
    assert set(REVIEWED) <= {name for name, _ in RULES}


def test_an_engine_that_stands_still_turns_no_way_round() -> None:
    """Proves INT-05: from nought revolutions either way may be ordered."""
    for percent in (10.0, -10.0):
        assert judged("INT-05", "conn.propulsion", {"propulsion_pct": percent}, {"ME_RPM": 0.0}) == []


@pytest.mark.parametrize(("radius_m", "refused"), [(48.0, False), (52.0, True), (200.0, True)])
def test_a_station_has_the_margin_of_the_fence_beyond_the_whole_of_its_circle(radius_m: float, refused: bool) -> None:
    """Proves INT-06, INT-04: a hundred metres off the fence with a margin of fifty there is room for fifty, dense about it."""
    where: dict[str, float | None] = {"NAV_LAT": 34.8 + 100.0 / 110_926.0, "NAV_SOG": 1.0}
    found = judged("INT-06", "conn.station_keep", {"radius_m": radius_m}, where)
    assert [one.name for one in found] == ["allowed_area"] * refused
