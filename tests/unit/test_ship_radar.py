"""Targets of a radar beside those of AIS: placed from our own position, under numbers of their own, ashore as any other."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from protocols.link import codec, targets
from protocols.link.batch import TRACKED_FIRST, Batch, TargetReport
from protocols.nmea0183.framing import framed
from protocols.nmea0183.tracked import TrackedTarget, write_targets
from protocols.nmea0183.typed import make_sentence
from shipside import config
from shipside.commanding.surrounding import Lookout
from shipside.config.inputs import InputConfig
from shipside.traffic import Traffic
from shoreside.live import fleet
from telemetry.ghosts import TargetFix
from telemetry.plane import distance_m, offset_m, place_at
from tests.shore_kit import SetClock
from tests.unit.test_ship_examples import aboard

GGA = framed("GPGGA,120000.00,3500.000,N,12900.000,E,1,09,0.9,10.0,M,20.0,M,,")
HDT = framed("HEHDT,090.0,T")


@pytest.fixture
def traffic(tmp_path: Path) -> Traffic:
    """A ship at 35 N 129 E heading east, with a radar as her second input."""
    loaded = config.load(aboard(tmp_path, "coaster.toml"), {})
    inputs = (InputConfig("bridge", "udp", port=1), InputConfig("radar", "udp", port=2))
    ship = Traffic(dataclasses.replace(loaded, inputs=inputs), SetClock())
    for line in (GGA, HDT):
        ship.listening.take_line("bridge", line)
    return ship


def told(ship: Traffic, *lines: bytes) -> dict[str, TargetReport]:
    for line in lines:
        ship.listening.take_line("radar", line)
    return {str(report.track): report for report in ship.take_news(100.0)}


def ttm(**more: object) -> bytes:
    values: dict[str, object] = {
        "number": 7, "distance": 2.0, "bearing_deg": 90.0, "bearing_reference": "T", "speed": 12.0, "course_deg": 270.0,
        "course_reference": "T", "unit": "N", "status": "T",
    }  # fmt: skip
    return make_sentence("RA", "TTM", {**values, **more})  # type: ignore[arg-type]


def test_a_tracked_target_has_a_place_and_a_number_of_its_own(traffic: Traffic) -> None:
    report = told(traffic, ttm())["radar:07"]
    assert report.mmsi == TRACKED_FIRST + 1024 + 7
    north, east = offset_m(report.latitude_deg or 0, report.longitude_deg or 0, 35.0, 129.0)
    assert (north, east) == (pytest.approx(0.0, abs=5.0), pytest.approx(2 * 1852.0, abs=5.0))
    assert (report.sog_kn, report.cog_deg, report.name) == (12.0, 270.0, "radar:07")


@pytest.mark.parametrize(
    ("more", "east_m", "motion"),
    [
        ({"bearing_deg": 0.0, "bearing_reference": "R"}, 3704.0, (12.0, 270.0)),  # from a bow that heads east
        ({"unit": "K", "distance": 3.704}, 3704.0, (12.0 / 1.852, 270.0)),
        ({"course_reference": "R"}, 3704.0, (None, None)),  # relative motion is none over ground
        ({"name": "PILOT"}, 3704.0, (12.0, 270.0)),
    ],
)
def test_bearings_units_and_references_are_what_the_sentence_says(
    traffic: Traffic, more: dict[str, object], east_m: float, motion: tuple[float | None, float | None]
) -> None:
    report = told(traffic, ttm(**more))["radar:07"]
    assert distance_m(report.latitude_deg or 0, report.longitude_deg or 0, 35.0, 129.0) == pytest.approx(
        east_m, abs=5.0
    )
    assert offset_m(report.latitude_deg or 0, report.longitude_deg or 0, 35.0, 129.0)[1] == pytest.approx(
        east_m, abs=5.0
    )
    assert (report.sog_kn, report.cog_deg) == pytest.approx(motion)


def test_a_lost_target_is_no_longer_told_and_without_a_position_of_ours_there_is_none(traffic: Traffic) -> None:
    for line in (ttm(), ttm(status="L")):
        traffic.listening.take_line("radar", line)
    assert traffic.targets.count == 0
    traffic._clock.s += 30.0  # type: ignore[attr-defined]  # our own position is stale by now
    assert told(traffic, ttm()) == {}
    assert traffic.listening.rejected["radar"]["tracked"] == 1
    # TLL says the place itself.
    tll = make_sentence("RA", "TLL", {"number": 3, "latitude_deg": 35.5, "longitude_deg": 129.25, "status": "T"})
    report = told(traffic, tll)["radar:03"]
    assert (report.latitude_deg, report.longitude_deg, report.sog_kn) == (35.5, 129.25, None)


def test_a_message_of_two_ttd_is_put_together_and_ais_targets_in_it_are_left_to_ais(traffic: Traffic) -> None:
    def record(number: int, **more: float) -> TrackedTarget:
        return TrackedTarget(0, {"number": number, "bearing_deg": 0.0, "distance_nm": 1.0, "status": 4, "speed_kn": 9.0,
                                 "course_deg": 45.0, "is_over_ground": 1, **more})  # fmt: skip

    records = [
        record(11),
        record(12, is_over_ground=0),
        record(13, heading_deg=50.0),
        record(14, is_test=1),
        record(15, status=2),
    ]
    payload, fill = write_targets(records)
    parts = [
        make_sentence("RA", "TTD", {"total": 2, "part": part, "sequence": 1, "payload": half, "fill_bits": bits})
        for part, half, bits in ((1, payload[:40], 0), (2, payload[40:], fill))
    ]
    found = told(traffic, *parts)
    assert sorted(found) == ["radar:11", "radar:12"]
    assert (found["radar:11"].sog_kn, found["radar:12"].sog_kn) == (9.0, None)
    # A part alone is none: the message is given up and counted.
    assert told(traffic, parts[1]) == {}
    assert traffic.listening.rejected["radar"]["tracked"] == 1


def test_a_group_of_tag_blocks_is_taken_in_its_order(traffic: Traffic) -> None:
    payload, fill = write_targets(
        [TrackedTarget(0, {"number": n, "bearing_deg": 0.0, "distance_nm": 1.0, "status": 4}) for n in range(20, 24)]
    )
    lines = [
        make_sentence("RA", "TTD", {"total": 2, "part": part, "sequence": 1, "payload": half, "fill_bits": bits})
        for part, half, bits in ((1, payload[:40], 0), (2, payload[40:], fill))
    ]
    tagged = [_tag(f"g:{number}-2-34") + line for number, line in enumerate(lines, 1)]
    assert sorted(told(traffic, tagged[1], tagged[0])) == ["radar:20", "radar:21", "radar:22", "radar:23"]


def _tag(text: str) -> bytes:
    checksum = 0
    for byte in text.encode():
        checksum ^= byte
    return b"\\%s*%02X\\" % (text.encode(), checksum)


def _batch(*reports: TargetReport) -> Batch:
    return Batch("gannet", 1, 2, "00", historical=False, scan_utc_ns=np.zeros(0, np.int64), columns=(), targets=reports)


AIS = TargetReport(440_000_001, 5, 35.0, 129.0, 10.0, 90.0, 91.0, None, 0, 70, "GANNET", "ABCD", 80.0, 12.0)
DOUBTED = AIS._replace(mmsi=440_000_002, doubt="two-places")
RADAR = AIS._replace(mmsi=TRACKED_FIRST + 7, name="radar:07", track="radar:07")


def test_doubts_and_tracks_travel_beside_the_list_that_every_reader_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader of before reads `targets` and leaves out what it does not know; without either the bytes are as ever."""
    encoded = codec.encode(_batch(AIS, RADAR, DOUBTED))
    assert codec.decode(encoded).targets == (AIS, DOUBTED, RADAR)
    monkeypatch.setattr(targets, "read_all", _as_before)
    assert codec.decode(encoded).targets == (AIS, DOUBTED._replace(doubt=None))
    assert set(targets.heads([AIS])) == {"targets"}


def _as_before(head: dict[str, object]) -> tuple[TargetReport, ...]:
    items: list[object] = head["targets"]  # type: ignore[assignment]
    return tuple(targets.read(item) for item in items)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "change",
    [lambda head: head["doubts"].append([9, "speed"]), lambda head: head["doubts"].append([0]),
     lambda head: head["tracked"][0].pop(), lambda head: head["tracked"][0].__setitem__(0, 7)],
)  # fmt: skip
def test_a_doubt_of_nobody_and_a_track_that_is_none_are_refused(change: Callable[[dict[str, object]], object]) -> None:
    head = targets.heads([AIS, DOUBTED, RADAR])
    change(head)
    with pytest.raises(targets.MalformedError):
        targets.read_all(head)


def test_ashore_the_console_is_given_doubt_and_track() -> None:
    state = fleet.VesselState("gannet")
    shown = fleet.take_targets(state, (AIS, DOUBTED, RADAR))
    assert [(each["doubt"], each["track"]) for each in shown] == [
        (None, None),
        ("two-places", None),
        (None, "radar:07"),
    ]
    # A doubt that is over is over.
    assert fleet.take_targets(state, (DOUBTED._replace(doubt=None, utc_ns=9),))[0]["doubt"] is None


def test_a_doubted_report_carries_its_mark_for_as_long_as_its_alert(traffic: Traffic) -> None:
    """It ran 80 kn once; for as long as the alert stands its next reports are marked too, and no other ship's."""

    def doubt(mmsi: int, sog_kn: float) -> str | None:
        fix = TargetFix(1, mmsi, is_own_ship=False, latitude_deg=35.0, longitude_deg=129.0, sog_kn=sog_kn)
        return traffic.listening.take_target(fix, 100.0)

    assert (doubt(440_000_009, 80.0), doubt(440_000_009, 10.0), doubt(AIS.mmsi, 10.0)) == ("speed", "speed", None)


def test_the_safety_process_sees_the_radar_s_targets_too(tmp_path: Path) -> None:
    """INT-08 judges by them: named by the radar's number, and somebody listens though no AIS was heard."""
    loaded = config.load(aboard(tmp_path, "coaster.toml"), {})
    inputs = (InputConfig("radar", "udp", port=2),)
    lookout = Lookout(dataclasses.replace(loaded, inputs=inputs), SetClock())
    for line in (GGA, HDT, ttm()):
        lookout.traffic.listening.take_line("radar", line)
    around = lookout.surroundings(100.0)
    assert [(each.name, each.source) for each in around.targets.listed] == [("radar:07", "radar")]
    assert around.heard_age_s == 0.0


@pytest.mark.parametrize("place", [(0.0, 0.0), (60.0, 179.99), (-75.0, -179.99), (35.0, 129.0)])
def test_a_place_at_a_distance_is_at_that_distance(place: tuple[float, float]) -> None:
    for north, east in ((10_000.0, 20_000.0), (-5_000.0, 100.0), (0.0, -30_000.0)):
        assert offset_m(*place_at(*place, north, east), *place) == pytest.approx((north, east), abs=0.01)
