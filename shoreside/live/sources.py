"""Which source each of a vessel's values is taken from, by her own word; what she has not told is not guessed. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from protocols.console.channels import SourcesMessage
from protocols.console.screens import SourcedJson
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


def sourced(events: Iterable[tuple[int, str, dict[str, Plain]]], since_ms: int) -> list[SourcedJson]:
    """Return what held at `since_ms` and each change after it, of events (UTC ms, boot, body), oldest first.

    With another start of hers what the former told is over: it is told anew within ten seconds, or by an earlier release not.
    """
    rows: list[SourcedJson] = [{"utc_ms": since_ms, "is_whole": True, "sources": {}}]
    boot = ""
    for utc_ms, boot_id, body in events:
        told = {} if "person" in body else {each: name[:SOURCE_LENGTH_MAX] for each, name in _told(body)}
        if not told:
            continue
        is_whole, boot = boot_id != boot, boot_id
        if utc_ms > since_ms:
            rows.append({"utc_ms": utc_ms, "is_whole": is_whole, "sources": told})
        else:
            rows[0]["sources"] = told if is_whole else {**rows[0]["sources"], **told}
    return rows


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
