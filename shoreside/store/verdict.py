"""Is the ledger ashore whole? Every entry is hashed anew, and held against the heads that ships have been told (LED-03)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from protocols.link.ledger import EMPTY, Entry, Head, faults
from shoreside.store.connection import Readers
from shoreside.store.history import History

PAGE: Final = 5_000
"""Entries hashed at a time: 20 ms of work that the loop does not wait for, 5 MB at most."""
ENTRIES_MAX: Final = 500_000
"""The latest that are judged at a look; older ones by `farhelm ledger verify`. Half a year of ten busy ships."""
FAULTS_MAX: Final = 20
"""Told; the first tells where to look, the rest follow from it as often as not."""

_EXTENT: Final = "SELECT coalesce(max(id), 0), coalesce(max(id) FILTER (WHERE cause IS NULL), 0) FROM ledger"
_BEFORE: Final = "SELECT hash FROM ledger WHERE id = %s"
_PAGE: Final = "SELECT id, cause, signed, hash FROM ledger WHERE id > %s ORDER BY id LIMIT %s"
_HEADS: Final = "SELECT shore_count, shore_hash FROM ledger_head"


@dataclass(frozen=True, slots=True)
class Fault:
    """Where the chain is broken, and how."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in entries `first` to `last`."""

    first: int
    last: Head
    entry_count: int
    head_count: int
    """Heads that ships keep, with which these entries agree or not."""
    faults: tuple[Fault, ...]


async def judge(readers: Readers) -> Verdict:
    """Return what is found in the latest entries; raise StoreDownError."""
    history = History(readers)
    ((end, old_end),) = await history.all(_EXTENT)
    start = await _start(history, max(_number(end) - ENTRIES_MAX, _number(old_end)))
    held = {_number(count): digest for count, digest in await history.all(_HEADS) if isinstance(digest, bytes)}
    heads = [Head(count, digest) for count, digest in held.items() if count > start.count]
    found: list[Fault] = []
    entry_count, before = 0, start
    async for page in _pages(history, start.count):
        last = page[-1]
        within = [head for head in heads if before.count < head.count <= last.number]
        texts = await asyncio.to_thread(faults, page, within, before)
        found += [Fault(_where(text), text) for text in texts][: FAULTS_MAX - len(found)]
        entry_count, before = entry_count + len(page), Head(last.number, last.hash)
    cut_off = [head for head in heads if head.count > before.count]
    found += [Fault(_where(text), text) for text in faults((), cut_off, before)][: FAULTS_MAX - len(found)]
    return Verdict(start.count + 1, before, entry_count, len(heads), tuple(found))


async def _start(history: History, count: int) -> Head:
    rows = await history.all(_BEFORE, count) if count else []
    return Head(count, rows[0][0]) if rows and isinstance(rows[0][0], bytes) else EMPTY


async def _pages(history: History, after: int) -> AsyncIterator[list[Entry]]:
    while rows := await history.all(_PAGE, after, PAGE):
        page = [_entry(row) for row in rows]
        yield page
        after = page[-1].number


def _entry(row: tuple[object, ...]) -> Entry:
    number, cause, signed, digest = row
    return Entry(_number(number), str(cause), _bytes(signed), _bytes(digest))


def _where(text: str) -> int:
    """Return the number of the entry that a fault names first."""
    return next((int(word.rstrip(":,")) for word in text.split() if word.rstrip(":,").isdigit()), 0)


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""
