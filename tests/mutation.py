"""Mutation testing of control/: an operator, constant, condition or name changed, one at a time; a test must notice.

    make mutation                               every mutant of control/, in some hours of one core
    make mutation SAMPLE=200 SEED=7             two hundred drawn by a seed: some minutes
    make mutation ARGS="--modules ladder beats" the modules whose names contain a word
    make mutation ARGS=--told                   what came out so far, of all modules, as kept in test-results/mutation/
    make mutation ARGS=--keep                   the same, written into the table of control/README.md

A mutant that no test kills is a survivor: it gets a test, or its line in `control/mutants.toml` with the reason why it may
live. Ours, because of the two well-kept tools neither fits: mutmut 3.8 changes nothing outside functions, so none of the
tables that are the policy here, and no property; cosmic-ray starts an interpreter and collects for every mutant, 4 to 9 s
each and 5,800 of them. Here a mutant is a fork of a process that has the tests collected and knows which of them run its line.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tomllib
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from protocols.aio.clock import SystemClock
from tests.mutant_scores import README, Score, with_scores
from tests.mutant_trials import OPTIONS, Collected, Trials, Verdict, ask_slowly
from tests.mutants import ROOT, Mutant, mutants_of, path_of

REASONS: Final = ROOT / "control" / "mutants.toml"
KEPT: Final = ROOT / "test-results" / "mutation"
"""A file for each module, so that they can be asked one after the other, or side by side."""
SURVIVORS: Final = ROOT / "test-results" / "survivors.txt"
GOAL_PCT: Final = 95.0
TESTS: Final = (
    *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests" / "unit").glob("test_control_*.py")),
    "tests/unit/test_routes.py", "tests/unit/test_ledger_unwritable.py", "tests/unit/test_bad_orders.py",
    "tests/unit/test_ship_examples.py", "tests/unit/test_tables_page.py", "tests/unit/test_shore_preview.py",
    "tests/property/test_ladder_and_replays.py", "tests/property/test_preview_is_the_verdict.py",
)  # fmt: skip
"""What is asked: the tests that need no process, socket or database."""
SLOW_CPU_S: Final = 120.0
"""For a mutant tried the slow way, imports and collection included."""
Say = Callable[[str], object]


def modules() -> list[str]:
    """Return the dotted names of all modules of control/."""
    paths = sorted((ROOT / "control").rglob("*.py"))
    return [".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for path in paths]


def all_mutants(words: Sequence[str] = ()) -> list[Mutant]:
    """Return the mutants of the modules whose names contain a word; of all without one."""
    named = [name for name in modules() if not words or any(word in name.split(".")[-1] for word in words)]
    return [one for name in named for one in mutants_of(name, path_of(name).read_text(encoding="utf-8"))]


def reasons() -> dict[str, str]:
    """Return why a mutant may live, by its key."""
    listed = tomllib.loads(REASONS.read_text(encoding="utf-8"))["mutant"]
    return {str(one["key"]): str(one["why"]) for one in listed}


def drawn(mutants: list[Mutant], sample: int, seed: int) -> list[Mutant]:
    """Return `sample` of the mutants, the same for the same seed; all where it is 0."""
    if not 0 < sample < len(mutants):
        return mutants
    chosen = sorted(random.Random(seed).sample(range(len(mutants)), sample))
    return [mutants[number] for number in chosen]


def trial(mutants: list[Mutant], tests: Sequence[str], budget_s: float, say: Say) -> Iterator[tuple[int, Verdict]]:
    """Ask about each mutant, and yield its number and what came out: first in forks, then the slow way."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        try:
            _quick(mutants, tests, budget_s, writer, say)
        except BaseException:  # noqa: BLE001 - it is told, and the fork must end here
            say(traceback.format_exc())
        os._exit(0)
    os.close(writer)
    left: dict[int, list[str]] = {}
    with os.fdopen(reader, encoding="utf-8") as lines:
        for line in lines:
            number, verdict, files = line.rstrip("\n").split("\t")
            if verdict == "not asked":
                left[int(number)] = files.split()
            else:
                yield int(number), "killed" if verdict == "killed" else "lived"
    os.waitpid(child, 0)
    say(f"{len(left)} that have no place in a living process are imported one by one\n")
    sound: dict[tuple[str, ...], bool] = {}
    for at, found in left.items():
        asked = tuple(found or tests)
        if asked not in sound:
            sound[asked] = ask_slowly(None, asked, SLOW_CPU_S) == "lived"
            say("" if sound[asked] else f"  these do not pass as they are, and are not asked: {' '.join(asked)}\n")
        yield at, ask_slowly(mutants[at], asked, SLOW_CPU_S) if sound[asked] else "lived"


def _quick(mutants: list[Mutant], tests: Sequence[str], budget_s: float, writer: int, say: Say) -> None:
    trials = Trials(budget_s)

    def then() -> None:
        say(f"{len(trials.tests)} tests take {sum(test.took_s for test in trials.tests):.0f} s\n")
        if not trials.tests:
            say("no test passes as things are: nobody is asked, for every mutant would live\n")
            return
        for number, mutant in enumerate(mutants):
            os.write(writer, f"{number}\t{trials.ask(mutant)}\t{' '.join(trials.files(mutant))}\n".encode())

    pytest.main([*OPTIONS, *tests], plugins=[Collected(trials, then, say)])


def kept() -> dict[str, list[tuple[str, int, Verdict]]]:
    """Return (key, line, verdict) of each mutant asked so far, by module."""
    files = sorted(KEPT.glob("*.json"))
    return {path.stem: [tuple(row) for row in json.loads(path.read_text(encoding="utf-8"))] for path in files}


def scores() -> dict[str, Score]:
    """Return the score of each module that was asked as it is now; one whose text has changed since is left out."""
    listed, there_are = reasons(), Counter(mutant.key for mutant in all_mutants())
    found: dict[str, Score] = {}
    for module, rows in kept().items():
        lived = [key for key, _, verdict in rows if verdict != "killed"]
        if Counter(key for key, _, _ in rows) == Counter(
            {key: count for key, count in there_are.items() if key.startswith(f"{module}:")}
        ):
            reasoned = sum(key in listed for key in lived)
            day = datetime.fromtimestamp((KEPT / f"{module}.json").stat().st_mtime, UTC).date().isoformat()
            found[module] = Score(len(rows), len(rows) - len(lived), reasoned, day)
    return found


def told(listed: dict[str, str]) -> str:
    """Return the table of all that is kept: killed, asked and there are, by module and of all."""
    there_are = Counter(mutant.module for mutant in all_mutants())
    rows = [(module, [key for key, _, verdict in found if verdict != "killed"], len(found), there_are[module])
            for module, found in kept().items()]  # fmt: skip
    rows.append(("control/", [key for row in rows for key in row[1]], sum(row[2] for row in rows), there_are.total()))
    return "".join(
        f"{module:28} {asked - len(lived):5} of {asked:5} killed {_pct(asked - len(lived), asked):6.1f} %; "
        f"{sum(key not in listed for key in lived):4} of {len(lived):4} survivors without a reason"
        f"{'' if asked == whole else f'; {whole} there are'}\n"
        for module, lived, asked, whole in rows
    )


class Report:
    """What came out, by module."""

    def __init__(self, mutants: list[Mutant], listed: dict[str, str], *, is_part: bool = False) -> None:
        """Nothing has come out yet; `is_part`: what is kept of mutants that there still are and are not asked now stands."""
        self.mutants, self.listed = mutants, listed
        asked, there_are = {mutant.key for mutant in mutants}, {mutant.key for mutant in all_mutants()}
        self._standing = {
            module: [row for row in rows if row[0] not in asked and row[0] in there_are]
            for module, rows in kept().items() if is_part
        }  # fmt: skip
        self.verdicts: dict[int, Verdict] = {}

    @property
    def survivors(self) -> list[Mutant]:
        """Return those that lived, in the order of the text."""
        return [self.mutants[number] for number, verdict in sorted(self.verdicts.items()) if verdict != "killed"]

    def table(self) -> str:
        """Return killed and asked of each module, and of all."""
        asked = Counter(self.mutants[number].module for number in self.verdicts)
        lived = Counter(mutant.module for mutant in self.survivors)
        rows = [
            f"{name:28} {count - lived[name]:5} of {count:5} killed {_pct(count - lived[name], count):6.1f} %\n"
            for name, count in sorted(asked.items())
        ]
        killed, total = len(self.verdicts) - len(self.survivors), len(self.verdicts)
        reasoned = sum(mutant.key in self.listed for mutant in self.survivors)
        return "".join(rows) + (
            f"{'control/':28} {killed:5} of {total:5} killed {_pct(killed, total):6.1f} %; "
            f"{len(self.survivors)} survivors, {reasoned} of them with a reason\n"
        )

    def write(self) -> None:
        """Keep what came out, and the survivors of all modules one by one."""
        KEPT.mkdir(parents=True, exist_ok=True)
        found = {module: list(rows) for module, rows in self._standing.items()}
        for number, verdict in sorted(self.verdicts.items()):
            mutant = self.mutants[number]
            found.setdefault(mutant.module, []).append((mutant.key, mutant.line, verdict))
        for module, rows in found.items():
            (KEPT / f"{module}.json").write_text(json.dumps(rows, indent=0), encoding="utf-8")
        SURVIVORS.write_text(
            "".join(f"{line}: {key}\n    {self.listed.get(key, 'no reason')}\n"
                    for rows in kept().values() for key, line, verdict in rows if verdict != "killed"),
            encoding="utf-8",
        )  # fmt: skip


def _pct(part: int, whole: int) -> float:
    return 100.0 * part / max(1, whole)


def asked_for(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutation", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sample", type=int, default=0, help="so many mutants only, drawn by the seed")
    parser.add_argument("--seed", type=int, default=1, help="of the sample")
    parser.add_argument("--modules", nargs="+", default=[], help="words of the names of modules")
    parser.add_argument("--budget", type=float, default=30.0, help="CPU seconds of tests for one mutant")
    parser.add_argument("--tests", nargs="+", default=list(TESTS), help="files of tests to ask")
    parser.add_argument("--again", action="store_true", help="only what survived last time")
    parser.add_argument("--told", action="store_true", help="ask nothing; say what came out so far, of all modules")
    parser.add_argument("--keep", action="store_true", help="write what came out so far into control/README.md")
    parser.add_argument("--list", action="store_true", help="only say which mutants there are")
    return parser.parse_args(arguments)


def chosen(options: argparse.Namespace) -> list[Mutant]:
    """Return the mutants that the command line asks for."""
    mutants = all_mutants(options.modules)
    if options.again:
        lived = {key for rows in kept().values() for key, _, verdict in rows if verdict != "killed"}
        mutants = [one for one in mutants if one.key in lived]
    return drawn(mutants, options.sample, options.seed)


def main(arguments: list[str] | None = None) -> int:
    """Mutate; return 1 where a survivor has no reason, or fewer than 95 of 100 were killed."""
    options = asked_for(sys.argv[1:] if arguments is None else arguments)
    screen = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    mutants = chosen(options)
    if options.told:
        screen.write(told(reasons()))
        return 0
    if options.keep:
        README.write_text(with_scores(README.read_text(encoding="utf-8"), scores()), encoding="utf-8")
        return 0
    if options.list:
        screen.writelines(f"{one.line}: {one.key}\n" for one in mutants)
        return 0
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    report, clock = Report(mutants, reasons(), is_part=options.again or options.sample > 0), SystemClock()
    screen.write(
        f"{len(mutants)} mutants, sample {options.sample}, seed {options.seed}, {len(options.tests)} files of tests\n"
    )
    began_s = clock.now_s()
    for number, verdict in trial(mutants, options.tests, options.budget, screen.write):
        report.verdicts[number] = verdict
        if verdict != "killed":
            screen.write(f"  lives: {mutants[number].line}: {mutants[number].key}\n")
        if len(report.verdicts) % 50 == 0:
            screen.write(f"  {len(report.verdicts)} of {len(mutants)} in {clock.now_s() - began_s:.0f} s\n")
            report.write()
    if mutants and not report.verdicts:
        return 1
    report.write()
    screen.write(report.table() + f"in {clock.now_s() - began_s:.0f} s; survivors: {SURVIVORS.relative_to(ROOT)}\n")
    return _code(report)


def _code(report: Report) -> int:
    lived = [mutant for mutant in report.survivors if mutant.key not in report.listed]
    return int(bool(lived) or _pct(len(report.mutants) - len(report.survivors), len(report.mutants)) < GOAL_PCT)


if __name__ == "__main__":
    sys.exit(main())
