"""Scans become batches; targets are kept, merged and forgotten."""

from __future__ import annotations

import math

import numpy as np

from protocols.link import codec
from protocols.link.batch import TargetReport
from protocols.reading import Quality, Reading, Value
from telemetry.batching import Batcher
from telemetry.catalogue import standard_catalogue
from telemetry.picture import Picture
from telemetry.scan import Scanner
from telemetry.sources import SourceSelector
from telemetry.targets import FORGET_S, TARGETS_MAX, TargetTable

CATALOGUE = standard_catalogue()


def _report(mmsi: int, **known: float | str | None) -> TargetReport:
    fields: dict[str, float | str | None] = dict.fromkeys(TargetReport._fields)
    fields.update({"utc_ns": 1, **known})
    return TargetReport(**{**fields, "mmsi": mmsi})  # type: ignore[arg-type] # a test's short hand


def test_scans_become_columns_at_the_channels_resolution() -> None:
    picture = Picture(CATALOGUE.by_id, SourceSelector({}, 10.0))
    scanner = Scanner(picture, 1.0, 0.0)
    batcher = Batcher("kestrel", CATALOGUE.by_id, CATALOGUE.hash, 3.0)

    def hear(channel: str, value: Value | None, quality: Quality, at_s: float) -> None:
        picture.receive(Reading(channel, value, CATALOGUE[channel].unit, quality), "x", at_s, 0)

    # Three seconds: a heading each second, a boolean once, a text once, a void depth.
    for second in (1, 2, 3, 4):
        if second == 1:
            hear("STG_PMP1", value=True, quality=Quality.GOOD, at_s=0.9)
        hear("NAV_HDG", 95.0 + second / 3, Quality.GOOD, second - 0.1)
        if second == 2:
            hear("NAV_UTC", "2026-11-24T00:00:02Z", Quality.GOOD, 1.9)
            hear("NAV_DPTK", None, Quality.INVALID, 1.9)
        scan = scanner.tick(float(second), second)
        assert scan is not None
        batcher.receive(scan, float(second))
        assert batcher.is_due(float(second)) is (second == 4)

    # The batch has each channel where it spoke, and survives its bytes.
    batch = codec.decode(codec.encode(batcher.cut(7, 1, ())))
    columns = {column.channel: column for column in batch.columns}
    assert list(batch.scan_utc_ns) == [1, 2, 3, 4]
    step = CATALOGUE["NAV_HDG"].resolution
    assert isinstance(columns["NAV_HDG"].values, np.ndarray)
    for second, value in zip((1, 2, 3, 4), columns["NAV_HDG"].values, strict=True):
        assert abs(value - (95.0 + second / 3)) <= step / 2 + 1e-9
    assert columns["NAV_UTC"].values == ("2026-11-24T00:00:02Z",)
    assert list(columns["STG_PMP1"].values) == [1.0, 1.0]
    assert list(columns["STG_PMP1"].quality) == [Quality.GOOD, Quality.STALE]
    depth = columns["NAV_DPTK"]
    assert isinstance(depth.values, np.ndarray)
    assert math.isnan(depth.values[0])
    assert list(depth.quality) == [Quality.INVALID]
    assert not batcher.is_due(100.0)


def test_a_static_report_leaves_the_position_and_a_lost_position_does_not_linger() -> None:
    table = TargetTable()
    table.receive(_report(440_000_001, latitude_deg=35.0, longitude_deg=129.0, sog_kn=12.0), 0.0)
    table.receive(_report(440_000_001, name="HANA", ship_type=70, utc_ns=9), 1.0)
    (target,) = table.take_news(1.0, 10)
    assert (target.name, target.latitude_deg, target.utc_ns) == ("HANA", 35.0, 1)

    table.receive(_report(440_000_001, sog_kn=11.0), 2.0)
    (target,) = table.take_news(2.0, 10)
    assert (target.name, target.latitude_deg, target.sog_kn) == ("HANA", None, 11.0)
    assert table.take_news(2.0, 10) == ()


def test_targets_wait_for_the_next_batch_and_are_forgotten_in_time() -> None:
    table = TargetTable()
    for mmsi in range(TARGETS_MAX + 1):
        table.receive(_report(mmsi, sog_kn=1.0), 0.0)
    assert (table.count, table.dropped_count) == (TARGETS_MAX, 1)
    first, second = table.take_news(1.0, 1500), table.take_news(1.0, 1500)
    assert (len(first), len(second)) == (1500, TARGETS_MAX - 1500)
    assert not {target.mmsi for target in first} & {target.mmsi for target in second}
    assert table.take_news(FORGET_S + 1, 10) == ()
    assert table.count == 0
