"""One log line as every process aboard writes it: JSON, and the names are those of the shore's log."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping

from protocols.aio.clock import Clock


def write(clock: Clock, process: str, event: str, fields: Mapping[str, object]) -> None:
    """Write utc_ms, process, level (warning where there is a problem), event and `fields`, which never hide those, to stderr."""
    level = "warning" if fields.get("problem") else "info"
    own = {"utc_ms": clock.utc_ns() // 1_000_000, "process": process, "level": level, "event": event}
    sys.stderr.write(json.dumps({**fields, **own}, default=str) + "\n")
    sys.stderr.flush()
