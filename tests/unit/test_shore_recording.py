"""What consoles showed and were told, as rows for a replay: few, bounded, and to the second."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from protocols.link import signing
from protocols.link.heartbeats import VesselHeartbeat, Way
from shoreside.live.fleet import VesselState
from shoreside.live.linkfigures import LinkFigures
from shoreside.live.linkgrades import LinkGrades
from shoreside.live.recording import AGAIN_MS, DUE_MAX, LOOK_MS, RUN_MS, Heard, Recording, Screen
from tests.shore_kit import Ship

NOON_MS = 1_790_000_000_000
SCREEN = Screen(NOON_MS, "socket-1", "ann", "console-1", "s-1", "kestrel", "conning", "dusk", "en", hidden=False)
BEAT = VesselHeartbeat.from_bytes(signing.open_envelope(Ship().heartbeat(1)[1]).body)


def watched(recording: Recording, heard_s: list[float], until_s: int, **changes: dict[str, Any]) -> list[Heard]:
    """Let a vessel be heard at `heard_s` and looked at each second; `changes`: what her heartbeat says from then on."""
    state, beat = VesselState("kestrel"), BEAT
    for second in range(until_s):
        said = changes.get(f"at_{second}")
        beat = dataclasses.replace(beat, **(said or {}))
        state.heartbeat = beat
        state.heartbeat_at_s = max((at for at in heard_s if at <= second), default=None)
        recording.look([state], float(second), NOON_MS + second * 1000)
    return [row for row in recording.take(everything=True) if isinstance(row, Heard)]


def test_a_steady_ship_is_a_row_each_half_minute() -> None:
    """Five minutes at 1 Hz are ten rows, each with its longest wait; what the row says itself is not in its status again."""
    rows = watched(Recording(), [float(n) for n in range(300)], 300)
    assert len(rows) == 300_000 / RUN_MS
    assert {row.gap_ms for row in rows} == {1000}
    assert all(row.last_ms == row.through_ms == row.since_ms + RUN_MS - 1000 for row in rows)
    assert rows[0].status["step"] == "L0"
    assert not {"seq", "heartbeat_age_ms", "alerts", "type"} & rows[0].status.keys()


def test_jitter_bytes_and_one_way_are_told_each_ten_seconds_and_add_no_row() -> None:
    """An hour in which all three differ with each second: 120 rows as before, with three samples each, 55 bytes a sample at most.

    The negative control: a colour of the link that swung with each second would be a row with each; hysteresis spares that too.
    """
    recording, state = Recording(), VesselState("kestrel", heartbeat=BEAT, heartbeat_at_s=0.0)
    state.link = LinkFigures(clocks_apart_s=2.0)
    for second in range(3600):
        state.link.received_bytes += 1000 + 10 * (second % 97)
        state.link.look(float(second))
        state.link.take(dataclasses.replace(BEAT, echo_seq=second, round_trip_ms=80.0 + second % 13))
        state.link.arrive(BEAT, BEAT.utc_ns + (40 + second % 11) * 1_000_000)
        state.heartbeat_at_s = float(second)
        recording.look([state], float(second), NOON_MS + second * 1000)
    rows = [row for row in recording.take(everything=True) if isinstance(row, Heard)]
    assert len(rows) == 3_600_000 / RUN_MS
    assert [[sample[0] for sample in row.figures] for row in rows] == [[0, 10_000, 20_000]] * len(rows)
    assert rows[1].figures[1][3] == 40 + 40 % 11
    assert None not in rows[1].figures[1]
    assert max(len(json.dumps(row.figures)) for row in rows) < 3 * 55
    assert not {"jitter_ms", "received_bytes_s", "one_way_ms"} & rows[0].status.keys()

    for second in range(3600, 3660):
        state.grades = LinkGrades()
        state.grades.look(round_trip_ms=950.0 + second % 2 * 100.0, loss_pct=0.0, age_ms=0.0, now_s=float(second))
        recording.look([state], float(second), NOON_MS + second * 1000)
    assert len([row for row in recording.take(everything=True) if isinstance(row, Heard)]) == 60


def test_what_is_new_is_a_row_at_once() -> None:
    """A step, a holder, a lease that nobody renews: the row begins in the second in which consoles were told.

    The negative control: a round trip that wanders by a little is no row.
    """
    beats = [float(n) for n in range(20)]
    late = dataclasses.replace(BEAT.authority, station="remote", person="ann", lease_age_s=3.4)
    later = dataclasses.replace(late, lease_age_s=4.4)
    rows = watched(Recording(), beats, 20, at_5={"round_trip_ms": 40.0}, at_7={"step": "L2"}, at_9={"authority": late},
                   at_10={"authority": later})  # fmt: skip
    assert [(row.since_ms - NOON_MS) // 1000 for row in rows] == [0, 7, 9, 10]
    assert [row.status["step"] for row in rows] == ["L0", "L2", "L2", "L2"]
    assert rows[-1].status["authority"]["lease_age_s"] == 4.4  # type: ignore[index]


def test_a_way_that_is_lost_is_a_row_and_its_round_trip_alone_is_none() -> None:
    up, slower, lost = (Way("lte", True, 40.0), Way("leo", True, 80.0)), Way("leo", True, 95.0), Way("leo", False, None)
    rows = watched(Recording(), [float(n) for n in range(12)], 12, at_1={"ways": up}, at_4={"ways": (up[0], slower)},
                   at_8={"ways": (up[0], lost)})  # fmt: skip
    assert [(row.since_ms - NOON_MS) // 1000 for row in rows] == [0, 1, 8]


def test_a_silence_is_told_from_a_record_that_has_none() -> None:
    """While she is silent the rows go on, with the last heartbeat where it was; the longest wait is hers, not the silence's."""
    rows = watched(Recording(), [0.0, 1.0, 2.5], 70)
    assert [row.last_ms - NOON_MS for row in rows] == [2500, 2500, 2500]
    assert rows[-1].through_ms == NOON_MS + 69_000
    assert rows[0].gap_ms == 1500


def test_a_clock_that_is_set_back_begins_a_row() -> None:
    """No row ends before it began."""
    recording, state = Recording(), VesselState("kestrel", heartbeat=BEAT, heartbeat_at_s=1.0)
    for now_s, utc_ms in ((1.0, NOON_MS), (2.0, NOON_MS + 1000), (3.0, NOON_MS - 50_000), (4.0, NOON_MS - 49_000)):
        recording.look([state], now_s, utc_ms)
    rows = [row for row in recording.take(everything=True) if isinstance(row, Heard)]
    assert len(rows) == 2
    assert all(row.since_ms <= row.through_ms for row in rows)


def screens(recording: Recording) -> list[Screen]:
    """Return the rows of screens."""
    return [row for row in recording.take() if isinstance(row, Screen)]


def test_a_screen_is_a_row_when_it_changes_and_one_a_second_at_most() -> None:
    """Flicked through views leave where they came to rest; the same again leaves nothing; a closed one is told as such."""
    recording = Recording()
    for view in ("conning", "route", "engine", "alerts"):
        recording.show(dataclasses.replace(SCREEN, view=view))
    recording.look([], 1.0, NOON_MS + 1000)
    recording.show(dataclasses.replace(SCREEN, view="alerts", utc_ms=NOON_MS + 1500))
    recording.look([], 2.0, NOON_MS + 2000)
    assert [row.view for row in screens(recording)] == ["alerts"]
    recording.leave(SCREEN.socket, NOON_MS + 3000)
    assert [(row.view, row.utc_ms) for row in screens(recording)] == [("", NOON_MS + 3000)]
    recording.leave("never told", NOON_MS)
    assert not screens(recording)


def test_a_screen_that_stands_is_told_again() -> None:
    """One whose process died with it is not told again: that is how it is known."""
    recording = Recording()
    recording.show(SCREEN)
    for second in range(AGAIN_MS // 1000 + 2):
        recording.look([], float(second), NOON_MS + second * 1000)
    assert [row.utc_ms - NOON_MS for row in screens(recording)] == [0, AGAIN_MS]


def test_a_chart_that_is_dragged_is_a_row_each_five_seconds_and_what_is_passed_over_is_counted() -> None:
    """Twenty looks in twenty seconds are four rows, the last look is kept, and another view is a row at once all the same."""
    recording = Recording()
    for second in range(20):
        recording.show(dataclasses.replace(SCREEN, look=f"own z{second} north", utc_ms=NOON_MS + second * 1000))
        recording.look([], float(second), NOON_MS + second * 1000)
    assert [(row.look, row.utc_ms - NOON_MS) for row in screens(recording)] == [
        (f"own z{second} north", second * 1000) for second in range(0, 20, LOOK_MS // 1000)
    ]
    assert recording.passed_count == 15
    recording.look([], 20.0, NOON_MS + 20_000)
    recording.show(dataclasses.replace(SCREEN, view="history", look="last 3600000"))
    recording.look([], 21.0, NOON_MS + 21_000)
    assert [row.look for row in screens(recording)] == ["own z19 north", "last 3600000"]
    recording.look([], 22.0, NOON_MS + 22_000)
    assert screens(recording) == []


def test_rows_wait_within_bounds_and_what_goes_is_counted() -> None:
    """The oldest go; rows that the database did not take come first again."""
    recording = Recording()
    rows: list[Screen | Heard] = [dataclasses.replace(SCREEN, utc_ms=number) for number in range(DUE_MAX)]
    recording.put_back(rows)
    recording.put_back([dataclasses.replace(SCREEN, utc_ms=-2), dataclasses.replace(SCREEN, utc_ms=-1)])
    assert recording.lost_count == 2
    kept = screens(recording)
    assert (len(kept), kept[0].utc_ms) == (DUE_MAX, 0)
