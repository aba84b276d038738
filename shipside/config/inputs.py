"""What is read aboard: inputs of lines of NMEA 0183 or NMEA 2000, and whose value is believed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, cast

from shipside.config.reader import Reader
from telemetry.catalogue import Catalogue

InputKind = Literal["tcp_client", "tcp_server", "udp", "multicast450", "serial", "replay", "socketcan"]
INPUT_KINDS: Final = ("tcp_client", "tcp_server", "udp", "multicast450", "serial", "replay", "socketcan")
InputProtocol = Literal["nmea0183", "nmea2000"]
INPUT_PROTOCOLS: Final = ("nmea0183", "nmea2000")
CODES_MAX: Final = 100
"""Most talkers or formatters of one list; the standard has about 100 formatters."""
CAN_INTERFACE: Final = re.compile(r"[!-.0-9;-~]{1,15}")
"""Linux takes no `/`, `:` or blank in a name and no more bytes; what is not ASCII has no place in a line of candump."""


@dataclass(frozen=True, slots=True)
class InputConfig:
    """One input of lines."""

    name: str
    kind: InputKind
    host: str = "127.0.0.1"
    port: int = 0
    group: str = ""
    """Multicast group of kind multicast450."""
    interface: str = "0.0.0.0"  # noqa: S104 - joins on the default interface; it opens no listening service
    """Own address of kind multicast450; name of the CAN interface of kind socketcan."""
    path: str = ""
    """Serial device, or recording of kind replay."""
    baud: int = 4800
    speed: float = 1.0
    """Times real time of a replay; 0: as fast as can be."""
    is_loop: bool = False
    """True: a replay begins again at its end."""
    is_live: bool = True
    """False: what comes was recorded before, so that positions are not held against our time and the ship's own way."""
    talkers: tuple[str, ...] = ()
    """Talkers that may speak here; none: any. A sentence of another is not used, and is an alert."""
    formatters: tuple[str, ...] = ()
    """Formatters that may be heard here; none: any."""
    protocol: InputProtocol = "nmea0183"
    """What the lines are; nmea2000: candump, Actisense or Yacht Devices text, which one each line tells."""


def read_inputs(reader: Reader) -> tuple[InputConfig, ...]:
    """Return the [[input]] tables."""
    found: list[InputConfig] = []
    for number, row in enumerate(reader.rows("input")):
        where = f"input[{number}]"
        kind = row.get("kind")
        if kind not in INPUT_KINDS:
            reader.faults.append(f"{where}.kind is {kind!r}, none of {', '.join(INPUT_KINDS)}")
            continue
        needs_path, is_bus = kind in ("serial", "replay"), kind == "socketcan"
        found.append(InputConfig(
            reader.text(row, "name", where), kind, reader.text(row, "host", where, "127.0.0.1"),
            0 if needs_path or is_bus else reader.port(row, where, low=0 if kind == "tcp_server" else 1),
            reader.text(row, "group", where) if kind == "multicast450" else "",
            _interface(reader, row, where) if is_bus else reader.text(row, "interface", where, "0.0.0.0"),  # noqa: S104 - joins, opens no service
            str(reader.path(row, "path", where)) if needs_path else "",
            int(reader.number(row, "baud", where, 300, 4_000_000, 4800)),
            reader.number(row, "speed", where, 0.0, 1000.0, 1.0), bool(row.get("loop", False)),
            kind != "replay" and bool(row.get("live", True)),
            _codes(reader, row, "talkers", where, 1, 2), _codes(reader, row, "formatters", where, 3, 5),
            _protocol(reader, row, where),
        ))  # fmt: skip
    names = [row.name for row in found]
    reader.faults += [f"two inputs are called {name!r}" for name in sorted(set(names)) if names.count(name) > 1]
    return tuple(found)


def _interface(reader: Reader, row: Mapping[str, object], where: str) -> str:
    """Return the name of a CAN interface, and a fault for one that Linux would not take."""
    name = reader.text(row, "interface", where)
    if name and not CAN_INTERFACE.fullmatch(name):
        reader.faults.append(
            f"{where}.interface is {name!r}, no name of an interface of Linux: 1 to 15 ASCII characters, no blank, / or :"
        )
    return name


def _protocol(reader: Reader, row: Mapping[str, object], where: str) -> InputProtocol:
    """Return what the lines of an input are, and a fault for each setting that does not go with it."""
    is_bus = row.get("kind") == "socketcan"
    protocol = row.get("protocol", "nmea2000" if is_bus else "nmea0183")
    if protocol not in INPUT_PROTOCOLS:
        reader.faults.append(f"{where}.protocol is {protocol!r}, none of {', '.join(INPUT_PROTOCOLS)}")
        return "nmea0183"
    if is_bus and protocol != "nmea2000":
        reader.faults.append(f"{where}.protocol is {protocol!r}, but a CAN bus carries nmea2000")
    if row.get("kind") == "multicast450" and protocol == "nmea2000":
        reader.faults.append(f"{where}.protocol is 'nmea2000', but multicast450 carries sentences of nmea0183")
    if protocol == "nmea2000" and (row.get("talkers") or row.get("formatters")):
        reader.faults.append(f"{where}: talkers and formatters are of nmea0183; nmea2000 has addresses and groups")
    return protocol


def _codes(reader: Reader, row: Mapping[str, object], name: str, where: str, low: int, high: int) -> tuple[str, ...]:
    """Return a list of talkers or formatters; none where it is left out."""
    value = row.get(name, [])
    codes = cast("list[object]", value) if isinstance(value, list) else [None]
    found = tuple(code for code in codes if isinstance(code, str) and low <= len(code) <= high and code.isupper())
    if len(found) != len(codes) or len(found) > CODES_MAX:
        reader.faults.append(
            f"{where}.{name} is not a list of at most {CODES_MAX} codes of {low} to {high} capital letters"
        )
    return found


def read_ranking(reader: Reader, catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    """Return sources by channel (or `*`), best first; what [sources] says goes before what the catalogue's record says."""
    ranking = {channel.short_id: channel.sources for channel in catalogue if channel.sources}
    for channel, sources in reader.table("sources").items():
        if channel == "hold_off_s":
            continue
        if isinstance(sources, list) and all(isinstance(source, str) for source in cast("list[object]", sources)):
            ranking[channel] = tuple(cast("list[str]", sources))
        else:
            reader.faults.append(f"sources.{channel} is not a list of source names, best first")
    return ranking
