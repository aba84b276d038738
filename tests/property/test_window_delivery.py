"""Over any link that drops, cuts and comes back, every batch reaches the shore; only acknowledged ones are deleted."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.link.acks import BatchAck
from shipside.sending.window import HISTORY_MAX, LIVE_MAX, Window

STEPS = st.lists(
    st.sampled_from(("make", "make", "make", "run", "lose", "cut", "join", "ack", "fail", "wait", "hold", "release")),
    max_size=80,
)


class _Pair:
    """A window with its spool on one side, a shore on the other."""

    def __init__(self) -> None:
        self.window = Window(1, 0, 5.0)
        self.spool: list[int] = []
        self.made = 0
        self.shore: set[int] = set()
        self.deleted: set[int] = set()
        self.now_s = 0.0
        self.is_up = False

    def step(self, what: str) -> None:
        if what == "make":
            self.made += 1
            self.spool.append(self.made)
            self.window.made(self.made, self.rank(self.made))
        elif what in ("hold", "release"):
            self.window.hold((1,) if what == "hold" else ())
        elif what in ("run", "lose", "fail"):
            self._run(what)
        elif what == "cut":
            self.is_up = False
            self.window.disconnected()
        elif what == "join" and not self.is_up:
            self.is_up = True
            self.window.connected()
        elif what == "ack" and self.is_up:
            self._ack()
        elif what == "wait":
            self.now_s += 7.0
            self.window.tick(self.now_s)

    @staticmethod
    def rank(seq: int) -> int:
        return int(seq % 3 == 0)

    def of(self, rank: int) -> list[int]:
        return [seq for seq in self.spool if self.rank(seq) == rank]

    def _run(self, what: str) -> None:
        for _ in range(20):
            wanted = self.window.wanted()
            if wanted is not None:
                self.window.offer(wanted, [seq for seq in self.of(wanted.rank) if seq > wanted.after][: wanted.count])
            send = self.window.take(self.now_s)
            if send is None:
                continue
            assert self.is_up
            if what == "fail":
                self.window.failed(send.seq)
                return
            if what == "run":
                self.shore.add(send.seq)

    def _ack(self) -> None:
        through = 0
        while through + 1 in self.shore:
            through += 1
        through, selected = self.window.receive(BatchAck(1, through, tuple(sorted(self.shore))[:256]))
        gone = {seq for seq in self.spool if seq <= through or seq in selected}
        assert gone <= self.shore
        self.deleted |= gone
        self.spool = [seq for seq in self.spool if seq not in gone]


@given(STEPS)
@settings(max_examples=300, deadline=None)
def test_nothing_is_lost_and_the_link_heals(steps: list[str]) -> None:
    pair = _Pair()
    for what in steps:
        pair.step(what)
        assert pair.window.in_flight_count <= HISTORY_MAX + LIVE_MAX
        assert pair.deleted | set(pair.spool) == set(range(1, pair.made + 1))

    # The link is good from here on: everything must arrive within a few rounds.
    pair.step("release")
    pair.step("join")
    for _ in range(40):
        for what in ("run", "ack", "wait"):
            pair.step(what)
    assert pair.shore == set(range(1, pair.made + 1))
    assert pair.spool == []
