"""How much room a disk has: `os.statvfs`, because shutil brings every compression there is, 0.3 MB of each process."""

from __future__ import annotations

import os
from pathlib import Path


def free_bytes(folder: Path) -> int:
    """Return the bytes that may still be written below `folder`; raise OSError where it cannot be told."""
    disk = os.statvfs(folder)
    return disk.f_bavail * disk.f_frsize


def used_pct(folder: Path) -> float | None:
    """Return how full the disk below `folder` is as `df` says it, per cent; None for one without a size, OSError as above.

    What the file system keeps back for itself or for root is neither used nor free: it is left out on both sides.
    """
    disk = os.statvfs(folder)
    used = disk.f_blocks - disk.f_bfree
    return 100.0 * used / (used + disk.f_bavail) if used + disk.f_bavail else None
