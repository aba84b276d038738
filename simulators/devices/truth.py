"""What is really so aboard at one instant: the values instruments then measure with their noise."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Truth:
    """The ship as she is; every field is exact."""

    now_s: float
    """Monotonic seconds since the ship was made."""
    utc_ns: int
    latitude_deg: float
    longitude_deg: float
    heading_deg: float
    """0..360 true."""
    variation_deg: float
    """Magnetic variation, east positive."""
    rate_degpmin: float
    """Positive to starboard."""
    sog_kn: float
    cog_deg: float
    ground_long_kn: float
    ground_trans_kn: float
    """Over ground along and across the hull; astern and to port negative."""
    water_long_kn: float
    water_trans_kn: float
    roll_deg: float
    pitch_deg: float
    depth_m: float
    """Depth of water."""
    draught_m: float
    transducer_m: float
    """Transducer below the waterline."""
    wind_speed_mps: float
    wind_from_deg: float
    apparent_speed_mps: float
    apparent_angle_deg: float
    """-180..180 from the bow, positive to starboard."""
    air_degc: float
    water_degc: float
    pressure_hpa: float
    rudder_deg: float
    rudder_order_deg: float
    shaft_rpm: float
    thruster_rpm: float
