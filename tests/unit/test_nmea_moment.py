"""A receiver's date beside the agent's clock: week roll-over, an unset clock, midnight, leap second."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from protocols.nmea0183.framing import framed
from protocols.nmea0183.moment import EARLIEST_NS, ROLL_OVER_S, judged, verdict
from protocols.reading import Quality, Reading
from shipside.config import from_mapping
from shipside.listening import Listening
from tests.agent_kit import AGENT, TCP

NOW_NS = 1_795_676_400_000_000_000
"""2026-11-26T07:00:00Z."""
UNSET_NS = 120_000_000_000
"""Two minutes after 1970: a clock without battery or network."""


@pytest.mark.parametrize(
    ("utc", "reference_ns", "expected"),
    [
        ("2026-11-26T07:00:00Z", NOW_NS, "good"),
        ("2026-11-26T06:59:59.50Z", NOW_NS, "good"),
        ("2026-11-25T07:00:00Z", NOW_NS, "good"),
        ("2026-11-25T06:59:59Z", NOW_NS, "implausible"),
        ("2026-11-27T07:00:00Z", NOW_NS, "good"),
        ("2026-11-27T07:00:01Z", NOW_NS, "implausible"),
        ("2026-11-26T23:59:60Z", NOW_NS, "good"),
        ("2007-04-12T07:00:00Z", NOW_NS, "roll-over"),
        ("2007-04-13T07:00:00Z", NOW_NS, "roll-over"),
        ("2007-04-13T07:00:01Z", NOW_NS, "implausible"),
        ("1987-08-27T07:00:00Z", NOW_NS, "roll-over"),
        ("2046-07-12T07:00:00Z", NOW_NS, "roll-over"),
        ("2006-11-26T07:00:00Z", NOW_NS, "implausible"),
        ("1999-08-22T00:00:00Z", NOW_NS, "implausible"),
        ("1980-01-06T00:00:00Z", NOW_NS, "implausible"),
        ("2026-11-26T07:00:00Z", UNSET_NS, "good"),
        ("2039-01-01T00:00:00Z", UNSET_NS, "good"),
        ("2006-11-26T07:00:00Z", UNSET_NS, "implausible"),
        ("1970-01-01T00:02:00Z", UNSET_NS, "implausible"),
        ("2025-12-30T23:59:59Z", EARLIEST_NS, "implausible"),
        ("nonsense", NOW_NS, "implausible"),
        ("2026-11-26", NOW_NS, "implausible"),
        ("2026-11-26T07:00Z", NOW_NS, "implausible"),
    ],
)
def test_a_date_that_cannot_be_true_is_told_from_one_that_can(utc: str, reference_ns: int, expected: str) -> None:
    """1,024 weeks back or ahead is the week counter's doing; anything else beyond a day is simply wrong."""
    assert verdict(utc, reference_ns) == expected


def test_a_reading_of_such_a_date_is_invalid_and_carries_no_value() -> None:
    """The same reading with a true date, and one without a value, stay as they are."""
    true = Reading("NAV_UTC", "2026-11-26T07:00:00Z", "", Quality.GOOD)
    rolled = Reading("NAV_UTC", "2007-04-12T07:00:00Z", "", Quality.GOOD)
    void = Reading("NAV_UTC", None, "", Quality.INVALID)
    assert judged(true, NOW_NS) is true
    assert judged(rolled, NOW_NS) == void
    assert judged(void, NOW_NS) is void


class Now:
    """The agent's clock, at one moment."""

    def now_s(self) -> float:
        return 100.0

    def utc_ns(self) -> int:
        return NOW_NS

    def cpu_s(self) -> float:
        return 0.0


@pytest.mark.parametrize(("date", "believed"), [("261126", "2026-11-26T07:00:00Z"), ("120407", None), ("261106", None)])
def test_the_agent_believes_no_receiver_of_2006(tmp_path: Path, date: str, believed: str | None) -> None:
    """Of an RMC with an impossible date the position is taken and the date is not."""
    aboard = tomllib.loads(AGENT.format(broker=1883, spool="spool.db", master="5a" * 32) + TCP.format("bridge", 10110))
    listening = Listening(from_mapping(aboard, tmp_path, {}), Now())
    listening.take_line("bridge", framed(f"GPRMC,070000,A,5310.8115,N,00525.7025,E,4.5,87.0,{date},,,A"))
    latitude, utc = listening.picture.latest("NAV_LAT", 100.0), listening.picture.latest("NAV_UTC", 100.0)
    assert latitude is not None
    assert latitude.value == pytest.approx(53.180191667)
    assert utc is not None
    assert (utc.value, utc.quality) == (believed, Quality.GOOD if believed else Quality.INVALID)


def test_a_roll_over_is_1024_weeks() -> None:
    """19.6 years."""
    assert pytest.approx(19.62, abs=0.01) == ROLL_OVER_S / (365.25 * 86_400)
