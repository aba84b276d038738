"""How the link is graded ashore: worse at once, better only after a while below the lower limit, red while nothing is heard."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from typing import Final

import pytest

from protocols.link.heartbeats import VesselHeartbeat
from shoreside.live import linkgrades
from shoreside.live.fleet import VesselState, measure_rate, take_heartbeat
from shoreside.live.linkgrades import BETTER_AFTER_S, LIMITS, Figure, Limits, LinkGrades
from shoreside.live.views import status_message
from tests.unit.test_shore_recording import BEAT

FLAPPING_MS: Final = [950.0, 1050.0] * 60
"""Round trips of two minutes around the limit of amber."""


def colours(trips_ms: list[float]) -> list[str | None]:
    """Return the grade of the round trip after each of them, one a second."""
    grades, told = LinkGrades(), []
    for second, trip in enumerate(trips_ms):
        grades.look(round_trip_ms=trip, loss_pct=0.0, age_ms=0.0, now_s=float(second))
        told.append(grades.told["round_trip"])
    return told


def changes(told: list[str | None]) -> int:
    """Return how often the colour changed."""
    return sum(before != after for before, after in pairwise(told))


def test_a_round_trip_that_flaps_around_the_limit_changes_colour_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two minutes of 0.95 and 1.05 s by turns: amber from the second beat on.

    The negative control: with one limit both ways and no time it is another colour at each of the 120 beats.
    """
    told = colours(FLAPPING_MS)
    assert (told[0], set(told[1:]), changes(told)) == ("good", {"amber"}, 1)
    flat: dict[Figure, Limits] = {**LIMITS, "round_trip": Limits(1000.0, 2000.0, 2000.0, 1000.0, 0.0)}
    monkeypatch.setattr(linkgrades, "LIMITS", flat)
    assert changes(colours(FLAPPING_MS)) > 50


def test_neither_the_lower_limit_nor_the_time_alone_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative controls of each half: swings of 0.7 to 1.1 s flap without the time, ones of half a minute without the limit."""
    wide, slow = [700.0, 1100.0] * 30, ([950.0] * 15 + [1050.0] * 15) * 4
    assert (changes(colours(wide)), changes(colours(slow))) == (1, 1)
    flat: dict[Figure, Limits] = {**LIMITS, "round_trip": dataclasses.replace(LIMITS["round_trip"], after_s=0.0)}
    monkeypatch.setattr(linkgrades, "LIMITS", flat)
    assert changes(colours(wide)) > 20
    flat["round_trip"] = Limits(1000.0, 2000.0, 2000.0, 1000.0, BETTER_AFTER_S)
    assert changes(colours(slow)) == 7


def test_it_turns_worse_with_the_first_beat_and_better_by_what_it_kept_below_for_five_seconds() -> None:
    """2.1 s is red at once; 1.7 s leaves it red, 1.2 s makes it amber after five seconds, 0.7 s good after five more."""
    told = colours([80.0, 2100.0, *[1700.0] * 8, *[1200.0] * 6, 1200.0, *[700.0] * 6, 80.0])
    assert told[:10] == ["good", *["red"] * 9]
    assert told[10:17] == [*["red"] * 5, "amber", "amber"]
    assert told[17:] == [*["amber"] * 5, "good", "good"]


def test_a_lull_with_one_bad_beat_in_it_is_no_lull() -> None:
    assert colours([1100.0, *[80.0] * 4, 900.0, *[80.0] * 5])[-1] == "amber"
    assert colours([1100.0, *[80.0] * 6])[-1] == "good"


def heard(state: VesselState, beat: VesselHeartbeat, seq: int, now_s: float) -> VesselHeartbeat:
    """Let a heartbeat come, and the look of that second after it."""
    said = dataclasses.replace(beat, seq=seq)
    assert take_heartbeat(state, said, now_s, said.utc_ns)
    measure_rate(state, now_s + 0.1)
    return said


def test_a_silence_is_red_in_all_three_and_over_only_after_a_while_of_beats() -> None:
    """Never heard: red. Heard: good at once. Silent for 3.6 s: red, the loss of her last beat too; good five seconds after."""
    state, beat = VesselState("kestrel"), dataclasses.replace(BEAT, round_trip_ms=80.0, loss_pct=0.0)
    measure_rate(state, 99.0)
    assert set(status_message(state, 99.0)["grades"].values()) == {"red"}
    heard(state, beat, 101, 100.0)
    assert status_message(state, 100.1)["grades"] == {"round_trip": "good", "loss": "good", "age": "good"}
    measure_rate(state, 102.3)
    assert status_message(state, 102.3)["grades"] == {"round_trip": "good", "loss": "good", "age": "amber"}
    measure_rate(state, 103.7)
    assert set(status_message(state, 103.7)["grades"].values()) == {"red"}
    told = []
    for second in range(7):
        heard(state, beat, 102 + second, 104.0 + second)
        told.append(status_message(state, 104.1 + second)["grades"]["age"])
    assert told == [*["red"] * 5, "good", "good"]
    assert set(status_message(state, 110.1)["grades"].values()) == {"good"}


def test_a_wait_that_was_over_between_two_looks_counts() -> None:
    """The looks saw an age of 1.9 s and of 0.1 s; the wait for the beat came to 2.2 s, which a console had painted amber."""
    state = VesselState("kestrel")
    heard(state, BEAT, 101, 100.0)
    measure_rate(state, 101.9)
    assert status_message(state, 101.9)["grades"]["age"] == "good"
    heard(state, BEAT, 102, 102.2)
    assert status_message(state, 102.3)["grades"]["age"] == "amber"


def test_a_figure_that_is_not_known_has_no_colour() -> None:
    """Nobody holds her, so there is no round trip: neither good nor what it was before."""
    grades = LinkGrades()
    for second, trip in enumerate([2500.0, None, 80.0]):
        grades.look(round_trip_ms=trip, loss_pct=0.0, age_ms=0.0, now_s=float(second))
        assert grades.told["round_trip"] == ("red", None, "good")[second]


def test_loss_follows_the_ladder() -> None:
    """Of twenty beats two are missing: good; three: amber until one is missing at most; over half: red."""
    grades = LinkGrades()
    for second, (loss, grade) in enumerate([
        (9.1, "good"), (13.0, "amber"), *[(9.1, "amber")] * 9, *[(4.8, "amber")] * 5, (4.8, "good"), (52.0, "red")
    ]):  # fmt: skip
        grades.look(round_trip_ms=80.0, loss_pct=loss, age_ms=0.0, now_s=float(second))
        assert grades.told["loss"] == grade, second
