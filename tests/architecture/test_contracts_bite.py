"""The import contracts of pyproject.toml fail on a planted violation and pass once it is gone."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.source_tree import PACKAGES, ROOT, python_files

PLANTED = [
    ("control/geometry.py", "asyncio", "The pure packages touch no clock"),
    ("protocols/link/orders.py", "socket", "The pure packages touch no clock"),
    ("control/geometry.py", "telemetry.picture", "Words below rules"),
    ("shipside/__main__.py", "shoreside", "Words below rules"),
    ("shoreside/station.py", "simulators", "Words below rules"),
    ("telemetry/picture.py", "cbor2", "Libraries stay behind their one door"),
    ("protocols/ais/decoder.py", "pyais", "What speaks for the simulated equipment"),
    ("shipside/__main__.py", "pydantic", "No web framework"),
    ("farhelm/__main__.py", "simulators", "Only the demo"),
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the packages' tracked modules and the settings to a folder of their own."""
    folder = tmp_path_factory.mktemp("contracts")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for path in python_files(*PACKAGES):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, folder / path)
    return folder


def lint(folder: Path) -> tuple[int, str]:
    """Judge the packages in a folder; return the exit code and what was said, in one line."""
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    # The folder comes first on the path, before the place where the project itself is installed.
    ran = subprocess.run(
        [sys.executable, "-P", "-c", program, "--config", "pyproject.toml", "--no-cache"],
        cwd=folder, env={**os.environ, "PYTHONPATH": str(folder)}, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return ran.returncode, re.sub(r"\s+", " ", ran.stdout + ran.stderr)


def test_the_contracts_hold(copy: Path) -> None:
    """Without a planted violation all are kept, so it is the planted ones that break them below."""
    code, said = lint(copy)
    assert code == 0, said
    assert "0 broken" in said


@pytest.mark.parametrize(("module", "imports", "contract"), PLANTED)
def test_a_planted_import_breaks_its_contract(copy: Path, module: str, imports: str, contract: str) -> None:
    """Each contract breaks by the one import it forbids, and says where it stands."""
    place = copy / module
    sound = place.read_text("utf-8")
    place.write_text(f"{sound}\nimport {imports}\n", "utf-8")
    try:
        code, said = lint(copy)
    finally:
        place.write_text(sound, "utf-8")
    assert code == 1, said
    assert re.search(rf"{contract}[^.]*? BROKEN", said), said
    assert f"{module.removesuffix('.py').replace('/', '.')} -> {imports}" in said
