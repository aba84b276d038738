"""`python -m shipside`: the agent aboard; the collector and the safety process, together or one of them."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Final

from protocols.aio.clock import Clock, SystemClock

OK, MISUSE, UNUSABLE = 0, 2, 3
STOP_S: Final = 5.0
"""How long a child may take to end before it is killed."""
RESTART_S: Final = 1.0
"""Pause before a child that ended is started again."""


def say_to_stderr(clock: Clock, role: str) -> Callable[..., None]:
    """Return what writes one JSON line an event to standard error."""

    def say(event: str, **fields: object) -> None:
        line = {"utc_ms": clock.utc_ns() // 1_000_000, "role": role, "event": event, **fields}
        sys.stderr.write(json.dumps(line, default=str) + "\n")
        sys.stderr.flush()

    return say


def main(arguments: list[str] | None = None) -> int:
    """Run the agent; return 0 when ended on request, 2 for a bad configuration, 3 when it cannot run."""
    parser = argparse.ArgumentParser(prog="python -m shipside", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="TOML file, see shipside/examples/")
    parser.add_argument("--role", choices=("collector", "safety", "all"), default="all", help="which process")
    parser.add_argument("--check", action="store_true", help="read the configuration, say what is wrong, and end")
    chosen = parser.parse_args(arguments)
    if chosen.role == "all" and not chosen.check:
        return _both(chosen.config)
    return _one(chosen.config, chosen.role, is_check=chosen.check)


def _one(path: Path, role: str, *, is_check: bool) -> int:
    from control.limits import ConfigError  # noqa: PLC0415 - the parent of both roles stays small
    from shipside import config as configuration  # noqa: PLC0415 - as above

    try:
        config = configuration.load(path, os.environ)
    except ConfigError as error:
        sys.stderr.write("The configuration has faults:\n" + "".join(f"- {fault}\n" for fault in error.faults))
        return MISUSE
    if is_check:
        sys.stderr.write(f"{path}: the configuration of {config.vessel.id} is good\n")
        return OK
    return _run(config, role)


def _run(config: object, role: str) -> int:
    from shipside import agent  # noqa: PLC0415 - after the configuration is known to be good
    from shipside.config import AgentConfig  # noqa: PLC0415
    from shipside.spool import SpoolError  # noqa: PLC0415

    assert isinstance(config, AgentConfig)  # noqa: S101 - our own caller
    clock = SystemClock()
    program = agent.run_collector if role == "collector" else agent.run_safety
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_until_told(program(config, clock, say_to_stderr(clock, role))))
    except (agent.StartError, SpoolError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return UNUSABLE
    except ExceptionGroup as group:
        if group.subgroup((agent.StartError, SpoolError, OSError)) is None:
            raise
        sys.stderr.write("".join(f"{error}\n" for error in group.exceptions))
        return UNUSABLE
    return OK


async def _until_told(program: Coroutine[object, object, None]) -> None:
    """Run a program until it is told to end."""
    task = asyncio.get_running_loop().create_task(program, name="agent")
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    with contextlib.suppress(ImportError):
        import uvloop  # noqa: PLC0415 - faster where it is installed, not needed

        return uvloop.new_event_loop
    return None


def _both(path: Path) -> int:
    """Run both roles as processes of their own, each started again when it ends; a bad configuration ends all."""
    if (checked := _checked(path)) != OK:
        return checked
    children: dict[str, subprocess.Popen[bytes]] = {}
    is_told = [False]

    def told(_number: int, _frame: object) -> None:
        is_told[0] = True
        for child in children.values():
            child.send_signal(signal.SIGTERM)

    signal.signal(signal.SIGTERM, told)
    signal.signal(signal.SIGINT, told)
    for role in ("safety", "collector"):
        children[role] = _start(path, role)
    while not is_told[0]:
        _watch(path, children)
    for child in children.values():
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(STOP_S)
        child.kill()
    return OK


def _checked(path: Path) -> int:
    """Check the configuration in a process that ends: the parent itself never grows."""
    return subprocess.call([sys.executable, "-m", "shipside", "--config", str(path), "--check"], stdout=sys.stderr)  # noqa: S603 - ourselves


def _start(path: Path, role: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-m", "shipside", "--config", str(path), "--role", role])  # noqa: S603 - ourselves


def _watch(path: Path, children: dict[str, subprocess.Popen[bytes]]) -> None:
    """Wait for a child to end, a second at most, and start it again."""
    for role, child in list(children.items()):
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = child.wait(RESTART_S / 2)
            sys.stderr.write(f"the {role} ended with {code}; it is started again\n")
            signal.sigtimedwait([], RESTART_S)
            children[role] = _start(path, role)


if __name__ == "__main__":
    sys.exit(main())
