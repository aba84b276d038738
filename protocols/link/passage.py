"""A route as the ship keeps it: the exact bytes that are loaded, named by their hash (CMD-09).

Metres, degrees, knots over ground; each mark carries the leg that leads to it. It is made from an RTZ file ashore, where
the operator sees it, and signed as part of the order `route.load`: nothing on the way can change a waypoint unseen.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final, Literal

from protocols.errors import MalformedError
from protocols.link import cbor, fields
from protocols.link.cbor import Plain

VERSION: Final = 1
BYTES_MAX: Final = 48 * 1024
"""Largest route in bytes, so that the signed order stays below the 64 kB of any message."""
MARKS_MAX: Final = 500
"""Most marks of a route aboard; 500 with names of 20 characters take 45 kB."""
NAME_MAX: Final = 40
_FIELDS: Final = frozenset(("v", "id", "revision", "marks"))
_MARK_FIELDS: Final = 10


@dataclass(frozen=True, slots=True)
class Mark:
    """One waypoint with the leg that leads to it; the first has none, its leg's values are not looked at."""

    name: str
    latitude_deg: float
    longitude_deg: float
    radius_m: float
    """Radius of the turn here."""
    port_xtd_m: float
    """How far the ship may be to port of the leg."""
    starboard_xtd_m: float
    is_great_circle: bool
    """False: a rhumb line."""
    speed_max_kn: float
    """Highest speed over ground on the leg; 0: no limit of its own."""
    eta_utc_s: int
    """When she is to be here; 0: not told."""
    continues: bool
    """The leg is sailed on when the link is lost: declared before departure (control.md section 5, L3)."""


@dataclass(frozen=True, slots=True)
class Passage:
    """One route, whole."""

    id: str
    """Name for people, at most NAME_MAX characters."""
    revision: int
    marks: tuple[Mark, ...]

    def to_bytes(self) -> bytes:
        """Return the deterministic CBOR of the route."""
        marks: list[Plain] = [
            [one.name, one.latitude_deg, one.longitude_deg, one.radius_m, one.port_xtd_m, one.starboard_xtd_m,
             one.is_great_circle, one.speed_max_kn, one.eta_utc_s, one.continues]
            for one in self.marks
        ]  # fmt: skip
        return cbor.encode({"v": VERSION, "id": self.id, "revision": self.revision, "marks": marks})

    @classmethod
    def from_bytes(cls, encoded: bytes) -> Passage:
        """Return the route in `encoded`; raise MalformedError with the mark that is wrong."""
        if len(encoded) > BYTES_MAX:
            raise MalformedError(f"the route has {len(encoded)} bytes; {BYTES_MAX} at most")
        source = cbor.decode_map(encoded)
        fields.only(source, _FIELDS)
        if fields.integer(source, "v") != VERSION:
            raise MalformedError(f"route of another version than {VERSION}")
        rows = fields.items(source, "marks", MARKS_MAX)
        marks = tuple(_mark(row, number) for number, row in enumerate(rows, start=1))
        return cls(fields.text(source, "id", NAME_MAX), fields.integer(source, "revision", 0, 2**31), marks)


def _mark(row: Plain, number: int) -> Mark:
    if not isinstance(row, list) or len(row) != _MARK_FIELDS:
        raise MalformedError(f"mark {number} does not have {_MARK_FIELDS} parts")
    names = ("name", "lat", "lon", "radius", "port", "starboard", "great_circle", "speed", "eta", "continues")
    named: dict[str, Plain] = dict(zip(names, row, strict=True))
    try:
        return Mark(
            fields.text(named, "name", NAME_MAX), _within(named, "lat", 90.0), _within(named, "lon", 180.0),
            _distance(named, "radius"), _distance(named, "port"), _distance(named, "starboard"),
            fields.flag(named, "great_circle"), _distance(named, "speed"), fields.integer(named, "eta", 0, 2**40),
            fields.flag(named, "continues"),
        )  # fmt: skip
    except MalformedError as error:
        raise MalformedError(f"mark {number}: {error}") from error


def _within(source: dict[str, Plain], name: Literal["lat", "lon"], reach_deg: float) -> float:
    value = fields.number(source, name)
    if abs(value) > reach_deg:
        raise MalformedError(f"{name} {value:g} is outside -{reach_deg:g}..{reach_deg:g}")
    return value


def _distance(source: dict[str, Plain], name: str) -> float:
    value = fields.number(source, name)
    if value < 0.0:
        raise MalformedError(f"{name} {value:g} is below 0")
    return value


def hash_of(encoded: bytes) -> str:
    """Return the name of exactly these bytes: 64 hexadecimal digits of their SHA-256."""
    return hashlib.sha256(encoded).hexdigest()
