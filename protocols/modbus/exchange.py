"""One connection's talk: one request outstanding, and only its own answer counts; late and foreign ones are dropped.

Over TCP an answer is known by its number. A serial line numbers nothing, so that there an answer counts when it comes from
the unit that was asked and is as long as what was asked for; and a unit that did not answer in time is left alone until a
late answer of it must have come, or it would be taken for the answer to the next question (`late_until_s`).
"""

from __future__ import annotations

from typing import Final

from protocols.modbus.frames import Frame, Frames
from protocols.modbus.pdu import ERROR_FLAG, answer_length, answers

TRANSACTION_WRAP: Final = 65_536


class Exchange:
    """What was asked over one connection, and what counts as its answer."""

    def __init__(self, frames: Frames) -> None:
        """Talk in `frames`; nothing is outstanding."""
        self._frames = frames
        self._unit, self._request = 0, b""
        self.is_waiting = False
        """Whether a request is outstanding."""
        self._transaction = 0
        self._late_until_s: dict[int, float] = {}
        self.foreign_count = 0
        """Answers to no question of ours: late, of another transaction, of another unit."""

    @property
    def noise_count(self) -> int:
        """Bytes that belonged to no frame."""
        return self._frames.noise_count

    def ask(self, unit: int, pdu: bytes) -> bytes:
        """Return the bytes of a request, which is outstanding from now on; what was before is given up."""
        self._transaction = (self._transaction + 1) % TRANSACTION_WRAP
        if not self._frames.is_numbered:
            self._frames.clear()
        self._unit, self._request, self.is_waiting = unit, pdu, True
        return self._frames.frame(self._transaction, unit, pdu)

    def receive(self, chunk: bytes) -> bytes | None:
        """Return the answer's PDU when it has come; raise MalformedError when the stream cannot be followed any more."""
        found: bytes | None = None
        for frame in self._frames.feed(chunk):
            if self.is_waiting and self._is_answer(frame):
                found, self.is_waiting = frame.pdu, False
            else:
                self.foreign_count += 1
        return found

    def give_up(self, now_s: float, late_s: float) -> None:
        """Wait no more for what is outstanding; its answer may still come within `late_s`."""
        if self.is_waiting and not self._frames.is_numbered:
            self._late_until_s[self._unit] = now_s + late_s
        self.is_waiting = False

    def late_until_s(self, unit: int) -> float | None:
        """Return until when a unit may not be asked, monotonic seconds, as a late answer would pass for the new one.

        None: it has always answered, or what is late can be told by its number.
        """
        return self._late_until_s.get(unit)

    def opened(self) -> None:
        """Begin anew: the connection is another, and nothing of the old one can come."""
        self._frames.clear()
        self.is_waiting = False

    def _is_answer(self, frame: Frame) -> bool:
        if not answers(self._request, frame.pdu) or frame.unit != self._unit:
            return False
        if frame.transaction is not None:
            return frame.transaction == self._transaction
        return bool(frame.pdu[0] & ERROR_FLAG) or len(frame.pdu) == answer_length(self._request)
