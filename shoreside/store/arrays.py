"""Query results as numpy arrays: each column comes as one binary array, so that a page costs nothing per row in Python."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from shoreside.store.connection import Connection
from shoreside.store.rows import EPOCH_US

Arrays: TypeAlias = dict[str, NDArray[Any]]
_ARRAY_HEAD_BYTES: Final = 20
"""Dimensions, flags, element type, length, lower bound; then each element with its length before it."""
KINDS: Final[dict[str, str]] = {"smallint": ">i2", "bigint": ">i8", "double precision": ">f8", "timestamptz": ">i8"}
"""PostgreSQL's types that are asked for, as they are sent."""


async def fetch(
    connection: Connection, query: str, arguments: Mapping[str, object], kinds: Mapping[str, str]
) -> Arrays:
    """Return the columns `kinds` (name -> type) of `query`, in its order; times as UTC microseconds; none may be NULL."""
    columns = ", ".join(f"array_agg({name}::{kind})" for name, kind in kinds.items())
    cursor = connection.cursor(binary=True)
    await cursor.execute(f"SELECT {columns} FROM ({query}) asked".encode(), arguments)  # noqa: S608 - our own literals
    result = cursor.pgresult
    if result is None:
        raise RuntimeError("a query without a result")
    return {name: _array(result.get_value(0, place), kind) for place, (name, kind) in enumerate(kinds.items())}


def _array(raw: bytes | None, kind: str) -> NDArray[Any]:
    element = np.dtype([("length", ">i4"), ("value", KINDS[kind])])
    found = (
        np.frombuffer(raw, dtype=element, offset=_ARRAY_HEAD_BYTES) if raw is not None else np.empty(0, dtype=element)
    )
    values = found["value"].astype(np.dtype(KINDS[kind]).newbyteorder("="))
    return values + EPOCH_US if kind == "timestamptz" else values
