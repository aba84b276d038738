"""The first and only process of the other kernel (`other_kernel.py`): mounts, loads modules, runs one command, powers off."""

from __future__ import annotations

import ctypes
import json
import os
import platform
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any, Final

ENDED: Final = "\n== the program has ended with "
FINIT_MODULE: Final = 313
"""System call of x86-64, the only machine that user-mode Linux is built for; kmod would be another package."""
POWER_OFF: Final = 0x4321_FEDC
LIBC: Final = ctypes.CDLL(None, use_errno=True)


def status_of(task: Any) -> int | str:
    """Do what the task says, and return how its program ended; raise OSError where this kernel does not do its part."""
    modules = Path(task["modules"]) / platform.release()
    _mount("proc", "/proc")
    _mount("sysfs", "/sys")
    _mount("tmpfs", task["scratch"])
    layers = Path(task["scratch"], "upper"), Path(task["scratch"], "work")
    for layer in layers:
        layer.mkdir()
    _load(modules, "overlay")
    _mount("overlay", "/tmp", "lowerdir=/tmp,upperdir={},workdir={}".format(*layers))
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True, env=task["environment"])
    for name in task["names"]:
        _load(modules, name)
    try:
        return subprocess.run(
            task["command"], check=False, cwd=task["folder"], env=task["environment"], timeout=task["timeout_s"],
            stdin=subprocess.DEVNULL,
        ).returncode  # fmt: skip
    except subprocess.TimeoutExpired:
        return "its time"


def _mount(kind: str, place: str, options: str = "") -> None:
    if LIBC.mount(kind.encode(), place.encode(), kind.encode(), 0, options.encode()):
        raise OSError(ctypes.get_errno(), f"{kind} cannot be mounted on {place}: {os.strerror(ctypes.get_errno())}")


def _load(folder: Path, name: str) -> None:
    (path,) = folder.rglob(f"{name}.ko")
    with path.open("rb") as file:
        if LIBC.syscall(FINIT_MODULE, file.fileno(), b"", 0):
            raise OSError(ctypes.get_errno(), f"module {name}: {os.strerror(ctypes.get_errno())}")


if __name__ == "__main__":
    status: int | str = "no status"
    try:
        status = status_of(json.loads(Path(sys.argv[1]).read_text("utf-8")))
    except BaseException:  # noqa: BLE001 - the first process must not end: the kernel would only say that it panics
        traceback.print_exc()
    sys.stdout.write(f"{ENDED}{status}\n")
    sys.stdout.flush()
    LIBC.reboot(POWER_OFF)
