"""The channels of a birth message as the console shows them."""

from __future__ import annotations

from typing import Final, Literal

from protocols.console.messages import ChannelJson
from protocols.errors import MalformedError
from protocols.link import fields
from protocols.link.cbor import Plain

CHANNELS_MAX: Final = 2000
"""Channels of one vessel; signals.csv has 62, a large ship about 1,500."""

_KINDS: Final[dict[str, Literal["number", "boolean", "text"]]] = {
    "number": "number", "boolean": "boolean", "text": "text",
}  # fmt: skip


def channels(catalogue: Plain) -> dict[str, ChannelJson]:
    """Return the channels of `telemetry.Catalogue.to_wire()` by short id; raise MalformedError when it is not one."""
    listed = catalogue.get("channels") if isinstance(catalogue, dict) else catalogue
    rows = fields.items({"channels": listed}, "channels", CHANNELS_MAX)
    made = [_channel(row) for row in rows]
    return {channel["short_id"]: channel for channel in made}


def _channel(row: Plain) -> ChannelJson:
    if not isinstance(row, dict):
        raise MalformedError("a channel is not a map")
    return {
        "short_id": fields.text(row, "short_id", 64), "name": fields.text(row, "name"),
        "unit": fields.text(row, "unit"), "kind": _kind(fields.text(row, "kind", 10)),
        "low": fields.optional_number(row, "low"),
        "high": fields.optional_number(row, "high"), "cycle_s": fields.number(row, "cycle_s"),
        "max_age_s": fields.number(row, "max_age_s"),
    }  # fmt: skip


def _kind(text: str) -> Literal["number", "boolean", "text"]:
    known = _KINDS.get(text)
    if known is not None:
        return known
    raise MalformedError(f"channel kind {text!r} is not known")
