"""docs/figures.md is of one run, in the order of measuring, and says what was not met."""

from __future__ import annotations

from tests.figures_page import of_last_run, page

OLD, NEW = "abc1234 1790000000000000000", "def5678 1790086400000000000"


def row(value: float, run: str, **more: object) -> dict[str, object]:
    """Return a figure as the bench keeps it."""
    return {"value": value, "unit": "", "goal": "at most 0.6", "is_met": value <= 0.6, "notes": "", "run": run, **more}


def test_only_the_last_run_is_told_and_what_it_missed() -> None:
    """Two figures of today, one of yesterday, one of the soak: the page has two, of which one is not met."""
    kept = {
        "of yesterday": row(0.5, OLD), "second": row(0.7, NEW, min=0.65, max=0.81, notes="ours 3 us"),
        "soak": {"first_mb": 1.0}, "first": row(2.0, NEW, goal="", is_met=None, unit="MB"),
    }  # fmt: skip
    told = page(of_last_run(kept), 2)
    assert "on 2026-09-22, commit `def5678`, 2 cores" in told
    assert "0 of 1 goals were met" in told
    assert told.splitlines()[-2:] == [
        "| second | 0.7 | 0.65 to 0.81 | at most 0.6 | **not met** | ours 3 us |", "| first | 2 MB | | | | |",
    ]  # fmt: skip
    assert of_last_run({"soak": {"first_mb": 1.0}}) == {}
