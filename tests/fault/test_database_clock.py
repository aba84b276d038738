"""The database server's own clock jumps while it runs, and nothing changes: the store tells it the time, and asks it for none.

A real PostgreSQL under libfaketime. The program's clock stands in September, the machine's and so the server's months later: a
time that anything took from the server, with or without a jump, is out of the program's days and is found wherever it stands.
libfaketime does not reach into signal handlers: PostgreSQL's own limits (lock_timeout), which a clock that is really set back
holds up, end here on time. So of them is proved only that nobody of ours waits for them alone.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from protocols.aio.clock import SystemClock
from protocols.console.alerts import AlertJson
from protocols.link.batch import Batch
from protocols.link.ledger import Head
from shoreside.passkeys import Passkey
from shoreside.ports import OrderNote, Work
from shoreside.store import retention
from shoreside.store.accounts import CHALLENGE_LIFE
from shoreside.store.administration import Act, Process
from shoreside.store.connection import Readers, connect
from shoreside.store.ledger import PostgresLedger
from shoreside.store.people import SESSION_HOURS, People, Person, Ticket, digest
from shoreside.store.postgres import PostgresStore
from shoreside.store.retention import Retention, drop_old
from shoreside.store.rollup import roll
from shoreside.store.rows import moment
from tests import fake_clock
from tests.integration.test_shore_store import event
from tests.postgres_rig import Server, running_server
from tests.shore_kit import SetClock, Ship
from tests.store_kit import NOON_NS, Point, asked, batch_of, differences, rolled, stored

pytestmark = fake_clock.needs_library

NOON = datetime.fromtimestamp(NOON_NS / 1e9, UTC)
FROZEN = "2026-01-01 00:00:00"
TEN_YEARS_S = 3653 * 86_400.0
JUMPS: dict[str, float | None] = {
    "+0s": 0.0,
    "+3600s": 3600.0,
    "-600s": -600.0,
    "+3653d": TEN_YEARS_S,
    FROZEN: None,
    "-0s": 0.0,
}
"""{what libfaketime is told: seconds by which the server's clock is ahead, None: it stands still}; at the end right again."""
MINUTES = 5
"""Of a ship's data that come in each phase."""
NEAR_S = 60.0
TIMES = """
SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
WHERE table_schema = 'public' AND data_type = 'timestamp with time zone' AND table_type = 'BASE TABLE'
  AND (table_name, column_name) NOT IN (('partition_record', 'first'), ('partition_record', 'until'))
  AND NOT starts_with(table_name::text, 'rollup_1') ORDER BY 1, 2
"""
"""Every column that says when something was; not where a partition begins and ends, nor where a roll-up does."""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server whose clock these tests set."""
    with running_server(has_fake_clock=True) as made:
        yield made


@pytest.fixture
def url(server: Server) -> Iterator[str]:
    """An empty database on it, and the clock right before and after."""
    name = f"t{secrets.token_hex(6)}"
    server.set_clock("+0s")
    with psycopg.connect(f"{server.url}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    yield f"{server.url}/{name}"
    server.set_clock("+0s")


def jump(server: Server, url: str, told: str) -> None:
    """Set the server's clock, and see on a new connection that it is set: a jump that reaches nobody would prove nothing."""
    server.set_clock(told)
    (there,) = asked(url, "SELECT clock_timestamp()")[0]
    ahead_s = JUMPS[told]
    wanted = (
        datetime.fromisoformat(told + "+00:00")
        if ahead_s is None
        else moment(time.time_ns()) + timedelta(seconds=ahead_s)
    )
    assert abs((there - wanted).total_seconds()) < NEAR_S, told


def strangers(url: str, clock: SetClock) -> set[str]:
    """Return the columns in which some time is none of the ship's and the program's: it is the server's."""
    until = moment(clock.utc_ns()) + timedelta(days=1)
    found: set[str] = set()
    for table, column in asked(url, TIMES):
        query = f"SELECT count(*) FROM {table} WHERE {column} NOT BETWEEN %s AND %s"  # noqa: S608 - names of our own tables
        if asked(url, query, NOON - timedelta(days=1), until)[0][0]:
            found.add(f"{table}.{column}")
    return found


def minutes(phase: int) -> list[tuple[Batch, list[Point]]]:
    """Return a batch for each of the minutes of a phase, with what is in it; each value comes once in the whole test."""
    made: list[tuple[Batch, list[Point]]] = []
    for number in range(phase * MINUTES, (phase + 1) * MINUTES):
        points = [Point("NAV_SOG", (number * 60 + s) * 1000, number + s / 100, 0) for s in range(0, 60, 10)]
        points += [Point("NAV_LAT", points[0].ms, 35.0, 0), Point("NAV_LON", points[0].ms, 129.0, 0)]
        made.append((batch_of(points, number + 1), points))
    return made


@dataclass
class Ashore:
    """A store and its people, all told the time by one clock."""

    url: str
    clock: SetClock
    store: PostgresStore
    readers: Readers
    people: People

    @property
    def now(self) -> datetime:
        """The program's time, UTC."""
        return moment(self.clock.utc_ns())


@asynccontextmanager
async def ashore(url: str) -> AsyncGenerator[Ashore]:
    """Open a store on an empty database, with Ann in it."""
    clock = SetClock()
    store, readers = PostgresStore(url, clock=clock), Readers(url, clock)
    made = Ashore(url, clock, store, readers, People(readers))
    await store.load()
    await made.people.save(Person("ann", "operator", "roc-1", None))
    try:
        yield made
    finally:
        await store.close()
        await readers.close()


async def live(here: Ashore, phase: int) -> list[Point]:
    """Let a station do in a phase all that leaves a time in the database; return the samples that came."""
    came, store, people = minutes(phase), here.store, here.people
    word = Act("ann", "administrator", "person", "ben")
    alert: AlertJson = {"alert_id": "a1", "text": "Link", "priority": "caution", "category": "B", "sounds": 1, "advice": "",
                        "state": "unacknowledged" if phase % 2 else "normal", "since_utc_ms": NOON_NS // 10**6,
                        "source": "shore", "is_escalated": False, "answered": "shore", "person": ""}  # fmt: skip
    note = OrderNote(f"01JD8Z6T5Y9K3B7M2N4P6Q8R{phase:02}", "kestrel", "conn.heading", {"heading_deg": 95.0}, "ann", "c1",
                     b"signed", "sent", (), "", NOON_NS, "shore")  # fmt: skip
    batches = tuple(batch for batch, _ in came)
    assert await store.commit(Work(batches=batches)) == sum(len(points) for _, points in came)
    ship = Ship()
    assert await store.commit(Work(
        births=(("kestrel", ship.catalogue.hash, ship.birth()[1]),), batches=batches, events=(event(2 * phase + 1),),
        gaps=(("kestrel", "event boot-1", 2 * phase + 2, 2 * phase + 2),), alerts=(("kestrel", alert),), orders=(note,),
    )) == 0  # fmt: skip
    await store.save_word("roster", "kestrel", phase + 1, b"roster")
    await PostgresLedger(here.url, here.clock).agree("kestrel", Head(phase, b"head"))
    await people.save_key("ann", "console", bytes([phase]))
    await people.save_token(f"program {phase}", secrets.token_hex(), "ann", "viewer")
    await people.record_attempt("ann", "::1", "wrong")
    await people.save_ticket(Ticket(bytes([phase]), b"session", "session", None), 30.0)
    await people.accounts.save_challenge("ann", "login", bytes([phase]))
    passkey = Passkey(bytes([phase]), b"key", 1, "phone")
    await people.accounts.add_passkey("ann", passkey)
    await people.accounts.use_passkey(passkey)
    await people.session(digest(await people.open_session("ann", "::1", "browser")))
    await people.administration.note(word)
    await people.administration.end_sessions(Act("ann", "administrator", "sessions", "ben"))
    await people.administration.report(Process(f"live-{phase}", "live", "1", NOON, NOON, [], []))
    return [point for _, points in came for point in points]


async def test_nothing_is_lost_doubled_or_dated_by_it(server: Server, url: str) -> None:
    """Proves R14 for the database: an hour on, ten minutes back, ten years on, frozen, right again; batches come in each."""
    points: list[Point] = []
    async with ashore(url) as here:
        for phase, told in enumerate(JUMPS):
            jump(server, url, told)
            points += await live(here, phase)
            async with await connect(url) as connection:
                assert await roll(connection, NOON + timedelta(minutes=(phase + 1) * MINUTES + 2)) == MINUTES
            # A station that starts in the middle of it shows what is there.
            again = PostgresStore(url, clock=here.clock)
            known = await again.load()
            await again.close()
            assert known.batches == {("kestrel", 1): ((1, (phase + 1) * MINUTES),)}
            assert {name: value for name, value, _, _ in known.latest["kestrel"]}["NAV_SOG"] == points[-3].value
            assert len(known.tracks["kestrel"]) == (phase + 1) * MINUTES
            here.clock.s += 60.0
        assert strangers(url, here.clock) == set()
        # Negative control: a row that leaves its time to the server is found.
        asked(
            url,
            "INSERT INTO gap (vessel_id, stream, first_seq, last_seq) VALUES (1, 'event x', 1, 1) RETURNING noticed",
        )
        assert strangers(url, here.clock) == {"gap.noticed"}
    for table, width_s in (("rollup_1s", 1), ("rollup_1min", 60), ("rollup_1h", 3600)):
        assert differences(stored(url, table), rolled(points, width_s)) == [], table
    kept = asked(url, "SELECT extract(epoch FROM time)::bigint, value FROM sample WHERE value < 30 ORDER BY 1")
    assert kept == [
        (NOON_NS // 10**9 + point.ms // 1000, point.value) for point in points if point.channel == "NAV_SOG"
    ]
    complete = asked(url, "SELECT expected, received, recovered, missing, reason FROM completeness('kestrel', %s, %s)"
                 " WHERE channel = 'NAV_SOG'", NOON, NOON + timedelta(hours=1))  # fmt: skip
    assert complete == [(180, 180, 0, 0, "")]


async def test_sessions_neither_end_early_nor_live_for_ever(server: Server, url: str) -> None:
    """What was opened before a jump is good in it, what was opened in one is good after; all end when the program says so."""
    opened: list[bytes] = []
    async with ashore(url) as here:
        people = here.people
        for told, ahead_s in JUMPS.items():
            ticket, challenge = Ticket(told.encode(), b"session", "session", None), told.encode()
            await people.save_ticket(ticket, 30.0)
            await people.accounts.save_challenge("ann", "login", challenge)
            for _ in range(3):
                await people.record_attempt("ann", "::1", "wrong")
            opened.append(digest(await people.open_session("ann", "::1", "browser")))
            jump(server, url, told)
            opened.append(digest(await people.open_session("ann", "::1", "browser")))
            assert [await people.session(each) is not None for each in opened] == [True] * len(opened), told
            assert set(await people.holders(opened)) == set(opened)
            assert len(await people.accounts.sessions("ann")) == len(opened)
            assert await people.take_ticket(ticket.token_hash) == ticket
            assert await people.accounts.take_challenge("ann", "login", challenge) is not None
            assert await people.attempts("ann", "::1") == 3
            if ahead_s == TEN_YEARS_S:  # negative control: by the server's own time nobody would be logged in
                assert asked(url, "SELECT count(*) FROM session WHERE expires > now()") == [(0,)]
            here.clock.s += 61.0
            assert await people.attempts("ann", "::1") == 0, told
        here.clock.s += SESSION_HOURS * 3600.0
        assert [each for each in opened if await people.session(each) is not None] == []
        assert await people.holders(opened) == {}
        await people.close_session(b"")
        assert asked(url, "SELECT count(*) FROM session") == [(0,)]


async def test_what_the_programs_own_clock_dated_wrongly_neither_lives_nor_bars_for_years(url: str) -> None:
    """Opened while it stood ten years on: gone when it is right. Set back ten minutes: throws out nobody who had logged in."""
    async with ashore(url) as here:
        people, clock, right_s = here.people, here.clock, here.clock.s
        before = digest(await people.open_session("ann", "::1", "browser"))
        clock.s -= 600.0
        assert await people.session(before) is not None
        clock.s = right_s + TEN_YEARS_S
        assert await people.session(before) is None
        wrong = digest(await people.open_session("ann", "::1", "browser"))
        assert await people.session(wrong) is not None
        await people.record_attempt("ann", "::1", "wrong")
        await people.accounts.save_challenge("ann", "login", b"wrong")
        await people.save_ticket(Ticket(b"wrong", b"session", "session", None), 30.0)
        clock.s = right_s
        assert await people.session(before) is not None
        assert await people.session(wrong) is None
        assert set(await people.holders([before, wrong])) == {before}
        assert await people.attempts("ann", "::1") == 0
        assert await people.accounts.take_challenge("ann", "login", b"wrong") is None
        assert await people.take_ticket(b"wrong") is None
        clock.s = right_s + CHALLENGE_LIFE.total_seconds()
        await people.close_session(b"")
        assert asked(url, "SELECT token_hash FROM session") == [(before,)]


async def test_a_day_is_kept_as_long_as_it_should_be(server: Server, url: str) -> None:
    """Made while the server was ten years on, dropped when it is due; one that our own clock dated so is kept from now on."""
    keep = Retention(1, None, None)
    async with ashore(url) as here:
        jump(server, url, "+3653d")
        await here.store.commit(Work(batches=tuple(batch for batch, _ in minutes(0))))
        async with await connect(url) as connection:
            await roll(connection, here.now + timedelta(hours=1))
            assert await drop_old(connection, keep, here.now + timedelta(hours=20)) == []
            asked(
                url,
                "UPDATE partition_record SET made = made + interval '10 years' WHERE parent = 'sample' RETURNING name",
            )
            assert "sample_20260921" not in await drop_old(connection, keep, here.now + timedelta(days=2))
            assert "sample_20260921" in await drop_old(connection, keep, here.now + timedelta(days=3))
    (dropped,) = asked(url, "SELECT dropped FROM partition_record WHERE name = 'sample_20260921'")[0]
    assert dropped == here.now + timedelta(days=3)


async def test_a_limit_that_the_server_does_not_hold_is_held_by_us(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table that a reader has: we leave after our own patience, the connection stands, and later it is dropped."""
    monkeypatch.setattr(retention, "LOCK_TIMEOUT_MS", 0)  # for ever: as long as a clock that was set back takes
    monkeypatch.setattr(retention, "LOCK_PATIENCE_S", 0.3)
    keep, clock = Retention(1, None, None), SystemClock()
    async with ashore(url) as here:
        await here.store.commit(Work(batches=tuple(batch for batch, _ in minutes(0))))
        later = here.now + timedelta(days=3)
        async with await connect(url) as connection:
            await roll(connection, later)
            with psycopg.connect(url) as reading:
                reading.execute("SELECT count(*) FROM sample")
                begun_s = clock.now_s()
                assert not [name for name in await drop_old(connection, keep, later) if name.startswith("sample")]
                assert clock.now_s() - begun_s < NEAR_S
                # Nobody waits behind us: another writer commits while the reader still reads.
                assert await here.store.commit(Work(batches=tuple(batch for batch, _ in minutes(1))))
            await roll(connection, later)
            assert "sample_20260921" in await drop_old(connection, keep, later)
