"""No file names somebody's machine; the pins name no package host and each carries its hashes."""

from __future__ import annotations

import json
import re
import tomllib

from tests.architecture.source_tree import ROOT, tracked

MACHINE_PATHS = re.compile(rb"(?<![\w.~}-])/(?:work|root|home/[a-z_][\w.-]*|Users/[A-Za-z][\w.-]*)/")
HOSTS = re.compile(r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|registry\.", re.IGNORECASE)
PIN = re.compile(r"^([A-Za-z0-9][\w.-]*(?:\[[\w,-]+\])?)==([^\s;\\]+)")


def pins(lock: str) -> dict[str, str]:
    """Return each pinned requirement with its whole entry: its line and the lines it is continued on."""
    found: dict[str, str] = {}
    for entry in re.split(r"(?<!\\)\n", lock):
        if (match := PIN.match(entry)) is not None:
            found[f"{match[1]}=={match[2]}"] = entry
    return found


def strangers(lock: str) -> list[str]:
    """Return the entries of a lock that are neither pins, nor comments, nor blank: options, addresses, folders."""
    entries = [entry.strip() for entry in re.split(r"(?<!\\)\n", lock)]
    return [entry for entry in entries if entry and not entry.startswith("#") and PIN.match(entry) is None]


def test_the_searches_find() -> None:
    """Planted faults are found and their harmless neighbours are not."""
    for place in ("work", "root", "home/ann", "Users/ann"):  # put together here, or this file would be found itself
        for before in ("", "cd ", '"', "file://", "x=", ":"):
            assert MACHINE_PATHS.search(f"{before}/{place}/x".encode()), (before, place)
    for good in ("ui/work/x", "https://a.example/work/x", "/homeward/", "$HOME/x", "~/work/x"):
        assert not MACHINE_PATHS.search(good.encode()), good
    lock = "--index-url x\n# by hand\na==1 \\\n    --hash=sha256:00\nb[c]==2 ; x\n"
    assert pins(lock) == {"a==1": "a==1 \\\n    --hash=sha256:00", "b[c]==2": "b[c]==2 ; x"}
    assert strangers(lock) == ["--index-url x"]


def test_no_file_names_a_machine() -> None:
    """What works in one person's folder only is found here, in text and in binaries."""
    found = {str(path): match.group().decode() for path in tracked()
             if (match := MACHINE_PATHS.search((ROOT / path).read_bytes())) is not None}  # fmt: skip
    assert found == {}


def test_each_pin_has_its_hashes() -> None:
    """What is installed is what was pinned, whatever host it came from."""
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert strangers(lock) == []
    pinned = pins(lock)
    assert len(pinned) > 20
    assert [pin for pin, entry in pinned.items() if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry)] == []


def test_everything_asked_for_is_pinned() -> None:
    """What pyproject.toml asks for is in the lock: a fresh `make check` installs nothing else."""
    wanted = {re.split(r"[\[<>=~! ]", each)[0] for each in _project_requirements()}
    pinned = {re.split(r"[\[=]", pin)[0] for pin in pins((ROOT / "requirements.lock").read_text("utf-8"))}
    assert sorted(wanted - pinned) == []


def test_the_locks_name_no_host() -> None:
    """A site with an index of its own installs the same pins; an address in a lock would overrule it."""
    python_lock, node_lock = (
        (ROOT / name).read_text("utf-8") for name in ("requirements.lock", "ui/package-lock.json")
    )
    assert "://" not in python_lock
    assert HOSTS.findall(python_lock + node_lock) == []
    modules = {name: entry for name, entry in json.loads(node_lock)["packages"].items() if name}
    assert len(modules) > 10
    assert [name for name, entry in modules.items() if "resolved" in entry] == []
    assert [name for name, entry in modules.items() if not str(entry.get("integrity", "")).startswith("sha512-")] == []


def _project_requirements() -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = [each for extra in project["optional-dependencies"].values() for each in extra]
    return [each.lower() for each in [*project["dependencies"], *extras] if not each.startswith("farhelm")]
