"""The agent's configuration: one frozen record, read once from TOML and environment, all faults reported together.

`shipside/examples/` has commented files. `FARHELM_BROKER_URL` and `FARHELM_SPOOL` override what the file says.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, cast

from control.limits import ConfigError, ControlConfig
from protocols.aio.mqtt import Broker
from protocols.errors import MalformedError
from protocols.link import topics
from protocols.modbus.registers import RegisterMap
from shipside import handing
from shipside.actuators.plc import missing_registers
from shipside.config_keys import unknown_names
from telemetry.catalogue import Catalogue, standard_catalogue

InputKind = Literal["tcp_client", "tcp_server", "udp", "multicast450", "serial", "replay"]
INPUT_KINDS: Final = ("tcp_client", "tcp_server", "udp", "multicast450", "serial", "replay")
INPUTS_MAX: Final = 32
"""Most inputs of one vessel; a bridge with every sensor on its own line has 20."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """What a bearer allows (architecture.md 5)."""

    scan_s: float
    """Period of the scan clock."""
    batch_s: float
    """Length of a batch; 0: every scan is one."""
    resend_s: float
    """How long the shore's acknowledgement may take before a batch is sent again."""


BEARERS: Final[dict[str, Bearer]] = {
    "lte": Bearer(0.2, 0.0, 5.0),
    "leo": Bearer(0.5, 1.0, 8.0),
    "geo": Bearer(1.0, 10.0, 30.0),
}
"""Profiles by name; on LTE each scan goes at once, so that a value is ashore within 300 ms."""


@dataclass(frozen=True, slots=True)
class InputConfig:
    """One input of NMEA 0183 lines."""

    name: str
    kind: InputKind
    host: str = "127.0.0.1"
    port: int = 0
    group: str = ""
    """Multicast group of kind multicast450."""
    interface: str = "0.0.0.0"  # noqa: S104 - joins on the default interface; it opens no listening service
    path: str = ""
    """Serial device, or recording of kind replay."""
    baud: int = 4800
    speed: float = 1.0
    """Times real time of a replay; 0: as fast as can be."""
    is_loop: bool = False
    """True: a replay begins again at its end."""


@dataclass(frozen=True, slots=True)
class ModbusConfig:
    """One Modbus TCP unit that is polled."""

    name: str
    host: str
    port: int
    unit: int
    period_s: float
    registers: RegisterMap


@dataclass(frozen=True, slots=True)
class VesselConfig:
    """What the vessel is."""

    id: str
    name: str
    ship_type: str
    mmsi: int
    imo: int | None
    length_m: float
    beam_m: float


@dataclass(frozen=True, slots=True)
class AutopilotConfig:
    """Where HTC goes and HTD comes from."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class AgentConfig:
    """Everything the agent is told."""

    vessel: VesselConfig
    broker_url: str
    stop_broker_url: str
    """The emergency stop's own credential (EST-01); the same broker, another account."""
    inputs: tuple[InputConfig, ...]
    modbus: tuple[ModbusConfig, ...]
    ranking: Mapping[str, tuple[str, ...]]
    """Sources by channel (or `*`), best first."""
    hold_off_s: float
    catalogue: Catalogue
    bearer: Bearer
    spool: Path
    spool_bytes_max: int
    journal: Path
    panel_port: int
    """Loopback port of the local panel; 0: a free one."""
    master_public_key: bytes
    vessel_key: Path
    roster: Path | None
    """Signed roster put aboard at commissioning; None: it comes from the shore, still signed."""
    grant: Path | None
    autopilot: AutopilotConfig | None
    plc: str
    """Name of the Modbus unit that is the engine and steering PLC; never empty where there is `control`."""
    control: ControlConfig | None
    """None: observe only, every order is refused."""


@dataclass(slots=True)
class _Reader:
    source: Mapping[str, object]
    folder: Path
    faults: list[str] = field(default_factory=list[str])

    def table(self, name: str) -> Mapping[str, object]:
        value = self.source.get(name, {})
        if isinstance(value, Mapping):
            return cast("Mapping[str, object]", value)
        self.faults.append(f"[{name}] is not a table")
        return {}

    def rows(self, name: str) -> list[Mapping[str, object]]:
        value = self.source.get(name, [])
        if isinstance(value, list) and len(cast("list[object]", value)) <= INPUTS_MAX:
            return [row for row in cast("list[object]", value) if isinstance(row, Mapping)]
        self.faults.append(f"[[{name}]] is not a list of at most {INPUTS_MAX} tables")
        return []

    def text(self, table: Mapping[str, object], name: str, where: str, default: str | None = None) -> str:
        value = table.get(name, default)
        if isinstance(value, str) and (value or default is not None):
            return value
        self.faults.append(f"{where}.{name} is missing or no text")
        return ""

    def number(
        self, table: Mapping[str, object], name: str, where: str, low: float, high: float, default: float | None = None
    ) -> float:  # fmt: skip
        value = table.get(name, default)
        if isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high:
            return float(value)
        self.faults.append(f"{where}.{name} is {value!r}, not a number within {low:g}..{high:g}")
        return low

    def port(self, table: Mapping[str, object], where: str, *, low: int = 1) -> int:
        return int(self.number(table, "port", where, low, 65535))

    def path(self, table: Mapping[str, object], name: str, where: str) -> Path:
        return self.folder / self.text(table, name, where)

    def existing(self, table: Mapping[str, object], name: str, where: str) -> Path | None:
        if name not in table:
            return None
        path = self.path(table, name, where)
        if not path.is_file():
            self.faults.append(f"{where}.{name}: there is no file {path}")
        return path


def load(path: Path, environment: Mapping[str, str]) -> AgentConfig:
    """Return the configuration of the file `path`; raise ConfigError with every fault found."""
    try:
        source = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError([f"{path} cannot be read: {error.strerror}"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError([f"{path} is not TOML: {error}"]) from error
    return from_mapping(source, path.parent, environment)


def from_mapping(source: Mapping[str, object], folder: Path, environment: Mapping[str, str]) -> AgentConfig:
    """Return the configuration in a parsed file; paths are relative to `folder`. Raise ConfigError with every fault."""
    reader = _Reader(source, folder)
    reader.faults += unknown_names(source)
    vessel = _vessel(reader)
    control = _control(reader, vessel.id)
    broker, link, spool, keys = (reader.table(name) for name in ("broker", "link", "spool", "keys"))
    safety = reader.table("safety")
    modbus = _modbus(reader)
    plc = reader.text(safety, "plc", "safety", "")
    if plc and plc not in [unit.name for unit in modbus]:
        reader.faults.append(f"safety.plc names {plc!r}, but no [[modbus]] has that name")
    url = _broker(reader, environment.get("FARHELM_BROKER_URL") or reader.text(broker, "url", "broker"), "url")
    config = AgentConfig(
        vessel=vessel, broker_url=url,
        stop_broker_url=_broker(reader, reader.text(broker, "stop_url", "broker", url), "stop_url"), inputs=_inputs(reader),
        modbus=modbus, ranking=_ranking(reader),
        hold_off_s=reader.number(reader.table("sources"), "hold_off_s", "sources", 0.0, 3600.0, 10.0),
        catalogue=_catalogue(reader), bearer=_bearer(reader, link),
        spool=Path(environment.get("FARHELM_SPOOL") or reader.path(spool, "path", "spool")),
        spool_bytes_max=int(reader.number(spool, "mb_max", "spool", 1.0, 1e6, 1000.0) * 1e6),
        journal=reader.path(safety, "journal", "safety"),
        panel_port=int(reader.number(safety, "panel_port", "safety", 0, 65535, 0)),
        master_public_key=_hex_key(reader, keys), vessel_key=reader.path(keys, "vessel_key", "keys"),
        roster=reader.existing(keys, "roster", "keys"), grant=reader.existing(keys, "grant", "keys"),
        autopilot=_autopilot(reader, safety), plc=plc, control=control,
    )  # fmt: skip
    if not config.inputs and not config.modbus:
        reader.faults.append("there is no [[input]] and no [[modbus]]: the agent would have nothing to collect")
    _orders(reader, config)
    if config.control is not None and config.journal.name:
        reader.faults += handing.faults(config.journal, ((entry.name, entry.kind) for entry in config.inputs))
    if reader.faults:
        raise ConfigError(reader.faults)
    return config


def _broker(reader: _Reader, url: str, name: str) -> str:
    fault = f"broker.{name} is not of the form mqtt://user:password@host:port"
    try:
        if url:
            Broker.from_url(url)
    except ValueError:
        reader.faults += [fault] if name == "url" or "stop_url" in reader.table("broker") else []
    return url


_WATCHED_ONLY: Final = "a vessel that is only watched has no [control]"
_NO_PLC: Final = (
    "safety.plc is missing: with [control] the emergency stop, propulsion and the watchdog go through a PLC; "
    f"name its [[modbus]] unit ({_WATCHED_ONLY})"
)
_NO_AUTOPILOT: Final = (
    "safety.autopilot_port is missing: with [control] headings, the rudder and the ladder's holding of the heading go to "
    f"the autopilot; say where it listens ({_WATCHED_ONLY})"
)
_NEEDED_BY_CONTROL: Final = (("plc", _NO_PLC), ("autopilot_port", _NO_AUTOPILOT))
"""(name in [safety], what to say without it)"""


def _orders(reader: _Reader, config: AgentConfig) -> None:
    """Judge whether there is something to order: a vessel with [control] has a way for each order, the stop first."""
    if "control" not in reader.source:
        return
    safety = reader.table("safety")
    reader.faults += [fault for name, fault in _NEEDED_BY_CONTROL if safety.get(name) in (None, "")]
    unit = next((unit for unit in config.modbus if unit.name == config.plc), None)
    if unit is not None:
        missing = missing_registers(unit.registers)
        reader.faults += [f"the register map of {unit.name} lacks the orders {', '.join(missing)}"] if missing else []


def _vessel(reader: _Reader) -> VesselConfig:
    table = reader.table("vessel")
    identity = reader.text(table, "id", "vessel")
    try:
        topics.topic(identity, topics.BIRTH)
    except MalformedError as error:
        reader.faults.append(f"vessel.id: {error}")
    imo = int(reader.number(table, "imo", "vessel", 1_000_000, 9_999_999)) if "imo" in table else None
    return VesselConfig(
        identity, reader.text(table, "name", "vessel"), reader.text(table, "ship_type", "vessel", "vessel"),
        int(reader.number(table, "mmsi", "vessel", 0, 999_999_999, 0)), imo,
        reader.number(table, "length_m", "vessel", 0.1, 500.0), reader.number(table, "beam_m", "vessel", 0.1, 100.0),
    )  # fmt: skip


def _control(reader: _Reader, vessel: str) -> ControlConfig | None:
    if "control" not in reader.source:
        return None
    try:
        return ControlConfig.from_mapping(vessel, reader.table("control"))
    except ConfigError as error:
        reader.faults += error.faults
        return None


def _inputs(reader: _Reader) -> tuple[InputConfig, ...]:
    found: list[InputConfig] = []
    for number, row in enumerate(reader.rows("input")):
        where = f"input[{number}]"
        kind = row.get("kind")
        if kind not in INPUT_KINDS:
            reader.faults.append(f"{where}.kind is {kind!r}, none of {', '.join(INPUT_KINDS)}")
            continue
        needs_path = kind in ("serial", "replay")
        found.append(InputConfig(
            reader.text(row, "name", where), kind, reader.text(row, "host", where, "127.0.0.1"),
            0 if needs_path else reader.port(row, where, low=0 if kind == "tcp_server" else 1),
            reader.text(row, "group", where) if kind == "multicast450" else "",
            reader.text(row, "interface", where, "0.0.0.0"),  # noqa: S104 - joins, opens no service
            str(reader.path(row, "path", where)) if needs_path else "",
            int(reader.number(row, "baud", where, 300, 4_000_000, 4800)),
            reader.number(row, "speed", where, 0.0, 1000.0, 1.0), bool(row.get("loop", False)),
        ))  # fmt: skip
    names = [row.name for row in found]
    reader.faults += [f"two inputs are called {name!r}" for name in sorted(set(names)) if names.count(name) > 1]
    return tuple(found)


def _modbus(reader: _Reader) -> tuple[ModbusConfig, ...]:
    found: list[ModbusConfig] = []
    for number, row in enumerate(reader.rows("modbus")):
        where = f"modbus[{number}]"
        path = reader.path(row, "registers", where)
        try:
            registers = RegisterMap.from_mapping(tomllib.loads(path.read_text(encoding="utf-8")))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, MalformedError) as error:
            reader.faults.append(f"{where}.registers ({path.name}): {error}")
            continue
        found.append(ModbusConfig(
            reader.text(row, "name", where), reader.text(row, "host", where), reader.port(row, where),
            int(reader.number(row, "unit", where, 0, 247, 1)), reader.number(row, "period_s", where, 0.05, 3600.0, 0.5),
            registers,
        ))  # fmt: skip
    return tuple(found)


def _ranking(reader: _Reader) -> dict[str, tuple[str, ...]]:
    ranking: dict[str, tuple[str, ...]] = {}
    for channel, sources in reader.table("sources").items():
        if channel == "hold_off_s":
            continue
        if isinstance(sources, list) and all(isinstance(source, str) for source in cast("list[object]", sources)):
            ranking[channel] = tuple(cast("list[str]", sources))
        else:
            reader.faults.append(f"sources.{channel} is not a list of source names, best first")
    return ranking


def _catalogue(reader: _Reader) -> Catalogue:
    wanted = reader.table("channels").get("only")
    try:
        return standard_catalogue(cast("list[str]", wanted) if isinstance(wanted, list) else None)
    except KeyError as error:
        reader.faults.append(f"channels.only names unknown channels: {error.args[0]}")
        return standard_catalogue()


def _bearer(reader: _Reader, link: Mapping[str, object]) -> Bearer:
    name = reader.text(link, "bearer", "link", "lte")
    if name not in BEARERS:
        reader.faults.append(f"link.bearer is {name!r}, none of {', '.join(BEARERS)}")
    return BEARERS.get(name, BEARERS["lte"])


def _hex_key(reader: _Reader, keys: Mapping[str, object]) -> bytes:
    text = reader.text(keys, "master_public_key", "keys")
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if text and len(key) != 32:  # noqa: PLR2004 - Ed25519
        reader.faults.append("keys.master_public_key is not 64 hexadecimal digits")
    return key


def _autopilot(reader: _Reader, safety: Mapping[str, object]) -> AutopilotConfig | None:
    if "autopilot_port" not in safety:
        return None
    port = int(reader.number(safety, "autopilot_port", "safety", 1, 65535))
    return AutopilotConfig(reader.text(safety, "autopilot_host", "safety", "127.0.0.1"), port)
