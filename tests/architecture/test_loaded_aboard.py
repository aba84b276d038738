"""What each process aboard loads before it runs: a goal of 100 MB for both is kept by what is not loaded."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.demo_rig import ROOT

OURS = {"protocols", "telemetry", "control", "shipside"}
BOTH = {"aiomqtt", "apsw", "cbor2", "cryptography", "numpy", "paho"}
"""Broker, SQLite, signed bytes, signatures, columns and targets."""
THIRD_PARTY = {"safety": BOTH | {"shapely"}, "collector": BOTH | {"zstandard"}}
"""{role: the packages it may load}: shapes are of the safety process, compression is of the collector."""
NOT_LOADED = {"argparse", "bz2", "email", "gzip", "http", "lzma", "shutil", "xml", "zipfile"}
"""Of the standard library: each is a lot for one function of it that we could use."""
LOAD = """
import sys
from pathlib import Path
from shipside import __main__, parent
from protocols.aio.rarely import rarely
rarely(__main__.RARELY)
from shipside import config, program
import importlib
for module in program.MODULES[sys.argv[1]]:
    importlib.import_module(module)
print(*sys.modules)
"""
"""As `shipside.__main__` and `program.run` do it, without a configuration."""


@cache
def loaded(role: str) -> set[str]:
    """Return the modules of a fresh process of `role` at the moment when it would run."""
    ran = subprocess.run(
        [sys.executable, "-c", LOAD, role], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    return set(ran.stdout.split())


def told(role: str) -> set[str]:
    """Return the packages that `role` loads and that are neither ours nor the standard library's."""
    tops = {module.partition(".")[0] for module in loaded(role)}
    return {top for top in tops - OURS if top not in sys.stdlib_module_names and not top.startswith(("_", "cython"))}


@pytest.mark.parametrize("role", sorted(THIRD_PARTY))
def test_a_process_aboard_loads_the_packages_named_and_no_other(role: str) -> None:
    found = told(role) - {"editables", "pkg_resources", "setuptools", "sitecustomize"}
    assert found == THIRD_PARTY[role]


@pytest.mark.parametrize("role", sorted(THIRD_PARTY))
def test_what_is_hardly_ever_used_is_not_loaded(role: str) -> None:
    assert {module.partition(".")[0] for module in loaded(role)} & NOT_LOADED == set()


def test_the_collector_loads_no_rule_of_command_but_the_limits() -> None:
    control = {module for module in loaded("collector") if module.startswith("control.")}
    assert {module.split(".")[1] for module in control} == {"limits"}


def test_a_module_put_off_is_whole_when_it_is_used() -> None:
    used = """
from protocols.aio.rarely import rarely
rarely("urllib.request")
import sys, urllib.request
before = "http.client" in sys.modules
print(before, callable(urllib.request.getproxies), "http.client" in sys.modules, hasattr(urllib.request, "no_such"))
"""
    ran = subprocess.run([sys.executable, "-c", used], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout.split() == ["False", "True", "True", "False"]


def asserts(text: str) -> list[int]:
    """Return the lines of the asserts of a module."""
    return [node.lineno for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Assert)]


def test_nothing_aboard_asserts() -> None:
    """The processes aboard run without docstrings, and so without asserts: a fault is raised."""
    assert asserts("def at():\n    assert True") == [2]
    modules: list[Path] = [path for package in sorted(OURS) for path in (ROOT / package).rglob("*.py")]
    assert len(modules) > 200
    assert {
        str(path.relative_to(ROOT)): asserts(path.read_text()) for path in modules if asserts(path.read_text())
    } == {}
