"""The shore's end of a bad network, run in a namespace: a station that says, as JSON, what of a ship's batches it committed."""

from __future__ import annotations

import asyncio
import json
import sys
import zlib
from typing import ClassVar

from protocols.aio.clock import SystemClock
from protocols.aio.mqtt import Broker, MqttPort
from protocols.aio.port import Arrival, Message
from protocols.link import signing, topics
from protocols.link.heartbeats import VesselHeartbeat
from shoreside.station import SUBSCRIPTIONS, Station
from shoreside.store.memory import MemoryStore
from tests.shore_kit import LIMITS

LOOK_S = 0.1
LOOKED_AT = 64
"""Newest batches that are looked through for live ones: more than LOOK_S brings."""
CLOCK = SystemClock()


class Told(MqttPort):
    """A port that counts the batches that came, those that came again too, and hears the heartbeats."""

    batches_count = 0
    first_utc_ms = 0
    heard: ClassVar[list[tuple[int, int]]] = []
    """Of each heartbeat: when it came and when it was said, in UTC milliseconds."""

    async def receive(self) -> Arrival:
        """Give what comes next."""
        arrival = await super().receive()
        if isinstance(arrival, Message) and arrival.topic.endswith("/up/batch"):
            Told.batches_count += 1
            Told.first_utc_ms = Told.first_utc_ms or CLOCK.utc_ns() // 1_000_000
        if isinstance(arrival, Message) and arrival.topic.endswith(topics.HEARTBEAT_UP):
            beat = VesselHeartbeat.from_bytes(signing.open_envelope(arrival.payload).body)
            Told.heard.append((CLOCK.utc_ns() // 1_000_000, beat.utc_ns // 1_000_000))
        return arrival


async def main(url: str, epoch: int, count: int) -> None:
    """Run the station until it has `count` batches of `epoch`; say when the first later one was committed, to LOOK_S."""
    store, live_utc_ms = MemoryStore(), 0
    late_s: dict[int, float] = {}
    station = Station(CLOCK, Told(Broker.from_url(url), "shore", SUBSCRIPTIONS), store, (), LIMITS)
    running = asyncio.create_task(station.run())
    sys.stderr.write("running\n")
    wanted = {("otter", epoch, seq) for seq in range(1, count + 1)}
    while not wanted <= store.batches.keys() and not running.done():
        await asyncio.sleep(LOOK_S)
        if not live_utc_ms and any(seq > count for _, of, seq in store.batches if of == epoch):
            live_utc_ms = CLOCK.utc_ns() // 1_000_000
        for (_, of, seq), batch in list(store.batches.items())[-LOOKED_AT:]:
            if of == epoch and seq > count and not batch.historical:
                late_s.setdefault(seq, (CLOCK.utc_ns() - int(batch.scan_utc_ns[-1])) / 1e9)
    whole_utc_ms = CLOCK.utc_ns() // 1_000_000
    said = {
        seq: zlib.crc32(store.batches["otter", epoch, seq].columns[0].values.tobytes()) for seq in range(1, count + 1)
    }
    sys.stdout.write(json.dumps({
        "said": said, "came": Told.batches_count, "first_utc_ms": Told.first_utc_ms, "live_utc_ms": live_utc_ms,
        "whole_utc_ms": whole_utc_ms, "late_s": list(late_s.values()), "heard": Told.heard,
    }))  # fmt: skip
    sys.stdout.flush()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
