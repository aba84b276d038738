"""The thin parent: both roles as processes of their own, each started again when it ends. It imports next to nothing.

A child that ends at once again and again is started less and less often, never given up. When the parent is gone the
children end too (they look at who their parent is), so that two agents never fight for one ship.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final

from protocols.aio.clock import SystemClock
from shipside import logline

ROLES: Final[tuple[str, ...]] = ("watchdog", "safety", "collector")
NOT_NEEDED: Final = 4
"""With this a child says that it has nothing to do on this vessel (`watchdog.py`): it is not started again."""
PARENT_VARIABLE: Final = "FARHELM_PARENT_PID"
ROUND_S: Final = 0.5
"""How often the children are looked at."""
PAUSE_ROUNDS_MAX: Final = 20
"""Longest pause before a child is started again: 10 s."""
LIVED_ROUNDS: Final = 20
"""A child that ran for 10 s is started again at once when it ends."""
WITHOUT_TEXTS: Final = "-OO"
"""Docstrings are not loaded, 2.4 MB of the collector and 2.7 of the safety process; nor asserts, of which none is aboard."""
STOP_S: Final = 5.0
"""How long a child may take to end before it is killed."""


class Parent:
    """Keeps one process per role."""

    def __init__(self, config: Path) -> None:
        """Run the agent of `config`; nothing is started before `run`."""
        self._config = config
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._lived: dict[str, int] = dict.fromkeys(ROLES, 0)
        self._pause: dict[str, int] = dict.fromkeys(ROLES, 1)
        self._wait: dict[str, int] = {}
        self._is_told = False

    def run(self) -> int:
        """Run until told to end; return 0."""
        signal.signal(signal.SIGTERM, self._told)
        signal.signal(signal.SIGINT, self._told)
        for role in ROLES:
            self._children[role] = self._start(role)
        while not self._is_told:
            signal.sigtimedwait([], ROUND_S)
            for role in ROLES:
                self._look(role)
        self._end()
        return 0

    def _told(self, _number: int, _frame: object) -> None:
        self._is_told = True

    def _look(self, role: str) -> None:
        """Count a round of a living child; wait out the pause of a dead one, then start it again."""
        code = self._children[role].poll()
        if code is None:
            self._lived[role] += 1
        if code in (None, NOT_NEEDED):
            return
        if role not in self._wait:
            quick = self._lived[role] < LIVED_ROUNDS
            self._pause[role] = min(self._pause[role] * 2, PAUSE_ROUNDS_MAX) if quick else 1
            self._wait[role] = self._pause[role]
            told = {"role": role, "code": code, "again_s": self._pause[role] * ROUND_S}
            logline.write(SystemClock(), "parent", "ended", {**told, "problem": f"the {role} ended with {code}"})
        self._wait[role] -= 1
        if self._wait[role] <= 0 and not self._is_told:
            del self._wait[role]
            self._lived[role] = 0
            self._children[role] = self._start(role)

    def _start(self, role: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, PARENT_VARIABLE: str(os.getpid())}
        return subprocess.Popen(command(self._config, role), env=environment)  # noqa: S603 - ourselves

    def _end(self) -> None:
        for child in self._children.values():
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        for child in self._children.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(STOP_S)
            child.kill()


def command(config: Path, role: str) -> list[str]:
    """Return the command line of one role's process."""
    return [sys.executable, WITHOUT_TEXTS, "-m", "shipside", "--config", str(config), "--role", role]


def checked(config: Path) -> int:
    """Check the configuration in a process that ends, so that the parent itself never grows; return its exit code.

    Faults are told to the person who starts it as they are, what is good as a line of the log.
    """
    command = [sys.executable, "-m", "shipside", "--config", str(config), "--check"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - ourselves
    if ran.returncode == 0:
        logline.write(SystemClock(), "parent", "configuration", {"said": ran.stderr.strip()})
    else:
        sys.stderr.write(ran.stdout + ran.stderr)
    return ran.returncode


def is_orphaned() -> bool:
    """Return True in a child whose parent is gone."""
    parent = os.environ.get(PARENT_VARIABLE)
    return parent is not None and parent != str(os.getppid())
