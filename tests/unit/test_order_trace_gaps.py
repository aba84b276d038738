"""A trace with a gap says where it is."""

from __future__ import annotations

import json

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
