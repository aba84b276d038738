"""Deterministic CBOR: one value, one encoding, so that signed bytes can be compared and duplicate keys cannot hide.

Map keys are sorted length first (RFC 7049 3.9; what cbor2's `canonical` and the browser's cborg both do); numbers take
their shortest form. A decoder that re-encodes and compares refuses every other spelling (duplicate keys, long integers,
indefinite lengths), so no two readers can see two meanings in the same signed bytes.
"""

from __future__ import annotations

from typing import Final, TypeAlias, cast

import cbor2

from protocols.errors import MalformedError

Plain: TypeAlias = "bool | int | float | str | bytes | list[Plain] | dict[str, Plain] | None"

SIZE_MAX_BYTES: Final = 64 * 1024
"""Largest signed or control message; a route of 1,000 waypoints takes about 40 kB."""
DEPTH_MAX: Final = 8
"""Deepest nesting; the deepest message of ours has 4 levels."""


def encode(value: Plain) -> bytes:
    """Return the one deterministic encoding of `value`."""
    return cbor2.dumps(value, canonical=True)


def decode(encoded: bytes, size_max_bytes: int = SIZE_MAX_BYTES) -> Plain:
    """Return the value of `encoded`; raise MalformedError unless small, plain and in its one deterministic form."""
    if len(encoded) > size_max_bytes:
        raise MalformedError(f"message of {len(encoded)} bytes is over the limit of {size_max_bytes}")
    try:
        value: object = cbor2.loads(encoded)
    except Exception as error:  # the decoder's errors are many (ValueError, RecursionError, ...): all mean unreadable
        raise MalformedError(f"not CBOR: {type(error).__name__}") from error
    plain = _plain(value, DEPTH_MAX)
    if encode(plain) != encoded:
        raise MalformedError("not in deterministic form")
    return plain


def decode_map(encoded: bytes) -> dict[str, Plain]:
    """Return the map that `encoded` holds; raise MalformedError when it holds anything else."""
    value = decode(encoded)
    if not isinstance(value, dict):
        raise MalformedError("not a map")
    return value


def _plain(value: object, depth: int) -> Plain:
    if depth == 0:
        raise MalformedError(f"nested deeper than {DEPTH_MAX}")
    if value is None or isinstance(value, bool | int | float | str | bytes):
        return value
    if isinstance(value, list):
        return [_plain(item, depth - 1) for item in cast("list[object]", value)]
    if isinstance(value, dict):
        return {_key(key): _plain(item, depth - 1) for key, item in cast("dict[object, object]", value).items()}
    raise MalformedError(f"a {type(value).__name__} has no place here")


def _key(key: object) -> str:
    if not isinstance(key, str):
        raise MalformedError("a map key is not text")
    return key
