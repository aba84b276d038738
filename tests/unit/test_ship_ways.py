"""What the ship tells of each of her ways for the figures: bytes, age, and what came over one alone."""

from __future__ import annotations

from typing import cast

from protocols.aio.port import Message, MessagePort
from protocols.link import topics
from shipside.commanding.ways import OneWay, Ways
from shipside.figures import of_ways
from shipside.metrics import text_of


class SetClock:
    """A clock that stands until it is set."""

    now = 100.0

    def now_s(self) -> float:
        """Return the time that was set."""
        return self.now

    def utc_ns(self) -> int:
        """Return no time at all."""
        return 0

    def cpu_s(self) -> float:
        """Return no time at all."""
        return 0.0


class StillPort:
    """A connection that stands."""

    connected = True


def ways_of(clock: SetClock, *names: str) -> Ways:
    """Return ways with these names."""
    port = cast("MessagePort", StillPort())
    return Ways([OneWay(name, clock, port, port) for name in names], clock)


def figures(ways: Ways) -> dict[str, float]:
    """Return each figure with its labels as it is told."""
    lines = [line for line in text_of(of_ways(ways)).splitlines() if line and not line.startswith("#")]
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


def test_each_way_tells_what_came_over_it() -> None:
    """Ten beats of 100 bytes over LTE, seven of them over LEO, and a stop over LEO: age is since the last, whatever it was."""
    clock = SetClock()
    ways = ways_of(clock, "lte", "leo")
    lte, leo = ways
    assert 'farhelm_agent_way_heard_age_seconds{way="lte"}' not in figures(ways)  # nothing came: that is no age of zero
    for second in range(10):
        clock.now = 100.0 + second
        beat = Message(topics.topic("otter", topics.HEARTBEAT_DOWN), b"%100d" % second, retained=False)
        assert not ways.has_come(lte, topics.HEARTBEAT_DOWN, beat)
        if second < 7:
            assert ways.has_come(leo, topics.HEARTBEAT_DOWN, beat)
    clock.now = 110.0
    stop = Message(topics.topic("otter", topics.STOP), b"stop", retained=False)
    assert not ways.has_come(leo, topics.STOP, stop)
    clock.now = 125.0
    assert not ways.has_come(lte, topics.ORDER, Message("order", b"order", retained=False))
    told = figures(ways)
    assert told['farhelm_agent_way_received_bytes_total{way="lte"}'] == 1005
    assert told['farhelm_agent_way_received_bytes_total{way="leo"}'] == 704
    assert told['farhelm_agent_way_heard_age_seconds{way="lte"}'] == 0.0
    assert told['farhelm_agent_way_heard_age_seconds{way="leo"}'] == 15.0
    assert told['farhelm_agent_way_alone_total{way="lte"}'] == 3
    assert told['farhelm_agent_way_alone_total{way="leo"}'] == 0
    assert told["farhelm_agent_twice_total"] == 7


def test_a_ship_with_one_way_tells_none() -> None:
    """The negative control: nothing is compared where there is nothing to compare with."""
    ways = ways_of(SetClock(), "first")
    (first,) = ways
    assert not ways.has_come(first, topics.ORDER, Message("order", b"order", retained=False))
    assert figures(ways) == {}
