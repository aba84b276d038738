"""The emergency stop: a core of its own that needs the roster and nothing else (EST-01, EST-02)."""

from __future__ import annotations

from dataclasses import dataclass

from control.believed import Believed
from protocols.errors import ProtocolError
from protocols.link import signing
from protocols.link.events import Reason
from protocols.link.signing import Domain
from protocols.link.stop import StopRequest


@dataclass(frozen=True, slots=True)
class Press:
    """Who stopped the ship."""

    person: str
    console: str
    id: str


class EmergencyStop:
    """Latched from the first press until it is reset aboard."""

    def __init__(self, vessel: str, believed: Believed) -> None:
        """Begin without a stop; `believed` names the keys with the right `stop`."""
        self._vessel = vessel
        self._believed = believed
        self.latched: Press | None = None

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
            self.latched = press
        return press

    def reset(self) -> bool:
        """Reset aboard; False when nothing is latched. From ashore it needs two people, which this version lacks."""
        was = self.latched is not None
        self.latched = None
        return was
