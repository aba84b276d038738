"""Alerts and reasons of refusals at a Korean console: none of the ship's or the shore's is forgotten, none is of no use."""

from __future__ import annotations

import re

from control.alerttable import ALERTS
from control.entering import WORDS
from control.ladder import ACTIONS, LADDER
from control.limits.records import ENVELOPE_WORDS
from shipside.commanding.outward import WAY_LOST
from shoreside.downlink import LEDGER_ALERT
from shoreside.live.watch import CONDITIONS
from tests.demo_rig import ROOT
from tests.unit.test_refusals_have_help import PROGRAM, refusals

MADE_UP = {
    *(f"grant_{what}" for what in ("roc", "group", "level")),
    *(f"{what}_disagrees" for what in ("position", "heading", "speed")),
    *(f"{what}_unknown" for what in ENVELOPE_WORDS),
}
"""Names that the program puts together."""
TOLD = (ROOT / "ui" / "src" / "words" / "told-ko.ts").read_text("utf-8")
ALERTS_TOLD, REST = TOLD.split("export const reasonsKo")
REASONS_TOLD, REST = REST.split("export const ladderKo")
LADDER_TOLD, DOING_TOLD = REST.split("export const doingKo")


def test_every_alert_of_ship_and_shore_is_told_in_korean() -> None:
    """And nothing is told of an alert that does not exist."""
    told = set(re.findall(r'^  "([a-z.-]+)": \[', ALERTS_TOLD, re.MULTILINE))
    assert told == set(ALERTS) | {each.alert_id for each in CONDITIONS} | {LEDGER_ALERT, WAY_LOST}


def test_each_reason_told_in_korean_is_one_that_the_program_gives() -> None:
    """A name that was changed in the program would otherwise fall back to English with nobody noticing."""
    sources = [path.read_text("utf-8") for top in PROGRAM for path in sorted((ROOT / top).rglob("*.py"))]
    program = "".join(sources)
    names = re.findall(r"\b([a-z_]+): \"", REASONS_TOLD)
    assert len(names) > 100
    assert [name for name in names if f'"{name}"' not in program and name not in MADE_UP] == []
    # And none that is written out in the program is left in English.
    made = {name for source in sources for name, _ in refusals(source) if name}
    assert (made | MADE_UP | set(ENVELOPE_WORDS)) - set(names) == set()


def test_every_step_of_the_ladder_is_told_in_korean() -> None:
    """Why she is on it, by name, and what she does there, by each phrase of which that is put together."""
    assert set(re.findall(r"^  ([a-z_]+): ", LADDER_TOLD, re.MULTILINE)) == {rung.name for rung in LADDER}
    phrases = {*WORDS.values(), *ACTIONS.values(), "sailing on along the declared leg"} - {""}
    assert set(re.findall(r'"([^"]*[a-z][^"]*)": "', DOING_TOLD)) == phrases
