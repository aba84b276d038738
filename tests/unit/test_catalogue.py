"""The standard channels are those of the signal list, and a catalogue means the same at both ends."""

from __future__ import annotations

import csv

import pytest

from protocols.errors import MalformedError
from protocols.link import cbor
from telemetry.catalogue import Catalogue, standard_catalogue
from telemetry.standard_channels import STANDARD_CHANNELS
from tests.shared_folder import shared


def test_the_standard_channels_are_those_of_the_signal_list() -> None:
    """Each row of signals.csv has its record with the same name, unit, range, cycle and ids, and no record is extra."""
    source = shared("facts/signals.csv")
    with source.open(newline="") as file:
        rows = {row["short_id"]: row for row in csv.DictReader(file)}
    assert [channel.short_id for channel in STANDARD_CHANNELS] == list(rows)
    for channel in STANDARD_CHANNELS:
        row = rows[channel.short_id]
        assert (channel.name, channel.local_id) == (row["name"], row["vis_local_id"])
        path = (
            "steering.rudderAnglePort" if channel.short_id == "STG_RUD_P" else row["signalk_path"]
        )  # two of one there
        assert (channel.signalk_path, channel.cycle_s) == (path, float(row["update_cycle_s"]))
        if channel.kind == "number":
            assert channel.unit == row["iso19848_unit"]
            assert (channel.low, channel.high) == (float(row["range_low"]), float(row["range_high"]))


def test_no_channel_is_kept_coarser_than_its_range_allows() -> None:
    """A resolution is positive for numbers, and a value is never stale before its second cycle is due."""
    for channel in STANDARD_CHANNELS:
        assert channel.max_age_s >= 1.0
        assert channel.max_age_s >= 2 * channel.cycle_s
        if channel.kind == "number":
            assert channel.low is not None
            assert channel.high is not None
            assert 0 < channel.resolution <= (channel.high - channel.low) / 10


def test_a_catalogue_means_the_same_ashore() -> None:
    """The records survive the birth message, and the hash names exactly them."""
    aboard = standard_catalogue()
    ashore = Catalogue.from_wire(cbor.decode(cbor.encode(aboard.to_wire())))
    assert ashore == aboard
    assert ashore.hash == aboard.hash
    # One channel fewer is another catalogue with another name.
    assert Catalogue(aboard.channels[1:]).hash != aboard.hash
    assert len(cbor.encode(aboard.to_wire())) < cbor.SIZE_MAX_BYTES / 2


def test_a_catalogue_that_could_be_misread_is_refused() -> None:
    """Two channels of one name, a kind of no meaning and a field of the wrong type are refused in words."""
    first = STANDARD_CHANNELS[0]
    with pytest.raises(ValueError, match="share a short id"):
        Catalogue((first, first))
    with pytest.raises(KeyError, match="NAV_NOWHERE"):
        standard_catalogue(["NAV_LAT", "NAV_NOWHERE"])
    for field, value in (("kind", "guess"), ("unit", 7), ("cycle_s", "often"), ("circular", 1)):
        row = {**dict(standard_catalogue(["NAV_LAT"]).to_wire()[0]), field: value}  # type: ignore[index, arg-type] # a list of maps
        with pytest.raises(MalformedError):
            Catalogue.from_wire([row])
