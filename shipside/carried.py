"""What the safety process's connections have carried, told to the collector, which keeps the month's account.

Sums since the start, as a datagram each 15 s: one that is missed costs nothing, and who decides over the ship waits for nobody
and for no disk. A collector that starts begins with the first sum it hears; what was carried before is in no account.
"""

from __future__ import annotations

import json
import os
import socket
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from shipside.commanding.ways import OneWay

EVERY_S: Final = 15.0
DATAGRAM_BYTES_MAX: Final = 4096
"""Two ways need a hundred."""
WAITING_MAX: Final = 16
"""Datagrams taken at once: Linux holds ten."""
IN_USE: Final = ""
"""Stands for the bearer that the collector uses: the first way goes over it too."""


def path_of(journal: Path) -> Path:
    """Return the path of the socket."""
    return journal.with_name("carried.sock")


class Teller:
    """The safety process's end."""

    def __init__(self, journal: Path, start: str) -> None:
        """Tell the collector beside `journal`; `start` is no other start's name."""
        self._to, self._start, self._due_s = str(path_of(journal)), start, 0.0
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.settimeout(0.0)

    def tell(self, ways: Iterable[OneWay], now_s: float) -> None:
        """Say what each way has carried since the start, where it is time; never waits."""
        if now_s < self._due_s:
            return
        self._due_s = now_s + EVERY_S
        sums = {way.name: way.port.carried_bytes + way.stop_port.carried_bytes for way in ways}
        with suppress(OSError):  # no collector, or one that is busy: it hears the next
            self._socket.sendto(json.dumps({"start": self._start, "carried_bytes": sums}).encode(), self._to)

    def close(self) -> None:
        """Tell no more."""
        self._socket.close()


class Hearer:
    """The collector's end."""

    def __init__(self, journal: Path, bearers: Mapping[str, str]) -> None:
        """Hear what is told beside `journal`; raise OSError where that cannot be.

        `bearers`: {name of a way: the bearer it goes over}, of those that do not go over the bearer in use.
        """
        self._bearers = bearers
        self._heard: dict[str, int] | None = None
        self._start = ""
        path = path_of(journal)
        path.unlink(missing_ok=True)  # of a collector that was killed
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.settimeout(0.0)
        self._socket.bind(str(path))
        os.chmod(path, 0o600)  # noqa: PTH101 - what comes is believed: nobody else may speak here

    def news(self) -> dict[str, int]:
        """Return what was carried since the last call, bytes by bearer; the first word only says where counting begins.

        A start that was not heard of before began with nothing, unless we began after it.
        """
        found: Counter[str] = Counter()
        with suppress(BlockingIOError):
            for _ in range(WAITING_MAX):
                start, sums = _read(self._socket.recv(DATAGRAM_BYTES_MAX))
                if not start:
                    continue
                if self._heard is not None:
                    before = self._heard if start == self._start else {}
                    for name, told in sums.items():
                        found[self._bearers.get(name, IN_USE)] += max(0, told - before.get(name, 0))
                self._start, self._heard = start, sums
        return found

    def close(self) -> None:
        """Hear no more."""
        self._socket.close()


def _read(datagram: bytes) -> tuple[str, dict[str, int]]:
    """Return the start and the sums by way; an empty start where it is none of ours."""
    try:
        told: object = json.loads(datagram)
    except ValueError:
        return "", {}
    match told:
        case {"start": str(start), "carried_bytes": dict()}:
            rows = cast("dict[str, dict[str, object]]", told)["carried_bytes"]
            return start, {name: value for name, value in rows.items() if type(value) is int}
        case _:
            return "", {}
