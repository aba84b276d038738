"""How full a disk is, as `df` says it: what is kept back for root is neither used nor free."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from shipside.storage import room


@pytest.mark.parametrize(
    ("blocks", "free", "available", "pct"),
    [(1000, 400, 400, 60.0), (1000, 100, 50, 900 / 950 * 100), (1000, 50, 0, 100.0), (1000, 1000, 1000, 0.0),
     (252, 191, 41, 61 / 102 * 100), (0, 0, 0, None)],
)  # fmt: skip
def test_a_disk_is_as_full_as_df_says(
    monkeypatch: pytest.MonkeyPatch, blocks: int, free: int, available: int, pct: float | None
) -> None:
    """Half of a disk kept back is not half of it used: 60 % where free over size would say 84; a disk without a size has none."""
    told = SimpleNamespace(f_blocks=blocks, f_bfree=free, f_bavail=available, f_frsize=4096)
    monkeypatch.setattr(os, "statvfs", lambda _: told)
    assert room.used_pct(Path("/x")) == (None if pct is None else pytest.approx(pct))
    assert room.free_bytes(Path("/x")) == available * 4096


def test_this_disk_is_as_full_as_df_says_it_is(tmp_path: Path) -> None:
    """To a per cent, which df rounds up; others write meanwhile."""
    said = subprocess.run(["df", "--output=pcent", tmp_path], capture_output=True, text=True, check=True, timeout=10)
    assert room.used_pct(tmp_path) == pytest.approx(float(said.stdout.split()[1].rstrip("%")) - 0.5, abs=1.5)
