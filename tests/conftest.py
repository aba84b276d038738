"""A PostgreSQL of its own for the tests that ask for one; each test gets a fresh database in it. Settings of all properties.

Who waits for real programs gets a second try where the wait ran out, and only there.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator

import psycopg
import pytest
from hypothesis import settings

from shipside.collector import Collector
from shoreside.unforeseen import Unforeseen
from tests.postgres_rig import IS_WASM, TIMESCALE, running_server, with_timescale
from tests.wasm_rig import running_wasm

settings.register_profile("unhurried", deadline=None)
if (
    "CI" not in os.environ
):  # there hypothesis has a profile of its own, which is as unhurried and draws the same each time
    settings.load_profile("unhurried")

WAITING = {"integration", "fault"}
"""The folders whose tests wait for real programs on real sockets."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Try a wait that ran out once more, for a machine may stand still for a second; the summary says "rerun" and names it.

    What was seen and was wrong is not tried again. Tests that are `alone` have their tries from the Makefile.
    """
    for item in items:
        if WAITING & set(item.path.parts) and item.get_closest_marker("alone") is None:
            item.add_marker(pytest.mark.flaky(reruns=1, only_rerun=["TimeoutError"]))
        if IS_WASM and item.get_closest_marker("sessions") is not None:
            item.add_marker(pytest.mark.skip(reason="the server of WebAssembly has one session"))


def _raise(_found: Unforeseen, _vessel: str, _what: str, error: Exception) -> None:
    raise error


def _raise_aboard(_collector: Collector, _source: str, error: Exception) -> None:
    raise error


COUNTED, COUNTED_ABOARD = Unforeseen.note, Collector._met
Unforeseen.note = _raise  # type: ignore[method-assign]
Collector._met = _raise_aboard  # type: ignore[method-assign]
"""At sea a fault of our own program costs a message or a line and is counted; in a test it would be found by nobody."""


@pytest.fixture
def forgiving(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let station and collector do with a fault of their own what they do at sea."""
    monkeypatch.setattr(Unforeseen, "note", COUNTED)
    monkeypatch.setattr(Collector, "_met", COUNTED_ABOARD)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Start a server in a temporary folder; stop it after."""
    if IS_WASM:
        with running_wasm() as url:
            yield url
        return
    with running_server(**(with_timescale(TIMESCALE) if TIMESCALE else {})) as server:
        yield server.url


@pytest.fixture
def database_url(postgres_url: str) -> str:
    """Return the URL of a fresh, empty database."""
    name = f"t{secrets.token_hex(6)}"
    if IS_WASM:  # who asks for a new one gets it
        psycopg.connect(f"{postgres_url}/{name}", connect_timeout=60).close()
        return f"{postgres_url}/{name}"
    with psycopg.connect(f"{postgres_url}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"{postgres_url}/{name}"
