"""An answer of many rows is made a part at a time: who waits for live values has a turn in between."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import numpy as np
import pytest

from shoreside.api import answers
from shoreside.api.answers import Asked, csv_pieces
from shoreside.store.catalogues import Then
from shoreside.store.history import Block, Span

ROWS = 10 * answers.ROWS_AT_ONCE
BLOCK = Block({1: "NAV_SOG"}, {
    "channel_id": np.ones(ROWS, np.int16), "time": np.arange(ROWS, dtype=np.int64) * 1_000_000,
    "value": np.where(np.arange(ROWS) % 7 == 0, np.nan, 0.5), "quality": np.zeros(ROWS, np.int16),
})  # fmt: skip
SPAN = Span("kestrel", ("NAV_SOG",), datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 2, tzinfo=UTC))
ASKED = Asked(SPAN, None, False, Then({}, []), frozenset())


async def turns() -> tuple[asyncio.Task[None], list[int]]:
    """Return a task that counts its turns, and the count."""
    count = [0]

    async def counting() -> None:
        while True:
            count[0] += 1
            await asyncio.sleep(0)

    return asyncio.create_task(counting()), count


async def test_json_and_csv_of_many_rows_leave_turns_to_others_and_say_all() -> None:
    other, count = await turns()
    text = await ASKED.json_text({"next_cursor": None}, "samples", BLOCK)
    json_turns = count[0]
    lines = await ASKED.csv_text(BLOCK)
    other.cancel()
    assert json.loads(text) == {"next_cursor": None, "samples": BLOCK.rows()}
    assert [row[:4] for row in csv.reader(io.StringIO(lines))] == [
        ["" if value is None else str(value) for value in row] for row in BLOCK.rows()
    ]
    assert json_turns >= 10
    assert count[0] - json_turns >= 10


async def test_a_stream_of_csv_comes_in_parts_too() -> None:
    async def one() -> AsyncIterator[Block]:
        yield BLOCK

    pieces = [piece async for piece in csv_pieces(ASKED, BLOCK, one())]
    assert len(pieces) == 21
    assert "".join(pieces).count("NAV_SOG") == 2 * ROWS


@pytest.mark.parametrize("rows", [0, 1])
async def test_an_empty_answer_is_one_too(rows: int) -> None:
    few = next(BLOCK.parts(1)) if rows else Block({}, {name: values[:0] for name, values in BLOCK.arrays.items()})
    assert len(json.loads(await ASKED.json_text({"a": 1}, "samples", few))["samples"]) == rows
