"""Cores touch no clock, socket, task or log; shells read no clock but the one they are given; the lint sees to it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source_tree import PACKAGES, ROOT, parse, python_files

IMPURE = frozenset({"asyncio", "socket", "threading", "time", "random", "os", "logging"})
BANNED = frozenset({
    "asyncio.wait_for", "time.sleep", "time.time", "time.time_ns", "time.monotonic", "time.monotonic_ns",
    "time.perf_counter", "time.process_time", "datetime.datetime.now", "datetime.datetime.utcnow",
    "datetime.datetime.today", "datetime.date.today",
})  # fmt: skip
SERVERS_TIME = re.compile(
    r"\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\(\s*\)|\bcurrent_(timestamp|date|time)\b"
    r"|\blocaltime(stamp)?\b|'(now|today|yesterday|tomorrow)'", re.IGNORECASE,
)  # fmt: skip
"""How a statement asks the database server for its own time."""
MIGRATIONS = Path("shoreside/store/migrations")
OF_BEFORE = {
    "0001_first.sql",
    "0002_rollup.sql",
    "0070_ledger.sql",
    "0111_ledger_kept.sql",
    "0120_accounts.sql",
    "0140_administration.sql",
}
"""Migrations, which are never edited, with columns that have the server's time by default; every statement names theirs now."""
THE_CLOCK = Path("protocols/aio/clock.py")
CLEAN = '"""A module."""\n\n\ndef depth_m(raw_dm: int) -> float:\n    """Return metres."""\n    return raw_dm / 10\n'


def imported(tree: ast.Module) -> set[str]:
    """Return the top-level names of all modules imported anywhere in a module."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            names.add(node.module.split(".")[0])
    return names


def meanings(tree: ast.Module) -> dict[str, str]:
    """Return what each imported name of a module stands for, dotted in full."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.split(".")[0]
                found[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return found


def dotted(node: ast.expr, known: dict[str, str]) -> str | None:
    """Return the full dotted name of an expression, None if it begins with no imported name."""
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Attribute):
        before = dotted(node.value, known)
        return None if before is None else f"{before}.{node.attr}"
    return None


def uses(tree: ast.Module) -> Iterator[str]:
    """Yield each banned name a module uses, whatever it was imported as."""
    known = meanings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and (name := dotted(node, known)) in BANNED:
            yield f"{node.lineno}: {name}"


def ruff(source: str, place: str) -> subprocess.CompletedProcess[str]:
    """Run the linter, with the project's settings, on a source as if it stood in a place."""
    command = [sys.executable, "-m", "ruff", "check", "--config", "pyproject.toml", "--no-cache",
               "--output-format", "concise", "--stdin-filename", place, "-"]  # fmt: skip
    return subprocess.run(command, cwd=ROOT, input=source, capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize(
    "source",
    ["import time\ntime.time()", "from time import monotonic as m\nm()", "import datetime as d\nd.datetime.now()",
     "from datetime import datetime\ndatetime.now()", "import asyncio\nasyncio.wait_for(x, 1)",
     "from asyncio import wait_for\nwait = wait_for"],
)  # fmt: skip
def test_no_alias_hides_a_banned_name(source: str) -> None:
    """The search below resolves what a name was imported as; a port's own `wait_for` is none of its business."""
    assert len(list(uses(ast.parse(source)))) == 1
    assert list(uses(ast.parse("import asyncio\nport.wait_for(x)\nasyncio.timeout(1)\nloop.time()"))) == []


def test_cores_are_pure() -> None:
    """No pure package imports a clock, a socket, a task, a thread, chance, the system or a log."""
    pure = [path for path in python_files("protocols", "telemetry", "control") if path.parts[:2] != THE_CLOCK.parts[:2]]
    assert len(pure) > 20
    assert {str(path): bad for path in pure if (bad := imported(parse(path)) & IMPURE)} == {}


def test_nobody_reads_a_clock_of_their_own() -> None:
    """Outside `protocols/aio/clock.py` no clock is read, nothing sleeps in a thread, nothing uses `wait_for`."""
    assert list(uses(parse(THE_CLOCK))), "the clock itself reads one, or this test looks at nothing"
    found = {str(path): bad for path in python_files(*PACKAGES) if path != THE_CLOCK and (bad := [*uses(parse(path))])}
    assert found == {}


def asking(source: str) -> list[str]:
    """Return what in the texts of a module asks the database server for its time, defaults of columns aside."""
    texts = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
    words = [
        text.decode(errors="replace") if isinstance(text, bytes) else text
        for text in texts
        if isinstance(text, str | bytes)
    ]
    return [found[0] for text in words for found in SERVERS_TIME.finditer(text.replace("DEFAULT now()", ""))]


def test_no_statement_asks_the_database_server_what_time_it_is() -> None:
    """Its clock may be any (R14): the program tells it the time. What would ask is planted first."""
    for planted in (
        "'DELETE FROM session WHERE expires < now ( )'",
        "b'SELECT CLOCK_TIMESTAMP()'",
        "'SELECT current_date'",
    ):
        assert asking(planted), planted
    modules = python_files("shoreside", "farhelm")
    found = {str(path): bad for path in modules if (bad := asking((ROOT / path).read_text()))}
    assert found == {}
    files = sorted((ROOT / MIGRATIONS).glob("*.sql"))
    assert {file.name for file in files if SERVERS_TIME.search(file.read_text())} == OF_BEFORE


@pytest.mark.parametrize("name", sorted(BANNED))
@pytest.mark.parametrize("place", ["control/planted.py", "shipside/planted.py"])
def test_the_linter_catches_a_planted_one(name: str, place: str) -> None:
    """The settings in pyproject.toml really bite, in cores and shells alike."""
    module, _, rest = name.partition(".")
    answer = ruff(f"{CLEAN}\n\nimport {module}\n\nmoment = {module}.{rest}\n", place)
    assert answer.returncode == 1, answer.stderr
    assert "TID251" in answer.stdout
    assert f"`{name}`" in answer.stdout


def test_the_linter_lets_a_clean_module_pass() -> None:
    """Without the planted fault it is silent, so it was that fault it caught."""
    answer = ruff(CLEAN, "control/planted.py")
    assert (answer.returncode, answer.stderr) == (0, ""), answer.stdout
    assert "TID251" not in ruff(f"{CLEAN}\n\nimport time\n\nmoment = time.monotonic\n", str(THE_CLOCK)).stdout
