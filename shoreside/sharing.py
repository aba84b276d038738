"""What a process of the station learns from the store because others work beside it: their commits, words and values."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from protocols.aio.clock import Clock
from shoreside.commanding.roster import Words
from shoreside.downlink import Downlink
from shoreside.ports import NOTHING_MORE, Ledger, SharedStore, StoreDownError, Work
from shoreside.roles import Role

SHARE_S: Final = 5.0
"""How old may be what another process has said or kept: rosters, grants, the gaps of a shared subscription."""


class Sharing:
    """Asks the store in the name of a role that shares its work; of a role that is alone it asks nothing."""

    def __init__(
        self, clock: Clock, store: SharedStore | None, role: Role, downlink: Downlink, words: Words,
        log: Callable[..., None],
    ) -> None:  # fmt: skip
        """Bring `downlink` and `words` up to what `store` says; None: nothing is shared."""
        self._clock, self._store, self._role = clock, store, role
        self._downlink, self._words, self._log = downlink, words, log
        self._refreshed_s: float | None = None
        self._refreshing = asyncio.Lock()

    async def known_of(self, work: Work) -> Ledger:
        """Return what the store holds of the streams of `work`, where others commit too; nothing more when it is away."""
        if self._store is None or not self._role.keeps:
            return NOTHING_MORE
        batches = {(batch.vessel, batch.epoch) for batch in work.batches}
        events = dict.fromkeys((event.vessel, event.boot_id) for event, _ in work.events)
        try:
            return await self._store.ledger(batches, self._downlink.intake.events_above(*events) if events else {})
        except StoreDownError:
            return NOTHING_MORE  # the sequences of this commit are acknowledged by name

    async def learn_words(self) -> bool:
        """Learn the newest rosters and grants that any process took; return whether one is new here."""
        if self._store is None:
            return False
        before = dict(self._words.retained())
        try:
            self._words.recall(await self._store.words(), self._clock.utc_ns())
        except StoreDownError as error:
            self._log("the store was not asked", error=str(error))
        return dict(self._words.retained()) != before

    async def learn_commits(self) -> None:
        """Learn what other processes have committed, and pass events that nobody has."""
        if self._store is None:
            return
        intake = self._downlink.intake
        try:
            intake.learn(await self._store.ledger((), intake.events_above()))
            intake.pass_lost_events(self._clock.now_s())
        except StoreDownError as error:
            self._log("the store was not asked", error=str(error))

    async def refresh(self) -> None:
        """Bring measured values, alerts and orders up to the store's, in a role that does not hear them itself.

        At most every five seconds, however many ask; while the store is away the last known stand, with their times.
        """
        if self._store is None or self._role.shows:
            return
        async with self._refreshing:
            now_s = self._clock.now_s()
            if self._refreshed_s is not None and now_s - self._refreshed_s < SHARE_S:
                return
            try:
                self._downlink.refresh(await self._store.now())
            except StoreDownError as error:
                self._log("the store was not asked", error=str(error))
            self._refreshed_s = now_s
