"""What is heard of one vessel, a JSON line each: her heartbeats, holder and ladder changes, orders, alerts, events. Pure."""

from __future__ import annotations

from collections import deque
from typing import Final

from farhelm.conn.errand import OK, OTHERWISE, Line, Outcome
from protocols.console.messages import FromBrowser, FromShore, StatusMessage

LINES_MAX: Final = 10_000
"""Lines not printed yet: an hour of a ship with many alerts while a pipe stands still. The oldest is lost when full."""
_TOLD: Final = frozenset(("event", "alerts"))
_BEAT_FIELDS: Final = (
    "vessel", "seq", "boot_id", "utc_ms", "utc_trusted", "heartbeat_age_ms", "heartbeat_period_ms", "step", "action", "next_step",
    "next_step_in_s", "stop_latched", "setpoints", "round_trip_ms", "loss_pct", "alerts", "roster_version",
)  # fmt: skip


class Watch:
    """Listens to one vessel until the time is over."""

    def __init__(self, vessel: str, duration_s: float | None) -> None:
        """Listen for `duration_s` seconds from the first tick; None: until interrupted."""
        self.outcome: Outcome | None = None
        self._vessel, self._duration_s = vessel, duration_s
        self._began_s: float | None = None
        self._before: StatusMessage | None = None
        self._lines: deque[Line] = deque(maxlen=LINES_MAX)
        self._words: list[str] = []

    def receive(self, message: FromShore, now_s: float) -> None:
        """Take one message of the shore."""
        del now_s
        if message["type"] == "status":
            self._hear(message)
        elif message["type"] in _TOLD or (message["type"] == "order" and message["live"]):
            self._lines.append(dict(message))
        elif message["type"] == "problem":
            self._words.append(f"{message['title']}: {message['detail']}")
            if self._before is None and message["title"] == "Not Found":
                self.outcome = Outcome(OTHERWISE)

    def tick(self, now_s: float, utc_ns: int) -> None:
        """End when the time is over."""
        del utc_ns
        self._began_s = now_s if self._began_s is None else self._began_s
        if self._duration_s is not None and now_s - self._began_s >= self._duration_s:
            self.outcome = self.outcome or Outcome(OK)

    def interrupt(self, now_s: float) -> None:
        """End now, well."""
        del now_s
        self.outcome = self.outcome or Outcome(OK)

    def lost(self, why: str, gone_s: float) -> None:
        """Hear that the socket is gone; a watch waits for it to come back."""
        if gone_s == 0.0:
            self._words.append(f"connection to the shore lost: {why}; trying again")

    def outbox(self) -> list[FromBrowser]:
        """Return nothing: a watch only listens."""
        return []

    def lines(self) -> list[Line]:
        """Take what is to be printed, in order."""
        taken = list(self._lines)
        self._lines.clear()
        return taken

    def words(self) -> list[str]:
        """Take what is to be said on stderr meanwhile."""
        taken, self._words = self._words, []
        return taken

    def _hear(self, status: StatusMessage) -> None:
        if not status["heard"] or status["vessel"] != self._vessel:
            return
        before, self._before = self._before, status
        if before is not None and (before["boot_id"], before["seq"]) == (status["boot_id"], status["seq"]):
            return  # the shore tells the last one again each second, with its age
        if before is None or before["step"] != status["step"]:
            self._changed("ladder", status, before["step"] if before else None, status["step"])
        holder = _holder(status)
        if before is None or _holder(before) != holder:
            self._changed("holder", status, _holder(before) if before else None, holder)
        fields = {name: value for name, value in status.items() if name in _BEAT_FIELDS}
        self._lines.append({"type": "heartbeat", **fields, "authority": status["authority"]})

    def _changed(self, kind: str, status: StatusMessage, before: object, after: object) -> None:
        self._lines.append({
            "type": kind, "vessel": self._vessel, "utc_ms": status["utc_ms"], "from": before, "to": after,
        })  # fmt: skip


def _holder(status: StatusMessage) -> dict[str, object]:
    authority = status["authority"]
    return {
        "station": authority["station"], "person": authority["person"], "console": authority["console"],
        "session": authority["session"], "level": authority["level"], "phase": authority["phase"],
    }  # fmt: skip
