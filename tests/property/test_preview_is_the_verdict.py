"""The shore's preview on fresh facts is the ship's own verdict: the same rules, the same answer, over the whole product."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from control.preview import Asker, Mirror, Preview, preview
from protocols.link.cbor import Plain
from protocols.link.heartbeats import VesselHeartbeat
from protocols.reading import Quality
from tests.control_rig import UTC_NS, VESSEL, Rig


def heartbeat(rig: Rig) -> VesselHeartbeat:
    """Return the heartbeat that the ship would send now."""
    facts = rig.supervisor.facts(rig.now_s)
    return VesselHeartbeat(
        VESSEL, rig.boot_id, 1, round(rig.now_s * 1000), UTC_NS, True, facts.step, facts.reasons, facts.next_step,
        facts.next_step_in_s, facts.authority, facts.stop_latched, *facts.echo, facts.round_trip_ms, facts.loss_pct,
        facts.setpoints, facts.phase, facts.roster_version, facts.alerts, facts.action,
    )  # fmt: skip


def asked(rig: Rig, kind: str, args: dict[str, Plain], person: str, age_s: float = 0.0) -> Preview:
    """Return what the shore says of an order of `person` on facts of `age_s`."""
    mirror = Mirror(heartbeat(rig), age_s, rig.situation(), rig.config)
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


SCENES: dict[str, Callable[[Rig], None]] = {
    "nobody has the conn": nobody,
    "the bridge has it": lambda rig: rig.bridge("take_local"),
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
}
ORDERS: list[tuple[str, dict[str, Plain]]] = [
    *(("conn.heading", {"heading_deg": float(deg)}) for deg in range(0, 360, 20)),
    *(("conn.rudder", {"rudder_deg": float(deg)}) for deg in range(-40, 41, 10)),
    *(("conn.propulsion", {"propulsion_pct": float(pct)}) for pct in range(-100, 101, 20)),
    ("conn.controlled_stop", {}),
    *(("conn.speed", {"speed_kn": float(speed_kn)}) for speed_kn in (0, 6, 13)),
    *(("conn.course", {"course_deg": float(deg)}) for deg in (0, 80, 200)),
    *(("conn.telegraph", {"step": step}) for step in ("stop", "half_ahead", "full_astern")),
    ("conn.heading", {"heading_deg": 400.0}),
    ("conn.heading", {"heading_deg": "north"}),
    ("conn.heading", {}),
]


@pytest.mark.parametrize("scene", SCENES)
def test_the_preview_says_what_the_ship_says(scene: str) -> None:
    """Proves CMD-07, INT-01 to INT-11 ashore: each order gets the same verdict by the same rules at both ends."""
    seen: set[str] = set()
    for kind, args in ORDERS:
        rig = Rig()
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


def test_old_facts_are_never_a_yes() -> None:
    """Past 3.5 s the mirror is too old: no order gets a yes, and a good one gets the word unknown."""
    rig = Rig()
    rig.take("ann")
    assert asked(rig, "conn.heading", {"heading_deg": 80.0}, "ann", age_s=3.6).verdict == "unknown"
    for kind, args in ORDERS:
        assert asked(rig, kind, args, "ann", age_s=3.6).verdict != "allowed"
