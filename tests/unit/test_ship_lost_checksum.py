"""A line whose end was lost, its checksum with it: from whom checksums are known a line without one is damaged."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from protocols.nmea0183.framing import framed
from protocols.nmea0183.summed import KNOWN_MAX, SUMMED_S, Summed
from protocols.reading import Quality
from shipside import config
from shipside.config.inputs import InputConfig
from shipside.listening import Listening
from tests.shore_kit import SetClock
from tests.unit.test_ship_examples import aboard

VOID = framed("GPGLL,3500.000,N,12900.000,E,120000.00,V,N")
SOUNDER = framed("SDDPT,12.5,-1.5,100")


@pytest.fixture
def bridge(tmp_path: Path) -> Listening:
    loaded = config.load(aboard(tmp_path, "coaster.toml"), {})
    return Listening(dataclasses.replace(loaded, inputs=(InputConfig("bridge", "serial"),)), SetClock())


def said(listening: Listening, channel: str) -> tuple[object, Quality] | None:
    found = listening.picture.latest(channel, listening._clock.now_s())
    return None if found is None else (found.value, found.quality)


def test_a_void_position_whose_status_was_lost_is_not_believed(bridge: Listening) -> None:
    """A serial line that overruns loses bytes, not line ends: what is left reads like a sentence of 1990."""
    cut = VOID.partition(b",120000")[0]
    for line in (VOID, cut, VOID.partition(b"*")[0]):
        bridge.take_line("bridge", line)
        assert said(bridge, "NAV_LAT") == (None, Quality.INVALID)
    assert bridge.rejected["bridge"]["checksum"] == 2


def test_half_an_offset_is_no_depth_under_the_keel(bridge: Listening) -> None:
    """`-1.5` whose end was lost is `-1`: half a metre too much water."""
    bridge.take_lines("bridge", [SOUNDER, SOUNDER[: SOUNDER.index(b".5,100")], b"$SDDPT,12.5,-1"])
    assert said(bridge, "NAV_DPTK") == (11.0, Quality.GOOD)
    assert bridge.rejected["bridge"]["checksum"] == 2


def test_an_instrument_that_never_sends_checksums_is_read(bridge: Listening) -> None:
    """The negative control, and what old instruments need; that others on the input send them is nothing to it."""
    bridge.take_lines("bridge", [framed("HEHDT,090.0,T"), b"$SDDPT,12.5,-1", b"$SDDPT,12.5,-1.5,100"])
    assert said(bridge, "NAV_DPTK") == (11.0, Quality.GOOD)
    assert "bridge" not in bridge.rejected


def test_one_that_was_set_to_send_none_any_more_is_read_after_a_minute(bridge: Listening) -> None:
    """Nobody has to start the agent anew after work on the sounder."""
    bridge.take_line("bridge", SOUNDER)
    for passed_s, is_read in ((SUMMED_S - 1.0, False), (2.0, True)):
        bridge._clock.s += passed_s  # type: ignore[attr-defined] # the clock of a test
        bridge.take_line("bridge", b"$SDDPT,20.0,-1.5,100")
        assert (said(bridge, "NAV_DPTK") == (18.5, Quality.GOOD)) is is_read


def test_what_is_remembered_is_bounded() -> None:
    """Noise that makes up addresses fills no memory."""
    summed = Summed()
    for number in range(3 * KNOWN_MAX):
        assert summed.is_whole("II", f"{number:03X}", 0.0, has_checksum=True)
    assert summed.count == KNOWN_MAX
