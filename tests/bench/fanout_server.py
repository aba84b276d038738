"""One server of the fan-out bench: `ours` or `theirs`; says its CPU seconds on standard output when it is told to end."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sys
import time
from types import SimpleNamespace
from typing import Any

import uvicorn
from fastapi import FastAPI, WebSocket
from starlette.websockets import WebSocketDisconnect

from protocols.aio.clock import SystemClock
from protocols.console.messages import FromShore, ValueRow
from protocols.link.batch import TargetReport
from shoreside.api import serving
from shoreside.api.auth import Who
from shoreside.api.open_consoles import OpenConsoles
from shoreside.api.socket import Console
from shoreside.commanding.roster import Words
from shoreside.live import fleet, views
from shoreside.live.feeds import Hub, targets_messages
from shoreside.live.frames import Frame, News, ValuesFrame

CHANNELS, TARGETS, RATE_HZ = 60, 3, 5
"""Values and AIS targets of one batch, about 2.5 kB; batches a second."""


def content(number: int) -> list[FromShore]:
    """Return what a console is told with batch `number`: values and targets; once a second status and fleet as well."""
    rows: list[ValueRow] = [
        (f"CHANNEL_{channel:02d}", number + channel / 7, 0, 1_790_000_000_000 + number) for channel in range(CHANNELS)
    ]
    targets = [fleet.target_json(TargetReport(440_000_000 + one, number, 35.0, 129.0, 10.0, 90.0, 91.0, None, 0, 70,
                                              "NEIGHBOUR", None, 100.0, 20.0)) for one in range(TARGETS)]  # fmt: skip
    made: list[FromShore] = [
        views.values_message("kestrel", rows, number),
        *targets_messages("kestrel", [target for target in targets if target is not None]),
    ]
    if number % RATE_HZ == 0:
        state = fleet.VesselState("kestrel")
        made += [views.status_message(state, 0.0), *views.fleet_messages([state], 0.0)]
    return made


class _Consoles:
    def subscribe(self, feed: Any, vessel: str | None) -> bool:
        feed.subscribe("kestrel" if vessel is None else vessel)
        return True

    def greet(self, feed: Any) -> None:
        """Nothing beside the batches is to be counted."""


class _Station:
    def __init__(self) -> None:
        self.hub, self.words, self.consoles = Hub(), Words({}), _Consoles()


async def _nobody(whos: object) -> set[object]:
    del whos
    return set()


def ours() -> tuple[uvicorn.Config, Any]:
    """Return our own server and what sends a message to all: a frame for all, a feed and a task for each."""
    application, station = FastAPI(), _Station()
    shore: Any = SimpleNamespace(
        station=station, clock=SystemClock(), auth=SimpleNamespace(ended=_nobody),
        config=SimpleNamespace(demo=False), open_consoles=OpenConsoles(),
    )  # fmt: skip

    application.state.looking = asyncio.create_task(shore.open_consoles.run(shore.auth, shore.clock, station.hub))

    @application.websocket("/ws")
    async def console(one: WebSocket) -> None:
        await one.accept()
        await Console(one, shore, Who("ann", "viewer", "roc", "token", b""), b"key").run()

    async def tell(messages: list[FromShore]) -> None:
        values, targets, *rest = messages
        assert values["type"] == "values"
        news, frames = News(ValuesFrame(values), [Frame(targets)]), [Frame(message) for message in rest]
        for feed in station.hub.watching("kestrel"):
            feed.news(news)
            for frame in frames:
                feed.slot(frame.message["type"], frame)

    return serving.settings(application), tell


def theirs() -> tuple[uvicorn.Config, Any]:
    """Return uvicorn as it comes, and the usual loop: one encoding, one send for each client."""
    application, sockets = FastAPI(), list[WebSocket]()

    @application.websocket("/ws")
    async def console(one: WebSocket) -> None:
        await one.accept()
        await one.send_text("{}")
        sockets.append(one)
        try:
            while True:
                await one.receive_text()
        except WebSocketDisconnect:
            sockets.remove(one)

    async def tell(messages: list[FromShore]) -> None:
        for text in [json.dumps(message, separators=(",", ":")) for message in messages]:
            for one in list(sockets):
                await one.send_text(text)

    return uvicorn.Config(application, ws="websockets-sansio", ws_per_message_deflate=False, log_config=None,
                          lifespan="off", access_log=False), tell  # fmt: skip


async def main() -> None:
    """Serve on the inherited listener; broadcast when a line `COUNT` comes in; answer with the CPU."""
    config, tell = ours() if sys.argv[1] == "ours" else theirs()
    server = uvicorn.Server(config)
    serving_all = asyncio.create_task(server._serve([socket.socket(fileno=int(sys.argv[2]))]))
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    batches = [content(number) for number in range(int(await reader.readline()))]  # what is told is no part of telling
    before_s = time.process_time()
    for messages in batches:
        await tell(messages)
        await asyncio.sleep(1 / RATE_HZ)
    print(time.process_time() - before_s, flush=True)
    await reader.readline()
    serving_all.cancel()
    os._exit(0)  # all was counted, and fifty sockets closed in order would only fill the log


if __name__ == "__main__":
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
