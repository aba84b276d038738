"""Certificates that are refused, by us and by the other end, on real sockets: told once, however often it is tried."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from farhelm import certificates
from farhelm.doctor import judge, services
from farhelm.doctor.finding import State
from protocols.aio.clock import SystemClock
from protocols.aio.mqtt import Broker, MqttPort
from protocols.aio.refusal import Refusal
from shipside.agent import telling

TRIES = 2


class Door:
    """Listens with the certificate of a broker, wants one of its fleet, and counts who comes; nobody is ever let in.

    A thread with plain sockets: asyncio ends a failed greeting before the other end can read why.
    """

    def __init__(self, fleet: Path) -> None:
        """Believe the authority in `fleet`."""
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(fleet / "broker.crt", fleet / "broker.key")
        self._context.load_verify_locations(fleet / "ca.crt")
        self._context.verify_mode = ssl.CERT_REQUIRED
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._came = threading.Semaphore(0)
        self._thread = threading.Thread(target=self._greet_all, name="door")
        self._thread.start()

    def _greet_all(self) -> None:
        with contextlib.suppress(OSError):  # closed
            while True:
                came, _ = self._listener.accept()
                came.settimeout(5.0)
                with self._context.wrap_socket(came, server_side=True, do_handshake_on_connect=False) as greeted:
                    self._greet(greeted)
                self._came.release()

    def _greet(self, came: ssl.SSLSocket) -> None:
        with contextlib.suppress(OSError):
            try:
                came.do_handshake()
            finally:
                came.shutdown(socket.SHUT_WR)
                while came.recv(4096):  # what was sent meanwhile, or the kernel resets and the other end reads nothing
                    pass

    async def wait(self, count: int) -> None:
        """Wait until `count` more have come and gone."""
        for _ in range(count):
            assert await asyncio.to_thread(self._came.acquire, timeout=30.0)

    def close(self) -> None:
        """Listen no longer."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()


@contextmanager
def door(fleet: Path) -> Generator[Door]:
    """Open a door for the fleet of a folder."""
    opened = Door(fleet)
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture
def fleets(tmp_path: Path) -> tuple[Path, Path]:
    """Make two fleets, each with its authority and a ship; ours has the broker."""
    ours, foreign = tmp_path / "ours", tmp_path / "foreign"
    for folder in (ours, foreign):
        certificates.authority(folder)
        certificates.client("otter", folder)
    certificates.broker(["127.0.0.1"], ours)
    return ours, foreign


def url(port: int, authority: Path, ship: Path | None) -> str:
    """Return a broker's URL."""
    files = "" if ship is None else f"&cert={ship}/otter.crt&key={ship}/otter.key"
    return f"mqtts://127.0.0.1:{port}?ca={authority}/ca.crt{files}"


@pytest.mark.parametrize(("believed", "shown", "problem", "do"), [
    ("foreign", "ours", "the broker's certificate is not believed here", "?ca=FILE"),
    ("ours", "foreign", "the broker does not know the authority of our certificate", "farhelm certificates"),
    ("ours", "nothing", "the broker wants a certificate and we have none", "&cert=FILE"),
    ("ours", "lost", "a certificate's file cannot be read", "ca, cert and key"),
])  # fmt: skip
@pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")  # the driver leaves them to the collector
@pytest.mark.timeout(60)
async def test_a_refused_certificate_is_one_line_that_says_what_to_do(
    fleets: tuple[Path, Path], believed: str, shown: str, problem: str, do: str
) -> None:
    """The agent's line, once for several attempts; the doctor says the same of the same URL."""
    ours, foreign = fleets
    folders = {"ours": ours, "foreign": foreign, "nothing": None, "lost": ours / "lost"}
    lines: list[dict[str, object]] = []
    with door(ours) as opened:
        wanted = url(opened.port, folders[believed] or ours, folders[shown])
        told = asyncio.Event()

        def say(event: str, **fields: object) -> None:
            lines.append({"event": event, **fields})
            told.set()

        port = MqttPort(Broker.from_url(wanted), "otter", (), on_refusal=telling(say, "collector"))
        running = asyncio.create_task(port.run())
        await told.wait()
        if shown != "lost":
            await opened.wait(TRIES)
        running.cancel()
        await asyncio.wait({running})
        assert [line["problem"] for line in lines] == [problem]
        assert lines[0]["event"] == "refused"
        assert lines[0]["connection"] == "collector"
        assert do in str(lines[0]["do"])
        seen = await services._broker(Broker.from_url(wanted), SystemClock())
    found = judge.broker("broker", seen)
    assert found.state is State.FAIL
    assert problem in found.text
    assert do in found.do


async def test_a_broker_that_is_away_is_no_line() -> None:
    """Negative control: nobody listens, and nothing is told of it."""
    told: list[Refusal] = []
    async with await asyncio.start_server(lambda _r, writer: writer.close(), "127.0.0.1", 0) as server:
        number = server.sockets[0].getsockname()[1]
    port = MqttPort(Broker.from_url(f"mqtt://127.0.0.1:{number}"), "otter", (), on_refusal=told.append)
    assert "refused" in await port._one_connection()
    assert told == []
