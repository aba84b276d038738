"""Deterministic CBOR: decode after encode is the identity, and random bytes never raise anything undeclared."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from protocols.errors import MalformedError
from protocols.link import cbor
from protocols.link.orders import Order

scalars = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False) | st.text() | st.binary()
)
values = st.recursive(scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
                      max_leaves=12)  # fmt: skip


@given(values)
def test_what_is_encoded_is_read_back_the_same(value: cbor.Plain) -> None:
    """Values of at most the allowed depth come back equal and re-encode to the same bytes."""
    encoded = cbor.encode(value)
    try:
        again = cbor.decode(encoded)
    except MalformedError as error:
        assert "nested deeper" in str(error)  # noqa: PT017 - the only refusal that a made value may meet
        return
    assert again == value
    assert cbor.encode(again) == encoded


@given(st.binary(max_size=200))
def test_random_bytes_are_refused_in_words(noise: bytes) -> None:
    """Whatever arrives, the only error is the declared one."""
    with suppress(MalformedError):
        Order.from_bytes(noise)
