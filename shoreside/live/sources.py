"""Which source each of a vessel's values is taken from, by her own word; what she has not told is not guessed. Pure."""

from __future__ import annotations

from typing import Final

from protocols.console.channels import SourcesMessage
from protocols.link.cbor import Plain
from shoreside.live.fleet import VesselState

NS_PER_US: Final = 1_000
"""The store keeps microseconds."""
SOURCE_LENGTH_MAX: Final = 80
"""Characters of a source's name that are kept: an input's name and a talker's are far shorter."""


def take_sources(state: VesselState, body: dict[str, Plain]) -> bool:
    """Take an event of kind `source`; return whether it told where channels are taken from.

    A value by hand tells who entered it, not that it is the one believed: a measured one goes before it.
    """
    if "person" in body:
        return False
    told = list(_told(body))
    for channel, source in told:
        if channel in state.channels:
            state.sources[channel] = source[:SOURCE_LENGTH_MAX]
    return bool(told)


def _told(body: dict[str, Plain]) -> list[tuple[str, str]]:
    channel, source, now = body.get("channel"), body.get("to"), body.get("now")
    if isinstance(now, dict):
        listed = [(each, name) for name, channels in now.items() if isinstance(channels, list) for each in channels]
        return [(each, name) for each, name in listed if isinstance(each, str) and name]
    return [(channel, source)] if isinstance(channel, str) and isinstance(source, str) and source else []


def recall_sources(state: VesselState, told: tuple[tuple[int, dict[str, Plain]], ...]) -> None:
    """Take events (UTC ns, body) from the store, oldest first: those since her last birth; what was heard since stands."""
    if state.birth is None:
        return
    heard = dict(state.sources)
    for utc_ns, body in told:
        if utc_ns // NS_PER_US >= state.birth.utc_ns // NS_PER_US:
            take_sources(state, body)
    state.sources.update(heard)


def sources_message(state: VesselState) -> SourcesMessage:
    """Return the source of each channel as far as it was told, each source once."""
    told: dict[str, list[str]] = {}
    for channel, source in state.sources.items():
        told.setdefault(source, []).append(channel)
    return {"type": "sources", "vessel": state.vessel, "sources": told}
