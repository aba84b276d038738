"""One encoding for all consoles of a vessel; a console that is behind gets its own count, and nothing overtakes."""

from __future__ import annotations

import json

from protocols.console.messages import ProblemMessage, ValueRow
from shoreside.live import views
from shoreside.live.feeds import Feed
from shoreside.live.fleet import VesselState
from shoreside.live.frames import Frame, ValuesFrame

PROBLEM: ProblemMessage = {"type": "problem", "title": "t", "detail": "d"}


def values(heading_deg: float) -> ValuesFrame:
    """Return a frame of one value."""
    rows: list[ValueRow] = [("NAV_HDG", heading_deg, 0, 7)]
    return ValuesFrame(views.values_message("kestrel", rows, 7))


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
    frame = values(95.0)
    for feed in feeds:
        feed.news(frame, None)
    assert all(wire == [frame.encoded] and wire[0] is frame.encoded for wire in wires)
    assert frame.encoded[:1] == b"\x81"
    assert json.loads(frame.encoded[2:]) == plain(frame)
    taken = watching()
    taken.news(frame, None)
    assert taken.frames(0) == [frame]


def test_a_console_behind_is_told_its_own_count_without_another_encoding_of_the_values() -> None:
    """Two values that met count one gap; from then on the shared text differs in its last number alone."""
    feed = watching()
    feed.news(values(1.0), None)
    feed.news(values(2.0), None)
    (merged,) = feed.take(9)
    assert merged["type"] == "values"
    assert (merged["gap_count"], merged["values"][0][1]) == (1, 2.0)
    later = values(3.0)
    feed.news(later, None)
    (frame,) = feed.frames(9)
    assert json.loads(frame.text) == {**plain(later), "gap_count": 1}
    assert json.loads(later.text) == plain(later)


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
    feed.is_draining = True
    feed.firm(first)
    assert wire == []
    feed.is_draining = False
    assert feed.frames(0) == [first]
    feed.firm(second)
    assert wire == [second.encoded]


def test_a_fleet_of_any_size_is_told_whole() -> None:
    """Two hundred vessels come in parts of which each fits into a frame, and every one is there once."""
    states = [VesselState(f"vessel-{number:03d}") for number in range(200)]
    pages = views.fleet_messages(states, 0.0)
    assert [(page["part"], page["parts"]) for page in pages] == [(0, 3), (1, 3), (2, 3)]
    assert [row["vessel"] for page in pages for row in page["vessels"]] == [state.vessel for state in states]
    assert all(Frame(page).fits for page in pages)
    assert views.fleet_messages([], 0.0)[0]["vessels"] == []
