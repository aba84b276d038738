"""The CAN input on an adapter: a real driver of Linux (slcan), the adapter's end of whose serial line this test plays.

`test_can_in_another_kernel.py` runs this file in a kernel that has CAN.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import struct
import subprocess
import tty

import pytest

from protocols.aio.clock import SystemClock
from shipside.config.inputs import InputConfig
from shipside.lookout import Lookout
from shipside.sensors import line_input
from shipside.sensors.lines import SHUT_OFF, open_input
from tests.agent_kit import until
from tests.can_kit import ELSEWHERE, ip, need_can

need_can()

TIOCSETD, SIOCGIFNAME, N_SLCAN = 0x5423, 0x8910, 17
HEADING, OTHER = b"T09F112238FFB87AFFFFFFFFFC\r", b"T09F11223211FF\r"
"""As the adapter writes frames: identifier, length, content."""
WHOLE = b"09F11223#FFB87AFFFFFFFFFC"


class Adapter:
    """A serial CAN adapter."""

    def __init__(self) -> None:
        """Plug it in, which gives it an interface that is still down; skip with a word where its driver is not to be had."""
        self._line, self._driver = pty.openpty()
        self.heard = b""
        """What the driver has told it."""
        for end in (self._line, self._driver):
            tty.setraw(end)
        try:
            fcntl.ioctl(self._driver, TIOCSETD, struct.pack("i", N_SLCAN))
        except OSError as error:
            self._close()
            pytest.skip(f"no driver of serial CAN adapters here ({error}); {ELSEWHERE}")
        self.name = fcntl.ioctl(self._driver, SIOCGIFNAME, bytes(40))[:16].rstrip(b"\0").decode()
        asyncio.get_running_loop().add_reader(self._line, self._hear)

    def _hear(self) -> None:
        self.heard += os.read(self._line, 1000)

    def say(self, text: bytes) -> None:
        """Send to the driver."""
        os.write(self._line, text)

    def pull(self) -> None:
        """Pull the plug; the interface goes."""
        asyncio.get_running_loop().remove_reader(self._line)
        self._close()

    def _close(self) -> None:
        for end in (self._line, self._driver):
            os.close(end)


async def set_up(name: str) -> str:
    """Give the command of the installer's page; return how the interface is then.

    The driver gives the adapter a second for each command; one that took longer on a busy machine is asked again, as by hand.
    """
    for tries_left in (2, 1, 0):
        try:
            await asyncio.to_thread(ip, "set", name, "up", "type", "can", "bitrate", "250000")
            break
        except subprocess.CalledProcessError as error:
            if not tries_left or b"timed out" not in error.stderr:
                error.add_note(error.stderr.decode())
                raise
    return await state(name)


async def state(name: str) -> str:
    """Return what the kernel says of the interface."""
    show = ["ip", "-d", "link", "show", name]
    return (await asyncio.to_thread(subprocess.run, show, check=True, capture_output=True, text=True)).stdout


async def test_an_adapter_is_set_up_heard_pulled_and_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """Noise on its line, a bit error, a bus that shuts it off cost themselves; pulled it says so, put back it is heard."""
    monkeypatch.setattr(line_input, "RETRY_FIRST_S", 0.02)
    monkeypatch.setattr(line_input, "RETRY_MAX_S", 0.08)
    adapter, lines, lookout = Adapter(), list[bytes](), Lookout()
    source = open_input(InputConfig("bus", "socketcan", interface=adapter.name, protocol="nmea2000"), SystemClock())
    task = asyncio.create_task(source.run(lines.extend))
    await until(lambda: source.facts().problem == f"{adapter.name} cannot be listened on: Network is down")
    assert "bitrate 250000" in await set_up(adapter.name)
    await until(lambda: source.facts().is_open)
    assert adapter.heard.endswith(b"S5\rO\r")  # 250 kbit/s, open

    adapter.say(HEADING + b"noise\xff\r" + b"t1232AABB\r" + b"T09F1122\r" + OTHER)
    await until(lambda: len(lines) == 2)
    adapter.say(b"e1b\r" + b"sp130130\r" + HEADING)  # a bit error, error passive
    await until(lambda: len(lines) == 3)
    assert [line.split()[2] for line in lines] == [WHOLE, b"09F11223#11FF", WHOLE]
    assert "state ERROR-PASSIVE" in await state(adapter.name)
    facts = source.facts()
    assert (facts.is_open, facts.rejected_count, facts.lost_count, facts.problem) == (True, 0, 0, "")

    adapter.say(b"sb256256\r")
    await until(lambda: "bus-off" in source.facts().problem)
    assert "state BUS-OFF" in await state(adapter.name)
    assert lookout.changes([source.facts()]) == [
        {"input": "bus", "is_open": True, "problem": SHUT_OFF.format(adapter.name)}
    ]
    adapter.say(HEADING)  # who is heard is there
    await until(lambda: source.facts().problem == "")
    assert len(lines) == 4

    adapter.pull()
    await until(lambda: source.facts().problem == f"{adapter.name} cannot be listened on: No such device")
    assert not source.facts().is_open
    again = Adapter()
    assert again.name == adapter.name
    await set_up(again.name)
    await until(lambda: source.facts().is_open)
    again.say(HEADING)
    await until(lambda: len(lines) == 5)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    again.pull()
