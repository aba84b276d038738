"""The shore of a schedule: passes bytes on, keeps events in order and acknowledges them, shows heartbeats to the consoles."""

from __future__ import annotations

import json
from typing import Final

from protocols.link.cbor import Plain
from protocols.link.ledger import EMPTY, head_after
from simulators.schedules.events import Agenda
from simulators.schedules.people import Operator
from simulators.schedules.radio import Radio
from simulators.schedules.ship import Beat, LightShip

RESEND_S: Final = 2.0
"""Events not acknowledged are sent again this often."""
AT_ONCE: Final = 32


class Shore:
    """One station, whose memory and disk are its own."""

    def __init__(self, agenda: Agenda, ship: LightShip, up: Radio, down: Radio, operators: list[Operator]) -> None:
        """Listen to `ship`."""
        self.agenda, self.ship, self.up, self.down, self.operators = agenda, ship, up, down, operators
        self.kept: dict[int, tuple[str, int, str, dict[str, Plain]]] = {}
        """Events by their place in the ship's ledger."""
        self._newest: dict[str, int] = {}
        ship.on_beat, ship.on_event = self._beat, self._event

    def _beat(self, beat: Beat) -> None:
        def arrive() -> None:
            for operator in self.operators:
                operator.hear(beat)

        self.up.send(arrive)

    def _event(self, place: int) -> None:
        event = self.ship.events[place]
        self.up.send(lambda: self._keep(place, event))

    def _keep(self, place: int, event: tuple[str, int, str, dict[str, Plain]]) -> None:
        if place not in self.kept:
            self.kept[place] = event
            self._tell(place, event[2], event[3])
        self.down.send(lambda: self._acknowledge(place))

    def _tell(self, place: int, kind: str, body: dict[str, Plain]) -> None:
        """Show a state of an order to the console that made it; an older one that comes late is none."""
        order_id = str(body.get("order_id"))
        if kind != "order" or place < self._newest.get(order_id, 0):
            return
        self._newest[order_id] = place
        for operator in self.operators:
            if order_id in operator.sent:
                operator.told[order_id] = str(body["state"])

    def _acknowledge(self, place: int) -> None:
        if self.ship.is_up and place in self.ship.unacked:
            self.ship.unacked.remove(place)

    def resend(self) -> None:
        """Have the ship send what was not acknowledged, again and again: its events are on its disk."""
        if self.ship.is_up:
            for place in self.ship.unacked[:AT_ONCE]:
                self._event(place)
        self.agenda.after(RESEND_S, self.resend)

    def differences(self) -> list[str]:
        """Return how the ledgers differ: the ship's over what she did, the shore's over what it was told."""
        if len(self.kept) != len(self.ship.events):
            return [f"the ledgers have {len(self.ship.events)} and {len(self.kept)} entries"]
        theirs = head_after(EMPTY, [_encoded(event) for event in self.ship.events])
        ours = head_after(EMPTY, [_encoded(self.kept[place]) for place in sorted(self.kept)])
        return [] if theirs == ours else ["the ledgers have different entries"]


def _encoded(event: tuple[str, int, str, dict[str, Plain]]) -> bytes:
    return json.dumps(event, default=lambda value: value.hex(), sort_keys=True).encode()
