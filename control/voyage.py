"""The voyage phase in force: changed by an order or at the bridge, kept over a restart (FBK-02).

A phase is taken only when what is in force now would be allowed in it: she is slowed down first, not by the change itself.
"""

from __future__ import annotations

from collections.abc import Callable

from control.context import Context, Setpoints
from control.interlock import verdict
from control.limits import ControlConfig
from control.situation import Situation
from protocols.link import cbor
from protocols.link.cbor import Plain
from protocols.link.events import Reason

JUDGED = ("INT-04", "INT-06", "INT-10")
"""Rules that the setpoints in force must satisfy under the limits of the phase that is asked for."""


class Voyage:
    """One vessel's configuration in the phase in force."""

    def __init__(self, config: ControlConfig, phase: str = "") -> None:
        """Begin in `phase`, the one of before the restart; where she has none of that name, in the file's."""
        self.config = config.in_phase(phase) if phase in config.phases else config

    @property
    def phase(self) -> str:
        """Name of the phase in force."""
        return self.config.phase

    def objections(self, phase: str, setpoints: Setpoints, situation: Situation) -> list[Reason]:
        """Return every reason against changing to `phase` now; being in it already is none."""
        if phase not in self.config.phases:
            known = ", ".join(self.config.phases)
            text = f"This vessel has no limits for the phase {phase}; she has {known}."
            return [Reason("phase_unknown", "FBK-02", text, phase, known)]
        there = self.config.in_phase(phase)
        reasons: list[Reason] = []
        for kind, name, value in (
            ("conn.heading", "heading_deg", setpoints.heading_deg), ("conn.rudder", "rudder_deg", setpoints.rudder_deg),
            ("conn.propulsion", "propulsion_pct", setpoints.propulsion_pct),
            ("conn.station_keep", "radius_m", setpoints.station_radius_m),
        ):  # fmt: skip
            if value is not None:
                args: dict[str, Plain] = {name: value}
                asked = Context(kind, args, situation, there, setpoints, None, is_stop_latched=False)
                reasons += [reason for reason in verdict(asked, JUDGED) if reason not in reasons]
        return reasons

    def change(self, phase: str, tell: Callable[[dict[str, Plain]], None], who: str, console: str) -> None:
        """Put `phase` in force and tell it; it must be one of hers."""
        before = self.phase
        self.config = self.config.in_phase(phase)
        tell({"from": before, "to": phase, "person": who, "console": console})


def phase_record(phase: str) -> bytes:
    """Return what the journal keeps of the phase in force: a restart does not go back to wider limits."""
    return cbor.encode({"t": "phase", "name": phase})
