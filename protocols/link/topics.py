"""MQTT topics between ship and shore, all below `farhelm/v1/{vessel}/`; a vessel reads and writes only its own."""

from __future__ import annotations

import re
from typing import Final

from protocols.errors import MalformedError

ROOT: Final = "farhelm/v1"
_VESSEL: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")

BIRTH: Final = "up/birth"
"""Retained. Catalogue, particulars, epoch: what the vessel is and what its channels mean."""
DEATH: Final = "up/death"
"""Will of the collector: the broker says it when the collector falls silent."""
BATCH: Final = "up/batch"
"""Samples and AIS targets; stays in the spool until acknowledged by `down/ack`."""
HEARTBEAT_UP: Final = "up/heartbeat"
"""Vessel heartbeat of the safety process, 1 Hz and on change, signed by the vessel."""
EVENT: Final = "up/event"
"""Order life cycle, authority, ladder, alerts; kept aboard until acknowledged by `down/event-ack`."""

ACK: Final = "down/ack"
"""The shore has committed batches."""
EVENT_ACK: Final = "down/event-ack"
"""The shore has committed events."""
ORDER: Final = "down/order"
"""Signed orders of operators, authority requests included; never retained."""
HEARTBEAT_DOWN: Final = "down/heartbeat"
"""Signed heartbeats of operators."""
DIRECT: Final = "down/direct"
"""Signed frames of direct control, 10 Hz; never retained, never kept."""
ROSTER: Final = "down/roster"
"""Retained. The roster signed by the Master."""
GRANT: Final = "down/grant"
"""Retained. The remote-access grant signed by the Master."""
LEDGER: Final = "down/ledger"
"""The shore's signed word that its events come to the head of the vessel's ledger (LED-02)."""
STOP: Final = "stop"
"""Emergency stop: own credential, own connection (EST-01); never retained."""

LEAVES: Final = frozenset(
    (
        BIRTH,
        DEATH,
        BATCH,
        HEARTBEAT_UP,
        EVENT,
        ACK,
        EVENT_ACK,
        ORDER,
        HEARTBEAT_DOWN,
        DIRECT,
        ROSTER,
        GRANT,
        LEDGER,
        STOP,
    )
)
"""Every leaf there is."""


def is_vessel(name: str) -> bool:
    """Return whether `name` can be a vessel's id: a slug of 1..32."""
    return _VESSEL.fullmatch(name) is not None


def topic(vessel: str, leaf: str) -> str:
    """Return the full topic of `leaf` for `vessel`; raise MalformedError unless the vessel id is a slug of 1..32."""
    if not _VESSEL.fullmatch(vessel):
        raise MalformedError(f"vessel id {vessel!r} is not a slug of a-z, 0-9 and '-', 1 to 32 long")
    return f"{ROOT}/{vessel}/{leaf}"


def for_all(leaf: str) -> str:
    """Return the subscription filter of `leaf` for all vessels."""
    return f"{ROOT}/+/{leaf}"


def split(full: str) -> tuple[str, str]:
    """Return (vessel, leaf) of a full topic; raise MalformedError when it is none of ours."""
    prefix = ROOT + "/"
    vessel, slash, leaf = full.removeprefix(prefix).partition("/")
    if not full.startswith(prefix) or not slash or leaf not in LEAVES or not _VESSEL.fullmatch(vessel):
        raise MalformedError(f"topic {full!r} is none of ours")
    return vessel, leaf
