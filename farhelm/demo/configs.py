"""The demo's configuration files: one agent's TOML per vessel, one for the shore. The same files an installer would write."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from farhelm.demo import people, phases
from protocols.link import signing
from simulators import register_map, waters
from simulators.fleet import SOURCES, VesselSpec

NO_GO_HEADING_DEG: Final = 0.0
"""The no-go area of each vessel lies to the north of her start: this heading leads into it."""


CHART: Final = "sea.chart"
"""The chart of the simulated sea, in the demo's folder: the same file for the ships and the consoles."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a vessel's equipment and broker are."""

    nmea_port: int
    plc_port: int
    autopilot_port: int
    panel_port: int
    broker_url: str
    is_live: bool = True
    """False: the ship's time runs faster than ours, so that her positions cannot be held against it."""


_RANKING: Final = "".join(f"{channel} = {json.dumps(sources)}\n" for channel, sources in SOURCES.items())
_SOURCES: Final = f"""\
[channels]
file = "catalogue.toml"

[sources]
hold_off_s = 10.0
{_RANKING}
[link]
bearer = "lte"

[spool]
path = "spool.db"
mb_max = 200.0

"""
"""Who is believed for what, the keeping of the link and of what was not yet delivered: alike aboard all of them."""

_CATALOGUE: Final = """\
# What the simulated plant has, and the limits beyond which a value of hers is an alert: well outside what she does in good order.
standard = "all"

[[channel]]
id = "ME_CWT"
limits = { high = 88.0, high_high = 94.0, hysteresis = 2.0, on_s = 5.0, off_s = 10.0 }

[[channel]]
id = "ME_EGT1"
limits = { high = 450.0, high_high = 500.0, hysteresis = 10.0, on_s = 10.0, off_s = 30.0 }

[[channel]]
id = "GEN1_FRQ"
limits = { low_low = 55.0, low = 58.0, high = 62.0, high_high = 65.0, hysteresis = 0.5, on_s = 3.0, off_s = 10.0 }

[[channel]]
id = "TNK_FO1P"
limits = { low_low = 10.0, low = 20.0, hysteresis = 1.0, on_s = 10.0, off_s = 30.0 }

[[channel]]
id = "BAT_SOC"
limits = { low_low = 15.0, low = 30.0, hysteresis = 2.0, on_s = 10.0, off_s = 30.0 }
"""
"""Alarm limits of the simulated machinery: alike aboard all; what a vessel does not have is never judged."""

_WATCH: Final = """\
[control.link]
degraded_round_trip_ms = 1000.0
degraded_loss_pct = 10.0
degraded_for_s = 5.0
direct_round_trip_ms_max = 2000.0
silent_s = 3.5
silent_direct_s = 2.0
lost_s = 10.0
grace_s = 5.0
fallback_s = 60.0
back_s = 10.0

[control.authority]
lease_s = 15.0
answer_s = 10.0
confirm_s = 10.0
bump_rudder_deg = 5.0
bump_propulsion_pct = 5.0
bump_heading_deg = 2.0

[control.encounter]
head_on_deg = 5.0
crossing_deg = 5.0
overtaking_bow_deg = 67.5
abaft_deg = 112.5

"""
"""When the link counts as degraded, silent, lost; how long a conn is held and answered for: alike aboard all."""


_TELEGRAPH: Final = """\
[control.telegraph]
dead_slow_pct = 25.0
slow_pct = 40.0
half_pct = 55.0
full_pct = 70.0

"""


def write_agent(folder: Path, spec: VesselSpec, at: Addresses) -> Path:
    """Write the agent's configuration of a simulated vessel; return its path."""
    home = folder / spec.slug
    home.mkdir(exist_ok=True)
    registers = register_map.FOLDER / f"{spec.slug}.toml"
    master = signing.public_bytes(people.key_of(people.key_path(folder, "master"))).hex()
    text = f"""# Agent of the simulated vessel {spec.slug}, written by `farhelm demo` at each start.
{_vessel(spec)}[broker]
url = "{at.broker_url}"

[[input]]
name = "bridge"
kind = "tcp_client"
port = {at.nmea_port}
live = {str(at.is_live).lower()}

[[modbus]]
name = "plc"
host = "127.0.0.1"
port = {at.plc_port}
unit = 1
period_s = 0.5
registers = "{registers}"

{_SOURCES}[safety]
journal = "journal.db"
panel_port = {at.panel_port}
autopilot_port = {at.autopilot_port}
plc = "plc"

[keys]
master_public_key = "{master}"
vessel_key = "vessel.pem"
roster = "{folder / "beliefs" / f"{spec.slug}.roster"}"
grant = "{folder / "beliefs" / f"{spec.slug}.grant"}"

{_control(spec)}"""
    (home / "catalogue.toml").write_text(_CATALOGUE)
    path = home / "agent.toml"
    people.keep_secret(path, text.encode())
    return path


def _vessel(spec: VesselSpec) -> str:
    identity = spec.identity
    imo = f"imo = {identity.imo}\n" if identity.imo else ""
    return f"""[vessel]
id = "{spec.slug}"
name = "{identity.name}"
ship_type = "{_ship_type(identity.ship_type)}"
mmsi = {identity.mmsi}
{imo}length_m = {float(identity.length_m)}
beam_m = {float(identity.beam_m)}
ship_time_offset_h = 9.0
functions = {functions(spec)}

"""


def _control(spec: VesselSpec) -> str:
    handling, rpm_full = waters.HANDLING[spec.slug], spec.engine.full_rpm
    return f"""[control]
phase = "coastal"
actuators = "simulated"

[control.approval]
approve_s = 120.0
roster = "master"
grant = "master"

[control.alerts]
escalate_s = 300.0
repeat_s = 30.0
picture_s = 3.0

{_TELEGRAPH}[control.hull]
length_m = {float(spec.identity.length_m)}
beam_m = {float(spec.identity.beam_m)}
turn_radius_m = {handling.turn_radius_m}
reach_m = {handling.reach_m}
stop_reach_m = {handling.stop_reach_m}
rpm_full = {rpm_full}
speed_full_kn = {handling.speed_full_kn}
keeps_station = {str(not spec.has_rudder).lower()}

{_WATCH}[control.tracking]
lookahead_min_m = {0.4 * handling.lookahead_m}
lookahead_max_m = {handling.lookahead_m}
wheel_reach_m = {handling.wheel_reach_m}
join_deg_max = 40.0
announce_s = 180.0
confirm_s = 30.0

[control.grounding]
draught_m = {float(spec.identity.draught_m)}
ukc_m_min = {waters.ukc_m(spec)}
without_chart = "sounder"

[control.response]
operator_s = 60.0

[control.verify]
heading_s = {handling.heading_s}
rudder_s = 30.0
propulsion_s = {handling.propulsion_s}
steady_deg_min = {handling.steady_deg_min}

{_waters(spec)}"""


def _waters(spec: VesselSpec) -> str:
    return f"""{phases.tables(spec)}{_machinery(spec)}
[[control.areas]]
kind = "allowed"
name = "Busan approaches"
ring = {_ring(waters.allowed())}

[[control.areas]]
kind = "no_go"
name = "anchorage north of the start"
ring = {_ring(waters.no_go(spec))}

[chart]
file = "../{CHART}"
"""


def functions(spec: VesselSpec) -> str:
    """Return what is claimed of her, as a TOML list: nobody is aboard, and machines are ordered where `_machinery` names some."""
    return '["NAV RC OS", "ENG RC OS"]' if _machinery(spec) else '["NAV RC OS"]'


def _machinery(spec: VesselSpec) -> str:
    """Return what the group `engineering` may order: steering pumps and generator; a craft without a rudder has neither."""
    rows = [
        (f"steering pump {number}", "pump", f"pump_{number}_order", f"STG_PMP{number}", 0.5, 10.0) for number in (1, 2)
    ]
    rows += (
        [("generator 1", "generator", "generator_1_order", "GEN1_RPM", 600.0, 30.0)] if spec.plant.generator_kw else []
    )
    return "".join(
        f"""
[[control.machinery]]
name = "{name}"
kind = "{kind}"
register = "{register}"
channel = "{channel}"
running_above = {above}
confirm_s = {confirm_s}
"""
        for name, kind, register, channel, above, confirm_s in (rows if spec.has_rudder else [])
    )


def _ring(corners: waters.Ring) -> str:
    return "[" + ", ".join(f"[{longitude:.6f}, {latitude:.6f}]" for longitude, latitude in corners) + "]"


def _ship_type(code: int) -> str:
    return {80: "tanker", 70: "cargo", 99: "unmanned survey craft"}.get(code, "vessel")


def write_shore(folder: Path, listen: str, urls: Mapping[str, str], vessels: tuple[str, ...], seed: Path) -> Path:
    """Write the shore's configuration; `urls` has broker, stop_broker and database. Return its path."""
    host, _, port = listen.partition(":")
    origins = ", ".join(f'"http://{name}:{port}"' for name in (host, "localhost"))
    master = signing.public_bytes(people.key_of(people.key_path(folder, "master"))).hex()
    known = "".join(
        f'[vessels.{vessel}]\nmaster_public_key = "{master}"\n'
        f'public_key = "{signing.public_bytes(people.key_of(folder / vessel / "vessel.pem")).hex()}"\n\n'
        for vessel in vessels
    )
    text = f"""# The station ashore, written by `farhelm demo` at each start.
[shore]
listen = "{listen}"
origins = [{origins}]
broker = "{urls["broker"]}"
stop_broker = "{urls["stop_broker"]}"
database = "{urls["database"]}"
people = "{seed}"
charts = ["{CHART}"]
demo = true

[alerts]
heartbeat_silent_s = 3.5
data_stale_s = 5.0
clock_skew_s = 2.0

{known}"""
    path = folder / "shore.toml"
    people.keep_secret(path, text.encode())
    return path
