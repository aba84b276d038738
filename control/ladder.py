"""The ladder for a lost link or envelope: a pure function from reasons to a step; the most severe wins (FBK-01).

`LADDER` is the whole policy. From L2 upwards the step is latched: a regained link leaves it only when heartbeats have come
for `back_s` without a break *and* the operator has said so (a new take, or authority.resume). Armed from boot.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from control.limits import LinkLimits
from protocols.link.heartbeats import STEPS, ActiveReason, Step

LATCHED_FROM: Final = STEPS.index("L2")


@dataclass(frozen=True, slots=True)
class LadderInputs:
    """What the ladder is told; nothing else moves it."""

    silence_s: float
    """Since the last heartbeat that counted, of the holder while his lease runs, and since he last heard one of ours: the
    longer; 0 while local control holds."""
    poor_s: float
    """For how long round trip or loss have been over their limits."""
    is_direct: bool
    order_failing: bool
    """A rule fails for an order in force (INT-02, 03, 06)."""
    has_left_area: bool
    """Beyond a boundary of the fence by more than 100 m."""
    has_fire_or_flood: bool
    is_fallback_impossible: bool = False
    """A stop was not reached in its time (FBK-02)."""


InputName = Literal["silence_s", "poor_s"]
FlagName = Literal["order_failing", "has_left_area", "has_fire_or_flood", "is_fallback_impossible"]
LimitName = Literal["degraded_for_s", "silent_s", "silent_direct_s", "lost_s", "grace_s", "fallback_s"]


@dataclass(frozen=True, slots=True)
class Lasts:
    """An input has lasted at least as long as these limits together."""

    input: InputName
    limits: tuple[LimitName, ...]
    direct: tuple[LimitName, ...] = ()
    """The limits while the level is direct; empty where it makes no difference."""

    def holds(self, inputs: LadderInputs, limits: LinkLimits) -> bool:
        """Return whether it has, by the vessel's `limits`."""
        names = self.direct if self.direct and inputs.is_direct else self.limits
        lasted_s: float = getattr(inputs, self.input)
        longest_s: float = sum(getattr(limits, name) for name in names)
        return lasted_s >= longest_s


@dataclass(frozen=True, slots=True)
class Told:
    """The ladder is told so by a rule or an instrument."""

    flag: FlagName

    def holds(self, inputs: LadderInputs, _: LinkLimits) -> bool:
        """Return whether it is told so."""
        return bool(getattr(inputs, self.flag))


@dataclass(frozen=True, slots=True)
class Rung:
    """One sentence of the policy."""

    step: Step
    name: str
    text: str
    clears: str
    given: Lasts | Told
    """When it holds: a record, so that `farhelm tables` can show the policy and a page can try it."""


_BACK: Final = "heartbeats without a break, then the operator takes or resumes the conn"

LADDER: Final[tuple[Rung, ...]] = (
    Rung("L1", "link_degraded", "Round trip or loss is over its limit; direct control is refused.",
         "the link is within its limits again", Lasts("poor_s", ("degraded_for_s",))),
    Rung("L2", "link_silent", "No heartbeat of the operator, or he hears none of hers; she holds her last safe setpoint.", _BACK,
         Lasts("silence_s", ("silent_s",), direct=("silent_direct_s",))),
    Rung("L3", "link_lost", "The operator is lost; the ship goes to the hold state of her phase.", _BACK,
         Lasts("silence_s", ("lost_s",))),
    Rung("L4", "grace", "The fallback state comes next unless the operator returns.", _BACK,
         Lasts("silence_s", ("lost_s", "grace_s"))),
    Rung("L5", "fallback", "The time for the operator to return is over: fallback state of this phase.", _BACK,
         Lasts("silence_s", ("fallback_s",))),
    Rung("L5", "order_failing", "A rule fails for an order in force: fallback state of this phase.", _BACK,
         Told("order_failing")),
    Rung("L6", "fallback_impossible", "The fallback state was not reached in its time: all stop.", _BACK,
         Told("is_fallback_impossible")),
    Rung("L6", "left_area", "The ship is outside her area by more than 100 m: all stop.", _BACK,
         Told("has_left_area")),
    Rung("L6", "fire_or_flood", "Fire or flooding is reported: all stop.", _BACK, Told("has_fire_or_flood")),
)  # fmt: skip
"""FBK-01: every reason there is, its step, its words and when it clears."""

ACTIONS: Final[dict[Step, str]] = {
    "L0": "",
    "L1": "",
    "L2": "holding the last safe setpoint",
    "L3": "",
    "L4": "; fallback comes next",
    "L5": "fallback: ",
    "L6": "all stop",
}
"""What each step makes the ship do, in words; on L3 to L5 beside the words of the state she is in."""


class Ladder:
    """Where the ship stands on the ladder, and why."""

    def __init__(self, limits: LinkLimits) -> None:
        """Begin on L0; silence counts from the start."""
        self._limits = limits
        self.step: Step = "L0"
        self._since_ms: dict[str, int] = {}
        self._order: list[Rung] = []

    @property
    def is_latched(self) -> bool:
        """True from L2 upwards: only the operator's word leads down again."""
        return STEPS.index(self.step) >= LATCHED_FROM

    def receive(self, inputs: LadderInputs, now_ms: int) -> Step:
        """Return the step for `inputs`: the highest of all active reasons and of the step latched."""
        active = [rung for rung in LADDER if rung.given.holds(inputs, self._limits)]
        latched = [rung for rung in self._order if self.is_latched and rung not in active]
        self._order = active + latched
        self._since_ms = {rung.name: self._since_ms.get(rung.name, now_ms) for rung in self._order}
        wanted = max((STEPS.index(rung.step) for rung in active), default=0)
        floor = STEPS.index(self.step) if self.is_latched else 0
        self.step = STEPS[max(wanted, floor)]
        return self.step

    def leave(self) -> None:
        """Go back to L0 at the operator's word; what is still wrong raises it again at once."""
        self.step, self._order, self._since_ms = "L0", [], {}

    def reasons(self) -> tuple[ActiveReason, ...]:
        """Return why, the most severe first (FBK-06)."""
        order = sorted(self._order, key=lambda rung: -STEPS.index(rung.step))
        return tuple(ActiveReason(rung.name, rung.text, self._since_ms[rung.name], rung.clears) for rung in order)

    def next_step(self, silence_s: float) -> tuple[str, float | None]:
        """Return the step that silence leads to next and in how many seconds; ("", None) when none."""
        limits = self._limits
        times: tuple[tuple[Step, float], ...] = (
            ("L2", limits.silent_s), ("L3", limits.lost_s), ("L4", limits.lost_s + limits.grace_s),
            ("L5", limits.fallback_s),
        )  # fmt: skip
        for step, at_s in times:
            if STEPS.index(step) > STEPS.index(self.step):
                return step, round(max(0.0, at_s - silence_s), 2)
        return "", None

    def deadline_in_s(self, silence_s: float, *, is_direct: bool) -> float | None:
        """Return in how many seconds silence alone would change the step; None when no more."""
        step, in_s = self.next_step(silence_s)
        if step == "L2" and is_direct and in_s is not None:
            return max(0.0, self._limits.silent_direct_s - silence_s)
        return in_s
