"""The targets of a batch as plain lists, their fields in the order of `TargetReport`, and back.

Three lists of the head, so that a reader of before goes on reading: `targets` are AIS reports as ever, `doubts` say
by their place which of them cannot be true, `tracked` are targets of radars. What such a reader does not know it leaves out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from protocols.errors import MalformedError
from protocols.link import fields
from protocols.link.batch import TRACKED_FIRST, TargetReport
from protocols.link.cbor import Plain

FIELDS: Final = TargetReport._fields[: TargetReport._fields.index("doubt")]
MMSI_MAX: Final = 999_999_999
KEY_MAX: Final = 2**31 - 1
TARGETS_MAX: Final = 400
"""Most of each list: 400 fill the head's 64 kB; the others wait for the next batch."""
_WHOLE_MAX: Final = {"nav_status": 15, "ship_type": 255}
_TEXT_LENGTH_MAX: Final = 40
"""AIS names have at most 20 characters (34 with the extension of message 21)."""


def heads(targets: Sequence[TargetReport]) -> dict[str, Plain]:
    """Return the lists of a head; `doubts` and `tracked` only where there are any."""
    heard = [target for target in targets if target.track is None]
    found: dict[str, Plain] = {"targets": [write(target) for target in heard]}
    doubts: list[Plain] = [[place, target.doubt] for place, target in enumerate(heard) if target.doubt is not None]
    tracked: list[Plain] = [[*_values(target), target.track] for target in targets if target.track is not None]
    found.update({name: rows for name, rows in (("doubts", doubts), ("tracked", tracked)) if rows})
    return found


def read_all(head: fields.Map) -> tuple[TargetReport, ...]:
    """Return the targets of a head, those of AIS first; raise MalformedError with the field that is wrong."""
    heard = [read(item) for item in fields.items(head, "targets", TARGETS_MAX)]
    for item in fields.items(head, "doubts", TARGETS_MAX) if "doubts" in head else []:
        match item:
            case [int(place), str(doubt)] if 0 <= place < len(heard) and len(doubt) <= _TEXT_LENGTH_MAX:
                heard[place] = heard[place]._replace(doubt=doubt)
            case _:
                raise MalformedError("a doubt is of no target")
    tracked = fields.items(head, "tracked", TARGETS_MAX) if "tracked" in head else []
    return (*heard, *(_read_tracked(item) for item in tracked))


def _read_tracked(item: Plain) -> TargetReport:
    if not isinstance(item, list) or len(item) != len(FIELDS) + 1:
        raise MalformedError("a tracked target has the wrong number of fields")
    track = fields.text({"track": item[-1]}, "track", _TEXT_LENGTH_MAX)
    return _read(item[:-1], TRACKED_FIRST, KEY_MAX)._replace(track=track)


def write(target: TargetReport) -> Plain:
    """Return the fields of `target` as a list."""
    return _values(target)


def _values(target: TargetReport) -> list[Plain]:
    return list(target[: len(FIELDS)])


def read(item: Plain) -> TargetReport:
    """Return the report that `write` made a list; raise MalformedError with the field that is wrong."""
    return _read(item, 0, MMSI_MAX)


def _read(item: Plain, low: int, high: int) -> TargetReport:
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
        fields.integer(named, "mmsi", low, high), fields.integer(named, "utc_ns"), number("latitude_deg"),
        number("longitude_deg"), number("sog_kn"), number("cog_deg"), number("heading_deg"), number("rot_deg_min"),
        whole("nav_status"), whole("ship_type"), text("name"), text("callsign"), number("length_m"), number("beam_m"),
    )  # fmt: skip
