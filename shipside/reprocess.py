"""Received lines made into batches again, by today's decoders and a catalogue of one's choice. Pure: time is the lines' own.

What is derived is made again at each scan, by what was heard up to it. Sums (distance run, fuel burnt) are not: they were counted
from a start that is not in the lines. Nor is what was entered by hand.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from protocols.link.batch import Batch
from protocols.modbus.answers import answer_in
from shipside.config import AgentConfig
from shipside.storage.rawlog import RawLine, raw_name
from shipside.traffic import Traffic
from telemetry.batching import Batcher
from telemetry.scan import Scan, Scanner

EPOCH_BASE: Final = 1 << 40
"""Epochs of re-processing lie apart from those of spools, which begin at 2**46, and began at 2**30 in former versions."""
BATCH_S: Final = 60.0
"""Scans of a minute are a batch: nobody waits for them, and longer ones are smaller on the wire."""
BOOT_PAUSE_S: Final = 1.0
"""Between two boots, where the clock that counts seconds begins anew and the other does not tell how long it was."""
NS_PER_S: Final = 1_000_000_000


class LineClock:
    """The clock of whoever received the lines: it stands between them, and goes on over boots."""

    def __init__(self) -> None:
        """Stand at 0 until the first line."""
        self._s, self._utc_ns = 0.0, 0
        self._mono_ms: int | None = None

    def take(self, line: RawLine) -> None:
        """Move to the time of a line."""
        if self._mono_ms is None or line.mono_ms < self._mono_ms:
            self._s += BOOT_PAUSE_S
        else:
            self._s += (line.mono_ms - self._mono_ms) / 1000
        self._mono_ms, self._utc_ns = line.mono_ms, line.utc_ns

    def now_s(self) -> float:
        """Return seconds that never step."""
        return self._s

    def utc_ns(self) -> int:
        """Return UTC as it was told aboard."""
        return self._utc_ns

    def cpu_s(self) -> float:
        """Return nothing: no time is used."""
        return 0.0


def epoch_of(vessel: str, first_ns: int, last_ns: int, catalogue_hash: str, decoders: str) -> int:
    """Return the epoch of a re-processing: the same for the same span, catalogue and decoders, so that it adds once."""
    named = f"{vessel} {first_ns} {last_ns} {catalogue_hash} {decoders}".encode()
    return EPOCH_BASE + zlib.crc32(named)


class Reprocessor:
    """Makes historical batches of lines, in their order."""

    def __init__(self, config: AgentConfig, epoch: int, only: frozenset[str] = frozenset()) -> None:
        """Make batches of `epoch` for the vessel of `config`; of the channels in `only`, empty: of all, with AIS targets."""
        self._config, self._epoch, self._only = config, epoch, only
        self.clock = LineClock()
        self.traffic = Traffic(config, self.clock)
        self.traffic.listening.counters.stop_counting()
        self._scanner: Scanner | None = None
        self._batcher = Batcher(config.vessel.id, config.catalogue.by_id, config.catalogue.hash, BATCH_S)
        self._seq = 0
        self._maps = {unit.name: unit.registers for unit in config.modbus}
        names = [*(entry.name for entry in config.inputs), *self._maps]
        self._names = {raw_name(name): name for name in names}
        """{name in the raw log, which has no blanks: the configured name}"""
        self.line_count = 0

    def batches(self, lines: Iterable[RawLine]) -> Iterator[Batch]:
        """Yield the batches of `lines`, the last one as short as it is."""
        for line in lines:
            self.line_count += 1
            self.clock.take(line)
            yield from self._scan(line.utc_ns)
            self._take(line)
        if self._scanner is not None:
            last_s = self._scanner.deadline()
            self.traffic.listening.derive_again(last_s, self.clock.utc_ns())
            self._add(self._scanner.tick(last_s, self.clock.utc_ns()), last_s)
        yield from self._cut()

    def _take(self, line: RawLine) -> None:
        """Take a line of an input, or the answer of a Modbus unit, which today's register map reads."""
        listening, source = self.traffic.listening, self._names.get(line.source, line.source)
        registers = self._maps.get(source)
        if registers is None:
            listening.take_line(source, line.line)
            return
        answer = answer_in(line.line)
        if answer is None:
            listening.reject(source, "no answer")
            return
        for reading in answer.readings(registers):
            listening.take_polled(source)(reading)

    def _scan(self, utc_ns: int) -> Iterator[Batch]:
        """Take the scan that was due before the line now to be read; of a pause without lines there is nothing to scan."""
        now_s = self.clock.now_s()
        if self._scanner is None:
            self._scanner = Scanner(self.traffic.listening.picture, self._config.bearer.scan_s, now_s)
        due_s = self._scanner.deadline()
        if now_s < due_s:
            return
        due_ns = utc_ns - round((now_s - due_s) * NS_PER_S)
        self.traffic.listening.derive_again(due_s, due_ns)
        self._add(self._scanner.tick(now_s, due_ns), now_s)
        self.traffic.listening.picture.outbox()
        if self._batcher.is_due(now_s):
            yield from self._cut()

    def _add(self, scan: Scan | None, now_s: float) -> None:
        if scan is None:
            return
        news = tuple(latest for latest in scan.news if not self._only or latest.channel in self._only)
        self._batcher.receive(replace(scan, news=news), now_s)

    def _cut(self) -> Iterator[Batch]:
        targets = () if self._only else self.traffic.take_news(self.clock.now_s())
        batch = self._batcher.cut(self._epoch, self._seq + 1, targets)
        if batch.columns or batch.targets:
            self._seq += 1
            yield replace(batch, historical=True)
