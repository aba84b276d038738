"""The autopilot core: what HTC makes it do, and what HTD says of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from protocols.nmea0183.sentence import Sentence, parse_line
from protocols.nmea0183.sentences.autopilot import Steering, answer_of, make_htc
from simulators.devices.autopilot import Autopilot, AutopilotTuning, Course, Sight
from simulators.devices.sentence import framed

TUNING = AutopilotTuning(2.0, 60.0, 0.003, 35.0, 60.0)
HEADING = framed("INHTC,V,,,H,T,20.0,10.0,,20.0,095.0,,,T,C")
RUDDER = framed("INHTC,V,10.0,R,R,N,35.0,,,,,,,T,C")
TRACK = framed("INHTC,V,,,T,R,20.0,10.0,0.5,,,0.10,087.5,T,C")


@pytest.fixture
def pilot() -> Autopilot:
    return Autopilot(TUNING)


def test_the_published_heading_order_is_obeyed_and_answered_at_once(pilot: Autopilot) -> None:
    pilot.receive(HEADING, 0.0)

    assert (pilot.course.mode, pilot.course.heading_deg, pilot.course.rate_degpmin) == ("H", 95.0, 20.0)
    (answer,) = pilot.outbox()
    assert answer.startswith(b"$AGHTD,V,0.0,R,H,T,20.0,10.0,,20.0,95.0,,,T,A,V,A,")  # 95 deg off


def test_htd_comes_each_second_without_being_asked(pilot: Autopilot) -> None:
    answers = 0
    for tenth in range(100):
        pilot.step(Sight(90.0, 0.0, 5.0), tenth / 10, 0.1)
        answers += len(pilot.outbox())
    assert answers == 10


def test_rudder_mode_passes_the_rudder_on(pilot: Autopilot) -> None:
    pilot.receive(RUDDER, 0.0)
    assert pilot.step(Sight(0.0, 0.0, 5.0), 0.1, 0.1) == 10.0
    pilot.receive(framed("INHTC,V,12.5,L,R,N,8.0,,,,,,,T,C"), 0.2)
    assert pilot.step(Sight(0.0, 0.0, 5.0), 0.3, 0.1) == -8.0  # its own rudder limit holds


def test_track_mode_cuts_towards_the_track(pilot: Autopilot) -> None:
    # On the track's course, no cross-track error: nothing to do.
    pilot.receive(TRACK, 0.0)
    assert pilot.step(Sight(87.5, 0.0, 5.0), 0.1, 0.1) == pytest.approx(0.0)

    # A tenth of a mile to the right of it, steer left.
    pilot.receive(framed("IIXTE,A,A,0.10,L,N,A"), 1.0)
    assert pilot.step(Sight(87.5, 0.0, 5.0), 1.1, 0.1) < -1.0

    # An error six seconds old is no error.
    assert pilot.step(Sight(87.5, 0.0, 5.0), 7.1, 0.1) == pytest.approx(0.0, abs=0.1)


def test_stand_alone_ignores_the_commanded_heading(pilot: Autopilot) -> None:
    pilot.set_course(Course(mode="S", heading_deg=200.0))
    pilot.receive(framed("INHTC,V,,,S,N,,,,,095.0,,,T,C"), 0.0)
    assert pilot.course.heading_deg == 200.0


def test_override_means_the_helm_steers(pilot: Autopilot) -> None:
    pilot.receive(HEADING, 0.0)
    pilot.receive(framed("INHTC,A,,,H,T,20.0,10.0,,20.0,180.0,,,T,C"), 1.0)
    assert pilot.course.mode == "M"


HEADING_ORDER = Steering(False, "H", None, "T", 20.0, 10.0, None, 20.0, 95.0, None, None, "T")


@pytest.mark.parametrize(
    "order",
    [
        HEADING_ORDER,
        replace(HEADING_ORDER, turn_mode="R", radius_nm=0.75, rate_deg_min=None, heading_deg=0.0),
        replace(HEADING_ORDER, turn_mode="N", rate_deg_min=None, rudder_limit_deg=None, off_heading_deg=None),
        replace(HEADING_ORDER, mode="R", rudder_deg=-12.5, heading_deg=None, turn_mode="N", rate_deg_min=None),
        replace(HEADING_ORDER, mode="R", rudder_deg=0.0, heading_deg=None, turn_mode="N", rate_deg_min=None),
        replace(HEADING_ORDER, mode="T", heading_deg=None, track_deg=87.5, off_track_nm=0.1, radius_nm=0.5),
    ],
)
def test_the_agents_order_is_echoed_as_it_was_meant(pilot: Autopilot, order: Steering) -> None:
    """The agent's own writer and reader at both ends: what HTD echoes at once is what HTC ordered."""
    pilot.receive(make_htc("IN", order), 0.0)
    (answer,) = pilot.outbox()
    sentence = parse_line(answer.strip())
    assert isinstance(sentence, Sentence)
    echoed = answer_of(list(sentence.fields)).steering
    assert (echoed.mode, echoed.heading_deg, echoed.track_deg) == (order.mode, order.heading_deg, order.track_deg)
    assert (echoed.turn_mode, echoed.rate_deg_min, echoed.radius_nm) == (
        order.turn_mode,
        order.rate_deg_min,
        order.radius_nm,
    )
    assert echoed.rudder_deg == (order.rudder_deg or 0.0)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"$INHTC,V,,,H,T,20.0,10.0,,20.0,095.0,,,T,C*39\r\n",  # checksum
        framed("INHTC,V,,,H,T,20.0,10.0,,20.0,095.0,,,T,R"),  # a report, not a command
        framed("INHTC,V,,,H,T,20.0,10.0,,20.0,,,,T,C"),  # no heading
        framed("INHTC,V,,,H,T,20.0,10.0,,20.0,400.0,,,T,C"),
        framed("INHTC,V,,,H,T,20.0,10.0,,20.0,nan,,,T,C"),
        framed("INHTC,V,,,H,T,20.0,10.0,,20.0,095.0,,,M,C"),  # magnetic is not ours
        framed("INHTC,V,10.0,X,R,N,35.0,,,,,,,T,C"),
        framed("INHTC,V,-10.0,R,R,N,35.0,,,,,,,T,C"),
        framed("INHTC,V,,,Q,N,,,,,095.0,,,T,C"),
        framed("INHTC,V"),
        framed("GPGGA,1"),
        b"\xff\xfe$INHTC",
        b"$" + b"A" * 500,
    ],
)
def test_what_it_cannot_use_it_refuses_and_counts(pilot: Autopilot, line: bytes) -> None:
    before = pilot.course
    pilot.receive(line, 0.0)
    assert (pilot.course, pilot.refused) == (before, 1)
    assert pilot.outbox() == []


def test_the_rate_limit_cuts_the_error(pilot: Autopilot) -> None:
    """20 deg/min = 1/3 deg/s: turning faster than that, the rudder comes back although the error is large."""
    pilot.receive(HEADING, 0.0)
    assert pilot.step(Sight(0.0, 0.0, 5.0), 0.1, 0.1) == pytest.approx(20.0)
    assert pilot.step(Sight(0.0, 0.5, 5.0), 0.2, 0.1) < 0.0


def test_answers_nobody_takes_do_not_pile_up(pilot: Autopilot) -> None:
    for second in range(100):
        pilot.step(Sight(0.0, 0.0, 5.0), float(second), 1.0)
    assert len(pilot.outbox()) == 32
