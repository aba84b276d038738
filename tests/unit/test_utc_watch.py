"""May the agent's UTC be believed: steps, stand-still and drift against the monotonic clock, an old error against a receiver."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from protocols.nmea0183.framing import framed
from shipside.config import from_mapping
from shipside.listening import Listening
from telemetry.utcwatch import BACK_S, OFF_S, UNEVEN_S, UtcWatch
from tests.agent_kit import AGENT, TCP
from tests.shore_kit import NOON_NS

NOON_S = NOON_NS / 1e9
DAY_S, DECADE_S = 86_400.0, 3653 * 86_400.0
BAD_RECEIVERS: dict[str, Callable[[float], float]] = {
    "late": lambda s: NOON_S + s - 0.9,
    "one bad sentence": lambda s: NOON_S + s + (DAY_S if s == 20.0 else 0.0),
    "old fixes told again": lambda s: NOON_S + min(s, 20.0),
    "noise": lambda s: NOON_S + s + (s * 7.0) % 5.0,
}
"""{how: the UTC it tells at monotonic seconds}"""


def right_s(s: float) -> float:
    """Return the right UTC at monotonic seconds."""
    return NOON_S + s


def told_s(utc_s: Callable[[float], float], receiver_s: Callable[[float], float] | None = None,
           seconds: int = 120) -> tuple[float | None, UtcWatch]:  # fmt: skip
    """Look each 0.1 s, a receiver speaking each second; return when UTC was first not trusted, and the watch."""
    watch, first_s = UtcWatch(), None
    for tenth in range(seconds * 10):
        now_s = tenth / 10
        if receiver_s is not None and tenth % 10 == 0:
            watch.receive(receiver_s(now_s), now_s)
        if not watch.tick(utc_s(now_s), now_s) and first_s is None:
            first_s = now_s
    return first_s, watch


@pytest.mark.parametrize("by_s", [-DAY_S, DECADE_S, -OFF_S - 0.1, OFF_S + 0.1])
def test_a_step_is_told_at_once_and_stays_told_without_a_receiver(by_s: float) -> None:
    """Nobody says that the new time is right, so it is not believed again, however evenly it runs."""
    first_s, watch = told_s(lambda s: NOON_S + s + (by_s if s >= 20.0 else 0.0))
    assert first_s == 20.1
    assert not watch.is_trusted
    assert watch.detail == f"{by_s:+.1f} s against the monotonic clock"


def test_a_clock_that_stands_still_is_told_within_half_a_second() -> None:
    """It has left the monotonic clock by the limit then."""
    first_s, watch = told_s(lambda s: NOON_S + min(s, 20.0))
    assert first_s == pytest.approx(20.0 + UNEVEN_S, abs=0.21)
    assert not watch.is_trusted


@pytest.mark.parametrize("receiver_s", [None, right_s])
def test_a_drift_of_one_per_cent_is_told_long_before_the_clock_is_bad(
    receiver_s: Callable[[float], float] | None,
) -> None:
    """After 30 s, 0.3 s off; it is never believed again while it drifts, though a receiver is near for 200 s."""
    watch, untrusted = UtcWatch(), list[float]()
    for tenth in range(6000):
        now_s = tenth / 10
        if receiver_s is not None and tenth % 10 == 0:
            watch.receive(receiver_s(now_s), now_s)
        if not watch.tick(NOON_S + 1.01 * now_s, now_s):
            untrusted.append(now_s)
    assert untrusted[0] == pytest.approx(30.0, abs=0.3)
    assert len(untrusted) == 6000 - round(untrusted[0] * 10)


@pytest.mark.parametrize("error_s", [-DAY_S, DECADE_S, -2.5, 2.5])
def test_an_error_from_the_start_is_told_by_a_receiver_at_its_second_word(error_s: float) -> None:
    """Without a receiver nobody can know, and the clock is trusted (negative control)."""
    first_s, _ = told_s(lambda s: NOON_S + s + error_s, lambda s: NOON_S + s)
    assert first_s == 1.1
    assert told_s(lambda s: NOON_S + s + error_s)[0] is None


def test_a_clock_set_right_is_believed_after_the_hold_off_and_not_before() -> None:
    """Set right by a receiver's agreement; the step itself counts as the last fault."""
    watch = UtcWatch()
    trusted: list[float] = []
    for second in range(200):
        watch.receive(NOON_S + second, float(second))
        if watch.tick(NOON_S + second - (DAY_S if second < 50 else 0.0), float(second)):
            trusted.append(second)
    assert trusted[:2] == [0, 1]  # one word of a receiver is none, and one odd look neither
    assert trusted[2:] == list(range(50 + int(BACK_S), 200))


def test_a_step_within_the_limit_is_believed_again_after_the_hold_off() -> None:
    """A leap second, or a small correction by NTP, is told and is over."""
    first_s, watch = told_s(lambda s: NOON_S + s - (1.0 if s >= 20.0 else 0.0), seconds=100)
    assert first_s == 20.1
    assert watch.is_trusted


@pytest.mark.parametrize("how", BAD_RECEIVERS)
def test_a_bad_receiver_brings_no_doubt_on_a_good_clock(how: str) -> None:
    """Its word counts only when it repeats itself."""
    assert told_s(right_s, BAD_RECEIVERS[how])[0] is None


class Aboard:
    """A listening with a clock of its own."""

    def __init__(self, error_s: float) -> None:
        """Begin at noon, `error_s` off."""
        self.s, self.error_s = 0.0, error_s
        text = AGENT.format(broker=1883, spool="s.db", master="00" * 32) + TCP.format("bridge", 4001)
        config = from_mapping(tomllib.loads(text), Path(), {})
        self.listening = Listening(config, self)

    def now_s(self) -> float:
        """Return monotonic seconds."""
        return self.s

    def utc_ns(self) -> int:
        """Return the wrong UTC."""
        return NOON_NS + int((self.s + self.error_s) * 1e9)

    def cpu_s(self) -> float:
        """Return nothing: no test asks."""
        return 0.0

    def sail(self, seconds: int, receiver_error_s: float = 0.0, *, jump_deg: float = 0.0) -> list[str]:
        """Hear RMC each second; return the alerts told."""
        told: list[str] = []
        for _ in range(seconds):
            self.s += 1.0
            told_at = datetime.fromtimestamp(NOON_S + self.s + receiver_error_s, UTC)
            body = f"GPRMC,{told_at:%H%M%S}.00,A,{5100.0 + jump_deg * 60:09.4f},N,00200.0000,E,0.0,0.0,{told_at:%d%m%y},,,A"
            self.listening.take_line("bridge", framed(body).rstrip(b"\r\n"))
            self.listening.watch_utc(self.s)
            told += [f"{one.alert_id} {one.is_active}" for one in self.listening.data_alerts(self.s)]
        return told


@pytest.mark.parametrize("error_s", [-DAY_S, DECADE_S, -46 * 365.25 * DAY_S])
def test_from_sentences_to_the_alert(error_s: float) -> None:
    """A receiver's date counts against our clock even where our clock calls that date impossible."""
    aboard = Aboard(error_s)
    assert aboard.sail(4) == ["utc-doubt.clock True"]
    assert not aboard.listening.is_utc_trusted
    aboard.error_s = 0.0
    assert aboard.sail(int(BACK_S) + 3)[-1] == "utc-doubt.clock False"
    assert aboard.listening.is_utc_trusted


@pytest.mark.parametrize("receiver_error_s", [-1024 * 7 * DAY_S, -46 * 365.25 * DAY_S])
def test_a_receiver_that_tells_a_date_of_long_ago_says_nothing_of_our_clock(receiver_error_s: float) -> None:
    """Its week counter has rolled over, or it has no date yet."""
    aboard = Aboard(0.0)
    assert aboard.sail(20, receiver_error_s) == []
    assert aboard.listening.is_utc_trusted


def test_a_doubted_receiver_is_no_judge_of_our_clock() -> None:
    """Its clock is shifted by an hour under way: it is the one that is doubted, not ours."""
    aboard = Aboard(0.0)
    aboard.sail(20)
    told = aboard.sail(20, 3600.0)
    assert told == ["gnss-time.bridge/GP True"]
    assert aboard.listening.is_utc_trusted


def test_a_program_held_up_between_its_two_clocks_does_not_doubt_its_time() -> None:
    """A slow disk makes one look late by a second, every other look; two in a row do count (negative control)."""
    watch = UtcWatch()
    for second in range(100):
        assert watch.tick(NOON_S + second + second % 2, float(second))
    watch.tick(NOON_S + 101.0, 100.0)
    assert not watch.tick(NOON_S + 102.0, 101.0)
