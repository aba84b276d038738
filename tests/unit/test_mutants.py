"""The tool of `make mutation`: what it changes and what not, and that a mutant really stands in the running program."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from control import geometry
from tests import mutant_looks
from tests.mutant_scores import BEGIN, END, Score, read_scores, with_scores
from tests.mutant_trials import NO_PLACE, in_fork, living_functions, put_code, put_value
from tests.mutants import Mutant, mutants_of, mutated, path_of
from tests.mutation import all_mutants, drawn, reasons

SOURCE = '''
"""A module."""
LIMIT: Final[float] = 3.5
WORDS = ("L2", "A sentence for people.")

def judge(value: float, *, is_on: bool = False) -> str | None:
    """Say 5."""
    if value < LIMIT and not is_on:
        raise ValueError(f"{value + 1} is less")
    note(cast("Kind", value))
    return "late" if is_on else round(min(value, -2), 3)
'''
CHANGES = [
    "3.5 > 4.5", "'L2' > 'L2_'", "False > True", "And > Or", "Lt > LtE", "without Not", "not called", "return None",
    "condition turned", "'late' > 'late_'", "min > max", "without USub", "2 > 3",
]  # fmt: skip


def test_operators_conditions_constants_and_results_are_changed_and_words_are_not() -> None:
    found = mutants_of("m", SOURCE)
    assert sorted(one.change for one in found) == sorted(CHANGES)
    assert {one.scope for one in found} == {"", "judge"}


def test_a_result_becomes_the_empty_one_of_its_type() -> None:
    """None where a list is declared would be refused by mypy before any test; where it is empty already nothing changes."""
    text = "def f(x) -> {}:\n    return {}\n"
    for declared, value, change in (
        ("list[int]", "x", "return []"), ("list[int]", "[]", None), ("str", "x", "return ''"), ("str", "''", None),
        ("bool", "g(x)", "condition turned"), ("float | None", "x", "return None"), ("Reason", "x", "return None"),
        ("float", "x", "return 0.0"),
    ):  # fmt: skip
        assert [one.change for one in mutants_of("m", text.format(declared, value))] == ([change] if change else [])


@pytest.mark.parametrize("change", CHANGES)
def test_a_mutant_differs_in_one_place_and_compiles(change: str) -> None:
    mutant = next(one for one in mutants_of("m", SOURCE) if one.change == change)
    tree, _ = mutated(SOURCE, mutant)
    compile(tree, "m", "exec")
    assert ast.unparse(tree) != ast.unparse(ast.parse(SOURCE))


def _in_the_program(mutant: Mutant) -> int:
    """Return what a fork finds once the mutant is in: 0 nothing else than before."""
    tree, place = mutated(path_of(mutant.module).read_text(encoding="utf-8"), mutant)

    def act() -> int:
        if not (
            put_code(mutant, tree, place.function, living_functions())
            if place.function
            else put_value(mutant, place.top)
        ):
            return NO_PLACE
        east_m, north_m = geometry.Plane(0.0, 10.0).xy(10.1, 0.1)
        steps = len(geometry.arc_track(0.0, 1000.0, 1000.0))
        return 1 if (round(east_m), round(north_m), steps) != (11132, 11057, 13) else 0

    return in_fork(act)


@pytest.mark.parametrize(
    ("source", "noticed"),
    [
        ("east_deg = math.remainder(longitude_deg - self._longitude_deg, 360.0)", True),
        ("TURN_STEP_DEG: Final = 5.0", True),
        ("KNOT_MPS: Final = 1852.0 / 3600.0", False),
    ],
)
def test_a_mutant_stands_in_the_running_program_and_its_fork_alone(source: str, *, noticed: bool) -> None:
    """A function's code, a constant's value; and the negative control: what is not asked is not noticed."""
    found = [one for one in all_mutants(["geometry"]) if one.source == source]
    assert found
    assert {_in_the_program(one) != 0 for one in found if "360.0" not in one.change} == {noticed}
    assert geometry.TURN_STEP_DEG == 5.0


def test_a_sample_is_the_same_for_the_same_seed() -> None:
    mutants = all_mutants(["ladder", "emergency"])
    assert drawn(mutants, 10, 7) == drawn(mutants, 10, 7)
    assert drawn(mutants, 10, 7) != drawn(mutants, 10, 8)
    assert drawn(mutants, 0, 1) == mutants


def test_every_mutant_that_may_live_is_there_and_says_why() -> None:
    """A line that was changed or removed takes its excuse with it."""
    keys = {one.key for one in all_mutants()}
    assert [key for key, why in reasons().items() if key not in keys or len(why.split()) < 4] == []


def test_the_table_of_scores_takes_new_rows_and_keeps_the_others() -> None:
    text = f"Before.\n{BEGIN}{END}After.\n"
    first = with_scores(
        text, {"control.ladder": Score(82, 81, 0, "2026-11-27"), "control.bam": Score(10, 5, 5, "2026-11-27")}
    )
    second = with_scores(first, {"control.ladder": Score(82, 82, 0, "2026-11-28")})
    assert read_scores(second) == {
        "control.bam": Score(10, 5, 5, "2026-11-27"), "control.ladder": Score(82, 82, 0, "2026-11-28"),
    }  # fmt: skip
    assert "| all 2 asked | 92 | 87 | 5 | 100.0 % | 2026-11-28 |" in second
    assert (second.startswith("Before.\n"), second.endswith("After.\n")) == (True, True)


def test_what_a_test_runs_is_kept_until_a_text_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mutant_looks, "LOOKS", tmp_path / "looks")
    file = tmp_path / "test_x.py"
    file.write_text("one")
    looks = {"test_x.py::test_y": (0.5, {(mutant_looks.PREFIX + "ladder.py", 3), (mutant_looks.PREFIX + "bam.py", 4)})}
    mutant_looks.keep_looks(file, looks)
    assert mutant_looks.kept_looks(file) == looks
    file.write_text("two")
    assert mutant_looks.kept_looks(file) == {}
