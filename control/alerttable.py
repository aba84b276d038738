"""Every alert that the safety process can raise, one record each (ALT-01; IEC 62923-1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Priority = Literal["emergency alarm", "alarm", "warning", "caution"]
Category = Literal["A", "B", "C"]


@dataclass(frozen=True, slots=True)
class AlertKind:
    """One alert of the table."""

    id: str
    text: str
    advice: str
    """Decision aid: what to do."""
    priority: Priority
    category: Category
    on_delay_s: float
    off_delay_s: float


ALERTS: Final[dict[str, AlertKind]] = {
    kind.id: kind
    for kind in (
        AlertKind("link-degraded", "LINK TO ROC DEGRADED", "Expect late answers; no direct control.", "caution", "B", 0.0, 5.0),
        AlertKind("link-silent", "LINK TO ROC SILENT", "Ship holds her setpoint; take local control.", "warning", "B", 0.0, 0.0),
        AlertKind("link-lost", "LINK TO ROC LOST", "Ship slows down; take local control.", "alarm", "B", 0.0, 0.0),
        AlertKind("fallback", "FALLBACK STATE", "Ship stops; take local control or resume.", "alarm", "B", 0.0, 0.0),
        AlertKind("distress", "ALL STOP: DISTRESS", "Attend the ship.", "emergency alarm", "A", 0.0, 0.0),
        AlertKind("clocks-apart", "CLOCKS APART", "Ship and shore differ: set the wrong one.", "warning", "B", 0.0, 5.0),
        AlertKind("entry-late", "SAFE STATE LATE", "The ship does not come to rest: take local control.", "alarm", "B", 0.0, 0.0),
        AlertKind("no-fix", "STOP WITHOUT FIX", "Show lights and signals; the ship has no position.", "alarm", "B", 0.0, 0.0),
        AlertKind("anchor", "READY TO ANCHOR", "She lies stopped: let go the anchor.", "warning", "B", 0.0, 0.0),
        AlertKind("emergency-stop", "EMERGENCY STOP", "Find the cause, reset aboard.", "alarm", "B", 0.0, 0.0),
        AlertKind("heading-input", "HEADING LOST", "Check the gyro; no heading orders.", "warning", "B", 1.0, 3.0),
        AlertKind("position-input", "POSITION LOST", "Check the receivers; no orders in fences.", "warning", "B", 2.0, 3.0),
        AlertKind("collision-danger", "DANGER OF COLLISION", "Look at the targets; act by the COLREG.", "alarm", "A", 2.0, 10.0),
        AlertKind("too-little-time", "TOO LITTLE TIME TO ANSWER", "Act now, or stop her.", "warning", "B", 2.0, 5.0),
        AlertKind("off-track", "OFF TRACK", "Steer back, or suspend the route.", "alarm", "B", 3.0, 5.0),
        AlertKind("course-change", "COURSE CHANGE AHEAD", "Look, then acknowledge; she turns.", "warning", "B", 0.0, 2.0),
        AlertKind("turn-unconfirmed", "COURSE CHANGE NOT CONFIRMED", "She turns; look at once.", "alarm", "B", 0.0, 2.0),
        AlertKind("route-end", "END OF ROUTE AHEAD", "Have the next order ready.", "warning", "B", 0.0, 2.0),
        AlertKind("journal", "COMMAND JOURNAL FAILED", "No remote orders until re-armed aboard.", "alarm", "B", 0.0, 0.0),
        AlertKind("drill", "DRILL", "A rehearsal on simulated actuators: act as if it were none.", "caution", "B", 0.0, 0.0),
        AlertKind("ledger", "LEDGER NOT WRITTEN", "Make room on the disk; no remote orders but stop.", "alarm", "B", 0.0, 0.0),
        AlertKind("access-ending", "REMOTE ACCESS ENDS SOON", "Have the Master sign the next grant.", "caution", "B", 0.0, 0.0),
        AlertKind("access-ended", "REMOTE ACCESS ENDED", "No order but a stop; take local control.", "warning", "B", 0.0, 0.0),
    )
}  # fmt: skip
"""Every alert the safety process can raise."""
