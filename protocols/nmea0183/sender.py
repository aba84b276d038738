"""Who sent a line: instruments that share a network, and a talker, are told apart by the source in the TAG block."""

from __future__ import annotations

import re
from typing import Final

from protocols.nmea0183.tagblock import TagBlock

_BY_THE_STANDARD: Final = re.compile(r"[A-Z]{2}[0-9]{4}")
"""A system function id: two letters, mostly the talker's, and a number of the ship's."""
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,15}")
"""Other names that receivers and multiplexers give; what else may stand there would be read as something else in a source."""


class Senders:
    """The senders of one input; bounded by the ids of groups, of which there are 99."""

    def __init__(self) -> None:
        """Know no group yet."""
        self._of_group: dict[int, str] = {}

    def of(self, tag: TagBlock | None) -> str:
        """Return who sent a line; empty where its block does not say.

        Of a group it is enough that one line before it said so, as NMEA 0183 4.10 has it.
        """
        if tag is None:
            return ""
        name = _name(tag.sources) if tag.sources else ""
        group = tag.group
        if group is None:
            return name
        if name:
            self._of_group[group.id] = name
            return name
        if group.line == 1:
            self._of_group.pop(group.id, None)
        return self._of_group.get(group.id, "")


def _name(sources: tuple[str, ...]) -> str:
    """Return the first source that is an id of the standard, or else the first that is a name; empty where none is."""
    names = [source for source in sources if _NAME.fullmatch(source)]
    return next(filter(_BY_THE_STANDARD.fullmatch, names), names[0] if names else "")
