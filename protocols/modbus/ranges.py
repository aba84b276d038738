"""Which registers are read together: a request costs more than the registers within it, so the fewest requests win."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from protocols.modbus.registers import BITS, Table

READ_WORDS_MAX: Final = 125
"""Most registers of one request (Modbus application protocol 6.3)."""
READ_BITS_MAX: Final = 2000
GAP_WORDS: Final = 12
"""Registers between two wanted ones that are read along: 12 cost 24 bytes, a request of its own costs as much."""
GAP_BITS: Final = GAP_WORDS * 16
"""The same in bits: 24 bytes."""


@dataclass(frozen=True, slots=True)
class ReadRange:
    """One request."""

    table: Table
    address: int
    count: int


@dataclass(frozen=True, slots=True)
class Merging:
    """What a kind of unit lets be read at once."""

    gap: int = GAP_WORDS
    """Most registers between two wanted ones that are read along."""
    count_max: int = READ_WORDS_MAX
    """Most registers of a request; some units take fewer than the standard's 125."""
    unreadable: tuple[ReadRange, ...] = ()
    """What the unit refuses to be read, also in passing."""


def merged(table: Table, wanted: Iterable[tuple[int, int]], rules: Merging) -> list[ReadRange]:
    """Return the fewest requests that read all of `wanted` (address, count), in order of address.

    Going from the lowest address and taking along what still fits is the optimum: whatever is left for the next request
    begins no lower than its own start, so none can serve it better.
    """
    is_bits = table in BITS
    gap = GAP_BITS if is_bits else rules.gap
    most = READ_BITS_MAX if is_bits else rules.count_max
    closed = sorted((each.address, each.address + each.count) for each in rules.unreadable if each.table == table)
    found: list[list[int]] = []
    for address, count in sorted(set(wanted)):
        end = address + count
        if found and _joins(found[-1], address, end, gap, most) and not _crosses(found[-1][1], address, closed):
            found[-1][1] = max(end, found[-1][1])
        else:
            found.append([address, end])
    return [ReadRange(table, first, end - first) for first, end in found]


def _joins(last: Sequence[int], address: int, end: int, gap: int, most: int) -> bool:
    return address - last[1] <= gap and max(end, last[1]) - last[0] <= most


def _crosses(end: int, address: int, closed: Sequence[tuple[int, int]]) -> bool:
    """Return whether something that cannot be read lies between the end of a request and an address."""
    return any(first < address and last > end for first, last in closed)
