"""What a console's socket writes and when, on a loop and a transport that only note."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import uvicorn
from uvicorn.server import ServerState

from shoreside.api.sending import PING_WAITS_S, ConsoleProtocol, of_one_server

INTERVAL_S, TIMEOUT_S = 3.0, 6.0


class Timer:
    """One that can be cancelled."""

    def __init__(self, due_s: float, call: Callable[[], None]) -> None:
        """Call `call` at `due_s`."""
        self.due_s, self.call, self.is_cancelled = due_s, call, False

    def cancel(self) -> None:
        """Call nothing."""
        self.is_cancelled = True


class Loop:
    """A loop whose time is moved by hand; counts how often it is woken."""

    def __init__(self) -> None:
        """Begin at 100 s."""
        self.now_s, self.woken_count = 100.0, 0
        self._soon: list[Callable[[], None]] = []
        self._timers: list[Timer] = []

    def time(self) -> float:
        """Return the time, s."""
        return self.now_s

    def call_soon(self, call: Callable[..., None], *arguments: object) -> None:
        """Call in this turn."""
        self._soon.append(partial(call, *arguments))

    def call_later(self, delay_s: float, call: Callable[..., None], *arguments: object) -> Timer:
        """Call then."""
        self._timers.append(Timer(self.now_s + delay_s, partial(call, *arguments)))
        return self._timers[-1]

    def turn(self) -> None:
        """End this turn of the loop."""
        soon, self._soon = self._soon, []
        for call in soon:
            call()

    def run_to(self, now_s: float) -> None:
        """Let time pass, and count the moments at which something was due."""
        while due := sorted((timer for timer in self._timers if timer.due_s <= now_s), key=lambda timer: timer.due_s):
            self.now_s = due[0].due_s
            together = [timer for timer in due if timer.due_s == self.now_s]
            self._timers = [timer for timer in self._timers if timer not in together]
            self.woken_count += any(not timer.is_cancelled for timer in together)
            for timer in together:
                if not timer.is_cancelled:
                    timer.call()
            self.turn()
        self.now_s = now_s


class Wire:
    """A transport that notes what is written."""

    def __init__(self) -> None:
        """Begin open and empty."""
        self.written: list[bytes] = []
        self.is_closed = False

    def write(self, content: bytes) -> None:
        """Note it."""
        self.written.append(content)

    def is_closing(self) -> bool:
        """Return whether it was closed."""
        return self.is_closed

    def close(self) -> None:
        """Close it."""
        self.is_closed = True

    def get_write_buffer_size(self) -> int:
        """Return 0: all was taken."""
        return 0

    def get_extra_info(self, name: str) -> None:
        """Know nothing."""

    def set_write_buffer_limits(self, high: int) -> None:
        """Take any."""


async def _nobody(scope: object, receive: object, send: object) -> None:
    """Be an application."""


def sockets(count: int) -> tuple[Loop, list[tuple[ConsoleProtocol, Wire]]]:
    """Return `count` open sockets of one server, whose pings have begun."""
    config = uvicorn.Config(_nobody, ws_ping_interval=INTERVAL_S, ws_ping_timeout=TIMEOUT_S, log_config=None)
    config.load()
    loop, state, kind = Loop(), ServerState(), of_one_server()
    made: list[tuple[ConsoleProtocol, Wire]] = []
    for _ in range(count):
        one, wire = kind(config, state, {}, cast("asyncio.AbstractEventLoop", loop)), Wire()
        one.connection_made(cast("Any", wire))
        one.handshake_complete = True
        one.start_keepalive()
        made.append((one, wire))
    return loop, made


def test_what_comes_in_one_turn_is_one_write() -> None:
    """Values, then a status: one write at the end of the turn, in order; nothing more in the next."""
    loop, [(one, wire)] = sockets(1)
    assert one.write_soon(b"values")
    assert one.write_soon(b"status")
    assert wire.written == []
    loop.turn()
    loop.turn()
    assert wire.written == [b"valuesstatus"]


def test_pings_of_all_consoles_come_together_and_ride_with_values() -> None:
    """Three consoles, pinged at one moment: where values come the ping is in the same write, elsewhere it goes 0.25 s later."""
    loop, made = sockets(3)
    loop.run_to(101.9)
    # The next whole 3 s: all three have a ping that waits, and the loop was woken once.
    loop.run_to(102.0)
    assert [wire.written for _, wire in made] == [[], [], []]
    assert loop.woken_count == 1
    # Values come for the first of them: they and the ping are one write.
    assert made[0][0].write_soon(b"values")
    loop.turn()
    (together,) = made[0][1].written
    assert (together[:8], together[8:]) == (b"values\x89\x04", made[0][0].pending_ping_payload)
    # The other two are pinged by themselves, and the first not again.
    loop.run_to(102.0 + PING_WAITS_S)
    assert [len(wire.written) for _, wire in made] == [1, 1, 1]
    assert made[1][1].written == [b"\x89\x04" + cast("bytes", made[1][0].pending_ping_payload)]


def test_a_console_that_answers_is_pinged_again_and_one_that_does_not_is_closed() -> None:
    """One answers each ping, the other none: 6 s after its ping it is closed, and the first is pinged on."""
    loop, [(answers, wire), (_, dead)] = sockets(2)
    for moment_s in (102.5, 105.5, 108.5, 111.5):
        loop.run_to(moment_s - 0.01)
        if answers.pending_ping_payload is not None:
            pong = b"\x8a\x84\0\0\0\0" + answers.pending_ping_payload  # masked with zeros
            answers.handle_pong(cast("Any", type("Pong", (), {"data": pong[-4:]})))
        assert dead.is_closed == (moment_s > 102.0 + TIMEOUT_S)
    assert not wire.is_closed
    assert sum(written.startswith(b"\x89") for written in wire.written) == 4
    assert sum(written.startswith(b"\x89") for written in dead.written) == 1


def test_nothing_is_taken_for_a_socket_that_has_ended_or_is_full() -> None:
    """Full, closing, or with its last frame sent: the feed keeps what it has."""
    for spoil in (
        lambda one, _: one.pause_writing(), lambda _, wire: wire.close(), lambda one, _: setattr(one, "close_sent", True),
        lambda one, _: setattr(one, "handshake_complete", False),
    ):  # fmt: skip
        loop, [(one, wire)] = sockets(1)
        spoil(one, wire)
        assert not one.write_soon(b"values")
        loop.turn()
        assert wire.written == []
    # What was gathered before the end is not written behind the last frame.
    loop, [(one, wire)] = sockets(1)
    assert one.write_soon(b"values")
    one.close_sent = True
    loop.turn()
    assert wire.written == []
