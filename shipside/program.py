"""One role as a process: its loop, its log, its end on request, and a word where it cannot run."""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import gc
import importlib
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Final, cast

from protocols.aio.clock import Clock, SystemClock
from shipside import agent, logline, parent
from shipside.config import AgentConfig
from shipside.starting import StartError
from shipside.storage.durable import SpoolError

OK: Final = 0
UNUSABLE: Final = 3
ORPHAN_LOOK_S: Final = 1.0
"""How often a child looks whether its parent is still there."""
FAULTS: Final = (StartError, SpoolError, OSError)
"""What stands in the way of running and is no fault of the program: told in a line, without a traceback."""


def say_to_stderr(clock: Clock, role: str, vessel: str) -> Callable[..., None]:
    """Return what writes one JSON line an event to standard error; fields never hide the line's own.

    The names are those of the shore's log: utc_ms, process, level, event, vessel, order_id.
    """

    def say(event: str, **fields: object) -> None:
        logline.write(clock, role, event, {"vessel": vessel, **fields})

    return say


MODULES: Final = {
    "collector": ("shipside.collector", "shipside.figures"),
    "safety": ("shipside.commanding.safety", "shipside.equipment", "shipside.figures"),
}
"""{role: the modules of its program}"""


def run(config: AgentConfig, role: str) -> int:
    """Run one role until told to end; return 0, or 3 when it cannot run."""
    clock = SystemClock()
    program = agent.run_collector if role == "collector" else agent.run_safety
    for module in MODULES[role]:
        importlib.import_module(module)  # here, and not when it starts: see _give_back
    _give_back()
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(_until_told(program(config, clock, say_to_stderr(clock, role, config.vessel.id))))
    except FAULTS as error:
        return _unusable(error)
    except BaseExceptionGroup as group:
        if group.split(FAULTS)[1] is not None:
            raise
        return _unusable(*_leaves(group))
    return OK


def _give_back() -> None:
    """Give what loading left behind back to the machine, before anything runs: 2 MB of 69 a process, with glibc."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        gc.collect()
        trim(0)


def _unusable(*errors: BaseException) -> int:
    sys.stderr.write("".join(f"the agent cannot run: {error}\n" for error in errors))
    return UNUSABLE


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    found: list[BaseException] = []
    for error in group.exceptions:
        found += (
            _leaves(cast("BaseExceptionGroup[BaseException]", error))
            if isinstance(error, BaseExceptionGroup)
            else [error]
        )
    return found


async def _until_told(program: Coroutine[object, object, None]) -> None:
    """Run a program until it is told to end, or its parent is gone."""
    task = asyncio.get_running_loop().create_task(program, name="agent")
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    watch = asyncio.get_running_loop().create_task(_end_with_parent(task), name="parent-watch")
    try:
        with contextlib.suppress(asyncio.CancelledError):
            await task
    finally:
        watch.cancel()


async def _end_with_parent(task: asyncio.Task[None]) -> None:
    while not parent.is_orphaned():  # noqa: ASYNC110 - the kernel gives no event for it
        await asyncio.sleep(ORPHAN_LOOK_S)
    task.cancel()


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    with contextlib.suppress(ImportError):
        import uvloop  # noqa: PLC0415 - faster where it is installed, not needed

        return uvloop.new_event_loop
    return None
