"""The agent's register map of a simulated vessel, as TOML, made from the PLC's one table.

`python -m simulators.register_map` rewrites `simulators/registers/<vessel>.toml`; a test compares them with the table.
"""

from __future__ import annotations

from pathlib import Path

from simulators.devices.plc import REGISTERS, Register
from simulators.fleet import FLEET, VesselSpec

FOLDER = Path(__file__).with_name("registers")
_TYPES = {"bit": "bool"}
"""Words of the TOML where they differ from the table's."""


def document(spec: VesselSpec) -> str:
    """Return the map of one vessel: what she measures by channel, and what she can be ordered."""
    parts = [
        f"# Register map of the simulated vessel {spec.slug!r}; made by `python -m simulators.register_map`.",
        "# Value = raw x scale; 32-bit values are two registers, high word first.",
        "unit = 1",
        'word_order = "big"',
    ]
    for register in REGISTERS:
        if register.table == "holding":
            parts.append(_order(register))
        elif register.channel and register.channel not in spec.absent_channels:
            parts.append(_measured(register))
    return "\n".join(parts) + "\n"


def _fields(register: Register) -> list[str]:
    coding = _TYPES.get(register.coding, register.coding)
    return [
        f'table = "{register.table}"',
        f"address = {register.address}",
        f'type = "{coding}"',
        f"scale = {register.scale}",
        f'unit = "{register.unit}"',
    ]


def _measured(register: Register) -> str:
    return "\n".join(["\n[[register]]", f'channel = "{register.channel}"', *_fields(register)])


def _order(register: Register) -> str:
    meaning = f"  # {register.meaning}" if register.meaning else ""
    return "\n".join(["\n[[order]]", f'name = "{register.name}"{meaning}', *_fields(register)])


def main() -> None:
    """Write every vessel's map."""
    FOLDER.mkdir(exist_ok=True)
    for spec in FLEET:
        (FOLDER / f"{spec.slug}.toml").write_text(document(spec), encoding="utf-8")


if __name__ == "__main__":
    main()
