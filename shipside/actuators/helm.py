"""What stands between the supervisor's setpoints and the equipment: the wanted state, sent again until it stands.

The wanted state is kept apart from the sending, so that equipment that comes back gets what is in force now, never what was
in force before. An order that the equipment refuses is told; whether it succeeded is for the verifier to see.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, Protocol

from control.messages import Setpoint
from protocols.errors import MalformedError
from shipside.actuators.autopilot import steer_heading, steer_rudder
from shipside.actuators.plc import Plc
from shipside.ports import EquipmentError, LineOutput

REPEAT_S: Final = 1.0
"""HTC is sent again this often: an autopilot that restarted must not steer its own old heading."""
STROKE_S: Final = 0.3
"""The PLC waits 1 s for its watchdog; three strokes may be lost."""
RUDDER_LIMIT_DEG: Final = 35.0
"""The steering gear's own; the operational limit was judged before."""


class Helm(Protocol):
    """What carries out setpoints; hardware and simulation have one each."""

    def order(self, setpoint: Setpoint) -> None:
        """Want `setpoint` from now on; never waits."""
        ...

    async def work(self, now_s: float) -> list[str]:
        """Bring the equipment to what is wanted and stroke the watchdog; return problems in words."""
        ...


@dataclass(slots=True)
class _Wanted:
    steering: bytes | None = None
    propulsion: Setpoint | None = None
    is_ours: bool = False


class EquipmentHelm:
    """Autopilot and PLC of a real (or simulated, on sockets) ship."""

    def __init__(self, autopilot: LineOutput, plc: Plc) -> None:
        """Hold nothing; the equipment is left alone until something is wanted."""
        self._autopilot = autopilot
        self._plc = plc
        self._wanted = _Wanted()
        self._is_taken = False
        self._todo: list[Callable[[], Awaitable[None]]] = []
        self._machines: list[Callable[[], Awaitable[None]]] = []
        self._steer_due_s = 0.0
        self._stroke_due_s = 0.0
        self._propulsion_sent: Setpoint | None = None

    def order(self, setpoint: Setpoint) -> None:
        """Want `setpoint` from now on."""
        kind, value = setpoint.kind, setpoint.value or 0.0
        if kind == "release":
            self._wanted = _Wanted()
            return
        if kind == "reset_stop":
            self._todo.append(self._plc.reset_stop)
            return
        if kind == "machine":
            register, runs = setpoint.register, value > 0.0
            self._machines.append(lambda: self._plc.machine(register, runs=runs))
            return
        self._wanted.is_ours = True
        if kind == "heading":
            self._wanted.steering = steer_heading(value, setpoint.rate_deg_min, RUDDER_LIMIT_DEG)
        elif kind in ("rudder", "neutral"):
            self._wanted.steering = steer_rudder(0.0 if kind == "neutral" else value, RUDDER_LIMIT_DEG)
        if kind in ("propulsion", "controlled_stop", "neutral"):
            self._wanted.propulsion = Setpoint("controlled_stop" if kind == "controlled_stop" else "propulsion", value)
        if kind == "emergency_stop":
            self._todo.append(self._plc.emergency_stop if value == 0.0 else lambda: self._plc.propulsion(value))
            self._wanted.propulsion = None if value == 0.0 else Setpoint("propulsion", value)
        self._steer_due_s = 0.0

    async def work(self, now_s: float) -> list[str]:
        """Bring the equipment to what is wanted and stroke the watchdog; return problems in words."""
        problems: list[str] = []
        try:
            await self._work_plc(now_s)
        except (EquipmentError, MalformedError) as error:  # MalformedError: the map does not let this value be written
            problems.append(str(error))
            self._is_taken, self._propulsion_sent = False, None
        problems += await self._work_machines()
        steering = self._wanted.steering
        if steering is not None and now_s >= self._steer_due_s:
            self._steer_due_s = now_s + REPEAT_S
            if not await self._autopilot.send(steering):
                problems.append("the autopilot cannot be reached")
        return problems

    async def _work_machines(self) -> list[str]:
        """Write each machine's order once, behind all that steers or stops; a refused one is for the verifier to end."""
        waiting, self._machines = self._machines, []
        problems: list[str] = []
        for order in waiting:
            try:
                await order()
            except (EquipmentError, MalformedError) as error:
                problems.append(str(error))
        return problems

    async def _work_plc(self, now_s: float) -> None:
        while self._todo:
            await self._todo[0]()
            del self._todo[0]
        if not self._wanted.is_ours:
            if self._is_taken:
                await self._plc.release()
                self._is_taken, self._propulsion_sent = False, None
            return
        if not self._is_taken:
            await self._plc.take()
            self._is_taken = True
        if now_s >= self._stroke_due_s:
            self._stroke_due_s = now_s + STROKE_S
            await self._plc.stroke()
        wanted = self._wanted.propulsion
        if wanted is not None and wanted is not self._propulsion_sent:
            if wanted.kind == "controlled_stop":
                await self._plc.controlled_stop()
            else:
                await self._plc.propulsion(wanted.value or 0.0)
            self._propulsion_sent = wanted


class NoHelm:
    """A vessel that cannot be ordered: observe only."""

    def order(self, setpoint: Setpoint) -> None:
        """Take nothing: there is nothing to move."""

    async def work(self, now_s: float) -> list[str]:  # noqa: ARG002 - the port names it
        """Return no problems: there is nothing to reach."""
        return []
