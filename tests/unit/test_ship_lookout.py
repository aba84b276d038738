"""What the agent says of its inputs and its disk: each change once, rejections together, nothing while nothing happens."""

from __future__ import annotations

from collections import Counter

import pytest

from shipside.lookout import REJECTED_EVERY_S, Lookout
from shipside.ports import InputFacts


def facts(*, is_open: bool, problem: str = "", rejected: int = 0, reconnects: int = 0, lines: int = 0) -> InputFacts:
    return InputFacts("gnss", is_open, lines, rejected, reconnects, None, problem)


def test_an_input_is_told_when_it_comes_and_when_it_goes() -> None:
    lookout = Lookout()
    # It is being opened: nothing to say yet.
    assert lookout.changes([facts(is_open=False, problem="not opened yet")]) == []
    # It opens; it stays.
    assert lookout.changes([facts(is_open=True)]) == [{"input": "gnss", "is_open": True, "problem": ""}]
    assert lookout.changes([facts(is_open=True, lines=50)]) == []
    # It goes; each new try has words of its own, which are not told again.
    gone = facts(is_open=False, problem="connection refused", reconnects=1)
    assert lookout.changes([gone]) == [{"input": "gnss", "is_open": False, "problem": "connection refused"}]
    assert lookout.changes([facts(is_open=False, problem="timed out", reconnects=2)]) == []
    # It comes back, but something of it cannot be had; then all of it can.
    some = facts(is_open=True, problem="illegal address", reconnects=2)
    assert lookout.changes([some]) == [{"input": "gnss", "is_open": True, "problem": "illegal address"}]
    assert lookout.changes([facts(is_open=True, reconnects=2)]) == [{"input": "gnss", "is_open": True, "problem": ""}]


def test_rejections_are_told_together_with_their_counts_to_date() -> None:
    lookout, rejected = Lookout(), {"gnss": Counter({"checksum": 2})}
    noisy = facts(is_open=True, rejected=1, lines=9)
    told = {"input": "gnss", "lines": 9, "rejected": {"checksum": 2, "no_line": 1}}
    assert lookout.rejections([noisy], rejected, 100.0) == [told]
    # More at once is not told yet; when the time has come it is; then there is nothing new.
    rejected["gnss"]["checksum"] += 3
    assert lookout.rejections([noisy], rejected, 100.0 + REJECTED_EVERY_S - 0.1) == []
    (later,) = lookout.rejections([noisy], rejected, 100.0 + REJECTED_EVERY_S)
    assert later["rejected"] == {"checksum": 5, "no_line": 1}
    assert lookout.rejections([noisy], rejected, 100.0 + 2 * REJECTED_EVERY_S) == []
    assert lookout.rejections([facts(is_open=True)], {}, 0.0) == []


@pytest.mark.parametrize(
    ("used_pct", "words"),
    [(79.9, None), (80.0, "the disk fills"), (94.9, "the disk fills"), (95.0, "nearly full"), (100.0, "nearly full")],
)
def test_a_disk_that_fills_is_told_at_each_limit(used_pct: float, words: str | None) -> None:
    lookout = Lookout()
    line = lookout.disk(used_pct)
    assert (line is None) is (words is None)
    if line is not None:
        assert str(words) in str(line["problem"])
        assert lookout.disk(used_pct) is None
        assert lookout.disk(None) is None
        assert lookout.disk(10.0) == {"used_pct": 10.0, "problem": ""}
    assert lookout.disk(10.0) is None
