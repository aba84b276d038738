"""Dead reckoning: the way through the water by gyro heading and log speed, and how far it may be wrong.

It has no origin: only differences of it mean anything, and only against the fixes of a receiver (reliability.md D1).
"""

from __future__ import annotations

import math
from typing import Final

from telemetry.plane import KNOT_MPS, difference_deg, vector

STEP_MAX_S: Final = 5.0
"""Heading and speed are taken to hold for this long; a longer step is blind."""
BLIND_MPS: Final = 40.0 * KNOT_MPS
"""What a ship may run while nothing is known of her: the upper end of NAV_SOG."""
TURN_STEP_DEG: Final = 0.5
"""Turns smaller than this are the gyro's noise."""
SLIP_LENGTHS: Final = 0.8
"""Ship's lengths per radian of turn that a fix may move sideways: she slips about her pivot (0.4), the antenna swings (0.4)."""
LOG_STEP_MPS: Final = 1.0
"""A ship does not gain or lose more than this, and half of it per second; a log that does has failed or come back."""


class DeadReckoning:
    """The way made good through the water since the start."""

    def __init__(self, length_m: float) -> None:
        """`length_m`: the ship's length, which says how far she slips in a turn."""
        self._slip_m = SLIP_LENGTHS * length_m
        self._at_s: float | None = None
        self._turned_deg: float | None = None
        self._speed_mps: float | None = None
        self.north_m = self.east_m = 0.0
        self.unsure_m = 0.0
        """How far this way may have been wrong in all; it only grows, its growth between two moments is what counts."""
        self.leg = 0
        """Grows with each blind step: what was learned against this way before says nothing of it after."""

    def receive(self, now_s: float, heading_deg: float | None, speed_kn: float | None, across_kn: float | None) -> None:
        """Take heading and speed through water at `now_s`; None: not known. Unknown speed across is taken for none."""
        step_s = 0.0 if self._at_s is None else max(0.0, now_s - self._at_s)
        self._at_s = now_s
        if heading_deg is None or speed_kn is None or step_s > STEP_MAX_S or self._log_failed(speed_kn, step_s):
            self.leg += 1
            self.unsure_m += BLIND_MPS * step_s
            self._turned_deg = self._speed_mps = None
            if speed_kn is not None:
                self._speed_mps = speed_kn * KNOT_MPS
            return
        self._turn(heading_deg)
        self._speed_mps = speed_kn * KNOT_MPS
        north, east = vector(heading_deg, self._speed_mps)
        across_n, across_e = vector(heading_deg + 90.0, (across_kn or 0.0) * KNOT_MPS)
        self.north_m += (north + across_n) * step_s
        self.east_m += (east + across_e) * step_s

    def _turn(self, heading_deg: float) -> None:
        if self._turned_deg is None:
            self._turned_deg = heading_deg
        turn_deg = abs(difference_deg(heading_deg, self._turned_deg))
        if turn_deg > TURN_STEP_DEG:
            self.unsure_m += self._slip_m * math.radians(turn_deg)
            self._turned_deg = heading_deg

    def _log_failed(self, speed_kn: float, step_s: float) -> bool:
        if self._speed_mps is None:
            return False
        return abs(speed_kn * KNOT_MPS - self._speed_mps) > LOG_STEP_MPS * (1.0 + step_s / 2.0)
