"""`python -m shipside`: the agent aboard; the collector and the safety process, together or one of them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

from shipside import parent

OK: Final = 0
MISUSE: Final = 2


def main(arguments: list[str] | None = None) -> int:
    """Run the agent; return 0 when ended on request, 2 for a bad configuration, 3 when it cannot run."""
    match sys.argv[1:] if arguments is None else arguments:
        case ["--config", path, "--role", ("collector" | "safety") as role]:  # as `parent` starts its children
            return _one(Path(path), role, is_check=False)
        case spelled:
            return _as_asked(spelled)


def _as_asked(arguments: list[str]) -> int:
    import argparse  # noqa: PLC0415 - with gettext and shutil it would be 0.7 MB of each process

    parser = argparse.ArgumentParser(prog="python -m shipside", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="TOML file, see shipside/examples/")
    parser.add_argument(
        "--role", choices=("collector", "safety", "watchdog", "all"), default="all", help="which process"
    )
    parser.add_argument("--check", action="store_true", help="read the configuration, say what is wrong, and end")
    chosen = parser.parse_args(arguments)
    if chosen.role == "all" and not chosen.check:
        code = parent.checked(chosen.config)
        return parent.Parent(chosen.config).run() if code == OK else code
    if chosen.role == "watchdog" and not chosen.check:
        from shipside import watchdog  # noqa: PLC0415 - it imports nothing of the agent, and is not imported by it

        return watchdog.main(chosen.config)
    return _one(chosen.config, chosen.role, is_check=chosen.check)


RARELY: Final = "urllib.request"
"""Paho asks it for a proxy, only where PySocks is installed: with HTTP and e-mail behind it, 1.3 MB of each process."""


def _one(path: Path, role: str, *, is_check: bool) -> int:
    from protocols.aio.rarely import rarely  # noqa: PLC0415 - as below

    rarely(RARELY)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # no matrix here is large: no thread and buffer per core
    from control.limits import ConfigError  # noqa: PLC0415 - the parent of both roles stays small
    from shipside import config as configuration  # noqa: PLC0415 - as above

    try:
        config = configuration.load(path, os.environ)
    except ConfigError as error:
        sys.stderr.write("The configuration has faults:\n" + "".join(f"- {fault}\n" for fault in error.faults))
        return MISUSE
    if is_check:
        seal = "sealed" if config.is_sealed else "not sealed: a damaged limit would pass for a limit"
        sys.stderr.write(f"{path}: the configuration of {config.vessel.id} is good; it is {seal}\n")
        for warning in config.warnings():
            sys.stderr.write(f"warning: {warning}\n")
        return OK
    from shipside import program  # noqa: PLC0415 - after the configuration is known to be good

    return program.run(config, role)


if __name__ == "__main__":
    sys.exit(main())
