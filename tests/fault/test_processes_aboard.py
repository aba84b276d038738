"""Every process aboard killed and stopped, with a simulated ship and her PLC: the outputs are safe in time (S9, S10)."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocols.aio.clock import SystemClock
from protocols.link import signing
from tests.agent_kit import COMMANDED_TOML, program, until
from tests.free_ports import free_port
from tests.ship_seen import Ship

pytestmark = pytest.mark.alone

ROOT = Path(__file__).parents[2]
BOOTS = 2
SOAK_BOOTS = 100


@pytest.fixture
async def ship(tmp_path: Path) -> AsyncIterator[Ship]:
    """A simulated Kestrel without a mate, and an agent without a shore: nobody is ever in control."""
    ports, master = tmp_path / "ports.json", Ed25519PrivateKey.generate()
    with program(["-m", "simulators", "--vessels", "1", "--ports-file", str(ports)], tmp_path / "simulators.log"):
        await until(ports.exists, 30)
        vessel = json.loads(ports.read_text())["vessels"]["kestrel"]
        text = COMMANDED_TOML.format(
            broker=free_port(), panel=0, master=signing.public_bytes(master).hex(), nmea_tcp=vessel["nmea_tcp"],
            plc=vessel["plc"], autopilot=vessel["autopilot"], registers=ROOT / "simulators/registers/kestrel.toml",
        )  # fmt: skip
        (tmp_path / "agent.toml").write_text(text + (ROOT / "control" / "example.toml").read_text())
        with program(["-m", "shipside", "--config", str(tmp_path / "agent.toml")], tmp_path / "agent.log") as agent:
            yield Ship(tmp_path, vessel["plc"], agent.pid)


async def on_the_ladder(ship: Ship) -> None:
    """Wait until the ladder holds the ship: then something of ours is in force at the PLC, and it watches us."""
    await until(lambda: ship.read("holding", 1) == 1 and not ship.is_tripped and ship.in_force_pct > 1.0, 60)


async def safe_after(ship: Ship, since_s: float) -> float:
    """Return how long after `since_s` the engine was ordered to zero."""
    await until(lambda: ship.in_force_pct == 0.0, 10)
    return SystemClock().now_s() - since_s


async def test_each_process_killed_or_stopped_leaves_the_ship_safe(ship: Ship) -> None:
    """Proves FBK-04, AUT-01: goals S9 and S10; never having seen a shore counts as a lost link, and nobody stays in control."""
    clock = SystemClock()
    await on_the_ladder(ship)
    # The collector dies: the safety process goes on stroking, the PLC does not trip.
    first = {role: ship.child(role) for role in ("safety", "collector", "watchdog")}
    os.kill(first["collector"], signal.SIGKILL)
    await until(lambda: ship.has("collector", first["collector"]), 20)
    # So it does without the watchdog, which is started again.
    gone, path = first["watchdog"], ship.folder / "watchdog.sock"
    socket_before = path.stat().st_ctime_ns
    os.kill(gone, signal.SIGKILL)
    await until(lambda: ship.has("watchdog", gone), 20)
    await until(lambda: path.exists() and path.stat().st_ctime_ns != socket_before, 20)
    await asyncio.sleep(1.0)  # it has been stroked, and knows that something of ours is in force
    assert ship.child("safety") == first["safety"]
    assert ship.in_force_pct > 1.0
    # The safety process stands still: neutral, by the watchdog and by the PLC's own register.
    began_s = clock.now_s()
    os.kill(first["safety"], signal.SIGSTOP)
    stopped_s = await safe_after(ship, began_s)
    await until(lambda: ship.is_tripped, 5)
    os.kill(first["safety"], signal.SIGCONT)
    await until(lambda: "neutral was ordered" in ship.log, 5)
    # It dies: neutral again at the latest by the PLC; it comes back with nobody in control, and climbs the ladder anew.
    os.kill(first["safety"], signal.SIGKILL)
    await safe_after(ship, clock.now_s())
    await until(lambda: ship.has("safety", first["safety"]), 20)
    print(f"\nneutral {stopped_s:.2f} s after SIGSTOP of the safety process")
    assert stopped_s < 3.0  # 1 s is the goal; a busy machine is given two more to look
    assert "Traceback" not in ship.log


async def _boots(ship: Ship, count: int) -> None:
    """Kill the safety process again and again; it never takes the engine before the ladder says so."""
    for number in range(count):
        before = ship.child("safety")
        os.kill(before, signal.SIGKILL)
        took_s = await safe_after(ship, SystemClock().now_s())
        if number == 0:
            print(f"\nneutral {took_s:.2f} s after kill -9 of the safety process")
        assert took_s < 3.0
        await until(lambda: ship.has("safety", before), 30)  # noqa: B023 - awaited here
        await asyncio.sleep(1.5)
        assert ship.in_force_pct == 0.0


async def test_after_each_boot_the_outputs_are_safe(ship: Ship) -> None:
    """Proves AUT-01: goal S10 in small."""
    await on_the_ladder(ship)
    await _boots(ship, BOOTS)


@pytest.mark.soak
async def test_a_hundred_boots(ship: Ship) -> None:
    """Goal S10: 100 of 100."""
    await on_the_ladder(ship)
    await _boots(ship, SOAK_BOOTS)
