"""What a key of each role may sign (AUT-11)."""

from __future__ import annotations

from typing import Final

OPERATOR: Final = ("observe", "setpoint", "direct", "stop")
RIGHTS: Final[dict[str, tuple[str, ...]]] = {
    "operator": OPERATOR,
    "supervisor": (*OPERATOR, "supervise", "approve"),
    "master": (*OPERATOR, "supervise", "approve"),
}
"""Rights by role; `approve` is the second signature of what is critical (CMD-10). Other roles sign nothing and have no key."""
