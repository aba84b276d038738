"""The agent's configuration: one frozen record, read once from TOML and environment, all faults reported together.

`shipside/examples/` has commented files. `FARHELM_BROKER_URL` and `FARHELM_SPOOL` override what the file says.
Each part of the file has its module: `vessel.py`, `inputs.py`, `modbus.py`, `link.py`; the names that may stand in it are in
`keys.py`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from control.limits import ConfigError, ControlConfig
from shipside.actuators.plc import missing_registers
from shipside.config import carrying
from shipside.config.health import with_health
from shipside.config.inputs import InputConfig, read_inputs, read_ranking
from shipside.config.integrity import read_integrity
from shipside.config.keys import unknown_names
from shipside.config.link import BEARERS, Bearer, LinkConfig, SecondWay, read_broker, read_link, read_second_way
from shipside.config.manual import read_manual
from shipside.config.metrics import MetricsConfig, read_metrics
from shipside.config.modbus import ModbusConfig, channel_faults, plc_faults, read_modbus
from shipside.config.raw import RawConfig, read_raw
from shipside.config.reader import Reader
from shipside.config.seal import Seal
from shipside.config.vessel import (
    AutopilotConfig,
    VesselConfig,
    read_alert_line,
    read_autopilot,
    read_catalogue,
    read_control,
    read_master_key,
    read_vessel,
)
from shipside.sensors import handing
from telemetry.catalogue import Catalogue
from telemetry.integrity import IntegrityRules
from telemetry.manual import ManualValue

SPOOL_MB_MAX: Final = 1000.0
"""Size of the spool where [spool] mb_max does not say: 30 days at 200 channels a second without a link, on any bearer."""


@dataclass(frozen=True, slots=True)
class AgentConfig:
    """Everything the agent is told."""

    vessel: VesselConfig
    broker_url: str
    stop_broker_url: str
    """The emergency stop's own credential (EST-01); the same broker, another account."""
    way_name: str
    """How the way over which these two are reached is called."""
    second_way: SecondWay | None
    """None: all goes over that one."""
    inputs: tuple[InputConfig, ...]
    modbus: tuple[ModbusConfig, ...]
    ranking: Mapping[str, tuple[str, ...]]
    """Sources by channel (or `*`), best first."""
    hold_off_s: float
    catalogue: Catalogue
    integrity: IntegrityRules
    manual: tuple[ManualValue, ...]
    """Values entered by hand."""
    link: LinkConfig
    spool: Path
    spool_bytes_max: int
    raw: RawConfig | None
    """Where every received line is kept; None: nowhere."""
    journal: Path
    panel_port: int
    """Loopback port of the local panel; 0: a free one."""
    master_public_key: bytes
    vessel_key: Path
    roster: Path | None
    """Signed roster put aboard at commissioning; None: it comes from the shore, still signed."""
    grant: Path | None
    autopilot: AutopilotConfig | None
    alert_line: AutopilotConfig | None
    """Where the bridge's alert management is; None: the ship's alerts are not said aboard (ALT-08)."""
    plc: str
    """Name of the Modbus unit that is the engine and steering PLC; never empty where there is `control`."""
    control: ControlConfig | None
    """None: observe only, every order is refused."""
    metrics: MetricsConfig
    is_sealed: bool
    """Whether every file of it was as its seal says; where there is none a damaged limit may pass for a limit."""

    @property
    def bearer(self) -> Bearer:
        """The profile with which the link begins."""
        return BEARERS[self.link.bearer]

    def warnings(self) -> list[str]:
        """Return what is no fault and will not do as may be expected, in sentences: what the bearer cannot carry."""
        budget = self.link.budget_warning(1 if self.second_way is None else 2)
        commands = carrying.warnings(self.link, self.second_way, takes_orders=self.control is not None)
        return [*([budget] if budget else []), *commands]


def load(path: Path, environment: Mapping[str, str]) -> AgentConfig:
    """Return the configuration of the file `path`; raise ConfigError with every fault found."""
    try:
        seal = Seal(path)
        source = tomllib.loads(seal.text(path))
    except OSError as error:
        raise ConfigError([f"{path} cannot be read: {error.strerror}"]) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError([f"{path} is not TOML: {error}"]) from error
    return from_mapping(source, path.parent, environment, seal)


def from_mapping(
    source: Mapping[str, object], folder: Path, environment: Mapping[str, str], seal: Seal | None = None
) -> AgentConfig:
    """Return the configuration in a parsed file; paths are relative to `folder`. Raise ConfigError with every fault."""
    reader = Reader(source, folder, seal or Seal(folder / "agent.toml"))
    catalogue = read_catalogue(reader)
    reader.faults += unknown_names(source, catalogue)
    vessel = read_vessel(reader)
    control = read_control(reader, vessel.id)
    broker, spool, keys = (reader.table(name) for name in ("broker", "spool", "keys"))
    link = read_link(reader, reader.table("link"))
    safety = reader.table("safety")
    modbus, inputs = read_modbus(reader), read_inputs(reader)
    url = read_broker(reader, environment.get("FARHELM_BROKER_URL") or reader.text(broker, "url", "broker"), "url")
    way_name, second_way = read_second_way(reader, broker, url)
    catalogue = with_health(reader, catalogue, inputs, modbus, link, second_way)
    ranking = read_ranking(reader, catalogue)
    plc = reader.text(safety, "plc", "safety", "")
    if plc and plc not in [unit.name for unit in modbus]:
        reader.faults.append(f"safety.plc names {plc!r}, but no [[modbus]] has that name")
    config = AgentConfig(
        vessel=vessel, broker_url=url, way_name=way_name, second_way=second_way,
        stop_broker_url=read_broker(reader, reader.text(broker, "stop_url", "broker", url), "stop_url"),
        inputs=inputs, modbus=modbus, ranking=ranking,
        hold_off_s=reader.number(reader.table("sources"), "hold_off_s", "sources", 0.0, 3600.0, 10.0),
        catalogue=catalogue, manual=read_manual(reader, catalogue),
        integrity=read_integrity(reader, vessel, inputs, ranking),
        link=link,
        spool=Path(environment.get("FARHELM_SPOOL") or reader.path(spool, "path", "spool")),
        spool_bytes_max=int(reader.number(spool, "mb_max", "spool", 1.0, 1e6, SPOOL_MB_MAX) * 1e6),
        raw=read_raw(reader), journal=reader.path(safety, "journal", "safety"),
        panel_port=int(reader.number(safety, "panel_port", "safety", 0, 65535, 0)),
        master_public_key=read_master_key(reader, keys), vessel_key=reader.path(keys, "vessel_key", "keys"),
        roster=reader.existing(keys, "roster", "keys"), grant=reader.existing(keys, "grant", "keys"),
        autopilot=read_autopilot(reader, safety), alert_line=read_alert_line(reader, safety), plc=plc, control=control,
        metrics=read_metrics(reader), is_sealed=reader.seal.is_there,
    )  # fmt: skip
    reader.faults[:0] = reader.seal.faults
    if not config.inputs and not config.modbus:
        reader.faults.append("there is no [[input]] and no [[modbus]]: the agent would have nothing to collect")
    reader.faults += channel_faults(config.modbus, config.catalogue)
    _orders(reader, config)
    if config.control is not None and config.journal.name:
        reader.faults += handing.faults(
            config.journal, ((entry.name, entry.kind) for entry in config.inputs),
            ((unit.name, unit.path) for unit in config.modbus),
        )  # fmt: skip
    if reader.faults:
        raise ConfigError(reader.faults)
    return config


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


def _orders(reader: Reader, config: AgentConfig) -> None:
    """Judge whether there is something to order: a vessel with [control] has a way for each order, the stop first."""
    if "control" not in reader.source:
        return
    safety = reader.table("safety")
    reader.faults += [fault for name, fault in _NEEDED_BY_CONTROL if safety.get(name) in (None, "")]
    reader.faults += plc_faults(config.modbus, config.plc)
    unit = next((unit for unit in config.modbus if unit.name == config.plc), None)
    if unit is not None:
        missing = missing_registers(unit.registers)
        reader.faults += [f"the register map of {unit.name} lacks the orders {', '.join(missing)}"] if missing else []
