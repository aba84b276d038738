"""Errors as RFC 9457 problem details: every error of the API has the same shape."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from protocols.errors import ProtocolError
from shoreside.ports import StoreDownError, TooLongError

MEDIA_TYPE: Final = "application/problem+json"


class Problem(Exception):  # noqa: N818 - the word of RFC 9457
    """An error to be answered with `status`, a title that names its kind and a detail for a person."""

    def __init__(
        self, status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None,
        members: Mapping[str, object] | None = None,
    ) -> None:  # fmt: skip
        """Keep what is answered; `members` are further ones for a program, with a `type` of their own (RFC 9457, 3.2)."""
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})
        self.members = dict(members or {})


def response(
    status: int, detail: str, headers: Mapping[str, str] | None = None, members: Mapping[str, object] | None = None
) -> Response:
    """Return the answer of one problem."""
    content = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return JSONResponse({**content, **(members or {})}, status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error of `app` as a problem."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(TooLongError, _too_long)
    app.add_exception_handler(StoreDownError, _store_down)
    app.add_exception_handler(ProtocolError, _protocol)
    app.add_exception_handler(Exception, _fault)


async def _problem(request: Request, error: Exception) -> Response:
    del request
    if not isinstance(error, Problem):
        raise error
    return response(error.status, error.detail, error.headers, error.members)


async def _http(request: Request, error: Exception) -> Response:
    del request
    if not isinstance(error, HTTPException):
        raise error
    return response(error.status_code, str(error.detail), error.headers)


async def _validation(request: Request, error: Exception) -> Response:
    del request
    if not isinstance(error, RequestValidationError):
        raise error
    faults = [f"{'.'.join(str(part) for part in fault['loc'])}: {fault['msg']}" for fault in error.errors()]
    return response(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(faults))


async def _store_down(request: Request, error: Exception) -> Response:
    del request
    detail = f"The database is not there: {error}"
    return response(HTTPStatus.SERVICE_UNAVAILABLE, detail, {"Retry-After": "2"})


async def _too_long(request: Request, error: Exception) -> Response:
    del request
    detail = f"The database took too long and was {error}: ask for a shorter span, wider buckets or fewer channels."
    return response(HTTPStatus.GATEWAY_TIMEOUT, detail)


async def _protocol(request: Request, error: Exception) -> Response:
    del request
    return response(HTTPStatus.BAD_REQUEST, str(error))


async def _fault(request: Request, error: Exception) -> Response:
    del request, error  # the server's log has it with its trace; a stranger learns nothing
    return response(HTTPStatus.INTERNAL_SERVER_ERROR, "The shore has a fault; its log says which.")
