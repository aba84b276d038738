"""An AIS target of a batch as a plain list, its fields in the order of `TargetReport`, and back."""

from __future__ import annotations

from typing import Final

from protocols.errors import MalformedError
from protocols.link import fields
from protocols.link.batch import TargetReport
from protocols.link.cbor import Plain

FIELDS: Final = TargetReport._fields
_WHOLE_MAX: Final = {"nav_status": 15, "ship_type": 255}
_TEXT_LENGTH_MAX: Final = 40
"""AIS names have at most 20 characters (34 with the extension of message 21)."""


def write(target: TargetReport) -> Plain:
    """Return the fields of `target` as a list."""
    return list(target)


def read(item: Plain) -> TargetReport:
    """Return the report that `write` made a list; raise MalformedError with the field that is wrong."""
    if not isinstance(item, list) or len(item) != len(FIELDS):
        raise MalformedError("a target report has the wrong number of fields")
    named: dict[str, Plain] = dict(zip(FIELDS, item, strict=True))

    def number(name: str) -> float | None:
        return fields.optional_number(named, name)

    def whole(name: str) -> int | None:
        return None if named[name] is None else fields.integer(named, name, 0, _WHOLE_MAX[name])

    def text(name: str) -> str | None:
        return None if named[name] is None else fields.text(named, name, _TEXT_LENGTH_MAX)

    return TargetReport(
        fields.integer(named, "mmsi", 0, 999_999_999), fields.integer(named, "utc_ns"), number("latitude_deg"),
        number("longitude_deg"), number("sog_kn"), number("cog_deg"), number("heading_deg"), number("rot_deg_min"),
        whole("nav_status"), whole("ship_type"), text("name"), text("callsign"), number("length_m"), number("beam_m"),
    )  # fmt: skip
