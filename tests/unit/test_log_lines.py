"""Each program writes one kind of log line: JSON with time, process, level and event."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shipside import parent, program
from shipside.watchdog import OURS, Watchdog, socket_path
from tests.demo_rig import ROOT
from tests.shore_kit import SetClock

OWN = {"utc_ms", "process", "level", "event"}


def lines(text: str) -> list[dict[str, Any]]:
    """Return the lines; fail where one is none of ours."""
    read: list[dict[str, Any]] = [json.loads(line) for line in text.splitlines()]
    assert all(line.keys() >= OWN for line in read)
    return read


def test_the_parent_says_which_process_ended_and_when_it_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        parent, "command", lambda _config, role: [sys.executable, "-c", f"raise SystemExit({len(role)})"]
    )
    watching = parent.Parent(tmp_path / "agent.toml")
    for role in parent.ROLES:
        child = watching._start(role)
        watching._children[role] = child
        child.wait()
        watching._look(role)
    told = lines(capfd.readouterr().err)
    assert [(line["process"], line["level"], line["event"], line["role"], line["code"], line["again_s"]) for line in told] == [
        ("parent", "warning", "ended", role, len(role), 1.0) for role in ("watchdog", "safety", "collector")
    ]  # fmt: skip
    assert all(line["utc_ms"] > 1_700_000_000_000 for line in told)


def test_the_watchdog_says_that_it_ordered_neutral_and_what_could_not_be_done(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """It was stroked once while something was in force, then no more, and there is no file with what to send."""
    dog = Watchdog(tmp_path / "journal.db")
    with dog._socket.dup() as sender:
        sender.sendto(OURS, str(socket_path(tmp_path / "journal.db")))
    dog.look()
    dog.look()
    dog._socket.close()
    (told,) = lines(capfd.readouterr().err)
    assert (told["process"], told["level"], told["event"], told["times"]) == ("watchdog", "warning", "silent", 1)
    assert "neutral was ordered; watchdog.json cannot be read" in told["problem"]


def test_a_role_aboard_writes_them_and_no_field_hides_the_lines_own(capfd: pytest.CaptureFixture[str]) -> None:
    say = program.say_to_stderr(SetClock(), "collector", "kestrel")
    say("input", vessel="kestrel", process="x", level="y", utc_ms=1, input="gps")
    (told,) = lines(capfd.readouterr().err)
    assert (told["process"], told["level"], told["event"], told["vessel"], told["input"]) == (
        "collector", "info", "input", "kestrel", "gps",
    )  # fmt: skip


@pytest.mark.parametrize("module", ["shipside.parent", "shipside.watchdog"])
def test_what_stays_small_aboard_loads_no_loop(module: str) -> None:
    """A date on a log line is no reason to load what runs one; the clock of a program that has one loads it."""

    def has_loop(each: str) -> str:
        asked = [sys.executable, "-c", f"import sys, {each}; print('asyncio' in sys.modules)"]
        return subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout.strip()

    assert (has_loop(module), has_loop("shipside.program")) == ("False", "True")
