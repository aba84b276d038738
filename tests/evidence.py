"""Writes which rule of command is proved by what, with what result, from the results that `make test` has left.

    python -m tests.evidence test-results/tests*.xml --output docs/evidence.md

A test proves what its docstring says after `Proves`; the result in the file is that of this run, never of another.
"""

from __future__ import annotations

import argparse
import ast
import re
import shutil
import subprocess
import sys
import tomllib
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

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


def proofs_in(tests: Path) -> dict[str, list[str]]:
    """Return the rules that each test below `tests` says it proves, by `tests/FOLDER/FILE.py::NAME`."""
    found: dict[str, list[str]] = {}
    for path in sorted(tests.rglob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and (named := ids_in(ast.get_docstring(node))):
                found[f"{path.relative_to(tests.parent).as_posix()}::{node.name}"] = named
    return found


def results_in(report: str) -> Iterator[tuple[str, str]]:
    """Yield (test, result) of each test of a JUnit report; the parameters of a test are left out."""
    for case in ET.fromstring(report).iter("testcase"):  # noqa: S314 - our own file, written a moment ago
        ended = {child.tag for child in case}
        result = "failed" if ended & {"failure", "error"} else "skipped" if "skipped" in ended else "passed"
        yield (
            f"{case.attrib['classname'].replace('.', '/')}.py::{case.attrib['name'].split('[', maxsplit=1)[0]}",
            result,
        )


def worst(reports: list[str]) -> dict[str, str]:
    """Return the result of each test; the worst of its parameters counts."""
    found: dict[str, str] = {}
    for report in reports:
        for test, result in results_in(report):
            found[test] = min(found.get(test, "passed"), result, key=WORSE.index)
    return found


def text_of(proves: dict[str, list[str]], results: dict[str, str], of: str, date: str) -> str:
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
        f"Written by `make evidence` from a run of {len(results)} test functions on {date}, commit `{of}`; do not edit.",
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


def commit() -> str:
    """Return the commit that is checked out, short."""
    if shutil.which("git") is None:
        return "unknown"
    ran = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, check=False, capture_output=True, text=True)
    return ran.stdout.strip() or "unknown"


def today() -> str:
    """Return the date, UTC."""
    return datetime.fromtimestamp(SystemClock().utc_ns() / 1e9, UTC).strftime("%Y-%m-%d")


def main() -> None:
    """Read the reports and write the file; exit 1 when a rule is not proved by this run."""
    parser = argparse.ArgumentParser(prog="python -m tests.evidence", description=__doc__)
    parser.add_argument("reports", nargs="+", type=Path, help="what pytest wrote with --junitxml")
    parser.add_argument("--output", type=Path, required=True, help="the file to write")
    asked = parser.parse_args()
    results = worst([path.read_text(encoding="utf-8") for path in asked.reports])
    proves = {test: named for test, named in proofs_in(ROOT / "tests").items() if test in results}
    asked.output.write_text(text_of(proves, results, commit(), today()), encoding="utf-8")
    by_rule = {rule: [test for test, named in proves.items() if rule in named] for rule in rules()}
    open_rules = [rule for rule, tests in by_rule.items() if _result(tests, results) != "passed"]
    proved = f"{asked.output}: {len(by_rule) - len(open_rules)} of {len(by_rule)} rules proved"
    sys.stdout.write(f"{proved}{'; open: ' if open_rules else ''}{', '.join(open_rules)}\n")
    raise SystemExit(1 if open_rules else 0)


if __name__ == "__main__":
    main()
