"""How long the ladder takes after each way of losing the operator, as p50, p99 and maximum (FBK-05)."""

from __future__ import annotations

import pytest

from simulators.schedules.cuts import CUTS, STEPS, runs, table_of

RUNS = 18
SOAK_RUNS = 10_000
LATE_S = 0.5
"""Goal S6: a step is entered within T + 0.5 s."""


def _judge(count: int) -> None:
    taken = runs(count)
    print("\n" + "\n".join(table_of(taken)))  # noqa: T201 - the figures of FBK-05
    assert {one.cut for one in taken} == set(CUTS)
    for one in taken:
        if one.cut != "trickle":  # now and then a heartbeat comes through, and counts anew
            assert set(one.late_s) == set(STEPS), one
        assert all(late_s <= LATE_S + 0.05 for late_s in one.late_s.values()), one


def test_each_step_is_entered_in_time_after_every_kind_of_loss() -> None:
    """Proves FBK-05: p50, p99 and maximum of the time to L2, L3 and L5, over nine kinds of loss."""
    _judge(RUNS)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_ten_thousand_losses() -> None:
    """Goal S6 in its full number of virtual runs."""
    _judge(SOAK_RUNS)
