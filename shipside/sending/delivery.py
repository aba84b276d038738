"""Batches that are at hand, brought ashore once: sent again until the shore has committed each."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from protocols.aio.port import Connected, Disconnected
from protocols.errors import ProtocolError
from protocols.link import codec, topics
from protocols.link.acks import BatchAck
from protocols.link.batch import Batch
from shipside.ports import MessagePort

IN_FLIGHT_MAX: Final = 16
"""Batches of a minute sent ahead of their acknowledgement."""
RESEND_S: Final = 15.0
"""What is not acknowledged by then is sent again."""
_SIZE: Final = struct.Struct(">I")
Progress = Callable[[int, int], None]
"""Told how many batches were sent, and how many of them are committed ashore."""


class Delivery:
    """Sends the batches of one epoch; holds those in flight only."""

    def __init__(self, port: MessagePort, vessel: str, progress: Progress, birth: bytes = b"") -> None:
        """Send as `vessel` over `port`, which listens to the shore's acknowledgements.

        `birth` tells what the channels of these batches mean, and goes before them on each connection; empty: it is known.
        """
        self._port, self._vessel, self._progress, self._birth = port, vessel, progress, birth
        self._flight: dict[int, tuple[int, bytes]] = {}
        """{sequence: (epoch, batch)}"""
        self._sent = self._committed = 0
        self._news = asyncio.Event()

    async def run(self, batches: Iterable[Batch]) -> int:
        """Bring all of `batches` ashore and return how many there were; wait for a link for ever."""
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._port.run()), group.create_task(self._listen())]
            for batch in batches:
                while len(self._flight) >= IN_FLIGHT_MAX:
                    await self._wait()
                self._flight[batch.seq] = (batch.epoch, codec.encode(batch))
                self._sent += 1
                await self._publish(batch.seq)
            while self._flight:
                await self._wait()
            for task in tasks:
                task.cancel()
        return self._committed

    async def _wait(self) -> None:
        """Wait for an acknowledgement; send all in flight again when none comes."""
        self._news.clear()
        try:
            async with asyncio.timeout(RESEND_S):
                await self._news.wait()
        except TimeoutError:
            for seq in list(self._flight):
                await self._publish(seq)

    async def _publish(self, seq: int) -> None:
        if seq in self._flight:
            await self._port.publish(topics.topic(self._vessel, topics.BATCH), self._flight[seq][1])
        self._progress(self._sent, self._committed)

    async def _listen(self) -> None:
        while True:
            arrival = await self._port.receive()
            if isinstance(arrival, Connected):
                if self._birth:
                    await self._port.publish(topics.topic(self._vessel, topics.BIRTH), self._birth)
                for seq in list(self._flight):
                    await self._publish(seq)
            elif not isinstance(arrival, Disconnected):
                self._take(arrival.payload)

    def _take(self, payload: bytes) -> None:
        try:
            ack = BatchAck.from_bytes(payload)
        except ProtocolError:
            return
        done = [
            seq for seq, (epoch, _) in self._flight.items()
            if epoch == ack.epoch and (seq <= ack.through_seq or seq in ack.selected)
        ]  # fmt: skip
        for seq in done:
            del self._flight[seq]
        self._committed += len(done)
        self._progress(self._sent, self._committed)
        self._news.set()


def write_batches(path: Path, batches: Iterable[Batch]) -> int:
    """Write batches to a file, each after its size (4 bytes, big-endian); return how many; raise OSError."""
    count = 0
    with path.open("wb") as file:
        for batch in batches:
            encoded = codec.encode(batch)
            file.write(_SIZE.pack(len(encoded)) + encoded)
            count += 1
    return count


def read_batches(path: Path) -> Iterator[Batch]:
    """Yield the batches of such a file; raise ProtocolError for one that is none."""
    with path.open("rb") as file:
        while head := file.read(_SIZE.size):
            yield codec.decode(file.read(_SIZE.unpack(head)[0]))
