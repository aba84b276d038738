"""The seal of a configuration: checksums of its files, as `sha256sum` writes and checks them, in a file beside it (R6).

A flipped bit makes another good number of a limit (15 -> 35 is one), and no reader of TOML can tell. Where
`agent.toml.sha256` lies beside `agent.toml`, every file of the configuration must be named in it and be as it was sealed:

    sha256sum agent.toml plc.toml > agent.toml.sha256

Why so: the seal is no part of what it protects, damage to it is a fault too, it covers register maps and catalogue as well,
and a person can make and check it with a tool that every machine has. It guards against damage, not against people.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Final

FILES_MAX: Final = 100
"""Most files of one seal: a configuration, its catalogue, and a map for each of at most 32 units."""
_LINE: Final = re.compile(r"([0-9a-f]{64}) [ *](\S.*)")


class Seal:
    """What the files of a configuration must be; without a seal, whatever they are."""

    def __init__(self, config: Path) -> None:
        """Read the seal of the configuration file `config`; what is wrong with it is in `faults`."""
        self._folder, self._path = config.parent, config.with_name(f"{config.name}.sha256")
        self._wanted: dict[Path, str] = {}
        self.faults: list[str] = []
        self.is_there = self._path.exists()
        """False: nothing is sealed, and a damaged limit may pass for a limit."""
        if self.is_there:
            self._read()

    def _read(self) -> None:
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            self.faults.append(f"the seal {self._path.name} cannot be read: {error}")
            return
        found = [_LINE.fullmatch(line) for line in lines]
        if not found or len(found) > FILES_MAX or None in found:
            self.faults.append(f"the seal {self._path.name} is not what sha256sum writes for 1 to {FILES_MAX} files")
        self._wanted = {(self._folder / each[2]).resolve(): each[1] for each in found if each is not None}

    def text(self, path: Path) -> str:
        """Return the text of a file, judged by the seal; raise OSError or UnicodeDecodeError when it cannot be read."""
        content = path.read_bytes()
        if self.is_there:
            self._judge(path, hashlib.sha256(content).hexdigest())
        return content.decode("utf-8")

    def _judge(self, path: Path, digest: str) -> None:
        wanted = self._wanted.get(path.resolve())
        if wanted is None:
            self.faults.append(f"{path.name} is not in the seal {self._path.name}; {self._remedy()}")
        elif wanted != digest:
            self.faults.append(
                f"{path.name} is not what was sealed: it is damaged, or was changed since; look at it, then {self._remedy()}"
            )

    def _remedy(self) -> str:
        return f"seal all its files again: sha256sum FILES > {self._path.name}"
