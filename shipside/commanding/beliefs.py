"""The rosters and grants that lie aboard: taken at the start, the newest roster kept on disk (CMD-12)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

from control.messages import SignedGrant, SignedRoster
from control.supervisor import Supervisor
from shipside.commanding.observer import Observer
from shipside.config import AgentConfig

Say = Callable[..., None]


class BeliefFiles:
    """What was put aboard at commissioning, and what came since."""

    def __init__(self, config: AgentConfig, say: Say) -> None:
        """Use the files that `config` names; the newest roster is kept beside the journal."""
        self._config, self._say = config, say
        self._kept_roster = config.journal.with_name("roster.cbor")

    def arrivals(self) -> Iterator[SignedRoster | SignedGrant]:
        """Yield the roster and grant put aboard, and the newest roster kept from before."""
        for path, make in (
            (self._config.roster, SignedRoster), (self._kept_roster, SignedRoster), (self._config.grant, SignedGrant)
        ):  # fmt: skip
            if path is not None and path.is_file():
                yield make(path.read_bytes())

    def read_again(self, feed: Callable[[SignedRoster | SignedGrant], None], supervisor: Supervisor | Observer) -> str:
        """Take the files put aboard at the bridge's word, and return its answer: without a link and without a restart.

        A stolen console is out when its next heartbeat comes, though no shore could tell her so (AUT-07, CMD-12).
        """
        before, text = _versions(supervisor), ""
        try:
            found = list(self.arrivals())
        except OSError as error:
            found, text = [], f"{error.filename} cannot be read: {error.strerror}"
        for arrival in found:
            feed(arrival)
        roster, grant = after = _versions(supervisor)
        if not text and after == before:
            text = f"nothing newer than roster {roster} and grant {grant} lies where keys.roster and keys.grant say"
        reasons = [{"name": "not_newer", "text": text}] if text else []
        done = {"answer": "read_keys", "ok": not text, "roster_version": roster, "grant_version": grant}
        return json.dumps({**done, "reasons": reasons})

    def keep_roster(self, supervisor: Supervisor | Observer) -> None:
        """Keep the newest roster on disk: its version never goes back, over restarts too (CMD-12)."""
        newest = supervisor.believed.signed_roster if isinstance(supervisor, Supervisor) else None
        if newest is not None and not _holds(self._kept_roster, newest):
            half = self._kept_roster.with_suffix(".new")
            try:
                half.write_bytes(newest)
                half.replace(self._kept_roster)
            except OSError as error:  # it holds until the next start all the same
                self._say("roster", problem=f"{self._kept_roster} cannot be written: {error.strerror}")


def _holds(path: Path, content: bytes) -> bool:
    return path.is_file() and path.read_bytes() == content


def _versions(supervisor: Supervisor | Observer) -> tuple[int, int]:
    """Return the versions of roster and grant in force; zeros where nothing is believed, for nothing is ordered."""
    if not isinstance(supervisor, Supervisor):
        return 0, 0
    return supervisor.believed.roster_version, supervisor.believed.grant_version
