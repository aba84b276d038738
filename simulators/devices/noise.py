"""A bad serial line: bytes struck at random, lines cut short, stray binary between them. Seeded."""

from __future__ import annotations

import random
from dataclasses import replace

from simulators.devices.instruments import Line

_STRUCK = 0.05
"""Part of the lines with a fault: about four a second, as a loose connector gives."""


class LineNoise:
    """Spoils lines; the same seed spoils the same ones in the same way."""

    def __init__(self, seed: str) -> None:
        """Seed the noise."""
        self._dice = random.Random(seed)

    def struck(self, lines: list[Line]) -> list[Line]:
        """Return the lines with some of them spoilt."""
        return [
            replace(line, sentence=self._spoilt(line.sentence)) if self._dice.random() < _STRUCK else line
            for line in lines
        ]

    def _spoilt(self, sentence: bytes) -> bytes:
        place = self._dice.randrange(len(sentence) - 2)
        kind = self._dice.randrange(3)
        if kind == 0:  # one byte struck
            return sentence[:place] + bytes([self._dice.randrange(256)]) + sentence[place + 1 :]
        if kind == 1:  # cut short, the line end lost
            return sentence[:place]
        return bytes(self._dice.randrange(128, 256) for _ in range(12)) + sentence
