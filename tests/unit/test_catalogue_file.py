"""A vessel's catalogue from its file: selected, changed, added to; checked against ISO 19848 and the VIS; every fault at once."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from control.limits import ConfigError
from protocols.errors import MalformedError
from protocols.link import cbor
from protocols.link.birth import CATALOGUE_MAX_BYTES, PLAIN_MAX_BYTES, VERSION, VERSION_PLAIN, Birth
from protocols.link.cbor import SIZE_MAX_BYTES
from protocols.link.legend import Legend
from shipside import agent
from shipside.config import from_mapping
from telemetry import localid
from telemetry.catalogue import CHANNELS_MAX, Catalogue, standard_catalogue
from telemetry.catalogue_check import faults
from telemetry.catalogue_file import CatalogueError, catalogue_of
from telemetry.channel import AlarmLimits
from telemetry.derived import DERIVED_CHANNELS
from telemetry.iso19848 import data_channel_list
from telemetry.standard_channels import STANDARD_CHANNELS
from telemetry.units import UNITS
from tests.shared_folder import shared

EXAMPLE = Path(agent.__file__).with_name("examples") / "catalogue.toml"
OWN = {
    "id": "ME_EGT9", "name": "Cylinder 9", "kind": "number", "unit": "degC", "low": 0.0, "high": 700.0, "cycle_s": 1.0,
    "max_age_s": 3.0, "resolution": 0.1, "local_id": "/dnv-v2/vis-3-11a/411.1/C101.31-9/meta/qty-temperature/cnt-exhaust.gas",
    "signalk_path": "propulsion.main.cylinder.9.exhaustTemperature",
}  # fmt: skip


def example() -> Catalogue:
    """Return the catalogue of the shipped example."""
    return catalogue_of(tomllib.loads(EXAMPLE.read_text("utf-8")))


def faults_in(source: dict[str, Any]) -> list[str]:
    """Return what is wrong with a file."""
    with pytest.raises(CatalogueError) as caught:
        catalogue_of(source)
    return caught.value.faults


def test_a_file_that_says_nothing_is_the_standard_catalogue() -> None:
    assert catalogue_of({}) == standard_catalogue()
    assert faults(STANDARD_CHANNELS + DERIVED_CHANNELS) == []


def test_a_file_selects_changes_and_adds() -> None:
    made = catalogue_of({
        "standard": ["ME_CWT", "NAV_LAT", "CUR_SET"],
        "channel": [OWN, {"id": "ME_CWT", "accuracy": 1, "limits": {"high": 90, "hysteresis": 2}, "sources": ["plc"]}],
    })  # fmt: skip
    assert [channel.short_id for channel in made] == ["NAV_LAT", "ME_CWT", "CUR_SET", "ME_EGT9"]
    assert made["NAV_LAT"] == standard_catalogue()["NAV_LAT"]
    assert made["ME_CWT"] == replace(
        standard_catalogue()["ME_CWT"], accuracy=1.0, limits=AlarmLimits(high=90.0, hysteresis=2.0), sources=("plc",)
    )
    assert made["ME_EGT9"].name == "Cylinder 9"


def test_all_faults_of_a_file_are_told_together_each_with_its_place() -> None:
    found = faults_in({
        "standart": [],
        "standard": ["NAV_LAT", "NAV_NOWHERE"],
        "channel": [
            {"id": "ME_CWT", "unit": "celsius", "colour": "red", "limits": {"high": 90.0, "low": 95.0, "top": 1.0}},
            {"id": "ME_NEW", "kind": "number"},
            {**OWN, "local_id": "/dnv-v2/vis-3-11a/411.1/qty-temperature", "signalk_path": "Propulsion main"},
            {**OWN, "id": "me egt", "max_age_s": 0.5, "resolution": 0},
            {**OWN, "high": "hot"},
            "not a table",
        ],
    })  # fmt: skip
    for words in (
        "standart is not known", "standard names 'NAV_NOWHERE'", "channel[0] ME_CWT.colour is not known",
        "channel[0] ME_CWT.limits.top is not known", "ME_CWT: unit 'celsius' is none of", "ME_CWT: limits are not in order",
        "channel[1] ME_NEW.low is missing", "channel[1] ME_NEW.local_id is missing", "ME_EGT9: local_id needs one /meta/",
        "ME_EGT9: signalk_path 'Propulsion main'", "me egt: the short id", "me egt: cycle_s", "me egt: resolution",
        "channel[4].id ME_EGT9 stands twice", "channel[5] is no table",
    ):  # fmt: skip
        assert any(words in fault for fault in found), (words, found)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"low": 10.0, "high": 10.0}, "low below high"),
        ({"circular": True}, "a circular channel goes from 0 to 360"),
        ({"accuracy": 0.01}, "accuracy is finer"),
        ({"frozen_s": 2.0}, "frozen_s is at least three cycles"),
        ({"limits": {"high": 900.0}}, "limits lie outside"),
        ({"limits": {"hysteresis": 2.0}}, "limits has none of"),
        ({"limits": {"high": 90.0, "on_s": -1.0}}, "not below 0"),
        ({"unit": ""}, "a number needs a unit"),
        ({"sources": []}, "sources is not a list"),
        ({"kind": "boolean"}, "boolean and text have"),
        ({"local_id": STANDARD_CHANNELS[0].local_id}, "2 channels have this local id"),
        ({"signalk_path": STANDARD_CHANNELS[0].signalk_path}, "2 channels have this Signal K path"),
        ({"cycle_s": float("nan")}, "cycle_s"),
        ({"high": float("nan")}, "low below high"),
    ],
)
def test_a_channel_that_cannot_be_is_refused(change: dict[str, Any], words: str) -> None:
    found = faults_in({"channel": [{**OWN, **change}]})
    assert any(words in fault for fault in found), found


@pytest.mark.parametrize(
    ("local_id", "words"),
    [
        ("dnv-v2/vis-3-11a/411.1/meta/qty-power", "does not begin"),
        ("/dnv-v3/vis-3-11a/411.1/meta/qty-power", "does not begin"),
        ("/dnv-v2/vis-3/411.1/meta/qty-power", "does not begin"),
        ("/dnv-v2/vis-3-11a/411.1/meta/qty-power/", "no empty part"),
        ("/dnv-v2/vis-3-11a//meta/qty-power", "no empty part"),
        ("/dnv-v2/vis-3-11a/meta/qty-power", "item without a code"),
        ("/dnv-v2/vis-3-11a/411.1/sec/meta/qty-power", "item without a code"),
        ("/dnv-v2/vis-3-11a/411.1/meta", "no tag"),
        ("/dnv-v2/vis-3-11a/411.1/meta/power", "tag that is none of"),
        ("/dnv-v2/vis-3-11a/411.1/meta/cnt-air/qty-power", "not in the order"),
        ("/dnv-v2/vis-3-11a/411.1/meta/qty-power/qty-power", "twice"),
        ("/dnv-v2/vis-3-11a/engine/meta/qty-power", "no code of the VIS"),
        ("/dnv-v2/vis-3-11a/411.1/meta/qty-power loss", "other characters"),
        ("/dnv-v2/vis-3-11a/411.1/meta/qty-kälte", "other characters"),
    ],
)
def test_a_local_id_of_another_structure_is_refused_with_the_reason(local_id: str, words: str) -> None:
    assert words in (localid.fault(local_id) or "")


@pytest.mark.filterwarnings("ignore:path is deprecated:DeprecationWarning")
def test_every_local_id_of_ours_is_one_of_the_vis_and_the_vis_finds_what_we_cannot() -> None:
    """Each id of the standard channels, the derived ones and the example, by DNV's own reader; a made-up code is refused."""
    from vista_sdk.local_id_builder import LocalIdBuilder

    for channel in (*STANDARD_CHANNELS, *DERIVED_CHANNELS, *example()):
        known, errors, _ = LocalIdBuilder.try_parse(channel.local_id)
        assert known, (channel.short_id, [str(error) for error in errors])
    unknown = "/dnv-v2/vis-3-11a/411.1/C999.9/meta/qty-temperature"
    assert localid.fault(unknown) is None
    assert not LocalIdBuilder.try_parse(unknown)[0]


def test_the_export_of_a_catalogue_is_a_data_channel_list_of_iso_19848() -> None:
    """Against the published schema, and the negative control: without its local id a channel is refused."""
    path = shared("data/vis/DataChannelList.schema.json")
    schema = json.loads(path.read_text("utf-8"))
    for catalogue in (standard_catalogue(), example()):
        package: Any = data_channel_list(catalogue, "IMO9000001", "2026-11-26T08:00:00Z")
        jsonschema.validate(package, schema)
        channels = package["Package"]["DataChannelList"]["DataChannel"]
        assert [row["DataChannelID"]["ShortID"] for row in channels] == [channel.short_id for channel in catalogue]
        del channels[0]["DataChannelID"]["LocalID"]
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(package, schema)


def test_every_unit_in_use_is_in_the_table() -> None:
    assert {channel.unit for channel in (*STANDARD_CHANNELS, *DERIVED_CHANNELS, *example())} <= set(UNITS)


def _agent(channels: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "vessel": {"id": "gannet", "name": "GANNET", "length_m": 89.0, "beam_m": 13.4},
        "broker": {"url": "mqtt://gannet:right@127.0.0.1:1883"}, "spool": {"path": "spool.db"},
        "safety": {"journal": "journal.db"}, "keys": {"master_public_key": "5a" * 32, "vessel_key": "vessel.pem"},
        "input": [{"name": "bridge", "kind": "tcp_client", "port": 1}], "channels": channels, **more,
    }  # fmt: skip


def test_the_agent_takes_the_catalogue_from_the_file_that_its_configuration_names(tmp_path: Path) -> None:
    (tmp_path / "catalogue.toml").write_bytes(EXAMPLE.read_bytes())
    config = from_mapping(_agent({"file": "catalogue.toml"}, sources={"ME_EGT2": ["spare"]}), tmp_path, {})
    assert config.catalogue.channels[: len(example())] == example().channels  # its sources' health comes after
    assert config.ranking["NAV_HDG"] == ("net-sat/HE", "bridge/HC")  # the record's own
    assert config.ranking["ME_EGT2"] == ("spare",)  # [sources] goes before


def test_faults_of_the_file_are_among_those_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('[[channel]]\nid = "NAV_SOG"\nunit = "m/s"\n[[channel]]\nid = "X"\n', "utf-8")
    with pytest.raises(ConfigError) as caught:
        from_mapping(_agent({"file": "bad.toml"}, link={"bearer": "pigeon"}), tmp_path, {})
    assert any("bad.toml" in fault and "X.name is missing" in fault for fault in caught.value.faults)
    assert any("bearer" in fault for fault in caught.value.faults)
    (tmp_path / "bad.toml").write_text('[[channel]]\nid = "NAV_SOG"\nunit = "m/s"\n', "utf-8")
    for channels, words in (
        ({"file": "bad.toml"}, "NAV_SOG is in m/s, but instruments tell it in kn"),
        ({"file": "none.toml"}, "none.toml"), ({"file": "bad.toml", "only": ["NAV_LAT"]}, "exclude each other"),
    ):  # fmt: skip
        with pytest.raises(ConfigError) as caught:
            from_mapping(_agent(channels), tmp_path, {})
        assert any(words in fault for fault in caught.value.faults), caught.value.faults


def _of(count: int) -> Catalogue:
    """Return a catalogue of so many channels, no two alike, with everything said."""
    limits = AlarmLimits(1.0, 2.0, 90.0, 95.0, 0.5, 3.0, 10.0)
    rows = [STANDARD_CHANNELS[number % len(STANDARD_CHANNELS)] for number in range(count)]
    return Catalogue(tuple(
        replace(
            row, short_id=f"{row.short_id}_{number}", name=f"{row.name} {number}", local_id=f"{row.local_id}-{number}",
            signalk_path=f"{row.signalk_path}.{number}", accuracy=0.1 * (number % 7 + 1), frozen_s=60.0, limits=limits,
            sources=("plc", f"bridge/{number % 30}"),
        )
        for number, row in enumerate(rows)
    ))  # fmt: skip


def _birth(catalogue: Catalogue) -> Birth:
    return Birth(
        "gannet", "GANNET", "cargo", 440234567, None, 89.0, 13.4, 1, 0, catalogue.hash, catalogue.to_wire(), (), {}, None,
        bytes(32),
    )  # fmt: skip


@pytest.mark.parametrize(("count", "version"), [(30, VERSION_PLAIN), (400, VERSION), (CHANNELS_MAX, VERSION)])
def test_a_birth_carries_its_catalogue_whatever_its_size(count: int, version: int) -> None:
    """Plain, 400 channels with everything said are over the limit of a message; compressed, 1,000 are well under it."""
    catalogue = _of(count)
    encoded = _birth(catalogue).to_bytes()
    plain_bytes = len(cbor.encode(catalogue.to_wire()))
    assert (plain_bytes > SIZE_MAX_BYTES) is (count >= 400)
    assert len(encoded) < SIZE_MAX_BYTES / 2
    assert cbor.decode_map(encoded)["v"] == version
    read = Birth.from_bytes(encoded)
    assert Catalogue.from_wire(read.catalogue) == catalogue
    assert Catalogue.from_wire(read.catalogue).hash == read.catalogue_hash
    assert len(Legend.from_wire(read.catalogue_hash, read.catalogue).channels) == count


def test_births_of_before_are_read_as_ever() -> None:
    """A plain catalogue of any size under version 1, without the fields that channels have got since."""
    old: Any = standard_catalogue().to_wire()
    for row in old:
        assert not {"accuracy", "frozen_s", "limits", "sources"} & set(row)
    source = {**cbor.decode_map(_birth(standard_catalogue(["NAV_LAT"])).to_bytes()), "catalogue": old, "v": 1}
    assert Catalogue.from_wire(Birth.from_bytes(cbor.encode(source)).catalogue) == standard_catalogue()


def test_a_catalogue_that_claims_to_be_huge_or_is_no_frame_is_refused_unpacked() -> None:
    import zstandard

    source = cbor.decode_map(_birth(_of(400)).to_bytes())
    for packed in (
        zstandard.ZstdCompressor().compress(bytes(CATALOGUE_MAX_BYTES + 1)), b"not zstd", b"",
        zstandard.ZstdCompressor(write_content_size=False).compress(bytes(10_000_000)),
        zstandard.ZstdCompressor().compress(b"\xff\xff"),
    ):  # fmt: skip
        with pytest.raises(MalformedError):
            Birth.from_bytes(cbor.encode({**source, "catalogue": packed}))


def test_a_catalogue_of_the_standard_channels_stays_plain_so_that_a_shore_of_before_reads_it() -> None:
    assert len(cbor.encode(standard_catalogue().to_wire())) <= PLAIN_MAX_BYTES
    assert cbor.decode_map(_birth(standard_catalogue()).to_bytes())["v"] == VERSION_PLAIN
