"""A route drawn: legs with their cross-track distances, turns, names and areas, on the plane at its middle."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from control.geometry import Plane
from control.limits import Area
from control.passage import pieces
from protocols.link.passage import Passage

WIDTH: Final = 1000
"""Pixels of the longer side."""
BORDER: Final = 0.08
"""Of the longer side, around the route."""
NM_M: Final = 1852.0
_STYLE: Final = """<style>
.sea{fill:#eef4f8}.allowed{fill:#d9ecd9;stroke:#3a7a3a;fill-opacity:.5}.no_go{fill:#f2c6c6;stroke:#b03030;fill-opacity:.6}
.width{fill:#4a78b0;fill-opacity:.18}.leg{fill:none;stroke:#20406a}.mark{fill:#20406a}text{font:13px sans-serif;fill:#101820}
</style>"""


def draw(passage: Passage, areas: Sequence[Area]) -> str:
    """Return an SVG of the route, north up; the areas are cut off at the border."""
    way = pieces(passage)
    middle = way[len(way) // 2].start
    plane = Plane(middle[1], middle[0])
    points = [plane.xy(*way[0].start), *(plane.xy(*piece.end) for piece in way)]
    west, east = min(x for x, _ in points), max(x for x, _ in points)
    south, north = min(y for _, y in points), max(y for _, y in points)
    border = max(east - west, north - south, 100.0) * BORDER
    west, east, south, north = west - border, east + border, south - border, north + border
    scale = WIDTH / max(east - west, north - south)

    def path(shape: BaseGeometry) -> str:
        parts = [part for part in getattr(shape, "geoms", [shape]) if hasattr(part, "exterior")]
        return "".join(
            "M" + " ".join(f"{(x - west) * scale:.1f},{(north - y) * scale:.1f}" for x, y in part.exterior.coords) + "Z"
            for part in parts
        )

    drawn = [f'<path class="{area.kind}" d="{path(plane.polygon(area))}"><title>{escape(area.name)}</title></path>'
             for area in areas]  # fmt: skip
    for piece in way:
        line, mark = LineString([plane.xy(*piece.start), plane.xy(*piece.end)]), passage.marks[piece.leg]
        drawn += [
            f'<path class="width" d="{path(line.buffer(wide_m, single_sided=True))}"/>'
            for wide_m in (mark.port_xtd_m, -mark.starboard_xtd_m)
            if wide_m
        ]
    places = " ".join(f"{(x - west) * scale:.1f},{(north - y) * scale:.1f}" for x, y in points)
    drawn.append(f'<polyline class="leg" points="{places}"/>')
    for number, mark in enumerate(passage.marks, start=1):
        x, y = plane.xy(mark.longitude_deg, mark.latitude_deg)
        at = (x - west) * scale, (north - y) * scale
        drawn.append(
            f'<circle class="mark" cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="4"/><text x="{at[0] + 7:.1f}" y="{at[1] - 6:.1f}">'
            f"{number} {escape(mark.name)}</text>"
        )
    high, wide = (north - south) * scale, (east - west) * scale
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {high:.0f}">{_STYLE}<title>{escape(passage.id)}'
        f'</title><rect class="sea" width="100%" height="100%"/>{"".join(drawn)}'
        f'<text x="10" y="{high - 10:.0f}">{(east - west) / NM_M:.2f} NM wide, north up</text></svg>\n'
    )
