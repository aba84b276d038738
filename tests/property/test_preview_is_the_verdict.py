"""The shore's preview on fresh facts is the ship's own verdict: the same rules, the same answer, over the whole product."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
import shapely

from control.depths import Feature, chart_bytes, chart_of, unseen
from control.limits import ControlConfig, Grounding
from control.preview import Asker, Mirror, Preview, preview
from protocols.link.cbor import Plain
from protocols.link.heartbeats import Disagreed, VesselHeartbeat
from protocols.link.passage import Mark, Passage, hash_of
from protocols.reading import Quality
from tests.control_rig import UTC_NS, VESSEL, Rig, example_config, under_way
from tests.unit.test_control_station import able


def heartbeat(rig: Rig) -> VesselHeartbeat:
    """Return the heartbeat that the ship would send now."""
    facts = rig.supervisor.facts(rig.now_s)
    return VesselHeartbeat(
        VESSEL, rig.boot_id, 1, round(rig.now_s * 1000), UTC_NS, True, facts.step, facts.reasons, facts.next_step,
        facts.next_step_in_s, facts.authority, facts.stop_latched, *facts.echo, facts.round_trip_ms, facts.loss_pct,
        facts.setpoints, facts.phase, facts.roster_version, facts.alerts, facts.action, None, facts.disagreed, facts.route,
        facts.access,
    )  # fmt: skip


def asked(rig: Rig, kind: str, args: dict[str, Plain], person: str, age_s: float = 0.0) -> Preview:
    """Return what the shore says of an order of `person` on facts of `age_s`."""
    beat = VesselHeartbeat.from_bytes(heartbeat(rig).to_bytes())
    measured = dataclasses.replace(
        rig.situation(), disagreements=()
    )  # what her sources disagree about only she can tell
    routes = {hash_of(one): one for one in ROUTES.values()}
    mirror = Mirror(beat, age_s, measured, rig.config, routes)
    return preview(kind, args, Asker(person, f"console-{person}", f"session-{person}"), mirror)


def set_value(name: str, value: float | bool) -> Callable[[Rig], None]:
    """Return what gives a measurement another value after ann has taken the conn."""

    def change(rig: Rig) -> None:
        rig.take("ann")
        rig.values[name] = value
        rig.look()

    return change


def nobody(rig: Rig) -> None:
    """She has booted, and that is all."""
    assert rig.station == "none"


def keeps(rig: Rig) -> None:
    """Ann has the conn, and the ship keeps her station."""
    rig.take("ann")
    assert rig.state(rig.say("conn.station_keep")) == "executing"
    rig.values["NAV_SOG"] = 0.4
    rig.forward(6.0)


def without(rig: Rig) -> None:
    """Ann has the conn, and the compass falls out."""
    rig.take("ann")
    del rig.values["NAV_HDG"]
    rig.look()


def stale(rig: Rig) -> None:
    """Ann has the conn, and the position is old and marked stale."""
    rig.take("ann")
    rig.ages_s["NAV_LAT"], rig.qualities["NAV_LAT"] = 30.0, Quality.STALE
    rig.look()


def lost(rig: Rig) -> None:
    """Ann has the conn, her link is lost for 12 s and back for 3."""
    rig.take("ann")
    rig.beating = None
    rig.forward(12.0)
    rig.beating = "ann"
    rig.forward(3.0)


def stopped(rig: Rig) -> None:
    """Ann has the conn, and the emergency stop is latched."""
    rig.take("ann")
    rig.stop("ann")


def revoked(rig: Rig) -> None:
    """Ann has the conn, and the bridge withdraws the remote-access grant."""
    rig.take("ann")
    rig.bridge("revoke_access", person="mate")


def disagree(quantity: str) -> Callable[[Rig], None]:
    """Return what lets two of her sources tell a quantity apart from one another after ann has taken the conn."""

    def change(rig: Rig) -> None:
        rig.take("ann")
        rig.disagreements = (Disagreed(quantity, 300.0, "m", "GNSS 1", "GNSS 2"),)
        rig.look()

    return change


def mark(latitude: float, longitude: float, radius_m: float = 600.0) -> Mark:
    """Return a waypoint 150 m wide."""
    return Mark("", latitude, longitude, radius_m, 150.0, 150.0, False, 12.0, 0, False)


ROUTES: dict[str, bytes] = {
    name: Passage(name, 1, marks).to_bytes()
    for name, marks in {
        "good": (mark(34.929, 129.040), mark(34.938, 129.110), mark(34.915, 129.160)),
        "through the anchorage": (mark(34.929, 129.040), mark(34.99, 129.22)),
        "too tight": (mark(34.929, 129.040), mark(34.938, 129.110, 50.0), mark(34.915, 129.160)),
        "elsewhere": (mark(34.90, 129.040), mark(34.90, 129.110)),
    }.items()
}


def sails(name: str, *, follows: bool = False) -> Callable[[Rig], None]:
    """Return what loads a route once ann has the conn, and follows it where asked to."""

    def change(rig: Rig) -> None:
        rig.take("ann")
        assert rig.state(rig.say("route.load", {"route": ROUTES[name]})) == "SUCCEEDED"
        if follows:
            assert rig.state(rig.say("route.activate", {"route_hash": hash_of(ROUTES[name])})) == "SUCCEEDED"
            rig.forward(2.0)

    return change


SCENES: dict[str, Callable[[Rig], None]] = {
    "nobody has the conn": nobody,
    "the bridge has it": lambda rig: rig.bridge("take"),
    "ann has it at setpoint": lambda rig: rig.take("ann"),
    "ann has it at direct": lambda rig: rig.take("ann", "direct"),
    "bob has it": lambda rig: rig.take("bob"),
    "the engine is not ready": set_value("ME_RDY", False),
    "no steering pump runs": set_value("STG_PMP1", False),
    "she runs fast astern": set_value("ME_RPM", -120.0),
    "she stands at the fence": set_value("NAV_LAT", 34.99),
    "the compass is out": without,
    "the position is stale": stale,
    "the link was lost": lost,
    "the stop is latched": stopped,
    "remote access was revoked": revoked,
    "two receivers disagree": disagree("position"),
    "two gyros disagree": disagree("heading"),
    "two logs disagree": disagree("speed"),
    "a route is loaded": sails("good"),
    "another route is loaded": sails("elsewhere"),
    "a route is followed": sails("good", follows=True),
    "she can keep her station": lambda rig: rig.take("ann"),
    "she can, and stands at the fence": set_value("NAV_LAT", 35.0985),
    "her station is kept": keeps,
}
CONFIGS: dict[str, ControlConfig] = {
    scene: able() for scene in ("she can keep her station", "she can, and stands at the fence", "her station is kept")
}
"""Scenes of a ship that can keep her station; the example's cannot."""
ORDERS: list[tuple[str, dict[str, Plain]]] = [
    *(("conn.heading", {"heading_deg": float(deg)}) for deg in range(0, 360, 20)),
    *(("conn.rudder", {"rudder_deg": float(deg)}) for deg in range(-40, 41, 10)),
    *(("conn.propulsion", {"propulsion_pct": float(pct)}) for pct in range(-100, 101, 20)),
    ("conn.controlled_stop", {}),
    *(("conn.station_keep", args) for args in ({}, {"radius_m": 90.0}, {"radius_m": 300.0})),
    *(("conn.phase", {"phase": phase}) for phase in ("berth", "open_sea")),
    *(("conn.speed", {"speed_kn": float(speed_kn)}) for speed_kn in (0, 6, 13)),
    *(("conn.course", {"course_deg": float(deg)}) for deg in (0, 80, 200)),
    *(("conn.telegraph", {"step": step}) for step in ("stop", "half_ahead", "full_astern")),
    *(("route.load", {"route": encoded}) for encoded in ROUTES.values()),
    ("route.load", {"route": b"noise"}),
    *(("route.activate", {"route_hash": hash_of(encoded)}) for encoded in ROUTES.values()),
    ("route.activate", {"route_hash": hash_of(ROUTES["good"]), "leg": 2.0}),
    ("route.activate", {"route_hash": hash_of(ROUTES["good"]), "leg": 9.0}),
    ("route.suspend", {}),
    ("conn.heading", {"heading_deg": 400.0}),
    ("conn.heading", {"heading_deg": "north"}),
    ("conn.heading", {}),
]


@pytest.mark.parametrize("scene", SCENES)
def test_the_preview_says_what_the_ship_says(scene: str) -> None:
    """Proves CMD-07, CMD-09, INT-12 and INT-01 to INT-11 ashore: each order gets the same verdict by the same rules."""
    seen: set[str] = set()
    for kind, args in ORDERS[
        :: 4 if scene == "the link was lost" else 1
    ]:  # it takes 15 s of heartbeats to lose and find
        rig = Rig(config=CONFIGS.get(scene))
        SCENES[scene](rig)
        said = asked(rig, kind, args, "ann")
        order = rig.say(kind, args)
        ship = "refused" if rig.state(order) in ("REJECTED", "EXPIRED") else "allowed"
        assert said.verdict == ship, (kind, args, said, rig.told(order))
        assert {reason.rule for reason in said.reasons} == {rule for _, rule in rig.reasons(order)}, (kind, args)
        assert ship == "refused" or said.reasons == ()
        seen.add(ship)
    assert "refused" in seen


def test_the_scenes_reach_both_answers() -> None:
    """Negative control: with the conn something is allowed, and where the ship refuses the shore does not say yes."""
    rig = Rig()
    rig.take("ann")
    assert asked(rig, "conn.heading", {"heading_deg": 80.0}, "ann").verdict == "allowed"
    assert asked(rig, "conn.heading", {"heading_deg": 80.0}, "bob").verdict == "refused"


def test_a_station_is_previewed_with_every_answer_she_gives() -> None:
    """Negative control: taken where hull and phase can and the circle is theirs; refused by INT-04 and INT-06 elsewhere."""
    for scene, args, expected in (
        ("she can keep her station", {}, set()),
        ("she can keep her station", {"radius_m": 300.0}, {"INT-04"}),
        ("she can, and stands at the fence", {"radius_m": 150.0}, {"INT-06"}),
        ("her station is kept", {"radius_m": 90.0}, set()),
        ("ann has it at setpoint", {}, {"INT-04"}),
    ):
        rig = Rig(config=CONFIGS.get(scene))
        SCENES[scene](rig)
        assert {reason.rule for reason in asked(rig, "conn.station_keep", dict(args), "ann").reasons} == expected


def test_old_facts_are_never_a_yes() -> None:
    """Past 3.5 s the mirror is too old: no order gets a yes, and a good one gets the word unknown."""
    rig = Rig()
    rig.take("ann")
    assert asked(rig, "conn.heading", {"heading_deg": 80.0}, "ann", age_s=3.6).verdict == "unknown"
    for kind, args in ORDERS:
        assert asked(rig, kind, args, "ann", age_s=3.6).verdict != "allowed"


def test_a_route_the_station_has_never_seen_is_unknown() -> None:
    """Proves CMD-09 ashore: the ship would follow it; a station that did not pass it on says unknown, not allowed."""
    rig = Rig()
    sails("good")(rig)
    beat = heartbeat(rig)
    asker = Asker("ann", "console-ann", "session-ann")
    args: dict[str, Plain] = {"route_hash": hash_of(ROUTES["good"])}
    assert preview("route.activate", args, asker, Mirror(beat, 0.0, rig.situation(), rig.config)).verdict == "unknown"
    known = Mirror(beat, 0.0, rig.situation(), rig.config, {hash_of(ROUTES["good"]): ROUTES["good"]})
    assert preview("route.activate", args, asker, known).verdict == "allowed"


GROUNDING = Grounding(6.2, 1.5, "refuse")
NEEDED_M = GROUNDING.draught_m + GROUNDING.ukc_m_min
WATERS = {
    "a shoal to the east": ([Feature("depth", 1.8, shapely.box(129.063, 34.92, 129.08, 34.94))], 129.5),
    "a wreck of unknown depth": ([Feature("obstruction", None, shapely.box(129.052, 34.92, 129.06, 34.926))], 129.5),
    "deep water": ([Feature("depth", 20.0, shapely.box(128.9, 34.8, 129.5, 35.1))], 129.5),
    "the chart's edge": ([Feature("depth", 20.0, shapely.box(128.9, 34.8, 129.06, 35.1))], 129.06),
}
MOVES: list[tuple[str, dict[str, Plain]]] = [
    ("conn.heading", {"heading_deg": 80.0}), ("conn.heading", {"heading_deg": 140.0}), ("conn.course", {"course_deg": 80.0}),
    ("conn.propulsion", {"propulsion_pct": 40.0}), ("conn.speed", {"speed_kn": 6.0}), ("conn.controlled_stop", {}),
    *(("route.load", {"route": encoded}) for encoded in ROUTES.values()),
]  # fmt: skip


def judged_by_water(waters: str | None, without_chart: str) -> ControlConfig:
    """Return the example's rules with a chart of `waters`, None: without one; other traffic is left out."""
    made = example_config()
    free = {name: dataclasses.replace(phase, without_lookout="allow") for name, phase in made.phases.items()}
    limits = Grounding(GROUNDING.draught_m, GROUNDING.ukc_m_min, without_chart)  # type: ignore[arg-type] # one of its words
    chart = None
    if waters is not None:
        features, east = WATERS[waters]
        chart = chart_of(chart_bytes(waters, features, shapely.box(128.9, 34.8, east, 35.1)), NEEDED_M)
    return dataclasses.replace(made, grounding=limits, chart=chart, phases=free)


@pytest.mark.parametrize("without_chart", ["refuse", "sounder", "allow"])
@pytest.mark.parametrize("waters", [None, *WATERS])
def test_by_the_ship_s_own_chart_the_preview_is_her_verdict(waters: str | None, without_chart: str) -> None:
    """Proves INT-07 ashore: with the same chart the same word; without it never a yes, and no reason she would not give."""
    config = judged_by_water(waters, without_chart)
    for under_keel_m in (20.0, 1.0, None):
        for kind, args in MOVES:
            rig = under_way(config, under_keel_m)
            said = asked(rig, kind, args, "ann")
            blind = dataclasses.replace(config, chart=unseen(NEEDED_M))
            beat = VesselHeartbeat.from_bytes(heartbeat(rig).to_bytes())
            mirror = Mirror(beat, 0.0, rig.situation(), blind, is_chart_seen=False)
            unsure = preview(kind, args, Asker("ann", "console-ann", "session-ann"), mirror)
            order = rig.say(kind, args)
            rules = {rule for _, rule in rig.reasons(order)}
            assert said.verdict == ("refused" if rig.state(order) in ("REJECTED", "EXPIRED") else "allowed"), (
                kind,
                args,
            )
            assert {reason.rule for reason in said.reasons} == rules, (kind, args)
            assert unsure.verdict == "allowed" if kind == "conn.controlled_stop" else unsure.verdict != "allowed"
            if unsure.verdict == "refused":
                assert {reason.rule for reason in unsure.reasons} <= rules, (kind, args)
            elif unsure.verdict == "unknown":
                assert [reason.name for reason in unsure.reasons] == ["chart_aboard"]


def test_the_waters_reach_both_answers_and_each_reason() -> None:
    """The negative control: shoal, unknown depth and a chart that ends are refused, and deep water is taken."""

    def names(waters: str | None, without_chart: str, under_keel_m: float | None, heading_deg: float) -> list[str]:
        rig = under_way(judged_by_water(waters, without_chart), under_keel_m)
        return [reason.name for reason in asked(rig, "conn.heading", {"heading_deg": heading_deg}, "ann").reasons]

    assert names("a shoal to the east", "allow", None, 80.0) == ["shoal"]
    assert names("a wreck of unknown depth", "allow", None, 140.0) == ["shoal"]
    assert names("the chart's edge", "refuse", 20.0, 80.0) == ["no_chart"]
    assert names(None, "sounder", None, 80.0) == ["depth_unknown"]
    assert names("deep water", "refuse", 1.0, 80.0) == ["under_keel"]
    assert names("deep water", "refuse", 20.0, 80.0) == []
