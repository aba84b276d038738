"""INT-07 ashore: a ship is judged by the chart she says she carries, where this station has that very file; else it says so."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
import shapely

from control.depths import Feature, chart_bytes, chart_of, name_of
from control.limits import ControlConfig, Grounding
from protocols.link.birth import Birth
from protocols.link.passage import Mark
from shipside import config
from shipside.birth import birth_of
from shoreside.charttable import ChartTable
from shoreside.commanding import passages
from shoreside.commanding.water import with_chart
from shoreside.live.fleet import VesselState
from tests.control_rig import example_config
from tests.shore_kit import Ship
from tests.unit.test_ship_examples import aboard

SEA = shapely.box(128.9, 34.8, 129.5, 35.1)
SHOAL = Feature("depth", 1.8, shapely.box(129.063, 34.92, 129.08, 34.94))
CONTENT = chart_bytes("hers", [SHOAL], SEA)
GROUNDING = Grounding(6.2, 1.5, "refuse")


def told_before() -> Birth:
    """Return a birth that says nothing of a chart."""
    return replace(Birth.from_bytes(Ship().birth()[1]), catalogue=None)


def ship(chart: str | None, grounding: Grounding | None = GROUNDING) -> VesselState:
    """Return a ship that says she carries `chart`."""
    control = replace(example_config(), grounding=grounding)
    return VesselState("kestrel", birth=replace(told_before(), chart=chart), control=control)


def lay(table: ChartTable, *states: VesselState) -> None:
    asyncio.run(table.lay(states))


def limits(state: VesselState) -> tuple[ControlConfig, bool]:
    found = with_chart(state)
    assert found is not None
    return found


def on_disk(folder: Path, content: bytes = CONTENT) -> Path:
    path = folder / "hers.chart"
    path.write_bytes(content)
    return path


def test_the_same_file_ashore_is_her_chart_for_her_draught(tmp_path: Path) -> None:
    """By its hash alone: another file beside it, and one that is missing, cost nothing; two ships of one draught share it."""
    other = tmp_path / "other.chart"
    other.write_bytes(chart_bytes("other", [], SEA))
    table = ChartTable((tmp_path / "missing.chart", other, on_disk(tmp_path)))
    first, second = ship(name_of(CONTENT)), replace(ship(name_of(CONTENT)), vessel="tern")
    lay(table, first, second)
    config, is_seen = limits(first)
    assert is_seen
    assert config.chart is not None
    assert (config.chart.name, config.chart.needed_m) == (name_of(CONTENT), GROUNDING.draught_m + GROUNDING.ukc_m_min)
    assert [one.depth_m for one in config.chart.hazards] == [1.8]
    assert first.chart is second.chart


@pytest.mark.parametrize(
    ("told", "is_seen"),
    [("0" * 64, False), (None, False), ("", True)],
    ids=["another file", "a ship of before", "no chart"],
)
def test_a_chart_that_only_she_has_is_silent_and_told_as_unseen(
    tmp_path: Path, told: str | None, *, is_seen: bool
) -> None:
    """Never her word by another chart; a ship that carries none is judged as such, by what her setting says."""
    state = ship(told)
    lay(ChartTable((on_disk(tmp_path),)), state)
    config, found = limits(state)
    assert found is is_seen
    assert state.chart is None
    assert (config.chart is None) is is_seen
    assert config.chart is None or config.chart.hazards == ()


def test_what_is_not_judged_by_depth_needs_no_chart() -> None:
    """A ship without the table of grounding is judged whole; one whose limits are unknown not at all."""
    assert limits(ship(None, None))[1]
    assert with_chart(VesselState("kestrel")) is None


def test_a_file_that_was_changed_under_its_name_is_none_of_hers(tmp_path: Path) -> None:
    """It was hashed before it was changed: what is read then has another hash, and she is told as unseen, again and again."""
    path = on_disk(tmp_path)
    table, first = ChartTable((path,)), replace(ship("f" * 64), vessel="tern")
    lay(table, first)
    path.write_bytes(chart_bytes("changed", [], SEA))
    state = ship(name_of(CONTENT))
    for _ in range(2):
        lay(table, first, state)
        assert not limits(state)[1]


def test_a_ship_that_has_another_chart_is_not_judged_by_the_last(tmp_path: Path) -> None:
    """Between her birth and the next look the chart laid out is that of before: it is not used, and then put away."""
    table, state = ChartTable((on_disk(tmp_path),)), ship(name_of(CONTENT))
    lay(table, state)
    assert limits(state)[1]
    state.birth = replace(told_before(), chart="1" * 64)
    assert not limits(state)[1]
    lay(table, state)
    assert state.chart is None


def test_a_route_over_a_shoal_is_a_fault_where_her_chart_is_here_and_a_note_where_not(tmp_path: Path) -> None:
    """Proves CMD-09, INT-07 ashore: the depth of the shoal, or the word that only she can say."""

    def mark(longitude: float) -> Mark:
        return Mark("", 34.93, longitude, 600.0, 150.0, 150.0, False, 12.0, 0, False)

    state, marks = ship(name_of(CONTENT)), (mark(129.04), mark(129.12))
    before = passages.of_marks("over", 1, marks, state)
    assert before.faults == ()
    assert "judged aboard" in before.notes[0]
    lay(ChartTable((on_disk(tmp_path),)), state)
    found = passages.of_marks("over", 1, marks, state)
    assert [(fault.name, fault.value) for fault in found.faults] == [("shoal", 1.8)]
    assert found.notes == ()


def birth_aboard(folder: Path, name: str, chart: bytes | None = None) -> Birth:
    """Return the birth of a ship of the examples, a chart's file beside her where one is given."""
    path = aboard(folder, name)
    if chart is not None:
        (folder / "ship.chart").write_bytes(chart)
        path.write_text(path.read_text("utf-8") + '\n[chart]\nfile = "ship.chart"\n', "utf-8")
    return Birth.from_bytes(birth_of(config.load(path, {}), bytes(32), 1, 0).to_bytes())


def test_she_tells_the_file_she_carries_and_that_she_carries_none(tmp_path: Path) -> None:
    """The very hash that the station finds its own file by; empty without one. A ship of before tells nothing."""
    assert birth_aboard(tmp_path / "a", "ferry.toml", CONTENT).chart == name_of(CONTENT) == chart_of(CONTENT, 1.0).name
    assert birth_aboard(tmp_path / "b", "ferry.toml").chart == ""
    assert birth_aboard(tmp_path / "c", "minimal.toml").chart is None
    assert told_before().chart is None
