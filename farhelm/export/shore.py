"""The shore as an export sees it: its catalogue, and streams of samples in Arrow."""

from __future__ import annotations

import importlib
import io
import json
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

import httpx
import numpy as np

from farhelm.conn.access import AccessError

ANSWER_S: Final = 30.0
"""Longest silence of the shore: a page takes it a fraction of a second, a query of its own is ended after 20 s."""
CHANNELS_PER_REQUEST: Final = 100
QUALITIES: Final = ("good", "stale", "invalid", "out_of_range", "frozen", "manual")
pa: Any = importlib.import_module("pyarrow")  # it comes without types


@dataclass(frozen=True, slots=True)
class Vessel:
    """What the shore says of a vessel."""

    vessel: str
    imo: int | None
    catalogue_hash: str
    channels: dict[str, dict[str, object]]
    """Whole records of the catalogue by short id."""


class Source:
    """One shore, asked with a token."""

    def __init__(self, url: str, token: str) -> None:
        """Speak to the shore at `url` as whoever the token is."""
        self._http = httpx.Client(
            base_url=f"{url.rstrip('/')}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=ANSWER_S
        )

    def vessel(self, vessel: str, catalogue_hash: str = "") -> Vessel:
        """Return a vessel and her catalogue, the present one or that of a hash; raise AccessError with the shore's own words."""
        found = self._json(f"/vessels/{vessel}/catalogue" + (f"?hash={catalogue_hash}" if catalogue_hash else ""))
        records = cast("list[dict[str, object]]", found["channels"])
        imo = found["imo"]
        return Vessel(
            vessel, imo if isinstance(imo, int) else None, str(found["hash"]),
            {str(record["short_id"]): record for record in records},
        )  # fmt: skip

    def meanings(self, vessel: str, start: datetime, end: datetime) -> list[Vessel]:
        """Return her present catalogue, then the earlier ones that samples of the span were made with, latest first.

        Raise AccessError. One whose birth the shore has not kept is left out.
        """
        present = self.vessel(vessel)
        found = self.answer(f"/vessels/{vessel}/catalogues", {"from": start.isoformat(), "to": end.isoformat()})
        rows = cast("list[dict[str, object]]", found["catalogues"])
        former = [str(row["hash"]) for row in rows if row["channels"] and row["hash"] != present.catalogue_hash]
        return [present, *(self.vessel(vessel, digest) for digest in former)]

    @contextmanager
    def samples(self, vessel: str, query: dict[str, str]) -> Generator[Any]:
        """Lend a pyarrow RecordBatchReader of all samples that `query` asks for; raise AccessError."""
        try:
            with self._http.stream("GET", f"/vessels/{vessel}/samples", params={**query, "format": "arrow"}) as answer:
                if not answer.is_success:
                    answer.read()
                    raise AccessError(_told(answer))
                with pa.ipc.open_stream(io.BufferedReader(_Body(answer.iter_bytes()), 1 << 20)) as reader:
                    yield reader
        except httpx.HTTPError as error:
            raise AccessError(f"the shore stopped answering: {error}; run it again, what is done is kept") from error

    def count(self, vessel: str, channels: tuple[str, ...], start: datetime, end: datetime) -> int | None:
        """Return how many samples of `channels` the shore had from `start` to `end`, dropped since or not; raise AccessError.

        None where the span is not of whole seconds: it is counted by roll-ups.
        """
        edges_s = [time.timestamp() for time in (start, end)]
        width_s = next((width for width in (3600, 60, 1) if not any(edge % width for edge in edges_s)), None)
        if width_s is None:
            return None
        total = 0
        for first in range(0, len(channels), CHANNELS_PER_REQUEST):
            asked = ",".join(channels[first : first + CHANNELS_PER_REQUEST])
            query = {
                "channels": asked,
                "from": start.isoformat(),
                "to": end.isoformat(),
                "bucket": str(width_s),
                "kind": "number",
            }
            with self.samples(vessel, query) as reader:
                total += sum(int(np.sum(batch.column(name).to_numpy())) for batch in reader for name in QUALITIES)
        return total

    def answer(self, path: str, query: dict[str, str]) -> dict[str, object]:
        """Return the JSON of another route; raise AccessError with the shore's own words."""
        return self._json(f"{path}?{httpx.QueryParams(query)}")

    @staticmethod
    def described(schema: Any) -> dict[str, dict[str, object]]:
        """Return what the channels of an answer meant then, by short id."""
        metadata: dict[bytes, bytes] = schema.metadata or {}
        return cast("dict[str, dict[str, object]]", json.loads(metadata.get(b"farhelm.channels", b"{}")))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def _json(self, path: str) -> dict[str, object]:
        try:
            answer = self._http.get(path)
        except httpx.HTTPError as error:
            raise AccessError(f"no connection to {self._http.base_url}: {error}") from error
        if not answer.is_success:
            raise AccessError(_told(answer))
        return cast("dict[str, object]", answer.json())


class _Body(io.RawIOBase):
    """A response's body as a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = piece
        count = min(len(buffer), len(self._rest))
        buffer[:count], self._rest = self._rest[:count], self._rest[count:]
        return count


def _told(answer: httpx.Response) -> str:
    try:
        detail = answer.json().get("detail", "")
    except ValueError:
        detail = answer.text[:200]
    return f"the shore answers {answer.status_code}: {detail}"
