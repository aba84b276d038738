"""What one process of the station does: everything (`all`), or one part of it beside others that do the rest.

`ingest` runs N times on a shared subscription and only commits and acknowledges; `live` listens for itself and serves
the consoles; `api` answers over HTTP from the database. None keeps anything that a start does not rebuild.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from protocols.link import topics

RoleName = Literal["all", "ingest", "live", "api"]
GROUP: Final = "farhelm-ingest"
"""Name of the shared subscription: the broker hands each batch and event to one of its members (MQTT 5, 4.8.2)."""
_OWN: Final = (topics.BIRTH, topics.DEATH)
"""Each process hears these for itself: births are retained, and a shared subscription is sent nothing retained."""


@dataclass(frozen=True, slots=True)
class Role:
    """Duties of one process."""

    name: RoleName
    keeps: bool
    """Commits what the ships send and acknowledges it."""
    is_alone: bool
    """No other process does so: what this one has committed is all there is."""
    shows: bool
    """Keeps the live picture: every batch is decoded and shown; False: measured values come from the store."""
    watches: bool
    """Raises the shore's own alerts."""
    passes: bool
    """Passes orders, heartbeats and stops on, and serves more over HTTP than health and metrics."""
    consoles: bool
    """Serves console sockets."""
    leaves: tuple[str, ...]
    """What it hears of every vessel."""
    shared: tuple[str, ...] = ()
    """What it hears as a member of the group."""

    @property
    def subscriptions(self) -> tuple[str, ...]:
        """The subscription filters of this role's message port."""
        own = tuple(topics.for_all(leaf) for leaf in self.leaves)
        return own + tuple(f"$share/{GROUP}/{topics.for_all(leaf)}" for leaf in self.shared)


_ALL: Final = (*_OWN, topics.BATCH, topics.HEARTBEAT_UP, topics.EVENT)
ALL: Final = Role("all", True, True, True, True, True, True, _ALL)  # noqa: FBT003 - a table of yes and no
INGEST: Final = Role("ingest", True, False, False, False, False, False, _OWN, (topics.BATCH, topics.EVENT))  # noqa: FBT003
LIVE: Final = Role("live", False, False, True, True, True, True, _ALL)  # noqa: FBT003
API: Final = Role("api", False, False, False, False, True, False, (*_OWN, topics.HEARTBEAT_UP, topics.EVENT))  # noqa: FBT003
ROLES: Final[dict[str, Role]] = {role.name: role for role in (ALL, INGEST, LIVE, API)}
