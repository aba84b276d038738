"""What comes over two ways counts once, what is sent again counts again, and what is remembered has its bound."""

from __future__ import annotations

import itertools

import pytest

from shipside.commanding.twice import TWICE_MAX, TWICE_S, Twice

ORDER, BEAT = "farhelm/v1/otter/down/order", "farhelm/v1/otter/down/heartbeat"


def test_the_second_to_come_is_dropped_whichever_way_it_is() -> None:
    twice = Twice()
    for way, other in ((0, 1), (1, 0)):
        payload = b"order %d" % way
        assert not twice.take(way, ORDER, payload, 1.0)
        assert twice.take(other, ORDER, payload, 1.0 + TWICE_S)
    assert twice.count == 2


def test_what_is_sent_again_counts_again() -> None:
    """CMD-03: an order that is sent again is answered from the store, so each sending reaches the rules once.

    However the four arrivals of two sendings are mixed, two of them count.
    """
    for order in set(itertools.permutations((0, 0, 1, 1))):
        twice = Twice()
        counted = [way for way in order if not twice.take(way, ORDER, b"order", 1.0)]
        assert len(counted) == 2, order
    alone = Twice()
    assert not any(alone.take(0, ORDER, b"order", float(at_s)) for at_s in range(5))
    assert alone.count == 0


def test_a_sending_that_one_way_lost_costs_one_copy_at_most() -> None:
    """The second way alone had the first sending: of the next, the first to come is taken for its pair, the second counts."""
    twice = Twice()
    assert not twice.take(1, ORDER, b"order", 1.0)
    assert twice.take(0, ORDER, b"order", 4.0)
    assert not twice.take(1, ORDER, b"order", 4.1)


@pytest.mark.parametrize(
    ("topic", "payload", "at_s"), [(BEAT, b"order", 1.0), (ORDER, b"Order", 1.0), (ORDER, b"order", 1.1 + TWICE_S)]
)
def test_another_topic_other_bytes_and_a_later_time_are_news(topic: str, payload: bytes, at_s: float) -> None:
    twice = Twice()
    assert not twice.take(0, ORDER, b"order", 1.0)
    assert not twice.take(1, topic, payload, at_s)


def test_what_is_remembered_is_bounded() -> None:
    """A flood forgets the oldest and keeps the newest; a flood over both ways leaves nothing behind."""
    twice = Twice()
    for number in range(TWICE_MAX + 10):
        assert not twice.take(0, BEAT, b"%d" % number, 1.0)
    assert len(twice._came) == TWICE_MAX
    assert not twice.take(1, BEAT, b"0", 1.0)
    assert twice.take(1, BEAT, b"%d" % (TWICE_MAX + 9), 1.0)


def test_what_no_other_way_brought_in_ten_seconds_is_counted_to_the_one_that_did() -> None:
    """Sixty beats over the first way, every third of which the second loses: twenty, once they cannot come any more."""
    twice = Twice()
    for second in range(60):
        twice.take(0, BEAT, b"%d" % second, float(second))
        if second % 3:
            assert twice.take(1, BEAT, b"%d" % second, second + 0.3)
    assert twice.alone == {0: 17}  # of the last ten seconds nobody knows yet
    twice.take(0, BEAT, b"later", 59.0 + TWICE_S + 0.1)
    assert twice.alone == {0: 20}
    assert twice.count == 40
    assert len(twice._came) == 1


@pytest.mark.parametrize(("late_s", "alone", "is_second"), [(TWICE_S, 0, True), (TWICE_S + 0.1, 1, False)])
def test_one_that_comes_too_late_counts_as_lost_and_as_news(late_s: float, alone: int, *, is_second: bool) -> None:
    twice = Twice()
    twice.take(1, ORDER, b"order", 1.0)
    assert twice.take(0, ORDER, b"order", 1.0 + late_s) is is_second
    assert twice.alone[1] == alone
    assert twice.alone[0] == 0


def test_of_what_is_sent_again_each_that_one_way_lost_is_counted() -> None:
    """Three sendings over the first, one of them over the second: two are lost there, also where the bytes come once more."""
    twice = Twice()
    for at_s in (1.0, 4.0, 7.0):
        twice.take(0, ORDER, b"order", at_s)
    assert twice.take(1, ORDER, b"order", 7.3)
    twice.take(0, ORDER, b"order", 16.0)
    assert twice.alone[0] == 1  # of 4 s; that of 7 s may still come
    twice.take(0, BEAT, b"beat", 40.0)
    assert twice.alone[0] == 3
