"""The committed register maps are those of the PLC's table, and read back to the ship's own values."""

from __future__ import annotations

import tomllib

import pytest

from simulators.devices.plc import REGISTERS
from simulators.devices.plc_readings import discrete_bits, input_words, readings
from simulators.fleet import FLEET, VesselSpec
from simulators.register_map import FOLDER, document
from simulators.ship import Ship


@pytest.mark.parametrize("spec", FLEET)
def test_the_file_is_what_the_table_makes(spec: VesselSpec) -> None:
    assert (FOLDER / f"{spec.slug}.toml").read_text() == document(spec)


@pytest.mark.parametrize("spec", FLEET)
def test_what_the_map_says_is_what_the_ship_means(spec: VesselSpec) -> None:
    """Decode every register by the TOML alone and compare with the value that was encoded."""
    ship = Ship(spec, 42, 0)
    for _ in range(50):
        ship.advance(0.1)
    words, bits, true = input_words(ship), discrete_bits(ship), readings(ship)
    by_address = {(r.table, r.address): r.name for r in REGISTERS}
    for entry in tomllib.loads(document(spec))["register"]:
        name, address = by_address[entry["table"], entry["address"]], entry["address"]
        if entry["table"] == "discrete":
            assert bits[address] is bool(true[name])
            continue
        width = 2 if entry["type"] in {"u32", "i32"} else 1
        raw = int.from_bytes(b"".join(word.to_bytes(2, "big") for word in words[address : address + width]), "big")
        if entry["type"].startswith("i") and raw >= 1 << (16 * width - 1):
            raw -= 1 << (16 * width)
        assert raw * entry["scale"] == pytest.approx(true[name], abs=entry["scale"])
    assert not spec.absent_channels & {entry["channel"] for entry in tomllib.loads(document(spec))["register"]}
