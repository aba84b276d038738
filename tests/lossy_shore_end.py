"""The shore's end of a bad network, run in a namespace: a station that says, as JSON, what of a ship's batches it committed."""

from __future__ import annotations

import asyncio
import json
import sys
import zlib

from protocols.aio.clock import SystemClock
from protocols.aio.mqtt import Broker, MqttPort
from protocols.aio.port import Arrival, Message
from shoreside.station import SUBSCRIPTIONS, Station
from shoreside.store.memory import MemoryStore
from tests.shore_kit import LIMITS

LOOK_S = 0.1


class Told(MqttPort):
    """A port that counts the batches that came, those that came again too."""

    batches_count = 0

    async def receive(self) -> Arrival:
        """Give what comes next."""
        arrival = await super().receive()
        Told.batches_count += isinstance(arrival, Message) and arrival.topic.endswith("/up/batch")
        return arrival


async def main(url: str, epoch: int, count: int) -> None:
    """Run the station until it has `count` batches of `epoch`."""
    store = MemoryStore()
    station = Station(SystemClock(), Told(Broker.from_url(url), "shore", SUBSCRIPTIONS), store, (), LIMITS)
    running = asyncio.create_task(station.run())
    sys.stderr.write("running\n")
    wanted = {("otter", epoch, seq) for seq in range(1, count + 1)}
    while not wanted <= store.batches.keys() and not running.done():  # noqa: ASYNC110 - the store is memory
        await asyncio.sleep(LOOK_S)
    said = {
        seq: zlib.crc32(store.batches["otter", epoch, seq].columns[0].values.tobytes()) for seq in range(1, count + 1)
    }
    sys.stdout.write(json.dumps({"said": said, "came": Told.batches_count}))
    sys.stdout.flush()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
