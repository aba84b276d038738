"""Which lines of control/ each test runs, and how long it takes: looked at once, and kept until a text changes.

Looking takes two to three times what the tests take. What is kept of a file of tests stands in
`test-results/mutation/looks/` under a digest of all of control/, of what the tests share and of the file itself.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Generator
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Final

from tests.mutants import ROOT

PREFIX: Final = str(ROOT / "control") + os.sep
LOOKS: Final = ROOT / "test-results" / "mutation" / "looks"
Line = tuple[str, int]
Look = tuple[float, set[Line]]
"""CPU seconds, and the (file, line) of control/ that are run."""


@cache
def _shared_digest() -> bytes:
    """Return the digest of what every look rests on."""
    shared = [path for path in sorted((ROOT / "tests").glob("*.py")) if not path.stem.startswith("muta")]
    paths = [*sorted((ROOT / "control").rglob("*.py")), *shared]
    texts = hashlib.sha256()
    for path in paths:
        texts.update(path.read_bytes())
    return texts.digest()


def place_of(file: Path) -> Path:
    """Return where the looks at a file of tests are kept."""
    digest = hashlib.sha256(_shared_digest() + file.read_bytes()).hexdigest()
    return LOOKS / f"{file.stem}-{digest[:16]}.json"


def kept_looks(file: Path) -> dict[str, Look]:
    """Return what is kept of a file of tests, by the test's node id; nothing where the file or control/ has changed."""
    try:
        rows = json.loads(place_of(file).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {
        test: (took_s, {(PREFIX + name, line) for name, lines in seen.items() for line in lines})
        for test, (took_s, seen) in rows.items()
    }


def keep_looks(file: Path, looks: dict[str, Look]) -> None:
    """Keep the looks at the tests of a file, in place of older ones."""
    LOOKS.mkdir(parents=True, exist_ok=True)
    for older in LOOKS.glob(f"{file.stem}-*.json"):
        older.unlink()
    rows: dict[str, tuple[float, dict[str, list[int]]]] = {}
    for test, (took_s, lines) in looks.items():
        seen: dict[str, list[int]] = {}
        for name, line in sorted(lines):
            seen.setdefault(name.removeprefix(PREFIX), []).append(line)
        rows[test] = (took_s, seen)
    place_of(file).write_text(json.dumps(rows), encoding="utf-8")


@contextlib.contextmanager
def traced(lines: set[Line]) -> Generator[None, None, None]:
    """Note every line of control/ that runs."""

    def of_line(frame: FrameType, event: str, _: object) -> object:
        if event == "line":
            lines.add((frame.f_code.co_filename, frame.f_lineno))
        return of_line

    def of_call(frame: FrameType, _: str, __: object) -> object:
        return of_line if frame.f_code.co_filename.startswith(PREFIX) else None

    before = sys.gettrace()
    sys.settrace(of_call)  # type: ignore[arg-type] # as the interpreter's own documentation has it
    try:
        yield
    finally:
        sys.settrace(before)
