"""One order leaves an unbroken trace by its id, from the console through the shore to the equipment and back."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from farhelm.trace import CHAIN, missing, steps_of
from tests.demo_rig import ROOT, Demo, start_demo, stop_demo, wait_until

pytestmark = pytest.mark.alone

SHIP = "kestrel"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo with one ship."""
    process, running = start_demo(tmp_path_factory.mktemp("trace"), "--vessels", "1", "--seed", "7")
    yield running
    stop_demo(process)


def farhelm(*words: str) -> subprocess.CompletedProcess[str]:
    """Run a farhelm command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "farhelm", *words], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.timeout(300)
def test_an_order_is_followed_through_every_program(demo: Demo) -> None:
    """Proves D4 for orders: `farhelm trace` finds every link, in the order of the chain, in the logs of all programs."""
    ran = farhelm("conn", "order", SHIP, "rudder", "0", "--take", "--demo", str(demo.folder))
    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert ran.returncode == 0, ran.stderr
    order_id = next(str(line["order_id"]) for line in lines if line.get("kind") == "conn.rudder")
    logs = str(demo.folder)

    def traced() -> subprocess.CompletedProcess[str] | None:
        said = farhelm("trace", order_id, "--logs", logs)
        return said if said.returncode == 0 else None

    said = wait_until(traced, 60, "an unbroken trace")
    print(said.stdout)
    assert "the trace is unbroken" in said.stdout
    processes = {step.process for step in steps_of(order_id, _lines(Path(logs)))}
    assert {"shore", "safety"} <= processes
    other = farhelm("trace", "01JD8Z6T5Y9K3B7M2N4P6Q8R0S", "--logs", logs)
    assert other.returncode == 1


def _lines(folder: Path) -> list[str]:
    return [line for path in folder.glob("**/*.log") for line in path.read_text(errors="replace").splitlines()]


def test_a_broken_trace_says_which_link_is_missing() -> None:
    """Negative control: each link left out of a whole chain is named; noise and other orders' lines count for nothing."""
    whole = [
        json.dumps({"utc_ms": number, "process": "p", "event": event, "state": state, "order_id": "A"})
        for number, (_, event, state) in enumerate(CHAIN)
    ]
    assert missing(steps_of("A", [*whole, "A no json", '{"order_id": "B"}', '["A"]'])) == []
    for number, (words, _, _) in enumerate(CHAIN):
        assert missing(steps_of("A", whole[:number] + whole[number + 1 :])) == [words]
