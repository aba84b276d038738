"""Routes before they are ordered: read from an RTZ file or from what was drawn, held against the ship, every fault told (CMD-09).

The shore only prepares: the console draws the very bytes it gets from here, the operator signs them, and the ship judges anew.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from control.limits import ControlConfig
from control.passage import faults
from protocols.errors import MalformedError
from protocols.link.events import Reason
from protocols.link.passage import Mark, Passage, hash_of
from protocols.rtz.passage import passage_of
from protocols.rtz.route import read
from shoreside.commanding import orders
from shoreside.commanding.water import with_chart
from shoreside.live.fleet import VesselState

RTZ_BYTES_MAX: Final = 1024 * 1024
"""A thousand waypoints with schedules take about 400 kB."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a route."""

    encoded: bytes | None
    """The bytes to be signed; None where no route could be made."""
    faults: tuple[Reason, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sent:
    """A route as somebody signed it for the ship."""

    passage: Passage
    encoded: bytes

    @property
    def hash(self) -> str:
        """Return its name."""
        return hash_of(self.encoded)


def of_file(content: bytes, revision: int, state: VesselState) -> Checked:
    """Return the route in an RTZ file and everything that is wrong with it."""
    found = read(content)
    if found.route is None or found.faults:
        return Checked(None, tuple(_fault("rtz", text) for text in found.faults), ())
    made = passage_of(found.route, revision)
    if made.passage is None:
        return Checked(None, tuple(_fault("rtz", text) for text in made.faults), made.told)
    return _of_passage(made.passage, state, made.told)


def of_marks(name: str, revision: int, marks: tuple[Mark, ...], state: VesselState) -> Checked:
    """Return the route of marks that were drawn, and everything that is wrong with it."""
    return _of_passage(Passage(name, revision, marks), state, ())


def _of_passage(passage: Passage, state: VesselState, notes: tuple[str, ...]) -> Checked:
    encoded = passage.to_bytes()
    try:
        Passage.from_bytes(encoded)
    except MalformedError as error:
        return Checked(None, (_fault("malformed", f"{error}"),), notes)
    limits = with_chart(state)
    if limits is None:
        told = "This station does not know the ship's limits; only she can say whether she takes it."
        return Checked(encoded, (), (*notes, told))
    config, is_chart_seen = limits
    if not is_chart_seen:
        notes = (
            *notes,
            "Depths along it are judged aboard: this station does not have the chart that the ship carries.",
        )
    return Checked(encoded, tuple(faults(passage, _in_phase(config, state))), notes)


def _in_phase(config: ControlConfig, state: VesselState) -> ControlConfig:
    """Return the limits of the phase the ship says she is in."""
    beat = state.heartbeat
    return config if beat is None or beat.phase not in config.phases else config.in_phase(beat.phase)


def sent(signed: bytes) -> Sent | None:
    """Return the route in a signed `route.load`, unbelieved as all that the shore reads; None where there is none."""
    order = orders.unread(signed)
    encoded = order.args.get("route") if order is not None else None
    if not isinstance(encoded, bytes):
        return None
    try:
        return Sent(Passage.from_bytes(encoded), encoded)
    except MalformedError:
        return None


def _fault(name: str, text: str) -> Reason:
    return Reason(name, "CMD-09", text[:1].upper() + text[1:] + ("" if text.endswith(".") else "."))
