"""Damage as disks do it: flipped bits, a cut end, a page of zeros."""

from __future__ import annotations

import random
from pathlib import Path

PAGE_BYTES = 4096


def damage(path: Path, rng: random.Random, page_bytes: int = PAGE_BYTES) -> str:
    """Damage a file and return what was done; one that is empty stays so."""
    content = bytearray(path.read_bytes())
    what = rng.choice(("bits", "bits", "cut", "zeros"))
    if not content:
        return "nothing: it is empty"
    if what == "bits":
        for _ in range(rng.randrange(1, 5)):
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    elif what == "cut":
        del content[rng.randrange(len(content)) :]
    else:
        first = rng.randrange(len(content)) // page_bytes * page_bytes
        content[first : first + page_bytes] = bytes(len(content[first : first + page_bytes]))
    path.write_bytes(content)
    return what
