"""The ledger: who ordered what, when, why, what came of it, and whether the chain is whole."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query

from shoreside.api.shore import TheShore, TheWho
from shoreside.api.spans import utc_ms
from shoreside.live.ledger_lines import LedgerLine, line_of
from shoreside.store.connection import Row
from shoreside.store.history import History
from shoreside.store.verdict import judge

router = APIRouter(tags=["ledger"])
_ONE_AT_A_TIME = asyncio.Semaphore(1)
"""Verdicts: each reads the whole chain; who asks meanwhile waits for his turn."""

_ENTRIES = """
SELECT l.id, coalesce(l.kind, 'event'), coalesce(l.cause, ''), l.signed, l.hash, l.boot_id = 'shore', l.kept FROM ledger l
WHERE l.vessel_id = (SELECT id FROM vessel WHERE slug = %s) AND l.id < %s
  AND (%s = '' OR l.kind = ANY(string_to_array(%s, ','))) ORDER BY l.id DESC LIMIT %s
"""
_AGREED = """
SELECT count, time FROM ledger_head WHERE vessel_id = (SELECT id FROM vessel WHERE slug = %s) ORDER BY count DESC LIMIT 1
"""
_END = 2**63 - 1


@router.get("/vessels/{vessel}/ledger")
async def entries(
    vessel: str, shore: TheShore, who: TheWho,
    before: Annotated[int, Query(ge=1, le=_END, description="entries with a smaller number")] = _END,
    kinds: Annotated[str, Query(max_length=200, description="comma-separated; left out: all but heads of ledgers")] = (
        "order,authority,ladder,alert,stop,roster,phase,entry,route,clocks,direct"
    ),
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> dict[str, object]:  # fmt: skip
    """Return a vessel's entries, the latest first, each made readable; `next_before` gives the next page."""
    who.require("read")
    shore.vessel(vessel)
    rows = await History(shore.readers).all(_ENTRIES, vessel, before, kinds, kinds, limit)
    lines = [_line(row) for row in rows]
    return {"entries": lines, "next_before": lines[-1]["number"] if len(lines) == limit else None}


@router.get("/vessels/{vessel}/ledger/verdict")
async def verdict(vessel: str, shore: TheShore, who: TheWho) -> dict[str, object]:
    """Return whether the station's ledger is whole, and up to where the vessel's own was found to be the same."""
    who.require("read")
    shore.vessel(vessel)
    async with _ONE_AT_A_TIME:
        found = await judge(shore.readers)
    agreed: list[Row] = await History(shore.readers).all(_AGREED, vessel)
    count, time = agreed[0] if agreed else (None, None)
    return {
        "is_whole": not found.faults, "first": found.first, "last": found.last.count, "hash": found.last.hash.hex()[:16],
        "entry_count": found.entry_count, "head_count": found.head_count,
        "faults": [{"number": fault.number, "text": fault.text} for fault in found.faults],
        "agreed_count": count, "agreed_utc_ms": utc_ms(time) if isinstance(time, datetime) else None,
    }  # fmt: skip


def _line(row: Row) -> LedgerLine:
    """Return a row made readable; an act of the shore that holds no time has that at which it was written."""
    number, kind, cause, signed, digest, is_act, kept = row
    line = line_of(int(str(number)), str(kind), str(cause), _bytes(signed), _bytes(digest), is_act=bool(is_act))
    if line["utc_ms"] is None and isinstance(kept, datetime):
        line["utc_ms"] = utc_ms(kept)
    return line


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""
