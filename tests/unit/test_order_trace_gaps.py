"""A trace with a gap says where it is."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from farhelm.__main__ import app
from farhelm.trace import CHAIN, missing, steps_of


def test_a_broken_trace_says_which_link_is_missing() -> None:
    """Negative control: each link left out of a whole chain is named; noise and other orders' lines count for nothing."""
    whole = [
        json.dumps({"utc_ms": number, "process": "p", "event": event, "state": state, "order_id": "A"})
        for number, (_, event, state) in enumerate(CHAIN)
    ]
    assert missing(steps_of("A", [*whole, "A no json", '{"order_id": "B"}', '["A"]'])) == []
    for number, (words, _, _) in enumerate(CHAIN):
        assert missing(steps_of("A", whole[:number] + whole[number + 1 :])) == [words]


def test_a_part_of_an_id_names_no_order() -> None:
    """Every line of the log holds the empty word, and many a short one: none of them is this order's."""
    line = json.dumps({"utc_ms": 1, "process": "p", "event": "order", "state": "received", "order_id": "01JD8Z6T5Y"})
    assert [len(steps_of(word, [line])) for word in ("01JD8Z6T5Y", "01JD", "", "order", "p")] == [1, 0, 0, 0, 0]


def test_where_nothing_is_found_it_says_where_it_looked(tmp_path: Path) -> None:
    (tmp_path / "shore.log").write_text("{}\n")
    told = [CliRunner().invoke(app, ["trace", "X", "--logs", str(folder)]) for folder in (tmp_path, tmp_path / "none")]
    assert [each.exit_code for each in told] == [1, 1]
    assert "no line names order 'X'; 1 logs" in told[0].output
    assert f"there is no folder {tmp_path / 'none'}" in told[1].output
