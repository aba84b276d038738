"""The MMG ships: parameters in literals, each with where it comes from."""

from __future__ import annotations

from simulators.vessel.mmg import Coefficients, MmgHull
from simulators.vessel.wind import Windage

KVLCC2_L7 = MmgHull(
    length_m=7.0,
    beam_m=1.27,
    draught_m=0.455,
    displacement_m3=3.27,
    centre_x_m=0.25,
    propeller_m=0.216,
    rudder_height_m=0.345,
    rudder_area_m2=0.0539,
    wake=0.40,
    coefficients=Coefficients(resistance=0.022),
    windage=Windage(0.0, 0.0),
    water_kgpm3=1000.0,
)
"""The 7 m model of Yasukawa & Yoshimura 2015, Tables 1 to 3, every value as printed."""

KVLCC2_L7_TEST_RPS = 10.4
"""Propeller speed of the published free-running tests; below self-propulsion at R0' 0.022, so speed drifts."""

_SHIP_RESISTANCE = 0.0138
"""R0' of the ship. The printed 0.022 is the 7 m model's; friction does not scale with Froude's law.

ITTC-1957 line, form factor 0.2 and the ITTC-1978 roughness allowance for 150 um: C_T = 0.022 L d / S = 5.385e-3 on
S = 27194 m2; C_F 3.175e-3 at 7 m and 1.179 m/s (Re 7.2e6), 1.395e-3 at 320 m and 15.5 kn (Re 2.1e9); ship
C_T = 5.385e-3 - 1.2 (3.175e-3 - 1.395e-3) + 0.126e-3 = 3.375e-3, so R0' = 0.0138. With it the ship propels herself at
15.5 kn with 89.3 rpm. Unscaled (0.022) she needs 106.7 rpm and turns 8 to 10 % too tight (2.98 L, 3.00 L).
"""

KVLCC2 = MmgHull(
    length_m=320.0,
    beam_m=58.0,
    draught_m=20.8,
    displacement_m3=312_600.0,
    centre_x_m=11.2,
    propeller_m=9.86,
    rudder_height_m=15.8,
    rudder_area_m2=112.5,
    wake=0.35,
    coefficients=Coefficients(resistance=_SHIP_RESISTANCE),
    windage=Windage(frontal_m2=1_160.0, lateral_m2=3_160.0),
)
"""KVLCC2 at full scale: particulars, wake and manoeuvring coefficients as printed, resistance scaled as above."""

_PETREL_SCALE = 120.0 / 320.0

PETREL = MmgHull(
    length_m=320.0 * _PETREL_SCALE,
    beam_m=58.0 * _PETREL_SCALE,
    draught_m=20.8 * _PETREL_SCALE,
    displacement_m3=312_600.0 * _PETREL_SCALE**3,
    centre_x_m=11.2 * _PETREL_SCALE,
    propeller_m=9.86 * _PETREL_SCALE,
    rudder_height_m=15.8 * _PETREL_SCALE,
    rudder_area_m2=112.5 * _PETREL_SCALE**2,
    wake=0.35,
    coefficients=Coefficients(resistance=0.0147),
    windage=Windage(frontal_m2=1_160.0 * _PETREL_SCALE**2, lateral_m2=3_160.0 * _PETREL_SCALE**2),
)
"""Not a real ship: KVLCC2's form shrunk to 120 m (geometric scale 0.375), so that a smaller vessel exists.

R0' 0.0147 is the same friction line at Re 6.8e8. Driven to 13 kn, which is fast for so full a form; wave resistance
is not modelled. Her figures prove nothing about any ship and no published value is claimed for her.
"""
