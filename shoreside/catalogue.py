"""The channels of a birth message as the console shows them."""

from __future__ import annotations

from typing import cast

from protocols.console.channels import ChannelJson, LimitsJson
from protocols.link.cbor import Plain
from telemetry.catalogue import Catalogue
from telemetry.channel import AlarmLimits


def channels(wire: Plain) -> dict[str, ChannelJson]:
    """Return the channels of `telemetry.Catalogue.to_wire()` by short id; raise MalformedError when it is not one."""
    return {
        channel.short_id: {
            "short_id": channel.short_id, "name": channel.name, "unit": channel.unit, "kind": channel.kind,
            "low": channel.low, "high": channel.high, "cycle_s": channel.cycle_s, "max_age_s": channel.max_age_s,
            "local_id": channel.local_id, "limits": _limits(channel.limits),
        }
        for channel in Catalogue.from_wire(wire)
    }  # fmt: skip


def _limits(limits: AlarmLimits) -> LimitsJson:
    named = {name: getattr(limits, name) for name in ("low_low", "low", "high", "high_high")}
    return cast("LimitsJson", {name: limit for name, limit in named.items() if limit is not None})


def circular(wire: Plain) -> frozenset[str]:
    """Return the short ids of the channels that wrap at 360 deg."""
    return frozenset(channel.short_id for channel in Catalogue.from_wire(wire) if channel.circular)
