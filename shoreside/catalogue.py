"""The channels of a birth message as the console shows them."""

from __future__ import annotations

from protocols.console.messages import ChannelJson
from protocols.link.cbor import Plain
from telemetry.catalogue import Catalogue


def channels(wire: Plain) -> dict[str, ChannelJson]:
    """Return the channels of `telemetry.Catalogue.to_wire()` by short id; raise MalformedError when it is not one."""
    return {
        channel.short_id: {
            "short_id": channel.short_id, "name": channel.name, "unit": channel.unit, "kind": channel.kind,
            "low": channel.low, "high": channel.high, "cycle_s": channel.cycle_s, "max_age_s": channel.max_age_s,
        }
        for channel in Catalogue.from_wire(wire)
    }  # fmt: skip


def circular(wire: Plain) -> frozenset[str]:
    """Return the short ids of the channels that wrap at 360 deg."""
    return frozenset(channel.short_id for channel in Catalogue.from_wire(wire) if channel.circular)
