"""The session of a person at a vessel, kept in a file so that one script's next command goes on with the same conn."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final, cast

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TIME_CHARACTERS, _RANDOM_CHARACTERS = 10, 16


def ulid(utc_ms: int) -> str:
    """Return a ULID of 26 characters: 48 bits of `utc_ms` and 80 random bits (github.com/ulid/spec)."""
    time = "".join(_ALPHABET[(utc_ms >> shift) % 32] for shift in range(5 * (_TIME_CHARACTERS - 1), -1, -5))
    return time + "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_CHARACTERS))


class SessionFile:
    """A session and its two growing numbers on disk; several commands may share it, one of them beats."""

    def __init__(self, folder: Path, vessel: str, person: str, utc_ms: int) -> None:
        """Take up the session in `folder`, made at the first use, 0600; raise OSError when it cannot be kept."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path = folder / f"{vessel}-{person}.json"
        self._beats: int | None = None
        with self._opened() as file:
            state = _read(file)
            if state is None:
                state = {"session": f"p-{ulid(utc_ms)}", "order_seq": 0, "beat_seq": 0}
                _write(file, state)
        self._session = str(state["session"])

    @property
    def session(self) -> str:
        """Name of the session."""
        return self._session

    def next_order(self) -> int:
        """Return the next sequence number of an order, growing over all commands of the session."""
        return self._next("order_seq")

    def next_beat(self) -> int | None:
        """Return the next sequence number of a heartbeat; None while another command beats for this session."""
        return self._next("beat_seq") if self._may_beat() else None

    def close(self) -> None:
        """Let another command beat."""
        if self._beats is not None:
            os.close(self._beats)
            self._beats = None

    def _may_beat(self) -> bool:
        if self._beats is not None:
            return True
        descriptor = os.open(self._path.with_suffix(".beats"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._beats = descriptor
        return True

    def _next(self, name: str) -> int:
        with self._opened() as file:
            state = _read(file) or {"session": self._session, "order_seq": 0, "beat_seq": 0}
            number = cast("int", state[name]) + 1
            _write(file, {**state, name: number})
        return number

    @contextmanager
    def _opened(self) -> Generator[int]:
        """Lend the file while nobody else has it; each use takes well under a millisecond."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        finally:
            os.close(descriptor)


def _read(file: int) -> dict[str, object] | None:
    """Return what the file holds; None when it is new or was cut off: a new session is then begun."""
    os.lseek(file, 0, os.SEEK_SET)
    try:
        state: object = json.loads(os.read(file, 4096))
    except ValueError:
        return None
    if not isinstance(state, dict):
        return None
    found = cast("dict[str, object]", state)
    is_whole = isinstance(found.get("session"), str) and all(
        isinstance(found.get(name), int) for name in ("order_seq", "beat_seq")
    )
    return found if is_whole else None


def _write(file: int, state: Mapping[str, object]) -> None:
    content = json.dumps(state).encode()
    os.pwrite(file, content, 0)
    os.ftruncate(file, len(content))
