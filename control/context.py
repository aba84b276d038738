"""What a rule may look at: the order that is asked, how things are, and what is in force."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from control.limits import ControlConfig
from control.situation import Situation
from protocols.link.cbor import Plain
from protocols.link.events import Reason

DIRECT: Final = frozenset(("conn.rudder", "conn.direct"))
"""Orders of direct control."""
STOPS: Final = frozenset(("conn.controlled_stop",))
"""Orders that only stop her."""


@dataclass(frozen=True, slots=True)
class Setpoints:
    """Orders in force; None where none is."""

    heading_deg: float | None = None
    rudder_deg: float | None = None
    propulsion_pct: float | None = None
    station_radius_m: float | None = None
    """Of the station that is kept; heading and propulsion are then what keeps it."""


@dataclass(frozen=True, slots=True)
class Context:
    """Everything a rule may look at: what is asked, what is so, and what is in force."""

    kind: str
    args: dict[str, Plain]
    situation: Situation
    config: ControlConfig
    setpoints: Setpoints
    round_trip_ms: float | None
    is_stop_latched: bool
    authority: tuple[Reason, ...] = ()
    """INT-01's reasons, found by whoever knows the authority."""

    @property
    def is_direct(self) -> bool:
        """True for orders of direct control."""
        return self.kind in DIRECT

    @property
    def is_stop(self) -> bool:
        """True for orders that only stop her."""
        return self.kind in STOPS

    def number(self, channel: str) -> float | None:
        """Return a usable number of `channel` for this order, None where INT-02 objects."""
        return self.situation.number(channel, direct=self.kind in DIRECT)

    def arg(self, name: str) -> float | None:
        """Return the argument `name` as a number, None when the order does not carry it."""
        value = self.args.get(name)
        return None if value is None or isinstance(value, bool | str | bytes | list | dict) else float(value)

    def word(self, name: str) -> str:
        """Return the argument `name` as text without blanks around it; empty when the order does not carry it."""
        value = self.args.get(name)
        return value.strip() if isinstance(value, str) else ""
