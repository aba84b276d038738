"""How much room a disk has: `os.statvfs`, because shutil brings every compression there is, 0.3 MB of each process."""

from __future__ import annotations

import os
from pathlib import Path


def free_bytes(folder: Path) -> int:
    """Return the bytes that may still be written below `folder`; raise OSError where it cannot be told."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


def used_pct(folder: Path) -> float | None:
    """Return how full the disk below `folder` is, per cent; None for one without a size, OSError as above."""
    disk = os.statvfs(folder)
    return 100.0 * (1.0 - disk.f_bavail / disk.f_blocks) if disk.f_blocks else None
