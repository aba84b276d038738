"""The rosters and grants that lie aboard: taken at the start, the newest roster kept on disk (CMD-12)."""

from __future__ import annotations

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
