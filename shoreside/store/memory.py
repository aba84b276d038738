"""A store in memory with the same promises, for simulated worlds and tests: nothing outlives the process."""

from __future__ import annotations

from collections.abc import Sequence

from protocols.console.alerts import AlertJson
from protocols.link.batch import Batch
from protocols.link.birth import Birth
from protocols.link.cbor import Plain
from protocols.link.closing import Closing
from protocols.link.events import Event
from protocols.link.ledger import EMPTY, Entry, Head, cause_of, entry_after
from shoreside.ingest.progress import Ranges
from shoreside.ports import CLOSINGS_KEPT, OrderNote, Remembered, StoreDownError, Word, Work
from shoreside.store import acts


class MemoryStore:
    """Keeps batches and events as they are; `down` makes every call fail, as a stopped database does."""

    def __init__(self) -> None:
        """Start empty and up."""
        self.down = False
        self.batches: dict[tuple[str, int, int], Batch] = {}
        self.events: dict[tuple[str, str, int], tuple[Event, bytes]] = {}
        self.orders: list[OrderNote] = []
        self.alerts: dict[tuple[str, str, str], tuple[str, AlertJson]] = {}
        self.gaps: list[tuple[str, str, int, int]] = []
        self.births: dict[str, bytes] = {}
        self.catalogues: dict[tuple[str, str], bytes] = {}
        """Births by (vessel, catalogue hash)."""
        self.closings: dict[tuple[str, int, int], Closing] = {}
        self.keys: dict[str, bytes] = {}
        self.words: dict[tuple[str, Word], bytes] = {}
        self.chain: list[Entry] = []
        """The ledger: events of ships and acts of the shore."""
        self.agreed: dict[str, list[Head]] = {}
        """Heads of vessels' ledgers that were found right."""

    async def station_key(self) -> bytes:
        """Return a private key, always the same: it guards nothing; raise StoreDownError while down."""
        self._check()
        return bytes(32)

    async def heads(self, vessel: str) -> list[Head]:
        """Return the heads of a vessel that were found right; raise StoreDownError while down."""
        self._check()
        return list(self.agreed.get(vessel, ()))

    async def signed_events(self, vessel: str, runs: Sequence[tuple[str, int, int]]) -> list[bytes]:
        """Return the signed events of these runs that are here, in order; raise StoreDownError while down."""
        self._check()
        wanted = [(vessel, boot_id, seq) for boot_id, first, last in runs for seq in range(first, last + 1)]
        return [self.events[key][1] for key in wanted if key in self.events]

    async def agree(self, vessel: str, head: Head) -> Head:
        """Keep that the events here come to `head`; return the shore's own head; raise StoreDownError while down."""
        self._check()
        self.agreed.setdefault(vessel, []).append(head)
        return self._head()

    def _head(self) -> Head:
        return Head(self.chain[-1].number, self.chain[-1].hash) if self.chain else EMPTY

    def _chain(self, cause: str, signed: bytes) -> None:
        self.chain.append(entry_after(self._head(), cause, signed))

    async def load(self) -> Remembered:
        """Return what is known; raise StoreDownError while down."""
        self._check()
        batches: dict[tuple[str, int], Ranges] = {}
        for vessel, epoch, seq in self.batches:
            batches.setdefault((vessel, epoch), Ranges()).add(seq)
        events: dict[tuple[str, str], Ranges] = {}
        for vessel, boot_id, seq in self.events:
            events.setdefault((vessel, boot_id), Ranges()).add(seq)
        told: dict[str, tuple[tuple[int, dict[str, Plain]], ...]] = {}
        for event, _ in self.events.values():
            if event.kind == "source":
                told[event.vessel] = (*told.get(event.vessel, ()), (event.utc_ns, event.body))
        return Remembered(
            births=dict(self.births), keys=dict(self.keys),
            batches={key: ranges.spans() for key, ranges in batches.items()},
            events={key: ranges.spans() for key, ranges in events.items()},
            orders=tuple(self.orders), alerts=tuple(self.alerts.values()), words=dict(self.words),
            sources=told,
        )  # fmt: skip

    async def commit(self, work: Work) -> int:
        """Keep `work`; return the samples that were new; raise StoreDownError while down."""
        self._check()
        added = 0
        for batch in work.batches:
            key = (batch.vessel, batch.epoch, batch.seq)
            if key not in self.batches:
                self.batches[key] = batch
                added += batch.sample_count
        for event, signed in work.events:
            name = (event.vessel, event.boot_id, event.seq)
            if name not in self.events:
                self.events[name] = (event, signed)
                self._chain(cause_of(signed), signed)
        for act in acts.of_work(work):
            self._chain(act.cause, act.encoded)
        self.orders.extend(work.orders)
        self.alerts.update({(vessel, a["source"], a["alert_id"]): (vessel, a) for vessel, a in work.alerts})
        self.gaps.extend(work.gaps)
        self.births.update({
            vessel: encoded for vessel, _, encoded in work.births if not Birth.from_bytes(encoded).historical
        })  # fmt: skip
        self.catalogues.update({(vessel, digest): encoded for vessel, digest, encoded in work.births})
        self.keys.update(work.keys)
        self._keep_closings(work.closings)
        return added

    def _keep_closings(self, closings: tuple[Closing, ...]) -> None:
        for one in closings:
            self.closings.setdefault((one.vessel, one.epoch, one.seq), one)
            mine = sorted(key for key in self.closings if key[0] == one.vessel)
            for key in mine[:-CLOSINGS_KEPT]:
                del self.closings[key]

    async def birth(self, vessel: str, catalogue_hash: str) -> bytes | None:
        """Return a birth message that carries that catalogue, if one is known; raise StoreDownError while down."""
        self._check()
        return self.catalogues.get((vessel, catalogue_hash))

    async def closing(self, vessel: str, epoch: int, seq: int) -> Closing | None:
        """Return where a vessel's channels stood after a batch, if that is kept; raise StoreDownError while down."""
        self._check()
        return self.closings.get((vessel, epoch, seq))

    async def save_word(self, what: Word, vessel: str, version: int, signed: bytes) -> None:
        """Keep signed bytes of the Master; raise StoreDownError while down."""
        self._check()
        self.words[vessel, what] = signed
        self._chain(acts.of_word(what, vessel, version, signed).cause, signed)

    def _check(self) -> None:
        if self.down:
            raise StoreDownError("the store was switched off")
