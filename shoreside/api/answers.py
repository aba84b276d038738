"""An answer of the history as JSON, CSV or Arrow: each says what its channels meant then, and by which catalogue."""

from __future__ import annotations

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shoreside.store import arrow
from shoreside.store.catalogues import Then, Version
from shoreside.store.history import BUCKET, RAW, WORDS, Block, History, Span

ROWS_AT_ONCE: Final = 2_000
"""Rows made into text before others have their turn: a hundredth of a second, in which consoles wait for their values."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What an answer is about."""

    span: Span
    bucket_s: float | None
    """Width of buckets; None: samples."""
    are_words: bool
    """True: channels of words; False: of numbers and booleans."""
    then: Then
    circular: frozenset[str]

    @property
    def kinds(self) -> Mapping[str, str]:
        """The columns of a block."""
        return (WORDS if self.are_words else RAW) if self.bucket_s is None else BUCKET

    @property
    def fields(self) -> list[str]:
        """The names of a row's places."""
        return ["channel", "utc_ms" if self.bucket_s is None else "start_utc_ms", *list(self.kinds)[2:]]

    def blocks(self, history: History) -> AsyncIterator[Block]:
        """Yield all of it, channel by channel."""
        if self.bucket_s is None:
            return history.stream_samples(self.span, are_words=self.are_words)
        return history.stream_buckets(self.span, self.bucket_s, self.circular)

    def csv_head(self) -> str:
        """Return the line of names: those of `fields`, then the unit and the catalogue of the row."""
        return csv_of([[*self.fields, "unit", "catalogue"]])

    async def csv_text(self, block: Block) -> str:
        """Return the lines of a block as `csv_rows` has them, a part at a time: others have their turn in between."""
        return "".join([piece async for piece in _pieces(block, self.csv_rows)])

    async def json_text(self, told: Mapping[str, object], name: str, block: Block) -> str:
        """Return `told` as JSON with the rows of a block by `name`, a part at a time: others have their turn in between.

        As it is: FastAPI would look at each of half a million values first.
        """
        rows = [
            piece async for piece in _pieces(block, lambda part: json.dumps(part.rows(), separators=(",", ":"))[1:-1])
        ]
        return f"{json.dumps(told)[:-1]}, {json.dumps(name)}: [{','.join(rows)}]}}"

    def csv_rows(self, block: Block) -> str:
        """Return the lines of a block; unit and catalogue are those that the row's samples were made with.

        Where samples of that time were made with several catalogues, their hashes (and units, if they differ) stand with a
        bar between them.
        """
        tags = self.then.tags(block.arrays["time"], self.bucket_s or 0.0)
        units = {
            (name, tag): self.then.unit(name, tag) for name in block.names.values() for tag in dict.fromkeys(tags)
        }  # fmt: skip
        return csv_of(
            [*row, units[str(row[0]), tag], tag] for row, tag in zip(block.rows(), tags, strict=True)
        )  # fmt: skip

    def arrow_writer(self) -> arrow.Writer:
        """Return what writes blocks as Arrow; the schema's metadata describe the channels and list the catalogues."""
        made = arrow.schema(self.span.vessel, self.span.channels, self.then.channels, dict(self.kinds))
        told = {b"farhelm.changed": json.dumps(self.then.changed).encode(),
                b"farhelm.catalogues": json.dumps(self.catalogues()).encode()}  # fmt: skip
        return arrow.Writer(made.with_metadata({**made.metadata, **told}), self.span.channels)

    def catalogues(self) -> list[dict[str, object]]:
        """Return the catalogues of the span, latest first: hash, first and last sample made with it, whether it is kept."""
        return [_told(version) for version in self.then.versions]


async def _pieces(block: Block, said: Callable[[Block], str]) -> AsyncIterator[str]:
    for part in block.parts(ROWS_AT_ONCE):
        yield said(part)
        await asyncio.sleep(0)


def _told(version: Version) -> dict[str, object]:
    first, last = (round(time.timestamp() * 1000) for time in (version.first, version.last))
    return {"hash": version.hash, "first_utc_ms": first, "last_utc_ms": last, "kept": bool(version.channels)}


def csv_of(rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


async def csv_pieces(asked: Asked, first: Block | None, blocks: AsyncIterator[Block]) -> AsyncIterator[str]:
    """Yield a whole answer as CSV, a block at a time."""
    yield asked.csv_head()
    for part in first.parts(ROWS_AT_ONCE) if first is not None else ():
        yield asked.csv_rows(part)
    async for block in blocks:
        for part in block.parts(ROWS_AT_ONCE):
            yield asked.csv_rows(part)


async def arrow_pieces(asked: Asked, first: Block | None, blocks: AsyncIterator[Block]) -> AsyncIterator[bytes]:
    """Yield a whole answer as an Arrow stream, a block at a time."""
    writer = asked.arrow_writer()
    if first is not None:
        yield writer.write(first)
    async for block in blocks:
        yield writer.write(block)
    yield writer.close()
