"""A batch's numeric columns as a few long rows, in the order of the catalogue, and back; what does not fit is the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocols.errors import MalformedError
from protocols.link import bits, legend, series, vectors
from protocols.link.batch import Batch, Column, Samples
from protocols.link.bits import Whole
from protocols.link.closing import MEMORY, NEVER, Closing, mean_drift, still_most
from protocols.link.columns import INTEGER_MAX, Source
from protocols.link.legend import Legend
from protocols.link.series import Differences
from protocols.reading import Quality

ABSENT: Final = 0
FULL: Final = 1
LISTED: Final = 2


_FACTOR, _EXPONENT = legend.scale(np.arange(legend.UNITS))
_UP, _DOWN = 10.0 ** np.maximum(_EXPONENT, 0), 10.0 ** np.maximum(-_EXPONENT, 0)
_FACTOR_DOWN: Final = _FACTOR * _DOWN
"""What a step is made of, by its number: factor * down / up, all of them whole and exact."""


@dataclass(frozen=True, slots=True)
class Table:
    """The columns in catalogue order; `place` says which channels they are, the other rows go sample by sample."""

    place: Whole
    """Place of each column's channel in the catalogue, ascending."""
    lengths: Whole
    """Samples of each column."""
    scan: Whole
    quality: Whole
    is_hole: NDArray[np.bool_]
    """Samples without a value."""
    step: Whole
    """Number of the step of each column."""
    whole: Whole
    """Values in steps, of the samples that have one."""

    @property
    def valued(self) -> Whole:
        """Return how many samples with a value each column has."""
        if not self.is_hole.any():
            return self.lengths
        return _sums((~self.is_hole).astype(np.int64), self.lengths)


def of_batch(batch: Batch, known: Legend, base: Closing) -> tuple[Table, list[Column]]:
    """Return the columns that fit the legend's places as a table, and the others; raise ValueError for infinite values."""
    places = {channel: place for place, channel in enumerate(known.channels)}
    fitting = sorted(
        (places[column.channel], number) for number, column in enumerate(batch.columns)
        if column.channel in places and not isinstance(column.values, tuple) and len(column.scan)
    )  # fmt: skip
    numbers = [number for _, number in fitting]
    place = np.array([place for place, _ in fitting], np.int64)
    columns = [batch.columns[number] for number in numbers]
    defaults = known.coarse_steps if batch.requantised else known.steps
    likely = np.where(base.step == NEVER, defaults, base.step)[place]
    table, is_exact = _flatten(place, columns, likely)
    kept = {number for number, exact in zip(numbers, is_exact, strict=True) if exact}
    return table, [column for number, column in enumerate(batch.columns) if number not in kept]


def _flatten(place: Whole, columns: list[Column], likely: Whole) -> tuple[Table, NDArray[np.bool_]]:
    lengths = np.array([len(column.scan) for column in columns], np.int64)
    values = np.concatenate([np.zeros(0), *(c.values for c in columns if not isinstance(c.values, tuple))])
    if np.isinf(values).any():
        raise ValueError("a value is infinite")
    step, is_exact = _steps(values, lengths, likely)
    kept = np.repeat(is_exact, lengths)
    scan = np.concatenate([np.zeros(0, np.int64), *(column.scan for column in columns)])[kept].astype(np.int64)
    quality = np.concatenate([np.zeros(0, np.int64), *(column.quality for column in columns)])[kept].astype(np.int64)
    values = values[kept]
    place, lengths, step = place[is_exact], lengths[is_exact], step[is_exact]
    is_hole = np.isnan(values)
    whole = _in_steps(values, np.repeat(step, lengths))[~is_hole].astype(np.int64)
    return Table(place, lengths, scan, quality, is_hole, step, whole), is_exact


def _steps(values: NDArray[np.float64], lengths: Whole, likely: Whole) -> tuple[Whole, NDArray[np.bool_]]:
    """Return the step of each column in which all its values are whole, and whether there is one."""
    step, is_exact = likely.copy(), _all_whole(values, lengths, likely)
    starts = np.cumsum(lengths) - lengths
    for column in np.flatnonzero(~is_exact):
        part = values[starts[column] : starts[column] + lengths[column]]
        for exponent in range(legend.FINEST + 1):
            tried = np.array([9 * (legend.FINEST - exponent)], np.int64)
            if _all_whole(part, lengths[column : column + 1], tried)[0]:
                step[column], is_exact[column] = tried[0], True
                break
    return step, is_exact


def _all_whole(values: NDArray[np.float64], lengths: Whole, step: Whole) -> NDArray[np.bool_]:
    spread = np.repeat(step, lengths)
    with np.errstate(over="ignore"):  # what grows beyond all bounds is not whole either
        whole = _in_steps(values, spread)
    wrong = ~(np.isnan(values) | ((np.abs(whole) <= INTEGER_MAX // 9) & (_of_steps(whole, spread) == values)))
    is_whole: NDArray[np.bool_] = _sums(wrong.astype(np.int64), lengths) == 0
    return is_whole


def _sums(numbers: Whole, lengths: Whole) -> Whole:
    """Return the sum of a number per sample over each column; columns may be empty."""
    ends = np.cumsum(lengths)
    reached = np.concatenate((np.zeros(1, np.int64), np.cumsum(numbers)))
    sums: Whole = reached[ends] - reached[ends - lengths]
    return sums


def _in_steps(values: NDArray[np.float64], step: Whole) -> NDArray[np.float64]:
    return np.rint(values * _UP[step] / _FACTOR_DOWN[step])


def _of_steps(whole: NDArray[np.float64], step: Whole) -> NDArray[np.float64]:
    """Return whole numbers of steps as values: an exact product, then one division, so that it is correctly rounded."""
    return whole * _FACTOR[step] * _DOWN[step] / _UP[step]


def write(table: Table, scan_count: int, known: Legend, base: Closing, *, coarse: bool) -> bytes:
    """Return the table as bytes."""
    is_full = table.lengths == scan_count
    shape = np.zeros(len(known.channels), np.int64)
    shape[table.place] = np.where(is_full, FULL, LISTED)
    defaults = _likely_steps(known, base, coarse=coarse)[table.place]
    head = (
        vectors.write(shape ^ base.shape), _write_scans(table, ~is_full), vectors.write(table.step - defaults),
        vectors.write(table.is_hole.astype(np.int64)), vectors.write(table.quality),
    )  # fmt: skip
    differences, firsts = _differences(table, base)
    guess = base.guess().of(table.place[_spoken(table, base) > 0])
    return b"".join((*head, vectors.write(firsts), series.write(differences, guess)))


def _likely_steps(known: Legend, base: Closing, *, coarse: bool) -> Whole:
    return np.where(base.step == NEVER, known.coarse_steps if coarse else known.steps, base.step)


def _write_scans(table: Table, listed: NDArray[np.bool_]) -> bytes:
    if not listed.any():
        return b""
    starts = np.cumsum(table.lengths) - table.lengths
    gaps = np.diff(table.scan, prepend=-1) - 1
    gaps[starts] = table.scan[starts]
    return vectors.write(table.lengths[listed]) + vectors.write(gaps[np.repeat(listed, table.lengths)])


def _is_based(table: Table, base: Closing, valued: Whole) -> NDArray[np.bool_]:
    """Return which columns go on from the base's last value: those with a value (`valued` samples), in the same step."""
    is_based: NDArray[np.bool_] = (base.step[table.place] == table.step) & (valued > 0)
    return is_based


def _spoken(table: Table, base: Closing) -> Whole:
    """Return how many differences each column has."""
    return _differing(valued := table.valued, _is_based(table, base, valued))


def _differing(valued: Whole, is_based: NDArray[np.bool_]) -> Whole:
    return np.maximum(valued - ~is_based, 0)


def _differences(table: Table, base: Closing) -> tuple[Differences, Whole]:
    """Return the differences, and the first values of the columns that have nothing to differ from."""
    valued = table.valued
    is_based, has_value = _is_based(table, base, valued), valued > 0
    starts = (np.cumsum(valued) - valued)[has_value]
    values = np.diff(table.whole, prepend=0)
    values[starts] = table.whole[starts] - np.where(is_based, base.last[table.place], 0)[has_value]
    is_first = np.zeros(len(values), np.bool_)
    is_first[starts] = ~is_based[has_value]
    lengths = _differing(valued, is_based)
    return Differences(values[~is_first], lengths[lengths > 0]), values[is_first]


def read(source: Source, scan_count: int, known: Legend, base: Closing, *, coarse: bool) -> Table:
    """Return the table that `write` wrote with the same legend and base; raise MalformedError when it is none."""
    shape = vectors.read(source, len(known.channels)) ^ base.shape
    if len(shape) and not 0 <= int(shape.min()) <= int(shape.max()) <= LISTED:
        raise MalformedError("a channel of the batch speaks in no known way")
    place = np.flatnonzero(shape)
    lengths, scan = _read_scans(source, scan_count, shape[place] == LISTED)
    step = vectors.read(source, len(place)) + _likely_steps(known, base, coarse=coarse)[place]
    if len(step) and not 0 <= int(step.min()) <= int(step.max()) < legend.UNITS:
        raise MalformedError("a channel of the batch has no such step")
    holes, quality = vectors.read(source, len(scan)), vectors.read(source, len(scan))
    if ((holes < 0) | (holes > 1) | (quality < 0) | (quality > max(Quality))).any():
        raise MalformedError("a sample of the batch has no such quality, or is half there")
    table = Table(place, lengths, scan, quality, holes == 1, step, np.zeros(0, np.int64))
    return replace(table, whole=_read_whole(source, table, base))


def _read_scans(source: Source, scan_count: int, listed: NDArray[np.bool_]) -> tuple[Whole, Whole]:
    lengths = np.full(len(listed), scan_count, np.int64)
    if listed.any():
        lengths[listed] = vectors.read(source, int(listed.sum()))
    if len(lengths) and (int(lengths.min()) < 1 or int(lengths.max()) > scan_count):
        raise MalformedError("a channel of the batch speaks more often than there are scans, or not at all")
    if int(lengths.sum()) > vectors.COUNT_MAX:
        raise MalformedError(f"batch of {int(lengths.sum())} samples is over {vectors.COUNT_MAX}")
    gaps = np.zeros(int(lengths.sum()), np.int64)
    if listed.any():
        gaps[np.repeat(listed, lengths)] = vectors.read(source, int(lengths[listed].sum()))
    if ((gaps < 0) | (gaps > scan_count)).any():
        raise MalformedError("the scans of a channel do not rise")
    reached = np.cumsum(gaps + 1)
    starts = np.cumsum(lengths) - lengths
    scan = reached - np.repeat(reached[starts] - gaps[starts] - 1, lengths) - 1
    if len(scan) and int(scan.max()) >= scan_count:
        raise MalformedError("a channel of the batch speaks after its last scan")
    return lengths, scan


def _read_whole(source: Source, table: Table, base: Closing) -> Whole:
    valued = table.valued
    is_based, has_value = _is_based(table, base, valued), valued > 0
    spoken = _differing(valued, is_based)
    firsts = vectors.read(source, int((has_value & ~is_based).sum()))
    guess = base.guess().of(table.place[spoken > 0])
    values = np.zeros(int(valued.sum()), np.int64)
    starts = (np.cumsum(valued) - valued)[has_value]
    is_first = np.zeros(len(values), np.bool_)
    is_first[starts] = ~is_based[has_value]
    values[~is_first] = series.read(source, spoken[spoken > 0], guess)
    values[is_first] = firsts
    values[starts] += np.where(is_based, base.last[table.place], 0)[has_value]
    reached = np.cumsum(values)
    whole: Whole = reached - np.repeat(reached[starts] - values[starts], valued[has_value])
    if (np.abs(whole) > INTEGER_MAX // 9).any():
        raise MalformedError("a value of the batch is beyond what binary64 holds exactly")
    return whole


def samples(table: Table, known: Legend) -> Samples:
    """Return the table as samples in the units of their channels; NaN where there is no value."""
    step = np.repeat(table.step, table.lengths)
    if len(table.whole) == len(table.scan):
        values = _of_steps(table.whole.astype(np.float64), step)
    else:
        values = np.full(len(table.scan), np.nan)
        values[~table.is_hole] = _of_steps(table.whole.astype(np.float64), step[~table.is_hole])
    is_whole = len(table.place) == len(known.channels)  # the places rise: then all of them are there
    places: list[int] = table.place.tolist()
    channels = known.channels if is_whole else tuple([known.channels[place] for place in places])
    return Samples(channels, table.lengths, table.scan.astype(np.int32), values, table.quality.astype(np.uint8))


def closing_after(table: Table, batch: Batch, base: Closing, checksum: int) -> Closing:
    """Return where the channels stand after `batch`, whose table this is, when it was chained to `base`."""
    differences, _ = _differences(table, base)
    place = table.place[_spoken(table, base) > 0]
    count, still, drift = base.count.copy(), base.still.copy(), base.drift.copy()
    count[place] += differences.lengths
    still[place] += differences.lengths - differences.changes
    drift[place] += differences.sums(differences.values)
    mean = mean_drift(drift, count, still_most(still, count))
    total = base.total.copy()
    total[place] += differences.sums(bits.zigzag(differences.values - differences.spread(mean[place])))
    is_long = count > MEMORY
    halved = [np.where(is_long, part // 2, part) for part in (count, still, total, drift)]
    has_value = table.valued > 0
    last, step, shape = base.last.copy(), base.step.copy(), np.zeros(len(base.shape), np.int64)
    last[table.place[has_value]] = table.whole[(np.cumsum(table.valued) - 1)[has_value]]
    step[table.place[has_value]] = table.step[has_value]
    shape[table.place] = np.where(table.lengths == len(batch.scan_utc_ns), FULL, LISTED)
    utc_ns, period_ns = int(batch.scan_utc_ns[-1]) if len(batch.scan_utc_ns) else base.utc_ns, period(batch, base)
    return Closing(
        batch.vessel, batch.catalogue_hash, batch.epoch, batch.seq, checksum, utc_ns, period_ns, shape, step, last, *halved
    )  # fmt: skip


def period(batch: Batch, base: Closing) -> int:
    """Return the time between scans, ns: the middle one of the batch, or the base's where it has one scan only."""
    gaps = np.sort(np.diff(batch.scan_utc_ns))
    return int(gaps[len(gaps) // 2]) if len(gaps) else base.period_ns
