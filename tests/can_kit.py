"""A virtual CAN bus of Linux for tests: plugged in and out, with a device that speaks on it."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final

import pytest

from shipside.sensors import can

ELSEWHERE: Final = "test_can_in_another_kernel.py tries it in a kernel that has"
FRAME: Final = can.packed(0x09F11223, bytes.fromhex("ffb87afffffffffc"))
"""Group 127250 of address 0x23: heading 180 degrees true."""


def need_can() -> None:
    """Skip the calling module with a word where the kernel has no CAN."""
    try:
        socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW).close()
    except OSError as error:
        pytest.skip(f"this kernel has no CAN ({error.strerror}); {ELSEWHERE}", allow_module_level=True)


def ip(*words: str) -> None:
    """Change a link; raise CalledProcessError when the kernel will not."""
    subprocess.run(["ip", "link", *words], check=True, capture_output=True)


def plug_in(name: str) -> None:
    """Make a virtual bus, and take it into use."""
    ip("add", "dev", name, "type", "vcan")
    ip("set", name, "up")


def unplug(name: str) -> None:
    """Take the bus away, if it is there."""
    subprocess.run(["ip", "link", "del", name], check=False, capture_output=True)


@pytest.fixture(scope="module")
def adapter() -> Iterator[str]:
    """Make a virtual CAN bus of this file's own; skip with a word where nobody may."""
    name = f"bus{os.getpid()}"
    try:
        plug_in(name)
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        pytest.skip(f"no virtual CAN bus can be made here ({error}); {ELSEWHERE}")
    yield name
    unplug(name)


@pytest.fixture
def bus(adapter: str) -> str:
    """Return the name of the bus, which stands, however the test before has left it."""
    if Path("/sys/class/net", adapter).exists():
        ip("set", adapter, "up")
    else:
        plug_in(adapter)
    return adapter


def speaker(name: str) -> socket.socket:
    """Return a device's own end of the bus, which may send CAN FD as well; raise OSError where there is no bus."""
    device = socket.socket(socket.AF_CAN, socket.SOCK_RAW, socket.CAN_RAW)
    try:
        device.setsockopt(socket.SOL_CAN_RAW, socket.CAN_RAW_FD_FRAMES, 1)
        device.bind((name,))
    except OSError:
        device.close()
        raise
    return device


@asynccontextmanager
async def speaking(name: str) -> AsyncGenerator[None]:
    """Send a heading twenty times a second while there is a bus, until the end of the block."""

    async def speak() -> None:
        while True:
            with suppress(OSError), speaker(name) as device:
                while True:
                    device.send(FRAME)
                    await asyncio.sleep(0.05)
            await asyncio.sleep(0.05)

    task = asyncio.create_task(speak())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
