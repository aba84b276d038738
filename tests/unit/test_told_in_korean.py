"""Alerts and reasons of refusals at a Korean console: none of the ship's or the shore's is forgotten, none is of no use."""

from __future__ import annotations

import re

from control.alerttable import ALERTS
from control.entering import WORDS
from control.ladder import ACTIONS, LADDER
from shoreside.downlink import LEDGER_ALERT
from shoreside.live.watch import CONDITIONS
from tests.demo_rig import ROOT

TOLD = (ROOT / "ui" / "src" / "words" / "told-ko.ts").read_text("utf-8")
ALERTS_TOLD, REST = TOLD.split("export const reasonsKo")
REASONS_TOLD, REST = REST.split("export const ladderKo")
LADDER_TOLD, DOING_TOLD = REST.split("export const doingKo")


def test_every_alert_of_ship_and_shore_is_told_in_korean() -> None:
    """And nothing is told of an alert that does not exist."""
    told = set(re.findall(r'^  "([a-z.-]+)": \[', ALERTS_TOLD, re.MULTILINE))
    assert told == set(ALERTS) | {each.alert_id for each in CONDITIONS} | {LEDGER_ALERT}


def test_each_reason_told_in_korean_is_one_that_the_program_gives() -> None:
    """A name that was changed in the program would otherwise fall back to English with nobody noticing."""
    program = "".join(path.read_text("utf-8") for path in sorted((ROOT / "control").rglob("*.py")))
    names = re.findall(r"\b([a-z_]+): \"", REASONS_TOLD)
    assert len(names) > 70
    assert [name for name in names if f'"{name}"' not in program] == []


def test_every_step_of_the_ladder_is_told_in_korean() -> None:
    """Why she is on it, by name, and what she does there, by each phrase of which that is put together."""
    assert set(re.findall(r"^  ([a-z_]+): ", LADDER_TOLD, re.MULTILINE)) == {rung.name for rung in LADDER}
    phrases = {*WORDS.values(), *ACTIONS.values(), "sailing on along the declared leg"} - {""}
    assert set(re.findall(r'"([^"]*[a-z][^"]*)": "', DOING_TOLD)) == phrases
