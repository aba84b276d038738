"""`python -m simulators.schedules --seeds 10000`: run schedules, say what they are, and how to play a failure again."""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
from collections import Counter
from collections.abc import Iterator
from typing import Final

from protocols.aio.clock import SystemClock
from simulators.schedules.plan import plan_of
from simulators.schedules.run import Outcome, run_schedule

SHOWN_MAX: Final = 10
"""Failures printed; a bug shows in many seeds."""
CHUNK: Final = 8
TOLD_EVERY_S: Final = 30.0
"""How often a long run says how far it is, beside its answer: ten thousand schedules take a quarter of an hour of two cores."""


def outcomes(seeds: range, workers: int) -> Iterator[Outcome]:
    """Return what the schedules have shown, in the order of their seeds."""
    if workers <= 1:
        yield from map(run_schedule, seeds)
        return
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        yield from pool.imap(run_schedule, seeds, CHUNK)


def main(arguments: list[str] | None = None) -> int:
    """Run the schedules; return 0 where nothing was ever wrong, 1 otherwise."""
    parser = argparse.ArgumentParser(prog="python -m simulators.schedules", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many schedules")
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes")
    options = parser.parse_args(arguments)
    last = options.first + options.seeds - 1
    sys.stdout.write(f"schedules: seeds {options.first} to {last}, {options.workers} processes\n")
    if options.seeds == 1:
        sys.stdout.write(f"seed {options.first}: {plan_of(options.first)}\n")
    sys.stdout.flush()
    clock, total, bad = SystemClock(), Counter[str](), 0
    began_s, calm_s, sailed_s = clock.now_s(), 0.0, 0.0
    told_s = began_s
    for outcome in outcomes(range(options.first, last + 1), options.workers):
        total.update(seeds=1, orders=outcome.orders, executed=outcome.executed, deaths=outcome.deaths,
                     stations=outcome.stations, pulls=outcome.pulls)  # fmt: skip
        calm_s, sailed_s = max(calm_s, outcome.calm_s), sailed_s + outcome.sailed_s
        if outcome.violations:
            bad += 1
            if bad <= SHOWN_MAX:
                sys.stdout.write(_failure(outcome))
                sys.stdout.flush()
        if clock.now_s() - told_s > TOLD_EVERY_S:
            told_s = clock.now_s()
            sys.stderr.write(_progress(total["seeds"], options.seeds, told_s - began_s))
    took_s = clock.now_s() - began_s
    sys.stdout.write(
        f"{total['seeds']} schedules in {took_s:.0f} s ({total['seeds'] / max(took_s, 1e-9):.1f}/s), "
        f"{sailed_s / 3600.0:.1f} hours sailed: {total['orders']} orders, {total['executed']} executed, "
        f"{total['stations']} of them stations kept by {total['pulls']} pulls, "
        f"{total['deaths']} deaths of the program; well again within {calm_s:.0f} s\n"
        f"{bad} of them broke a rule\n"
    )
    return 1 if bad else 0


def _progress(done: int, of: int, took_s: float) -> str:
    return f"{done} of {of} schedules, about {took_s / done * (of - done) / 60.0:.0f} min left\n"


def _failure(outcome: Outcome) -> str:
    told = "".join(f"  {violation}\n" for violation in outcome.violations[:3])
    again = f"python -m simulators.schedules --seeds 1 --first {outcome.seed}"
    return f"seed {outcome.seed}: {outcome.plan}\n{told}  again: {again}\n"


if __name__ == "__main__":
    sys.exit(main())
