"""How long the ladder takes after each way of losing the operator, as p50, p99 and maximum (FBK-05)."""

from __future__ import annotations

import pytest

from control.watchkeeping import Watchkeeping
from simulators.schedules.cuts import CUTS, STEPS, Taken, runs, table_of

RUNS = 18
SOAK_RUNS = 10_000
LATE_S = 0.5
"""Goal S6: a step is entered within T + 0.5 s."""
EARLY_S = 0.1
"""By how much a step may come before its time: the ship knows the way of a heartbeat to some milliseconds."""


def _wrong(taken: list[Taken]) -> list[str]:
    """Return what is wrong with these times."""
    found = [f"{name} was not tried" for name in CUTS if name not in {one.cut for one in taken}]
    for one in taken:
        # Now and then a heartbeat trickles through: it counts anew to the checker, and to her the silence before it counts too.
        trickles = one.cut == "trickle"
        if one.step != "L0" or (set(one.late_s) != set(STEPS) and not trickles):
            found.append(f"from {one.step} to {list(one.late_s)} only: {one}")
        found += [f"{step} {late_s:.2f} s late: {one}" for step, late_s in one.late_s.items() if late_s > LATE_S]
        found += [
            f"{step} too soon: {one}" for step, late_s in one.late_s.items() if late_s < -EARLY_S and not trickles
        ]
    return found


def _judge(count: int) -> None:
    taken = runs(count)
    print("\n" + "\n".join(table_of(taken)))  # noqa: T201 - the figures of FBK-05
    assert _wrong(taken) == []


def test_each_step_is_entered_in_time_after_every_kind_of_loss() -> None:
    """Proves FBK-05: p50, p99 and maximum of the time from L0 to L2, L3 and L5, over nine kinds of loss."""
    _judge(RUNS)


@pytest.mark.parametrize(("by_s", "word"), [(1.0, "late"), (-1.0, "too soon")])
def test_a_ladder_that_is_late_or_early_is_found(by_s: float, word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: a ship that hears her operator a second too long, or not long enough."""
    whole = Watchkeeping.silence_s
    monkeypatch.setattr(Watchkeeping, "silence_s", lambda self, now_s: max(0.0, whole(self, now_s) - by_s))
    wrong = _wrong(runs(len(CUTS)))
    assert {
        name for name in CUTS if name != "trickle" and any(word in one and f"'{name}'" in one for one in wrong)
    } == {name for name in CUTS if name != "trickle"}


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_ten_thousand_losses() -> None:
    """Goal S6 in its full number of virtual runs."""
    _judge(SOAK_RUNS)
