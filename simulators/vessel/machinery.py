"""What else runs in an engine room: temperatures, pressures, generator, battery, tanks. Slow first-order lags.

Plausible working values of a two-stroke plant or an electric one; **not** taken from a maker and proving nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

_FUEL_KGPM3 = 950.0


@dataclass(frozen=True, slots=True)
class PlantSpec:
    """Size of the plant."""

    consumption_gpkwh: float
    """Specific fuel consumption; 0 for electric drive."""
    generator_kw: float
    """Hotel load carried by generator 1; 0 when there is none."""
    service_tank_m3: float
    battery_v: float
    battery_kwh: float
    drains_battery: bool
    """True when the propellers run from the battery."""


@dataclass(frozen=True, slots=True)
class Plant:
    """Readings of the plant, in the catalogue's units."""

    lub_oil_degc: float = 45.0
    cooling_degc: float = 75.0
    exhaust_degc: float = 60.0
    bearing_degc: float = 40.0
    stern_tube_degc: float = 32.0
    running_h: float = 12_345.0
    fuel_lph: float = 0.0
    fuel_percent: float = 82.0
    fresh_water_percent: float = 64.0
    ballast_percent: float = 35.0
    battery_percent: float = 96.0
    generator_kw: float = 0.0


def _toward(value: float, target: float, time_s: float, dt_s: float) -> float:
    return target + (value - target) * math.exp(-dt_s / time_s)


def step_plant(spec: PlantSpec, plant: Plant, engine: tuple[float, float], now_s: float, dt_s: float) -> Plant:
    """Return the plant `dt_s` later with the engine's shaft power (kW) and load (0..1 of rated)."""
    power_kw, load = engine
    litres = power_kw * spec.consumption_gpkwh / _FUEL_KGPM3
    drain = power_kw + 0.05 if spec.drains_battery else 0.0
    tank = litres / 1000.0 / max(spec.service_tank_m3, 1e-6) * 100.0 if spec.service_tank_m3 else 0.0
    hotel = spec.generator_kw * (0.55 + 0.06 * math.sin(now_s / 97.0))
    return replace(
        plant,
        lub_oil_degc=_toward(plant.lub_oil_degc, 42.0 + 8.0 * load, 300.0, dt_s),
        cooling_degc=_toward(plant.cooling_degc, 72.0 + 10.0 * load, 240.0, dt_s),
        exhaust_degc=_toward(plant.exhaust_degc, 60.0 + 330.0 * math.sqrt(max(0.0, load)), 60.0, dt_s),
        bearing_degc=_toward(plant.bearing_degc, 38.0 + 20.0 * load, 500.0, dt_s),
        stern_tube_degc=_toward(plant.stern_tube_degc, 28.0 + 12.0 * load, 900.0, dt_s),
        running_h=plant.running_h + (dt_s / 3600.0 if power_kw > 0.0 else 0.0),
        fuel_lph=_toward(plant.fuel_lph, litres, 2.0, dt_s),
        fuel_percent=max(0.0, plant.fuel_percent - tank * dt_s / 3600.0),
        fresh_water_percent=max(0.0, plant.fresh_water_percent - 0.05 * dt_s / 3600.0),
        battery_percent=max(0.0, plant.battery_percent - drain / spec.battery_kwh * 100.0 * dt_s / 3600.0),
        generator_kw=_toward(plant.generator_kw, hotel, 5.0, dt_s),
    )
