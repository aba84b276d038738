"""The station's charts as the ships' own rule reads them (INT-07), laid out for each ship that says she carries the same file.

A birth names the ship's chart by the hash of its file. Files are hashed and read in a thread, once a ship carries one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from control.depths import ChartError, DepthChart, chart_of, name_of
from shoreside.live.fleet import VesselState
from shoreside.live.orderable import safety_depth_m

LOOK_S: Final = 1.0
"""Between two looks at what the ships say they carry: a birth is rare, and a preview without the chart says *judged aboard*."""
Wanted = tuple[str, float]
"""Name of a chart, and the water in metres that the ship needs."""


class ChartTable:
    """Charts by what the ships at hand need of them; one that no ship carries any more is put away."""

    def __init__(self, paths: tuple[Path, ...] = ()) -> None:
        """Know where the charts lie; nothing is read before a ship carries one."""
        self._paths = paths
        self._files: dict[str, Path] | None = None
        self._laid: dict[Wanted, DepthChart] = {}

    async def keep(self, states: Mapping[str, VesselState]) -> None:
        """Lay out charts for the ships in `states` until cancelled."""
        while True:
            await self.lay(tuple(states.values()))
            await asyncio.sleep(LOOK_S)

    async def lay(self, states: Iterable[VesselState]) -> None:
        """Give each ship the chart she says she carries, where this station has that very file; None to all others."""
        wanted = {state.vessel: one for state in states if (one := _wanted(state)) is not None}
        self._laid = {one: chart for one, chart in self._laid.items() if one in wanted.values()}
        for one in set(wanted.values()) - set(self._laid):
            await self._read(one)
        for state in states:
            one = wanted.get(state.vessel)
            state.chart = None if one is None else self._laid.get(one)

    async def _read(self, wanted: Wanted) -> None:
        if self._files is None:
            self._files = await asyncio.to_thread(_named, self._paths)
        name, needed_m = wanted
        path = self._files.get(name)
        chart = None if path is None else await asyncio.to_thread(_chart, path, needed_m)
        if chart is not None and chart.name == name:
            self._laid[wanted] = chart
        else:  # gone or changed since it was hashed: it is none of hers any more
            self._files.pop(name, None)


def _wanted(state: VesselState) -> Wanted | None:
    """Return which chart a ship carries and what water she needs; None where she carries or tells none."""
    name, needed_m = "" if state.birth is None else state.birth.chart, safety_depth_m(state.control)
    return (name, needed_m) if name and needed_m is not None else None


def _named(paths: Iterable[Path]) -> dict[str, Path]:
    """Return the files by their hash; one that cannot be read is left out (`charts.read_all` says why)."""
    found: dict[str, Path] = {}
    for path in paths:
        try:
            found[name_of(path.read_bytes())] = path
        except OSError:
            continue
    return found


def _chart(path: Path, needed_m: float) -> DepthChart | None:
    try:
        return chart_of(path.read_bytes(), needed_m)
    except (OSError, ChartError):
        return None
