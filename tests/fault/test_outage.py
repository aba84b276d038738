"""An outage on a bad network: the agent's live values are ashore at once after it, and the whole history follows (R4)."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from tests.agent_kit import TCP, agent_toml, collector, command, lines, said
from tests.ashore import Ashore, Kept, ashore, ingest, judge, missing, once
from tests.bad_network import GEO, MOSQUITTO, SHORE, BadNetwork, between, broker, is_possible, listener_in
from tests.demo_rig import now

LIVE_WITHIN_S = 5.0
"""From the standing connection to the first live batch in the database (reliability.md R4)."""
RETRY_WITHIN_S = 5.0
"""From the link's return to the next attempt: one that the cut has caught ends after 5 s, or its next packet comes through."""
HEADING_EVERY_S = 1.0
CAUGHT_UP_S = 60.0
"""All healed, everything must have arrived within this time, with no human (R3)."""
BROKER_PORT = 1883


@pytest.fixture(autouse=True)
def bad_network_can_be_made() -> None:
    """Skip with a word where a plain user or kernel cannot make namespaces; fail in CI as root."""
    lacks = "" if is_possible() else "needs root, ip and /dev/net/tun"
    lacks = lacks or ("" if MOSQUITTO else "no mosquitto: apt-get install mosquitto")
    if lacks and os.environ.get("CI") and os.geteuid() == 0:
        pytest.fail(f"in CI this must run: {lacks}")
    if lacks:
        pytest.skip(lacks)


def over_its_socket(database_url: str) -> str:
    """Return the URL of a database by its Unix socket, which reaches into every network namespace."""
    with psycopg.connect(database_url) as connection:
        (folder,) = connection.execute("SHOW unix_socket_directories").fetchone() or ("",)
        return f"postgresql://farhelm@/{connection.info.dbname}?host={folder}&port={connection.info.port}"


@asynccontextmanager
async def voyage(network: BadNetwork, ship: str, shore: str, folder: Path, url: str) -> AsyncGenerator[None]:
    """Run broker and ingest at one end, a collector with its lines at the other."""
    in_ship, in_shore = (["ip", "netns", "exec", name, sys.executable] for name in (ship, shore))
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(broker(folder, shore))
        port = await stack.enter_async_context(lines(every_s=HEADING_EVERY_S, depths=4, listener=listener_in(ship)))
        toml = agent_toml(folder, BROKER_PORT, TCP.format("nmea", port))
        toml.write_text(toml.read_text().replace(f"127.0.0.1:{BROKER_PORT}", f"{SHORE}:{BROKER_PORT}"))
        network.start()
        stack.callback(network.stop)
        at = ingest(folder, f"mqtt://shore:right@127.0.0.1:{BROKER_PORT}", over_its_socket(url), 8000)
        stack.enter_context(command([*in_shore, *at], folder / "shore.log"))
        await asyncio.sleep(1.0)
        stack.enter_context(command([*in_ship, *collector(toml)], folder / "agent.log"))
        yield


def connected(log: Path) -> datetime:
    """Return when the agent said last that it is connected: after the outage, for the second time."""
    first, last = (datetime.fromtimestamp(float(str(line["utc_ms"])) / 1000, UTC) for line in said(log, "connected"))
    assert first < last
    return last


@dataclass(frozen=True)
class Outage:
    """When the link was cut, joined and used again, and what was ashore before, meanwhile and in the end."""

    cut: datetime
    joined: datetime
    connected: datetime
    before: Ashore
    meanwhile: Ashore
    after: Ashore


async def outage(network: BadNetwork, ship: str, shore: str, folder: Path, url: str, cut_s: float) -> Outage:
    """Cut the link while lines flow, join it again, and wait until no batch is missing and live ones flow."""
    async with voyage(network, ship, shore, folder, url):
        await once(url, lambda seen: len(seen.kept) >= 10 and not seen.kept[-1].historical, 60)
        network.cut(is_cut=True)
        cut = now()
        await asyncio.sleep(1.0)
        before = ashore(url)
        await asyncio.sleep(cut_s - 1.0)
        meanwhile = ashore(url)
        network.cut(is_cut=False)
        joined = now()
        at_least = int(cut_s / HEADING_EVERY_S)
        last = before.kept[-1].seq

        def has_caught_up(seen: Ashore) -> bool:
            live = any(row.seq > last and not row.historical for row in seen.kept)
            return live and missing(seen.kept) == [] and len(seen.headings) > len(before.headings) + at_least

        after = await once(url, has_caught_up, CAUGHT_UP_S)
        return Outage(cut, joined, connected(folder / "agent.log"), before, meanwhile, after)


def judged(found: Outage, cut_s: float) -> None:
    """Assert that the outage was one, that live came first and in time, and that all the rest came as history."""
    assert found.meanwhile.kept == found.before.kept  # the cut let nothing through
    judge(found.after)
    new = [row for row in found.after.kept if row.seq > found.before.kept[-1].seq]
    live = min((row for row in new if not row.historical), key=lambda row: row.received)
    backlog = [row for row in new if row.seq < live.seq]
    within_s = (live.received - found.connected).total_seconds()
    since_join_s = (live.received - found.joined).total_seconds()
    caught_up_s = (max(row.received for row in backlog) - found.joined).total_seconds()
    missed = [value for time, value in found.after.headings if found.cut < time < found.joined]
    print(
        f"outage of {cut_s:.0f} s: first live batch ashore {since_join_s:.1f} s after it, {within_s:.1f} s after the connection"
        f" stood; {len(backlog)} batches of history with {len(missed)} headings complete {caught_up_s:.1f} s after it"
    )
    assert within_s <= LIVE_WITHIN_S
    assert since_join_s <= RETRY_WITHIN_S + LIVE_WITHIN_S
    assert all(row.historical for row in backlog)
    assert all(row.received > found.joined for row in backlog)
    assert len(backlog) >= cut_s / HEADING_EVERY_S
    assert len(missed) >= cut_s * 0.9 / HEADING_EVERY_S


def planted(*, live: int, live_s: float = 3.0) -> Outage:
    """Return an outage of 5 s by the book: batches 1 to 12 of a second each, of which `live` is the first live one."""
    start = datetime(2026, 11, 26, tzinfo=UTC)

    def at(seconds: float) -> datetime:
        return start + timedelta(seconds=seconds)

    kept = [Kept(1, seq, historical=False, received=at(seq)) for seq in range(1, 6)]
    late = [Kept(1, seq, historical=seq < live, received=at(11 + live_s)) for seq in range(6, 13)]
    headings = [(at(seq), float(seq - 1)) for seq in range(1, 13)]
    before = Ashore(kept, headings[:5], [], 5, 5, [])
    return Outage(at(5.5), at(10.5), at(11), before, before, Ashore(kept + late, headings, [], 12, 12, []))


def test_a_planted_fault_is_seen() -> None:
    """Negative control of the judge: late live values, a hole, a double, and a backlog called live are not passed over."""
    by_the_book = planted(live=11)
    judged(by_the_book, 5.0)
    after = by_the_book.after
    for wrong in (
        planted(live=11, live_s=5.1),
        planted(live=8),
        replace(by_the_book, after=replace(after, kept=after.kept[:7] + after.kept[8:])),
        replace(by_the_book, after=replace(after, headings=after.headings[:7] + after.headings[8:])),
        replace(by_the_book, after=replace(after, stored=13)),
        replace(by_the_book, meanwhile=after),
    ):
        with pytest.raises(AssertionError):
            judged(wrong, 5.0)


@pytest.mark.timeout(150)
async def test_after_an_outage_live_comes_at_once_and_the_history_whole(database_url: str, tmp_path: Path) -> None:
    """R4 in 40 s: 20 s without a link; live <= 5 s after the reconnect, then the whole history, marked so, none twice."""
    with between(GEO, GEO) as ends:
        judged(await outage(*ends, tmp_path, database_url, 20.0), 20.0)


@pytest.mark.soak
@pytest.mark.timeout(400)
async def test_after_a_longer_outage_likewise(database_url: str, tmp_path: Path) -> None:
    """Proves R4 (its first part, in small): 120 s without a link, when every retry has become as patient as it gets."""
    with between(GEO, GEO, seed=4) as ends:
        judged(await outage(*ends, tmp_path, database_url, 120.0), 120.0)
