"""The ledger's chain: whatever is done to it is found, and both sides come to the same head."""

from __future__ import annotations

import random
from pathlib import Path

import apsw
import pytest
from typer.testing import CliRunner

from farhelm.__main__ import app
from protocols.aio.clock import SystemClock
from protocols.link import signing
from protocols.link.cbor import Plain
from protocols.link.events import Event
from protocols.link.ledger import EMPTY, Entry, Head, cause_of, entry_after, faults, head_after
from protocols.link.signing import Domain
from shipside.storage.journal import Journal
from tests.control_rig import KEYS

TAMPERINGS = 10_000


def signed(seq: int, kind: str = "ladder", body: dict[str, Plain] | None = None) -> bytes:
    """Return a signed event."""
    event = Event("petrel", "boot-1", seq, seq * 1000, 1, kind, body or {"from": "L0", "to": "L2", "why": f"w{seq}"})
    return signing.sign(Domain.VESSEL, event.to_bytes(), KEYS["ann"])


def chain(count: int) -> list[Entry]:
    """Return a ledger of `count` entries."""
    made: list[Entry] = []
    head = EMPTY
    for seq in range(1, count + 1):
        made.append(entry_after(head, cause_of(signed(seq)), signed(seq)))
        head = Head(made[-1].number, made[-1].hash)
    return made


def flipped(data: bytes, dice: random.Random) -> bytes:
    """Return `data` with one bit changed."""
    at = dice.randrange(len(data) * 8)
    return data[: at // 8] + bytes([data[at // 8] ^ 1 << at % 8]) + data[at // 8 + 1 :]


def tampered(entries: list[Entry], dice: random.Random) -> list[Entry]:
    """Return the ledger after one edit, deletion, reordering, insertion or cut, its hashes mended as far as one can."""
    row, at = list(entries), dice.randrange(len(entries))
    one = row[at]
    match dice.choice(("bit", "cause", "number", "delete", "swap", "double", "tail", "rehash")):
        case "bit":
            row[at] = Entry(one.number, one.cause, flipped(one.signed, dice), one.hash)
        case "cause":
            row[at] = Entry(one.number, one.cause + "x", one.signed, one.hash)
        case "number":
            row[at] = Entry(one.number + dice.choice((-1, 1, 7)), one.cause, one.signed, one.hash)
        case "delete":
            del row[at]
        case "swap":
            other = (at + dice.randrange(1, len(row))) % len(row)
            row[at], row[other] = row[other], row[at]
        case "double":
            row.insert(at, one)
        case "tail":
            del row[at:]
        case _:  # whoever can write the file can also mend every hash after his edit: only the other side's head tells
            head = Head(row[at - 1].number, row[at - 1].hash) if at else EMPTY
            for place in range(at, len(row)):
                cause = row[place].cause + ("!" if place == at else "")
                row[place] = entry_after(head, cause, row[place].signed)
                head = Head(row[place].number, row[place].hash)
    return row


def test_every_edit_deletion_reordering_and_cut_is_found() -> None:
    """Proves LED-01, LED-03: reliability goal X8, 10,000 generated tamperings of a ledger whose head the other side holds."""
    entries, dice = chain(40), random.Random(8)
    head = Head(40, entries[-1].hash)
    assert faults(entries, [head]) == []
    unseen = [n for n in range(TAMPERINGS) if not faults(tampered(entries, dice), [head])]
    assert unseen == []


def test_without_the_other_sides_head_a_cut_tail_is_not_found() -> None:
    """Negative control of X8: that is why heads are signed and exchanged."""
    entries = chain(20)
    assert faults(entries[:15]) == []
    assert faults(entries[:15], [Head(20, entries[-1].hash)]) == [
        "the ledger ends at entry 15, but a head of entry 20 was signed"
    ]


def test_both_sides_come_to_the_same_head_from_the_same_events() -> None:
    """Proves LED-02: the shore has the events alone, and computes what the ship's ledger must say."""
    entries = chain(12)
    events = [entry.signed for entry in entries]
    assert head_after(EMPTY, events) == Head(12, entries[-1].hash)
    assert head_after(Head(5, entries[4].hash), events[5:]) == Head(12, entries[-1].hash)
    assert head_after(EMPTY, [*events[:5], *events[6:]]).hash != entries[-1].hash


@pytest.mark.parametrize(
    ("kind", "body", "cause"),
    [
        ("order", {"order_id": "01JD", "person": "ann"}, "order 01JD of ann"),
        ("authority", {"cause": "control confirmed"}, "control confirmed"),
        ("ladder", {"reasons": [{"name": "link_silent"}], "why": ""}, "link_silent"),
        ("ladder", {"reasons": [], "why": "the bridge has the conn"}, "the bridge has the conn"),
        ("alert", {"alert_id": "link-lost"}, "alert link-lost"),
        ("stop", {"state": "latched", "person": "ann"}, "latched by ann"),
        ("roster", {"what": "roster", "version": 3, "result": "taken"}, "roster 3 taken"),
        ("ledger", {"what": "head", "count": 7}, "head of 7 entries"),
    ],
)
def test_each_entry_names_its_cause(kind: str, body: dict[str, Plain], cause: str) -> None:
    """Proves LED-01: for every kind of event of the safety process."""
    assert cause_of(signed(1, kind, body)) == cause


def test_a_hundred_thousand_entries_a_second_are_verified() -> None:
    """X8's rate, with a wide margin for a busy machine: it is printed, and a tenth of it fails."""
    entries = chain(500) * 1
    clock = SystemClock()
    began_s = clock.cpu_s()
    for _ in range(20):
        assert faults(entries) == []
    rate = 20 * len(entries) / (clock.cpu_s() - began_s)
    print(f"\nledger: {rate:,.0f} entries/s of CPU verified")  # noqa: T201 - a figure
    assert rate > 10_000


def aboard(path: Path, count: int = 30) -> None:
    """Make a ship's journal with a ledger of `count` entries."""
    journal = Journal(path)
    for seq in range(1, count + 1):
        journal.keep_event("boot-1", seq, signed(seq))
    journal.acknowledged("boot-1", count)
    journal.close()


def test_one_flipped_bit_in_the_ships_file_is_found_by_the_command(tmp_path: Path) -> None:
    """Proves LED-03: `farhelm ledger verify` ends with 0 on a whole ledger, with 1 on one with a bit changed, and says which."""
    path = tmp_path / "journal.db"
    aboard(path)
    whole = CliRunner().invoke(app, ["ledger", "verify", "--journal", str(path)])
    assert (whole.exit_code, "30 entries" in whole.output) == (0, True), whole.output
    connection = apsw.Connection(str(path))
    body = connection.execute("SELECT signed FROM ledger WHERE number = 17").fetchone()
    assert body is not None
    assert isinstance(body[0], bytes)
    connection.execute("UPDATE ledger SET signed = ? WHERE number = 17", (flipped(body[0], random.Random(1)),))
    connection.close()
    damaged = CliRunner().invoke(app, ["ledger", "verify", "--journal", str(path)])
    assert damaged.exit_code == 1
    assert "entry 17 is not what was written" in damaged.output
    # The agent that starts on it says so too, for it looks at the last entries.
    assert "entry 17" in Journal(path).ledger.problem
