"""What the house rules are judged on: the files git knows, and the trees of our own Python modules."""

from __future__ import annotations

import ast
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("protocols", "telemetry", "control", "shipside", "shoreside", "simulators", "farhelm")


def tracked() -> list[Path]:
    """Return the paths, relative to the root, of all tracked files that stand; skip where there is no git checkout."""
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("no git checkout here: which files are ours cannot be told")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, timeout=20).stdout
    paths = [Path(name) for name in listed.decode().split("\0") if name]
    standing = [path for path in paths if (ROOT / path).is_file()]
    assert len(standing) > 100, "git lists too few files for this to be the repository"
    return standing


def python_files(*folders: str) -> list[Path]:
    """Return the tracked Python files below these top-level folders, relative to the root."""
    return [path for path in tracked() if path.suffix == ".py" and path.parts[0] in folders]


def parse(path: Path) -> ast.Module:
    """Return the syntax tree of a file given relative to the root."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=str(path))
