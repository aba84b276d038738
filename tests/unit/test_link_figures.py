"""How evenly round trips come, how long heartbeats take, how much arrives: from what came, and nothing where nothing is known."""

from __future__ import annotations

import dataclasses

import pytest

from protocols.link import signing, topics
from protocols.link.heartbeats import VesselHeartbeat
from shoreside.downlink import Downlink
from shoreside.live.feeds import Hub
from shoreside.live.fleet import VesselState, measure_rate, take_heartbeat
from shoreside.live.linkfigures import LinkFigures
from shoreside.live.views import status_message
from tests.shore_kit import LIMITS, NOON_NS, Ship
from tests.unit.test_shore_recording import BEAT


def beats(trips_ms: list[float | None], *, first_seq: int = 1, session: str = "s-1") -> list[VesselHeartbeat]:
    """Return a heartbeat for each round trip, each answering a new beat of the holder."""
    return [
        dataclasses.replace(BEAT, seq=100 + seq, echo_session=session, echo_seq=seq, round_trip_ms=trip)
        for seq, trip in enumerate(trips_ms, first_seq)
    ]


def after(figures: LinkFigures, *told: VesselHeartbeat) -> float | None:
    """Let heartbeats be taken and return the jitter then."""
    for beat in told:
        figures.take(beat)
    return figures.jitter_ms


def test_jitter_is_the_mean_change_of_the_last_ten() -> None:
    """An even link has none however slow it is; eleven round trips later what was before is forgotten."""
    assert after(LinkFigures(), *beats([700.0] * 5)) == 0.0
    assert after(LinkFigures(), *beats([80.0, 100.0, 70.0])) == 25.0
    assert after(LinkFigures(), *beats([80.0, 1080.0, *[80.0] * 11])) == 0.0
    assert after(LinkFigures(), *beats([80.0, 1080.0, *[80.0] * 9])) == 200.0


def test_one_round_trip_is_no_jitter_and_a_repeated_one_no_second() -> None:
    """A heartbeat that answers no new beat repeats the figure: counted again it would make every link look even."""
    figures = LinkFigures()
    first, second = beats([80.0, 120.0])
    assert after(figures) is None
    assert after(figures, first, first, first) is None
    assert after(figures, second, second, second) == 40.0


def test_another_holder_another_start_and_no_round_trip_begin_anew() -> None:
    figures = LinkFigures()
    told = beats([80.0, 120.0])
    assert after(figures, *told) == 40.0
    assert after(figures, *beats([900.0], session="s-2")) is None
    assert after(figures, *beats([940.0], first_seq=2, session="s-2")) == 40.0
    assert after(figures, *beats([None], first_seq=3, session="s-2")) is None
    assert after(figures, *told) == 40.0
    assert after(figures, dataclasses.replace(told[1], boot_id="boot-2", echo_seq=3)) is None


def ways(
    ways_s: list[float], figures: LinkFigures | None = None, *, boot_id: str = "boot-1", is_trusted: bool = True
) -> list[float | None]:
    """Let heartbeats come so long after they were sent and return the one way after each."""
    figures, told = figures or LinkFigures(clocks_apart_s=2.0), list[float | None]()
    for way_s in ways_s:
        beat = dataclasses.replace(BEAT, boot_id=boot_id, utc_ns=NOON_NS, utc_trusted=is_trusted)
        figures.arrive(beat, NOON_NS + round(way_s * 1e9))
        told.append(figures.one_way_ms)
    return told


def test_one_way_is_from_her_sending_to_its_coming() -> None:
    """A burst of five seconds is told as such while one of the last thirty came quickly; where no limit is known nothing is."""
    assert ways([0.31, 0.32, 5.0]) == [310.0, 320.0, 5000.0]
    assert ways([0.31, *[5.0] * 30])[-2:] == [5000.0, None]
    assert ways([0.31], LinkFigures()) == [None]


@pytest.mark.parametrize("wrong_s", [-0.004, -0.3, -90.0, 90.0])
def test_a_clock_that_must_be_wrong_leaves_no_figure_and_no_zero(wrong_s: float) -> None:
    """A beat cannot come before it was sent, be it by 4 ms; and thirty that all took a minute and a half are no bearer's.

    The negative control: with the clocks together the same ways are told.
    """
    quick = [0.005, 0.001, 0.003] * 12
    assert [way for way in ways([way + wrong_s for way in quick])[2:] if way is not None] == []
    assert None not in ways(quick)


def test_a_figure_is_back_when_no_beat_of_the_last_thirty_contradicts_it() -> None:
    told = ways([0.05, -0.002, *[0.05] * 30])
    assert told[:2] == [50.0, None]
    assert set(told[2:-1]) == {None}
    assert told[-1] == 50.0


def test_a_clock_that_she_does_not_trust_and_another_start_begin_anew() -> None:
    figures = LinkFigures(clocks_apart_s=2.0)
    assert ways([0.05], figures) == [50.0]
    assert ways([0.05, 0.06], figures, is_trusted=False) == [None, None]
    assert ways([-5.0], figures) == [None]
    assert ways([0.07], figures, boot_id="boot-2") == [70.0]


def test_the_station_judges_by_its_own_limit_of_clocks() -> None:
    """The same beat 1.9 s after it was sent, and 2.1 s after it: the limit is the alert's."""
    ship = Ship()
    for late_s, way_ms in ((1.9, 1900.0), (2.1, None)):
        downlink = Downlink((ship.config(),), LIMITS, Hub())
        downlink.receive(*ship.birth(), 100.0, NOON_NS)
        topic, payload = ship.heartbeat(1)
        sent_ns = VesselHeartbeat.from_bytes(signing.open_envelope(payload).body).utc_ns
        downlink.receive(topic, payload, 101.0, sent_ns + round(late_s * 1e9))
        assert status_message(downlink.states["kestrel"], 101.0)["one_way_ms"] == way_ms


def test_bytes_a_second_are_those_of_ten_seconds() -> None:
    """1,000 bytes each second for half a minute, then nothing: 0 only when ten seconds are empty, None before two looks."""
    figures = LinkFigures()
    assert figures.received_bytes_s is None
    told: list[float | None] = []
    for second in range(42):
        figures.received_bytes += 1000 if second <= 30 else 0
        figures.look(float(second))
        told.append(figures.received_bytes_s)
    assert told[0] is None
    assert told[1:31] == [1000.0] * 30
    assert told[35] == 500.0
    assert told[40:] == [0.0, 0.0]


def test_every_byte_in_her_name_counts_once_and_another_ships_not_at_all() -> None:
    """A batch that comes again and one that is no batch came over the link too; a message of nobody known is nobody's."""
    ship, other = Ship(), Ship("heron", 8)
    downlink = Downlink((ship.config(), other.config()), LIMITS, Hub())
    sent = [ship.birth(), ship.batch(1), ship.batch(1), (ship.topic(topics.BATCH), b"no batch"), other.birth()]
    for topic, payload in [*sent, ("farhelm/v1/nobody/up/batch", b"x" * 99), ("elsewhere/kestrel", b"x" * 99)]:
        downlink.receive(topic, payload, 100.0, NOON_NS)
    counted = {vessel: state.link.received_bytes for vessel, state in downlink.states.items()}
    assert counted["kestrel"] == sum(len(payload) for _, payload in sent[:4])
    assert counted["heron"] == len(sent[4][1])


def test_a_heartbeat_that_came_over_two_ways_is_one() -> None:
    """The second to come, be it late, changes neither age nor round trips and is no refusal; only its bytes did come.

    The negative control: the next heartbeat does change the age.
    """
    ship = Ship()
    downlink = Downlink((ship.config(),), LIMITS, Hub())
    first, second = ship.heartbeat(1), ship.heartbeat(2)
    for at_s, (topic, payload) in ((100.0, first), (100.6, first), (101.0, second), (101.1, first), (101.6, second)):
        downlink.receive(topic, payload, at_s, NOON_NS)
    state = downlink.states["kestrel"]
    assert state.heartbeat is not None
    assert (state.heartbeat.seq, state.heartbeat_at_s) == (2, 101.0)
    assert not downlink.refused.total()
    assert state.forged_count == 0
    assert state.link.received_bytes == 3 * len(first[1]) + 2 * len(second[1])
    downlink.receive(*ship.heartbeat(3), 102.0, NOON_NS)
    assert state.heartbeat_at_s == 102.0


def test_a_batch_that_waited_for_its_birth_is_not_counted_again() -> None:
    ship = Ship()
    downlink = Downlink((ship.config(),), LIMITS, Hub())
    sent = [ship.heartbeat(1), ship.batch(1), ship.birth()]
    for topic, payload in sent:
        downlink.receive(topic, payload, 100.0, NOON_NS)
    assert downlink.batch_count == 1
    assert downlink.states["kestrel"].link.received_bytes == sum(len(payload) for _, payload in sent)


def test_the_console_is_told_both() -> None:
    state = VesselState("kestrel")
    assert (status_message(state, 0.0)["jitter_ms"], status_message(state, 0.0)["received_bytes_s"]) == (None, None)
    for second, beat in enumerate(beats([80.0, 110.0])):
        state.link.received_bytes += 500
        assert take_heartbeat(state, beat, float(second), 0)
        measure_rate(state, float(second))
    told = status_message(state, 1.0)
    assert (told["jitter_ms"], told["received_bytes_s"]) == (30.0, 500.0)
