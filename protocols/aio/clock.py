"""The only clock: every other module is told the time."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Monotonic seconds for every decision, UTC nanoseconds for the record; they are never mixed."""

    def now_s(self) -> float:
        """Return monotonic seconds of the running event loop; never steps, never goes back."""
        ...

    def utc_ns(self) -> int:
        """Return UTC in nanoseconds since 1970; may step when the machine learns the time."""
        ...

    def cpu_s(self) -> float:
        """Return CPU seconds (user and system) this process has used."""
        ...


class SystemClock:
    """The machine's clocks; monotonic time is the event loop's, so that a simulated loop moves it."""

    def now_s(self) -> float:
        """Return monotonic seconds: of the running loop, or of the machine where no loop runs."""
        import asyncio  # noqa: PLC0415 - who only dates a log line has no loop, and is spared 5 MB: parent and watchdog aboard

        try:
            return asyncio.get_running_loop().time()
        except RuntimeError:
            return time.monotonic()

    def utc_ns(self) -> int:
        """Return UTC in nanoseconds since 1970."""
        return time.time_ns()

    def cpu_s(self) -> float:
        """Return CPU seconds (user and system) this process has used."""
        return time.process_time()
