"""The envelope of remote operation, sources that disagree, and the latency her turning circle allows (INT-09, INT-10, INT-12)."""

from __future__ import annotations

from typing import Any

import pytest

from control.envelope import SLIP_DEG, latency_limit_ms
from control.limits import ConfigError, ControlConfig
from protocols.link.heartbeats import Disagreed
from protocols.reading import Quality
from tests.control_rig import VESSEL, Rig, example_config, example_table

APART = Disagreed("position", 240.0, "m", "bridge/GP", "net-nav/GN")


def with_rows(*rows: dict[str, Any], not_judged: tuple[str, ...] = ()) -> ControlConfig:
    """Return the example with this envelope."""
    table = example_table()
    table["phases"]["coastal"] |= {"envelope": list(rows), "not_judged": list(not_judged)}
    return ControlConfig.from_mapping(VESSEL, table)


@pytest.mark.parametrize(("wind_mps", "allowed"), [(19.9, True), (20.0, True), (20.01, False), (80.0, False)])
def test_an_order_is_refused_beyond_the_wind_of_the_phase(wind_mps: float, *, allowed: bool) -> None:
    """Proves INT-10, CMD-07: dense at the limit; the refusal names wind, value and limit."""
    ship = Rig()
    ship.take("ann")
    ship.values["WND_TWS"] = wind_mps
    ship.look()
    order = ship.say("conn.heading", {"heading_deg": 95})
    assert ship.reasons(order) == ([] if allowed else [("wind", "INT-10")])
    assert ship.state(ship.say("conn.controlled_stop")) == "executing"


@pytest.mark.parametrize("how", ["absent", "old", "invalid"])
def test_a_condition_that_is_not_known_is_not_met(how: str) -> None:
    """Proves INT-10, INT-02: no anemometer, an old value, an invalid one."""
    ship = Rig()
    ship.take("ann")
    if how == "absent":
        del ship.values["WND_TWS"]
    elif how == "old":
        ship.ages_s["WND_TWS"] = 10.1
    else:
        ship.qualities["WND_TWS"] = Quality.INVALID
    ship.look()
    assert ship.reasons(ship.say("conn.heading", {"heading_deg": 95})) == [("wind_unknown", "INT-10")]


def test_sea_visibility_and_speed_are_judged_by_the_channels_the_vessel_names() -> None:
    """Proves INT-10: a wave sensor, a visibility meter and the speed over ground; one reason for each that fails."""
    config = with_rows(
        {"what": "wind", "channel": "WND_TWS", "high": 20.0}, {"what": "sea", "channel": "SEA_HS", "high": 2.5},
        {"what": "visibility", "channel": "VIS_NM", "low": 1.0}, {"what": "speed", "channel": "NAV_SOG", "high": 12.0},
    )  # fmt: skip
    assert {"SEA_HS", "VIS_NM"} <= config.channels
    ship = Rig(config=config)
    ship.values.update(SEA_HS=1.0, VIS_NM=5.0)
    ship.look()
    ship.take("ann")
    assert ship.state(ship.say("conn.heading", {"heading_deg": 95})) == "executing"
    ship.values.update(SEA_HS=3.0, VIS_NM=0.5, NAV_SOG=13.0)
    ship.look()
    refused = ship.say("conn.heading", {"heading_deg": 96})
    assert ship.reasons(refused) == [("sea", "INT-10"), ("visibility", "INT-10"), ("speed", "INT-10")]


def test_leaving_the_envelope_with_an_order_in_force_leads_to_the_fallback_state() -> None:
    """Proves INT-10, FBK-01: the wind freshens beyond the limit and stays there for five seconds."""
    ship = Rig()
    ship.take("ann")
    ship.say("conn.heading", {"heading_deg": 80})
    ship.values["WND_TWS"] = 25.0
    ship.forward(4.0)
    assert ship.step == "L0"
    ship.forward(3.0)
    assert ship.step == "L5"
    assert "wind" in str([e.body["failing"] for e in ship.events if e.kind == "ladder"])


def test_a_phase_cannot_be_entered_outside_its_envelope() -> None:
    """Proves INT-10, FBK-02: 15 m/s are allowed in coastal waters and too much for the berth."""
    table = example_table()
    berth = dict(table["phases"]["coastal"])
    berth["envelope"] = [
        {"what": "wind", "channel": "WND_TWS", "high": 10.0},
        {"what": "speed", "channel": "NAV_SOG", "high": 20.0},
    ]
    table["phases"]["berth"] = berth
    ship = Rig(config=ControlConfig.from_mapping(VESSEL, table))
    ship.take("ann")
    ship.values["WND_TWS"] = 15.0
    ship.look()
    assert ship.reasons(ship.say("conn.phase", {"phase": "berth"})) == [("wind", "INT-10")]
    ship.values["WND_TWS"] = 8.0
    ship.look()
    assert ship.state(ship.say("conn.phase", {"phase": "berth"})) == "SUCCEEDED"


@pytest.mark.parametrize(
    ("rows", "not_judged", "fault"),
    [
        ([], (), "judges the wind, and not_judged does not name it"),
        ([], ("wind", "sea", "visibility"), "judges the speed"),
        ([{"what": "wind", "channel": "WND_TWS"}], ("sea", "visibility", "speed"), "wind has neither low nor high"),
        (
            [{"what": "wind", "channel": "WND_TWS", "low": 20.0, "high": 2.0}],
            ("sea", "visibility", "speed"),
            "low 20 above its",
        ),
        ([], ("wind", "sea", "visibility", "speed", "luck"), "not_judged names 'luck'"),
        ([{"what": "wind", "channel": "WND_TWS", "high": "much"}], ("sea", "visibility", "speed"), "high is 'much'"),
        ([{"what": "wind", "channel": "WND_TWS", "hihg": 1.0}], ("sea", "visibility", "speed"), "hihg is not known"),
    ],
)
def test_a_condition_left_out_without_a_word_does_not_start(
    rows: list[Any], not_judged: tuple[str, ...], fault: str
) -> None:
    """Proves INT-10: wind, sea, visibility and speed are judged, or said not to be."""
    with pytest.raises(ConfigError) as raised:
        with_rows(*rows, not_judged=not_judged)
    assert fault in str(raised.value)


def test_orders_that_rest_on_a_position_two_receivers_disagree_about_are_refused() -> None:
    """Proves INT-12: heading and propulsion orders; direct control and the controlled stop go on, so does the order in force."""
    ship = Rig()
    ship.take("ann", "direct")
    ship.supervisor.link.round_trip_ms = 80.0
    assert ship.state(ship.say("conn.heading", {"heading_deg": 80})) == "executing"
    ship.disagreements = (APART,)
    ship.look()
    for kind, name in (("conn.heading", "heading_deg"), ("conn.propulsion", "propulsion_pct")):
        order = ship.say(kind, {name: 60})
        assert ship.reasons(order) == [("position_disagrees", "INT-12")]
        assert "bridge/GP and net-nav/GN differ by 240.0 m" in str(ship.told(order)["reasons"])
    ship.forward(10.0)
    assert ship.step == "L0"
    assert ship.state(ship.say("conn.rudder", {"rudder_deg": 5})) == "executing"
    assert ship.state(ship.say("conn.controlled_stop")) == "executing"
    # They agree again.
    ship.disagreements = ()
    ship.look()
    assert ship.state(ship.say("conn.heading", {"heading_deg": 85})) == "executing"


@pytest.mark.parametrize(("quantity", "heading", "propulsion"), [("speed", False, False), ("heading", False, True)])
def test_an_order_is_refused_only_for_what_it_rests_on(quantity: str, *, heading: bool, propulsion: bool) -> None:
    """Proves INT-12: two gyros that disagree refuse a heading, and not the engine."""
    ship = Rig()
    ship.take("ann")
    ship.disagreements = (Disagreed(quantity, 15.0, "deg", "a", "b"),)
    ship.look()
    assert (ship.state(ship.say("conn.heading", {"heading_deg": 80})) == "executing") is heading
    assert (ship.state(ship.say("conn.propulsion", {"propulsion_pct": 60})) == "executing") is propulsion


def test_without_an_agreed_position_nothing_is_steered_for_a_point() -> None:
    """Proves INT-12, FBK-02: on the way to the loiter point the receivers part; she stops and shows her signals."""
    table = example_table()
    table["phases"]["coastal"] |= {
        "fallback": "loiter", "loiter": {"latitude_deg": 34.90, "longitude_deg": 129.10, "radius_m": 200.0, "approach_pct": 30.0}
    }  # fmt: skip
    ship = Rig(config=ControlConfig.from_mapping(VESSEL, table))
    ship.take("ann")
    ship.beating = None
    ship.forward(62.0)
    assert ship.supervisor.watch.safe.words == "going to the loiter point"
    ship.disagreements = (APART,)
    ship.forward(1.0)
    assert ship.supervisor.watch.safe.words == "stopping on heading"


def test_the_latency_limit_is_the_lower_of_the_configured_and_her_turning_circles() -> None:
    """Proves INT-09: at 14 kn and 260 m radius 3.1 s, so the configured 2 s count; at 12 m radius a few tenths."""
    config = example_config()
    assert latency_limit_ms(config, 14.0) == 2000.0
    table = example_table()
    table["hull"] |= {"turn_radius_m": 12.0, "speed_full_kn": 6.2}
    small = ControlConfig.from_mapping(VESSEL, table)
    # v = 3 kn = 1.543 m/s; hard over 1.543 / 12 rad/s = 7.37 deg/s; 5 deg take 0.679 s.
    assert latency_limit_ms(small, 3.0) == pytest.approx(1000.0 * SLIP_DEG / 7.3686, abs=1.0)
    assert latency_limit_ms(small, -3.0) == latency_limit_ms(small, 3.0)
    assert latency_limit_ms(small, None) == latency_limit_ms(small, 6.2)
    assert latency_limit_ms(small, 0.0) == 2000.0
    ship = Rig(config=small)
    ship.values["NAV_SOG"] = 3.0
    ship.look()
    ship.take("ann", "direct")
    for trip_ms, names in ((678.0, []), (680.0, ["round_trip"])):
        ship.supervisor.link.round_trip_ms = trip_ms
        order = ship.say("conn.rudder", {"rudder_deg": 5})
        assert [name for name, rule in ship.reasons(order) if rule == "INT-09"] == names


def test_a_condition_of_one_single_value_is_one() -> None:
    """Proves INT-10: low and high may be the same; only a low above its high is met by nothing."""
    found = with_rows(
        {"what": "wind", "channel": "WND_TWS", "low": 0.0, "high": 0.0}, not_judged=("sea", "visibility", "speed")
    )
    assert (found.limits.envelope[0].low, found.limits.envelope[0].high) == (0.0, 0.0)
