"""The shore's preview is the ship's own rules on mirrored facts: old is unknown, unknown is never allowed."""

from __future__ import annotations

import math
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from control.geometry import Plane
from control.limits import ControlConfig
from control.preview import Asker
from protocols.link.heartbeats import VesselHeartbeat
from protocols.link.signing import open_envelope
from shoreside.commanding import preview
from shoreside.live.fleet import VesselState
from tests.shore_kit import NOON_NS, Ship

NOW = preview.Moment(100.0, NOON_NS)
EXAMPLE = Path(__file__).parents[2] / "control" / "example.toml"


def held_by_ann() -> VesselState:
    """Return a ship in the allowed area that ann holds at setpoint level, everything fresh."""
    source = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    config = ControlConfig.from_mapping("kestrel", source.get("control", source))
    beat = VesselHeartbeat.from_bytes(open_envelope(Ship().heartbeat(1)[1]).body)
    authority = replace(
        beat.authority, station="remote", person="ann", console="console-1", session="s", level="setpoint",
        role="operator",
    )  # fmt: skip
    state = VesselState("kestrel", control=config)
    state.heartbeat, state.heartbeat_at_s = replace(beat, authority=authority), 99.5
    return state


def ask(
    state: VesselState, heading_deg: float, person: str = "ann", now: preview.Moment = NOW
) -> tuple[str, list[str]]:
    """Return the verdict on a heading and the names of its reasons."""
    asked = preview.Question("r1", "conn.heading", {"heading_deg": heading_deg}, Asker(person, "console-1", "s"))
    message = preview.answer(state, asked, now)
    return message["verdict"], [reason["name"] for reason in message["reasons"]]


def test_nothing_known_is_not_allowed() -> None:
    """No heartbeat, no limits, an old heartbeat: unknown, each with its reason."""
    assert ask(VesselState("kestrel"), 95.0) == ("unknown", ["limits_unknown"])
    state = held_by_ann()
    assert ask(state, 95.0, now=preview.Moment(103.1, NOON_NS)) == ("unknown", ["mirror_old"])
    state.heartbeat = None
    assert ask(state, 95.0)[0] == "unknown"


def test_missing_and_old_facts_are_reasons() -> None:
    """Without any measurement every input is named; a measurement counts with its age by the ship's clock."""
    state = held_by_ann()
    verdict, names = ask(state, 95.0)
    assert verdict == "refused"
    assert "input_absent" in names
    # Two seconds old by the shore's clock, but that clock is two seconds ahead of the ship's.
    state.latest["NAV_HDG"] = ("NAV_HDG", 95.0, 0, NOON_NS // 1_000_000 - 2000)
    fresh = preview.situation(state, NOON_NS).facts["NAV_HDG"]
    assert fresh.age_s == 2.0
    state.clock_skew_s = -2.0
    assert preview.situation(state, NOON_NS).facts["NAV_HDG"].age_s == 0.0


def test_another_person_is_not_in_control() -> None:
    """Proves AUT-08 in the preview: whoever does not hold the conn is told so."""
    assert any("control" in name for name in ask(held_by_ann(), 95.0, person="eve")[1])
    assert not any("control" in name for name in ask(held_by_ann(), 95.0)[1])


def test_an_order_that_cannot_be_meant_is_refused() -> None:
    """A heading of 400 deg is refused before anything is looked up."""
    assert ask(held_by_ann(), 400.0) == ("refused", ["malformed"])


def test_asking_for_the_conn_is_not_judged_as_a_setpoint() -> None:
    """Whoever has not the conn may ask for it, on any step and without a measurement; the holder has it already."""
    state = held_by_ann()
    assert state.heartbeat is not None
    state.heartbeat = replace(state.heartbeat, step="L3")

    def names(kind: str, person: str, args: dict[str, object], session: str = "s") -> list[str]:
        asked = preview.Question("r1", kind, args, Asker(person, "console-1", session))
        message = preview.answer(state, asked, NOW)
        return [message["verdict"], *(reason["name"] for reason in message["reasons"])]

    assert names("authority.request", "eve", {"level": "setpoint"}) == ["allowed"]
    assert names("authority.request", "ann", {"level": "setpoint"}) == ["refused", "already_in_control"]
    assert names("authority.release", "eve", {}) == ["refused", "not_in_control"]
    assert names("authority.release", "ann", {}) == ["allowed"]
    # The same person after the browser was lost: a new session does not hold the conn, and may ask for it (AUT-08).
    assert names("authority.request", "ann", {"level": "setpoint"}, "another session") == ["allowed"]
    assert names("authority.release", "ann", {}, "another session") == ["refused", "not_in_control"]


def test_the_trial_tells_where_both_ships_are_at_their_closest() -> None:
    """The two places are as far apart as the CPA, on the track and on the other's course, for each kind that is tried."""
    state = held_by_ann()
    utc_ms = NOON_NS // 1_000_000
    facts = {"NAV_LAT": 34.93, "NAV_LON": 129.05, "NAV_HDG": 80.0, "NAV_COG": 80.0, "NAV_SOG": 10.0}
    state.latest = {name: (name, value, 0, utc_ms) for name, value in facts.items()}
    state.targets[440998001] = {
        "mmsi": 440998001, "utc_ms": utc_ms - 4000, "latitude_deg": 34.95, "longitude_deg": 129.07, "sog_kn": 8.0,
        "cog_deg": 190.0, "heading_deg": 190.0, "name": "STAR", "ship_type": 70, "length_m": 90.0, "beam_m": 14.0,
        "doubt": None, "track": None,
    }  # fmt: skip
    asked: tuple[tuple[str, dict[str, object]], ...] = (
        ("conn.heading", {"heading_deg": 120.0}), ("conn.course", {"course_deg": 120.0}),
        ("conn.rudder", {"rudder_deg": 10.0}),
    )  # fmt: skip
    for kind, args in asked:
        question = preview.Question("r1", kind, args, Asker("ann", "console-1", "s"))
        (passing,) = preview.answer(state, question, NOW)["trial"]["passings"]
        plane = Plane(passing["own_at"][1], passing["own_at"][0])
        assert math.hypot(*plane.xy(*passing["other_at"])) == pytest.approx(passing["cpa_m"], abs=1.0)
