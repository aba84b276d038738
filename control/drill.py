"""Drills: on a vessel whose actuators are simulated an operator rehearses what must not go wrong, and is timed.

The ship makes the trouble herself and takes the time, so that nobody ashore can score anybody; only she knows whether her
actuators are real, and with real ones she refuses. While a drill is on, every rule and the whole ladder are in force.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from control.authority import Authority
from control.beats import Beats
from control.emergency import EmergencyStop
from control.execution import Execution
from control.handover import Handover
from control.limits import ControlConfig
from control.watchkeeping import Watchkeeping
from protocols.link.cbor import Plain
from protocols.link.events import Reason
from protocols.link.orders import Order
from protocols.link.roster import RosterEntry

Exercise = Literal["link_loss", "takeover", "emergency_stop"]
LOSS_S: Final = 20.0
"""The ship does not hear her operator for this long: past L4 (15 s) of the usual limits, short of L5."""
BRIDGE_S: Final = 5.0
"""The bridge, played by the ship, has control for this long before it gives her back to who asks."""
LIMIT_S: Final[dict[str, float]] = {"link_loss": 30.0, "takeover": 45.0, "emergency_stop": 10.0}
"""Within which what is rehearsed is to be done, from the moment at which it can be (ours)."""
WAIT_S: Final = 120.0
"""A drill that has not come to the point at which the operator can act by then is over."""
BY: Final = "drill"
"""Who the bridge is while the ship plays it."""


@dataclass(slots=True)
class Running:
    """A drill that is on."""

    order: Order
    exercise: str
    trainee: tuple[str, str]
    """(person, console) who has the conn when it begins: he is timed."""
    began_s: float | None = None
    """When the trouble began; None: with the next look."""
    ready_s: float | None = None
    """From when the operator can do what is rehearsed: his time runs."""


class Drill:
    """At most one drill at a time."""

    def __init__(
        self, config: ControlConfig, authority: Authority, watch: Watchkeeping, emergency: EmergencyStop, beats: Beats,
        handover: Handover, execution: Execution,
    ) -> None:  # fmt: skip
        """Make trouble by the parts given; none is on."""
        self._config, self._authority, self._watch, self._emergency = config, authority, watch, emergency
        self._beats, self._handover, self._execution = beats, handover, execution
        self.running: Running | None = None
        self._now_s = 0.0
        self._begin: Final[dict[str, Callable[[float], None]]] = {
            "link_loss": self._deafen, "takeover": lambda now_s: handover.take_local(BY, now_s),
            "emergency_stop": lambda _: None,
        }  # fmt: skip
        self._ready: Final[dict[str, Callable[[Running, float], bool]]] = {
            "link_loss": self._link_is_back, "takeover": self._bridge_lets_go, "emergency_stop": lambda _running, _now_s: True,
        }  # fmt: skip
        self._done: Final[dict[str, Callable[[Running], bool]]] = {
            "link_loss": lambda _: not watch.ladder.is_latched, "takeover": self._has_it_back,
            "emergency_stop": lambda _: emergency.latched is not None,
        }  # fmt: skip

    def deeds(self) -> dict[str, Callable[[Order], None]]:
        """Return what the orders about drills do, by kind."""
        return {"drill.begin": self.begin, "drill.end": lambda order: self._end(f"ended by {order.person}")}

    def strangers(self, order: Order, entry: RosterEntry) -> list[Reason]:
        """Return why somebody may neither begin nor end a drill: he has not the conn, and supervises nobody (AUT-11)."""
        holder = self._authority.holder
        is_own = (
            self._authority.station == "remote" and holder.session == order.session and holder.person == order.person
        )
        if is_own or "supervise" in entry.rights:
            return []
        text = "A drill is begun and ended by who has the conn, or by a supervisor."
        return [Reason("no_right", "AUT-11", text, ", ".join(entry.rights), "supervise")]

    def objections(self, order: Order) -> list[Reason]:
        """Return what speaks against an order about a drill."""
        if order.kind == "drill.begin":
            found = refusals(self._config)
            if (
                self._authority.station != "remote"
                or self._watch.ladder.is_latched
                or self._emergency.latched is not None
            ):
                text = "A drill begins while somebody ashore has the conn, on L0 or L1, with no stop latched."
                found.append(Reason("not_in_order", "INT-01", text, self._authority.station, "remote"))
            if self.running is not None:
                found.append(Reason("drill_running", "INT-03", f"A drill is on already: {self.running.exercise}."))
            return found
        if order.kind == "drill.end" and self.running is None:
            return [Reason("no_drill", "INT-03", "No drill is on.")]
        return []

    def begin(self, order: Order) -> None:
        """Begin the drill of an order that every rule allows; the trouble comes with the next look."""
        holder = self._authority.holder
        self.running = Running(order, str(order.args["exercise"]), (holder.person, holder.console))
        self._tell("begun", None, passed=False, why="")

    def look(self, now_s: float) -> None:
        """Make the trouble, take the time, and end the drill when it is done or over."""
        running, self._now_s = self.running, now_s
        if running is None:
            return
        if running.began_s is None:
            running.began_s = now_s
            self._begin[running.exercise](now_s)
        if self._authority.station == "local" and self._authority.holder.person != BY:
            self._end("the bridge has taken over")
        elif running.ready_s is None:
            self._wait(running, running.began_s, now_s)
        elif self._authority.station == "local" and self._authority.phase == "requested":
            self._handover.answer_local(grant=True, request_id="", now_s=now_s)  # only a drill's bridge comes here
        elif self._done[running.exercise](running):
            self._end("done", now_s - running.ready_s)
        elif now_s - running.ready_s > LIMIT_S[running.exercise]:
            self._end("not done in time")

    def _wait(self, running: Running, began_s: float, now_s: float) -> None:
        if self._ready[running.exercise](running, now_s):
            running.ready_s = now_s
            self._tell("ready", None, passed=False, why="")
        elif now_s - began_s > WAIT_S:
            self._end("it never came to the point: the link was not back, or nobody beats")

    def _deafen(self, now_s: float) -> None:
        self._beats.deaf_until_s = now_s + LOSS_S

    def _link_is_back(self, running: Running, now_s: float) -> bool:
        """The link has been good for long enough that the conn can be resumed."""
        is_over = running.began_s is not None and now_s >= running.began_s + LOSS_S
        return is_over and self._watch.is_back(now_s)

    def _bridge_lets_go(self, running: Running, now_s: float) -> bool:
        """The bridge, played by the ship, gives her to who asks from now on."""
        return running.began_s is not None and now_s >= running.began_s + BRIDGE_S

    def _has_it_back(self, running: Running) -> bool:
        holder = self._authority.holder
        is_his = (holder.person, holder.console) == running.trainee
        return self._authority.station == "remote" and self._authority.phase == "held" and is_his

    def _end(self, why: str, took_s: float | None = None) -> None:
        self._beats.deaf_until_s = 0.0
        if self._authority.station == "local" and self._authority.holder.person == BY:
            self._handover.release_local(self._now_s)
        self._tell("ended", took_s, passed=took_s is not None, why=why)
        self.running = None

    def _tell(self, state: str, took_s: float | None, *, passed: bool, why: str) -> None:
        running = self.running
        if running is None:
            return
        body: dict[str, Plain] = {
            "id": running.order.id, "exercise": running.exercise, "state": state, "person": running.trainee[0],
            "console": running.trainee[1], "by": running.order.person, "took_s": None if took_s is None else round(took_s, 2),
            "limit_s": LIMIT_S[running.exercise], "passed": passed, "why": why,
        }  # fmt: skip
        self._execution.tell_event("drill", body)


def refusals(config: ControlConfig) -> list[Reason]:
    """Return why this vessel takes part in no drill: her own word, from her own configuration."""
    if config.actuators == "simulated":
        return []
    text = 'Her actuators are real: a drill is for a vessel whose [control] says actuators = "simulated".'
    return [Reason("real_actuators", "INT-03", text, config.actuators, "simulated")]
