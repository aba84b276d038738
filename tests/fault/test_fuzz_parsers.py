"""Every parser of what comes from outside is searched with a coverage-guided fuzzer for what it does not declare (X7)."""

from __future__ import annotations

import re
import subprocess
import sys
import time

import pytest

from tests.demo_rig import ROOT
from tests.fuzz_targets import TARGETS
from tests.fuzzing import ALL, MEMORY_MB, SLOW_S, WARM_UP, Target, TooSlowError, watched

SECONDS = 15
"""Search of a change over all parsers together; `make soak` searches each for itself and longer."""
SECONDS_LONG = 600
RUNS_MIN = 2_000
"""Fewer executions than this prove nothing, however slow the machine."""


def fuzzed(name: str, seconds: int) -> tuple[int, int, str]:
    """Fuzz a parser; return the exit code, the executions, and what was said.

    A shell stands between: a program's peak of memory, by which the fuzzer judges, begins with that of whoever started it.
    """
    ran = subprocess.run(
        ["/bin/sh", "-c", '"$@"; exit $?', "sh", sys.executable, "-m", "tests.fuzzing", name, "--seconds", str(seconds)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=seconds + 90,
    )  # fmt: skip
    found = re.search(r"number_of_executed_units: (\d+)", ran.stderr)
    return ran.returncode, int(found[1]) if found else 0, ran.stdout + ran.stderr[-3000:]


def test_a_short_search_finds_nothing() -> None:
    """Proves X7: no undeclared exception, no input over 100 ms, no more than 512 MB; all parsers in one search."""
    code, executions, said = fuzzed(ALL, SECONDS)
    print(f"{executions} executions over {len(TARGETS)} parsers")
    assert code == 0, said
    assert executions >= RUNS_MIN


@pytest.mark.soak
@pytest.mark.parametrize("name", sorted(TARGETS))
def test_a_long_search_finds_nothing(name: str) -> None:
    """Proves X7 with the numbers of a long run."""
    code, executions, said = fuzzed(name, SECONDS_LONG)
    print(f"{name}: {executions} executions")
    assert code == 0, said


def test_the_memory_of_who_starts_a_search_is_not_the_parsers() -> None:
    """A test process that has grown beyond the limit itself finds nothing by that."""
    held = b"1" * (MEMORY_MB + 100 << 20)
    code, _, said = fuzzed("order", 1)
    assert code == 0, said
    assert held


def test_a_planted_fault_is_found() -> None:
    """Negative control: a parser that fails on two certain bytes is caught."""
    code, _, said = fuzzed("planted fault", 20)
    assert code != 0
    assert "KeyError" in said


def burnt(wanted_s: float) -> None:
    """Use up CPU time of this process."""
    begun_s = time.process_time()
    while time.process_time() - begun_s < wanted_s:
        pass


def test_a_slow_parser_is_found_and_a_busy_moment_is_none() -> None:
    """Negative control of the time: always slow is a find, slow once (another's garbage, a cold cache) is not."""
    moments = iter([0.0] * WARM_UP + [SLOW_S * 1.2])
    once = watched(Target(lambda _: burnt(next(moments, 0.0))))
    for _ in range(WARM_UP + 2):
        once(b"")

    always = watched(Target(lambda raw: burnt(SLOW_S * 1.2 if raw else 0.0)))
    for _ in range(WARM_UP):
        always(b"")
    with pytest.raises(TooSlowError):
        always(b"1")
