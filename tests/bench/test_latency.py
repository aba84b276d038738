"""How long a value takes from the instrument's socket to the painted screen, and an order from the desk to the actuator."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import threading
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from playwright.sync_api import sync_playwright
from pymodbus.client import AsyncModbusTcpClient
from websockets.asyncio.client import ClientConnection, connect

from farhelm.conn.desk import Desk, Signer
from farhelm.conn.session import SessionFile, ulid
from tests.bench.figures import report_times
from tests.demo_rig import Demo, wait_until
from tests.e2e.conftest import CHROMIUM_FLAGS, chromium_path, log_in

SHIP = "otter"
SCREEN_LIMIT_MS = 300.0
ACTUATOR_LIMIT_MS = 150.0
FIXES = 120
"""Positions that are followed to the screen, one a second."""
ORDERS = 200
EMERGENCY_LATCHED = 6
"""Discrete input `emergency_stop_latched` of the simulated PLC."""
PROPULSION_ORDER_REGISTER = 2
"""Holding register `propulsion_order` of the simulated PLC, 0.1 %."""

SAME_DEG = 1.5e-7
"""The catalogue keeps positions to 1e-7 deg; the ship moves 50 times as much between two fixes."""
SECONDS_BACK_MS = 3000.0
"""How far back a sentence is looked for."""
SAME_FIX_MS = 500.0
"""GGA and RMC of one fix; a latitude said longer before came again by the noise and is another fix."""

SPY = """
window.painted = [];
const Real = window.WebSocket;
window.WebSocket = class extends Real {
  constructor(...words) {
    super(...words);
    this.addEventListener("message", (event) => {
      if (typeof event.data !== "string" || !event.data.includes('"NAV_LAT"')) return;
      const message = JSON.parse(event.data);
      if (message.type !== "values" || message.vessel !== "otter") return;
      const row = message.values.find(([id]) => id === "NAV_LAT");
      // The page repaints in the next frame; the frame after that begins when this one has been shown.
      const cameMs = Date.now();
      if (row) requestAnimationFrame(() => requestAnimationFrame(() => window.painted.push([row[1], cameMs, Date.now()])));
    });
  }
};
"""
"""Notes each latitude that comes, when the frame that shows it has been painted."""


class Receiver(threading.Thread):
    """A second listener at the ship's own instrument socket: notes when each latitude was said there first."""

    def __init__(self, port: int) -> None:
        """Listen at the NMEA port of a simulated ship."""
        super().__init__(daemon=True)
        self.said: list[tuple[float, float]] = []
        """(latitude_deg, UTC milliseconds) of each sentence."""
        self._port = port
        self._is_over = threading.Event()

    def run(self) -> None:
        """Read GGA and RMC until stopped."""
        with socket.create_connection(("127.0.0.1", self._port)) as line, line.makefile("rb") as file:
            for text in file:
                at_ms = time.time() * 1000.0
                fields = text.split(b",")
                place = {b"GGA": 2, b"RMC": 3}.get(fields[0][3:6])
                if place is not None and len(fields) > place and fields[place]:
                    latitude_deg = float(fields[place][:2]) + float(fields[place][2:]) / 60.0
                    self.said.append((latitude_deg, at_ms))
                if self._is_over.is_set():
                    return

    def first(self, latitude_deg: float, before_ms: float) -> float | None:
        """Return when the fix of that latitude, the last before `before_ms`, was first said; None when it was not."""
        times_ms = [
            at_ms for said_deg, at_ms in self.said
            if abs(said_deg - latitude_deg) < SAME_DEG and before_ms - SECONDS_BACK_MS < at_ms <= before_ms
        ]  # fmt: skip
        return min((at_ms for at_ms in times_ms if at_ms > times_ms[-1] - SAME_FIX_MS), default=None)

    def stop(self) -> None:
        """End at the next line."""
        self._is_over.set()


def sockets(demo: Demo) -> dict[str, int]:
    """Return the ports of the simulated ship."""
    found: dict[str, int] = json.loads(Path(demo.facts["simulator_ports"]).read_text())["vessels"][SHIP]
    return found


def test_sensor_to_screen(demo: Demo) -> None:
    """Prints the time from the GNSS sentence on the wire to the painted frame in Chromium."""
    receiver = Receiver(sockets(demo)["nmea_tcp"])
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.add_init_script(SPY)
        log_in(page, demo, "vic")
        page.get_by_test_id(f"vessel-{SHIP}").click()
        page.get_by_test_id("value-NAV_HDG").wait_for()
        receiver.start()
        page.wait_for_timeout(FIXES * 1000)
        painted: list[list[float]] = page.evaluate("window.painted")
        receiver.stop()
        browser.close()
    took_ms = [
        (came_ms - said_ms, painted_ms - said_ms)
        for latitude_deg, came_ms, painted_ms in painted
        if (said_ms := receiver.first(latitude_deg, came_ms)) is not None
    ]
    assert len(took_ms) > FIXES / 2, f"only {len(took_ms)} of {len(painted)} painted positions were heard on the wire"
    report_times("sensor to page", [came_ms for came_ms, _ in took_ms], SCREEN_LIMIT_MS)
    report_times("sensor to screen", [painted_ms for _, painted_ms in took_ms], SCREEN_LIMIT_MS)


class Console:
    """One console socket of a program that holds the conn."""

    def __init__(self, connection: ClientConnection, desk: Desk) -> None:
        """Speak over `connection` with what `desk` signs."""
        self._socket, self._desk = connection, desk
        self._news = asyncio.Condition()
        self.states: dict[str, str] = {}
        self.phase = ""

    async def listen(self) -> None:
        """Take what the shore says, for ever."""
        async for text in self._socket:
            message: dict[str, Any] = json.loads(text)
            if message["type"] == "status" and message["vessel"] == SHIP:
                self._desk.hear(message, time.monotonic())  # type: ignore[arg-type]
                self.phase = message["authority"]["phase"]
            elif message["type"] == "order":
                self.states[message["order_id"]] = message["state"]
            async with self._news:
                self._news.notify_all()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until what the shore says makes `is_so` true; raise TimeoutError after 30 s."""
        async with asyncio.timeout(30), self._news:
            await self._news.wait_for(is_so)

    async def beat(self) -> None:
        """Keep the ship on L0, for ever."""
        while True:
            beat = self._desk.beat(time.monotonic(), time.time_ns())
            if beat is not None:
                await self._socket.send(json.dumps(beat))
            await asyncio.sleep(1.0)

    async def order(self, kind: str, **args: float | str) -> str:
        """Sign and send an order; return its id."""
        order_id = ulid(time.time_ns() // 1_000_000)
        signed = self._desk.order(kind, dict(args), order_id, time.monotonic(), time.time_ns())
        assert signed is not None
        await self._socket.send(json.dumps(signed))
        return order_id

    async def ends(self, order_id: str) -> str:
        """Return the terminal state of an order."""
        await self.until(lambda: self.states.get(order_id, "").isupper())
        return self.states[order_id]

    async def take(self) -> None:
        """Take the conn."""
        await self.until(lambda: self._desk.status is not None)
        assert await self.ends(await self.order("authority.request", level="setpoint")) == "SUCCEEDED"
        await self.until(lambda: self.phase == "granted")
        assert await self.ends(await self.order("authority.confirm")) == "SUCCEEDED"
        await self.until(lambda: self._desk.holds)


def ann_key(demo: Demo) -> Ed25519PrivateKey:
    """Return the key of ann's programs."""
    key = serialization.load_pem_private_key(Path(demo.facts["keys"]["ann"]).read_bytes(), None)
    assert isinstance(key, Ed25519PrivateKey)
    return key


async def actuator_times(demo: Demo) -> list[float]:
    """Return milliseconds from sending a signed order to its value in the PLC's register."""
    numbers = SessionFile(demo.folder / "bench", SHIP, "ann", time.time_ns() // 1_000_000)
    desk = Desk(SHIP, Signer("ann", "", ann_key(demo)), numbers)
    address = f"ws{demo.url.removeprefix('http')}/api/v1/console"
    plc = AsyncModbusTcpClient("127.0.0.1", port=sockets(demo)["plc"])
    assert await plc.connect()
    took_ms: list[float] = []
    async with connect(address, additional_headers={"Authorization": f"Bearer {demo.token('operator')}"}) as opened:
        await opened.send(json.dumps({"type": "subscribe", "vessel": SHIP}))
        console = Console(opened, desk)
        tasks = [asyncio.create_task(console.listen()), asyncio.create_task(console.beat())]
        await console.take()
        await asyncio.sleep(2.0)  # INT-09 asks for a measured round trip
        for number in range(ORDERS):
            percent = 58.0 + number % 4
            began_s = time.monotonic()
            order_id = await console.order("conn.propulsion", propulsion_pct=percent)
            async with asyncio.timeout(10):
                while (await plc.read_holding_registers(PROPULSION_ORDER_REGISTER, count=1)).registers != [
                    round(percent * 10)
                ]:
                    assert console.states.get(order_id) != "REJECTED"
            took_ms.append((time.monotonic() - began_s) * 1000.0)
            await asyncio.sleep(0.25)
        await console.ends(await console.order("authority.release"))
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    plc.close()
    numbers.close()
    return took_ms


@pytest.mark.timeout(300)
async def test_order_to_actuator(demo: Demo) -> None:
    """Prints the time from a signed order leaving the desk to its value standing in the PLC's register."""
    wait_until(lambda: demo.get("/healthz")["status"] == "ok", 30, "the shore is well")
    report_times("order to actuator", await actuator_times(demo), ACTUATOR_LIMIT_MS)


PRESSES = 100


async def stop_times(demo: Demo) -> list[float]:
    """Return milliseconds from the click (signing begins) to the latch in the PLC, the bridge resetting it each time."""
    plc = AsyncModbusTcpClient("127.0.0.1", port=sockets(demo)["plc"])
    assert await plc.connect()
    reader, writer = await asyncio.open_connection("127.0.0.1", panel_port(demo))
    talk = asyncio.create_task(_unheard(reader))
    numbers = SessionFile(demo.folder / "bench-stop", SHIP, "ann", time.time_ns() // 1_000_000)
    desk, took_ms = Desk(SHIP, Signer("ann", "", ann_key(demo)), numbers), list[float]()

    async def is_latched() -> bool:
        return bool((await plc.read_discrete_inputs(EMERGENCY_LATCHED, count=1)).bits[0])

    async with httpx.AsyncClient(timeout=10) as http:
        for _ in range(PRESSES):
            began_s = time.monotonic()
            press = desk.stop(ulid(time.time_ns() // 1_000_000), time.time_ns())
            posted = asyncio.create_task(http.post(f"{demo.url}/stop/{SHIP}", json={"signed": press["signed"]}))
            async with asyncio.timeout(10):
                while not await is_latched():
                    pass
            took_ms.append((time.monotonic() - began_s) * 1000.0)
            assert (await posted).is_success
            writer.write(b'{"do": "reset_stop", "person": "mate"}\n')
            await asyncio.sleep(0.3)  # the relay lets ten a second through
            assert not await is_latched()
    talk.cancel()
    writer.close()
    plc.close()
    numbers.close()
    return took_ms


async def _unheard(reader: asyncio.StreamReader) -> None:
    """Read what the panel says, so that it does not wait for us."""
    while await reader.readline():
        pass


def panel_port(demo: Demo) -> int:
    """Return the port of the ship's local panel."""
    return int(tomllib.loads((demo.folder / SHIP / "agent.toml").read_text())["safety"]["panel_port"])


@pytest.mark.timeout(300)
async def test_stop_to_actuator(demo: Demo) -> None:
    """Prints the time from the click on the emergency stop to the latch in the PLC (EST-04), without a database."""
    wait_until(lambda: demo.get("/healthz")["status"] == "ok", 30, "the shore is well")
    database = demo.pid("postgres")
    os.kill(database, signal.SIGSTOP)
    try:
        took_ms = await stop_times(demo)
    finally:
        os.kill(database, signal.SIGCONT)
    report_times("stop to actuator", took_ms, ACTUATOR_LIMIT_MS)
