"""What of a vessel is done from where and how far by itself, in the words of the class notations AROS of DNV (2025).

It is what her owner says of her in her configuration, for whoever reads her profile. Nothing is permitted or refused by it,
and it is no certificate: only the class society gives the notation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, cast

from protocols.errors import MalformedError
from protocols.link import fields
from protocols.link.cbor import Plain

FUNCTIONS: Final[Mapping[str, str]] = {
    "NAV": "navigation", "ENG": "engineering", "OPS": "operations", "SAF": "safety",
}  # fmt: skip
CONTROLS: Final[Mapping[str, str]] = {
    "RC": "remote control", "DS": "decision support", "SA": "supervised autonomy", "FA": "full autonomy",
}  # fmt: skip
PLACES: Final[Mapping[str, str]] = {"OB": "on board", "OS": "off ship", "HC": "hybrid"}
WORDS: Final = (FUNCTIONS, CONTROLS, PLACES)
"""The words in the order in which they are written: `NAV RC OS`."""
CODE_LENGTH_MAX: Final = 8
"""A word that a later edition adds is shown as it came: the shore does not lose a vessel for a word of her owner."""
CLAIMS_MAX: Final = 16
"""Most functions of a birth; the notations know four."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One function of the vessel: how it is controlled, and from where."""

    function: str
    control: str
    place: str

    @property
    def notation(self) -> str:
        """Return it as a class notation is printed: `AROS-NAV(RC, OS)`."""
        return f"AROS-{self.function}({self.control}, {self.place})"

    def to_wire(self) -> Plain:
        """Return the three words as they travel in the birth."""
        return [self.function, self.control, self.place]


def printed(claims: tuple[Claim, ...]) -> str:
    """Return the notations of a vessel in one line; empty where she names none."""
    return " ".join(claim.notation for claim in claims)


def claims_of(said: object, where: str) -> tuple[tuple[Claim, ...], list[str]]:
    """Return the claims of a list like `["NAV RC OS"]`, in the order of the functions, and every fault of it at `where`."""
    if not isinstance(said, list):
        return (), [f'{where} is not a list like ["NAV RC OS"]; {_allowed()}']
    found: dict[str, Claim] = {}
    faults: list[str] = []
    for entry in cast("list[object]", said):
        words = entry.split() if isinstance(entry, str) else []
        if not _are_known(words):
            faults.append(f"{where}: {entry!r} is not a function, its control and the place of it; {_allowed()}")
        elif words[0] in found:
            faults.append(f"{where} names {words[0]} twice")
        else:
            found[words[0]] = Claim(*words)
    return tuple(found[name] for name in FUNCTIONS if name in found), faults


def from_wire(source: fields.Map, name: str) -> tuple[Claim, ...]:
    """Return the claims of a birth, none where the field is left out; MalformedError where one is not three words."""
    if name not in source:
        return ()
    return tuple(_claim(name, item) for item in fields.items(source, name, CLAIMS_MAX))


def _claim(name: str, item: Plain) -> Claim:
    if not isinstance(item, list) or len(item) != len(WORDS):
        raise MalformedError(f"{name} has an entry that is not {len(WORDS)} words")
    function, control, place = (fields.text({name: word}, name, CODE_LENGTH_MAX) for word in item)
    return Claim(function, control, place)


def _are_known(words: list[str]) -> bool:
    return len(words) == len(WORDS) and all(word in table for word, table in zip(words, WORDS, strict=True))


def _allowed() -> str:
    return "allowed are " + ", then ".join(
        ", ".join(f"{word} ({meaning})" for word, meaning in table.items()) for table in WORDS
    )
