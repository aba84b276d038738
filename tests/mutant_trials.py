"""Asks tests about mutants, each in a fork of a process that has collected them already.

A function's mutant is its code in place of the living function's; a table's mutant is the statement run again, and its
value put wherever the old one stood. What neither can do (a field's default, a table that others were made of), and what
lived through it, is tried the slow way: a process that imports the mutant and collects again.
"""

from __future__ import annotations

import ast
import contextlib
import gc
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any, Final, Literal

import pytest
from _pytest.runner import runtestprotocol

from tests.mutant_looks import PREFIX, Line, Look, keep_looks, kept_looks, traced
from tests.mutants import Function, Mutant, Place, mutated, path_of

Verdict = Literal["killed", "lived", "not asked"]
"""`not asked`: the mutant has no place in a living process. One whose line no test runs has lived."""
SPARE_S: Final = 2.0
"""CPU seconds that a test may take more than five times its usual: then the mutant hangs, and is killed."""
MEMORY: Final = 6 << 30
"""Bytes of address space: a mutant that grows without end is killed."""
FILES_MAX: Final = 3
"""Files of tests for a mutant that must be imported: each is collected anew."""
WALL_S: Final = 3600
"""A mutant that waits for ever is killed: seconds, so many because at idle priority its tests may get little of a core."""
Living = dict[tuple[str, int, str], list[FunctionType]]


@dataclass
class Asked:
    """A test that passes, what it takes, and the lines of control/ that it runs."""

    item: pytest.Item
    took_s: float
    lines: set[Line]

    @cached_property
    def files(self) -> frozenset[str]:
        """Return the files of control/ that it runs."""
        return frozenset(name for name, _ in self.lines)


@dataclass
class Trials:
    """The collected tests, and what is asked of them."""

    budget_s: float
    """CPU seconds of tests for one mutant."""
    tests: list[Asked] = field(default_factory=list[Asked])
    killers: dict[str, Asked] = field(default_factory=dict[str, Asked])
    """The last that killed a mutant of a function: it is asked first."""
    kills: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """How many mutants of a module each test has killed, by (module, test)."""
    living: Living = field(default_factory=dict[tuple[str, int, str], list[FunctionType]])

    def order(self, mutant: Mutant, place: Place) -> list[Asked]:
        """Return the tests that run the mutant's line, within the budget.

        First come those that have killed most of its module, then one of each file in turn, the quickest of it first.
        A table is seen by those that run any line of its module, and by those that run none: they look at tables.
        """
        file = str(path_of(mutant.module))
        if place.function is None:
            chosen = [test for test in self.tests if not test.lines or file in test.files]
        else:
            lines = {(file, line) for line in header(place.statement)}
            chosen = [test for test in self.tests if test.lines & lines]
        chosen = in_turn(chosen)
        chosen.sort(key=lambda test: -self.kills[mutant.module, test.item.nodeid])
        killer = self.killers.get(f"{mutant.module}:{mutant.scope}")
        if killer in chosen:
            chosen = [killer, *(test for test in chosen if test is not killer)]
        kept: list[Asked] = []
        for test in chosen:
            if sum(one.took_s for one in kept) < self.budget_s:
                kept.append(test)
        return kept

    def files(self, mutant: Mutant) -> list[str]:
        """Return the files that ask most of a module, for a mutant that must be imported."""
        file = str(path_of(mutant.module))
        asking = Counter(test.item.nodeid.split("::")[0] for test in self.tests if file in test.files)
        return [name for name, _ in asking.most_common(FILES_MAX)]

    def ask(self, mutant: Mutant) -> Verdict:
        """Return whether a test notices the mutant; a table's that lived must be imported, others are made of tables."""
        tree, place = mutated(path_of(mutant.module).read_text(encoding="utf-8"), mutant)
        tests = self.order(mutant, place)
        if not tests:
            return "lived"
        code = in_fork(lambda: _noticed(tests, mutant, tree, place, self.living))
        if 0 < code <= len(tests):
            self.killers[f"{mutant.module}:{mutant.scope}"] = tests[code - 1]
            self.kills[mutant.module, tests[code - 1].item.nodeid] += 1
        if code == 0 and place.function is not None:
            return "lived"
        return "not asked" if code in (0, NO_PLACE) else "killed"


def in_turn(tests: Sequence[Asked]) -> list[Asked]:
    """Return tests with one of each file first, then the second of each: those of one file see much the same."""
    places: Counter[Path] = Counter()
    turns: list[tuple[int, Asked]] = []
    for test in tests:
        places[test.item.path] += 1
        turns.append((places[test.item.path], test))
    return [test for _, test in sorted(turns, key=lambda turn: turn[0])]


NO_PLACE: Final = 255
MANY: Final = 254
"""Exit codes of a fork: 0 nobody noticed, 1.. the number of the test that did (254 for any beyond), 255 cannot be tried so."""


def header(statement: ast.stmt) -> range:
    """Return the lines of a statement, without those of the statements in it."""
    body = [child for child in ast.iter_child_nodes(statement) if isinstance(child, ast.stmt)]
    last = body[0].lineno - 1 if body else statement.end_lineno or statement.lineno
    return range(statement.lineno, max(last, statement.lineno) + 1)


def in_fork(act: Callable[[], int]) -> int:
    """Return what `act` returns in a fork; 254 where it died, whatever of."""
    child = os.fork()
    if child == 0:
        code = MANY
        with contextlib.suppress(BaseException):
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            signal.alarm(WALL_S)
            code = act()
        os._exit(code)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else MANY


def cpu_s() -> float:
    """Return the CPU seconds of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _noticed(tests: Sequence[Asked], mutant: Mutant, tree: ast.Module, place: Place, living: Living) -> int:
    """Put the mutant in and run the tests; return the exit code."""
    placed = put_code(mutant, tree, place.function, living) if place.function else put_value(mutant, place.top)
    if not placed:
        return NO_PLACE
    for number, test in enumerate(tests, 1):
        resource.setrlimit(
            resource.RLIMIT_CPU, (int(cpu_s() + 5.0 * test.took_s + SPARE_S) + 1, resource.RLIM_INFINITY)
        )
        if not _passes(test.item):
            return min(number, MANY)
    return 0


def _passes(item: pytest.Item) -> bool:
    return all(report.passed for report in runtestprotocol(item, log=False, nextitem=None))


def _codes(code: CodeType) -> Iterator[CodeType]:
    for const in code.co_consts:
        if isinstance(const, CodeType):
            yield const
            yield from _codes(const)


def living_functions() -> Living:
    """Return the functions of control/ in this process, by file, first line and name."""
    found: Living = {}
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename.startswith(PREFIX):
            code = one.__code__
            found.setdefault((code.co_filename, code.co_firstlineno, code.co_name), []).append(one)
    return found


def put_code(mutant: Mutant, tree: ast.Module, function: Function, living: Living) -> bool:
    """Give every living function of this definition the mutant's code; return whether there was one."""
    path = str(path_of(mutant.module))
    first = min(one.lineno for one in [function, *function.decorator_list])
    found = [
        code
        for code in _codes(compile(tree, path, "exec"))
        if (code.co_firstlineno, code.co_name) == (first, function.name)
    ]
    alive = living.get((path, first, function.name), [])
    for one in alive:
        one.__code__ = found[0]
    return bool(alive and found)


def put_value(mutant: Mutant, top: ast.stmt) -> bool:
    """Run the mutant's assignment again and put its value where the old one stands; return whether it is one."""
    targets = top.targets if isinstance(top, ast.Assign) else [top.target] if isinstance(top, ast.AnnAssign) else []
    names = [target.id for target in targets if isinstance(target, ast.Name)]
    if not names:
        return False
    module = sys.modules[mutant.module]
    space: dict[str, Any] = dict(vars(module))
    exec(compile(ast.Module([top], []), str(path_of(mutant.module)), "exec"), space)  # noqa: S102 - the mutant is our own text
    for name in names:
        old = vars(module)[name]
        for other in list(sys.modules.values()):
            if getattr(other, "__dict__", {}).get(name) is old:
                setattr(other, name, space[name])
    return True


class Repeatable:
    """A pytest plugin: hypothesis draws the same each time, and does not shrink what it found."""

    def pytest_configure(self) -> None:
        """Set it before anything is collected."""
        from hypothesis import Phase, settings

        phases = [Phase.explicit, Phase.generate]
        settings.register_profile("mutants", derandomize=True, database=None, deadline=None, phases=phases)
        settings.load_profile("mutants")


class Collected(Repeatable):
    """A pytest plugin: when the tests are collected, they are timed and then asked."""

    def __init__(self, trials: Trials, then: Callable[[], None], say: Callable[[str], object]) -> None:
        """Do `then` when the tests are known."""
        self._trials, self._then, self._say = trials, then, say

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Time every test and see what it runs; leave out what does not pass; begin."""
        by_file: dict[Path, list[pytest.Item]] = {}
        for item in session.items:
            by_file.setdefault(item.path, []).append(item)
        for number, (file, items) in enumerate(by_file.items(), 1):
            self._look(file, items)
            self._say(f"  {number} of {len(by_file)} files looked at: {file.name}, {len(items)} tests\n")
        self._trials.tests.sort(key=lambda test: test.took_s)
        self._trials.living = living_functions()
        gc.collect()
        gc.freeze()  # after it nothing is found any more
        self._then()
        return True

    def _look(self, file: Path, items: list[pytest.Item]) -> None:
        """Take what is kept of a file's tests; look at the others, and keep that."""
        looks = kept_looks(file)
        new = {item.nodeid: look for item in items if item.nodeid not in looks and (look := self._seen(item))}
        looks |= new
        if new:
            keep_looks(file, looks)
        for item in items:
            if item.nodeid in looks:
                took_s, lines = looks[item.nodeid]
                self._trials.tests.append(Asked(item, took_s, lines))

    def _seen(self, item: pytest.Item) -> Look | None:
        """Return what a test takes and runs; None where it does not pass."""
        lines: set[Line] = set()
        began_s = cpu_s()
        with traced(lines):
            passed = _passes(item)
        if not passed:
            self._say(f"  left out, for it does not pass here: {item.nodeid}\n")
        return (cpu_s() - began_s, lines) if passed else None


class Replaced(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module its mutant at its import."""

    def __init__(self, mutant: Mutant) -> None:
        """Wait for the import of `mutant.module`."""
        self._name, self._path = mutant.module, path_of(mutant.module)
        self._tree, _ = mutated(self._path.read_text(encoding="utf-8"), mutant)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return a spec of ours for the mutated module only."""
        del path, target
        if fullname != self._name:
            return None
        whole = self._path.name == "__init__.py"
        return importlib.util.spec_from_file_location(
            fullname, self._path, loader=self, submodule_search_locations=[str(self._path.parent)] if whole else None
        )

    def exec_module(self, module: ModuleType) -> None:
        """Run the mutant in place of the module."""
        exec(compile(self._tree, str(self._path), "exec"), module.__dict__)  # noqa: S102 - the mutant is our own text


def ask_slowly(mutant: Mutant | None, names: Sequence[str], cpu_max_s: float) -> Verdict:
    """Return whether the tests of these files or names notice the mutant, imported and collected anew.

    None is the negative control: nothing is changed, and nobody may notice.
    """
    for name in PRELOADED:
        importlib.import_module(name)

    def act() -> int:
        resource.setrlimit(resource.RLIMIT_CPU, (int(cpu_s() + cpu_max_s), resource.RLIM_INFINITY))
        if mutant is not None:
            sys.meta_path.insert(0, Replaced(mutant))
        return 1 if pytest.main(["-x", *OPTIONS, *names], plugins=[Repeatable()]) else 0

    return "killed" if in_fork(act) else "lived"


PRELOADED: Final = ("numpy", "shapely", "cbor2", "cryptography.hazmat.primitives.asymmetric.ed25519")
"""Imported before the fork: they know nothing of control/, and take longer than most trials."""
OPTIONS: Final = ("-q", "-s", "--no-header", "--tb=no", "-p", "no:cacheprovider", "-p", "no:randomly", "--timeout", "0",
                  "-m", "not soak and not alone")  # fmt: skip
