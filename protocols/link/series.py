"""The differences of many channels as bits: each channel in the coding that suits it, all channels' numbers together.

| mode | for | coding |
|---|---|---|
| 0 dense | what changes in most samples | Rice of the zigzag of (difference - drift) |
| 1 sparse | what mostly stands still | how many change, Rice of the gaps between, Rice of (zigzag - 1) |
| 2 framed | what repeats in patterns | bytes of all such channels' zigzags (LEB128) in one zstd frame |
| 3 level | noise about a mean | Rice of the zigzag of (value - level), both counted from the value before the first |

Both ends guess each channel's mode, drift and parameter k from the batch it is chained to (`Guess`), or as dense, 0, 0; what
differs from the guess is said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocols.errors import MalformedError
from protocols.link import bits, vectors
from protocols.link.bits import Whole
from protocols.link.columns import Source

DENSE: Final = 0
SPARSE: Final = 1
FRAMED: Final = 2
LEVEL: Final = 3
DRIFT_MAX: Final = 2**54
"""Largest drift per sample: two scaled values lie no further apart."""
_SAYING_BITS: Final = 9
"""What it costs to say that one channel is other than guessed; less is not worth it."""
_LEVEL_BITS: Final = 4
"""What it costs to say that a channel has a level, beside the level itself."""
_FRAME_WORTH_BITS: Final = 8 * 48
"""A channel of fewer bits gains nothing in a frame."""
_FRAME_BITS: Final = 8 * 12
"""What a frame costs by itself, shared by all channels in it."""


@dataclass(frozen=True, slots=True)
class Guess:
    """How each channel will behave, as both ends know it before."""

    mode: Whole
    drift: Whole
    dense_k: Whole
    sparse_k: Whole
    is_informed: bool
    """False where nothing is known: then every channel is told."""

    def of(self, which: NDArray[np.bool_] | Whole) -> Guess:
        """Return the guess for some of the channels."""
        return Guess(
            self.mode[which], self.drift[which], self.dense_k[which], self.sparse_k[which], self.is_informed
        )  # fmt: skip


def uninformed(count: int) -> Guess:
    """Return the guess for `count` channels of which nothing is known."""
    nothing = np.zeros(count, np.int64)
    return Guess(nothing, nothing, nothing, nothing, is_informed=False)


def rounded_ratio(total: Whole, count: Whole) -> Whole:
    """Return total / count to the nearest whole number."""
    ratio: Whole = (2 * total + count) // (2 * np.maximum(count, 1))
    return ratio


def parameter(total: Whole, count: Whole) -> Whole:
    """Return the Rice parameter for `count` numbers (0 or more) that sum up to `total`.

    The smallest k with 2^k >= 0.4812 (mean + 1/2), best for geometric distributions (Kiely, IPN Report 42-159, 2004); in
    whole numbers only (0.2406 = 32 / 133), so that no two machines differ.
    """
    ratio = -(-(2 * total + count) * 32 // (133 * np.maximum(count, 1)))
    return np.minimum(vectors.bit_lengths(np.maximum(ratio - 1, 0)), bits.K_MAX)


def gap_parameter(length: Whole, changes: Whole) -> Whole:
    """Return the Rice parameter of the gaps between `changes` among `length` samples."""
    return np.minimum(parameter(length - changes, changes + 1), vectors.GAP_K_MAX)


@dataclass(frozen=True, slots=True)
class Parameters:
    """How each channel is coded."""

    mode: Whole
    drift: Whole
    """Of a level channel its level."""
    k: Whole


class Differences:
    """The differences of channels one after the other: `lengths` of each, none of them 0."""

    def __init__(self, values: Whole, lengths: Whole) -> None:
        """Take the differences."""
        self.values, self.lengths = values, lengths
        self.starts = np.cumsum(lengths) - lengths
        self.folded = bits.zigzag(values)
        reached = np.cumsum(values)
        self.reached = reached - self.spread((reached - values)[self.starts])
        """How far each channel has come from the value before its first difference."""
        self.changes = self.sums((values != 0).astype(np.int64))

    def sums(self, numbers: Whole) -> Whole:
        """Return the sum of a number per difference over each channel."""
        return np.add.reduceat(numbers, self.starts) if len(self.starts) else np.zeros(0, np.int64)

    def spread(self, numbers: Whole) -> Whole:
        """Return a number per channel for each difference."""
        return np.repeat(numbers, self.lengths)

    def where(self, flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return a flag per channel for each difference."""
        return np.repeat(flags, self.lengths)

    def dense_bits(self, drift: Whole, k: Whole) -> Whole:
        """Return what each channel takes when dense."""
        return self.sums(bits.cost_bits(bits.zigzag(self.values - self.spread(drift)), self.spread(k)))

    def level_bits(self, level: Whole, k: Whole) -> Whole:
        """Return about what each channel takes when it keeps about a level."""
        numbers = self.sums(bits.cost_bits(bits.zigzag(self.reached - self.spread(level)), self.spread(k)))
        return numbers + _LEVEL_BITS + vectors.bit_lengths(bits.zigzag(level))

    def sparse_bits(self, k: Whole) -> Whole:
        """Return about what each channel takes when sparse."""
        numbers = np.where(self.values != 0, bits.cost_bits(np.maximum(self.folded - 1, 0), self.spread(k)), 0)
        gap_k = gap_parameter(self.lengths, self.changes)
        gaps = self.changes * (1 + gap_k) + ((self.lengths - self.changes) >> gap_k)
        return self.sums(numbers) + gaps + 1 + 2 * vectors.bit_lengths(self.changes)


def choose(differences: Differences, guess: Guess) -> Parameters:
    """Return the cheapest coding of each channel, the guessed one where little is gained by another."""
    best, cost = _cheapest(differences)
    if guess.is_informed:
        is_sparse = guess.mode == SPARSE
        as_guessed = np.where(
            is_sparse, differences.sparse_bits(guess.sparse_k), differences.dense_bits(guess.drift, guess.dense_k)
        )
        keep = as_guessed <= cost + _SAYING_BITS
        guessed_k = np.where(is_sparse, guess.sparse_k, guess.dense_k)
        best = Parameters(
            np.where(keep, guess.mode, best.mode), np.where(keep, guess.drift, best.drift),
            np.where(keep, guessed_k, best.k),
        )  # fmt: skip
        cost = np.where(keep, as_guessed, cost)
    framed = _worth_a_frame(differences, cost)
    return Parameters(np.where(framed, FRAMED, best.mode), best.drift, best.k)


def _cheapest(differences: Differences) -> tuple[Parameters, Whole]:
    """Return the best of dense without and with drift, sparse, and level, and its cost."""
    nothing = np.zeros(len(differences.lengths), np.int64)
    drift = rounded_ratio(differences.sums(differences.values), differences.lengths)
    changed_total = differences.sums(np.maximum(differences.folded - 1, 0))
    tried = [(DENSE, nothing, *_best_k(differences, DENSE, nothing, differences.sums(differences.folded)))]
    if drift.any():
        total = differences.sums(bits.zigzag(differences.values - differences.spread(drift)))
        tried.append((DENSE, drift, *_best_k(differences, DENSE, drift, total)))
    tried.append((SPARSE, nothing, *_best_k(differences, SPARSE, nothing, changed_total)))
    level = rounded_ratio(differences.sums(differences.reached), differences.lengths)
    total = differences.sums(bits.zigzag(differences.reached - differences.spread(level)))
    tried.append((LEVEL, level, *_best_k(differences, LEVEL, level, total)))
    cost = np.stack([one[3] for one in tried])
    which = cost.argmin(axis=0)
    every = np.arange(len(which))
    modes = np.array([one[0] for one in tried], np.int64)
    best = Parameters(
        modes[which],
        np.stack([one[1] for one in tried])[which, every],
        np.stack([one[2] for one in tried])[which, every],
    )
    return best, cost[which, every]


def _best_k(differences: Differences, mode: int, drift: Whole, total: Whole) -> tuple[Whole, Whole]:
    """Return the best parameter near the one that the mean suggests, and what each channel takes with it."""
    count = np.maximum(differences.changes, 1) if mode == SPARSE else differences.lengths
    guess = parameter(total, count)
    tried = np.stack([np.clip(guess + step, 0, bits.K_MAX) for step in (0, -1, 1)])
    bits_of: dict[int, Callable[[Whole], Whole]] = {
        DENSE: lambda k: differences.dense_bits(drift, k), SPARSE: differences.sparse_bits,
        LEVEL: lambda k: differences.level_bits(drift, k),
    }  # fmt: skip
    cost = np.stack([bits_of[mode](k) for k in tried])
    which = cost.argmin(axis=0)
    every = np.arange(len(which))
    return tried[which, every], cost[which, every]


def _worth_a_frame(differences: Differences, cost: Whole) -> NDArray[np.bool_]:
    """Return which channels take fewer bytes in a zstd frame: each by itself, or else all of them together."""
    each = np.zeros(len(cost), np.bool_)
    for place in np.flatnonzero(cost > _FRAME_WORTH_BITS):
        start = differences.starts[place]
        folded = differences.folded[start : start + differences.lengths[place]]
        each[place] = 8 * len(vectors.zstd(_leb128(folded), vectors.FAST)) - _FRAME_BITS < int(cost[place])
    if cost.sum() <= _FRAME_WORTH_BITS:
        return each
    alone = int(cost[~each].sum()) + 8 * len(vectors.zstd(_leb128(differences.folded[differences.where(each)])))
    together = 8 * len(vectors.zstd(_leb128(differences.folded)))
    return np.ones(len(cost), np.bool_) if together < alone else each


def write(differences: Differences, guess: Guess) -> bytes:
    """Return the differences as bytes."""
    chosen = choose(differences, guess)
    sparse, dense, framed, level = (chosen.mode == mode for mode in (SPARSE, DENSE, FRAMED, LEVEL))
    guessed_k = np.where(sparse, guess.sparse_k, guess.dense_k)
    head = [vectors.write(chosen.mode ^ guess.mode), vectors.write((chosen.drift - guess.drift)[dense])]
    head += [vectors.write(chosen.drift[level])] if level.any() else []
    head += [vectors.write((chosen.k - guessed_k)[~framed]), vectors.write(differences.changes[sparse])]
    numbers, k = _dense_numbers(differences, chosen)
    sparse_numbers, sparse_k = _sparse_numbers(differences, chosen, sparse)
    raw = _leb128(differences.folded[differences.where(framed)])
    frame = vectors.zstd(raw) if raw else b""
    sizes = bits.varint(len(raw)) + (bits.varint(len(frame)) if raw else b"")
    codes = bits.pack(np.concatenate((sparse_numbers, numbers)), np.concatenate((sparse_k, k)))
    return b"".join((*head, codes, sizes, frame))


def _dense_numbers(differences: Differences, chosen: Parameters) -> tuple[Whole, Whole]:
    """Return what the dense channels and those with a level differ from drift or level by, and their parameters."""
    level = differences.where(chosen.mode == LEVEL)
    which = differences.where(chosen.mode == DENSE) | level
    numbers = np.where(level, differences.reached, differences.values) - differences.spread(chosen.drift)
    return bits.zigzag(numbers[which]), differences.spread(chosen.k)[which]


def _sparse_numbers(differences: Differences, chosen: Parameters, sparse: NDArray[np.bool_]) -> tuple[Whole, Whole]:
    """Return gaps and changes of the sparse channels, and their parameters."""
    which = differences.where(sparse) & (differences.values != 0)
    ends = np.flatnonzero(which)
    starts = differences.spread(differences.starts)[ends]
    before = np.concatenate((np.full(1, -1), ends[:-1])) if len(ends) else ends
    gaps = ends - np.maximum(before + 1, starts)
    gap_k = gap_parameter(differences.lengths, differences.changes)
    numbers = np.concatenate((gaps, differences.folded[ends] - 1))
    return numbers, np.concatenate((differences.spread(gap_k)[ends], differences.spread(chosen.k)[ends]))


def read(source: Source, lengths: Whole, guess: Guess) -> Whole:
    """Return the differences of channels with `lengths` that `write` wrote with the same guess; raise MalformedError."""
    mode = vectors.read(source, len(lengths)) ^ guess.mode
    if len(mode) and not 0 <= int(mode.min()) <= int(mode.max()) <= LEVEL:
        raise MalformedError("a channel of the batch has no such mode")
    sparse, framed, level = (mode == one for one in (SPARSE, FRAMED, LEVEL))
    drift = _read_drift(source, mode, guess)
    k = np.where(sparse, guess.sparse_k, guess.dense_k)
    k[~framed] += vectors.read(source, int((~framed).sum()))
    changes = vectors.read(source, int(sparse.sum()))
    _check(drift, k[~framed], changes, lengths[sparse])
    if not (sparse.any() or framed.any()):
        values = bits.unzigzag(bits.unpack(source, k.repeat(lengths))) + drift.repeat(lengths)
    else:
        values = _read_codes(source, lengths, (sparse, framed), (drift, k, changes))
    if level.any():
        _as_differences(values, lengths, level)
    which = framed.repeat(lengths)
    values[which] = bits.unzigzag(_read_frame(source, int(which.sum())))
    return values


def _read_codes(
    source: Source, lengths: Whole, modes: tuple[NDArray[np.bool_], NDArray[np.bool_]], said: tuple[Whole, Whole, Whole]
) -> Whole:
    """Return what the codes say of all channels but those in the frame, of which it is 0."""
    (sparse, framed), (drift, k, changes) = modes, said
    count, coded = int(changes.sum()), ~(sparse | framed)
    gap_k = np.repeat(gap_parameter(lengths[sparse], changes), changes)
    sparse_k, coded_k = np.repeat(k[sparse], changes), np.repeat(k[coded], lengths[coded])
    numbers = bits.unpack(source, np.concatenate((gap_k, sparse_k, coded_k)))
    values = np.zeros(int(lengths.sum()), np.int64)
    places = _places(numbers[:count], changes, lengths, sparse)
    values[places] = bits.unzigzag(numbers[count : 2 * count] + 1)
    which = np.repeat(coded, lengths)
    values[which] = bits.unzigzag(numbers[2 * count :]) + np.repeat(drift, lengths)[which]
    return values


def _read_drift(source: Source, mode: Whole, guess: Guess) -> Whole:
    """Return the drift of the dense channels and the level of those that have one; 0 of the others."""
    drift, dense, level = np.zeros(len(mode), np.int64), mode == DENSE, mode == LEVEL
    drift[dense] = vectors.read(source, int(dense.sum())) + guess.drift[dense]
    if level.any():
        drift[level] = vectors.read(source, int(level.sum()))
    return drift


def _as_differences(values: Whole, lengths: Whole, level: NDArray[np.bool_]) -> None:
    """Turn how far each channel with a level has come into differences, in place."""
    before = np.concatenate((np.zeros(1, np.int64), values[:-1])) if len(values) else values
    before[(np.cumsum(lengths) - lengths)[lengths > 0]] = 0
    which = np.repeat(level, lengths)
    values[which] = (values - before)[which]


def _check(drift: Whole, k: Whole, changes: Whole, lengths: Whole) -> None:
    if len(k) and not 0 <= int(k.min()) <= int(k.max()) <= bits.K_MAX:
        raise MalformedError("a channel of the batch has no such parameter")
    if (np.abs(drift) > DRIFT_MAX).any():
        raise MalformedError("a channel of the batch drifts too far")
    if ((changes < 0) | (changes > lengths)).any():
        raise MalformedError("a channel of the batch changes more often than it speaks")


def _places(gaps: Whole, changes: Whole, lengths: Whole, sparse: NDArray[np.bool_]) -> Whole:
    """Return where the changes of the sparse channels lie among all differences."""
    starts = (np.cumsum(lengths) - lengths)[sparse]
    longest = np.repeat(lengths[sparse], changes)
    reached = np.cumsum(np.minimum(gaps, longest) + 1)
    before = np.concatenate((np.zeros(1, np.int64), reached))[np.cumsum(changes) - changes] if len(changes) else changes
    within = reached - np.repeat(before, changes) - 1
    if (within >= longest).any():
        raise MalformedError("the gaps of a channel are longer than it")
    places: Whole = within + np.repeat(starts, changes)
    return places


def _leb128(folded: Whole) -> bytes:
    """Return numbers (0 or more) as variable-length integers, one after the other."""
    if not len(folded):
        return b""
    sizes = np.maximum((vectors.bit_lengths(folded) + 6) // 7, 1)
    encoded = np.zeros(int(sizes.sum()), np.uint8)
    places = np.cumsum(sizes) - sizes
    for byte in range(int(sizes.max())):
        which = sizes > byte
        more = (sizes[which] > byte + 1).astype(np.int64) << 7
        encoded[places[which] + byte] = (folded[which] >> (7 * byte)) & 0x7F | more
    return encoded.tobytes()


def _read_frame(source: Source, count: int) -> Whole:
    """Return the `count` numbers of the zstd frame, if there is one."""
    size = bits.read_varint(source, 9 * count)
    if bool(size) != bool(count):
        raise MalformedError("the batch has a frame without channels, or channels without their frame")
    if not size:
        return np.zeros(0, np.int64)
    raw = vectors.unzstd(source.take(bits.read_varint(source, source.left)), size)
    return _read_leb128(np.frombuffer(raw, np.uint8), count)


def _read_leb128(encoded: NDArray[np.uint8], count: int) -> Whole:
    ends = np.flatnonzero(encoded < 0x80)  # noqa: PLR2004 - the top bit says that more follow
    sizes = np.diff(ends, prepend=-1)
    if len(ends) != count or len(encoded) != int(ends[-1]) + 1 or int(sizes.max()) > 9:  # noqa: PLR2004 - 63 bits
        raise MalformedError("the numbers of a frame are not as many as said, or too long")
    values = np.zeros(count, np.int64)
    for byte in range(int(sizes.max())):
        which = sizes > byte
        places = (ends - sizes + 1)[which] + byte
        values[which] |= (encoded[places] & 0x7F).astype(np.int64) << (7 * byte)
    return values
