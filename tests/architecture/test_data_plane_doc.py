"""Each row of docs/data-plane.md names tests that are there, and says of each whether `make test` runs it."""

from __future__ import annotations

import ast
import functools
import re
from typing import Final

from tests.architecture.source_tree import ROOT

DOC: Final = ROOT / "docs" / "data-plane.md"
NAMED: Final = re.compile(r"`([a-z]+/test_[a-z0-9_]+\.py)::(test_[a-z0-9_]+)`( \(soak\))?")
ROW: Final = re.compile(r"^\|(?! claim| goal|---)(.*)\|$", re.MULTILINE)
CELLS: Final = 3


@functools.cache
def known_tests(path: str) -> dict[str, bool]:
    """Return {test: whether it belongs to the long run} of a file below tests/; none where the file is not there."""
    file = ROOT / "tests" / path
    if not file.exists():
        return {}
    body = ast.parse(file.read_text("utf-8")).body
    whole = any(isinstance(node, ast.Assign) and "mark.soak" in ast.unparse(node) for node in body)
    return {
        node.name: whole or any("mark.soak" in ast.unparse(mark) for mark in node.decorator_list)
        for node in body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    }


def wrong(text: str) -> list[str]:
    """Return what a document says of tests and is not so, and its rows that name none."""
    found = []
    for row in ROW.findall(text):
        if len(re.split(r"(?<!\\)\|", row)) != CELLS:
            found.append(f"not {CELLS} cells: {row[:60]}")
        if not NAMED.search(row):
            found.append(f"no proof: {row[:60]}")
        for path, name, is_told in NAMED.findall(row):
            is_long = known_tests(path).get(name)
            if is_long is None:
                found.append(f"{path}::{name} is not there")
            elif is_long != bool(is_told):
                found.append(f"{path}::{name} is {'' if is_long else 'not '}part of the long run")
    return found


def test_every_test_that_a_claim_rests_on_is_there() -> None:
    """Fifty claims and more, each with its proof; one that was renamed or went is found before a reader looks for it."""
    text = DOC.read_text("utf-8")
    assert wrong(text) == []
    assert len(ROW.findall(text)) > 50


def test_each_claim_has_a_test_of_every_run() -> None:
    """What only the long run shows is no claim about a change that was made today."""
    rows = ROW.findall(DOC.read_text("utf-8"))
    assert [row[:60] for row in rows if all(told for _, _, told in NAMED.findall(row))] == []


def test_a_claim_without_a_proof_would_be_seen() -> None:
    """The negative control: a test that is not there, one marked wrongly, and a row without any."""
    known = "unit/test_ship_rawlog.py::test_a_clock_set_back_to_1980_makes_no_file_old"
    rows = (f"| a | `{known}` | |", f"| b | `{known}` (soak) | |", "| c | `unit/test_ship_rawlog.py::test_gone` | |",
            "| d | said by its author | |", f"| e | `{known}` |")  # fmt: skip
    assert [len(wrong(row)) for row in rows] == [0, 1, 1, 1, 1]
