"""The pictures: curves with units and quality, a track, a map of what is complete. Nothing is asked, nothing is written."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from farhelm.plot.series import Floats, Series, broken, not_good

COLOURS: Final = {
    "stale": "#9e9e9e", "invalid": "#d62728", "out of range": "#ff7f0e", "frozen": "#17becf", "manual": "#9467bd",
}  # fmt: skip
_ROW_IN: Final = 1.9
_LINE_IN: Final = 0.22
_TRACK_GAP_STEPS: Final = 5.0
"""A track that is thinned evenly pauses this many steps only where there are no positions."""


def _figure(width_in: float, height_in: float) -> Any:
    """Return an empty picture; raise ImportError where matplotlib is not installed."""
    figure: Any = importlib.import_module("matplotlib.figure").Figure(
        figsize=(width_in, height_in), layout="constrained"
    )
    return figure


def _dates(axis: Any) -> None:
    dates: Any = importlib.import_module("matplotlib.dates")
    locator = dates.AutoDateLocator(tz="UTC")
    axis.xaxis.set_major_locator(locator)
    axis.xaxis.set_major_formatter(dates.ConciseDateFormatter(locator, tz="UTC"))


def _times(times_s: Floats) -> Any:
    return (times_s * 1e6).astype("datetime64[us]")


def _time(seconds: float) -> Any:
    return np.datetime64(int(seconds * 1e6), "us")


def curves(title: str, many: Sequence[Series]) -> Any:
    """Return a figure with a panel for each channel: gaps as gaps, what is not good shaded by its quality, units on the axes."""
    figure = _figure(11.0, 0.9 + _ROW_IN * len(many))
    panels: Any = figure.subplots(len(many), 1, sharex=True, squeeze=False)[:, 0]
    told: dict[str, Any] = {}
    for panel, series in zip(panels, many, strict=True):
        if series.low is not None and series.high is not None:
            low, high = broken(series, series.low), broken(series, series.high)
            panel.fill_between(_times(low[0]), low[1], high[1], color="#1f77b4", alpha=0.25, linewidth=0)
        times, values = broken(series, series.values)
        marker = "." if len(series.times_s) < 100 else None  # noqa: PLR2004 - few samples are seen as points
        panel.plot(_times(times), values, color="#1f77b4", linewidth=0.9, marker=marker, markersize=3)
        for start, end, quality in not_good(series):
            told[quality] = panel.axvspan(_time(start), _time(end), color=COLOURS[quality], alpha=0.3, linewidth=0.5)
        panel.set_ylabel(f"{series.channel}\n[{series.unit}]" if series.unit else series.channel)
        panel.set_title(series.name, loc="left", fontsize=8)
        panel.grid(visible=True, linewidth=0.3)
    if told:
        figure.legend(told.values(), told.keys(), loc="outside lower right", ncols=len(told), fontsize=8)
    _dates(panels[-1])
    panels[-1].set_xlabel("UTC")
    figure.suptitle(title, fontsize=10)
    return figure


def track(title: str, points: Floats, step_s: float) -> Any:
    """Return a figure of a track: rows of longitude (deg), latitude (deg), UTC (s); no line where no position was for long."""
    figure = _figure(7.5, 7.5)
    panel: Any = figure.subplots()
    longitude, latitude, times_s = np.unwrap(points[:, 0], period=360.0), points[:, 1], points[:, 2]
    gaps = np.flatnonzero(np.diff(times_s) > _TRACK_GAP_STEPS * max(step_s, float(np.median(np.diff(times_s))))) + 1
    panel.plot(np.insert(longitude, gaps, np.nan), np.insert(latitude, gaps, np.nan), color="#1f77b4", linewidth=1.2)
    for place, mark, word in ((0, "o", "first"), (-1, "s", "last")):
        when = str(_time(float(times_s[place])).astype("datetime64[s]")).replace("T", " ")
        panel.plot(longitude[place], latitude[place], mark, color="#d62728", label=f"{word}: {when} UTC")
    panel.set_aspect(1.0 / max(float(np.cos(np.radians(latitude.mean()))), 0.01), adjustable="datalim")
    panel.set_xlabel("longitude [deg]")
    panel.set_ylabel("latitude [deg]")
    panel.ticklabel_format(useOffset=False)
    panel.grid(visible=True, linewidth=0.3)
    panel.legend(fontsize=8)
    figure.suptitle(title, fontsize=10)
    return figure


def completeness(title: str, channels: Sequence[str], hours_s: Floats, share: Floats) -> Any:
    """Return a figure: a row for each channel, a column for each hour, coloured by the share received; white: none expected."""
    figure = _figure(11.0, 1.4 + _LINE_IN * len(channels))
    panel: Any = figure.subplots()
    edges = np.append(hours_s, hours_s[-1] + 3600.0)
    shown = panel.pcolormesh(
        _times(edges), np.arange(len(channels) + 1), share * 100.0, cmap="cividis", vmin=0.0, vmax=100.0
    )
    panel.set_yticks(np.arange(len(channels)) + 0.5, channels, fontsize=7)
    panel.invert_yaxis()
    _dates(panel)
    panel.set_xlabel("UTC, by hour")
    figure.colorbar(shown, ax=panel, label="received of expected [%]", pad=0.01)
    figure.suptitle(title, fontsize=10)
    return figure
