"""How long the ladder takes: the operator is lost in each way there is, and the time to every step is taken (FBK-05)."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from simulators.schedules.events import Agenda, ShipClock
from simulators.schedules.people import Operator, Shared
from simulators.schedules.radio import FAIR, Radio
from simulators.schedules.ship import LightShip
from simulators.schedules.shore import Shore
from simulators.schedules.truth import Truth

NORMAL_S: Final = 60.0
"""Within which the operator has the conn and the ship, which boots into silence, has left the ladder."""
SAIL_S: Final = 85.0
"""After the cut: longer than the way to L5, with a lease that lapses first."""
STEPS: Final = ("L2", "L3", "L5")


@dataclass(frozen=True, slots=True)
class Taken:
    """The times of one run."""

    cut: str
    step: str
    """The ship's step at the moment of the loss."""
    after_cut_s: dict[str, float]
    """Seconds from the loss to each step."""
    late_s: dict[str, float]
    """Seconds by which each step came after its limit, counted from the last heartbeat that proved anything.

    Below zero where it came before it: so it may after a trickle alone, for a latched link carries its silence.
    """


class CutRun:
    """One ship, one operator at the conn, one loss."""

    def __init__(self, seed: int, cut: str, delay_s: float) -> None:
        """Prepare a run over a link of `delay_s` each way."""
        self.cut, self.agenda = cut, Agenda(seed)
        weather = replace(FAIR, delay_s=delay_s, jitter_s=delay_s * 0.2)
        self.ship = LightShip(self.agenda, ShipClock(0.0, 1000.0, 1.0))
        self.truth = Truth(self.agenda, self.ship)
        self.truth.booted()
        self.up, self.down = Radio(self.agenda, weather), Radio(self.agenda, weather)
        self.ann = Operator("ann", Shared(self.agenda, self.ship, self.truth, self.down, []))
        Shore(self.agenda, self.ship, self.up, self.down, [self.ann])
        self.cut_at_s: float | None = None
        self.after_cut_s: dict[str, float] = {}
        self.late_s: dict[str, float] = {}

    def run(self) -> Taken:
        """Sail, lose the link, and look; raise RuntimeError where she never was under command and off the ladder."""
        woke = self.ship.on_wake

        def look() -> None:
            woke()
            if self.cut_at_s is not None:
                self._look(self.agenda.now_s - self.cut_at_s)

        self.ship.on_wake = look
        self._beats()
        self._steer()
        self.agenda.run(NORMAL_S, lambda: self.truth.holder is not None and self._step == "L0")
        self.agenda.run(self.agenda.now_s + 5.0 + 3.0 * self.agenda.dice.random(), lambda: False)
        step = self._step
        if self.truth.holder is None or step != "L0":
            raise RuntimeError(f"nobody to be lost: {self.truth.holder} at the conn, the ship on {step}")
        self.cut_at_s = self.agenda.now_s
        CUTS[self.cut](self)
        self.agenda.run(self.cut_at_s + SAIL_S, lambda: "L5" in self.late_s)
        return Taken(self.cut, step, self.after_cut_s, self.late_s)

    @property
    def _step(self) -> str:
        return self.ship.supervisor.watch.ladder.step

    def _look(self, after_s: float) -> None:
        """Note each step where it is seen for the first time."""
        link, step = self.ship.config.link, self._step
        for name, limit_s in zip(STEPS, (link.silent_s, link.lost_s, link.fallback_s), strict=True):
            if step >= name and name not in self.late_s:
                self.after_cut_s[name] = after_s
                self.late_s[name] = self.truth.silence_s() - limit_s

    def _beats(self) -> None:
        self.ann.beat_if_due(1.0)
        self.agenda.after(1.0, self._beats)

    def _steer(self) -> None:
        if self.ann.granted:
            self.ann.order("authority.confirm")
        elif not self.ann.holds and self.cut_at_s is None:
            self.ann.order("authority.request", level="setpoint")
        elif self.cut_at_s is None:
            self.ann.order("conn.heading", heading_deg=85.0)
        self.agenda.after(3.0, self._steer)

    def lose(self, *ways: Radio, holds_back: bool = False) -> None:
        """Cut these ways of the link for good."""
        for way in ways:
            way.cut(holds_back=holds_back)

    def trickle(self) -> None:
        """Let one message in fifty through."""
        self.down.weather = replace(self.down.weather, loss=0.98)
        self.up.weather = replace(self.up.weather, loss=0.98)

    def freeze(self) -> None:
        """Let the page send nothing any more."""
        self.ann.is_beating = False

    def leave(self) -> None:
        """Let the operator leave the chair while the page goes on: the lease lapses first (AUT-05)."""
        self.ann.is_present = False


CUTS: Final[dict[str, Callable[[CutRun], None]]] = {
    "both ways": lambda run: run.lose(run.up, run.down),
    "towards the ship only": lambda run: run.lose(run.down),
    "away from the ship only": lambda run: run.lose(run.up),
    "trickle": CutRun.trickle,
    "broker dead": lambda run: run.lose(run.up, run.down, holds_back=True),
    "station dead": lambda run: run.lose(run.up, run.down),
    "console closed": CutRun.freeze,
    "browser frozen": CutRun.freeze,
    "operator gone": CutRun.leave,
}
"""Ways in which an operator is lost; away from the ship only: she hears him, and his beats echo nothing new of hers."""


def runs(count: int, seed: int = 1) -> list[Taken]:
    """Return the times of `count` runs, each kind of loss in turn, over links of LTE and of a satellite."""
    dice = random.Random(f"cuts {seed}")
    names = tuple(CUTS)
    return [
        CutRun(dice.getrandbits(32), names[number % len(names)], dice.choice((0.04, 0.3))).run()
        for number in range(count)
    ]


def table_of(taken: list[Taken]) -> list[str]:
    """Return a line for each kind of loss and for all: p50, p99 and maximum of how late each step came."""
    lines = [f"{'loss':24s} runs  " + "  ".join(f"{step}: p50 p99 max (s after its limit)" for step in STEPS)]
    for name in (*CUTS, "all"):
        mine = [one for one in taken if name in ("all", one.cut)]
        parts = [_figures(sorted(one.late_s[step] for one in mine if step in one.late_s)) for step in STEPS]
        lines.append(f"{name:24s} {len(mine):5d}  " + "  ".join(parts))
    return lines


def _figures(late_s: list[float]) -> str:
    if not late_s:
        return "-"
    p50, p99 = (late_s[min(len(late_s) - 1, int(len(late_s) * share))] for share in (0.5, 0.99))
    return f"{p50:.3f} {p99:.3f} {late_s[-1]:.3f}"
