"""A message for consoles and the websocket frame it becomes: encoded once, however many consoles are sent it."""

from __future__ import annotations

import json
from typing import Final

from websockets.frames import Frame as WireFrame
from websockets.frames import Opcode

from protocols.console.messages import FromShore, ValuesMessage

SIZE_MAX_BYTES: Final = 64 * 1024
"""Longest message to a console, and from one."""
_END: Final = '"gap_count":0}'


class Frame:
    """One message; nothing is encoded before it is asked for."""

    __slots__ = ("_encoded", "_text", "message")

    def __init__(self, message: FromShore, text: str | None = None) -> None:
        """Take a message, and its text where that is known already."""
        self.message = message
        self._text = text
        self._encoded: bytes | None = None

    @property
    def text(self) -> str:
        """The message as JSON; its characters are nearly all of one byte."""
        if self._text is None:
            self._text = json.dumps(self.message, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return self._text

    @property
    def fits(self) -> bool:
        """Whether a console takes it."""
        return len(self.text) <= SIZE_MAX_BYTES

    @property
    def encoded(self) -> bytes:
        """The unmasked text frame as it goes onto the wire (RFC 6455, 5.2)."""
        if self._encoded is None:
            self._encoded = WireFrame(Opcode.TEXT, self.text.encode()).serialize(mask=False)
        return self._encoded


class ValuesFrame(Frame):
    """New values of a vessel; only the number at the end is a console's own."""

    __slots__ = ("values",)

    def __init__(self, message: ValuesMessage) -> None:
        """Take a message whose gap count is 0 and comes last."""
        super().__init__(message)
        self.values = message

    def counted(self, gap_count: int) -> Frame:
        """Return the frame for a console that missed `gap_count` values; the values are not encoded again."""
        if not gap_count:
            return self
        message: ValuesMessage = {**self.values, "gap_count": gap_count}
        return Frame(message, f'{self.text.removesuffix(_END)}"gap_count":{gap_count}}}')


class News:
    """What a batch brought to all who watch its vessel: frames that go in one write wherever nobody is behind."""

    __slots__ = ("encoded", "fits", "targets", "values")

    def __init__(self, values: ValuesFrame, targets: list[Frame]) -> None:
        """Take the values and the messages of targets, which may be none."""
        self.values = values
        self.targets = targets
        self.fits = all(frame.fits for frame in (values, *targets))
        self.encoded = b"".join(frame.encoded for frame in (values, *targets)) if self.fits else b""
        """All of them, one after the other; empty where one is too long."""
