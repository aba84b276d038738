"""The published vectors are those this build makes; the browser's tests read the same file."""

from __future__ import annotations

import json
import runpy
from pathlib import Path


def test_the_signing_vectors_are_fresh() -> None:
    """A changed encoding shows here before it separates ship and browser."""
    script = Path(__file__).parents[1] / "vectors" / "make_vectors.py"
    made = runpy.run_path(str(script))
    assert json.loads(script.with_name("signing.json").read_text()) == made["vectors"]()
