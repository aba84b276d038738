"""The built console: files as they are, every other path its first page (the console routes by itself)."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from shoreside.api import problems

PACKAGED = Path(__file__).parents[1] / "console"
"""Where the build puts the console inside the package."""
CHECKOUT = Path(__file__).parents[2] / "ui" / "dist"
"""Where it lies in a checkout."""


class ConsoleFiles(StaticFiles):
    """Files of the console; hashed ones may be kept for ever, the first page never."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return a file, or the first page for a path that is no file's name."""
        try:
            found = await super().get_response(path, scope)
        except HTTPException as error:
            if error.status_code != HTTPStatus.NOT_FOUND or "." in path.rpartition("/")[2]:
                raise
            found = await super().get_response("index.html", scope)
        hashed = path.startswith("assets/")
        found.headers["cache-control"] = "public, max-age=31536000, immutable" if hashed else "no-cache"
        return found


def folder(configured: Path | None) -> Path | None:
    """Return the folder of the built console; None when there is none."""
    for candidate in (configured, PACKAGED, CHECKOUT):
        if candidate is not None and (candidate / "index.html").is_file():
            return candidate
    return None


def install(app: FastAPI, configured: Path | None) -> None:
    """Serve the console at `/`; where it is not built, say so."""
    found = folder(configured)
    if found is not None:
        app.mount("/", ConsoleFiles(directory=found, html=True))
        return

    @app.get("/", include_in_schema=False)
    async def not_built() -> Response:
        return problems.response(HTTPStatus.NOT_FOUND, "The console is not built here; run `make ui`.")
