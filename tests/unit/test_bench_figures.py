"""The table of `make bench`: what is met by its goal, what is not, and what has none."""

from __future__ import annotations

import pytest

from tests.bench import figures
from tests.bench.figures import Figure


@pytest.mark.parametrize(
    ("value", "goal", "is_met"),
    [(3.0, "at least 3", True), (2.99, "at least 3", False), (0.6, "at most 0.6", True), (0.601, "at most 0.6", False),
     (7.0, "", None)],
)  # fmt: skip
def test_a_figure_is_held_to_its_goal(value: float, goal: str, is_met: bool | None) -> None:
    """The goal itself is met; a hair beyond it is not, whatever rounding would print."""
    assert Figure("x", value, "", goal).is_met is is_met


def test_a_goal_that_is_no_bound_is_a_fault() -> None:
    """A typing error in a goal must not count as met."""
    with pytest.raises(KeyError):
        _ = Figure("x", 1.0, "", "about 3").is_met


def test_the_table_ends_with_what_was_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row in order, then the count by name; rows without a goal are not counted."""
    monkeypatch.setattr(figures, "TABLE", [
        Figure("parse", 3.2, "", "at least 3", (2.9, 3.4)), Figure("memory", 104.0, "MB", "at most 100"), Figure("beside", 9.0),
    ])  # fmt: skip
    lines = figures.table()
    assert len(lines) == 4
    assert "met" in lines[0]
    assert "(2.9 to 3.4)" in lines[0]
    assert "NOT MET" in lines[1]
    assert lines[-1] == "1 of 2 goals met; not met: memory"
    monkeypatch.setattr(figures, "TABLE", [])
    assert figures.table() == []
