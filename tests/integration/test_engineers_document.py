"""docs/engineer.md: what it gives to be copied runs as it stands, and says what the document says."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.agent_kit import program
from tests.demo_rig import wait_until

ROOT: Final = Path(__file__).parents[2]
TEXT: Final = (ROOT / "docs" / "engineer.md").read_text(encoding="utf-8")
BLOCKS: Final = re.findall(r"^```python\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
ON_SOCKETS: Final = ((0, r"on 8[23]\.\d deg\n"), (1, r'(\{"ok": true.*\}\n){4}'))
"""(place of a piece that needs the ship on sockets, all that it prints)"""
BY_ITSELF: Final = (
    (2, r"SUCCEEDED\n\['L2', 'L3', 'L4'\] SUCCEEDED\n\d{5,7} bytes of log\n"),
    (3, r"advance 3\.\d\d L, tactical diameter 4\.\d\d L\nadvance 3\.24 L, tactical diameter 3\.27 L\n"),
)


def ran(place: int, folder: Path) -> str:
    """Run one piece in a folder; return what it printed."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", BLOCKS[place]], cwd=folder, env=environment, capture_output=True, text=True,
                          timeout=100, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def afloat(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The simulated ship of the document's first chapter, eight times as fast; the folder with her ports.json."""
    folder = tmp_path_factory.mktemp("afloat")
    words = ["--vessels", "1", "--seed", "7", "--speed", "8", "--ports-file", str(folder / "ports.json")]
    with program(["-m", "simulators", *words], folder / "simulators.log"):
        wait_until((folder / "ports.json").exists, 30, "the ship is at sea")
        yield folder


def test_each_piece_is_tried() -> None:
    assert [place for place, _ in (*ON_SOCKETS, *BY_ITSELF)] == list(range(len(BLOCKS)))


@pytest.mark.parametrize(("place", "said"), ON_SOCKETS)
def test_a_piece_for_the_ship_on_sockets_says_so(place: int, said: str, afloat: Path) -> None:
    assert re.fullmatch(said, ran(place, afloat))


@pytest.mark.parametrize(("place", "said"), BY_ITSELF)
def test_a_piece_that_needs_nothing_says_so(place: int, said: str, tmp_path: Path) -> None:
    assert re.fullmatch(said, ran(place, tmp_path))
