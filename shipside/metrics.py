"""The agent's figures for Prometheus, on loopback and only where the configuration names a port.

The text format is a few lines (prometheus.io, "Text-based format" 0.0.4); the client library would take 3.4 MB a process.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from protocols.aio.clock import Clock
from protocols.aio.lag import LoopLag
from protocols.aio.port import Arrival, Message, MessagePort
from protocols.errors import MalformedError
from protocols.link import topics
from shipside.ports import InputFacts

READ_S: Final = 2.0
"""A reader who has not asked by then is let go."""
RETRY_S: Final = 30.0
REQUEST_MAX_BYTES: Final = 4096
HOST: Final = "127.0.0.1"
Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Family:
    """One metric with all its values."""

    name: str
    kind: Literal["counter", "gauge"]
    help: str
    values: tuple[tuple[Labels, float], ...]


def one(name: str, kind: Literal["counter", "gauge"], text: str, value: float) -> Family:
    """Return a metric without labels."""
    return Family(name, kind, text, (((), value),))


def many(
    name: str, kind: Literal["counter", "gauge"], text: str, rows: Iterable[tuple[dict[str, str], float]]
) -> Family:
    """Return a metric with a value for each set of labels."""
    return Family(name, kind, text, tuple((tuple(labels.items()), value) for labels, value in rows))


def text_of(families: Iterable[Family]) -> str:
    """Return the families in Prometheus's text format."""
    lines: list[str] = []
    for family in families:
        lines += [f"# HELP {family.name} {family.help}", f"# TYPE {family.name} {family.kind}"]
        for labels, value in family.values:
            inner = ",".join(f'{name}="{_escaped(word)}"' for name, word in labels)
            lines.append(f"{family.name}{{{inner}}} {value!r}" if inner else f"{family.name} {value!r}")
    return "\n".join(lines) + "\n"


def _escaped(word: str) -> str:
    return word.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def of_inputs(facts: Iterable[InputFacts], now_s: float) -> list[Family]:
    """Return the metrics of a process's inputs."""
    inputs = list(facts)

    def rows(value: Callable[[InputFacts], float | None]) -> list[tuple[dict[str, str], float]]:
        found = [({"input": each.name}, value(each)) for each in inputs]
        return [(labels, figure) for labels, figure in found if figure is not None]

    def age_s(each: InputFacts) -> float | None:
        return None if each.last_line_s is None else now_s - each.last_line_s

    return [
        many("farhelm_agent_input_open", "gauge", "1 while the input is open", rows(lambda each: float(each.is_open))),
        many("farhelm_agent_input_lines_total", "counter", "Lines passed on", rows(lambda each: each.lines_count)),
        many("farhelm_agent_input_noise_total", "counter", "Pieces that were no line", rows(lambda each: each.rejected_count)),
        many("farhelm_agent_input_lost_total", "counter", "Said, and known not to have come", rows(lambda each: each.lost_count)),
        many("farhelm_agent_input_reconnects_total", "counter", "Openings again", rows(lambda each: each.reconnects_count)),
        many("farhelm_agent_input_age_seconds", "gauge", "Since the last line", rows(age_s)),
    ]  # fmt: skip


def of_rejections(rejected: dict[str, Counter[str]]) -> Family:
    """Return what was rejected, by input and reason."""
    rows = [
        ({"input": name, "reason": reason}, float(count))
        for name, reasons in rejected.items()
        for reason, count in reasons.items()
    ]
    return many("farhelm_agent_rejected_total", "counter", "Sentences and fields rejected", rows)


class CountedPort:
    """A message port that counts what goes through it, by leaf of the topic."""

    def __init__(self, port: MessagePort) -> None:
        """Stand before `port`."""
        self._port = port
        self.sent_bytes: Counter[str] = Counter()
        self.received_bytes: Counter[str] = Counter()
        self.unsent_count = 0
        """Messages that the broker did not take."""

    @property
    def connected(self) -> bool:
        """True between Connected and Disconnected."""
        return self._port.connected

    @property
    def dropped_count(self) -> int:
        """Arrivals lost because the inbox was full."""
        return self._port.dropped_count

    @property
    def carried_bytes(self) -> int:
        """Bytes of all IP packets of its connections so far."""
        return self._port.carried_bytes

    async def run(self) -> None:
        """Keep the connection until cancelled."""
        await self._port.run()

    async def receive(self) -> Arrival:
        """Wait for and return the next arrival."""
        arrival = await self._port.receive()
        if isinstance(arrival, Message):
            self.received_bytes[_leaf(arrival.topic)] += len(arrival.payload)
        return arrival

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False, expiry_s: int | None = None) -> bool:
        """Hand `payload` to the broker; return whether it acknowledged."""
        is_sent = await self._port.publish(topic, payload, retain=retain, expiry_s=expiry_s)
        if is_sent:
            self.sent_bytes[_leaf(topic)] += len(payload)
        else:
            self.unsent_count += 1
        return is_sent

    def families(self, lag: LoopLag) -> list[Family]:
        """Return the metrics of the link, and how late the loop is."""
        return [
            one("farhelm_agent_connected", "gauge", "1 while the broker is there", float(self.connected)),
            many("farhelm_agent_sent_bytes_total", "counter", "Payload sent, by class",
                 [({"class": leaf}, float(count)) for leaf, count in self.sent_bytes.items()]),
            many("farhelm_agent_received_bytes_total", "counter", "Payload received, by class",
                 [({"class": leaf}, float(count)) for leaf, count in self.received_bytes.items()]),
            one("farhelm_agent_carried_bytes_total", "counter", "IP packets of the connection, both ways", self.carried_bytes),
            one("farhelm_agent_unsent_total", "counter", "Messages the broker did not take", self.unsent_count),
            one("farhelm_agent_inbox_dropped_total", "counter", "Arrivals lost: inbox full", self.dropped_count),
            one("farhelm_agent_loop_lag_seconds", "gauge", "Worst delay of the loop in 15 s", lag.worst_s),
        ]  # fmt: skip


def _leaf(topic: str) -> str:
    try:
        return topics.split(topic)[1]
    except MalformedError:
        return "other"


async def serve(port: int, families: Callable[[], list[Family]]) -> None:
    """Answer `GET /metrics` on loopback until cancelled; raise OSError when the port is not to be had."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            async with asyncio.timeout(READ_S):
                request = await reader.readuntil(b"\r\n\r\n")
                is_asked = request.startswith((b"GET /metrics ", b"GET /metrics?"))
                body = text_of(families()).encode() if is_asked else b""
                head = "200 OK" if is_asked else "404 Not Found"
                writer.write((f"HTTP/1.1 {head}\r\ncontent-type: text/plain; version=0.0.4\r\n"
                              f"content-length: {len(body)}\r\nconnection: close\r\n\r\n").encode() + body)  # fmt: skip
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, HOST, port, limit=REQUEST_MAX_BYTES)
    async with server:
        await server.serve_forever()


async def beside(
    program: Coroutine[object, object, None], port: int, clock: Clock, say: Callable[..., None],
    families: Callable[[LoopLag], list[Family]],
) -> None:  # fmt: skip
    """Run a program to its end, telling its figures on `port` meanwhile; 0: nobody is told.

    A port that is not to be had is told in the log and tried again: figures never stop a ship's program.
    """
    if not port:
        await program
        return
    lag = LoopLag(clock)
    tasks = [asyncio.create_task(lag.run()), asyncio.create_task(_serve_again(port, lambda: families(lag), say))]
    try:
        await program
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _serve_again(port: int, families: Callable[[], list[Family]], say: Callable[..., None]) -> None:
    while True:
        try:
            await serve(port, families)
        except OSError as error:
            say("metrics", problem=f"cannot listen on {HOST}:{port}: {error.strerror}")
        await asyncio.sleep(RETRY_S)
