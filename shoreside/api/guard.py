"""What stands before every route: exact Origin, size of bodies, security headers. Plain ASGI, so nothing slips past."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shoreside.api import problems

BODY_MAX_BYTES: Final = 256 * 1024
"""A signed roster of 500 entries in base64 takes about 90 kB."""
_SAFE: Final = frozenset(("GET", "HEAD", "OPTIONS"))
_CONTENT_POLICY: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; worker-src 'self' blob:; child-src 'self' blob:; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS: Final = {
    "content-security-policy": _CONTENT_POLICY, "x-content-type-options": "nosniff", "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin", "x-frame-options": "DENY",
}  # fmt: skip
"""MapLibre's workers need blob:, Lit's and MapLibre's own styles need inline style attributes; scripts never do."""


def origin_fault(headers: Headers, origins: tuple[str, ...]) -> str | None:
    """Return why a request that changes something, or opens a socket, may not come from where it comes; else None.

    A browser always says its origin; only a program with a token of its own may leave it out.
    """
    origin = headers.get("origin")
    if origin is None:
        bearer = headers.get("authorization", "").lower().startswith("bearer ")
        return None if bearer else "The request says no Origin; only programs with a token may leave it out."
    return None if origin in origins else f"Pages of {origin} may not use this station."


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, origins: tuple[str, ...]) -> None:
        """Guard `app`, whose console comes from one of `origins`."""
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what may not pass; else pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        answer = self._headed(send)
        # The stop needs no origin: its signature is all it rests on, and nothing may stand in its way.
        if scope["method"] not in _SAFE and not scope["path"].startswith("/stop/"):
            fault = origin_fault(headers, self._origins)
            if fault is not None:
                await problems.response(HTTPStatus.FORBIDDEN, fault)(scope, receive, answer)
                return
        if "\x00" in scope["path"] or b"%00" in scope["query_string"]:
            await problems.response(HTTPStatus.BAD_REQUEST, "An address holds no zero byte.")(scope, receive, answer)
            return
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > BODY_MAX_BYTES or "transfer-encoding" in headers:
            detail = f"Bodies are at most {BODY_MAX_BYTES} bytes and say their length."
            await problems.response(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, detail)(scope, receive, answer)
            return
        await self._app(scope, receive, answer)

    @staticmethod
    def _headed(send: Send) -> Send:
        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        return headed
