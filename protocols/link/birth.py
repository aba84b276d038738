"""The birth message: what a vessel is and what its channels mean, retained at the broker, kept by the shore."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import zstandard

from protocols.errors import MalformedError
from protocols.link import aros, cbor, fields
from protocols.link.cbor import Plain

VERSION: Final = 2
VERSION_PLAIN: Final = 1
"""Births whose catalogue is not compressed: the form of all ships before, and still of small catalogues."""
PLAIN_MAX_BYTES: Final = 16 * 1024
"""A larger catalogue is compressed: 400 channels with limits are 159 kB plain, over twice what a message may have, 11 kB so.
The standard channels are 15 kB and stay plain: a shore of before can read them."""
CATALOGUE_MAX_BYTES: Final = 1024 * 1024
"""Largest catalogue: 1,000 channels, the most a vessel may have, take 400 kB. What claims to be larger is not unpacked."""

_LEFT_OUT: Final = ("ship_time_offset_h", "chart")
"""Fields that are not written where they are None."""
_APART: Final = frozenset(("areas", "limits", "historical", "functions", *_LEFT_OUT))
"""Fields that are not written as they stand."""


@dataclass(frozen=True, slots=True)
class Birth:
    """One start of a vessel's collector."""

    vessel: str
    name: str
    ship_type: str
    mmsi: int
    imo: int | None
    length_m: float
    beam_m: float
    epoch: int
    """Epoch of the spool: batches carry it."""
    utc_ns: int
    catalogue_hash: str
    catalogue: Plain
    """telemetry.Catalogue.to_wire()."""
    areas: tuple[tuple[str, str, tuple[tuple[float, float], ...]], ...]
    """(kind `allowed` or `no_go`, name, ring of (longitude_deg, latitude_deg)) for the chart."""
    limits: dict[str, float]
    """Operational limits in force, e.g. rudder_deg_max, for the controls' scales and the shore's preview."""
    control: Plain
    """The vessel's control configuration as plain values, so that the shore's preview judges by the same numbers."""
    vessel_public_key: bytes
    """Raw Ed25519 key that signs this vessel's heartbeats and events."""
    historical: bool = False
    """True: it tells what the channels of old samples mean, and nothing of the vessel as she is; the shore keeps the catalogue.
    Left out where False, so that every other birth has the bytes it always had."""
    ship_time_offset_h: float | None = None
    """Hours that the clocks aboard are ahead of UTC; None: none is told. Left out where None, for the same reason."""
    chart: str | None = None
    """SHA-256 of the chart file that her grounding rule reads, hexadecimal; empty: she carries none; None: not told."""
    functions: tuple[aros.Claim, ...] = ()
    """How her functions are controlled and from where, as her owner says it; left out where he says nothing."""

    def to_bytes(self) -> bytes:
        """Return the deterministic CBOR of this birth."""
        areas: list[Plain] = [
            [kind, name, [[longitude, latitude] for longitude, latitude in ring]] for kind, name, ring in self.areas
        ]
        limits: dict[str, Plain] = dict(self.limits)
        simple: dict[str, Plain] = {name: getattr(self, name) for name in Birth.__slots__ if name not in _APART}
        if self.historical:
            simple["historical"] = True
        simple.update({name: told for name in _LEFT_OUT if (told := getattr(self, name)) is not None})
        if self.functions:
            simple["functions"] = [claim.to_wire() for claim in self.functions]
        simple["catalogue"], version = _packed(self.catalogue)
        return cbor.encode({**simple, "areas": areas, "limits": limits, "v": version})

    @classmethod
    def from_bytes(cls, encoded: bytes) -> Birth:
        """Return the birth; raise MalformedError with the field that is wrong."""
        source = cbor.decode_map(encoded)
        if fields.integer(source, "v") not in (VERSION_PLAIN, VERSION):
            raise MalformedError("birth of another version")
        limits = fields.submap(source, "limits")
        return cls(
            vessel=fields.text(source, "vessel", 32), name=fields.text(source, "name", 64),
            ship_type=fields.text(source, "ship_type", 64), mmsi=fields.integer(source, "mmsi", 0, 999_999_999),
            imo=None if source.get("imo") is None else fields.integer(source, "imo"),
            length_m=fields.number(source, "length_m"), beam_m=fields.number(source, "beam_m"),
            epoch=fields.integer(source, "epoch"), utc_ns=fields.integer(source, "utc_ns"),
            catalogue_hash=fields.text(source, "catalogue_hash", 64), catalogue=_unpacked(source.get("catalogue")),
            areas=tuple(_area(item) for item in fields.items(source, "areas", 100)),
            limits={name: fields.number(limits, name) for name in sorted(limits)}, control=source.get("control"),
            vessel_public_key=fields.octets(source, "vessel_public_key", 32),
            historical="historical" in source and fields.flag(source, "historical"),
            ship_time_offset_h=fields.optional_number(source, "ship_time_offset_h"),
            chart=fields.text(source, "chart", 64) if "chart" in source else None,
            functions=aros.from_wire(source, "functions"),
        )  # fmt: skip


def _packed(catalogue: Plain) -> tuple[Plain, int]:
    """Return a catalogue as it travels, and the version of a birth that carries it so."""
    encoded = cbor.encode(catalogue)
    if len(encoded) <= PLAIN_MAX_BYTES:
        return catalogue, VERSION_PLAIN
    return zstandard.ZstdCompressor(level=19).compress(encoded), VERSION


def _unpacked(catalogue: Plain) -> Plain:
    """Return the catalogue of a birth; raise MalformedError when it cannot be unpacked or is too large."""
    if not isinstance(catalogue, bytes):
        return catalogue
    try:
        size = zstandard.get_frame_parameters(catalogue).content_size
        if not 0 < size <= CATALOGUE_MAX_BYTES:
            raise MalformedError(f"catalogue of {size} bytes is over the limit of {CATALOGUE_MAX_BYTES}")
        encoded = zstandard.ZstdDecompressor().decompress(catalogue, max_output_size=CATALOGUE_MAX_BYTES)
    except zstandard.ZstdError as error:
        raise MalformedError("catalogue cannot be unpacked") from error
    return cbor.decode(encoded, CATALOGUE_MAX_BYTES)


def _area(item: Plain) -> tuple[str, str, tuple[tuple[float, float], ...]]:
    if not isinstance(item, list) or len(item) != 3:  # noqa: PLR2004 - kind, name, ring
        raise MalformedError("an area has kind, name and ring")
    named: dict[str, Plain] = dict(zip(("kind", "name", "ring"), item, strict=True))
    ring = tuple(_point(point) for point in fields.items(named, "ring", 5000))
    return fields.text(named, "kind", 10), fields.text(named, "name", 64), ring


def _point(point: Plain) -> tuple[float, float]:
    if not isinstance(point, list) or len(point) != 2:  # noqa: PLR2004 - longitude, latitude
        raise MalformedError("a point has longitude and latitude")
    named: dict[str, Plain] = {"longitude_deg": point[0], "latitude_deg": point[1]}
    return fields.number(named, "longitude_deg"), fields.number(named, "latitude_deg")
