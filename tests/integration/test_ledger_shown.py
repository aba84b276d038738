"""The ledger over HTTP: readable, paged, judged, and a tampered entry is named (LED-01, LED-03)."""

from __future__ import annotations

import psycopg
import pytest

from protocols.link import signing
from protocols.link.cbor import Plain
from protocols.link.events import Event
from protocols.link.ledger import Head
from protocols.link.signing import Domain
from shoreside.api import ledger_routes
from shoreside.live.ledger_lines import line_of
from shoreside.ports import OrderNote, Work
from shoreside.store import verdict
from shoreside.store.connection import Readers
from shoreside.store.ledger import PostgresLedger
from shoreside.store.postgres import PostgresStore
from tests.control_rig import KEYS

NOON_NS = 1_795_694_400_000_000_000
ORDER: dict[str, Plain] = {
    "order_id": "01JD8Z6T5Y9K3B7M2N4P6Q8R0S", "kind": "conn.heading", "state": "REJECTED", "person": "ann", "console": "c1",
    "args": {"heading_deg": 95.0}, "detail": "", "reasons": [{"name": "no_go_area", "rule": "INT-06", "text": "Too close."}],
}  # fmt: skip


def event(seq: int, kind: str, body: dict[str, Plain]) -> tuple[Event, bytes]:
    """Return a signed event of kestrel."""
    made = Event("kestrel", "boot-1", seq, 1000 * seq, NOON_NS + seq, kind, body)
    return made, signing.sign(Domain.VESSEL, made.to_bytes(), KEYS["ann"])


async def filled(database_url: str, count: int) -> None:
    """Fill the ledger with an order, what the shore said of it, and ladder steps, `count` entries in all."""
    store = PostgresStore(database_url)
    await store.load()
    note = OrderNote(str(ORDER["order_id"]), "kestrel", "conn.heading", {"heading_deg": 95.0}, "ann", "c1", b"signed", "sent",
                     (), "", NOON_NS, "shore")  # fmt: skip
    ladder: dict[str, Plain] = {"from": "L0", "to": "L2", "reasons": [{"name": "silent", "text": "No heartbeat"}]}
    steps = tuple(event(seq, "ladder", ladder) for seq in range(2, count))
    await store.commit(Work(events=(event(1, "order", ORDER), *steps), orders=(note,)))
    await store.close()


def test_an_entry_says_who_ordered_what_when_why_and_what_came_of_it() -> None:
    """Proves LED-01 as shown: a ship's order with its reasons, and bytes that nobody can read."""
    line = line_of(7, "order", "order 01J of ann", event(1, "order", ORDER)[1], b"\xab" * 32, is_act=False)
    assert (line["person"], line["what"], line["result"], line["why"]) == (
        "ann", "conn.heading heading_deg=95.0", "REJECTED", "order 01J of ann",
    )  # fmt: skip
    assert line["reasons"] == ["Too close."]
    assert line["utc_ms"] == NOON_NS // 1_000_000
    assert line["hash"] == "abababababababab"
    for is_act in (False, True):
        assert line_of(1, "order", "", b"\xff\x00", b"", is_act=is_act)["utc_ms"] is None


async def test_the_verdict_is_whole_and_one_changed_byte_is_named(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Proves LED-03 for the console: over pages, with heads that a ship keeps; what was tampered with is named first."""
    monkeypatch.setattr(verdict, "PAGE", 7)
    await filled(database_url, 40)
    readers, heads = Readers(database_url), PostgresLedger(database_url)
    own = await heads.agree("kestrel", Head(5, b"h" * 32))
    found = await verdict.judge(readers)
    assert (found.faults, found.entry_count, found.first, found.last.count) == ((), 40, 1, 40)
    assert (found.head_count, found.last) == (1, own)
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        await connection.execute("ALTER TABLE ledger DISABLE TRIGGER ledger_unchanged")
        await connection.execute("UPDATE ledger SET signed = signed || '\\x00' WHERE id = 17")
    broken = await verdict.judge(readers)
    assert [fault.number for fault in broken.faults] == [17]
    async with await psycopg.AsyncConnection.connect(database_url) as connection:
        await connection.execute("DELETE FROM ledger WHERE id > 38")
    cut = await verdict.judge(readers)
    assert [fault.number for fault in cut.faults] == [17, 38]
    assert "but a head of entry 40" in cut.faults[1].text
    # Only the latest are judged where there are more than a look can take, from the head before them.
    monkeypatch.setattr(verdict, "ENTRIES_MAX", 20)
    late = await verdict.judge(readers)
    assert (late.first, late.entry_count) == (19, 20)
    assert [fault.number for fault in late.faults] == [38]
    await readers.close()


async def test_entries_come_in_pages_and_by_kind(database_url: str) -> None:
    """A page ends where the next begins; a kind asked for comes alone; heads of ledgers are left out unless asked for."""
    await filled(database_url, 12)
    readers = Readers(database_url)
    history = ledger_routes.History(readers)
    first = await history.all(ledger_routes._ENTRIES, "kestrel", 2**62, "", "", 5)
    assert [row[0] for row in first] == [12, 11, 10, 9, 8]
    orders = await history.all(ledger_routes._ENTRIES, "kestrel", 2**62, "order", "order", 500)
    assert sorted(bool(row[5]) for row in orders) == [False, True]
    assert await history.all(ledger_routes._ENTRIES, "otter", 2**62, "", "", 5) == []
    await readers.close()
