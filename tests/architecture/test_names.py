"""Our import packages are the seven of the list, `control` is ours, and no two test modules share a name."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections import Counter
from typing import Any

from tests.architecture.source_tree import PACKAGES, ROOT, tracked


def project() -> dict[str, Any]:
    """Return pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def test_the_lists_of_packages_are_the_folders() -> None:
    """A folder with an `__init__.py` is in each list of pyproject.toml, and nothing else is."""
    tool = project()["tool"]
    folders = sorted(path.parts[0] for path in tracked() if path.parts[1:] == ("__init__.py",))
    assert folders == sorted(PACKAGES)
    lists = {
        "wheel": tool["hatch"]["build"]["targets"]["wheel"]["packages"], "mypy": tool["mypy"]["packages"],
        "pyright": tool["pyright"]["include"], "importlinter": tool["importlinter"]["root_packages"],
    }  # fmt: skip
    for name, listed in lists.items():
        assert set(PACKAGES) <= set(listed), name
        assert set(listed) <= {*PACKAGES, "tests"}, name
    assert sorted(lists["wheel"]) == folders


def test_every_package_is_ours_wherever_it_is_imported() -> None:
    """Imported from another folder, by the installed distribution alone, each package lies in this repository."""
    program = f"import importlib\nfor name in {PACKAGES!r}: print(importlib.import_module(name).__file__)"
    ran = subprocess.run([sys.executable, "-P", "-c", program], cwd="/", capture_output=True, text=True, timeout=60,
                         check=False)  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split("\n")[:-1] == [str(ROOT / name / "__init__.py") for name in PACKAGES]


def test_python_control_is_kept_out() -> None:
    """The distribution `control` (python-control) installs a `control` of its own: neither wanted nor pinned.

    Said here and not as a constraint of uv's: under hashes, uv takes no constraint that is not a pin.
    """
    pinned = re.findall(r"^([A-Za-z0-9][\w.-]*)", (ROOT / "requirements.lock").read_text("utf-8"), re.MULTILINE)
    assert len(pinned) > 20
    taken = {name.lower().replace("_", "-") for name in pinned} & {*PACKAGES, "python-control", "slycot"}
    assert taken == set()


def test_no_two_test_modules_share_a_name() -> None:
    """With `importlib` imports two of the same name would work, and nobody could say which one failed."""
    names = Counter(path.name for path in tracked() if path.parts[0] == "tests" and path.name.startswith("test_"))
    assert len(names) > 20
    assert [name for name, count in names.items() if count > 1] == []
