"""A database that survives: opened durably, set aside when damaged, given new descriptors when its disk has failed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import apsw

from shipside.storage.reserve import STEPS_BYTES

CHECK_BYTES_MAX: Final = 64 * 1024 * 1024
"""A larger file is not checked whole at the start, which took longer than the 10 s of R6: damage is found where it is read."""
KEPT_DAMAGED: Final = 3
"""Damaged files kept beside the good one; a disk that fails again and again must not fill itself."""
PARTS: Final = ("", "-wal", "-shm")


class SpoolError(Exception):
    """The spool cannot be opened or written; the message says what to do."""


def rows_of(
    database: apsw.Connection, query: str, values: tuple[str | int | bytes, ...] = ()
) -> list[tuple[object, ...]]:
    """Return all rows of a query."""
    return cast("list[tuple[object, ...]]", database.execute(query, values).fetchall())


def text_of(value: object) -> str:
    """Return a text that was read as bytes (`CAST(... AS BLOB)`): damage may have made it none, which must not end us."""
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def renew_file(path: str) -> None:
    """Write a file anew under its own name, through new descriptors; raise OSError when that cannot be done.

    A sync that failed may have left pages that look written and are not; no later sync of the same file tells.
    """
    old = Path(path)
    if not old.exists():
        return
    new = old.with_name(f"{old.name}.new")
    with new.open("wb") as file:
        file.write(old.read_bytes())
        file.flush()
        os.fsync(file.fileno())
    put_in_place(new, old)


def put_in_place(new: Path, old: Path) -> None:
    """Let the synced file `new` stand in the place of `old`, durably; raise OSError when that cannot be done."""
    new.replace(old)
    descriptor = os.open(old.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class Storage:
    """How a database reaches its disk; tests name one that loses power, or fails."""

    vfs: str = ""
    """Name of the SQLite VFS; empty: the machine's own. With another the file is locked for this connection alone."""
    steps_bytes: tuple[int, ...] = STEPS_BYTES
    """What the file grows by."""
    renew: Callable[[str], None] = renew_file
    """Writes a file anew through new descriptors; may raise OSError."""


def open_whole(
    path: Path | str, schema: str, storage: Storage | None = None, always: tuple[str, ...] = ()
) -> tuple[apsw.Connection, Path | None]:
    """Return a durable database at `path`, and where a damaged one was set aside; raise SpoolError.

    The tables named in `always` are looked at however large the file is.
    """
    storage = storage or Storage()
    try:
        if path == ":memory:":
            return _opened(path, schema, storage, always), None
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        try:
            return _opened(path, schema, storage, always), None
        except (apsw.NotADBError, apsw.CorruptError):
            aside = set_aside(Path(path))
            return _opened(path, schema, storage, always), aside
    except (apsw.Error, OSError) as error:
        raise SpoolError(f"{path} cannot be opened: {error}; check the folder, its owner and the disk") from error


def _opened(path: Path | str, schema: str, storage: Storage, always: tuple[str, ...]) -> apsw.Connection:
    database = apsw.Connection(str(path), vfs=storage.vfs or None)
    try:
        database.set_busy_timeout(2000)
        locking = ["locking_mode=EXCLUSIVE"] if storage.vfs else []
        for pragma in (*locking, "journal_mode=WAL", "synchronous=FULL"):
            database.execute(f"PRAGMA {pragma}").fetchall()
        _check(database, path, always)
        database.execute(schema)
    except BaseException:
        close_as_it_is(database)
        raise
    return database


def _check(database: apsw.Connection, path: Path | str, always: tuple[str, ...]) -> None:
    """Raise CorruptError when a file of moderate size is damaged, or one of the tables that are always looked at."""
    size = Path(path).stat().st_size if path != ":memory:" and Path(path).exists() else 0
    if size <= CHECK_BYTES_MAX:
        checks = ["PRAGMA quick_check(1)"]
    else:
        known = {row[0] for row in database.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        checks = [f"PRAGMA quick_check({table})" for table in always if table in known]
    for check in checks:
        if database.execute(check).fetchone() != ("ok",):
            raise apsw.CorruptError("the file is damaged")


def close_as_it_is(database: apsw.Connection) -> None:
    """Close a database without writing its WAL back: its descriptors, or its pages, are not to be trusted."""
    with contextlib.suppress(apsw.Error):
        database.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    with contextlib.suppress(apsw.Error):
        database.close(True)  # noqa: FBT003 - apsw's "force"


def set_aside(path: Path) -> Path:
    """Rename a damaged database with its WAL and return its new name; the oldest of several goes."""
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    oldest = path.with_name(f"{path.name}.damaged-{number - KEPT_DAMAGED}")
    for part in PARTS:
        Path(f"{oldest}{part}").unlink(missing_ok=True)
        if Path(f"{path}{part}").exists():
            Path(f"{path}{part}").replace(f"{aside}{part}")
    return aside
