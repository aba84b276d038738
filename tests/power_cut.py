"""A disk in memory that loses power: what was not synced is lost, kept or torn by sectors of 512 bytes, as a seed says.

An SQLite VFS (exclusive locking only, so that no shared memory is needed). A disk that lies syncs nothing.
"""

from __future__ import annotations

import random

import apsw

SECTOR_BYTES = 512
APPLIED, TORN = 0.5, 0.6
"""Of the sectors not synced half reach the disk, a tenth half-way, the others not at all."""


class PowerCutError(apsw.IOError):
    """The power is gone: nothing can be done any more."""


class DiskFailedError(apsw.IOError):
    """A write or a sync has failed (EIO)."""


class _File:
    """One file: what programs read, what is on the disk, and the writes between the two."""

    def __init__(self, disk: PowerDisk) -> None:
        self.disk, self.seen, self.safe = disk, bytearray(), bytearray()
        self.waiting: list[tuple[int, bytes] | int] = []
        """Writes (offset, bytes) and truncations (size) since the last sync."""

    def _step(self) -> None:
        self.disk.step()

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802 - SQLite's name, as all below
        return bytes(self.seen[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._step()
        if self.disk.fails():
            raise DiskFailedError
        _put(self.seen, offset, data)
        self.waiting.append((offset, bytes(data)))

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self._step()
        del self.seen[size:]
        self.waiting.append(size)

    def xSync(self, flags: int) -> None:  # noqa: ARG002, N802
        self._step()
        if self.disk.fails():  # as Linux does: the pages look clean from now on, and no later sync writes them
            self.waiting.clear()
            raise DiskFailedError
        if not self.disk.lies:
            for each in self.waiting:
                _apply(self.safe, each)
            self.waiting.clear()

    def xFileSize(self) -> int:  # noqa: N802
        return len(self.seen)

    def xLock(self, level: int) -> None:  # noqa: N802
        """Grant every lock: there is one connection."""

    def xUnlock(self, level: int) -> None:  # noqa: N802
        """Nothing is locked."""

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xFileControl(self, op: int, pointer: int) -> bool:  # noqa: ARG002, N802
        return False

    def xSectorSize(self) -> int:  # noqa: N802
        return SECTOR_BYTES

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        return 0

    def xClose(self) -> None:  # noqa: N802
        """Closing syncs nothing."""

    def survive(self, rng: random.Random) -> None:
        """Become what is found after the power cut."""
        for each in self.waiting:
            if isinstance(each, int):
                if rng.random() < APPLIED:
                    _apply(self.safe, each)
                continue
            self._tear(each, rng)
        if any(isinstance(each, int) for each in self.waiting):
            self.seen = bytearray(self.safe)
        for each in self.waiting:  # only what was written can differ
            if not isinstance(each, int):
                self.seen[each[0] : each[0] + len(each[1])] = self.safe[each[0] : each[0] + len(each[1])]
        del self.seen[len(self.safe) :]
        self.seen.extend(self.safe[len(self.seen) :])
        self.waiting.clear()

    def _tear(self, write: tuple[int, bytes], rng: random.Random) -> None:
        offset, data = write
        for start in range(0, len(data), SECTOR_BYTES):
            sector, luck = data[start : start + SECTOR_BYTES], rng.random()
            if luck < APPLIED:
                _put(self.safe, offset + start, sector)
            elif luck < TORN:
                _put(self.safe, offset + start, sector[: rng.randrange(len(sector))])


def _put(held: bytearray, offset: int, data: bytes) -> None:
    if len(held) < offset:
        held.extend(bytes(offset - len(held)))
    held[offset : offset + len(data)] = data


def _apply(held: bytearray, change: tuple[int, bytes] | int) -> None:
    if isinstance(change, int):
        del held[change:]
    else:
        _put(held, *change)


class PowerDisk(apsw.VFS):
    """A disk under the VFS name `name`."""

    def __init__(self, name: str, *, lies: bool = False) -> None:
        """Begin empty."""
        super().__init__(name, "", maxpathname=1024)
        self.vfs_name, self.lies = name, lies
        self.files: dict[str, _File] = {}
        self.steps_left: int | None = None
        """Writes, syncs and deletions until the power goes; None: it stays."""
        self.fail_one_in = 0
        """One write or sync in so many fails; 0: none."""
        self.failed_count = 0
        self._luck = random.Random(name)

    def step(self) -> None:
        """Use up one step; raise PowerCutError when there are none left."""
        if self.steps_left is not None:
            if self.steps_left <= 0:
                raise PowerCutError
            self.steps_left -= 1

    def fails(self) -> bool:
        """Tell whether this write or sync fails."""
        failed = self.fail_one_in > 0 and self._luck.randrange(self.fail_one_in) == 0
        self.failed_count += failed
        return failed

    def renew(self, path: str) -> None:
        """Write a file anew, as through new descriptors; raise OSError when that fails."""
        old = self.files.get(path)
        if old is None:
            return
        new = _File(self)
        new.seen, new.waiting = bytearray(old.seen), [(0, bytes(old.seen))]
        try:
            new.xSync(0)
        except DiskFailedError as error:
            raise OSError(str(error)) from error
        self.files[path] = new

    def restart(self, rng: random.Random) -> None:
        """Cut the power and give it back."""
        for file in self.files.values():
            file.survive(rng)
        self.steps_left, self.fail_one_in = None, 0

    def xOpen(self, name: apsw.URIFilename | str | None, flags: list[int]) -> _File:  # type: ignore[override] # noqa: N802
        key = name.filename() if isinstance(name, apsw.URIFilename) else str(name)
        flags[1] = flags[0]
        return self.files.setdefault(key, _File(self))

    def xDelete(self, filename: str, syncdir: bool) -> None:  # noqa: ARG002, N802
        self.step()
        self.files.pop(filename, None)

    def xAccess(self, pathname: str, flags: int) -> bool:  # noqa: ARG002, N802
        return pathname in self.files

    def xFullPathname(self, name: str) -> str:  # noqa: N802
        return name

    def xRandomness(self, amount: int) -> bytes:  # noqa: N802
        return bytes(amount)

    def xSleep(self, microseconds: int) -> int:  # noqa: N802
        return microseconds

    def xCurrentTime(self) -> float:  # noqa: N802
        return 2_460_000.5

    def xGetLastError(self) -> tuple[int, str]:  # noqa: N802
        return (0, "")
