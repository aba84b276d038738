"""One encoding for all consoles of a vessel; a console that is behind gets its own count, and nothing overtakes."""

from __future__ import annotations

import json

from protocols.console.messages import ProblemMessage, ValueRow
from protocols.link.batch import TargetReport
from shoreside.live import fleet, views
from shoreside.live.feeds import Feed
from shoreside.live.fleet import VesselState
from shoreside.live.frames import SIZE_MAX_BYTES, Frame, News, ValuesFrame

PROBLEM: ProblemMessage = {"type": "problem", "title": "t", "detail": "d"}


def values(heading_deg: float) -> ValuesFrame:
    """Return a frame of one value."""
    rows: list[ValueRow] = [("NAV_HDG", heading_deg, 0, 7)]
    return ValuesFrame(views.values_message("kestrel", rows, 7))


def news(heading_deg: float, *targets: Frame) -> News:
    """Return what a batch of one value and of `targets` brought."""
    return News(values(heading_deg), list(targets))


def targets(mmsi: int) -> Frame:
    """Return a frame of one target."""
    report = TargetReport(mmsi, 7, 35.0, 129.0, 10.0, 90.0, 91.0, None, 0, 70, "NEIGHBOUR", None, 100.0, 20.0)
    target = fleet.target_json(report)
    assert target is not None
    return Frame({"type": "targets", "vessel": "kestrel", "targets": [target]})


def plain(frame: Frame) -> dict[str, object]:
    """Return a message as JSON would give it back."""
    made: dict[str, object] = json.loads(json.dumps(frame.message))
    return made


def watching(outlet: list[bytes] | None = None, *, is_full: bool = False) -> Feed:
    """Return a feed of the vessel whose socket is `outlet`."""
    feed = Feed("ann", "s")
    feed.subscribe("kestrel")
    if outlet is not None:
        feed.outlet = lambda frame: not is_full and not outlet.append(frame)  # type: ignore[func-returns-value]
    return feed


def test_consoles_that_keep_up_are_sent_the_same_bytes() -> None:
    """Fifty feeds, one frame object, taken or written at once; its bytes are a websocket text frame of the message."""
    wires: list[list[bytes]] = [[] for _ in range(50)]
    feeds = [watching(wire) for wire in wires]
    brought = news(95.0)
    frame = brought.values
    for feed in feeds:
        feed.news(brought)
    assert all(wire == [frame.encoded] and wire[0] is frame.encoded for wire in wires)
    assert frame.encoded[:1] == b"\x81"
    assert json.loads(frame.encoded[2:]) == plain(frame)
    taken = watching()
    taken.news(brought)
    assert taken.frames(0) == [frame]


def test_a_console_behind_is_told_its_own_count_without_another_encoding_of_the_values() -> None:
    """Two values that met count one gap; from then on the shared text differs in its last number alone."""
    feed = watching()
    feed.news(news(1.0))
    feed.news(news(2.0))
    (merged,) = feed.take(9)
    assert merged["type"] == "values"
    assert (merged["gap_count"], merged["values"][0][1]) == (1, 2.0)
    brought = news(3.0)
    later = brought.values
    feed.news(brought)
    (frame,) = feed.frames(9)
    assert json.loads(frame.text) == {**plain(later), "gap_count": 1}
    assert json.loads(later.text) == plain(later)


def test_what_a_batch_brought_is_one_write_where_nobody_is_behind() -> None:
    """Values and two messages of targets: one write; a console that once missed a value has them apart, with its own count."""
    first, second = (targets(mmsi) for mmsi in (440000001, 440000002))
    brought = news(95.0, first, second)
    wire: list[bytes] = []
    feed = watching(wire)
    feed.news(brought)
    assert wire == [brought.values.encoded + first.encoded + second.encoded]
    wire.clear()
    feed.gap_count = 1
    feed.news(brought)
    assert wire == [brought.values.counted(1).encoded, first.encoded, second.encoded]
    slow = watching()
    slow.news(brought)
    slow.news(brought)
    told, ships = slow.take(9)
    assert told["type"] == "values"
    assert ships["type"] == "targets"
    assert (told["gap_count"], [each["mmsi"] for each in ships["targets"]]) == (1, [440000001, 440000002])


def test_news_of_which_a_part_is_too_long_go_apart() -> None:
    """Targets beyond a frame's length do not take the values with them: those are written, these are queued and then named."""
    long = Frame({"type": "targets", "vessel": "k" * SIZE_MAX_BYTES, "targets": []})
    wire: list[bytes] = []
    feed = watching(wire)
    brought = news(95.0, long)
    feed.news(brought)
    assert wire == [brought.values.encoded]
    assert feed.frames(0) == [long]


def test_nothing_overtakes_what_waits() -> None:
    """A full socket queues an order; a later order is queued behind it, though the socket has room again."""
    wire: list[bytes] = []
    feed = watching(wire, is_full=True)
    first, second = Frame(PROBLEM), Frame({**PROBLEM, "title": "second"})
    feed.firm(first)
    feed.outlet = lambda frame: not wire.append(frame)  # type: ignore[func-returns-value]
    feed.firm(second)
    assert wire == []
    assert feed.frames(0) == [first, second]
    feed.firm(first)  # while those are on their way
    feed.caught_up()
    feed.firm(second)
    assert wire == []
    assert feed.frames(0) == [first, second]
    feed.caught_up()
    feed.firm(second)
    assert wire == [second.encoded]
    feed.end("over")
    feed.caught_up()
    feed.firm(first)
    assert wire == [second.encoded]


def test_a_fleet_of_any_size_is_told_whole() -> None:
    """Two hundred vessels come in parts of which each fits into a frame, and every one is there once."""
    states = [VesselState(f"vessel-{number:03d}") for number in range(200)]
    pages = views.fleet_messages(states, 0.0)
    assert [(page["part"], page["parts"]) for page in pages] == [(0, 3), (1, 3), (2, 3)]
    assert [row["vessel"] for page in pages for row in page["vessels"]] == [state.vessel for state in states]
    assert all(Frame(page).fits for page in pages)
    assert views.fleet_messages([], 0.0)[0]["vessels"] == []
