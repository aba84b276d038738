"""Who is around, for the rules: ages are those of the position, and what AIS doubts is carried along."""

from __future__ import annotations

from protocols.link.batch import TargetReport
from telemetry.targets import FORGET_S, TargetTable

PLACED = TargetReport(440_998_001, 1, 34.9, 129.1, 9.0, 80.0, 80.0, 0.0, 0, None, None, None, None, None)
NAMED = TargetReport(440_998_001, 2, None, None, None, None, None, None, None, 70, "STAR", "D8T01", 100.0, 20.0)


def test_a_static_report_makes_no_position_younger() -> None:
    """A name heard a moment ago says nothing of where she is now: the age stays that of the position."""
    table = TargetTable()
    table.receive(PLACED, 100.0)
    table.receive(NAMED, 150.0)
    [(report, age_s)] = table.known(160.0)
    assert (report.name, report.latitude_deg, age_s) == ("STAR", 34.9, 60.0)
    table.receive(PLACED._replace(latitude_deg=34.91), 170.0)
    [(report, age_s)] = table.known(171.0)
    assert (report.latitude_deg, age_s) == (34.91, 1.0)


def test_who_is_forgotten_is_not_around() -> None:
    """After ten minutes of silence a target is no more told of; at ten minutes it still is."""
    table = TargetTable()
    table.receive(PLACED, 100.0)
    table.forget(100.0 + FORGET_S)
    assert len(list(table.known(100.0 + FORGET_S))) == 1
    table.forget(100.1 + FORGET_S)
    assert list(table.known(100.1 + FORGET_S)) == []
