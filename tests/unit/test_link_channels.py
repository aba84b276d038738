"""How the link does, as channels: their ids, their values, what the month costs and when somebody is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from vista_sdk.local_id import LocalId

from protocols.reading import Quality
from shipside.config.link import BEARERS, LinkConfig, read_link
from shipside.config.reader import Reader
from shipside.config.seal import Seal
from shipside.sending.alerting import AlertDesk
from shipside.sending.budget import Meter
from shipside.storage.spool import Spool
from telemetry.catalogue import Catalogue, standard_catalogue
from telemetry.link_channels import LINK_S, LinkCounts, LinkWatch, link_channels
from telemetry.quality import judged

pytestmark = pytest.mark.filterwarnings("ignore:path is deprecated:DeprecationWarning")  # vista-sdk reads its files so
COUNTS = LinkCounts(0.62, 3.1, "geo", 12, 34_000, 75.0, {("geo", "samples"): 2_500_000}, 12.5, 40.0)


def test_every_channel_of_the_link_has_a_true_local_id_beside_those_of_every_vessel() -> None:
    channels = link_channels(BEARERS, has_budget=True)
    whole = Catalogue((*standard_catalogue().channels, *channels))
    assert Catalogue.from_wire(whole.to_wire()).hash == whole.hash
    assert len({channel.local_id for channel in whole}) == len(whole)
    for channel in channels:
        assert str(LocalId.parse(channel.local_id)) == channel.local_id


def test_figures_become_values_and_what_is_not_known_is_invalid() -> None:
    channels = {channel.short_id: channel for channel in link_channels(("geo",), has_budget=True)}
    watch = LinkWatch(channels, 100.0)
    assert watch.is_due(100.0)
    found = {each.channel: judged(each, channels[each.channel]) for each in watch.tick(COUNTS, 100.0)}
    assert not watch.is_due(100.0 + LINK_S - 1)
    assert set(found) == set(channels)
    assert {name: each.value for name, each in found.items()} == {
        "LNK_RTT": 0.62, "LNK_LOSS": 3.1, "LNK_BEARER": "geo", "LNK_WAITING": 12.0, "LNK_WAITING_MB": 0.034,
        "LNK_OLDEST": 75.0, "LNK_COST": 12.5, "LNK_BUDGET": 40.0, "LNK_GEO_SAMPLES": 2.5, "LNK_GEO_AIS": 0.0,
        "LNK_GEO_EVENTS": 0.0, "LNK_GEO_COMMAND": 0.0, "LNK_GEO_UPKEEP": 0.0,
    }  # fmt: skip
    assert {each.quality for each in found.values()} == {Quality.GOOD}
    silent = LinkCounts(None, 0.0, "geo", 0, 0, 0.0, {}, 0.0, None)
    after = {each.channel: each for each in watch.tick(silent, 200.0)}
    assert (after["LNK_RTT"].value, after["LNK_RTT"].quality) == (None, Quality.INVALID)
    assert after["LNK_BUDGET"].quality is Quality.INVALID


def test_a_round_trip_that_was_never_measured_is_absent() -> None:
    """Absent and invalid are two things: before the first acknowledgement nothing is said of the round trip."""
    channels = {channel.short_id: channel for channel in link_channels(("geo",), has_budget=False)}
    begun = LinkCounts(None, 0.0, "geo", 3, 900, 2.0, {}, 0.0, None)
    first = {each.channel: each for each in LinkWatch(channels, 0.0).tick(begun, 0.0)}
    assert set(channels) - set(first) == {"LNK_RTT"}


def _read(folder: Path, **said: object) -> tuple[LinkConfig, list[str]]:
    reader = Reader({"link": said}, folder, Seal(folder / "agent.toml"))
    return read_link(reader, said), reader.faults


def test_prices_are_the_contract_s_by_bearer_or_one_for_all(tmp_path: Path) -> None:
    link, faults = _read(tmp_path, bearer="auto", cost_mb={"geo": 3.5})
    assert faults == []
    assert link.bearers == tuple(BEARERS)
    assert (link.price("geo"), link.price("lte"), link.price("gone")) == (3.5, BEARERS["lte"].cost_mb, 0.0)
    link, _ = _read(tmp_path, bearer="geo", cost_mb=2)
    assert (link.bearers, link.price("geo"), link.price("lte")) == (("geo",), 2.0, 2.0)
    _, faults = _read(tmp_path, cost_mb={"gprs": 1.0, "geo": -1.0})
    assert faults == [
        "link.cost_mb names 'gprs', none of lte, leo, geo, narrow",
        "link.cost_mb.geo is -1.0, not a number within 0..1e+06",
    ]


def test_the_cost_of_a_month_is_that_of_its_bearers_and_is_told_at_80_and_100_per_cent() -> None:
    meter = Meter([("2026-11", "geo", "samples", 3_000_000), ("2026-11", "lte", "ais", 8_000_000),
                   ("2026-10", "geo", "samples", 9_000_000)], 0)  # fmt: skip
    prices = {"geo": 5.0, "lte": 0.25}
    assert meter.cost("2026-11", prices.__getitem__) == 17.0
    told: list[tuple[object, object]] = []
    desk = AlertDesk(
        lambda _, body, __: told.append((body["alert_id"], body["state"])), Spool(":memory:", 1_000_000, 1), 0.0
    )
    for used_pct in (None, 79.0, 81.0, 100.0, 0.0):
        desk.level("cost", used_pct, 0.0)
    assert told == [
        ("cost-80", "unacknowledged"), ("cost-100", "unacknowledged"), ("cost-80", "normal"), ("cost-100", "normal"),
    ]  # fmt: skip


def test_what_the_contract_carries_is_by_bearer_or_of_the_one_that_is_named(tmp_path: Path) -> None:
    link, faults = _read(tmp_path, bearer="geo", bytes_s=32_000)
    assert (faults, link.bytes_s["geo"], link.bulk_bytes_s("geo")) == ([], 32_000.0, 0.95 * 32_000)
    link, faults = _read(tmp_path, bearer="geo")
    assert (faults, dict(link.bytes_s), link.bulk_bytes_s("geo")) == ([], {}, None)
    link, faults = _read(tmp_path, bearer="auto", bytes_s={"geo": 32_000, "lte": 1e6})
    assert faults == []
    assert [link.bulk_bytes_s(bearer) for bearer in BEARERS] == [0.95e6, None, 0.95 * 32_000, None]
    for said, words in (
        (32_000, 'link.bytes_s is not by bearer, and "auto" has several: bytes_s = {geo = 32000}'),
        ({"gprs": 1000}, "link.bytes_s names 'gprs', none of lte, leo, geo, narrow"),
        ({"geo": 0}, "link.bytes_s.geo is 0, not a number within 100..1.25e+07"),
        ({"geo": "256k"}, "link.bytes_s.geo is '256k', not a number within 100..1.25e+07"),
    ):
        assert _read(tmp_path, bearer="auto", bytes_s=said)[1] == [words]
