"""What follows from an emergency stop: the equipment first, then the words (EST-01 to EST-03)."""

from __future__ import annotations

from control.emergency import EmergencyStop, Press
from control.execution import Execution
from control.messages import Emit, HeartbeatNow, Setpoint
from control.voyage import Voyage
from protocols.link.cbor import Plain
from protocols.link.events import Reason
from protocols.link.orders import Order


class Stopping:
    """The latch and its consequences."""

    def __init__(
        self, voyage: Voyage, emergency: EmergencyStop, execution: Execution
    ) -> None:  # fmt: skip
        """Begin with what is latched: no propulsion is ordered until it is reset."""
        self._voyage = voyage
        self._emergency = emergency
        self._execution = execution
        execution.is_stopped = emergency.latched is not None

    def receive(self, encoded: bytes, utc_ns: int) -> None:
        """Take a signed stop; a believed one moves the equipment before anything is written or told."""
        was_latched = self._emergency.latched is not None
        outcome = self._emergency.receive(encoded, utc_ns)
        if isinstance(outcome, Reason):
            self._tell("refused", "", "", "", outcome)
        elif not was_latched:
            self._stop(outcome)

    def press(self, person: str) -> None:
        """Stop from the bridge's own button."""
        if self._emergency.latched is None:
            self._stop(self._emergency.press(Press(person, "bridge", "")))

    def reset(self, person: str, console: str = "bridge") -> bool:
        """Reset; the engine stays stopped until it is ordered anew. False when nothing is latched."""
        if not self._emergency.reset():
            return False
        self._keep()
        self._execution.actuate(Setpoint("reset_stop"), "EST-02")
        self._tell("reset", person, console, "")
        return True

    def reset_by(self, order: Order) -> None:
        """Reset at the word of two people ashore, one of them the Master; both were checked before (EST-02)."""
        self.reset(order.person, order.console)

    def _stop(self, press: Press) -> None:
        self._execution.actuate(Setpoint("emergency_stop", self._voyage.config.limits.stop_pct), "EST-01")
        text = f"Emergency stop by {press.person}."
        self._keep()
        self._execution.end_all("FAILED", Reason("emergency_stop", "INT-11", text))
        self._tell("latched", press.person, press.console, press.id)

    def _keep(self) -> None:
        """Have the journal keep the latch, behind what moves: a restart neither forgets a stop nor brings one back (EST-02)."""
        self._execution.is_stopped = self._emergency.latched is not None
        self._execution.journal(self._emergency.record(), "stop")

    def _tell(self, state: str, person: str, console: str, press_id: str, reason: Reason | None = None) -> None:
        body: dict[str, Plain] = {
            "state": state, "person": person, "console": console, "id": press_id,
            "meaning": f"propulsion to {self._voyage.config.limits.stop_pct:g} %",
            "reasons": [reason.plain()] if reason is not None else [],
        }  # fmt: skip
        self._execution.outbox += [Emit("stop", body), HeartbeatNow()]
