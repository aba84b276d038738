"""One end of a link under test, run in a namespace: `ship` sends heartbeats and a backlog, `shore` measures what comes.

The clocks of both ends are one machine's: ages are true.
"""

from __future__ import annotations

import asyncio
import json
import struct
import sys

from protocols.aio.clock import SystemClock
from protocols.aio.mqtt import Broker, MqttPort
from protocols.aio.port import Connected, Message

CLOCK = SystemClock()
BATCH = bytes(1200)
WINDOW = 64


async def ship(url: str, backlog: int, shared: str) -> None:
    """Send a heartbeat a second, and `backlog` batches as fast as the window lets them, on two connections or on one."""
    bulk = MqttPort(Broker.from_url(url), "bulk", ["down/ack"])
    safety = bulk if shared == "one" else MqttPort(Broker.from_url(url), "safety", [])
    window = asyncio.Semaphore(WINDOW)

    async def send(number: int) -> None:
        payload = struct.pack("<I", number) + BATCH
        while not await bulk.publish("up/batch", payload):  # noqa: ASYNC110 - as a spool does
            await asyncio.sleep(0.2)
        window.release()

    async def beat() -> None:
        while True:
            began_s = CLOCK.now_s()
            if safety.connected:
                await safety.publish("up/heartbeat", struct.pack("<d", began_s), expiry_s=3)
            await asyncio.sleep(max(0.05, 1.0 - (CLOCK.now_s() - began_s)))

    async with asyncio.TaskGroup() as group:
        for port in {bulk, safety}:
            group.create_task(port.run())
        group.create_task(beat())
        while not bulk.connected:  # noqa: ASYNC110 - nothing else says so
            await asyncio.sleep(0.05)
        for number in range(backlog):
            await window.acquire()
            group.create_task(send(number))


async def shore(url: str, backlog: int) -> None:
    """Print, as JSON, the heartbeats' ages and the bytes a second of the backlog, once all of it has come."""
    port = MqttPort(Broker.from_url(url), "shore", ["up/#"])
    running = asyncio.create_task(port.run())
    seen: dict[int, float] = {}
    ages: list[float] = []
    while len(seen) < backlog:
        arrival = await port.receive()
        if isinstance(arrival, Connected):
            sys.stderr.write("connected\n")
        if isinstance(arrival, Message) and arrival.topic == "up/batch":
            seen.setdefault(struct.unpack_from("<I", arrival.payload)[0], CLOCK.now_s())
        elif isinstance(arrival, Message) and seen:
            ages.append(CLOCK.now_s() - struct.unpack("<d", arrival.payload)[0])
    took_s = max(seen.values()) - min(seen.values())
    sys.stdout.write(json.dumps({"ages_s": ages, "bit_s": len(seen) * len(BATCH) * 8 / took_s, "seen": len(seen)}))
    running.cancel()


if __name__ == "__main__":
    end, where, count, *rest = sys.argv[1:]
    asyncio.run(ship(where, int(count), *rest) if end == "ship" else shore(where, int(count)))
