"""The demo fleet: three vessels as records. Names, call signs, MMSI and IMO numbers are invented; check digits hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from simulators.devices.autopilot import AutopilotTuning
from simulators.devices.plc import SLOW_DOWN_PERCENT_PER_S
from simulators.devices.transponder import Identity
from simulators.vessel.engine import EngineSpec
from simulators.vessel.machinery import PlantSpec
from simulators.vessel.motion import Hull
from simulators.vessel.otter import SHAFT_MAX_RADPS, OtterHull
from simulators.vessel.ships import KVLCC2, PETREL
from simulators.vessel.steering import SteeringSpec

VARIATION_DEG = -8.4
"""Magnetic variation off Busan in 2026 (WMM2025, rounded): west."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where and how a vessel begins."""

    latitude_deg: float
    longitude_deg: float
    heading_deg: float
    percent: float
    """Propulsion order at the start; the vessel begins at the speed it gives."""
    speed_kn: float


@dataclass(frozen=True, slots=True)
class VesselSpec:
    """Everything a simulated vessel is made of."""

    slug: str
    identity: Identity
    hull: Hull
    engine: EngineSpec
    steering: SteeringSpec
    plant: PlantSpec
    tuning: AutopilotTuning
    start: Start
    transducer_m: float
    has_rudder: bool = True
    """False: a steering order becomes a difference of the two propellers (the Otter); see `Ship`."""
    absent_channels: frozenset[str] = frozenset()
    """Channels of the PLC this vessel has no equipment for; her register map leaves them out."""
    absent_instruments: frozenset[str] = frozenset()
    slow_down_percent_per_s: float = SLOW_DOWN_PERCENT_PER_S
    """How fast her PLC takes the telegraph down in a controlled stop."""


_NO_SHIP_PLANT = frozenset(
    {"ME_FUEL", "ME_LOP", "ME_LOT", "ME_CWT", "ME_CWP", "ME_EGT1", "ME_SAP", "ME_MBT1", "SH_BRG_F", "SH_BRG_A"}
    | {"SH_THRB", "GEN1_PWR", "GEN1_FRQ", "GEN1_VLT", "GEN1_RPM", "TNK_FO1P", "TNK_FW", "TNK_BW1P", "THR_BOW"}
)

_TWO_STROKE = EngineSpec(
    full_rpm=88.0,  # 15.3 kn, so that torque stays inside the catalogue's 5 000 kNm in every turn
    rated_kw=44_000.0,
    ramp_rpmps=0.8,
    load_program_percent=65.0,
    load_ramp_rpmps=0.05,
    spindown_s=45.0,
    reverse_below_percent=30.0,
    start_delay_s=8.0,
    idle_percent=22.0,
    propeller_m=9.86,
)

KESTREL = VesselSpec(
    slug="kestrel",
    identity=Identity(440_999_001, "FARHELM KESTREL", "D7FH1", 9_912_347, 80, 320, 58, 20.8, "BUSAN"),
    hull=KVLCC2,
    engine=_TWO_STROKE,
    steering=SteeringSpec(),
    plant=PlantSpec(170.0, 1_100.0, 120.0, 25.2, 40.0, drains_battery=False),
    tuning=AutopilotTuning(2.0, 200.0, 0.001, 35.0, 25.0),
    start=Start(34.955, 129.10, 80.0, 65.0, 9.7),
    transducer_m=18.0,
)
"""KVLCC2 at full scale (320 m): the published tanker, slow to answer."""

OTTER = VesselSpec(
    slug="otter",
    identity=Identity(440_999_002, "FARHELM OTTER", "", 0, 99, 2, 1, 0.2, "BUSAN SURVEY"),
    hull=OtterHull(),
    engine=EngineSpec(
        full_rpm=SHAFT_MAX_RADPS * 60 / 6.283185307179586,
        rated_kw=2.5,
        ramp_rpmps=800.0,
        load_program_percent=100.0,
        load_ramp_rpmps=800.0,
        spindown_s=0.5,
        reverse_below_percent=100.0,
        start_delay_s=0.0,
        idle_percent=0.0,
        propeller_m=0.31,  # of the power estimate only: gives both motors' 1.4 kW at full speed
    ),
    steering=SteeringSpec(rate_degps=70.0),
    plant=PlantSpec(0.0, 0.0, 0.0, 48.0, 3.7, drains_battery=True),
    tuning=AutopilotTuning(5.0, 3.0, 0.3, 35.0, 900.0),
    start=Start(35.015, 129.16, 120.0, 60.0, 2.6),
    transducer_m=0.15,
    has_rudder=False,
    absent_channels=_NO_SHIP_PLANT,
    slow_down_percent_per_s=10.0,
    absent_instruments=frozenset({"shaft"}),  # motors only; no shaft pick-up, no bow thruster
)
"""The Otter USV (2 m, two electric propellers, no rudder)."""

PETREL_SPEC = VesselSpec(
    slug="petrel",
    identity=Identity(440_999_003, "FARHELM PETREL", "D7FH3", 9_923_451, 70, 120, 22, 7.8, "ULSAN"),
    hull=PETREL,
    engine=EngineSpec(
        full_rpm=204.5,
        rated_kw=5_400.0,
        ramp_rpmps=2.5,
        load_program_percent=70.0,
        load_ramp_rpmps=0.3,
        spindown_s=20.0,
        reverse_below_percent=30.0,
        start_delay_s=5.0,
        idle_percent=25.0,
        propeller_m=9.86 * 0.375,
    ),
    steering=SteeringSpec(rate_degps=3.5),
    plant=PlantSpec(185.0, 320.0, 25.0, 25.2, 15.0, drains_battery=False),
    tuning=AutopilotTuning(2.0, 60.0, 0.003, 35.0, 60.0),
    start=Start(34.915, 129.15, 80.0, 70.0, 9.0),
    transducer_m=6.5,
)
"""A 120 m ship made by shrinking KVLCC2's form (see `vessel/ships.py`): quicker, and no real ship."""

FLEET: tuple[VesselSpec, ...] = (KESTREL, OTTER, PETREL_SPEC)
"""The demo's vessels in the order `--vessels N` takes them."""


_IMO_WEIGHTS = (7, 6, 5, 4, 3, 2)


def imo_is_valid(number: int) -> bool:
    """Return whether the last digit checks: digits 1 to 6 weighted 7 to 2, sum modulo 10 (IMO A.1117(30))."""
    digits = [int(digit) for digit in f"{number:07d}"]
    weighted = sum(digit * weight for digit, weight in zip(digits, _IMO_WEIGHTS, strict=False))
    return len(digits) == len(_IMO_WEIGHTS) + 1 and weighted % 10 == digits[-1]


SOURCES: Final[dict[str, list[str]]] = {
    **{name: ["bridge/GP", "bridge/GN"] for name in ("NAV_LAT", "NAV_LON", "NAV_SOG", "NAV_COG", "NAV_UTC")},
    "NAV_HDG": ["bridge/HE", "bridge/HC"],
    "ME_RPM": ["plc", "bridge/ER"],
}
"""Who is believed for what aboard each of them, best first."""
