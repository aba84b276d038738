"""Imported charts for the consoles: which there are, and each as GeoJSON, small enough for a page."""

from __future__ import annotations

import gzip
from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from shoreside.api.problems import Problem
from shoreside.api.shore import TheShore, TheWho

router = APIRouter(tags=["charts"])
_FOR_EVER = "private, max-age=31536000, immutable"
"""Its name is its content's hash: what is called so never changes."""


@router.get("/charts")
async def charts(shore: TheShore, who: TheWho) -> dict[str, object]:
    """Return what each imported chart is and covers, and a sentence for each file that cannot be drawn."""
    who.require("read")
    found, faults = await shore.charts.all()
    listed = [
        {
            "hash": one.hash, "source": one.source, "made_up": one.is_made_up, "bounds": one.bounds,
            "tolerance_m": one.tolerance_m, "features": one.features, "packed_bytes": len(one.packed),
        }
        for one in found.values()
    ]  # fmt: skip
    return {"charts": listed, "faults": faults}


@router.get("/charts/{name}")
async def chart(name: str, request: Request, shore: TheShore, who: TheWho) -> Response:
    """Return one chart as GeoJSON: depth areas (`depth_m`: least depth; left out: not known), land, obstructions, coverage."""
    who.require("read")
    found = (await shore.charts.all())[0].get(name)
    if found is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"This station has no chart {name!r}.")
    headers = {"cache-control": _FOR_EVER, "vary": "accept-encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(
            found.packed, media_type="application/geo+json", headers={**headers, "content-encoding": "gzip"}
        )
    return Response(gzip.decompress(found.packed), media_type="application/geo+json", headers=headers)
