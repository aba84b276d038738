"""A voyage with receiver, gyro and log in simulated seconds, and what an attacker may do to the receiver; seeded."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from protocols.reading import Quality, Reading

METRE_DEG = 1.0 / 111_320.0
LENGTH_M = 89.0
START_UTC_S = 1_795_000_000.0


@dataclass(frozen=True, slots=True)
class Second:
    """What the instruments say in one second."""

    at_s: float
    latitude_deg: float
    longitude_deg: float
    heading_deg: float
    stw_kn: float
    utc_s: float


Attack = Callable[[Second, list[Second]], Second]
"""Told the second as it is and all before it: what the receiver says instead."""


def voyage(seed: int, *, speed_mps: float = 6.0, is_steady: bool = False) -> Iterator[Second]:
    """Sail for ever: courses and speeds change, she slips in turns, the tide turns, every sensor is a little off."""
    dice = random.Random(seed)
    north = east = slow_n = slow_e = 0.0
    heading, rate, speed, wanted, ordered_mps = dice.uniform(0, 360), 0.0, speed_mps, 0.0, speed_mps
    wanted = heading
    tide, tide_to = dice.uniform(0.0, 1.0), dice.uniform(0, 2 * math.pi)
    gyro_off, log_scale = dice.gauss(0, 0.5), 1.0 + dice.gauss(0, 0.01)
    latitude, longitude = dice.uniform(-60, 60), dice.uniform(-179, 179)
    second = 0
    while True:
        if not is_steady and second % 600 == 0 and second:
            wanted = dice.uniform(0, 360)
            ordered_mps = dice.choice((0.0, 2.0, 4.0, speed_mps))
        error = (wanted - heading + 180.0) % 360.0 - 180.0
        rate += (max(-1.0, min(1.0, 0.1 * error)) - rate) * 0.1
        heading = (heading + rate) % 360.0
        speed += (ordered_mps - speed) * 0.02
        along, angle = math.radians(heading), 2 * math.pi * second / 44_700.0
        slip = -0.35 * LENGTH_M * math.radians(rate)
        stream = tide * math.cos(angle)
        north += speed * math.cos(along) - slip * math.sin(along) + stream * math.cos(tide_to)
        east += speed * math.sin(along) + slip * math.cos(along) + stream * math.sin(tide_to)
        slow_n += -slow_n / 300.0 + dice.gauss(0, 0.2)  # the slow error of a receiver: 2.5 m over five minutes
        slow_e += -slow_e / 300.0 + dice.gauss(0, 0.2)
        fix_n = north + 25.0 * math.cos(along) + slow_n + dice.gauss(0, 1.5)
        fix_e = east + 25.0 * math.sin(along) + slow_e + dice.gauss(0, 1.5)
        yield Second(
            float(second), latitude + fix_n * METRE_DEG,
            (longitude + fix_e * METRE_DEG / math.cos(math.radians(latitude)) + 180.0) % 360.0 - 180.0,
            (heading + gyro_off + dice.gauss(0, 0.08)) % 360.0,
            (speed * log_scale) * 3600 / 1852 + dice.gauss(0, 0.04), START_UTC_S + second + dice.uniform(0.0, 0.2),
        )  # fmt: skip
        second += 1


def moved(second: Second, north_m: float, east_m: float) -> Second:
    """Return the second with the fix elsewhere."""
    east_deg = east_m * METRE_DEG / math.cos(math.radians(second.latitude_deg))
    return replace(
        second,
        latitude_deg=second.latitude_deg + north_m * METRE_DEG,
        longitude_deg=(second.longitude_deg + east_deg + 180.0) % 360.0 - 180.0,
    )


def jump(size_m: float, to_deg: float) -> Attack:
    """Every fix lies elsewhere."""
    angle = math.radians(to_deg)
    return lambda second, _: moved(second, size_m * math.cos(angle), size_m * math.sin(angle))


def frozen() -> Attack:
    """The last fix is told again and again, with the right time."""
    return lambda second, before: replace(
        second, latitude_deg=before[-1].latitude_deg, longitude_deg=before[-1].longitude_deg
    )


def late(delay_s: int) -> Attack:
    """Fix and time of some seconds ago are told as if they were of now."""
    return lambda second, before: replace(before[-delay_s], at_s=second.at_s, heading_deg=second.heading_deg)


def drag(speed_mps: float, to_deg: float, from_s: float) -> Attack:
    """The fix is led away slowly."""
    angle = math.radians(to_deg)

    def attack(second: Second, _: list[Second]) -> Second:
        off_m = speed_mps * (second.at_s - from_s)
        return moved(second, off_m * math.cos(angle), off_m * math.sin(angle))

    return attack


def readings(second: Second) -> list[Reading]:
    """Return what an RMC sentence of this second gives."""
    when = datetime.fromtimestamp(second.utc_s, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return [
        Reading("NAV_LAT", second.latitude_deg, "deg", Quality.GOOD),
        Reading("NAV_LON", second.longitude_deg, "deg", Quality.GOOD),
        Reading("NAV_SOG", 12.0, "kn", Quality.GOOD),
        Reading("NAV_UTC", when, "", Quality.GOOD),
    ]
