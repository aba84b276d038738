"""One errand at a vessel: take the conn where asked, give the order, wait for its end, let go again. Pure.

An errand is a list of steps. A step waits until the ship is ready for it, sends one signed order, and ends with that
order's terminal state. The first step that fails decides the exit code; what was taken is released all the same.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from farhelm.conn.desk import BEAT_DIRECT_S, Desk
from protocols.console.messages import FromBrowser, FromShore, OrderMessage
from protocols.link.cbor import Plain
from protocols.link.events import TERMINAL

SILENT_S: Final = 3.5
"""A vessel heartbeat older than this is none to base an order on; ladder step L2 (control.md section 5)."""
READY_S: Final = 20.0
"""Longest wait for the ship to become ready for a step: twice the 10 s the bridge has to answer."""
BACK_S: Final = 10.5
"""Beating without a break before the conn is resumed; the ship's own `back_s` is 10 s in every configuration of ours."""
HANDSHAKE_S: Final = 30.0
"""Longest wait for the end of an authority order: 10 s for the answer, three sendings, and room."""
LINES_MAX: Final = 10_000
"""Lines not printed yet; an errand makes about 20. The oldest is lost when full."""

OK, REFUSED, OTHERWISE = 0, 2, 3
Line = dict[str, object]


@dataclass(frozen=True, slots=True)
class Goal:
    """What the command line asked for."""

    kind: str = ""
    """Order kind; empty to take the conn only."""
    args: dict[str, Plain] = field(default_factory=dict[str, Plain])
    takes: bool = False
    """Take the conn first where this session does not hold it."""
    level: str = "setpoint"
    hold_s: float | None = None
    """Beat this long after success, infinity until interrupted; None: not at all."""
    releases: bool = True
    """Release afterwards what this errand took."""
    timeout_s: float = 900.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended: the exit code, and the word for stderr where there is one."""

    code: int
    word: str = ""


@dataclass(slots=True)
class Step:
    """One order to give, or a time to hold the conn."""

    kind: str
    args: dict[str, Plain] = field(default_factory=dict[str, Plain])
    limit_s: float = HANDSHAKE_S
    order_id: str = ""
    sent_s: float | None = None
    states: list[str] = field(default_factory=list[str])


HOLD: Final = "hold"
RELEASE: Final = "authority.release"


def plan(goal: Goal, desk: Desk) -> list[Step]:
    """Return the steps to `goal` from how the ship stands now."""
    steps: list[Step] = []
    if goal.takes and not desk.holds:
        steps += [Step("authority.request", {"level": goal.level}), Step("authority.confirm")]
    elif goal.takes and desk.is_latched and goal.kind != "conn.controlled_stop":
        steps.append(Step("authority.resume", limit_s=HANDSHAKE_S))
    took = bool(steps)
    if goal.kind:
        steps.append(Step(goal.kind, goal.args, goal.timeout_s if goal.kind.startswith("conn.") else HANDSHAKE_S))
    if goal.hold_s is not None:
        steps.append(Step(HOLD, limit_s=goal.hold_s))
    if goal.releases and (took or goal.hold_s is not None):
        steps.append(Step(RELEASE))
    return steps


class Errand:
    """Carries out one goal over a console socket that may come and go."""

    def __init__(self, desk: Desk, goal: Goal, new_id: Callable[[int], str]) -> None:
        """Begin; `new_id` makes a ULID of UTC milliseconds."""
        self.desk = desk
        self.outcome: Outcome | None = None
        self._goal, self._new_id = goal, new_id
        self._steps: deque[Step] | None = None
        self._failed: Outcome | None = None
        self._since_s: float | None = None
        self._request_id, self._took = "", False
        self._beat_due_s = self._beat_at_s = -math.inf
        self._out: list[FromBrowser] = []
        self._lines: deque[Line] = deque(maxlen=LINES_MAX)
        self._words: list[str] = []

    def receive(self, message: FromShore, now_s: float) -> None:
        """Take one message of the shore."""
        if message["type"] == "status":
            self.desk.hear(message, now_s)
        elif message["type"] == "order":
            self._hear_order(message, now_s)
        elif message["type"] == "problem":
            self._hear_problem(message["title"], message["detail"], now_s)

    def tick(self, now_s: float, utc_ns: int) -> None:
        """Beat and go on, ten times a second."""
        self._since_s = now_s if self._since_s is None else self._since_s
        self._beat(now_s, utc_ns)
        if self.outcome is not None:
            return
        if self._steps is None:
            self._begin(now_s)
        if self._steps:
            self._go_on(self._steps[0], now_s, utc_ns)

    def interrupt(self, now_s: float) -> None:
        """Stop early: a hold ends well, an order that has not ended counts as failed; what was taken is released."""
        if not self._steps:
            self.outcome = self.outcome or Outcome(OTHERWISE, "interrupted before anything was sent")
        elif self._steps[0].kind == HOLD:
            self._next(now_s)
        elif self._steps[0].kind != RELEASE:
            self._fail(Outcome(OTHERWISE, f"interrupted; {self._where(self._steps[0])}"), now_s)
        else:
            self.outcome = self._failed or Outcome(OTHERWISE, "interrupted while releasing the conn")

    def lost(self, why: str, gone_s: float) -> None:
        """Hear that the socket has been gone for `gone_s` seconds: too long ends the errand, but not a hold."""
        is_holding = bool(self._steps) and self._goal.hold_s is not None and not self._goal.kind
        if not is_holding and gone_s > READY_S:
            self.outcome = self._failed or Outcome(OTHERWISE, f"no connection to the shore for {gone_s:.0f} s: {why}")

    def outbox(self) -> list[FromBrowser]:
        """Take what is to be sent, in order."""
        taken, self._out = self._out, []
        return taken

    def lines(self) -> list[Line]:
        """Take what is to be printed, in order."""
        taken = list(self._lines)
        self._lines.clear()
        return taken

    def words(self) -> list[str]:
        """Take what is to be said on stderr meanwhile."""
        taken, self._words = self._words, []
        return taken

    def _begin(self, now_s: float) -> None:
        age_s, silence_s = self.desk.age_s(now_s), self.desk.silence_s(now_s)
        if silence_s is not None and silence_s <= SILENT_S:
            self._steps, self._since_s = deque(plan(self._goal, self.desk)), now_s
            if self._goal.takes and self.desk.holds:
                self._words.append("this session holds the conn already")
            if not self._steps:
                self.outcome = Outcome(OK)
        elif now_s - (self._since_s or 0.0) > READY_S:
            said = "has never been heard" if age_s is None else f"has been silent for {age_s:.0f} s"
            self.outcome = Outcome(OTHERWISE, f"{self.desk.vessel} {said}; nothing was sent")

    def _go_on(self, step: Step, now_s: float, utc_ns: int) -> None:
        waited_s = now_s - (self._since_s or 0.0)
        if step.kind == HOLD:
            self._hold(step, waited_s, now_s)
        elif step.sent_s is not None:
            if now_s - step.sent_s > step.limit_s:
                self._fail(Outcome(OTHERWISE, f"no end within {step.limit_s:g} s; {self._where(step)}"), now_s)
        elif self._is_ready(step, waited_s) or waited_s > READY_S:
            self._send(step, now_s, utc_ns)

    def _hold(self, step: Step, waited_s: float, now_s: float) -> None:
        if not self.desk.holds and waited_s > SILENT_S:
            self._steps = None  # there is nothing left to release
            self.outcome = Outcome(OTHERWISE, f"the conn was lost: {self.desk.holder} has it")
        elif waited_s >= step.limit_s:
            self._next(now_s)

    def _is_ready(self, step: Step, waited_s: float) -> bool:
        if step.kind == "authority.confirm":
            return self.desk.granted(self._request_id)
        if step.kind == "authority.resume":
            return waited_s >= BACK_S or not self.desk.is_latched
        if not step.kind.startswith("conn.") or not self._goal.takes:
            return True
        if step.kind == "conn.rudder" and (self.desk.status is None or self.desk.status["round_trip_ms"] is None):
            return False  # INT-09 asks for a measured round trip
        return self.desk.holds and (step.kind == "conn.controlled_stop" or not self.desk.is_latched)

    def _send(self, step: Step, now_s: float, utc_ns: int) -> None:
        step.order_id, step.sent_s = self._new_id(utc_ns // 1_000_000), now_s
        if step.kind == "authority.request":
            self._request_id = step.order_id
        message = self.desk.order(step.kind, step.args, step.order_id, now_s, utc_ns)
        if message is not None:
            self._out.append(message)

    def _hear_order(self, message: OrderMessage, now_s: float) -> None:
        step = self._steps[0] if self._steps else None
        if step is None or message["order_id"] != step.order_id or message["state"] in step.states:
            return
        step.states.append(message["state"])
        self._lines.append({name: value for name, value in message.items() if name != "live"})
        if message["state"] in TERMINAL:
            self._ended(step, message, now_s)

    def _ended(self, step: Step, message: OrderMessage, now_s: float) -> None:
        state = message["state"]
        if state == "SUCCEEDED":
            self._took = self._took or step.kind == "authority.confirm"
            self._next(now_s)
            return
        reasons = [" ".join(filter(None, (why["rule"], why["text"]))) for why in message["reasons"]]
        word = f"{step.kind} ended {state}: {' '.join(reasons) or message['detail'] or 'no reason given'}"
        if any(why["name"] == "not_in_control" for why in message["reasons"]) and not self._goal.takes:
            word += " Take the conn first: add --take, or `farhelm conn take`."
        self._fail(Outcome(REFUSED if state in ("REJECTED", "REFUSED") else OTHERWISE, word), now_s)

    def _hear_problem(self, title: str, detail: str, now_s: float) -> None:
        if title == "Heartbeat not sent":
            self._words.append(f"heartbeat not sent: {detail}")
            return
        step = self._steps[0] if self._steps else None
        if step is None:
            self.outcome = self.outcome or Outcome(OTHERWISE, f"{title}: {detail}")
        elif step.sent_s is not None and not step.states:
            self._lines.append({
                "type": "order", "vessel": self.desk.vessel, "order_id": step.order_id, "kind": step.kind,
                "args": step.args, "state": "REFUSED", "reasons": [], "detail": f"{title}: {detail}",
            })  # fmt: skip
            self._fail(Outcome(REFUSED, f"the shore refused {step.kind}: {title}: {detail}"), now_s)

    def _next(self, now_s: float) -> None:
        if self._steps:
            self._steps.popleft()
        self._since_s = now_s
        if not self._steps:
            self.outcome = self._failed or Outcome(OK)

    def _fail(self, outcome: Outcome, now_s: float) -> None:
        """Keep the first failure, and go to the release of what was taken, if anything was."""
        self._failed = self._failed or outcome
        failed = self._steps.popleft() if self._steps else None
        has_conn = (self.desk.holds or self._took) and failed is not None and failed.kind != RELEASE
        while self._steps and not (has_conn and self._steps[0].kind == RELEASE):
            self._steps.popleft()
        self._since_s = now_s
        if not self._steps:
            self.outcome = self._failed

    def _where(self, step: Step) -> str:
        return f"{step.kind} is {step.states[-1] if step.states else 'not answered'}"

    def _beat(self, now_s: float, utc_ns: int) -> None:
        """Beat when it is due, and as soon as there is a heartbeat of hers to echo: she waits to hear that she is heard."""
        is_news = self.desk.has_unechoed and now_s >= self._beat_at_s + BEAT_DIRECT_S
        if not self.desk.holds or (now_s < self._beat_due_s and not is_news):
            return
        beat = self.desk.beat(now_s, utc_ns)
        every_s = self.desk.beat_every_s
        self._beat_at_s = now_s
        self._beat_due_s = now_s + every_s if is_news else max(self._beat_due_s + every_s, now_s + every_s / 2)
        if beat is not None:
            self._out.append(beat)
