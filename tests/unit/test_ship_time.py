"""Ship's time: told by the vessel's configuration, carried by her birth, shown ashore, never guessed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from control.limits import ConfigError
from protocols.link import cbor
from protocols.link.birth import Birth
from shipside import config
from shipside.birth import birth_of
from shoreside.live.fleet import VesselState
from shoreside.live.views import vessel_message
from tests.unit.test_ship_examples import aboard

KEY = bytes(32)


def birth_aboard(folder: Path, said: str) -> Birth:
    """Return the birth of the small vessel with `said` in her [vessel]."""
    path = aboard(folder, "minimal.toml")
    path.write_text(path.read_text("utf-8").replace("beam_m = 6.5\n", f"beam_m = 6.5\n{said}\n", 1), "utf-8")
    return birth_of(config.load(path, {}), KEY, 1, 0)


@pytest.mark.parametrize("offset_h", [-12.0, -3.5, 0.0, 5.75, 9.0, 14.0])
def test_the_offset_reaches_the_console_as_it_was_written(tmp_path: Path, offset_h: float) -> None:
    """Zero is an offset like others: a ship that keeps UTC says so."""
    made = Birth.from_bytes(birth_aboard(tmp_path, f"ship_time_offset_h = {offset_h}").to_bytes())
    told = vessel_message(VesselState("tern", made))
    assert told is not None
    assert told["ship_time_offset_h"] == offset_h


def test_a_ship_that_tells_none_has_the_birth_she_always_had(tmp_path: Path) -> None:
    """The field is left out of the bytes, and the console is told null."""
    made = birth_aboard(tmp_path, "")
    assert "ship_time_offset_h" not in cbor.decode_map(made.to_bytes())
    assert "ship_time_offset_h" in cbor.decode_map(replace(made, ship_time_offset_h=9.0).to_bytes())
    told = vessel_message(VesselState("tern", Birth.from_bytes(made.to_bytes())))
    assert told is not None
    assert told["ship_time_offset_h"] is None


@pytest.mark.parametrize("said", ["-12.5", "14.5", '"KST"', "true", "nan"])
def test_what_is_no_zone_of_the_earth_is_a_fault_of_the_file(tmp_path: Path, said: str) -> None:
    with pytest.raises(ConfigError, match=r"vessel\.ship_time_offset_h is .*-12\.\.14"):
        birth_aboard(tmp_path, f"ship_time_offset_h = {said}")
