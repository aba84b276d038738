"""The emergency stop from a script: pressed by two ways, believed when the ship says that it is latched. Pure."""

from __future__ import annotations

from typing import Final

from farhelm.conn.desk import Desk
from farhelm.conn.errand import OK, OTHERWISE, Line, Outcome
from protocols.console.messages import FromBrowser, FromShore, SignedStopMessage

LATCH_S: Final = 10.0
"""Longest wait for the ship's word; she answers within a second where there is a link at all."""


class Press:
    """One press of the emergency stop; the shell posts `message`, this follows what the ship says."""

    def __init__(self, desk: Desk, stop_id: str, utc_ns: int) -> None:
        """Sign the stop."""
        self.desk = desk
        self.message: SignedStopMessage = desk.stop(stop_id, utc_ns)
        self.outcome: Outcome | None = None
        self._stop_id = stop_id
        self._out: list[FromBrowser] = [self.message]
        self._lines: list[Line] = []
        self._words: list[str] = []
        self._began_s: float | None = None

    def receive(self, message: FromShore, now_s: float) -> None:
        """Take one message of the shore."""
        if message["type"] == "status":
            self.desk.hear(message, now_s)
            status = self.desk.status
            if status is not None and status["stop_latched"] and self.outcome is None:
                self._tell("SUCCEEDED", "the emergency stop is latched aboard")
                self.outcome = Outcome(OK)
        elif message["type"] == "problem":
            self._words.append(f"{message['title']}: {message['detail']}")

    def tick(self, now_s: float, utc_ns: int) -> None:
        """Give up waiting when the ship says nothing."""
        del utc_ns
        self._began_s = now_s if self._began_s is None else self._began_s
        if now_s - self._began_s > LATCH_S and self.outcome is None:
            self._tell("UNKNOWN", f"the ship has not said within {LATCH_S:g} s that it is latched")
            self.outcome = Outcome(OTHERWISE, "NOT confirmed: use another way to stop her, and press again")

    def posted(self, problem: str) -> None:
        """Hear how the post by the stop's own way went; `problem` is empty when the shore has passed it on."""
        self._tell("sent" if not problem else "REFUSED", problem or "by the emergency stop's own way")
        if problem:
            self._words.append(f"emergency stop by its own way NOT sent: {problem}")

    def interrupt(self, now_s: float) -> None:
        """End now; the stop is not taken back by this."""
        del now_s
        self.outcome = self.outcome or Outcome(OTHERWISE, "interrupted before the ship answered; the stop stands")

    def lost(self, why: str, gone_s: float) -> None:
        """Hear that the socket is gone; the wait has its own end."""
        if gone_s == 0.0:
            self._words.append(f"no connection to the console socket: {why}")

    def outbox(self) -> list[FromBrowser]:
        """Take the stop, once."""
        taken, self._out = self._out, []
        return taken

    def lines(self) -> list[Line]:
        """Take what is to be printed, in order."""
        taken, self._lines = self._lines, []
        return taken

    def words(self) -> list[str]:
        """Take what is to be said on stderr meanwhile."""
        taken, self._words = self._words, []
        return taken

    def _tell(self, state: str, detail: str) -> None:
        self._lines.append({
            "type": "stop", "vessel": self.desk.vessel, "stop_id": self._stop_id, "state": state, "detail": detail,
        })  # fmt: skip
