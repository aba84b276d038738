"""A running demo for tests: all its processes on real sockets, as a user starts it."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.free_ports import free_port

ROOT = Path(__file__).parents[1]
START_S = 150.0
"""Longest wait for the demo; the goal is far below, but CI machines are busy."""


@dataclass(frozen=True)
class Demo:
    """A running demo: what its demo.json says, and where it lies."""

    folder: Path
    facts: dict[str, Any]

    @classmethod
    def read(cls, folder: Path) -> Demo:
        """Return the demo of `folder` as its demo.json tells it now."""
        return cls(folder, json.loads((folder / "demo.json").read_text()))

    @property
    def url(self) -> str:
        """Console URL without a trailing slash."""
        return str(self.facts["console_url"]).rstrip("/")

    def password(self, person: str) -> str:
        """Return the password of `person`."""
        return next(str(row["password"]) for row in self.facts["people"] if row["person"] == person)

    def pid(self, process: str) -> int:
        """Return the pid of the newest process called `process`, from the file the demo keeps."""
        facts = Demo.read(self.folder).facts
        return next(int(row["pid"]) for row in facts["processes"] if row["name"] == process)

    def play(self, **request: Any) -> Any:
        """Ask the simulators' control port: weather, faults, other ships; return its answer."""
        port = json.loads(Path(self.facts["simulator_ports"]).read_text())["control"]
        with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
            line.sendall(json.dumps(request).encode() + b"\n")
            return json.loads(line.makefile().readline())

    def token(self, role: str) -> str:
        """Return the API token of `role`."""
        return str(self.facts["tokens"][role])

    def get(self, path: str, role: str = "operator") -> Any:
        """Return the JSON of `path`."""
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {self.token(role)}"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.loads(answer.read())


def wait_until(condition: Any, limit_s: float, what: str) -> Any:
    """Return the first true result of `condition()`; fail with `what` after `limit_s` seconds of real time."""
    end_s = time.monotonic() + limit_s
    while time.monotonic() < end_s:
        result = condition()
        if result:
            return result
        time.sleep(0.1)
    return pytest.fail(f"{what}: not within {limit_s:g} s")


def let_pass(seconds: float) -> None:
    """Let so much real time pass: the demo's processes live in it."""
    time.sleep(seconds)


def now() -> datetime:
    """Return the time of this machine, which is that of all the demo's processes."""
    return datetime.now(UTC)


def start_demo(folder: Path, *options: str) -> tuple[subprocess.Popen[bytes], Demo]:
    """Start a demo in `folder` and return it when it says, by demo.json, that all is ready."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "farhelm", "demo", "--data", str(folder), "--port", str(free_port()), *options]
    with (folder / "demo-output.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)

    def answered() -> Demo | None:
        if process.poll() is not None:
            pytest.fail("the demo ended:\n" + (folder / "demo-output.log").read_text()[-3000:])
        try:
            return Demo.read(folder)
        except (OSError, ValueError):
            return None

    try:
        return process, wait_until(answered, START_S, "the demo answers with all vessels")
    except BaseException:
        stop_demo(process)  # nobody else knows of it
        raise


def stop_demo(process: subprocess.Popen[bytes]) -> None:
    """Ask the demo to stop as Ctrl-C does, and wait; one that has ended already is left."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
