"""The folder of facts and recordings beside the project; tests read it there, and nothing of it is copied."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest

SHARED: Final = Path(os.environ.get("FARHELM_SHARED", Path(__file__).parents[2] / "shared"))


def shared(name: str) -> Path:
    """Return the path of what is called `name` in the folder; where it is absent the test fails in CI, else it is skipped."""
    path = SHARED / name
    if not path.exists():
        word = f"{path} is not here: what is held against it was NOT tested"
        if os.environ.get("CI"):
            pytest.fail(word)
        pytest.skip(word)
    return path
