"""Catalogues that were in force while nobody listened: their batches wait in the spool, and the shore cannot read them without.

A catalogue may change more than once in an outage, or before the first link: only the last one is in the birth. So each is kept
beside the batches made with it, as a historical birth, and goes ashore before them until they are acknowledged. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from protocols.link.cbor import Plain

SLOTS: Final = 16
"""Catalogues kept at once, the newest: a dozen changes within one outage, 10 kB each. A slot is a small record of the spool."""


@dataclass(frozen=True, slots=True)
class InForce:
    """A catalogue, and the first sequence that was made with it."""

    first_seq: int
    catalogue_hash: str
    birth: bytes
    """A historical birth that carries it."""


def slot_name(slot: int) -> str:
    """Return the name of the small record of a slot."""
    return f"catalogue.{slot}"


class Catalogues:
    """The catalogues of one spool, in the order in which they were in force."""

    def __init__(self, kept: Callable[[str], Mapping[str, Plain]], epoch: int) -> None:
        """Read what was kept of `epoch`; `kept` returns a small record by its name, an empty one where there is none."""
        self._held: dict[int, InForce] = {}
        self._epoch = epoch
        for slot in range(SLOTS):
            match kept(slot_name(slot)):
                case {"epoch": int(of), "first": int(first), "hash": str(digest), "birth": bytes(birth)} if of == epoch:
                    self._held[slot] = InForce(first, digest, birth)
                case _:
                    continue

    def begin(self, first_seq: int, catalogue_hash: str, birth: bytes) -> tuple[str, dict[str, Plain]] | None:
        """Note what is in force from `first_seq` on; return the small record to keep, None where it was in force already."""
        rows = self._in_order()
        if rows and rows[-1][1].catalogue_hash == catalogue_hash:
            return None
        free = next((slot for slot in range(SLOTS) if slot not in self._held), None)
        slot = rows[0][0] if free is None else free
        self._held[slot] = InForce(first_seq, catalogue_hash, birth)
        return slot_name(slot), {"epoch": self._epoch, "first": first_seq, "hash": catalogue_hash, "birth": birth}

    def waited_for(self, oldest_seq: int | None) -> list[bytes]:
        """Return the births of former catalogues that batches from `oldest_seq` on were made with; None: none waits."""
        rows = [row for _, row in self._in_order()]
        now = rows[-1].catalogue_hash if rows else ""
        found = {
            row.catalogue_hash: row.birth
            for row, then in pairwise(rows)
            if oldest_seq is not None and then.first_seq > oldest_seq and row.catalogue_hash != now
        }
        return list(found.values())

    def forget(self, oldest_seq: int | None) -> list[str]:
        """Let go of what no batch from `oldest_seq` on was made with (None: none waits); return the records to empty."""
        rows = self._in_order()
        done = [slot for (slot, _), (_, then) in pairwise(rows) if oldest_seq is None or then.first_seq <= oldest_seq]
        for slot in done:
            del self._held[slot]
        return [slot_name(slot) for slot in done]

    def _in_order(self) -> list[tuple[int, InForce]]:
        return sorted(self._held.items(), key=lambda held: held[1].first_seq)
