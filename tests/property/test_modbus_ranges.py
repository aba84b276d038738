"""Registers are read in the fewest requests there can be: held against an optimum found another way."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.modbus.ranges import GAP_WORDS, READ_WORDS_MAX, Merging, ReadRange, merged

Wanted = list[tuple[int, int]]
WIDTHS = st.sampled_from((1, 1, 1, 2, 2, 4, 10))
SPREAD = st.lists(st.tuples(st.integers(0, 400), WIDTHS), min_size=1, max_size=60)


def may_be_read(first: int, end: int, wanted: Sequence[tuple[int, int]], rules: Merging) -> bool:
    """Whether one request may take the words `first` up to `end`, judged word by word."""
    if end - first > rules.count_max:
        return False
    needed = {word for address, count in wanted if first <= address and address + count <= end
              for word in range(address, address + count)}  # fmt: skip
    closed = {word for span in rules.unreadable for word in range(span.address, span.address + span.count)}
    idle = 0
    for word in range(first, end):
        idle = 0 if word in needed else idle + 1
        if idle > rules.gap or word in closed:
            return False
    return True


def optimum(wanted: Wanted, rules: Merging) -> int:
    """Return the fewest requests by dynamic programming over what is still to be read, the lowest first.

    The lowest register left is in some request; of all that begin with it every end is tried.
    """
    ends = sorted({address + count for address, count in wanted})

    @functools.cache
    def fewest(left: frozenset[tuple[int, int]]) -> int:
        if not left:
            return 0
        first = min(left)[0]
        found = 10_000
        for end in ends:
            if not first < end <= first + rules.count_max or not may_be_read(first, end, sorted(left), rules):
                continue
            rest = frozenset(row for row in left if row[0] + row[1] > end)
            if rest != left:
                found = min(found, 1 + fewest(rest))
        return found

    return fewest(frozenset(wanted))


def closed_beside(wanted: Wanted, closed: Sequence[tuple[int, int]]) -> tuple[ReadRange, ...]:
    """Return of `closed` what no wanted register lies in, as a map may declare it."""
    words = {word for address, count in wanted for word in range(address, address + count)}
    return tuple(
        ReadRange("holding", address, count)
        for address, count in closed
        if words.isdisjoint(range(address, address + count))
    )


@settings(max_examples=150, deadline=None)
@given(SPREAD, st.integers(0, 30), st.sampled_from((8, 20, 64, 125)), st.lists(st.tuples(st.integers(0, 400), WIDTHS)))
def test_no_more_than_the_optimum(wanted: Wanted, gap: int, most: int, closed: list[tuple[int, int]]) -> None:
    """At most 1.1 times the optimum is asked for; it is the optimum itself."""
    wanted = [row for row in wanted if row[1] <= most]
    rules = Merging(gap, most, closed_beside(wanted, closed))
    found = merged("holding", wanted, rules)
    assert len(found) == (optimum(wanted, rules) if wanted else 0)
    # Each is a request that may be made, and every register lies whole in one.
    for each in found:
        assert may_be_read(each.address, each.address + each.count, wanted, rules)
    for address, count in wanted:
        assert any(each.address <= address and address + count <= each.address + each.count for each in found)


def test_the_optimum_finds_what_a_careless_merge_misses() -> None:
    """Negative control: cutting the addresses into fixed blocks of 125 needs more requests than the optimum."""
    wanted = [(address, 1) for address in range(100, 225)]
    blocks = {address // READ_WORDS_MAX for address, _ in wanted}
    rules = Merging(GAP_WORDS, READ_WORDS_MAX)
    assert optimum(wanted, rules) == 1 == len(merged("holding", wanted, rules))
    assert len(blocks) == 2


def test_a_gap_is_read_along_up_to_its_limit() -> None:
    for gap, count in ((GAP_WORDS, 1), (GAP_WORDS + 1, 2)):
        assert len(merged("input", [(0, 1), (1 + gap, 1)], Merging())) == count
    for last, count in ((READ_WORDS_MAX - 1, 1), (READ_WORDS_MAX, 2)):
        assert len(merged("input", [(address, 1) for address in range(last + 1)], Merging())) == count
