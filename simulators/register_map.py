"""The agent's register map of a simulated vessel, as TOML for `protocols.modbus.registers`, from the PLC's one table.

`python -m simulators.register_map` rewrites `simulators/registers/<vessel>.toml`; a test compares them with the table.
"""

from __future__ import annotations

from pathlib import Path

from simulators.devices.plc import REGISTERS, WRITE_RANGES, Register
from simulators.fleet import FLEET, VesselSpec

FOLDER = Path(__file__).with_name("registers")


def document(spec: VesselSpec) -> str:
    """Return the map of one vessel: what she measures, how she stands, and what she can be ordered."""
    parts = [
        f"# Register map of the simulated vessel {spec.slug!r} (unit 1); made by `python -m simulators.register_map`.",
        "# Value = raw x scale; of 32-bit values the high word comes first.",
    ]
    parts += [_table(register) for register in REGISTERS if register.channel not in spec.absent_channels]
    return "\n".join(parts) + "\n"


def _table(register: Register) -> str:
    lines = [f"\n# {register.meaning}" if register.meaning else "", "[[register]]"]
    lines += [f'name = "{register.name}"', f'table = "{register.table}"', f"address = {register.address}"]
    lines += [f'coding = "{register.coding}"', f"scale = {register.scale}"]
    lines += [f'unit = "{register.unit}"'] if register.unit else []
    lines += [f'channel = "{register.channel}"'] if register.channel else []
    if register.table == "holding":
        low, high = WRITE_RANGES[register.name]
        lines += ["writable = true", f"low = {low * register.scale:g}", f"high = {high * register.scale:g}"]
    return "\n".join(lines)


def main() -> None:
    """Write every vessel's map."""
    FOLDER.mkdir(exist_ok=True)
    for spec in FLEET:
        (FOLDER / f"{spec.slug}.toml").write_text(document(spec), encoding="utf-8")


if __name__ == "__main__":
    main()
