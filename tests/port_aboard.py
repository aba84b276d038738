"""A broker with certificates ashore, a program with a port aboard, and a bad network with a wire between them."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE
from contextlib import AsyncExitStack
from pathlib import Path

from farhelm import certificates
from tests.bad_network import MOSQUITTO, ROOT, SHORE, BadNetwork, Profile, between, end_all, run_in
from tests.mosquitto_kit import DEPLOY


async def started(
    stack: AsyncExitStack, folder: Path, ways: tuple[Profile, Profile], prefix: str, program: str, *words: str
) -> tuple[BadNetwork, asyncio.subprocess.Process]:
    """Start all three until `stack` ends; `program` is Python, told the broker's URL and `words`.

    `ways`: up and down. `prefix` names the network's own spaces. The program's input and output are pipes.
    """
    network, ship, shore = stack.enter_context(between(*ways, prefix=prefix))
    certificates.authority(folder)
    certificates.broker([SHORE], folder)
    certificates.client("kestrel", folder)
    (folder / "acl").write_bytes((DEPLOY / "acl").read_bytes())
    text = (DEPLOY / "mosquitto.conf").read_text().replace("listener 8883", "listener 8883 0.0.0.0")
    text = text.replace("/mosquitto/certs", str(folder)).replace("/mosquitto/config", str(folder))
    (folder / "mosquitto.conf").write_text(text + "user root\n")
    network.start()
    assert MOSQUITTO is not None
    broker = await run_in(shore, MOSQUITTO, "-c", str(folder / "mosquitto.conf"))
    url = f"mqtts://{SHORE}:8883?ca={folder}/ca.crt&cert={folder}/kestrel.crt&key={folder}/kestrel.key"
    port = await asyncio.create_subprocess_exec(
        "ip", "netns", "exec", ship, sys.executable, "-c", program, url, *words, cwd=ROOT, stdin=PIPE, stdout=PIPE,
    )  # fmt: skip
    stack.push_async_callback(end_all, network, broker, port)
    return network, port
