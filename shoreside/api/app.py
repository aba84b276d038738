"""The web application: routes, guards, errors, console."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, FastAPI, Request

from shoreside.api import (
    account_routes,
    admin_routes,
    chart_routes,
    health,
    history_routes,
    key_routes,
    ledger_routes,
    order_routes,
    passage_routes,
    problems,
    seen_routes,
    session_routes,
    socket,
    static,
    vessel_routes,
    voyage_routes,
)
from shoreside.api.guard import Guard
from shoreside.api.problems import Problem
from shoreside.api.shore import Shore


def create(shore: Shore) -> FastAPI:
    """Return the application of `shore`."""
    app = FastAPI(
        title="Farhelm shore", version=shore.version, openapi_url="/api/v1/openapi.json", docs_url=None, redoc_url=None,
        description="Watch and steer vessels. Orders are signed by the operator's key and judged aboard.",
    )  # fmt: skip
    app.state.shore = shore
    problems.install(app)
    app.include_router(health.router)
    if shore.station.role.passes:
        _serve_people(app, shore)
    app.add_middleware(Guard, origins=shore.config.origins)
    return app


def _serve_people(app: FastAPI, shore: Shore) -> None:
    """Add all that people and programs use; a process that only ingests has none of it."""
    app.include_router(order_routes.stop_router)  # first and by itself: it depends on nothing below
    api = APIRouter(prefix="/api/v1")
    routes = (
        session_routes,
        account_routes,
        admin_routes,
        key_routes,
        vessel_routes,
        chart_routes,
        history_routes,
        voyage_routes,
        ledger_routes,
        seen_routes,
        passage_routes,
        order_routes,
        socket,
    )
    for part in routes:
        api.include_router(part.router)
    app.include_router(api)
    app.add_api_route("/api/{path:path}", _nowhere, include_in_schema=False)  # else it were a page of the console
    static.install(app, shore.config.console)


async def _nowhere(request: Request) -> None:
    detail = f"There is no {request.url.path}; /api/v1/openapi.json lists all there is."
    raise Problem(HTTPStatus.NOT_FOUND, detail)
