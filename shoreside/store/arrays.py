"""Query results as numpy arrays: they come as one value of bytes, so that a page costs nothing per row in Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from shoreside.store.connection import Connection
from shoreside.store.rows import EPOCH_US

Arrays: TypeAlias = dict[str, NDArray[Any]]
KINDS: Final[dict[str, tuple[str, str]]] = {
    "smallint": (">i2", "int2send"),
    "bigint": (">i8", "int8send"),
    "double precision": (">f8", "float8send"),
    "timestamptz": (">i8", "timestamptz_send"),
}
"""PostgreSQL's types that are asked for: as numpy reads what is sent, and the function that sends it."""
_BIGINT_BYTES: Final = 8


async def fetch(
    connection: Connection, queries: Sequence[str], arguments: Mapping[str, object], kinds: Mapping[str, str],
    mostly_zero: Sequence[str] = (),
) -> Arrays:  # fmt: skip
    """Return the columns `kinds` (name -> type) of `queries`, one behind the other; times as UTC microseconds; none NULL.

    All see the same moment, for they are asked in one statement, and the rows of each come as one value of bytes: an array
    for each column took the server twice as long to gather. `mostly_zero` names the last of the columns where they are bigint
    and nearly always zero: then they are sent as one constant.
    """
    row = _row(kinds, mostly_zero)
    asked = ", ".join(f"(SELECT string_agg({row}, ''::bytea) FROM ({query}) asked)" for query in queries)  # noqa: S608 - our own literals
    cursor = connection.cursor(binary=True)
    await cursor.execute(f"SELECT {asked}".encode(), arguments)
    result = cursor.pgresult
    if result is None:
        raise RuntimeError("a query without a result")
    parts = [part for number in range(len(queries)) if (part := result.get_value(0, number))]
    data = parts[0] if len(parts) == 1 else b"".join(parts)  # megabytes are copied only where they must be
    rows = np.frombuffer(data, np.dtype([(name, KINDS[kind][0]) for name, kind in kinds.items()]))
    return {name: _native(rows[name], kind) for name, kind in kinds.items()}


def _row(kinds: Mapping[str, str], mostly_zero: Sequence[str]) -> str:
    """Return the expression of a row's bytes; each column that is sent by itself costs two calls a row."""
    sent = {name: f"{KINDS[kind][1]}({name}::{kind})" for name, kind in kinds.items()}
    if not mostly_zero:
        return " || ".join(sent.values())
    always = " || ".join(sending for name, sending in sent.items() if name not in mostly_zero)
    zeros = "00" * _BIGINT_BYTES * len(mostly_zero)
    rarely = " || ".join(sent[name] for name in mostly_zero)
    return f"{always} || CASE WHEN ({' | '.join(mostly_zero)}) = 0 THEN '\\x{zeros}'::bytea ELSE {rarely} END"


def _native(column: NDArray[Any], kind: str) -> NDArray[Any]:
    values = column.astype(column.dtype.newbyteorder("="))
    return values + EPOCH_US if kind == "timestamptz" else values
