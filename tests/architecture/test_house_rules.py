"""Small functions, small modules, docstrings, and names that say what a thing is."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source_tree import PACKAGES, ROOT, parse, python_files, tracked

FUNCTION_LINES = 50
MODULE_LINES = 400
SAY_NOTHING = frozenset({"utils", "util", "helpers", "helper", "manager", "managers", "misc", "common"})
SAY_NOTHING_MODULES = frozenset({"data.py", "info.py"})

Function = ast.FunctionDef | ast.AsyncFunctionDef


def body_lines(function: Function) -> int:
    """Return the lines from the first statement after the docstring to the last."""
    body = function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def long_functions(tree: ast.Module) -> list[tuple[str, int]]:
    """Return the name and body length of each function longer than allowed, nested ones too."""
    functions = [node for node in ast.walk(tree) if isinstance(node, Function)]
    return [(each.name, body_lines(each)) for each in functions if body_lines(each) > FUNCTION_LINES]


def undocumented(body: list[ast.stmt], above: str = "") -> Iterator[str]:
    """Yield the dotted names of public classes, functions and methods that have no docstring."""
    for node in body:
        if not isinstance(node, Function | ast.ClassDef) or node.name.startswith("_"):
            continue
        if ast.get_docstring(node) is None:
            yield above + node.name
        if isinstance(node, ast.ClassDef):
            yield from undocumented(node.body, f"{above}{node.name}.")


def says_nothing(path: Path) -> bool:
    """Tell whether a folder or file is named after no thing in particular."""
    stems = {*path.parts[:-1], path.name.split(".")[0]}
    return bool(stems & SAY_NOTHING) or path.name in SAY_NOTHING_MODULES


def test_the_measures_measure() -> None:
    """Each measure finds a planted fault and lets its neighbour pass, so an empty list below means something."""
    at_limit, over = "    x = 1\n" * FUNCTION_LINES, "    x = 1\n" * (FUNCTION_LINES + 1)
    planted = ast.parse(f'def fits():\n    """Say."""\n{at_limit}\nasync def bursts():\n    """Say."""\n{over}')
    assert long_functions(planted) == [("bursts", FUNCTION_LINES + 1)]
    planted = ast.parse('class Bare:\n    def walk(self): ...\n    def _own(self): ...\ndef told():\n    """Say."""\n')
    assert list(undocumented(planted.body)) == ["Bare", "Bare.walk"]
    named = {name: says_nothing(Path(name)) for name in ("a/utils/b.py", "a/misc.py", "a/data.py", "a/database.py")}
    assert list(named.values()) == [True, True, True, False]


def test_functions_fit_on_a_screen() -> None:
    """No body is longer than 50 lines."""
    found = [(str(path), *each) for path in python_files(*PACKAGES) for each in long_functions(parse(path))]
    assert found == []


@pytest.mark.parametrize("folders", [PACKAGES, ("tests",)], ids=["packages", "tests"])
def test_modules_fit_in_a_head(folders: tuple[str, ...]) -> None:
    """No module, and no test module, is longer than 400 lines."""
    lengths = {str(path): len((ROOT / path).read_text("utf-8").splitlines()) for path in python_files(*folders)}
    assert lengths
    assert {path: length for path, length in lengths.items() if length > MODULE_LINES} == {}


def test_everything_public_says_what_it_is() -> None:
    """Every module, public class, function and method has a docstring."""
    found: list[str] = []
    for path in python_files(*PACKAGES):
        tree = parse(path)
        if ast.get_docstring(tree) is None:
            found.append(str(path))
        found.extend(f"{path}: {name}" for name in undocumented(tree.body))
    assert found == []


def test_no_file_or_folder_is_named_after_nothing() -> None:
    """A name says which thing is inside; `utils` and its kin say that nobody knew."""
    assert [str(path) for path in tracked() if says_nothing(path)] == []


def test_tests_are_no_packages() -> None:
    """An `__init__.py` below tests/ makes pytest import from another root; not even an untracked one may stand."""
    assert sorted((ROOT / "tests").rglob("__init__.py")) == []


def test_the_console_builds_without_npm_on_path() -> None:
    """The Node that comes as a wheel has no working `npm` of its own: a script that calls it fails where no Node is."""
    scripts = json.loads((ROOT / "ui" / "package.json").read_text(encoding="utf-8"))["scripts"]
    assert "npm" not in scripts["build"]
