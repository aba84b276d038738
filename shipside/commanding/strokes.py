"""What is said of a setpoint beside carrying it out: to the watchdog whether it puts the ship into our hands, to the log why."""

from __future__ import annotations

from typing import Final, Protocol

from control.messages import Setpoint

ULID_LENGTH: Final = 26
BESIDE: Final = ("reset_stop", "machine")
"""Setpoints that take neither steering nor propulsion into our hands."""


class Stroke(Protocol):
    """Tells a watchdog that the deciding loop runs."""

    def __call__(self, *, is_ours: bool) -> None:
        """Say so, and whether anything of ours is in force; never waits."""


def no_watchdog(*, is_ours: bool) -> None:
    """Stroke nobody: a simulated world has no processes."""


def is_ours_after(is_ours: bool, setpoint: Setpoint) -> bool:  # noqa: FBT001 - before and after of one thing
    """Return whether anything of ours is in force at the equipment after `setpoint`: what the watchdog has to end."""
    return setpoint.kind != "release" and (is_ours or setpoint.kind not in BESIDE)


def caused(cause: str) -> dict[str, str]:
    """Return the fields that say why: the order's id where it was one (a ULID), else the rule's name."""
    return {"order_id": cause} if len(cause) == ULID_LENGTH and cause.isalnum() else {"cause": cause}
