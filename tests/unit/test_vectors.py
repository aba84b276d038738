"""The published vectors are those this build makes; the browser's tests read the same file."""

from __future__ import annotations

import json
import runpy
from pathlib import Path

import pytest

from protocols.link import codec
from protocols.link.batch import Batch
from protocols.link.closing import Closing
from protocols.link.legend import Legend


def test_the_signing_vectors_are_fresh() -> None:
    """A changed encoding shows here before it separates ship and browser."""
    script = Path(__file__).parents[1] / "vectors" / "make_vectors.py"
    made = runpy.run_path(str(script))
    assert json.loads(script.with_name("signing.json").read_text()) == made["vectors"]()


BATCHES = json.loads((Path(__file__).parents[1] / "vectors" / "batches.json").read_text())
LEGEND = Legend.from_wire(BATCHES["catalogue"]["hash"], BATCHES["catalogue"]["channels"])


def _read(number: int) -> tuple[Batch, Closing | None]:
    """Return batch `number` of the file, and where its channels stand after it, read as a shore reads it."""
    row = BATCHES["batches"][number]
    names = [one["name"] for one in BATCHES["batches"]]
    base = None if row["chained_to"] is None else _read(names.index(row["chained_to"]))[1]
    return codec.decode_with_closing(
        bytes.fromhex(row["hex"]), lambda digest: LEGEND if digest == LEGEND.catalogue_hash else None,
        lambda _epoch, seq: base if base is not None and seq == base.seq else None,
    )  # fmt: skip


@pytest.mark.parametrize("number", range(len(BATCHES["batches"])), ids=[row["name"] for row in BATCHES["batches"]])
def test_a_published_batch_says_what_is_written_beside_it(number: int) -> None:
    """The bytes of docs/wire-format.md are read as documented: versions 1, 2 and 3, whole, chained, re-quantised."""
    plain = runpy.run_path(str(Path(__file__).parents[1] / "vectors" / "make_batches.py"))["plain"]
    batch = _read(number)[0]
    assert plain(batch) == BATCHES["batches"][number]["says"]


def test_the_batch_vectors_are_fresh() -> None:
    """A changed encoding shows here before it separates ship and shore."""
    made = runpy.run_path(str(Path(__file__).parents[1] / "vectors" / "make_batches.py"))
    assert json.loads(json.dumps(made["vectors"]())) == BATCHES
