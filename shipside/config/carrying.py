"""Whether the bearers carry what heartbeats and a command ask of them; what they do not is a warning, in figures."""

from __future__ import annotations

from typing import Final

from shipside.config.link import BEARERS, LinkConfig, SecondWay

COMMAND_BYTES_S: Final = 1000.0
"""What a command takes: heartbeats both ways at 1 Hz, their answers, and the stop's connection."""
_WATCHED: Final = (
    "link.bearer is {name!r}, {carried:g} bytes/s, and a command takes about {command:g} (heartbeats both ways at 1 Hz and their"
    " answers): she can be watched over it and not commanded"
)
_BEATING: Final = (
    "heartbeats stay at 1 Hz: one after the other they take from four tenths of it to all, by its round trip"
)
"""Only one is under way. Seen over 2,000 bit/s with 0.8 s each way: one in 3.1 s, 100 bytes/s up and 33 down."""
_BESIDE: Final = "link.bearer is {name!r}, {carried:g} bytes/s: with a second way {beating}"
_ADAPTIVE: Final = (
    "link.bearer = 'auto' may come to {name!r}, {carried:g} bytes/s: {beating}, and a new connection may not be greeted in time;"
    " name the bearer where it is the usual one"
)
_SECOND: Final = "broker.second_bearer is {name!r}, {carried:g} bytes/s, which carries no command: {beating}"


def warnings(link: LinkConfig, second: SecondWay | None, *, takes_orders: bool) -> list[str]:
    """Return a sentence for each bearer that cannot carry what goes over it; none for one over which she is only watched."""
    found: list[tuple[str, str, float]] = []
    for name in link.bearers:
        form = _ADAPTIVE if link.is_adaptive else _BESIDE if second is not None else _WATCHED if takes_orders else ""
        found.append((form, name, link.carried_bytes_s(name)))
    if second is not None:
        found.append((_SECOND, second.bearer, BEARERS[second.bearer].bytes_s))
    rest = {"command": COMMAND_BYTES_S, "beating": _BEATING}
    return [
        form.format(name=name, carried=carried, **rest)
        for form, name, carried in found
        if form and carried < COMMAND_BYTES_S
    ]
