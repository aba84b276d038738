"""The emergency stop: a core of its own that needs the roster and nothing else (EST-01, EST-02)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from control.believed import Believed
from protocols.errors import ProtocolError
from protocols.link import cbor, fields, signing
from protocols.link.events import Reason
from protocols.link.signing import Domain
from protocols.link.stop import StopRequest

WORD_MAX: Final = 64
"""Longest name of a person, a console or a press; the ship's panel cuts what is said to it there."""


@dataclass(frozen=True, slots=True)
class Press:
    """Who stopped the ship."""

    person: str
    console: str
    id: str


class EmergencyStop:
    """Latched from the first press until it is reset; a restart of the ship's computer resets nothing."""

    def __init__(self, vessel: str, believed: Believed, kept: bytes = b"") -> None:
        """Begin with what the journal has `kept`; without it no stop is latched. `believed` names the keys that may stop."""
        self._vessel = vessel
        self._believed = believed
        row = cbor.decode_map(kept) if kept else {}
        self._changes = fields.integer(row, "number") if row else 0
        self.latched: Press | None = None
        if row.get("is_latched") is True:
            self.latched = Press(*(fields.text(row, name, WORD_MAX) for name in ("person", "console", "id")))

    def receive(self, encoded: bytes, utc_ns: int) -> Press | Reason:
        """Take a signed stop request; return the press it latched, or why it was not believed.

        Needs no lease, no authority, no interlock and no deadline: stopping late is still stopping.
        """
        try:
            envelope = signing.open_envelope(encoded)
            entry = self._believed.signer(Domain.STOP, envelope, utc_ns)
            if isinstance(entry, Reason):
                return entry
            request = StopRequest.from_bytes(envelope.body)
        except ProtocolError as error:
            return Reason("unreadable", "EST-01", f"The stop request cannot be read: {error}.")
        if "stop" not in entry.rights or request.vessel != self._vessel or request.person != entry.person:
            return Reason("no_right", "EST-01", f"The key of {entry.person} has no right to stop this vessel.")
        return self.press(Press(request.person, request.console, request.id))

    def press(self, press: Press) -> Press:
        """Latch the stop, by the bridge or by a believed request; a second press changes nothing."""
        if self.latched is None:
            self.latched, self._changes = press, self._changes + 1
        return press

    def reset(self) -> bool:
        """Reset, by the bridge or by two people ashore; False when nothing is latched."""
        if self.latched is None:
            return False
        self.latched, self._changes = None, self._changes + 1
        return True

    def record(self) -> bytes:
        """Return what the journal keeps of the latch; of two records the one with the higher number counts (EST-02)."""
        press = self.latched or Press("", "", "")
        return cbor.encode({
            "t": "stop", "number": self._changes, "is_latched": self.latched is not None,
            "person": press.person, "console": press.console, "id": press.id,
        })  # fmt: skip
