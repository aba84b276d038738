"""What runs beside the tests: its failure is theirs, theirs ends it, and what it said is kept and shown."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.demo_rig import ROOT

PATIENT = "import sys,time; print('sailed', flush=True); time.sleep(float(sys.argv[1])); sys.exit(int(sys.argv[2]))"


def beside(folder: Path, patient: tuple[float, int], front: str) -> subprocess.CompletedProcess[str]:
    """Run a patient program of so many seconds and that end beside a shell's words."""
    script = folder / "patient.py"
    script.write_text(PATIENT)
    words = f"{sys.executable} {script} {patient[0]} {patient[1]}"
    command = [ROOT / "tests" / "beside.sh", words, folder / "kept" / "said.log", "sh", "-c", front]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_it_is_waited_for_and_told(tmp_path: Path) -> None:
    """What it said stands after what the other said."""
    ran = beside(tmp_path, (0.3, 0), "echo front")
    assert ran.returncode == 0
    assert ran.stdout.index("front") < ran.stdout.index("sailed")


def test_where_it_fails_all_has_failed(tmp_path: Path) -> None:
    """A rule broken beside the tests is no green run."""
    assert beside(tmp_path, (0.0, 7), "true").returncode == 7


def test_where_the_other_fails_it_is_ended_at_once(tmp_path: Path) -> None:
    """Nobody waits minutes to hear of a failed test, and nothing is left running."""
    ran = beside(tmp_path, (600.0, 0), f"until grep -q sailed {tmp_path / 'kept' / 'said.log'}; do :; done; exit 3")
    assert ran.returncode == 3
    left = [path for path in Path("/proc").glob("[0-9]*/cmdline") if str(tmp_path).encode() in read(path)]
    assert left == []


def read(path: Path) -> bytes:
    """Return what a process was called with; nothing where it has ended meanwhile."""
    try:
        return path.read_bytes()
    except OSError:
        return b""
