"""The shore's end of a satellite link, run in a namespace: a station, an operator with the conn, and how long his orders take."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_pem_private_key

from protocols.aio.clock import SystemClock
from protocols.aio.mqtt import Broker, MqttPort
from shoreside.commanding.stop import StopRelay
from shoreside.config import VesselConfig
from shoreside.station import SUBSCRIPTIONS, Station
from shoreside.store.memory import MemoryStore
from simulators.operators import Operator, until
from tests.shore_kit import LIMITS

VESSEL, PERSON = "kestrel", "ann"
ACCEPTED = ("accepted", "executing", "SUCCEEDED", "CANCELED")
ANSWER_S, PAUSE_S, RESUMES_MAX = 20.0, 2.0, 30


async def asked(ann: Operator, clock: SystemClock, heading_deg: float) -> float | None:
    """Order a heading; return the seconds to its acceptance, None when the ship was on her ladder and had to be resumed."""
    clicked_s = clock.now_s()
    order = await ann.order("conn.heading", heading_deg=heading_deg)
    await until(lambda: ann.state(order) in (*ACCEPTED, "REJECTED"), ANSWER_S, f"an answer to {order}")
    if ann.state(order) != "REJECTED":
        return clock.now_s() - clicked_s
    if {reason["rule"] for reason in ann.orders[order][-1]["reasons"]} != {"FBK-01"}:
        raise SystemExit(f"refused: {ann.orders[order]}")
    # Heartbeats were lost in a row: ten seconds of good link, and his own word, as often as it takes.
    for _ in range(RESUMES_MAX):
        if (await ann.resume())["state"] == "SUCCEEDED":
            break
        await asyncio.sleep(PAUSE_S)
    return None


async def ordering(ann: Operator, clock: SystemClock, count: int) -> tuple[list[float], int]:
    """Give orders until `count` were accepted; return how long each took, and how often the ship was on her ladder."""
    took_s: list[float] = []
    ladders = 0
    while len(took_s) < count:
        took = await asked(ann, clock, 90.0 + len(took_s) % 2)
        ladders += took is None
        took_s += [took] if took is not None else []
        await asyncio.sleep(PAUSE_S)
    return took_s, ladders


async def main(url: str, key_file: str, count: int) -> None:
    """Take the conn, give `count` orders, print the seconds from each click to its acceptance, and what was committed."""
    clock, store, known = SystemClock(), MemoryStore(), (VesselConfig(VESSEL, None, None),)
    station = Station(clock, MqttPort(Broker.from_url(url), "shore", SUBSCRIPTIONS), store, known, LIMITS)
    relay = StopRelay(clock, MqttPort(Broker.from_url(url), "shore-stop", []))
    key = load_pem_private_key(await asyncio.to_thread(Path(key_file).read_bytes), None)
    ann = Operator(PERSON, VESSEL, key, station, relay, clock, random.Random(1), lambda *_, **__: None)  # type: ignore[arg-type]
    running = [asyncio.create_task(each.run()) for each in (station, relay, ann)]
    sys.stderr.write("running\n")
    await until(lambda: len(store.batches) > 20, 60, "the backlog has begun to come")
    await ann.take()
    before, began_s = len(store.batches), clock.now_s()
    took_s, ladders = await ordering(ann, clock, count)
    rate = (len(store.batches) - before) / (clock.now_s() - began_s)
    sys.stdout.write(json.dumps({"took_s": took_s, "batches_per_s": rate, "batches": len(store.batches),
                                 "ladders": ladders}))  # fmt: skip
    sys.stdout.flush()
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
