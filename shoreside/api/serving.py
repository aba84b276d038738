"""How uvicorn is set up: bounds where its defaults have none (reliability.md (f))."""

from __future__ import annotations

from typing import Final

import uvicorn
from fastapi import FastAPI

from shoreside.api.sending import of_one_server

PING_INTERVAL_S: Final = 3.0
PING_TIMEOUT_S: Final = 6.0
"""A console that answers no ping is closed 9 s after it last did: a page that hangs still answers, a dead one does not."""
FRAME_IN_MAX_BYTES: Final = 64 * 1024
"""Longest frame a console may send; uvicorn's own limit is 16 MiB."""
SHUTDOWN_S: Final = 5
"""For requests under way; left alone, uvicorn waits for open sockets for ever."""
KEEP_ALIVE_S: Final = 5
"""uvicorn keeps what belongs to a connection that was reset until this has passed."""
CONNECTIONS_MAX: Final = 500
"""200 consoles, their pages' requests, and programs; more are answered 503."""


def settings(application: FastAPI) -> uvicorn.Config:
    """Return the set-up for an application of ours. No deflate: it takes half a megabyte a connection."""
    return uvicorn.Config(
        application, ws=of_one_server(), ws_per_message_deflate=False, ws_max_size=FRAME_IN_MAX_BYTES,
        ws_ping_interval=PING_INTERVAL_S, ws_ping_timeout=PING_TIMEOUT_S, timeout_graceful_shutdown=SHUTDOWN_S,
        timeout_keep_alive=KEEP_ALIVE_S, limit_concurrency=CONNECTIONS_MAX, server_header=False, proxy_headers=False,
        access_log=False, log_config=None, lifespan="off",
    )  # fmt: skip
