"""Child processes: started with a log each, started again with growing patience when they end, ended by pid."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

RESTART_FIRST_S: Final = 0.5
RESTART_MAX_S: Final = 10.0
"""Longest pause before a child is started again."""
STEADY_S: Final = 20.0
"""A child that ran this long has recovered: its next pause is the shortest again."""
STOP_S: Final = 6.0
"""How long all children together may take to end before they are killed."""
PR_SET_PDEATHSIG: Final = 1


@dataclass(slots=True)
class Child:
    """One child process and what it is started with."""

    name: str
    command: list[str]
    log: Path
    user: str | None = None
    stop_signal: int = signal.SIGTERM
    is_last: bool = False
    """True for what others need to end cleanly: database and broker."""
    environment: dict[str, str] = field(default_factory=dict[str, str])
    process: asyncio.subprocess.Process | None = None
    restarts: int = 0

    @property
    def pid(self) -> int | None:
        """Process id while it runs."""
        return self.process.pid if self.process is not None and self.process.returncode is None else None

    def last_words(self, lines: int = 5) -> str:
        """Return the last lines of its log."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""


class Children:
    """All children of one demo."""

    def __init__(self, changed: Callable[[str], None]) -> None:
        """Tell `changed` in words whenever a child ends or starts again."""
        self._changed = changed
        self._watchers: list[asyncio.Task[None]] = []
        self._is_stopping = False
        self.all: list[Child] = []

    async def start(self, child: Child) -> None:
        """Start a child and keep it running."""
        self.all.append(child)
        await _spawn(child)
        self._watchers.append(asyncio.create_task(self._keep(child), name=f"keep {child.name}"))

    async def _keep(self, child: Child) -> None:
        pause_s = RESTART_FIRST_S
        while child.process is not None:
            begun_s = asyncio.get_running_loop().time()
            code = await child.process.wait()
            if self._is_stopping:
                return
            ran_s = asyncio.get_running_loop().time() - begun_s
            pause_s = RESTART_FIRST_S if ran_s > STEADY_S else min(pause_s * 2, RESTART_MAX_S)
            child.restarts += 1
            self._changed(f"{child.name} ended with {code}; it starts again in {pause_s:g} s (log: {child.log})")
            await asyncio.sleep(pause_s)
            await _spawn(child)
            self._changed(f"{child.name} runs again as {child.pid}")

    async def stop(self) -> None:
        """End all children, database and broker after the others; those that do not end are killed."""
        self._is_stopping = True
        for watcher in self._watchers:
            watcher.cancel()
        last = [child for child in self.all if child.is_last]
        for group in ([child for child in self.all if not child.is_last], last):
            await _end(group)


async def _end(group: list[Child]) -> None:
    for child in group:
        _signal(child, child.stop_signal)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(STOP_S):
            for child in group:
                if child.process is not None:
                    await child.process.wait()
    for child in group:
        _signal(child, signal.SIGKILL)
        if child.process is not None:
            await child.process.wait()


async def _spawn(child: Child) -> None:
    with child.log.open("ab") as log:
        child.process = await asyncio.create_subprocess_exec(
            *child.command, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, user=child.user,
            cwd=str(child.log.parent) if child.user is None else "/", env={**os.environ, **child.environment},
            start_new_session=True, preexec_fn=_die_with_parent,
        )  # fmt: skip


def _die_with_parent() -> None:
    """Ask the kernel to end this child when its parent dies, whatever killed it."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _signal(child: Child, number: int) -> None:
    if child.pid is not None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child.pid, number)
