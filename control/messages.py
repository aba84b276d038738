"""What the supervisor is told and what it answers: frozen records, so that a test reads like a log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from control.situation import Situation
from protocols.link.cbor import Plain


@dataclass(frozen=True, slots=True)
class SignedOrder:
    """Bytes that came on `down/order`; nothing in them is believed yet."""

    encoded: bytes


@dataclass(frozen=True, slots=True)
class SignedHeartbeat:
    """Bytes that came on `down/heartbeat`."""

    encoded: bytes


@dataclass(frozen=True, slots=True)
class SignedStop:
    """Bytes that came on `stop`."""

    encoded: bytes


@dataclass(frozen=True, slots=True)
class SignedFrame:
    """Bytes that came on `down/direct`."""

    encoded: bytes


@dataclass(frozen=True, slots=True)
class SignedRoster:
    """Bytes that came on `down/roster`, or were put aboard by hand."""

    encoded: bytes


@dataclass(frozen=True, slots=True)
class SignedGrant:
    """Bytes that came on `down/grant`, or were put aboard by hand."""

    encoded: bytes


@dataclass(frozen=True, slots=True)
class Reconnected:
    """The link to the shore is there again: she is told what she may have missed (ALT-07)."""


@dataclass(frozen=True, slots=True)
class Local:
    """What the bridge does at its panel; it needs no key: whoever reaches the panel is aboard."""

    do: Literal["take", "grant", "deny", "release", "emergency_stop", "reset_stop", "revoke_access", "rearm",
                "phase", "acknowledge", "silence"]  # fmt: skip
    person: str = "bridge"
    id: str = ""
    """Order id of the request that is answered, empty means the one pending now; or the alert's id."""
    phase: str = ""
    """Voyage phase that is to be in force, for `phase` only."""


@dataclass(frozen=True, slots=True)
class Journaled:
    """Journal record `number` is on disk."""

    number: int


@dataclass(frozen=True, slots=True)
class JournalFailed:
    """Journal record `number` could not be written: nothing moves for it, and nothing else until re-armed (CMD-13)."""

    number: int
    problem: str


@dataclass(frozen=True, slots=True)
class LedgerState:
    """Whether the ledger can be written (LED-04); it mends by itself when there is room again."""

    problem: str
    """Why not, in words; empty while it can."""


@dataclass(frozen=True, slots=True)
class BridgeLine:
    """A line of the bridge's alert management (ALT-08)."""

    line: bytes


Arrival: TypeAlias = (
    SignedOrder | SignedHeartbeat | SignedFrame | SignedStop | SignedRoster | SignedGrant | Local | Situation | Journaled
    | JournalFailed | LedgerState | Reconnected | BridgeLine
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Setpoint:
    """What an actuator is to do, until told otherwise.

    heading: `value` true degrees, `rate_deg_min` at most this rate of turn, None for the autopilot's own.
    rudder: `value` degrees, positive to starboard. propulsion: `value` per cent of full, negative astern.
    controlled_stop: propulsion to zero on the present heading. neutral: rudder amidships, propulsion zero.
    emergency_stop: `value` per cent, what "stop" means in this phase. reset_stop, release: let go of the equipment.
    machine: start or stop one machine; it touches neither steering nor propulsion.
    """

    kind: Literal[
        "heading", "rudder", "propulsion", "controlled_stop", "neutral", "emergency_stop", "reset_stop", "release",
        "machine",
    ]  # fmt: skip
    value: float | None = None
    rate_deg_min: float | None = None
    register: str = ""
    """Of `machine` only: name of the order's register in the PLC's map; `value` 1 runs it, 0 stops it."""


@dataclass(frozen=True, slots=True)
class Journal:
    """Write `record` durably and answer Journaled(number), before anything that comes after it in the outbox."""

    number: int
    record: bytes
    standing: str = ""
    """Name under which the record replaces the one before it and is never let go; empty: one of the row."""


@dataclass(frozen=True, slots=True)
class Actuate:
    """Move something. `cause` is the id of the order, or the name of the rule, that asks for it."""

    setpoint: Setpoint
    cause: str


@dataclass(frozen=True, slots=True)
class Emit:
    """Tell the shore: an event of `kind` (protocols.link.events.EVENT_KINDS)."""

    kind: str
    body: dict[str, Plain]


@dataclass(frozen=True, slots=True)
class HeartbeatNow:
    """Something changed that the heartbeat carries: send one without waiting for the second to pass."""


@dataclass(frozen=True, slots=True)
class Speak:
    """Say a line to the bridge's alert management; lost where there is none."""

    line: bytes


Output: TypeAlias = Journal | Actuate | Emit | HeartbeatNow | Speak
