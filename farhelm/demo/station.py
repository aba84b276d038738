"""The station of a demo: one process that does everything, or the parts that `docker-compose.yml` runs, each a process."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from farhelm.demo.children import Child

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the station."""

    name: str
    role: str
    """all, live, api or ingest."""
    port: int

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{HOST}:{self.port}"

    def child(self, config: Path, log: Callable[[str], Path]) -> Child:
        """Return its process; all parts read one configuration, but for where they listen."""
        command = [sys.executable, "-m", "shoreside", "--config", str(config), "--role", self.role]
        return Child(self.name, command, log(self.name), environment={"FARHELM_SHORE_LISTEN": f"{HOST}:{self.port}"})

    async def health(self) -> dict[str, object] | None:
        """Return what it says of itself; None while it does not answer."""
        try:
            async with httpx.AsyncClient(timeout=2.0) as http:
                found: dict[str, object] = (await http.get(f"{self.url}/healthz")).json()
        except (httpx.HTTPError, ValueError):
            return None
        return found


def parts(console_port: int, others_from: int, *, is_split: bool) -> tuple[Part, ...]:
    """Return the processes of the station, the one that serves the consoles first; the others on ports from `others_from`."""
    if not is_split:
        return (Part("shore", "all", console_port),)
    return (
        Part("shore-live", "live", console_port), Part("shore-api", "api", others_from),
        Part("shore-ingest-1", "ingest", others_from + 1), Part("shore-ingest-2", "ingest", others_from + 2),
    )  # fmt: skip
