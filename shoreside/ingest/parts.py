"""What was to be committed together, in parts that can be kept or left one by one. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from protocols.link.batch import Batch
from protocols.link.closing import Closing
from shoreside.ports import Work


def parts_of(work: Work) -> Iterator[tuple[str, Work]]:
    """Yield (vessel, part) of `work`: what others rest on, births and keys, first."""
    yield from ((birth[0], Work(births=(birth,))) for birth in work.births)
    yield from ((key[0], Work(keys=(key,))) for key in work.keys)
    yield from ((gap[0], Work(gaps=(gap,))) for gap in work.gaps)
    for batch in work.batches:
        yield batch.vessel, Work(batches=(batch,), closings=_of(batch, work.closings), arrived=work.arrived)
    yield from ((event[0].vessel, Work(events=(event,))) for event in work.events)
    yield from ((order.vessel, Work(orders=(order,))) for order in work.orders)
    yield from ((alert[0], Work(alerts=(alert,))) for alert in work.alerts)


def joined(parts: Iterable[Work]) -> Work:
    """Return the batches and events of `parts`: what ships may be told of."""
    kept = list(parts)
    return Work(
        batches=tuple(batch for part in kept for batch in part.batches),
        events=tuple(event for part in kept for event in part.events),
    )


def _of(batch: Batch, closings: Sequence[Closing]) -> tuple[Closing, ...]:
    """Return the closing of a batch, if it is among `closings`."""
    key = (batch.vessel, batch.epoch, batch.seq)
    return tuple(one for one in closings if (one.vessel, one.epoch, one.seq) == key)
