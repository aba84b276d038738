"""An event loop in virtual time: whoever waits is woken at once, and the clock says that the time has passed.

No socket, no file descriptor, no thread: what would make a run depend on the machine is refused with a clear word. A loop
on which nothing will ever happen again says so instead of hanging.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any, Final, NoReturn, TypeVar

START_S: Final = 1_000.0
"""Monotonic seconds at the start; not 0, so that no program takes its first instant for "never"."""
START_UTC_NS: Final = 1_795_478_400_000_000_000
"""2026-11-24 00:00:00 UTC."""
NS_PER_S: Final = 1_000_000_000
RESOLUTION_S: Final = 1e-9
"""Timers this near are due together; the machine's own resolution would differ from machine to machine."""

_Result = TypeVar("_Result")


class RealWorldError(RuntimeError):
    """Something asked for a socket, a process or another thread: the simulated world has none."""


class StandstillError(RuntimeError):
    """Every task waits for another and no timer is set: in virtual time nothing would ever happen again."""


def _refused(name: str) -> Callable[..., NoReturn]:
    def refuse(*_args: object, **_kwargs: object) -> NoReturn:
        raise RealWorldError(f"{name}: the simulated world has no real sockets, files or processes; use a port")

    return refuse


class _Calendar:
    """Stands where a selector would: instead of waiting it moves the clock."""

    def __init__(self) -> None:
        self.now_s = START_S

    def select(self, timeout: float | None) -> list[object]:
        """Let `timeout` seconds pass at once; raise StandstillError where there is nothing to wait for."""
        if timeout is None:
            raise StandstillError("every task waits for another and no timer is set")
        self.now_s += max(0.0, timeout)
        return []


class VirtualLoop(asyncio.BaseEventLoop):
    """An event loop whose time moves only when everybody waits; give it to `asyncio.Runner(loop_factory=...)`."""

    def __init__(self) -> None:
        """Begin at START_S."""
        super().__init__()
        self._calendar = self._selector = _Calendar()
        self._clock_resolution = RESOLUTION_S
        self._home_thread = threading.get_ident()

    def time(self) -> float:
        """Return virtual monotonic seconds."""
        return self._calendar.now_s

    def run_in_executor(
        self, executor: object, func: Callable[..., _Result], *args: object
    ) -> asyncio.Future[_Result]:  # fmt: skip
        """Call `func` at once, in this thread: it takes no virtual time, and threads would come in any order."""
        del executor
        future: asyncio.Future[_Result] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - whatever it is belongs to whoever awaits
            future.set_exception(error)
        return future

    def _process_events(self, event_list: list[object]) -> None:
        """Do nothing: no file descriptor is ever ready."""

    def _write_to_self(self) -> None:
        if threading.get_ident() != self._home_thread:
            raise RealWorldError("another thread called into the virtual loop; its order would be chance")

    def add_reader(self, fd: object, callback: Callable[..., object], *args: object) -> NoReturn:
        """Raise RealWorldError: nothing real is read."""
        _refused("add_reader")(fd, callback, *args)

    def add_writer(self, fd: object, callback: Callable[..., object], *args: object) -> NoReturn:
        """Raise RealWorldError: nothing real is written."""
        _refused("add_writer")(fd, callback, *args)

    def add_signal_handler(self, sig: int, callback: Callable[..., object], *args: object) -> NoReturn:
        """Raise RealWorldError: a signal comes at a real time."""
        _refused("add_signal_handler")(sig, callback, *args)

    connect_accepted_socket = _refused("connect_accepted_socket")
    connect_read_pipe = _refused("connect_read_pipe")
    connect_write_pipe = _refused("connect_write_pipe")
    create_connection = _refused("create_connection")
    create_datagram_endpoint = _refused("create_datagram_endpoint")
    create_server = _refused("create_server")
    create_unix_connection = _refused("create_unix_connection")
    create_unix_server = _refused("create_unix_server")
    getaddrinfo = _refused("getaddrinfo")
    getnameinfo = _refused("getnameinfo")
    sendfile = _refused("sendfile")
    sock_accept = _refused("sock_accept")
    sock_connect = _refused("sock_connect")
    sock_recv = _refused("sock_recv")
    sock_sendall = _refused("sock_sendall")
    start_tls = _refused("start_tls")
    subprocess_exec = _refused("subprocess_exec")
    subprocess_shell = _refused("subprocess_shell")


class VirtualClock:
    """`protocols.aio.clock.Clock` of the virtual loop: UTC runs with it, without a step or a drift."""

    def now_s(self) -> float:
        """Return monotonic seconds of the running loop."""
        return asyncio.get_running_loop().time()

    def utc_ns(self) -> int:
        """Return UTC in nanoseconds: START_UTC_NS and what has passed since."""
        return START_UTC_NS + round((self.now_s() - START_S) * NS_PER_S)

    def cpu_s(self) -> float:
        """Return 0: what the machine works is no part of the world."""
        return 0.0


class WrongClock(VirtualClock):
    """A virtual clock whose UTC somebody has set wrong; its monotonic seconds are as good as ever."""

    def __init__(self, wrong_utc_ns: Callable[[float, int], int]) -> None:
        """Tell UTC as `wrong_utc_ns` makes it of the seconds since the start and the right UTC in nanoseconds."""
        self._wrong_utc_ns = wrong_utc_ns

    def utc_ns(self) -> int:
        """Return the wrong UTC in nanoseconds."""
        return self._wrong_utc_ns(self.now_s() - START_S, super().utc_ns())


def run(main: Coroutine[Any, Any, _Result]) -> _Result:
    """Run `main` to its end in virtual time and return what it returns; raise StandstillError where it never would."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)
