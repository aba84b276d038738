"""A pytest plugin: `make evidence` runs the tests that prove rules and writes which rule is proved by what, with what result.

    python -m pytest -p tests.evidence --evidence docs/evidence.md tests

Only tests whose docstring says `Proves ...` are run; the result in the file is that of this run, never of another.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from protocols.aio.clock import SystemClock

ROOT = Path(__file__).resolve().parents[1]
RULES = ROOT / "control" / "rules.toml"
ID = re.compile(r"\b(?:ALT|AUT|CMD|INT|FBK|DMN|EST|LED)-\d\d\b")
PROVES = re.compile(r"Proves ([^:]*):")
WORSE = ("failed", "skipped", "passed")
"""Results, the one that counts first."""


def rules() -> dict[str, str]:
    """Return the short text of every rule, by id."""
    return {str(name): str(text) for name, text in tomllib.loads(RULES.read_text(encoding="utf-8"))["rules"].items()}


def ids_in(docstring: str | None) -> list[str]:
    """Return the rules that a docstring says it proves."""
    return [name for words in PROVES.findall(docstring or "") for name in ID.findall(words)]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the file to write."""
    parser.addoption("--evidence", type=Path, default=None, help="write the rules and their proofs to this file")


def pytest_configure(config: pytest.Config) -> None:
    """Begin to gather when a file was named."""
    if config.getoption("--evidence") is not None:
        config.pluginmanager.register(Evidence(config.getoption("--evidence")), "evidence-file")


class Evidence:
    """The proofs of one run."""

    def __init__(self, path: Path) -> None:
        """Write to `path` at the end."""
        self.path = path
        self.proves: dict[str, list[str]] = {}
        """Rules by test: a test of many parameters is one."""
        self.results: dict[str, str] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave out what proves no rule."""
        kept: list[pytest.Item] = []
        for item in items:
            named = ids_in(getattr(getattr(item, "function", None), "__doc__", None))
            if named:
                self.proves[_name(item.nodeid)] = named
                kept.append(item)
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a result; the worst of a test's parameters counts."""
        name = _name(report.nodeid)
        if report.when == "call" or report.outcome != "passed":
            before = self.results.get(name, "passed")
            self.results[name] = min(before, report.outcome, key=WORSE.index)

    def pytest_sessionfinish(self) -> None:
        """Write the file."""
        self.path.write_text(text_of(self.proves, self.results, _commit(), _today()), encoding="utf-8")


def text_of(proves: dict[str, list[str]], results: dict[str, str], commit: str, date: str) -> str:
    """Return the document: a row for each rule, with the tests that prove it and how they ended."""
    listed = rules()
    by_rule = {rule: sorted(test for test, named in proves.items() if rule in named) for rule in listed}
    rows = [
        f"| {rule} | {text} | {_proofs(by_rule[rule])} | {_result(by_rule[rule], results)} |"
        for rule, text in listed.items()
    ]
    proved = [rule for rule in listed if _result(by_rule[rule], results) == "passed"]
    lines = [
        "# Evidence: each rule of command, and the tests that prove it", "",
        f"Written by `make evidence` from a run of {len(results)} tests on {date}, commit `{commit}`. Do not edit: run it again.",
        f"{len(proved)} of {len(listed)} rules are proved; what is open stands in `tests/architecture/test_rules_are_proved.py`.",
        "", "| rule | in short | proved by | result |", "|---|---|---|---|", *rows, "",
    ]  # fmt: skip
    return "\n".join(lines)


def _proofs(tests: list[str]) -> str:
    by_file: dict[str, int] = {}
    for test in tests:
        by_file[test.split("::")[0]] = by_file.get(test.split("::")[0], 0) + 1
    return ", ".join(f"`{path.removeprefix('tests/')}` ({count})" for path, count in by_file.items()) or "-"


def _result(tests: list[str], results: dict[str, str]) -> str:
    ended = [results.get(test, "skipped") for test in tests]
    return min(ended, key=WORSE.index) if ended else "not yet"


def _name(nodeid: str) -> str:
    return nodeid.split("[", maxsplit=1)[0]


def _commit() -> str:
    if shutil.which("git") is None:
        return "unknown"
    ran = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, check=False, capture_output=True, text=True)
    return ran.stdout.strip() or "unknown"


def _today() -> str:
    return datetime.fromtimestamp(SystemClock().utc_ns() / 1e9, UTC).strftime("%Y-%m-%d")
