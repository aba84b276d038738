"""Do the events ashore come to the head that the ship tells of her ledger? After every outage, and each minute (LED-02)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocols.aio.clock import Clock
from protocols.errors import MalformedError
from protocols.link import ledger, signing, topics
from protocols.link.events import Event
from protocols.link.ledger import EMPTY, Head, HeadBody, Witness
from protocols.link.signing import Domain
from shoreside.ports import StoreDownError, Work
from shoreside.unforeseen import Unforeseen

HEADS_MAX: Final = 1000
"""Heads of ledgers that wait to be judged: a minute's of a thousand ships. One that finds no room is told again."""
MISSING_PAUSES_S: Final = (2.0, 5.0)
"""How long to wait for events that another process has not committed yet, before they count as missing."""


class LedgerStore(Protocol):
    """What the store is asked for; each verb raises StoreDownError."""

    async def station_key(self) -> bytes:
        """Return the station's private key, 32 raw bytes."""
        ...

    async def heads(self, vessel: str) -> list[Head]:
        """Return the heads of a vessel that were found right, oldest first."""
        ...

    async def signed_events(self, vessel: str, runs: Sequence[tuple[str, int, int]]) -> list[bytes]:
        """Return the signed events of these runs (boot id, first and last sequence) that are here, in order."""
        ...

    async def agree(self, vessel: str, head: Head) -> Head:
        """Keep that the events here come to `head`; return the shore's own head."""
        ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one head."""

    problem: str
    """The difference, in words; empty where there is none."""
    is_missing: bool = False
    """True where events are not here that may still be on their way."""
    word: bytes = b""
    """The signed witness for the ship; empty where there is a difference."""


async def judge(event: Event, store: LedgerStore, utc_ns: int) -> Verdict:
    """Return whether the events ashore come to the head in `event`; raise MalformedError or StoreDownError."""
    told = HeadBody.from_plain(event.body)
    known = [EMPTY, *await store.heads(event.vessel)]
    problem = _does_not_follow(told, known)
    if problem:
        return Verdict(problem)
    events = await store.signed_events(event.vessel, told.runs)
    missing = told.head.count - told.since.count - len(events)
    if missing > 0:
        return Verdict(
            f"{missing} entries of the ship's ledger up to {told.head.count} are not ashore", is_missing=True
        )
    if ledger.head_after(told.since, events) != told.head:
        return Verdict(f"the ship's ledger up to entry {told.head.count} is not what she told ashore")
    own = await store.agree(event.vessel, told.head)
    word = Witness(event.vessel, told.head, own, utc_ns)
    key = Ed25519PrivateKey.from_private_bytes(await store.station_key())
    return Verdict("", word=signing.sign(Domain.LEDGER, word.to_bytes(), key))


def _does_not_follow(told: HeadBody, known: Sequence[Head]) -> str:
    newest = known[-1]
    if told.head.count < newest.count:
        return (
            f"the ship's ledger has {told.head.count} entries; {newest.count} were signed for: it was cut or begun anew"
        )
    if told.since not in known:
        return f"the ship's ledger goes on from entry {told.since.count}, which is not the one signed for ashore"
    return ""


class Reconciler:
    """Judges the heads among committed events: signs for those that fit, tells of those that do not."""

    def __init__(
        self, store: LedgerStore | None, clock: Clock, told: Callable[[str, str, int], None],
        say: Callable[[str, bytes], None], log: Callable[..., None], unforeseen: Unforeseen,
    ) -> None:  # fmt: skip
        """Ask `store` (None: judge nothing); `told` takes (vessel, difference, UTC in ns), `say` what goes to the ship."""
        self._unforeseen = unforeseen
        self._store, self._clock, self._told, self._say, self._log = store, clock, told, say, log
        self._heads: asyncio.Queue[Event] = asyncio.Queue(HEADS_MAX)

    def note(self, work: Work) -> None:
        """Take the heads among the events of a commit; what finds no room the ship tells again in a minute."""
        for event, _ in work.events:
            if (
                self._store is not None
                and event.kind == "ledger"
                and event.body.get("what") == "head"
                and not self._heads.full()
            ):
                self._heads.put_nowait(event)

    async def run(self) -> None:
        """Judge until cancelled."""
        while True:
            event = await self._heads.get()
            with self._unforeseen.guard(event.vessel, "ledger"):
                await self._judge(event)

    async def _judge(self, event: Event) -> None:
        if self._store is None:
            return
        try:
            verdict = await self._judged(event, self._store)
        except (StoreDownError, MalformedError) as error:
            self._log("a ledger was not judged", error=str(error), vessel=event.vessel)
            return
        self._told(event.vessel, verdict.problem, self._clock.utc_ns())
        if verdict.word:
            self._say(topics.topic(event.vessel, topics.LEDGER), verdict.word)
        else:
            self._log("a ledger differs", reason=verdict.problem, vessel=event.vessel)

    async def _judged(self, event: Event, store: LedgerStore) -> Verdict:
        for pause_s in MISSING_PAUSES_S:
            verdict = await judge(event, store, self._clock.utc_ns())
            if not verdict.is_missing:
                return verdict
            await asyncio.sleep(pause_s)
        return await judge(event, store, self._clock.utc_ns())
