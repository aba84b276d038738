"""Alerts and reasons of refusals at a Korean console: none of the ship's or the shore's is forgotten, none is of no use."""

from __future__ import annotations

import re

from control.alerttable import ALERTS
from shoreside.downlink import LEDGER_ALERT
from shoreside.live.watch import CONDITIONS
from tests.demo_rig import ROOT

TOLD = (ROOT / "ui" / "src" / "words" / "told-ko.ts").read_text("utf-8")
ALERTS_TOLD, REASONS_TOLD = TOLD.split("export const reasonsKo")


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
