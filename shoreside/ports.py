"""What the station asks of the world: a store it can commit to. MQTT and the clock are ports of `protocols.aio`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, Protocol

from protocols.console.alerts import AlertJson
from protocols.console.messages import ValueRow
from protocols.link.batch import Batch, TargetReport
from protocols.link.cbor import Plain
from protocols.link.closing import Closing
from protocols.link.events import Event, Reason

Word = Literal["roster", "grant"]
"""What the Master signs."""
BatchStream = tuple[str, int]
"""(vessel, epoch)."""
BatchKey = tuple[str, int, int]
"""(vessel, epoch, seq)."""
EventStream = tuple[str, str]
"""(vessel, boot id)."""
Spans = tuple[tuple[int, int], ...]
"""Ascending ranges of sequences, first and last."""
CLOSINGS_KEPT: Final = 100
"""Closings kept per vessel: 17 min of 10 s batches; a ship chains to the newest that was acknowledged, minutes old at most."""


class StoreDownError(Exception):
    """The store cannot be reached or failed half-way: nothing of this commit is there; ask again later."""


class TooLongError(StoreDownError):
    """The store is there and stopped a question that took it too long: the same again will take as long."""


@dataclass(frozen=True, slots=True)
class OrderNote:
    """One state of one order, as the shore or the ship said it."""

    order_id: str
    vessel: str
    kind: str
    args: dict[str, float | str]
    person: str
    console: str
    signed: bytes | None
    """The envelope; None when the shore learnt of the order from the vessel only."""
    state: str
    """One of protocols.link.events.OrderState."""
    reasons: tuple[Reason, ...]
    detail: str
    utc_ns: int
    source: Literal["ship", "shore"]


@dataclass(frozen=True, slots=True)
class Work:
    """What is committed together: either all of it is there afterwards, or nothing."""

    births: tuple[tuple[str, str, bytes], ...] = ()
    """(vessel, catalogue hash, birth message)."""
    keys: tuple[tuple[str, bytes], ...] = ()
    """(vessel, public key) pinned on first sight."""
    batches: tuple[Batch, ...] = ()
    events: tuple[tuple[Event, bytes], ...] = ()
    """(event, signed envelope)."""
    orders: tuple[OrderNote, ...] = ()
    alerts: tuple[tuple[str, AlertJson], ...] = ()
    gaps: tuple[tuple[str, str, int, int], ...] = ()
    """(vessel, stream, first and last sequence) that will never come."""
    closings: tuple[Closing, ...] = ()
    """Where channels stood after some of the batches: other processes read by them what the ship chains to these."""
    arrived: Mapping[BatchKey, int] = field(default_factory=dict[BatchKey, int])
    """When batches reached the station, UTC ns; one that is left out is taken as come when it is committed."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What the store knows when a station starts."""

    births: dict[str, bytes] = field(default_factory=dict[str, bytes])
    keys: dict[str, bytes] = field(default_factory=dict[str, bytes])
    batches: dict[tuple[str, int], tuple[tuple[int, int], ...]] = field(
        default_factory=dict[tuple[str, int], tuple[tuple[int, int], ...]]
    )
    """Ranges of committed sequences by (vessel, epoch)."""
    events: dict[tuple[str, str], tuple[tuple[int, int], ...]] = field(
        default_factory=dict[tuple[str, str], tuple[tuple[int, int], ...]]
    )
    """Ranges of committed sequences by (vessel, boot id)."""
    latest: dict[str, tuple[ValueRow, ...]] = field(default_factory=dict[str, tuple[ValueRow, ...]])
    tracks: dict[str, tuple[tuple[float, float, int], ...]] = field(
        default_factory=dict[str, tuple[tuple[float, float, int], ...]]
    )
    """(longitude_deg, latitude_deg, utc_ms) by vessel."""
    targets: dict[str, tuple[TargetReport, ...]] = field(default_factory=dict[str, tuple[TargetReport, ...]])
    orders: tuple[OrderNote, ...] = ()
    """The last state of the last orders, oldest first."""
    alerts: tuple[tuple[str, AlertJson], ...] = ()
    sources: dict[str, tuple[tuple[int, dict[str, Plain]], ...]] = field(
        default_factory=dict[str, tuple[tuple[int, dict[str, Plain]], ...]]
    )
    """(UTC ns aboard, body) of the last events of kind `source` by vessel, oldest first."""
    words: dict[tuple[str, Word], bytes] = field(default_factory=dict[tuple[str, Word], bytes])
    """The latest signed roster and grant by vessel."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Sequences that the store holds, of the streams asked for."""

    batches: Mapping[BatchStream, Spans] = field(default_factory=dict[BatchStream, Spans])
    events: Mapping[EventStream, Spans] = field(default_factory=dict[EventStream, Spans])


NOTHING_MORE: Final = Ledger()


class SharedStore(Protocol):
    """What a process asks the store that shares the work with others, and so knows only a part by itself."""

    async def ledger(self, batches: Collection[BatchStream], events: Mapping[EventStream, int]) -> Ledger:
        """Return what is committed of these streams, of events above the sequence given; raise StoreDownError."""
        ...

    async def now(self) -> Remembered:
        """Return the latest values, targets, alerts that are not normal, and orders; raise StoreDownError."""
        ...

    async def words(self) -> dict[tuple[str, Word], bytes]:
        """Return the latest signed roster and grant of each vessel; raise StoreDownError."""
        ...


class Store(Protocol):
    """Where the station keeps what must not be lost."""

    async def load(self) -> Remembered:
        """Return what is known; raise StoreDownError when the store cannot be reached."""
        ...

    async def commit(self, work: Work) -> int:
        """Make all of `work` durable, return how many samples were new; raise StoreDownError when nothing was kept.

        Anything else that it raises is a fault of ours, and nothing of this `work` need be there: it may be given again in parts.
        A batch (vessel, epoch, seq) or an event (vessel, boot id, seq) that is there already adds nothing.
        """
        ...

    async def birth(self, vessel: str, catalogue_hash: str) -> bytes | None:
        """Return a birth message that carries that catalogue; None where none is known. Raise StoreDownError."""
        ...

    async def closing(self, vessel: str, epoch: int, seq: int) -> Closing | None:
        """Return where a vessel's channels stood after a committed batch; None where that is not kept (any more).

        Raise StoreDownError. At least the last CLOSINGS_KEPT of each vessel are kept.
        """
        ...

    async def save_word(self, what: Word, vessel: str, version: int, signed: bytes) -> None:
        """Keep signed bytes of the Master; raise StoreDownError when they were not kept."""
        ...
