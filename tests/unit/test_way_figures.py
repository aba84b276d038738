"""What each of a vessel's ways brings, told apart: one that is silent, late, lossy, back, restarted, and one that is not told."""

from __future__ import annotations

import dataclasses
from typing import Final

import pytest

from protocols.console.standing import BroughtJson, WayJson
from protocols.link import signing
from protocols.link.heartbeats import VesselHeartbeat, Way
from shoreside.downlink import Downlink
from shoreside.live import wayfigures
from shoreside.live.feeds import Hub
from shoreside.live.fleet import VesselState, measure_rate, take_heartbeat
from shoreside.live.recording import Recording
from shoreside.live.views import status_message
from shoreside.live.wayfigures import COME_MAX, UNKNOWN, WayFigures
from tests.shore_kit import LIMITS, NOON_NS, Ship
from tests.unit.test_shore_recording import BEAT

LTE: Final = Way("lte", is_connected=True, round_trip_ms=80.0)
LEO: Final = Way("leo", is_connected=True, round_trip_ms=600.0)
NS: Final = 1_000_000_000


def beat(made_s: float, boot_id: str = "boot-1", *ways: Way, is_trusted: bool = True) -> VesselHeartbeat:
    """Return a heartbeat that she made at this second of hers."""
    made_ms = round(made_s * 1000)
    return dataclasses.replace(
        BEAT, boot_id=boot_id, seq=1 + made_ms, mono_ms=made_ms, utc_ns=NOON_NS + made_ms * 1_000_000,
        utc_trusted=is_trusted, ways=ways or (LTE, LEO),
    )  # fmt: skip


class Shore:
    """What hears her, in order of arrival: her clock is 1,000 s behind the shore's monotonic one, and right in UTC."""

    def __init__(self, boot_id: str = "boot-1") -> None:
        """Begin with nothing heard."""
        self.figures, self.now_s, self.boot_id = WayFigures(), 1000.0, boot_id

    def hear(self, made_s: float, way: str, late_s: float = 0.05, **of: bool) -> None:
        """Hear a heartbeat so late after she made it."""
        self.now_s = 1000.0 + made_s + late_s
        self.figures.take(beat(made_s, self.boot_id, **of), way, self.now_s, NOON_NS + round((made_s + late_s) * 1e9))

    def wait(self, until_s: float) -> BroughtJson:
        """Look each second until then, of her time, and return what is known of LEO."""
        while self.now_s < 1000.0 + until_s:
            self.now_s += 1.0
            self.figures.look(self.now_s)
        return self.leo

    @property
    def leo(self) -> BroughtJson:
        """What is known of LEO now."""
        return self.figures.told("leo", self.now_s, is_timed=True)

    @property
    def lte(self) -> BroughtJson:
        """What is known of LTE now."""
        return self.figures.told("lte", self.now_s, is_timed=True)


def sailed(
    seconds: int, leo_s: dict[int, float | None] | float | None = 0.3, shore: Shore | None = None, since: int = 0
) -> Shore:
    """Let a heartbeat a second come over LTE after 50 ms and over LEO after `leo_s` (None: not at all; by second, else 0.3)."""
    shore, coming = shore or Shore(), list[tuple[float, int, str, float]]()
    for second in range(since, since + seconds):
        late_s = leo_s.get(second, 0.3) if isinstance(leo_s, dict) else leo_s
        coming.append((second + 0.05, second, "lte", 0.05))
        coming += [] if late_s is None else [(second + late_s, second, "leo", late_s)]
    looked = float(since)
    for at_s, second, way, late_s in sorted(each for each in coming if each[0] < since + seconds):
        while looked + 0.9 <= at_s:
            shore.figures.look(1000.0 + looked + 0.9)
            looked += 1.0
        shore.hear(float(second), way, late_s)
    shore.now_s = 1000.0 + since + seconds
    shore.figures.look(shore.now_s)
    return shore


@pytest.mark.parametrize("every_s", [0.5, 0.97, 1.0, 1.04])
def test_the_loss_of_a_way_that_is_gone_only_grows_however_the_looks_fall(every_s: float) -> None:
    """Ten moments a second for forty seconds: at none of them is it less than before; with looks a little early it was nought."""
    shore, losses, due_s = sailed(40), list[float | None](), 1040.0
    for tenth in range(400):
        if tenth % 10 == 0:
            shore.hear(40.0 + tenth / 10, "lte", 0.0)
        shore.now_s = 1040.0 + tenth / 10
        while due_s <= shore.now_s:
            shore.figures.look(due_s)
            due_s += every_s
        losses.append(shore.leo["loss_pct"])
    assert losses == sorted(losses, key=lambda loss: -1.0 if loss is None else loss)
    assert (losses[0], losses[-1]) == (0.0, 100.0)


def test_two_even_ways_are_told_apart() -> None:
    """Each by its own time on the way, no loss, no jitter, good; the age is since the last came over it."""
    shore = sailed(60)
    assert (shore.lte["one_way_ms"], shore.leo["one_way_ms"]) == (50.0, 300.0)
    assert (shore.lte["jitter_ms"], shore.leo["jitter_ms"]) == (0.0, 0.0)
    assert (shore.lte["loss_pct"], shore.leo["loss_pct"]) == (0.0, 0.0)
    assert (shore.lte["age_ms"], shore.leo["age_ms"]) == (950, 700)
    assert shore.leo["grades"] == {"round_trip": "good", "loss": "good", "age": "good"}


def test_what_is_missing_over_one_way_is_its_loss_alone() -> None:
    """Every fifth beat missing is 20 % of the last twenty, amber; the other way has none: the negative control."""
    shore = sailed(60, dict.fromkeys(range(0, 60, 5)))
    assert (shore.leo["loss_pct"], shore.lte["loss_pct"]) == (20.0, 0.0)
    assert (shore.leo["grades"]["loss"], shore.lte["grades"]["loss"]) == ("amber", "good")


@pytest.mark.parametrize(("missing", "loss_pct"), [(1, 5.0), (2, 10.0), (9, 45.0), (18, 90.0), (19, 95.0), (60, 95.0)])
def test_loss_is_of_the_last_twenty_seconds(missing: int, loss_pct: float) -> None:
    """After a gap the first that comes counts what is missing before it, and no more of it than twenty seconds hold."""
    shore = sailed(101, dict.fromkeys(range(100 - missing, 100)))
    assert shore.leo["loss_pct"] == loss_pct


@pytest.mark.parametrize(("since_s", "loss_pct"), [(18, 5.0), (19, 5.0), (20, 0.0), (21, 0.0)])
def test_a_missing_beat_is_forgotten_after_twenty_seconds(since_s: int, loss_pct: float) -> None:
    assert sailed(51 + since_s, {50: None}).leo["loss_pct"] == loss_pct


def test_the_first_beats_of_a_way_are_not_counted_against_it() -> None:
    """A way that is heard from the thirtieth second on has lost nothing before it."""
    shore = sailed(31, dict.fromkeys(range(30)))
    assert (shore.leo["loss_pct"], shore.leo["jitter_ms"], shore.leo["one_way_ms"]) == (0.0, None, 300.0)
    assert sailed(33, {**dict.fromkeys(range(30)), 31: None}).leo["loss_pct"] == 33.3


def test_a_heartbeat_of_hers_at_5_hz_and_on_a_change_is_no_more_expected_than_one_a_second() -> None:
    """At level direct a slow way carries each fourth, the newest: a second without one is what counts, not a beat."""
    shore = Shore()
    for tick in range(300):
        shore.hear(tick / 5, "lte", 0.05)
        if tick % 4 == 0:
            shore.hear(tick / 5, "leo", 0.06)
    assert (shore.lte["loss_pct"], shore.leo["loss_pct"]) == (0.0, 0.0)


def test_a_beat_that_is_always_a_little_late_is_no_loss() -> None:
    """Her loop is 30 ms behind each second: over ten minutes twenty beats go by unmissed."""
    shore, losses = Shore(), set[float | None]()
    for tick in range(600):
        shore.hear(tick * 1.03, "lte")
        losses.add(shore.lte["loss_pct"])
    assert losses == {0.0}


def test_a_silent_way_grows_old_and_then_loses_all_while_the_other_is_heard() -> None:
    """Amber from 2 s, red from 3.5 s on; what still may come is no loss; jitter and one way of ten seconds ago are none."""
    told, shore = list[BroughtJson](), sailed(60)
    for second in range(60, 100):
        sailed(1, None, shore, second)
        told.append(shore.leo)
    assert [each["age_ms"] for each in told[:3]] == [1700, 2700, 3700]
    assert [each["grades"]["age"] for each in told[:4]] == ["good", "amber", "red", "red"]
    assert [each["one_way_ms"] for each in told[8:11]] == [300.0, None, None]
    assert [each["jitter_ms"] for each in told[8:11]] == [0.0, None, None]
    losses = [each["loss_pct"] for each in told]
    assert losses[:9] == [0.0] * 9
    assert losses[9:33] == sorted(losses[9:33], key=lambda loss: loss or 0.0)
    assert losses[-1] == 100.0
    assert told[-1]["grades"] == {"round_trip": "red", "loss": "red", "age": "red"}
    assert shore.lte["grades"]["age"] == "good"
    assert (shore.lte["loss_pct"], shore.lte["age_ms"]) == (0.0, 950)


def test_a_way_that_comes_back_is_itself_again_after_twenty_seconds() -> None:
    """The time between is no jitter; its loss falls with each beat, its colour five seconds after it may."""
    shore = sailed(20, None, sailed(60), 60)
    sailed(1, 0.3, shore, 80)
    seen = (shore.leo["age_ms"], shore.leo["one_way_ms"], shore.leo["jitter_ms"], shore.leo["loss_pct"])
    assert seen == (700, 300.0, None, 95.0)
    sailed(19, 0.3, shore, 81)
    assert (shore.leo["jitter_ms"], shore.leo["loss_pct"]) == (0.0, 0.0)
    assert shore.leo["grades"] == {"round_trip": "good", "loss": "amber", "age": "good"}
    sailed(6, 0.3, shore, 100)
    assert shore.leo["grades"]["loss"] == "good"


def test_both_silent_are_both_old_and_nothing_is_known_of_what_was_lost() -> None:
    """Nobody heard how far she went on: a loss would be a guess."""
    shore = sailed(60)
    told = shore.wait(120.0)
    assert (told["loss_pct"], told["age_ms"], told["jitter_ms"], told["one_way_ms"]) == (0.0, 60_700, None, None)
    assert told["grades"] == {"round_trip": "red", "loss": "red", "age": "red"}


def test_a_way_that_is_eight_seconds_late_loses_nothing_and_says_how_late() -> None:
    shore = sailed(60, 8.0)
    assert (shore.leo["one_way_ms"], shore.leo["loss_pct"], shore.leo["jitter_ms"]) == (8000.0, 0.0, 0.0)
    assert (shore.lte["one_way_ms"], shore.lte["loss_pct"]) == (50.0, 0.0)


@pytest.mark.parametrize(("late_s", "loss_pct"), [(9.0, 0.0), (10.0, 0.0), (14.0, 20.0)])
def test_later_than_ten_seconds_is_missing_until_it_comes(late_s: float, loss_pct: float) -> None:
    """The keepalive has ended a connection by then: what is later is worth as little as what never comes."""
    loss = sailed(90, late_s).leo["loss_pct"]
    assert loss is not None
    assert loss == pytest.approx(loss_pct, abs=5.0)


def test_a_stall_of_eight_seconds_is_jitter_and_no_loss() -> None:
    """TCP holds eight beats up and brings them at once: none is missing, and nobody would call that way even."""
    shore = sailed(60, {50 + n: 8.0 - n + 0.3 for n in range(9)})
    assert shore.leo["loss_pct"] == 0.0
    assert (shore.leo["jitter_ms"] or 0.0) > 1000.0
    assert sailed(60).leo["jitter_ms"] == 0.0


def test_a_second_copy_over_the_same_way_changes_nothing() -> None:
    """A broker that sends it again makes a way neither younger nor more even."""
    shore = sailed(30)
    before = shore.leo
    for _ in range(50):
        shore.figures.take(beat(29.0), "leo", shore.now_s, NOON_NS + 30 * NS)
    assert shore.leo == before


def test_one_that_was_overtaken_fills_its_place_and_tells_no_time() -> None:
    """Reordered by a bridge: what seemed missing has come; how late the last ones came is told by the last ones."""
    shore = sailed(30, {25: None})
    assert (shore.leo["loss_pct"], shore.leo["jitter_ms"]) == (5.0, 0.0)
    shore.hear(25.0, "leo", 5.0)
    assert (shore.leo["loss_pct"], shore.leo["jitter_ms"], shore.leo["one_way_ms"]) == (0.0, 0.0, 300.0)


def test_one_of_before_the_window_is_no_sign_of_life() -> None:
    shore = sailed(60)
    for made_s in (38.9, 39.0):
        shore.figures.take(beat(made_s), "leo", shore.now_s, NOON_NS)
    assert shore.leo["age_ms"] == 700
    shore.figures.take(beat(39.1), "leo", shore.now_s, NOON_NS)  # the negative control: it may have been overtaken
    assert shore.leo["age_ms"] == 0


def test_another_start_of_hers_begins_anew_though_her_clock_begins_at_zero() -> None:
    """The same names, nothing of what came before: no gap, no jitter between two clocks."""
    shore = sailed(60)
    shore.boot_id = "boot-2"
    shore.figures.take(beat(0.0, "boot-2"), "lte", shore.now_s, NOON_NS)
    assert shore.leo == UNKNOWN
    shore.figures.take(beat(0.0, "boot-2"), "leo", shore.now_s + 0.3, NOON_NS + 3 * NS // 10)
    assert (shore.leo["loss_pct"], shore.leo["jitter_ms"], shore.leo["one_way_ms"]) == (0.0, None, 300.0)
    shore.figures.take(beat(1.0, "boot-2"), "leo", shore.now_s + 1.3, NOON_NS + 13 * NS // 10)
    assert (shore.leo["loss_pct"], shore.leo["jitter_ms"]) == (0.0, 0.0)


def test_what_tells_no_way_is_not_guessed() -> None:
    """Through a bridge that drops the name, of an earlier release, or with a name that she does not sign: all is unknown."""
    for name in ("", "vhf", "LEO"):
        shore = Shore()
        for second in range(60):
            shore.hear(float(second), "lte")
            shore.hear(float(second), name, 0.3)
            shore.figures.look(shore.now_s)
        assert shore.leo == UNKNOWN
        assert shore.lte["loss_pct"] == 0.0
        assert len(shore.figures.grades()) == 1


def test_a_way_whose_name_is_dropped_from_now_on_is_unknown_and_not_lost() -> None:
    """Its broker was replaced by one whose bridge is older: heartbeats come untold, and may be its. With the name it is back."""
    shore = sailed(60)
    for second in range(60, 90):
        sailed(1, None, shore, second)
        shore.hear(float(second), "", 0.3)
        shore.figures.look(shore.now_s + 0.5)
    assert shore.leo == UNKNOWN
    sailed(5, 0.3, shore, 90)
    assert (shore.leo["loss_pct"], shore.leo["grades"]["age"]) == (0.0, "good")
    assert sailed(30, None, sailed(60), 60).leo != UNKNOWN  # the negative control: nothing untold came, so it is lost


def test_a_clock_that_she_does_not_trust_takes_the_one_way_alone() -> None:
    """Jitter and loss are by monotonic clocks, and stand."""
    shore = Shore()
    for second in range(20):
        shore.hear(float(second), "leo", is_trusted=False)
    assert (shore.leo["one_way_ms"], shore.leo["jitter_ms"], shore.leo["loss_pct"]) == (None, 0.0, 0.0)
    shore.hear(20.0, "leo")
    assert shore.leo["one_way_ms"] == 50.0
    assert shore.figures.told("leo", shore.now_s, is_timed=False)["one_way_ms"] is None


def test_bytes_are_those_of_each_way_and_zero_only_when_nothing_came() -> None:
    shore = sailed(2)
    assert shore.figures.told("leo", shore.now_s, is_timed=True)["received_bytes_s"] == 0.0
    rates = list[tuple[float | None, float | None]]()
    for second in range(2, 40):
        for way, size in (("lte", 30_000), ("leo", 500 if second < 20 else 0), ("", 9999), ("vhf", 9999)):
            shore.figures.count(way, size)
        sailed(1, 0.3 if second < 20 else None, shore, second)
        rates.append((shore.lte["received_bytes_s"], shore.leo["received_bytes_s"]))
    assert rates[17] == pytest.approx((30_000, 500), rel=0.2)
    assert rates[-1] == pytest.approx((30_000, 0.0), rel=0.2)


def test_a_slow_round_trip_of_one_way_is_its_own_grade() -> None:
    """By the table of the whole link: 1.2 s is amber, 2.1 s red; the other stays good."""
    figures = WayFigures()
    for second, trip_ms in enumerate((900.0, 1200.0, 2100.0)):
        figures.take(
            beat(second, "boot-1", LTE, dataclasses.replace(LEO, round_trip_ms=trip_ms)), "leo", second, NOON_NS
        )
        figures.take(
            beat(second, "boot-1", LTE, dataclasses.replace(LEO, round_trip_ms=trip_ms)), "lte", second, NOON_NS
        )
        figures.look(second + 0.1)
        told = figures.told("leo", second + 0.1, is_timed=True)
        assert told["grades"]["round_trip"] == ("good", "amber", "red")[second]
    assert figures.told("lte", 2.1, is_timed=True)["grades"]["round_trip"] == "good"


def test_what_is_remembered_of_a_way_is_bounded() -> None:
    """A ship that tells a change each millisecond, over as many ways as a heartbeat can name."""
    named = tuple(Way(f"way-{n}", is_connected=True, round_trip_ms=None) for n in range(8))
    figures = WayFigures()
    for tick in range(4 * COME_MAX):
        for way in named:
            figures.take(beat(tick / 1000, "boot-1", *named), way.name, tick / 1000, NOON_NS)
            figures.count(way.name, 1)
        figures.look(tick / 1000)
    assert len(figures._ways) == wayfigures.WAYS_MAX
    assert {len(way.come_ms) for way in figures._ways.values()} == {COME_MAX}
    assert figures.told("way-0", 1.0, is_timed=True)["loss_pct"] == 0.0


def told_over(late_s: float, *, is_told: bool = True) -> list[WayJson]:
    """Return what consoles are told of both ways after twenty seconds, the second copy so late."""
    state = VesselState("kestrel")
    state.link.clocks_apart_s = 2.0
    coming = [(second + late, float(second), way)
              for second in range(20) for late, way in ((0.05, "lte"), (late_s, "leo"))]  # fmt: skip
    for at_s, made_s, way in sorted(coming):
        take_heartbeat(state, beat(made_s), at_s, NOON_NS + round(at_s * 1e9), way if is_told else "")
        measure_rate(state, at_s)
    return status_message(state, 19.5)["ways"]


def test_consoles_are_told_both_also_where_the_second_copy_counts_for_nothing_else() -> None:
    """8 s late is told of a way alone: by the other the clocks are right. Where none is told all but her own word is null."""
    lte, leo = told_over(8.0)
    assert (lte["one_way_ms"], leo["one_way_ms"], leo["name"], leo["round_trip_ms"]) == (50.0, 8000.0, "leo", 600.0)
    unknown = told_over(8.0, is_told=False)[1]
    assert (unknown["is_connected"], unknown["round_trip_ms"]) == (True, 600.0)
    named = {"name", "is_connected", "round_trip_ms", "grades"}
    assert {value for name, value in unknown.items() if name not in named} == {None}
    assert set(unknown["grades"].values()) == {None}


def test_a_way_that_turns_red_is_a_row_of_the_record() -> None:
    """A replay shows its colour from then on; while nothing changes it is a row each half minute."""
    recording, state = Recording(), VesselState("kestrel")
    for second in range(60):
        take_heartbeat(state, beat(float(second)), second + 0.05, NOON_NS, "lte")
        if second < 40:
            take_heartbeat(state, beat(float(second)), second + 0.3, NOON_NS, "leo")
        measure_rate(state, second + 0.5)
        recording.look([state], second + 0.5, second * 1000)
    rows = [row.status["ways"][1]["grades"]["age"] for row in recording.take(everything=True)]  # type: ignore[union-attr,index]
    assert rows.count("red") >= 1
    assert rows[:2] == ["good", "good"]
    assert len(rows) < 8


def test_the_station_takes_the_way_only_of_what_is_hers() -> None:
    """A copy with another's signature, and one of an earlier start, are nothing that came over a way."""
    ship, thief = Ship(), Ship(seed=8)
    downlink = Downlink((ship.config(),), LIMITS, Hub())
    downlink.receive(*ship.birth(), 100.0, NOON_NS, "lte")

    def said(made_s: float, boot_id: str = "boot-1", by: Ship = ship) -> tuple[str, bytes]:
        topic, _ = ship.heartbeat(1)
        made = dataclasses.replace(beat(made_s, boot_id), vessel=ship.vessel)
        return topic, signing.sign(signing.Domain.VESSEL, made.to_bytes(), by.key)

    def leo() -> WayJson:
        return status_message(downlink.states[ship.vessel], 110.0)["ways"][1]

    downlink.receive(*said(1.0), 101.0, NOON_NS + NS, "lte")
    downlink.receive(*said(2.0, by=thief), 102.0, NOON_NS + 2 * NS, "leo")
    assert leo()["age_ms"] is None
    downlink.receive(*said(1.0), 103.0, NOON_NS + 3 * NS, "leo")
    assert leo()["age_ms"] == 7000
    downlink.receive(*said(0.0, "boot-2"), 104.0, NOON_NS + 4 * NS, "lte")
    downlink.receive(*said(3.0), 105.0, NOON_NS + 5 * NS, "leo")
    assert leo()["age_ms"] is None
