"""Looks at ports, disks and files of this machine. Judges nothing; each look is bounded."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import stat
import tempfile
from pathlib import Path
from typing import Final, cast

import httpx

from farhelm.doctor.seen import DiskSeen, FileSeen, PortSeen, ProcessSeen, UdpSeen
from protocols.errors import MalformedError
from protocols.link.keyfile import key_of_pem

CONNECT_S: Final = 3.0
"""Longest wait for a TCP connection; twice the round trip of the slowest bearer with one resend."""
HTTP_S: Final = 3.0
WRITE_BYTES: Final = 4096
LISTENING: Final = ("0A", "07")
"""States of a listening TCP and a bound UDP socket in /proc/net."""


def port(host: str, number: int, *, asks: bool = False, listens: bool = False) -> PortSeen:
    """Look whether `host`:`number` answers; `asks`: who it is by HTTP; `listens`: whether one could listen there."""
    reached = "127.0.0.1" if host in ("0.0.0.0", "") else host  # noqa: S104 - what listens everywhere listens here
    try:
        socket.create_connection((reached, number), CONNECT_S).close()
    except OSError as error:
        problem = _bind_problem(host, number, socket.SOCK_STREAM) if listens else ""
        return PortSeen(host, number, answers=False, problem=said(error), listen_problem=problem)
    speaker = _speaker(reached, number) if asks else ""
    here = reached in ("127.0.0.1", "::1", "localhost")
    return PortSeen(host, number, answers=True, speaker=speaker, holder=_holder("tcp", number) if here else "")


def udp(host: str, number: int) -> UdpSeen:
    """Look whether one could listen on UDP `number`."""
    problem = _bind_problem(host, number, socket.SOCK_DGRAM)
    return UdpSeen(number, problem, _holder("udp", number) if problem else "")


def disk(folder: Path) -> DiskSeen:
    """Look how much is free below `folder`, or below the first folder above it that exists, and whether one can write."""
    place = folder.absolute()
    try:
        while not place.exists() and place != place.parent:
            place = place.parent
        free = shutil.disk_usage(place).free
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(bytes(WRITE_BYTES))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return DiskSeen(str(folder), 0, said(error))
    return DiskSeen(str(folder), free)


def file(path: Path, *, holds_key: bool = False) -> FileSeen:
    """Look at a file; `holds_key`: it is to hold an unencrypted Ed25519 private key in PEM."""
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        content = path.read_bytes()
    except OSError as error:
        return FileSeen(str(path), said(error), is_absent=isinstance(error, FileNotFoundError))
    return FileSeen(str(path), mode=mode, key_problem=_key_problem(content) if holds_key else "")


def device(path: Path) -> FileSeen:
    """Look at a serial device; it is opened for a moment, and no line of it is changed."""
    try:
        if not stat.S_ISCHR(path.stat().st_mode):
            return FileSeen(str(path), "it is no device")
        os.close(os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK))
    except OSError as error:
        return FileSeen(str(path), said(error), is_absent=isinstance(error, FileNotFoundError))
    return FileSeen(str(path))


def process(name: str, pid: int | None, restarts: int, log: str) -> ProcessSeen:
    """Look whether a process lives."""
    return ProcessSeen(name, pid, pid is not None and lives(pid), restarts, log)


def lives(pid: int) -> bool:
    """Return whether process `pid` is there and not a mere remainder."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    return False


def said(error: Exception) -> str:
    """Return an error in words, without its number."""
    words = error.strerror if isinstance(error, OSError) else None
    text = words or str(error).strip() or type(error).__name__
    return text.splitlines()[0]


def _bind_problem(host: str, number: int, kind: socket.SocketKind) -> str:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, kind) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, number))
        except OSError as error:
            return said(error)
    return ""


def _speaker(host: str, number: int) -> str:
    """Return who answers HTTP there; empty when it is no web server."""
    try:
        answer = httpx.get(f"http://{host}:{number}/healthz", timeout=HTTP_S, trust_env=False)
        found: object = answer.json()
    except httpx.HTTPError:
        return "something that is no web server"
    except ValueError:
        found = None
        answer = httpx.Response(200)
    told = cast("dict[str, object]", found) if isinstance(found, dict) else {}
    if "version" in told and "vessels" in told:
        return f"farhelm shore {told['version']}"
    server = answer.headers.get("server", "")
    return f"a web server ({server})" if server else "a web server"


def _key_problem(content: bytes) -> str:
    try:
        key_of_pem(content)
    except MalformedError as error:
        return str(error)
    return ""


def _holder(protocol: str, number: int) -> str:
    """Return which process holds a local port, as far as this account may see; empty otherwise."""
    sockets = {f"socket:[{inode}]" for table in (protocol, f"{protocol}6") for inode in _inodes(table, number)}
    for path in Path("/proc").glob("[0-9]*/fd/*") if sockets else ():
        with contextlib.suppress(OSError):
            if str(path.readlink()) in sockets:
                return f"{_program(path.parents[1])}, process {path.parents[1].name}"
    return ""


def _inodes(table: str, number: int) -> list[str]:
    with contextlib.suppress(OSError):
        rows = [line.split() for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]]
        return [row[9] for row in rows if int(row[1].rpartition(":")[2], 16) == number and row[3] in LISTENING]
    return []


def _program(folder: Path) -> str:
    """Return what a process runs: the module of a `python -m`, else its program."""
    words = folder.joinpath("cmdline").read_bytes().decode(errors="replace").split("\0")
    if "-m" in words[:-1]:
        return words[words.index("-m") + 1]
    return Path(words[0]).name or folder.joinpath("comm").read_text().strip()
