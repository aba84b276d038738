"""Numbers of any width up to 63 bits lie at any bit: what the packing wrote is what the words between read."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.errors import MalformedError
from protocols.link import bits
from protocols.link.columns import Source

NUMBERS = st.lists(st.integers(0, bits.ESCAPE_BITS).flatmap(lambda w: st.tuples(st.just(w), st.integers(0, 2**w - 1))))


@given(NUMBERS)
def test_plain_numbers_come_back(numbers: list[tuple[int, int]]) -> None:
    widths = np.array([width for width, _ in numbers], np.int64)
    values = np.array([value for _, value in numbers], np.int64)
    source = Source(bits.pack_plain(values, widths) + b"after", 0)
    assert bits.unpack_plain(source, widths).tolist() == values.tolist()
    assert source.left == len(b"after")


def test_each_long_width_at_each_bit_comes_back() -> None:
    for width in range(50, bits.ESCAPE_BITS + 1):
        for before in range(8):
            widths = np.array([before, width, 3], np.int64)
            values = np.array([2**before - 1, 2**width - 2, 5], np.int64)
            source = Source(bits.pack_plain(values, widths), 0)
            assert bits.unpack_plain(source, widths).tolist() == values.tolist()


def test_numbers_that_are_not_all_there_are_refused() -> None:
    widths = np.array([40, 40], np.int64)
    packed = bits.pack_plain(np.array([1, 2], np.int64), widths)
    with pytest.raises(MalformedError):
        bits.unpack_plain(Source(packed[:-1], 0), widths)
