"""Heartbeats in few bytes: what was said comes back, from this build and the published ones; what is not whole is refused."""

from __future__ import annotations

import hashlib
import json
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocols.errors import MalformedError
from protocols.link import cbor
from protocols.link.compact import FORM, OPENED_MAX_BYTES, WORDS, compacted, opened
from protocols.link.heartbeats import VesselHeartbeat
from tests.vectors.make_heartbeats import AT_REST, HEARTBEATS

PUBLISHED = json.loads((Path(__file__).parents[1] / "vectors" / "heartbeats.json").read_text())
WORDS_SHA256 = "77ceb4229638c63bac97039862a58d5dc31b55bc600cb2edcf1a7d553c17b0f4"
"""Of the words of form 1: a ship and a shore of different releases must have the same."""


def deflated(body: bytes) -> bytes:
    """Return a body in the compact form, whatever it says."""
    maker = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zlib.Z_DEFAULT_STRATEGY, WORDS)
    return FORM + maker.compress(body) + maker.flush()


def test_the_words_never_change() -> None:
    """Other words would be read as another heartbeat, or as none: they need another first byte."""
    assert hashlib.sha256(WORDS).hexdigest() == WORDS_SHA256
    assert PUBLISHED["words_hex"] == WORDS.hex()


@pytest.mark.parametrize("row", PUBLISHED["heartbeats"], ids=lambda row: row["name"])
def test_a_published_heartbeat_is_read_in_both_forms(row: dict[str, str]) -> None:
    """The bytes of docs/wire-format.md, whichever deflate made them."""
    body, plain = bytes.fromhex(row["body_hex"]), bytes.fromhex(row["cbor_hex"])
    assert opened(body) == plain == opened(plain)
    assert VesselHeartbeat.from_bytes(body) == VesselHeartbeat.from_bytes(plain) == HEARTBEATS[row["name"]]


def test_a_heartbeat_at_rest_is_a_fifth_of_its_cbor() -> None:
    """What costs a satellite link each second; the negative control has no words to go by."""
    body = AT_REST.to_bytes()
    assert len(body) <= len(opened(body)) / 5
    alone = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    assert len(alone.compress(opened(body)) + alone.flush()) > 2 * len(body)


@given(st.binary(max_size=2000) | st.dictionaries(st.text(max_size=9), st.integers()).map(cbor.encode))
def test_any_bytes_come_back_and_are_never_longer(body: bytes) -> None:
    """CBOR of a map never begins with the compact form's byte; other bytes are no heartbeat, and come back too."""
    found = compacted(body)
    assert len(found) <= len(body)
    if found != body or not body.startswith(FORM):
        assert opened(found) == body


@pytest.mark.parametrize(("period_ms", "is_read"), [(999, False), (1000, True), (60_000, True), (60_001, False)])
def test_her_word_on_when_the_next_heartbeat_comes_has_its_limits(period_ms: int, is_read: bool) -> None:
    """One that were silent for an hour by her own word could not be told from one that is gone."""
    source = cbor.decode_map(opened(AT_REST.to_bytes()))
    assert "period_ms" not in source  # at 1 Hz the bytes are those of earlier releases
    body = cbor.encode({**source, "period_ms": period_ms})
    if is_read:
        assert VesselHeartbeat.from_bytes(body).period_ms == period_ms
        assert VesselHeartbeat.from_bytes(body).spare_s == (period_ms - 1000) / 1000
    else:
        with pytest.raises(MalformedError, match="period_ms"):
            VesselHeartbeat.from_bytes(body)


def test_what_is_not_whole_is_refused() -> None:
    """Cut at each byte, with something after it, with a byte that is wrong, and nothing at all."""
    body = AT_REST.to_bytes()
    for length in range(1, len(body)):
        with pytest.raises(MalformedError):
            VesselHeartbeat.from_bytes(body[:length])
    for broken in (body + b"\x00", FORM, FORM + b"\xff\xff", b""):
        with pytest.raises(MalformedError):
            VesselHeartbeat.from_bytes(broken)


def test_no_heartbeat_makes_a_reader_take_more_than_a_message_may_hold() -> None:
    """A megabyte of zeros is a kilobyte of deflate: it is refused at 64 kB, and read up to there."""
    assert opened(deflated(bytes(OPENED_MAX_BYTES - 1))) == bytes(OPENED_MAX_BYTES - 1)
    for size in (OPENED_MAX_BYTES + 1, 1_000_000):
        with pytest.raises(MalformedError, match="too long"):
            opened(deflated(bytes(size)))
