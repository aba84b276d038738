"""The demo's Master: enrols the keys of consoles by signing a new roster, as `farhelm keys` lets a person do.

Her key lies here, in a process of its own, and nowhere at the shore: the shore asks, the Master signs, the ship believes.
`python -m farhelm.demo.master DEMO_FOLDER CONSOLE_URL VESSEL ...`: the folder may hold vessels of an earlier start as well.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
from pathlib import Path
from typing import Final

import httpx

from farhelm.demo import people
from farhelm.keys.rights import RIGHTS
from protocols.aio.clock import SystemClock
from protocols.errors import MalformedError
from protocols.link import signing
from protocols.link.roster import Roster, RosterEntry
from protocols.link.signing import Domain

POLL_S: Final = 1.0
KEYS_MAX: Final = 200
"""Console keys enrolled at most; a demo's browsers are few, a loop that makes keys must not grow the roster for ever."""


class Master:
    """Signs rosters for the vessels of one demo."""

    def __init__(self, folder: Path, url: str, vessels: list[str]) -> None:
        """Read the Master's key and the rosters of `vessels` from the demo's folder."""
        self._folder, self._clock = folder, SystemClock()
        self._key = people.key_of(people.key_path(folder, "master"))
        token = next(person.token for person in people.people_of(folder) if person.role == "master")
        self._http = httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=5.0)
        self._rosters = [folder / "beliefs" / f"{vessel}.roster" for vessel in vessels]

    async def run(self) -> None:
        """Tell the shore what is signed already, then enrol keys as they are asked for, until cancelled."""
        is_told = False
        while True:
            try:
                if not is_told:
                    await self._tell_all()
                    is_told = True
                await self._enrol()
            except (httpx.HTTPError, MalformedError, KeyError, ValueError) as error:
                sys.stderr.write(f"{type(error).__name__}: {error}\n")
            await asyncio.sleep(POLL_S)

    async def _tell_all(self) -> None:
        for path in self._rosters:
            await self._put("roster", path.read_bytes())
            await self._put("grant", path.with_suffix(".grant").read_bytes())

    async def _enrol(self) -> None:
        answer = await self._http.get("/api/v1/enrolments")
        answer.raise_for_status()
        asked = [row for row in answer.json()["enrolments"] if row["role"] in RIGHTS]
        for path in self._rosters:
            roster = _roster_in(path)
            known = {entry.public_key for entry in roster.entries}
            new = [row for row in asked if base64.b64decode(row["public_key"]) not in known]
            if not new or len(known) + len(new) > KEYS_MAX:
                continue
            entries = roster.entries + tuple(self._entry(row) for row in new)
            signed = signing.sign(
                Domain.ROSTER, Roster(roster.vessel, roster.version + 1, entries).to_bytes(), self._key
            )
            half = path.with_suffix(".new")
            half.write_bytes(signed)
            half.replace(path)
            await self._put("roster", signed)
            names = ", ".join(f"{row['person']} at {row['console']}" for row in new)
            sys.stderr.write(f"{roster.vessel}: roster {roster.version + 1} enrols {names}\n")

    def _entry(self, row: dict[str, str]) -> RosterEntry:
        utc_ns = self._clock.utc_ns()
        return RosterEntry(
            row["person"], row["role"], row["roc"], row["console"], base64.b64decode(row["public_key"]),
            RIGHTS[row["role"]], utc_ns - people.YEAR_NS, utc_ns + people.YEAR_NS,
        )  # fmt: skip

    async def _put(self, what: str, signed: bytes) -> None:
        answer = await self._http.put(f"/api/v1/{what}", json={"signed": base64.b64encode(signed).decode()})
        if answer.status_code >= int(httpx.codes.BAD_REQUEST) and answer.status_code != int(httpx.codes.CONFLICT):
            sys.stderr.write(f"{what}: the shore answers {answer.status_code} {json.dumps(answer.json())[:300]}\n")
            answer.raise_for_status()


def _roster_in(path: Path) -> Roster:
    return Roster.from_bytes(signing.open_envelope(path.read_bytes()).body)


if __name__ == "__main__":
    asyncio.run(Master(Path(sys.argv[1]), sys.argv[2], sys.argv[3:]).run())
