"""A bad network between two network namespaces: delay, jitter, bursts of loss, duplicates, rate, queue, cuts; seeded.

A TUN device in each namespace, one relay between. Needs root and /dev/net/tun; `tc netem` is not in every kernel.
"""

from __future__ import annotations

import asyncio
import ctypes
import fcntl
import os
import random
import shutil
import socket
import struct
import subprocess
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

TUNSETIFF: Final = 0x400454CA
TUN_NO_HEADER: Final = 0x1001
CLONE_NEWNET: Final = 0x40000000
MTU: Final = 1500
ROOT: Final = Path(__file__).parents[1]
MOSQUITTO: Final = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
SHIP, SHORE = "10.77.0.1", "10.77.0.2"


@dataclass(frozen=True)
class Profile:
    """One direction of a link."""

    delay_s: float = 0.0
    jitter_s: float = 0.0
    """Each packet waits up to this much longer; order is kept, as a modem keeps it."""
    rate_bit_s: float = 1e9
    queue_bytes: int = 200_000
    """What may wait for the rate; more is dropped."""
    loss: float = 0.0
    """Share of packets that begin a burst of loss."""
    burst: float = 0.0
    """Chance that the loss goes on with the next packet."""
    duplicates: float = 0.0


GEO: Final = Profile(0.3, 0.03, 256_000, 64_000, 0.005, 0.3)
"""300 ms one way, 256 kbit/s, about 0.7 % lost in bursts, 2 s of queue."""


class Direction:
    """Packets one way, from file to file."""

    def __init__(self, profile: Profile, into: int, seed: int) -> None:
        """Write what comes through to the descriptor `into`."""
        self.profile, self.is_cut = profile, False
        self.passed_bytes = self.lost_count = 0
        self._into, self._random = into, random.Random(seed)
        self._free_s = self._last_s = 0.0
        self._is_losing = False

    def take(self, packet: bytes) -> None:
        """Take a packet now."""
        loop, profile = asyncio.get_running_loop(), self.profile
        now_s = loop.time()
        chance = profile.burst if self._is_losing else profile.loss
        self._is_losing = self._random.random() < chance
        waiting = (self._free_s - now_s) * profile.rate_bit_s / 8
        if self.is_cut or self._is_losing or waiting > profile.queue_bytes:
            self.lost_count += 1
            return
        self._free_s = max(self._free_s, now_s) + len(packet) * 8 / profile.rate_bit_s
        arrival_s = self._free_s + profile.delay_s + self._random.random() * profile.jitter_s
        self._last_s = max(self._last_s, arrival_s)
        for _ in range(1 + (self._random.random() < profile.duplicates)):
            loop.call_at(self._last_s, self._give, packet)

    def _give(self, packet: bytes) -> None:
        if not self.is_cut:
            self.passed_bytes += len(packet)
            os.write(self._into, packet)


class BadNetwork:
    """Both directions between two namespaces."""

    def __init__(self, ship: int, shore: int, up: Profile, down: Profile, seed: int) -> None:
        """Relay between the TUN descriptors `ship` and `shore`."""
        self._files = (ship, shore)
        self.up, self.down = Direction(up, shore, seed), Direction(down, ship, seed + 1)

    def start(self) -> None:
        """Begin to relay in the running loop."""
        for file, direction in zip(self._files, (self.up, self.down), strict=True):
            asyncio.get_running_loop().add_reader(file, self._pass, file, direction)

    def stop(self) -> None:
        """Relay no more; what is under way is lost."""
        self.cut(is_cut=True)
        for file in self._files:
            asyncio.get_running_loop().remove_reader(file)

    def cut(self, *, is_cut: bool) -> None:
        """Cut or join both directions; what is under way is lost."""
        self.up.is_cut = self.down.is_cut = is_cut

    @staticmethod
    def _pass(file: int, direction: Direction) -> None:
        direction.take(os.read(file, MTU + 100))


@contextmanager
def _inside(namespace: str) -> Generator[None]:
    """Let what this thread opens in the block belong to a namespace."""
    libc = ctypes.CDLL(None, use_errno=True)
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(f"/var/run/netns/{namespace}", os.O_RDONLY)
    try:
        if libc.setns(there, CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), "setns")
        try:
            yield
        finally:
            libc.setns(home, CLONE_NEWNET)
    finally:
        os.close(home)
        os.close(there)


def _tun_in(namespace: str) -> int:
    """Return the descriptor of a TUN device made in a namespace."""
    with _inside(namespace):
        file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(file, TUNSETIFF, struct.pack("16sH", b"bad0", TUN_NO_HEADER))
    return file


def listener_in(namespace: str) -> socket.socket:
    """Return a socket of ours that listens at a free port of a namespace's loopback."""
    with _inside(namespace):
        return socket.create_server(("127.0.0.1", 0))


def is_possible() -> bool:
    """Return whether this machine lets us make namespaces and TUN devices."""
    return (
        os.geteuid() == 0
        and Path("/dev/net/tun").exists()
        and Path("/usr/sbin/ip").exists() | Path("/sbin/ip").exists()
    )


@contextmanager
def between(up: Profile, down: Profile, seed: int = 1, prefix: str = "hl-") -> Generator[tuple[BadNetwork, str, str]]:
    """Make two namespaces with a bad network between; give it and their names, and take all away at the end."""
    names = (f"{prefix}ship{os.getpid()}", f"{prefix}shore{os.getpid()}")
    files: list[int] = []
    try:
        for name, here, peer in zip(names, (SHIP, SHORE), (SHORE, SHIP), strict=True):
            _ip("netns", "add", name)
            files.append(_tun_in(name))
            _ip("-n", name, "addr", "add", here, "peer", peer, "dev", "bad0")
            for device in ("lo", "bad0"):
                _ip("-n", name, "link", "set", device, "up")
        yield BadNetwork(files[0], files[1], up, down, seed), *names
    finally:
        for file in files:
            os.close(file)
        for name in names:
            subprocess.run(["ip", "netns", "del", name], check=False, capture_output=True)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


async def run_in(namespace: str, *words: str, output: BinaryIO | None = None) -> asyncio.subprocess.Process:
    """Start a program in a namespace; what it says goes to `output`, else to pipes that somebody must read."""
    into = asyncio.subprocess.PIPE if output is None else output
    return await asyncio.create_subprocess_exec(
        "ip", "netns", "exec", namespace, *words, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=into, stderr=into,
    )  # fmt: skip


async def end_all(network: BadNetwork, *programs: asyncio.subprocess.Process) -> None:
    """End the programs that still run, and the network between them."""
    for process in programs:
        if process.returncode is None:
            process.kill()
        await process.wait()
    network.stop()


@asynccontextmanager
async def broker(folder: Path, shore: str) -> AsyncGenerator[str]:
    """Run a plain mosquitto at the shore's end; give its URL."""
    (folder / "mosquitto.conf").write_text(
        "listener 1883 0.0.0.0\nallow_anonymous true\nuser root\nmax_inflight_messages 0\n"
    )
    assert MOSQUITTO is not None
    process = await run_in(shore, MOSQUITTO, "-c", str(folder / "mosquitto.conf"))
    try:
        yield f"mqtt://{SHORE}:1883"
    finally:
        process.kill()
        await process.wait()
