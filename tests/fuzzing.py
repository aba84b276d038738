"""Runs one parser under a coverage-guided fuzzer, in a process of its own: `python -m tests.fuzzing NAME --seconds 5`.

What it may find: an exception that the parser does not declare, an input that takes longer than `SLOW_S`, memory beyond
`MEMORY_MB`. Any of them ends the process with another code than 0 and with the input on the standard error.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import atheris

SLOW_S = 0.1
"""CPU seconds that no input may take (X7)."""
TRIES = 3
"""An input counts as slow when none of so many tries was quick: one alone may have met a busy machine."""
WARM_UP = 20
"""First inputs that are not timed: imports and caches."""
MEMORY_MB = 512
LENGTH_MAX = 4_096
"""Longest input tried; limits of size have tests of their own."""
PACKAGES = [
    "protocols",
    "telemetry",
    "control",
    "shipside",
    "shoreside",
    "tests.fuzz_targets",
    "tests.shore_fuzz_targets",
]
ALL = "all"
"""Name under which all parsers are searched in one process: the first byte of an input chooses the parser."""


@dataclass(frozen=True)
class Target:
    """One parser under test."""

    parse: Callable[[bytes], object]
    declared: tuple[type[Exception], ...] = ()
    """What it may raise; empty: it never raises."""
    seeds: Sequence[bytes] = ()
    """Good inputs to begin with."""


class TooSlowError(Exception):
    """An input took longer than any may."""


def watched(target: Target) -> Callable[[bytes], None]:
    """Return the parser with its declared errors taken as answers, and its time looked at."""
    seen = 0

    def cpu_s(raw: bytes) -> float:
        begun_s = time.process_time()
        with contextlib.suppress(*target.declared):
            target.parse(raw)
        return time.process_time() - begun_s

    def one(raw: bytes) -> None:
        nonlocal seen
        seen += 1
        took_s = cpu_s(raw)
        for _ in range(TRIES - 1):
            if took_s > SLOW_S and seen > WARM_UP:
                took_s = min(took_s, cpu_s(raw))
        if took_s > SLOW_S and seen > WARM_UP:
            raise TooSlowError(f"{len(raw)} bytes took {took_s:.3f} s")

    return one


def together(targets: Sequence[Target]) -> Target:
    """Return one target that hands what follows the first byte to the parser that it chooses."""

    def parse(raw: bytes) -> object:
        chosen = targets[raw[0] % len(targets)] if raw else targets[0]
        try:
            return chosen.parse(raw[1:])
        except chosen.declared:
            return None

    return Target(parse, (), [bytes((number,)) + seed for number, one in enumerate(targets) for seed in one.seeds])


def main() -> None:
    """Fuzz the target of the name given; end with 0 when nothing was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target", help="a row of tests.fuzz_targets, say order; or all")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=-1, help="end after so many executions (default: by time only)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with atheris.instrument_imports(include=PACKAGES, enable_loader_override=False):
        from tests import fuzz_targets  # the parsers must be imported under the fuzzer's eyes
    known = {**fuzz_targets.TARGETS, **fuzz_targets.PLANTED}
    target = together(list(fuzz_targets.TARGETS.values())) if options.target == ALL else known[options.target]
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(target.seeds):
            (Path(folder) / f"seed-{number}").write_bytes(seed)
        arguments = [sys.argv[0], folder, f"-max_total_time={options.seconds}", f"-runs={options.runs}", f"-seed={options.seed}",
                     f"-rss_limit_mb={MEMORY_MB}", f"-max_len={LENGTH_MAX}", f"-artifact_prefix={folder}/",
                     "-print_final_stats=1", "-verbosity=0"]  # fmt: skip
        gc.freeze()  # what is imported is not walked through again and again, on the time of whatever input comes then
        atheris.Setup(arguments, watched(target))
        atheris.Fuzz()


if __name__ == "__main__":
    main()
