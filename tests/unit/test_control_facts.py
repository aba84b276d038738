"""What a rule may use: facts by quality and age, the other ships, and the time by which keys are judged (INT-02, CMD-05)."""

from __future__ import annotations

import dataclasses

import pytest

from control.shiptime import ShipTime
from control.situation import NOTHING_KNOWN, Fact, Situation, age_limit_s
from control.surroundings import Surroundings, Target, Targets, named
from protocols.link import cbor
from protocols.reading import Quality

SECOND_NS = 1_000_000_000
NOON_NS = 1_790_000_000 * SECOND_NS


def objected(
    quality: Quality = Quality.GOOD, age_s: float = 0.1, value: float | None = 1.0, *, direct: bool = False
) -> object:
    """Return what is said against a position of this quality and age: name, rule, value, limit, unit and age."""
    situation = Situation({"NAV_LAT": Fact(value, quality, age_s)})
    reason = situation.objection("NAV_LAT", direct=direct)
    assert (situation.number("NAV_LAT", direct=direct) is None) is (reason is not None)
    return None if reason is None else (reason.name, reason.rule, reason.value, reason.limit, reason.unit, reason.age_s)


@pytest.mark.parametrize(
    ("limit_s", "channels"),
    [
        (
            3.0,
            (
                "NAV_LAT",
                "NAV_LON",
                "NAV_SOG",
                "NAV_COG",
                "STG_PMP1",
                "STG_PMP2",
                "ME_RDY",
                "BLG_AP",
                "FIRE_ALM",
                "NAV_DPTK",
            ),
        ),
        (1.5, ("ME_RPM",)),
        (1.0, ("NAV_HDG", "NAV_ROT", "STG_RUD_S")),
        (10.0, ("WND_TWS", "of_her_own_tables")),
    ],
)
def test_a_fact_is_used_for_three_cycles_a_second_at_least_ten_at_most(
    limit_s: float, channels: tuple[str, ...]
) -> None:
    """Proves INT-02: and under direct control for a second, whatever its cycle."""
    for channel in channels:
        assert age_limit_s(channel) == pytest.approx(limit_s), channel
        assert age_limit_s(channel, direct=True) == 1.0


def test_what_is_absent_invalid_or_old_says_so_and_is_no_number() -> None:
    """Proves INT-02: three things, none of them zero; at its limit a fact is still one."""
    absent = Situation({}).objection("NAV_LAT")
    assert absent is not None
    assert (absent.name, absent.rule) == ("input_absent", "INT-02")
    for quality in Quality:
        found = objected(quality, 0.5)
        word = quality.name.lower().replace("_", " ")
        usable = quality in (Quality.GOOD, Quality.MANUAL, Quality.STALE)
        assert found == (None if usable else ("input_invalid", "INT-02", word, "good", "", 0.5))
    assert objected(value=None) == ("input_invalid", "INT-02", "good", "good", "", 0.1)
    assert objected(age_s=3.0) is None
    assert objected(age_s=3.128) == ("input_stale", "INT-02", 3.13, 3.0, "s", 3.128)
    assert objected(age_s=1.0, direct=True) is None
    assert objected(age_s=1.01, direct=True) == ("input_stale", "INT-02", 1.01, 1.0, "s", 1.01)


def test_a_text_is_no_number_and_a_truth_is_one() -> None:
    """Proves INT-02, INT-03: a pump that runs is 1."""
    situation = Situation({"A": Fact("open", Quality.GOOD, 0.1), "B": Fact(True, Quality.GOOD, 0.2)})
    assert (situation.number("A"), situation.number("B"), situation.number("C")) == (None, 1.0, None)
    assert (situation.age_s("B"), situation.age_s("C")) == (0.2, None)
    assert situation.is_utc_trusted
    assert situation.utc_ns == 0
    assert not NOTHING_KNOWN.is_utc_trusted
    older = Situation({"NAV_LAT": Fact(35.0, Quality.GOOD, 2.0)})  # for all but direct control
    assert (older.number("NAV_LAT"), older.objection("NAV_LAT")) == (35.0, None)


def test_the_other_ships_are_laid_out_and_who_tells_no_motion_lies_still() -> None:
    """Proves INT-08: two thousand at most, none is a table of no rows; a heading stands for a course that is not told."""
    eastward = Target("one", "ais", 35.0, 129.0, 10.0, 90.0, 45.0, 3.0)
    speed = 10.0 * 1852.0 / 3600.0
    assert eastward.velocity_mps == pytest.approx((speed, 0.0), abs=1e-9)
    assert dataclasses.replace(eastward, cog_deg=None, heading_deg=0.0).velocity_mps == pytest.approx((0.0, speed))
    assert dataclasses.replace(eastward, sog_kn=None).velocity_mps == (0.0, 0.0)
    assert dataclasses.replace(eastward, cog_deg=None, heading_deg=None).velocity_mps == (0.0, 0.0)
    many = Targets(eastward for _ in range(2001))
    assert (len(many.listed), len(many.age_s)) == (2000, 2000)
    two = Targets([eastward, dataclasses.replace(eastward, latitude_deg=36.0, age_s=4.0)])
    assert (list(two.latitude_deg), list(two.longitude_deg), list(two.age_s)) == (
        [35.0, 36.0],
        [129.0, 129.0],
        [3.0, 4.0],
    )
    assert (len(Targets().listed), len(Targets().east_mps)) == (0, 0)
    nobody = Surroundings()
    assert (nobody.heard_age_s, nobody.since_s, len(nobody.targets.listed)) == (None, 0.0, 0)


@pytest.mark.parametrize(
    ("name", "number", "words"),
    [
        ("HAEUNDAE STAR", "440998001", "HAEUNDAE STAR (440998001)"),
        (None, "440998001", "MMSI 440998001"),
        ("", "440998001", "MMSI 440998001"),
        ("440998001", "440998001", "MMSI 440998001"),
        (None, "radar 7", "radar 7"),
    ],
)
def test_an_operator_knows_her_by_name_and_number(name: str | None, number: str, words: str) -> None:
    """Proves INT-08: what a refusal calls her."""
    assert named(name, number) == words


def test_a_clock_is_followed_at_once_within_two_seconds_and_else_after_thirty_of_trust() -> None:
    """Proves CMD-05, CMD-12: to the nanosecond and the second; one that is not trusted is never followed."""
    for off_ns in (2 * SECOND_NS, -2 * SECOND_NS):
        clock = ShipTime()
        assert clock.judged(NOON_NS, 100.0, is_trusted=True) == NOON_NS
        assert (
            clock.judged(NOON_NS + 10 * SECOND_NS + off_ns, 110.0, is_trusted=True) == NOON_NS + 10 * SECOND_NS + off_ns
        )
    for off_ns in (2 * SECOND_NS + 1, -2 * SECOND_NS - 1):
        clock = ShipTime()
        clock.judged(NOON_NS, 100.0, is_trusted=True)
        for now_s, is_followed in ((110.0, False), (139.9, False), (140.0, True)):
            carried_ns = NOON_NS + round((now_s - 100.0) * SECOND_NS)
            judged_ns = clock.judged(carried_ns + off_ns, now_s, is_trusted=True)
            assert judged_ns == carried_ns + (off_ns if is_followed else 0), now_s
    doubted = ShipTime()
    doubted.judged(NOON_NS, 100.0, is_trusted=True)
    assert doubted.judged(2 * NOON_NS, 200.0, is_trusted=False) == NOON_NS + 100 * SECOND_NS


def test_a_new_ship_knows_no_time_and_another_none_before_what_her_journal_kept() -> None:
    """Proves CMD-05: a clock that stands at nothing is none; a nanosecond is."""
    unset = ShipTime()
    assert [unset.judged(0, now_s, is_trusted=True) for now_s in (5.0, 10.0)] == [0, 0]
    assert ShipTime(7).judged(-1, 5.0, is_trusted=True) == 7
    assert ShipTime().judged(1, 5.0, is_trusted=True) == 1
    assert ShipTime(NOON_NS).judged(5, 5.0, is_trusted=True) == NOON_NS


def test_the_time_is_kept_each_hour_as_it_is_then() -> None:
    """Proves CMD-05: at once, then at the hour and not before; without a clock there is nothing to keep."""
    clock = ShipTime()
    assert clock.record_due(0.0) is None
    clock.judged(NOON_NS, 100.0, is_trusted=True)
    assert clock.record_due(103.0) == cbor.encode({"t": "time", "utc_ns": NOON_NS + 3 * SECOND_NS})
    assert clock.record_due(103.0 + 3599.9) is None
    assert clock.record_due(103.0 + 3600.0) == cbor.encode({"t": "time", "utc_ns": NOON_NS + 3603 * SECOND_NS})
