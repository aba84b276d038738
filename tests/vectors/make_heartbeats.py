"""Write `heartbeats.json`: the words of compact heartbeats, and bodies in both forms with what they say.

Another build of deflate may choose other bytes for the same heartbeat; what they open to is what must be the same.
"""

from __future__ import annotations

import dataclasses
import json
import sys
from pathlib import Path

from protocols.link.compact import WORDS, opened
from protocols.link.heartbeats import AuthorityState, RespondBy, VesselHeartbeat, Way

TARGET = Path(__file__).with_name("heartbeats.json")
NOBODY = AuthorityState("local", "", "", "", "", "", "", 3, None, "held", "", "", "", None)
AT_REST = VesselHeartbeat(
    "kestrel", "18e5a0c2f1234567-a1b2c3d4", 300, 300_123, 1_790_000_000_123_000_000, utc_trusted=True, step="L0", reasons=(),
    next_step="", next_step_in_s=None, authority=NOBODY, stop_latched=False, echo_session="", echo_seq=0, echo_held_ms=0,
    round_trip_ms=None, loss_pct=0.0, setpoints={}, phase="coastal", roster_version=1, alerts=(), action="",
)  # fmt: skip
HELD = AuthorityState(
    "remote", "ann", "roc-1", "console-1", "session-1", "operator", "setpoint", 7, 0.4, "held", "", "", "", None
)
HEARTBEATS = {
    "at rest": AT_REST,
    "under command, two ways": dataclasses.replace(
        AT_REST, seq=301, authority=HELD, echo_session="session-1", echo_seq=12, echo_held_ms=40, round_trip_ms=620.5,
        setpoints={"heading_deg": 95.0, "propulsion_pct": 40.0}, respond=RespondBy(140, 90.0, "the fence of port_approach"),
        ways=(Way("vsat", True, 610.0), Way("cell", False, None)),
    ),
    "at rest on a narrow bearer": dataclasses.replace(AT_REST, seq=302, period_ms=30_000),
}  # fmt: skip


def vectors() -> dict[str, object]:
    """Return the words, and of each heartbeat its CBOR and a body as it is signed."""
    rows = [
        {"name": name, "cbor_hex": opened(beat.to_bytes()).hex(), "body_hex": beat.to_bytes().hex()}
        for name, beat in HEARTBEATS.items()
    ]
    return {"words_hex": WORDS.hex(), "heartbeats": rows}


if __name__ == "__main__":
    TARGET.write_text(json.dumps(vectors(), indent=1) + "\n")
    sys.exit(0)
