"""The link: each way loses, holds back, doubles, reorders, is cut and flaps as the plan says; nothing is ever changed by it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from simulators.schedules.events import Agenda

HELD_MAX: Final = 500
"""Messages that a cut link holds back and lets go when it is back, as a broker's queue does; the rest is lost."""


@dataclass(frozen=True, slots=True)
class Weather:
    """How a link behaves."""

    delay_s: float = 0.05
    jitter_s: float = 0.02
    loss: float = 0.0
    double: float = 0.0
    late: float = 0.0
    """Share of messages that come far too late."""
    late_s: float = 20.0
    """How late at most."""


FAIR: Final = Weather()


class Radio:
    """One way of a link."""

    def __init__(self, agenda: Agenda, weather: Weather) -> None:
        """Begin whole."""
        self._agenda = agenda
        self.weather = weather
        self.is_cut = False
        self.holds_back = False
        """True: what is sent while the link is cut comes when it is whole again; False: it is lost."""
        self._held: list[Callable[[], None]] = []
        self.lost_count = 0

    def send(self, deliver: Callable[[], None]) -> None:
        """Send one message: it is delivered once, twice, late or never."""
        if self.is_cut:
            if self.holds_back and len(self._held) < HELD_MAX:
                self._held.append(deliver)
            else:
                self.lost_count += 1
            return
        agenda, weather = self._agenda, self.weather
        if weather.loss and agenda.chance(weather.loss):
            self.lost_count += 1
            return
        for _ in range(2 if weather.double and agenda.chance(weather.double) else 1):
            pause_s = weather.delay_s + agenda.dice.random() * weather.jitter_s
            if weather.late and agenda.chance(weather.late):
                pause_s += agenda.dice.random() * weather.late_s
            agenda.after(pause_s, deliver)

    def cut(self, *, holds_back: bool) -> None:
        """Cut the link."""
        self.is_cut, self.holds_back = True, holds_back

    def mend(self) -> None:
        """Mend the link; what it held back comes at once."""
        self.is_cut = False
        held, self._held = self._held, []
        for deliver in held:
            self._agenda.after(self.weather.delay_s, deliver)
