"""Unit and range of every channel that a sentence can feed; the same as in the catalogue, which a test compares."""

from __future__ import annotations

from typing import Final

RANGES: Final[dict[str, tuple[str, float, float]]] = {
    "NAV_LAT": ("deg", -90.0, 90.0),
    "NAV_LON": ("deg", -180.0, 180.0),
    "NAV_SOG": ("kn", 0.0, 40.0),
    "NAV_COG": ("deg", 0.0, 360.0),
    "NAV_HDG": ("deg", 0.0, 360.0),
    "NAV_HDM": ("deg", 0.0, 360.0),
    "NAV_ROT": ("deg/min", -300.0, 300.0),
    "NAV_STW": ("kn", -10.0, 40.0),
    "NAV_STWT": ("kn", -10.0, 10.0),
    "NAV_DPTK": ("m", 0.0, 500.0),
    "NAV_DPTT": ("m", 0.0, 500.0),
    "NAV_ROLL": ("deg", -60.0, 60.0),
    "NAV_PITCH": ("deg", -30.0, 30.0),
    "GNSS_HDOP": ("1", 0.0, 50.0),
    "GNSS_SAT": ("1", 0.0, 40.0),
    "WND_AWA": ("deg", -180.0, 180.0),
    "WND_AWS": ("m/s", 0.0, 70.0),
    "WND_TWD": ("deg", 0.0, 360.0),
    "WND_TWS": ("m/s", 0.0, 70.0),
    "ENV_SWT": ("degC", -5.0, 40.0),
    "ENV_AIRT": ("degC", -50.0, 60.0),
    "ENV_BARO": ("hPa", 850.0, 1100.0),
    "STG_RUD_P": ("deg", -45.0, 45.0),
    "STG_RUD_S": ("deg", -45.0, 45.0),
    "STG_ORD": ("deg", -45.0, 45.0),
    "AP_HDGSET": ("deg", 0.0, 360.0),
    "ME_RPM": ("rpm", -150.0, 2500.0),
    "SH_RPM": ("rpm", -150.0, 300.0),
    "PROP_PITCH": ("%", -100.0, 100.0),
    "THR_BOW": ("rpm", -1500.0, 1500.0),
}
"""{short id: (unit, lowest, highest)}"""
