"""What goes wrong in a schedule, drawn from its seed: weather of the link, cuts, deaths, disks, clocks, sensors, people."""

from __future__ import annotations

import random
from dataclasses import dataclass

from simulators.schedules.radio import Weather


@dataclass(frozen=True, slots=True)
class Plan:
    """The dials of one schedule; a share of 0 turns a kind of fault off."""

    faults_s: float
    """How long the first phase lasts, in which things go wrong."""
    down: Weather
    up: Weather
    cut_every_s: float
    deaths_every_s: float
    reboot_share: float
    """Of deaths after which the monotonic clock begins anew."""
    mid_death_share: float
    """Of deaths in the middle of carrying out an outbox."""
    slow_disk_share: float
    disk_fails_every_s: float
    drift: float
    """How fast the ship's clock runs too fast, or too slow."""
    clock_jump_every_s: float
    sensor_every_s: float
    act_every_s: float
    leaves_every_s: float
    plays_back_every_s: float
    keeps_station: bool
    """Whether her hull keeps a station; then a current sets her, and operators order it."""

    def __str__(self) -> str:
        """Return the dials in one line."""
        return (
            f"faults {self.faults_s:.0f} s, loss {self.down.loss:.2f}/{self.up.loss:.2f}, double {self.down.double:.2f}, "
            f"late {self.down.late:.2f}, cut each {self.cut_every_s:.0f} s, death each {self.deaths_every_s:.0f} s, "
            f"slow disk {self.slow_disk_share:.2f}, drift {self.drift:+.4f}, played back each {self.plays_back_every_s:.0f} s"
            f"{', keeps a station' if self.keeps_station else ''}"
        )


def plan_of(seed: int) -> Plan:
    """Return the plan of a seed: each kind of fault is off in some schedules, so that others come about undisturbed."""
    dice = random.Random(f"plan {seed}")

    def each(low_s: float, high_s: float, never: float = 0.4) -> float:
        return 1e9 if dice.random() < never else low_s + (high_s - low_s) * dice.random()

    def share(high: float, never: float = 0.4) -> float:
        return 0.0 if dice.random() < never else high * dice.random()

    def weather() -> Weather:
        delay_s = dice.choice((0.02, 0.05, 0.3, 0.6))
        return Weather(
            delay_s, delay_s * dice.random(), share(0.3), share(0.3), share(0.2), dice.choice((3.0, 12.0, 40.0))
        )

    return Plan(
        faults_s=dice.choice((30.0, 45.0, 80.0)), down=weather(), up=weather(), cut_every_s=each(8.0, 30.0),
        deaths_every_s=each(8.0, 40.0), reboot_share=dice.random(), mid_death_share=dice.random(),
        slow_disk_share=share(0.5), disk_fails_every_s=each(20.0, 60.0, 0.8),
        drift=dice.choice((0.0, 0.0, 1e-4, -1e-4, 0.01, -0.01)), clock_jump_every_s=each(10.0, 40.0),
        sensor_every_s=each(5.0, 25.0), act_every_s=dice.choice((0.7, 1.5, 3.0)), leaves_every_s=each(10.0, 40.0),
        plays_back_every_s=each(0.5, 5.0), keeps_station=dice.random() < 0.3,  # noqa: PLR2004 - drawn last of all
    )  # fmt: skip
