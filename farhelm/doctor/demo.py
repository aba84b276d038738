"""What a demo wrote of itself: `demo.json` and the simulators' `ports.json`, read with doubt."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Final, cast

from farhelm.doctor import probes
from farhelm.doctor.seen import ProcessSeen

EQUIPMENT: Final = {"nmea_tcp": "NMEA", "plc": "PLC", "autopilot": "autopilot"}
OF_VESSEL: Final = {"panel_port": "panel", "nmea_port": "recording"}
"""The demo's names of ports, and ours."""


def read(folder: Path) -> dict[str, object] | None:
    """Return what the demo in `folder` wrote, None when there is nothing, or it has ended."""
    facts = _object(folder / "demo.json")
    pid = facts.get("pid")
    return facts if isinstance(pid, int) and probes.lives(pid) and "console_url" in facts else None


def text(facts: dict[str, object], name: str) -> str:
    """Return a text; empty when there is none."""
    found = facts.get(name)
    return found if isinstance(found, str) else ""


def processes(facts: dict[str, object]) -> list[ProcessSeen]:
    """Look at the demo's processes."""
    return [
        probes.process(
            text(row, "name"), cast("int | None", row.get("pid")), cast("int", row.get("restarts", 0)), text(row, "log")
        )
        for row in _rows(facts, "processes")
    ]


def ship_ports(facts: dict[str, object]) -> list[tuple[str, int]]:
    """Return the ports at which ships' equipment and panels are to answer, each with its name."""
    found: list[tuple[str, int]] = []
    simulated = _object(Path(text(facts, "simulator_ports"))).get("vessels")
    for vessel, ports in cast("dict[str, dict[str, object]]", simulated or {}).items():
        found += [(f"{vessel} {word}", port) for name, word in EQUIPMENT.items()
                  if isinstance(port := ports.get(name), int)]  # fmt: skip
    for row in _rows(facts, "vessels"):
        found += [(f"{text(row, 'vessel')} {word}", port) for name, word in OF_VESSEL.items()
                  if isinstance(port := row.get(name), int)]  # fmt: skip
    return found


def _rows(facts: dict[str, object], name: str) -> list[dict[str, object]]:
    rows = facts.get(name)
    return cast("list[dict[str, object]]", rows) if isinstance(rows, list) else []


def _object(path: Path) -> dict[str, object]:
    with contextlib.suppress(OSError, ValueError):
        found: object = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(found, dict):
            return cast("dict[str, object]", found)
    return {}
