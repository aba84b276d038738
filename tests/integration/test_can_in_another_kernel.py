"""The tests of the CAN bus in a kernel that has CAN, whatever this one was built with; and that the rig tells a failure."""

from __future__ import annotations

import ast
import contextlib
from pathlib import Path

import pytest

from tests import other_kernel


def words_of(ended: other_kernel.Ended, least: int) -> str:
    """Return what is wrong with a run of tests; empty where at least `least` passed, and none failed or was skipped."""
    outcomes = ended.outcomes()
    if ended.status == 0 and set(outcomes) <= {"passed", "rerun"} and outcomes.get("passed", 0) >= least:
        return ""
    return f"status {ended.status}, {outcomes}, at least {least} must pass and none be skipped; inside it said:\n{ended.output}"


@pytest.mark.timeout(180)
def test_the_agent_hears_a_bus_of_linux(tmp_path: Path) -> None:
    """Every test of the files passes there, on real CAN sockets and drivers: a skip there is a failure here."""
    files = [Path(__file__).with_name(name) for name in ("test_can_bus.py", "test_can_adapter.py")]
    parts = [one for file in files for one in ast.parse(file.read_text("utf-8")).body]
    tests = [one for one in parts if getattr(one, "name", "").startswith("test_")]
    ended = other_kernel.run_tests([str(file) for file in files], tmp_path, modules=other_kernel.CAN, timeout_s=120.0)
    wrong = words_of(ended, len(tests))
    assert not wrong, wrong


INNER = """
import platform, pytest

def test_good():
    pass

def test_bad():
    assert platform.system() == "a word that is none"

def test_passed_over():
    pytest.skip("for a reason")
"""


def test_a_failure_inside_is_a_failure_outside(tmp_path: Path) -> None:
    """The negative control: what failed there is shown here in its own words, with pytest's status; a skip alone is enough."""
    inner = tmp_path / "test_inner.py"
    inner.write_text(INNER)
    ended = other_kernel.run_tests([str(inner)], tmp_path)
    assert (ended.status, ended.outcomes()) == (1, {"failed": 1, "passed": 1, "skipped": 1})
    assert "assert 'Linux' == 'a word that is none'" in words_of(ended, 1)
    assert words_of(other_kernel.Ended(is_booted=True, status=0, output="2 passed, 1 skipped in 0.10s"), 1)
    assert words_of(other_kernel.Ended(is_booted=True, status=0, output="no tests ran in 0.10s"), 1)
    assert words_of(other_kernel.Ended(is_booted=True, status=None, output="3 passed in 0.10s"), 1)
    assert not words_of(other_kernel.Ended(is_booted=True, status=0, output="3 passed in 0.10s"), 3)


def left_of(folder: Path) -> list[str]:
    """Return the command lines of the processes that were started with something of `folder`."""
    found: list[str] = []
    for one in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # gone since
            found.append(one.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return [line for line in found if str(folder) in line]


def test_what_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A program by the kernel's clock, a kernel by ours; nothing of them is left, and nothing was written to the project."""
    if other_kernel.LINUX is None:
        pytest.skip(other_kernel.NONE)
    folder = tmp_path / "program"
    folder.mkdir()
    program = "{ echo written > written-inside.txt; } 2>/dev/null; echo tried; exec sleep 600"
    ended = other_kernel.run(["sh", "-c", program], folder, timeout_s=3.0)
    if not ended.is_booted:
        pytest.skip(other_kernel.NO_BOOT)
    assert (ended.status, ended.output.strip()) == (None, "tried")
    assert left_of(folder) == []
    assert not (other_kernel.ROOT / "written-inside.txt").exists()

    folder = tmp_path / "kernel"
    folder.mkdir()
    monkeypatch.setattr(other_kernel, "BOOT_S", 0.05)
    assert other_kernel.run(["true"], folder, timeout_s=0.0).is_booted is False
    assert left_of(folder) == []
