"""What a key of each role may sign (AUT-11)."""

from __future__ import annotations

from typing import Final

OPERATOR: Final = ("observe", "setpoint", "direct", "stop")
RIGHTS: Final[dict[str, tuple[str, ...]]] = {
    "operator": OPERATOR,
    "supervisor": (*OPERATOR, "supervise"),
    "master": (*OPERATOR, "supervise"),
}
"""Rights by role; other roles sign nothing and are not enrolled."""
