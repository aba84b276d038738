"""The program and the station as wholes: clear words at the start, and no acknowledgement without a store."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from protocols.aio.clock import SystemClock
from protocols.link import topics
from protocols.link.acks import BatchAck
from shoreside.live.feeds import Feed
from shoreside.station import Station
from shoreside.store.memory import MemoryStore
from tests.shore_kit import LIMITS, MemoryPort, Ship

REPOSITORY = Path(__file__).parents[2]
CONFIG = """
[shore]
listen = "127.0.0.1:{port}"
origins = ["http://127.0.0.1:{port}"]
broker = "mqtt://127.0.0.1:1"
database = "postgresql://farhelm@127.0.0.1:1/none"
people = "people.json"
[alerts]
heartbeat_silent_s = 3.5
data_stale_s = 5.0
clock_skew_s = 2.0
"""


def run_shore(path: Path) -> subprocess.CompletedProcess[str]:
    """Run the program until it ends by itself."""
    return subprocess.run(
        [sys.executable, "-m", "shoreside", "--config", str(path)], cwd=REPOSITORY, capture_output=True, text=True,
        timeout=60, check=False, env={**os.environ, "PYTHONPATH": "."},
    )  # fmt: skip


def test_what_keeps_the_program_from_starting_is_said_in_words(tmp_path: Path) -> None:
    """A missing file, faults, people that cannot be, a port that is taken: a sentence and a code each, no trace."""
    path = tmp_path / "shore.toml"
    missing = run_shore(path)
    assert (missing.returncode, "cannot be read" in missing.stderr) == (2, True)
    path.write_text("[shore]\n")
    faults = run_shore(path)
    assert faults.returncode == 2
    assert faults.stderr.count("\n- ") >= 5
    with socket.create_server(("127.0.0.1", 0)) as taken:
        path.write_text(CONFIG.format(port=taken.getsockname()[1]))
        (tmp_path / "people.json").write_text('{"people": [{"name": "ann"}]}')
        people = run_shore(path)
        assert (people.returncode, "role is none of" in people.stderr) == (3, True)
        (tmp_path / "people.json").write_text('{"people": []}')
        port = run_shore(path)
        assert (port.returncode, "end the program that holds it" in port.stderr) == (3, True)
    assert "Traceback" not in missing.stderr + faults.stderr + people.stderr + port.stderr


async def test_without_a_store_live_goes_on_and_nothing_is_acknowledged() -> None:
    """The store is away from the start: consoles see all, the ship keeps all; then it comes, and then the acks."""
    ship, port, store = Ship(), MemoryPort(), MemoryStore()
    store.down = True
    station = Station(SystemClock(), port, store, (ship.config(),), LIMITS)
    running = asyncio.create_task(station.run())
    feed = Feed("ann", "s")
    station.hub.join(feed)
    assert station.consoles.subscribe(feed, "kestrel")
    try:
        # Live values arrive with no store at all.
        port.bring(*ship.birth())
        for seq in (1, 2):
            port.bring(*ship.batch(seq))
        port.bring(*ship.event(1, "source", {"channel": "NAV_LAT", "from": "a", "to": "b"}))
        seen: list[str] = []
        async with asyncio.timeout(10):
            while not {"values", "event", "vessel"} <= set(seen):
                await feed.wait()
                seen.extend(message["type"] for message in feed.take(0))
        assert port.of(topics.ACK) == []
        assert port.of(topics.EVENT_ACK) == []
        assert not station.store_up
        # The store comes: all of it is committed once, and only now acknowledged.
        store.down = False
        assert BatchAck.from_bytes((await port.wait_for(topics.ACK))[-1]) == BatchAck(1, 2, ())
        await port.wait_for(topics.EVENT_ACK)
        assert sorted(store.batches) == [("kestrel", 1, 1), ("kestrel", 1, 2)]
        # It goes again in the middle: the batch waits, and is neither lost nor acknowledged before its commit.
        store.down = True
        port.bring(*ship.batch(3))
        async with asyncio.timeout(10):
            while station.store_up:  # noqa: ASYNC110 - the shell tells nobody that its store went
                await asyncio.sleep(0.01)
        assert ("kestrel", 1, 3) not in store.batches
        store.down = False
        assert BatchAck.from_bytes((await port.wait_for(topics.ACK, 2))[-1]) == BatchAck(1, 3, ())
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


@pytest.mark.parametrize("leaf", [topics.ORDER, topics.HEARTBEAT_DOWN])
async def test_what_an_operator_may_flood_is_bounded(leaf: str) -> None:
    """Proves CMD-14 ashore: a burst of messages of one person is cut off with the reason; another person's are not."""
    ship, port = Ship(), MemoryPort()
    station = Station(SystemClock(), port, MemoryStore(), (ship.config(),), LIMITS)

    async def send(person: str) -> str:
        if leaf == topics.ORDER:
            passed = await station.relay.pass_order("kestrel", ship.order(), person)
            return passed.reasons[0].name if passed.reasons else ""
        reason = await station.relay.pass_heartbeat("kestrel", b"beat", person)
        return reason.name if reason is not None else ""

    names = [await send("ann") for _ in range(60)]
    assert names[:20] == [""] * 20
    assert names[-1] == "rate"
    assert await send("eve") == ""
    too_long = await station.relay.pass_order("kestrel", bytes(70_000), "ida")
    assert (too_long.state, too_long.reasons[0].name) == ("REFUSED", "too_long")
    assert (await station.relay.pass_order("none", b"", "ida")).reasons[0].name == "unknown_vessel"
