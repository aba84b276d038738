"""What the world's ships and people are given before they sail: keys from the seed, roster, grant, configuration.

The agent's configuration is a table that `shipside.config` reads and judges as it does any installer's file.
"""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Final, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import control
from protocols.link import signing
from protocols.link.roster import Grant, Roster, RosterEntry
from protocols.link.signing import Domain
from shipside import config
from simulators import register_map, waters
from simulators.fleet import SOURCES, VesselSpec
from simulators.loop import START_UTC_NS

ROC: Final = "Busan"
YEAR_NS: Final = 365 * 24 * 3600 * 1_000_000_000
PEOPLE: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "ann": ("operator", ("observe", "setpoint", "direct", "stop")),
    "bob": ("operator", ("observe", "setpoint", "direct", "stop")),
    "sue": ("supervisor", ("observe", "setpoint", "direct", "stop", "supervise", "approve")),
    "vic": ("viewer", ("observe",)),
    "kim": ("master", ("observe", "setpoint", "direct", "stop", "supervise", "approve")),
}
"""{person: (role, what their key may sign)}: everybody in the roster of every ship."""
EXAMPLE: Final = Path(control.__file__).with_name("example.toml")
"""Times of ladder and authority, and what a phase allows: those of the commented example."""


Table = dict[str, object]


def key_of(seed: int, name: str) -> Ed25519PrivateKey:
    """Return the key of `name` in the world of `seed`; it guards nothing real."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"farhelm world {seed} {name}".encode()).digest())


def roster(seed: int, vessel: str, version: int = 1, people: tuple[str, ...] = tuple(PEOPLE)) -> bytes:
    """Return the roster of `people` as the vessel's Master signs it."""
    entries = tuple(
        RosterEntry(person, PEOPLE[person][0], ROC, "", signing.public_bytes(key_of(seed, person)), PEOPLE[person][1],
                    START_UTC_NS - YEAR_NS, START_UTC_NS + YEAR_NS)
        for person in people
    )  # fmt: skip
    return signing.sign(Domain.ROSTER, Roster(vessel, version, entries).to_bytes(), key_of(seed, "master"))


def grant(seed: int, vessel: str) -> bytes:
    """Return the Master's remote-access grant for a year."""
    made = Grant(vessel, f"{vessel}-world", "kim", (ROC,), ("conn", "engineering"), ("setpoint", "direct"),
                 START_UTC_NS - YEAR_NS, START_UTC_NS + YEAR_NS)  # fmt: skip
    return signing.sign(Domain.GRANT, made.to_bytes(), key_of(seed, "master"))


def agent_config(spec: VesselSpec, seed: int, folder: Path, bearer: str = "lte") -> config.AgentConfig:
    """Return the agent's configuration of a vessel over `bearer`; roster and grant are put into `folder`, as at commissioning."""
    folder.mkdir(exist_ok=True)
    (folder / "roster").write_bytes(roster(seed, spec.slug))
    (folder / "grant").write_bytes(grant(seed, spec.slug))
    identity = spec.identity
    imo: Table = {"imo": identity.imo} if identity.imo else {}
    nowhere = {"host": "none.invalid", "port": 1}
    table: Table = {
        "vessel": {"id": spec.slug, "name": identity.name, "mmsi": identity.mmsi, "length_m": float(identity.length_m),
                   "beam_m": float(identity.beam_m), **imo},
        "broker": {"url": "mqtt://none.invalid"},  # every address is nowhere: the world fills the ports
        "input": [{"name": "bridge", "kind": "tcp_client", **nowhere}],
        "modbus": [{"name": "plc", "unit": 1, "period_s": 0.5, "registers": str(register_map.FOLDER / f"{spec.slug}.toml"),
                    **nowhere}],
        "sources": {"hold_off_s": 10.0, **SOURCES},
        "link": {"bearer": bearer},
        "spool": {"path": "spool.db", "mb_max": 200.0},
        "safety": {"journal": "journal.db", "plc": "plc", "autopilot_host": "none.invalid", "autopilot_port": 1},
        "keys": {"master_public_key": signing.public_bytes(key_of(seed, "master")).hex(), "vessel_key": "vessel.pem",
                 "roster": "roster", "grant": "grant"},
        "control": control_table(spec),
    }  # fmt: skip
    return config.from_mapping(table, folder, {})


def control_table(spec: VesselSpec) -> Table:
    """Return the [control] table of a vessel: the commented example with this vessel's hull, windows and waters."""
    example = cast("dict[str, Table]", tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))["control"])
    handling, rpm_full = waters.HANDLING[spec.slug], spec.engine.full_rpm
    coastal = cast("dict[str, Table]", example["phases"])["coastal"] | {
        "ahead_pct_max": 90.0, "rudder_step_deg_max": 70.0, "reversal_rpm_max": round(rpm_full * 0.3, 1),
        "heading_rate_deg_min_max": handling.heading_rate_deg_min_max, "look_ahead_s": handling.look_ahead_s,
        "margin_m": handling.margin_m, "hold_entry_s": 300.0, "fallback_entry_s": 1800.0, "stop_entry_s": 1800.0,
        "stopped_kn": 1.0, "neutral_pct": 0.0,
        "cpa_m": handling.cpa_m, "tcpa_s": handling.tcpa_s,
    }  # fmt: skip
    coastal["envelope"] = [
        {"what": "wind", "channel": "WND_TWS", "high": 20.0},
        {"what": "speed", "channel": "NAV_SOG", "low": -8.0, "high": round(1.3 * handling.speed_full_kn, 1)},
    ]
    rows = cast("list[Table]", example["machinery"])
    own: Table = {
        "actuators": "simulated",
        "machinery": rows if spec.has_rudder else [],
        "hull": {
            "length_m": float(spec.identity.length_m), "beam_m": float(spec.identity.beam_m), "rpm_full": rpm_full,
            "turn_radius_m": handling.turn_radius_m, "reach_m": handling.reach_m,
            "stop_reach_m": handling.stop_reach_m, "speed_full_kn": handling.speed_full_kn,
            "keeps_station": not spec.has_rudder,
        },
        "tracking": {
            "lookahead_min_m": 0.4 * handling.lookahead_m, "lookahead_max_m": handling.lookahead_m,
            "wheel_reach_m": handling.wheel_reach_m, "join_deg_max": 40.0, "announce_s": 180.0, "confirm_s": 30.0,
        },
        "grounding": {
            "draught_m": float(spec.identity.draught_m), "ukc_m_min": waters.ukc_m(spec), "without_chart": "sounder",
        },
        "verify": {
            "heading_s": handling.heading_s, "rudder_s": 30.0, "propulsion_s": handling.propulsion_s,
            "steady_deg_min": handling.steady_deg_min,
        },
        "phases": {"coastal": coastal},
        "areas": [
            {"kind": "allowed", "name": "Busan approaches", "ring": [list(corner) for corner in waters.allowed()]},
            {"kind": "no_go", "name": "anchorage north of the start", "ring": [list(corner) for corner in waters.no_go(spec)]},
        ],
    }  # fmt: skip
    return {**example, **own}
