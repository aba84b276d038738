"""Which batch goes next: live first, then history, nothing forgotten before the shore's word. Simulated seconds."""

from __future__ import annotations

from collections import Counter

from protocols.link.acks import BatchAck
from shipside.sending.window import HISTORY_MAX, LIVE_MAX, RESEND_MAX_S, Send, Window


def _drain(window: Window, spool: list[int], now_s: float) -> list[Send]:
    """Send all that may be sent now, as the shell does."""
    sent: list[Send] = []
    for _ in range(1000):
        wanted = window.wanted()
        if wanted is not None:
            window.offer(
                wanted, [seq for seq in spool if seq > wanted.after][: wanted.count] if wanted.rank == 0 else []
            )
        send = window.take(now_s)
        if send is not None:
            sent.append(send)
        elif window.wanted() is None:
            return sent
    raise AssertionError("the window never comes to rest")


def test_after_an_outage_live_goes_first_and_history_is_marked() -> None:
    # A hundred batches were made while the link was down.
    spool = list(range(1, 101))
    window = Window(1, 100, 5.0)
    assert _drain(window, spool, 0.0) == []

    # The link stands, and a live batch is made: it goes before all history, which fills its own window.
    window.connected()
    spool.append(101)
    window.made(101)
    sent = _drain(window, spool, 1.0)
    assert sent[0] == Send(101, historical=False)
    assert sent[1:] == [Send(seq, historical=True) for seq in range(1, HISTORY_MAX + 1)]

    # The shore acknowledges: the rest of the history follows, nothing twice.
    assert window.receive(BatchAck(1, HISTORY_MAX, (101,))) == (HISTORY_MAX, (101,))
    del spool[:HISTORY_MAX]
    spool.remove(101)
    assert [send.seq for send in _drain(window, spool, 2.0)] == list(range(HISTORY_MAX + 1, 101))


def test_what_is_not_acknowledged_goes_again_each_time_more_patiently() -> None:
    spool = [1]
    window = Window(1, 0, 5.0)
    window.connected()
    window.made(1)
    assert _drain(window, spool, 0.0) == [Send(1, historical=False)]
    times = []
    now_s = 0.0
    for _ in range(8):
        due_s = window.deadline()
        assert due_s is not None
        window.tick(due_s - 0.001)
        assert _drain(window, spool, due_s - 0.001) == []
        window.tick(due_s)
        assert _drain(window, spool, due_s) == [Send(1, historical=True)]
        times.append(due_s - now_s)
        now_s = due_s
    assert times == [5.0, 10.0, 20.0, 40.0, RESEND_MAX_S, RESEND_MAX_S, RESEND_MAX_S, RESEND_MAX_S]
    assert window.resent_count == 8


def test_live_keeps_flowing_when_the_shore_does_not_answer() -> None:
    spool: list[int] = []
    window = Window(1, 0, 5.0)
    window.connected()
    live = 0
    for number in range(1, 1501):  # five minutes at 5 Hz, no acknowledgement at all
        now_s = number / 5
        spool.append(number)
        window.made(number)
        window.tick(now_s)
        live += sum(1 for send in _drain(window, spool, now_s) if not send.historical)
        assert window.in_flight_count <= HISTORY_MAX + LIVE_MAX
    assert live > 300  # as long as LIVE_MAX are in flight the newest waits, and is not lost
    window.receive(BatchAck(1, 0, tuple(range(1, 257))))
    assert _drain(window, [seq for seq in spool if seq > 256], 301.0)


def test_the_first_word_after_a_silence_ends_the_patience() -> None:
    """Part of R3: what was sent into a silence is not waited for up to a minute once the shore speaks again."""
    spool = list(range(1, 9))
    window = Window(1, 0, 5.0)
    window.connected()
    for seq in spool:
        window.made(seq)
    now_s = 0.0
    _drain(window, spool, now_s)
    while (due_s := window.deadline()) is not None and due_s - now_s < RESEND_MAX_S:
        now_s = due_s
        window.tick(now_s)
        _drain(window, spool, now_s)
    # Eight wait for a minute. A batch that was made since is acknowledged: the shore is back.
    spool.append(9)
    window.made(9)
    _drain(window, spool, now_s + 1.0)
    window.receive(BatchAck(1, 0, (9,)))
    spool.remove(9)
    window.tick(now_s + 2.0)
    assert window.deadline() == now_s + 7.0
    window.tick(now_s + 7.0)
    assert [send.seq for send in _drain(window, spool, now_s + 7.0)] == spool


def test_a_full_window_asks_with_one_batch_whether_the_shore_is_back() -> None:
    """Nothing new can go then, and the shore has nothing to answer: one batch goes again, the others keep their patience."""
    spool = list(range(1, LIVE_MAX + HISTORY_MAX + 20))
    window = Window(1, 0, 5.0)
    window.connected()
    for seq in spool:
        window.made(seq)
    now_s = 0.0
    for _ in range(4):
        _drain(window, spool, now_s)
        now_s += 20.0
        window.tick(now_s)
    _drain(window, spool, now_s)
    assert window.in_flight_count >= HISTORY_MAX
    for seq in range(spool[-1] + 1, spool[-1] + 1 + LIVE_MAX):
        spool.append(seq)
        window.made(seq)
        _drain(window, spool, now_s)
    assert window.in_flight_count == LIVE_MAX + HISTORY_MAX
    due_s = window.deadline()
    assert due_s is not None
    assert due_s <= now_s + 5.0
    window.tick(now_s + 5.0)
    assert [send.seq for send in _drain(window, spool, now_s + 5.0)] == [1]
    assert window.deadline() == now_s + 10.0


def test_what_is_in_flight_in_the_ordinary_way_keeps_its_own_time() -> None:
    window = Window(1, 0, 5.0)
    window.connected()
    for seq in (1, 2):
        window.made(seq)
    _drain(window, [1, 2], 0.0)
    window.receive(BatchAck(1, 1, ()))
    window.tick(3.0)
    assert window.deadline() == 5.0


def test_a_cut_sends_everything_unacknowledged_again() -> None:
    spool = [1, 2, 3]
    window = Window(1, 0, 5.0)
    window.connected()
    for seq in spool:
        window.made(seq)
    assert len(_drain(window, spool, 0.0)) == 3
    window.receive(BatchAck(1, 1, ()))
    window.disconnected()
    assert _drain(window, [2, 3], 1.0) == []
    assert window.deadline() is None
    window.connected()
    assert _drain(window, [2, 3], 2.0) == [Send(2, historical=True), Send(3, historical=True)]


def test_a_batch_that_could_not_be_handed_over_goes_again_and_loses_none_before_it() -> None:
    spool = list(range(1, 11))
    window = Window(1, 10, 5.0)
    window.connected()
    wanted = window.wanted()
    assert wanted is not None
    window.offer(wanted, spool)
    first = window.take(0.0)
    assert first == Send(1, historical=True)
    window.made(11)
    spool.append(11)
    live = window.take(0.0)
    assert live == Send(11, historical=False)
    window.failed(11)
    assert [send.seq for send in _drain(window, spool, 0.0)] == list(range(2, 12))


def test_foreign_acknowledgements_delete_nothing() -> None:
    window = Window(2, 10, 5.0)
    assert window.receive(BatchAck(1, 10, ())) == (0, ())
    assert window.receive(BatchAck(2, 11, ())) == (0, ())
    assert window.receive(BatchAck(2, 0, (3, 11))) == (0, (3,))


def test_a_batch_gone_from_the_spool_blocks_nothing() -> None:
    window = Window(1, 1, 5.0)
    window.connected()
    assert _drain(window, [1], 0.0) == [Send(1, historical=True)]
    window.gone(1)
    assert window.deadline() is None


def test_samples_go_before_bulk_within_live_and_within_history() -> None:
    spool = [[1, 3, 5], [2, 4]]
    window = Window(1, 5, 5.0)
    window.connected()
    spool[1].append(6)
    window.made(6, 1)
    spool[0].append(7)
    window.made(7, 0)
    assert [(each.seq, each.historical) for each in _drain_ranks(window, spool)] == [
        (7, False), (6, False), (1, True), (3, True), (5, True), (2, True), (4, True),
    ]  # fmt: skip


def test_what_is_held_waits_and_goes_when_it_may() -> None:
    spool = [[1], [2]]
    window = Window(1, 2, 5.0)
    window.hold((1,))
    window.connected()
    window.made(3, 1)
    spool[1].append(3)
    assert [each.seq for each in _drain_ranks(window, spool)] == [1]
    window.hold(())
    assert [each.seq for each in _drain_ranks(window, spool)] == [2, 3]


def test_history_can_be_held_while_live_goes() -> None:
    window = Window(1, 1, 5.0)
    window.connected()
    wanted = window.wanted()
    assert wanted is not None
    window.offer(wanted, [1])
    window.made(2)
    assert window.take(0.0, is_history_held=True) == Send(2, historical=False)
    assert window.take(0.0, is_history_held=True) is None
    assert window.take(0.0) == Send(1, historical=True)


def _drain_ranks(window: Window, spool: list[list[int]]) -> list[Send]:
    sent: list[Send] = []
    for _ in range(100):
        wanted = window.wanted()
        if wanted is not None:
            window.offer(wanted, [seq for seq in spool[wanted.rank] if seq > wanted.after])
        send = window.take(0.0)
        if send is not None:
            sent.append(send)
    return sent


def _minutes_with(unread: set[int], last: int, minutes: int) -> tuple[set[int], list[int], Counter[int]]:
    """Let a shore that cannot read `unread` hear a backlog; return what it has, what the spool holds, what went each time.

    A live batch is made each 10 s meanwhile, and the shore answers within a second.
    """
    spool, window, shore, sent = list(range(1, last + 1)), Window(1, last, 5.0), set[int](), Counter[int]()
    window.connected()
    for second in range(60 * minutes):
        if second % 10 == 0:
            spool.append(last + 1 + second // 10)
            window.made(spool[-1])
        window.tick(float(second))
        went = [send.seq for send in _drain(window, spool, float(second))]
        sent.update(went)
        shore |= set(went) - unread
        window.receive(BatchAck(1, 0, tuple(sorted(set(went) - unread))))
        spool = [seq for seq in spool if seq not in shore]
    return shore, spool, sent


def test_batches_that_the_shore_cannot_read_hold_up_no_others() -> None:
    """Two windows' worth of riddles at the beginning of a backlog: all that comes after them arrives, and they are kept."""
    unread = set(range(1, 2 * HISTORY_MAX + 1))
    shore, spool, sent = _minutes_with(unread, 400, 5)
    assert set(range(1, 401)) - shore == unread == set(spool)
    assert {sent[seq] for seq in shore} == {1}
    # They are tried again, for the catalogue may have come, but seldom: bytes are dear.
    _, _, longer = _minutes_with(unread, 400, 35)
    again = {longer[seq] - sent[seq] for seq in unread}  # in half an hour
    assert 20 <= min(again) <= max(again) <= 45


def test_a_riddle_that_can_be_read_at_last_is_told_like_any_other() -> None:
    """What was passed over is in the spool, and goes again; the shore's word for it counts whenever it comes."""
    window, spool = Window(1, 80, 5.0), list(range(1, 81))
    window.connected()
    for second in range(60):
        window.tick(float(second))
        came = [send.seq for send in _drain(window, spool, float(second)) if send.seq > HISTORY_MAX]
        window.receive(BatchAck(1, 0, tuple(came)))
        spool = [seq for seq in spool if seq not in came]
        if second % 10 == 0:
            window.made(100 + second)
            spool.append(100 + second)
    assert window.receive(BatchAck(1, HISTORY_MAX, ())) == (HISTORY_MAX, ())
    del spool[:HISTORY_MAX]
    for second in range(60, 400):
        window.tick(float(second))
        assert {send.seq for send in _drain(window, spool, float(second))} <= set(spool)


def test_a_shore_that_answers_nothing_passes_over_nothing() -> None:
    """The negative control: an outage behind the broker is no riddle; what goes first when it is over is the oldest."""
    spool, window = list(range(1, 201)), Window(1, 200, 5.0)
    window.connected()
    for second in range(600):
        window.tick(float(second))
        _drain(window, spool, float(second))
    window.receive(BatchAck(1, 1, ()))
    window.tick(700.0)
    assert [send.seq for send in _drain(window, spool[1:], 800.0)][:3] == [2, 3, 4]
