"""A catalogue as a DataChannelList of ISO 19848, for whoever reads ship data by that standard."""

from __future__ import annotations

import math
from typing import Final

from protocols.link.cbor import Plain
from telemetry.catalogue import Catalogue
from telemetry.channel import NO_LIMITS, Channel
from telemetry.localid import NAMING_RULE
from telemetry.units import UNITS

FORMATS: Final = {"number": "Decimal", "boolean": "Boolean", "text": "String"}
"""{kind: format of the standard (XML Schema data types)}"""


def data_channel_list(catalogue: Catalogue, ship_id: str, created: str) -> Plain:
    """Return the package of a catalogue; `created`: RFC 3339. The list's id is the catalogue's hash."""
    return {
        "Package": {
            "Header": {
                "ShipID": ship_id,
                "DataChannelListID": {"ID": catalogue.hash, "TimeStamp": created},
                "VersionInformation": {"NamingRule": NAMING_RULE, "NamingSchemeVersion": "v2"},
                "Author": "Farhelm",
                "DateCreated": created,
            },
            "DataChannelList": {"DataChannel": [_channel(channel) for channel in catalogue]},
        }
    }


def _channel(channel: Channel) -> Plain:
    described: dict[str, Plain] = {
        "DataChannelType": {"Type": "Inst", "UpdateCycle": channel.cycle_s},
        "Format": _format(channel),
        "QualityCoding": "0 good, 1 stale, 2 invalid, 3 out of range, 4 frozen, 5 manual",
        "Name": channel.name,
        "Remarks": _remarks(channel),
    }
    if channel.low is not None and channel.high is not None:
        described["Range"] = {"Low": channel.low, "High": channel.high}
    if channel.unit:
        described["Unit"] = {"UnitSymbol": channel.unit, "QuantityName": UNITS.get(channel.unit, "")}
    return {
        "DataChannelID": {
            "LocalID": channel.local_id, "ShortID": channel.short_id, "NameObject": {"NamingRule": NAMING_RULE},
        },
        "Property": described,
    }  # fmt: skip


def _format(channel: Channel) -> Plain:
    if channel.kind != "number" or channel.resolution <= 0:
        return {"Type": FORMATS[channel.kind]}
    digits = max(0, math.ceil(-math.log10(channel.resolution) - 1e-9))
    return {"Type": FORMATS[channel.kind], "Restriction": {"FractionDigits": digits}}


def _remarks(channel: Channel) -> str:
    """Say what the standard has no place for."""
    limits = channel.limits
    edges = {"low low": limits.low_low, "low": limits.low, "high": limits.high, "high high": limits.high_high}
    parts = [f"Signal K {channel.signalk_path}", f"stale after {channel.max_age_s:g} s"]
    if channel.accuracy is not None:
        parts.append(f"accuracy {channel.accuracy:g} {channel.unit}")
    if limits != NO_LIMITS:
        parts += [f"alarm {name} {value:g} {channel.unit}" for name, value in edges.items() if value is not None]
    return "; ".join(parts)
