"""The watchdog as a process: silent while it is stroked, and the very bytes of neutral when the strokes stop (FBK-04)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import psutil
import pytest

from protocols.aio.clock import SystemClock
from shipside.commanding.stroking import Stroking
from shipside.watchdog import orders_path, socket_path
from tests.agent_kit import program, run_to_end, until

pytestmark = pytest.mark.alone

TOML = '[safety]\njournal = "journal.db"\n[control]\nphase = "coastal"\n'
WRITE = bytes.fromhex("000100000009011000020001020000")
"""A write of 0 to holding register 2 of unit 1, as a frame."""
HTC = b"$INHTC,V,0.0,,R,N,35.0,,,,,,,T*00\r\n"


class Equipment:
    """A PLC or an autopilot that takes whatever comes, and keeps it."""

    def __init__(self) -> None:
        """Have heard nothing."""
        self.heard = b""
        self.at_s: list[float] = []
        self.port = 0

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Keep what comes, and answer something."""
        while octets := await reader.read(1000):
            self.heard += octets
            self.at_s.append(SystemClock().now_s())
            writer.write(octets[:12])
        writer.close()


@asynccontextmanager
async def equipment() -> AsyncIterator[Equipment]:
    """Run a piece of equipment on a port of its own."""
    one = Equipment()
    server = await asyncio.start_server(one.take, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    try:
        yield one
    finally:
        server.close()


def stroking(folder: Path, plc: Equipment, autopilot: Equipment) -> Stroking:
    """Return what the safety process would be."""
    where = {"host": "127.0.0.1"}
    return Stroking(folder / "journal.db", [
        {"name": "plc", "port": plc.port, "send": [WRITE.hex()], "answers": True, **where},
        {"name": "autopilot", "port": autopilot.port, "send": [HTC.hex()], "answers": False, **where},
    ])  # fmt: skip


async def strokes(hand: Stroking, seconds: float, *, is_ours: bool) -> None:
    """Stroke as the deciding loop does."""
    for _ in range(round(seconds / 0.1)):
        hand.stroke(is_ours=is_ours)
        await asyncio.sleep(0.1)


async def test_neutral_is_ordered_when_the_deciding_loop_stalls_and_not_before(tmp_path: Path) -> None:
    """Proves FBK-04: silent while stroked or while nothing is in force; PLC and autopilot hear neutral after half a second."""
    (tmp_path / "agent.toml").write_text(TOML)
    log, clock = tmp_path / "watchdog.log", SystemClock()
    async with equipment() as plc, equipment() as autopilot:
        hand = stroking(tmp_path, plc, autopilot)
        assert oct(orders_path(tmp_path / "journal.db").stat().st_mode)[-3:] == "600"
        arguments = ["-m", "shipside", "--config", str(tmp_path / "agent.toml"), "--role", "watchdog"]
        with closing(hand), program(arguments, log) as dog:
            await until(socket_path(tmp_path / "journal.db").exists)
            # Nothing of ours is in force: silence means nothing.
            hand.stroke(is_ours=False)
            await asyncio.sleep(1.2)
            assert plc.heard + autopilot.heard == b""
            # Something is, and the loop runs.
            await strokes(hand, 1.5, is_ours=True)
            ordered = len(
                plc.at_s
            )  # on a machine that stands still for half a second this is no fault of the watchdog's
            # The loop stalls: both hear it, again and again.
            hand.stroke(is_ours=True)
            stalled_s = clock.now_s()
            await until(lambda: len(plc.at_s) >= ordered + 2 and bool(autopilot.at_s), 5)
            assert plc.heard.startswith(WRITE)
            assert autopilot.heard.startswith(HTC)
            assert 0.4 <= plc.at_s[ordered] - stalled_s <= 1.5
            print(f"\nneutral was ordered {plc.at_s[ordered] - stalled_s:.2f} s after the last stroke")
            assert "the deciding process is silent" in log.read_text()
            # It runs again, and gives everything back: nothing more is sent.
            hand.stroke(is_ours=False)
            await asyncio.sleep(0.3)
            count = len(plc.at_s)
            await asyncio.sleep(1.2)
            assert len(plc.at_s) == count
            assert psutil.Process(dog.pid).memory_info().rss < 25_000_000
        assert dog.returncode == 0


async def test_equipment_that_is_away_is_told_and_the_others_are_driven(tmp_path: Path) -> None:
    """The PLC's port is closed: the autopilot hears neutral all the same, and the log says what could not be done."""
    (tmp_path / "agent.toml").write_text(TOML)
    log = tmp_path / "watchdog.log"
    async with equipment() as plc, equipment() as autopilot:
        gone = Equipment()
        gone.port = 9
        hand = stroking(tmp_path, gone, autopilot)
        del plc
        arguments = ["-m", "shipside", "--config", str(tmp_path / "agent.toml"), "--role", "watchdog"]
        with closing(hand), program(arguments, log):
            await until(socket_path(tmp_path / "journal.db").exists)
            hand.stroke(is_ours=True)
            await until(lambda: bool(autopilot.heard), 5)
        assert "plc at 127.0.0.1:9" in log.read_text()


def test_the_watchdog_imports_nothing_of_the_agent(tmp_path: Path) -> None:
    """Proves FBK-04: it is a process apart, of the standard library, two modules, and what dates and writes a log line."""
    script = "import json, sys, shipside.parent, shipside.watchdog; print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(run_to_end(["-c", script]).stdout)
    ours = [name for name in loaded if name.split(".")[0] in ("shipside", "control", "protocols", "telemetry")]
    written_by = ["protocols", "protocols.aio", "protocols.aio.clock"]
    assert ours == [*written_by, "shipside", "shipside.logline", "shipside.parent", "shipside.watchdog"]
    (tmp_path / "agent.toml").write_text('[safety]\njournal = "journal.db"\n')
    watched = run_to_end(["-m", "shipside", "--config", str(tmp_path / "agent.toml"), "--role", "watchdog"])
    assert watched.returncode == 4, "a vessel that is only watched needs none"


@pytest.mark.parametrize("root", ["shipside.commanding.safety"])
def test_the_safety_process_loads_nothing_of_collection_uplink_or_the_database(root: str) -> None:
    """Proves FBK-04: what the safety process is made of, by name; spool, window and batches are not in it."""
    script = f"import json, sys, {root}, shipside.agent; print(json.dumps(sorted(sys.modules)))"
    loaded = set(json.loads(run_to_end(["-c", script]).stdout))
    apart = {
        "shipside.collector", "shipside.storage.spool", "shipside.storage.rawlog", "shipside.sending.uplink",
        "shipside.sending.window", "shipside.sending.chaining", "protocols.link.codec", "psycopg", "shoreside", "fastapi",
    }  # fmt: skip
    assert loaded & apart == set()
    assert {"control.supervisor", "shipside.storage.journal", "shipside.actuators.plc"} <= loaded
