"""A vessel's catalogue: which data channels it has, with a hash that names exactly these records."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Final

from protocols.errors import MalformedError
from protocols.link import cbor
from protocols.link import fields as wire
from protocols.link.cbor import Plain
from telemetry.channel import NO_LIMITS, AlarmLimits, Channel, Kind
from telemetry.derived import DERIVED_CHANNELS
from telemetry.standard_channels import STANDARD_CHANNELS

CHANNELS_MAX: Final = 1000
"""Most channels of one vessel; ten times a well-equipped one, so that a wrong file is noticed."""
_ALWAYS: Final = tuple(
    field.name for field in fields(Channel) if field.name not in ("accuracy", "frozen_s", "limits", "sources")
)
_LIMITS: Final = tuple(field.name for field in fields(AlarmLimits))
_KINDS: Final[dict[str, Kind]] = {"number": "number", "boolean": "boolean", "text": "text"}


@dataclass(frozen=True)
class Catalogue:
    """The data channels of one vessel, in a fixed order; raises ValueError when two share a short id."""

    channels: tuple[Channel, ...]

    def __post_init__(self) -> None:
        """Refuse what could not be told apart on the wire."""
        if len(self.by_id) != len(self.channels):
            raise ValueError("two channels of the catalogue share a short id")

    @cached_property
    def by_id(self) -> dict[str, Channel]:
        """Channels by short id."""
        return {channel.short_id: channel for channel in self.channels}

    @cached_property
    def hash(self) -> str:
        """First 16 hexadecimal digits of the SHA-256 of the records: names this version of the catalogue."""
        return hash_of(self.to_wire())

    def __contains__(self, short_id: object) -> bool:
        """Return whether the vessel has the channel."""
        return short_id in self.by_id

    def __getitem__(self, short_id: str) -> Channel:
        """Return the channel; raise KeyError when the vessel has none of that short id."""
        return self.by_id[short_id]

    def __iter__(self) -> Iterator[Channel]:
        """Go through the channels in their fixed order."""
        return iter(self.channels)

    def __len__(self) -> int:
        """Return how many channels there are."""
        return len(self.channels)

    def to_wire(self) -> Plain:
        """Return the records as plain values, as the birth message carries them."""
        return [_row(channel) for channel in self.channels]

    @classmethod
    def from_wire(cls, source: Plain) -> Catalogue:
        """Return the catalogue of a birth message; raise MalformedError with the field that is wrong."""
        rows = wire.items({"catalogue": source}, "catalogue", CHANNELS_MAX)
        try:
            return cls(tuple(_channel(row) for row in rows))
        except ValueError as error:
            raise MalformedError(str(error)) from error


def standard_catalogue(short_ids: Iterable[str] | None = None) -> Catalogue:
    """Return the standard channels, or those of `short_ids`, which may name derived ones, in their order.

    Raise KeyError naming unknown ones.
    """
    if short_ids is None:
        return Catalogue(STANDARD_CHANNELS)
    wanted, known = set(short_ids), STANDARD_CHANNELS + DERIVED_CHANNELS
    unknown = sorted(wanted - {channel.short_id for channel in known})
    if unknown:
        raise KeyError(", ".join(unknown))
    return Catalogue(tuple(channel for channel in known if channel.short_id in wanted))


def hash_of(wire: Plain) -> str:
    """Return the hash of a catalogue's records as they came: also of records that this build does not wholly know."""
    return hashlib.sha256(cbor.encode(wire)).hexdigest()[:16]


def _row(channel: Channel) -> Plain:
    """Return a channel as plain values; what it does not say is left out, so that records of before keep their hash."""
    row: dict[str, Plain] = {name: getattr(channel, name) for name in _ALWAYS}
    if channel.accuracy is not None:
        row["accuracy"] = channel.accuracy
    if channel.frozen_s is not None:
        row["frozen_s"] = channel.frozen_s
    if channel.limits != NO_LIMITS:
        row["limits"] = {name: value for name in _LIMITS if (value := getattr(channel.limits, name)) is not None}
    if channel.sources:
        row["sources"] = list(channel.sources)
    return row


def _limits(source: Plain) -> AlarmLimits:
    if source is None:
        return NO_LIMITS
    if not isinstance(source, dict):
        raise MalformedError("limits is not a map")
    found = {name: wire.optional_number(source, name) for name in _LIMITS}
    return AlarmLimits(
        found["low_low"], found["low"], found["high"], found["high_high"],
        found["hysteresis"] or 0.0, found["on_s"] or 0.0, found["off_s"] or 0.0,
    )  # fmt: skip


def _channel(row: Plain) -> Channel:
    if not isinstance(row, dict):
        raise MalformedError("a channel is not a map")
    kind = _KINDS.get(wire.text(row, "kind", 10))
    if kind is None:
        raise MalformedError(f"kind {row['kind']!r} is none of {', '.join(_KINDS)}")
    return Channel(
        short_id=wire.text(row, "short_id"), name=wire.text(row, "name"), unit=wire.text(row, "unit"), kind=kind,
        cycle_s=wire.number(row, "cycle_s"), max_age_s=wire.number(row, "max_age_s"),
        resolution=wire.number(row, "resolution"), local_id=wire.text(row, "local_id"),
        signalk_path=wire.text(row, "signalk_path"), low=wire.optional_number(row, "low"),
        high=wire.optional_number(row, "high"), circular=wire.flag(row, "circular"),
        accuracy=wire.optional_number(row, "accuracy"), frozen_s=wire.optional_number(row, "frozen_s"),
        limits=_limits(row.get("limits")), sources=wire.texts(row, "sources") if "sources" in row else (),
    )  # fmt: skip
