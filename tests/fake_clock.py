"""libfaketime: a program whose UTC a test sets while it runs; its monotonic clock goes on as the machine's."""

from __future__ import annotations

from pathlib import Path

import pytest

LIBRARIES = [*Path("/usr/lib").glob("*/faketime/libfaketime.so.1")]
needs_library = pytest.mark.skipif(not LIBRARIES, reason="libfaketime is not installed (apt-get install libfaketime)")


def environment(clock: Path) -> dict[str, str]:
    """Return what a program is started with whose clock the file `clock` sets."""
    return {
        "LD_PRELOAD": str(LIBRARIES[0]), "FAKETIME_TIMESTAMP_FILE": str(clock), "TZ": "UTC", "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }  # fmt: skip


def tell(clock: Path, what: str) -> None:
    """Set a clock at once, "+3600s" or an absolute time that stands still: a file half written would be another time."""
    half = clock.with_suffix(".new")
    half.write_text(what + "\n")
    half.chmod(0o644)  # a database server reads it as nobody
    half.replace(clock)
