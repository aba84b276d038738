"""Another Linux kernel beside this machine's own: Debian's user-mode Linux, an ordinary process over the same files.

For what this kernel was built without. A program runs there as root, on a read-only view of the machine's files; what it writes
to /tmp is kept in memory. Its words and its status come back, and nothing of it outlives the call.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests import other_kernel_init

ROOT: Final = Path(__file__).parents[1]
LINUX: Final = shutil.which("linux.uml")
MODULES: Final = Path(LINUX or "/usr/bin/linux.uml").resolve().parents[1] / "lib" / "uml" / "modules"
NONE: Final = "no user-mode Linux (apt-get install user-mode-linux): what this kernel lacks was NOT tested"
NO_BOOT: Final = "user-mode Linux does not boot here (is ptrace forbidden?): what this kernel lacks was NOT tested"
CAN: Final = ("can", "can-raw", "can-dev", "vcan", "slcan")
"""Modules of a virtual CAN bus and of serial adapters, each after what it needs."""
BEGAN: Final = "== the other kernel has begun ==\n"
MEMORY_MB: Final = 512
BOOT_S: Final = 30.0
"""Longest from the start to the mark: 1 s on an idle machine."""
HANDED_IN: Final = ("CI", "FARHELM_SHARED", "PYTHONPYCACHEPREFIX", "UV_SYSTEM_CERTS")
"""Settings of ours that hold there too."""
PYTEST: Final = shlex.split(
    "-q --color=no --noconftest -p no:cacheprovider --basetemp /tmp/inside -p pytest_asyncio.plugin -p pytest_timeout "
    "-p pytest_rerunfailures --reruns 1 --only-rerun TimeoutError"
)
"""What tests there need, and no more: the other plugins and the database of `conftest.py` take three times as long to load. A
wait that ran out is tried once more, as everywhere."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended in the other kernel."""

    is_booted: bool
    """False: the kernel never came so far as to start a process."""
    status: int | None
    """Exit status of the program; None when it was ended by its time, or the kernel never told."""
    output: str
    """What it said, and what the kernel said before it where it did not boot."""

    def outcomes(self) -> dict[str, int]:
        """Return how many tests passed, failed, were skipped ... by the last line of pytest; empty where it said none."""
        ends = [line for line in self.output.splitlines() if re.search(r"\d+ [a-z]+.* in [\d.]+s", line)]
        last = ends[-1].rpartition(" in ")[0] if ends else ""
        return {word: int(count) for count, word in re.findall(r"(\d+) ([a-z]+)", last)}


def run(command: Sequence[str], folder: Path, *, modules: Sequence[str] = (), timeout_s: float = 60.0) -> Ended:
    """Run a command in the project's folder inside the other kernel, with these of its modules loaded.

    `folder` is an empty one of the caller's, which the kernel may use. Raise FileNotFoundError where user-mode Linux is not
    installed.
    """
    if LINUX is None:
        raise FileNotFoundError(NONE)
    scratch = folder / "scratch"
    scratch.mkdir()
    task = folder / "task.json"
    task.write_text(json.dumps({
        "command": list(command), "folder": str(ROOT), "scratch": str(scratch), "timeout_s": timeout_s,
        "modules": str(MODULES), "names": list(modules), "environment": _environment(),
    }))  # fmt: skip
    first = folder / "init"
    program = shlex.join([sys.executable, "-I", other_kernel_init.__file__, str(task)])
    first.write_text(f"#!/bin/sh\necho {shlex.quote(BEGAN.strip())}\nexec {program}\n")
    first.chmod(0o755)
    return _ended(_boot(first, folder, BOOT_S + timeout_s))


def run_tests(targets: Sequence[str], folder: Path, *, modules: Sequence[str] = (), timeout_s: float = 60.0) -> Ended:
    """Run tests inside, as `run` does; skip the caller's test with a word where there is no such kernel or it does not boot."""
    if LINUX is None:
        pytest.skip(NONE)
    ended = run([sys.executable, "-m", "pytest", *PYTEST, *targets], folder, modules=modules, timeout_s=timeout_s)
    if not ended.is_booted:
        pytest.skip(f"{NO_BOOT}: {ended.output[:600]}")
    return ended


def _environment() -> dict[str, str]:
    own = {name: os.environ[name] for name in HANDED_IN if name in os.environ}
    paths = os.environ.get("PATH", "/usr/bin:/bin")
    return own | {
        "PATH": f"{paths}:/usr/sbin:/sbin", "HOME": "/tmp", "TMPDIR": "/tmp", "LC_ALL": "C.UTF-8",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }  # fmt: skip


def _boot(first: Path, folder: Path, timeout_s: float) -> str:
    """Run the kernel to its end or to its time, and return what came out of its console."""
    assert LINUX is not None
    command = [LINUX, f"mem={MEMORY_MB}M", "rootfstype=hostfs", "root=/dev/root", "ro", f"init={first}", f"uml_dir={folder}/",
               "con=null", "con0=null,fd:1", "quiet", "panic=1"]  # fmt: skip
    environment = {"PATH": os.environ.get("PATH", ""), "TMPDIR": str(_memory_folder(folder))}
    console = folder / "console"
    with console.open("wb") as out, subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=environment, start_new_session=True
    ) as kernel:  # fmt: skip
        try:
            with contextlib.suppress(subprocess.TimeoutExpired):
                kernel.wait(timeout_s)
        finally:
            if kernel.poll() is None:
                os.killpg(kernel.pid, signal.SIGKILL)  # its programs are processes of its session
    return console.read_bytes().decode(errors="replace").replace("\r", "")


def _memory_folder(folder: Path) -> Path:
    """Return where the kernel's memory lies as a file: in memory, where a container has left enough of it."""
    shared = Path("/dev/shm")
    with contextlib.suppress(OSError):
        room = os.statvfs(shared)
        if room.f_bavail * room.f_frsize > MEMORY_MB << 20 and os.access(shared, os.W_OK):
            return shared
    return folder


def _ended(console: str) -> Ended:
    before, began, said = console.partition(BEGAN)
    if not began:
        return Ended(is_booted=False, status=None, output=before)
    output, ended, status = said.partition(other_kernel_init.ENDED)
    word = status.split()[0] if ended and status.split() else ""
    return Ended(is_booted=True, status=int(word) if word.lstrip("-").isdecimal() else None, output=output)
