"""The shore's configuration: one frozen record, read once from TOML and the environment, all faults reported together.

Environment variables win over the file: FARHELM_SHORE_DATABASE, FARHELM_SHORE_BROKER, FARHELM_SHORE_STOP_BROKER,
FARHELM_SHORE_LISTEN, so that passwords need not stand in this file; with _FILE appended a variable names a file that holds
the value, as containers are given secrets.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from protocols.aio.mqtt import Broker
from protocols.errors import MalformedError
from protocols.link.topics import topic
from shoreside.charts import CHARTS_MAX
from shoreside.plain import as_list, as_map
from shoreside.store.hypertables import USES, Timescale, Use
from shoreside.store.retention import Retention

ENVIRONMENT: Final = {
    "FARHELM_SHORE_DATABASE": "database", "FARHELM_SHORE_BROKER": "broker",
    "FARHELM_SHORE_STOP_BROKER": "stop_broker", "FARHELM_SHORE_LISTEN": "listen",
}  # fmt: skip
_SHORE_KEYS: Final = frozenset((
    "listen", "origins", "broker", "stop_broker", "database", "console", "people", "demo", "client_id",
    "charts",
))  # fmt: skip
_KEY_BYTES: Final = 32
_DAYS_MAX: Final = 36_500


class ConfigError(Exception):
    """The configuration cannot be used; `faults` names every fault found."""

    def __init__(self, faults: list[str]) -> None:
        """Keep all faults."""
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class VesselConfig:
    """What the shore knows of a vessel before it ever heard it."""

    vessel: str
    public_key: bytes | None
    """Key of the vessel's heartbeats and events; None: pinned at the first birth seen."""
    master_public_key: bytes | None
    """Key that signs its roster and grant; None: the shore takes neither."""


@dataclass(frozen=True, slots=True)
class AlertLimits:
    """When the shore itself raises an alert; no defaults, because a watch that is silent by mistake is none."""

    heartbeat_silent_s: float
    data_stale_s: float
    clock_skew_s: float


@dataclass(frozen=True, slots=True)
class OperatorLoad:
    """How much one person may have at one time (AUT-10)."""

    conns: int = 1
    """Vessels under conn."""
    monitors: int = 3
    """Vessels in view beside them: performance fell with three against one (Veitch 2024)."""


LOAD_MAX: Final = 20
"""More is no limit any more."""


@dataclass(frozen=True, slots=True)
class ShoreConfig:
    """Everything the shore program is told at start."""

    host: str
    port: int
    origins: tuple[str, ...]
    """Exact origins of the console's pages, e.g. http://127.0.0.1:8000."""
    broker: str
    stop_broker: str
    """URL with the credential of the emergency stop's own connection."""
    database: str
    console: Path | None
    """Folder of the built console; None: the one in the package."""
    people: Path | None
    """JSON file of people and tokens that are to exist; None: none are added."""
    demo: bool
    """True where a demo Master enrols keys by itself; the page says so."""
    client_id: str
    alerts: AlertLimits
    vessels: tuple[VesselConfig, ...]
    retention: Retention = field(default_factory=Retention)
    timescale: Timescale = field(default_factory=Timescale)
    load: OperatorLoad = field(default_factory=OperatorLoad)
    charts: tuple[Path, ...] = ()
    """Files of `farhelm chart import`, for the consoles; none: they draw the coastline only and say so."""

    @property
    def secure(self) -> bool:
        """True when every origin is https: the cookie is then sent over TLS only."""
        return all(origin.startswith("https://") for origin in self.origins)


def load(path: Path, environment: Mapping[str, str]) -> ShoreConfig:
    """Return the configuration in `path`; raise ConfigError with all its faults."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError([f"{path}: cannot be read: {error.strerror}"]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([f"{path}: not TOML: {error}"]) from error
    return parse(text, environment, path.parent)


def parse(text: str, environment: Mapping[str, str], folder: Path) -> ShoreConfig:
    """Return the configuration in `text`, relative paths below `folder`; raise ConfigError with all its faults."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([f"not TOML: {error}"]) from error
    reader = _Reader()
    unknown = sorted(set(table) - {"shore", "alerts", "vessels", "retention", "store", "operator"})
    reader.faults.extend(f"unknown table [{name}]" for name in unknown)
    shore = reader.table(table, "shore")
    shore = {**shore, **reader.overrides(environment)}
    config = reader.shore(shore, reader.alerts(reader.table(table, "alerts")), reader.vessels(table), folder)
    config = replace(
        config, retention=reader.retention(table), timescale=reader.timescale(table), load=reader.load(table)
    )
    if reader.faults:
        raise ConfigError(reader.faults)
    return config


class _Reader:
    """Reads fields, collects faults, and always answers, so that every fault of a file is found in one go."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def overrides(self, environment: Mapping[str, str]) -> dict[str, object]:
        """Return what the environment says, itself or by a file it names; the variable itself wins."""
        made: dict[str, object] = {}
        for name, key in ENVIRONMENT.items():
            path = environment.get(f"{name}_FILE")
            if name in environment:
                made[key] = environment[name]
            elif path is not None:
                try:
                    made[key] = Path(path).read_text(encoding="utf-8").strip()
                except (OSError, UnicodeDecodeError) as error:
                    self.faults.append(f"{name}_FILE: {path} cannot be read: {error}")
        return made

    def table(self, source: Mapping[str, object], name: str) -> dict[str, object]:
        value = as_map(source.get(name))
        if value is not None:
            return value
        self.faults.append(f"table [{name}] is missing")
        return {}

    def text(self, source: Mapping[str, object], where: str, name: str, default: str | None = None) -> str:
        value = source.get(name, default)
        if isinstance(value, str):
            return value
        self.faults.append(f"{where}.{name} must be text" if name in source else f"{where}.{name} is missing")
        return ""

    def positive(self, source: Mapping[str, object], where: str, name: str) -> float:
        value = source.get(name)
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value > 0:
            return float(value)
        what = "must be a number above 0" if name in source else "is missing"
        self.faults.append(f"{where}.{name} {what}")
        return math.nan

    def only(self, source: Mapping[str, object], where: str, allowed: frozenset[str]) -> None:
        self.faults.extend(f"{where}.{name} is not known" for name in sorted(set(source) - allowed))

    def alerts(self, source: dict[str, object]) -> AlertLimits:
        names = tuple(AlertLimits.__slots__)
        self.only(source, "alerts", frozenset(names))
        silent_s, stale_s, skew_s = (self.positive(source, "alerts", name) for name in names)
        return AlertLimits(silent_s, stale_s, skew_s)

    def retention(self, source: Mapping[str, object]) -> Retention:
        days = self.whole_numbers(source, "retention", Retention.__slots__, (0, _DAYS_MAX), "whole days, 0 for ever")
        made = Retention(**{name: value or None for name, value in days.items()})
        self.faults.extend(f"retention.{fault}" for fault in made.faults())
        return made

    def load(self, source: Mapping[str, object]) -> OperatorLoad:
        what = f"a whole number, 1 to {LOAD_MAX}"
        return OperatorLoad(**self.whole_numbers(source, "operator", OperatorLoad.__slots__, (1, LOAD_MAX), what))

    def whole_numbers(
        self, source: Mapping[str, object], section: str, names: Iterable[str], limits: tuple[int, int], what: str
    ) -> dict[str, int]:
        """Return the numbers of a table that may be absent, those that are good; each other is a fault."""
        table = as_map(source.get(section, {}))
        if table is None:
            self.faults.append(f"{section} must be a table: [{section}]")
            return {}
        self.only(table, section, frozenset(names))
        given: dict[str, int] = {}
        for name in sorted(set(names) & set(table)):
            value = table[name]
            if isinstance(value, int) and not isinstance(value, bool) and limits[0] <= value <= limits[1]:
                given[name] = value
            else:
                self.faults.append(f"{section}.{name} must be {what}")
        return given

    def timescale(self, source: Mapping[str, object]) -> Timescale:
        table = as_map(source.get("store", {}))
        if table is None:
            self.faults.append("store must be a table: [store]")
            return Timescale()
        self.only(table, "store", frozenset(("timescale", "compress_after_days")))
        said, days = table.get("timescale", "auto"), table.get("compress_after_days", Timescale().compress_after_days)
        use: Use | None = next((use for use in USES if use == said), None)
        if use is None:
            self.faults.append("store.timescale must be one of " + ", ".join(USES))
        if not isinstance(days, int) or isinstance(days, bool) or not 1 <= days <= _DAYS_MAX:
            self.faults.append("store.compress_after_days must be whole days, 1 or more")
            return Timescale()
        return Timescale(use or "auto", days)

    def vessels(self, source: Mapping[str, object]) -> tuple[VesselConfig, ...]:
        tables = as_map(source.get("vessels", {}))
        if tables is None:
            self.faults.append("vessels must be tables: [vessels.<id>]")
            return ()
        return tuple(self.vessel(name, value) for name, value in sorted(tables.items()))

    def vessel(self, name: str, value: object) -> VesselConfig:
        where = f"vessels.{name}"
        try:
            topic(name, "up/birth")
        except MalformedError as error:
            self.faults.append(f"{where}: {error}")
        source = as_map(value) or {}
        self.only(source, where, frozenset(("public_key", "master_public_key")))
        return VesselConfig(name, self.key(source, where, "public_key"), self.key(source, where, "master_public_key"))

    def key(self, source: Mapping[str, object], where: str, name: str) -> bytes | None:
        if name not in source:
            return None
        text = source[name]
        try:
            raw = bytes.fromhex(text) if isinstance(text, str) else b""
        except ValueError:
            raw = b""
        if len(raw) != _KEY_BYTES:
            self.faults.append(f"{where}.{name} must be an Ed25519 public key as 64 hexadecimal digits")
            return None
        return raw

    def broker(self, source: Mapping[str, object], name: str, default: str | None = None) -> str:
        url = self.text(source, "shore", name, default)
        if url:
            try:
                Broker.from_url(url)
            except ValueError:
                self.faults.append(f"shore.{name} is not of the form mqtt://user:password@host:port")
        return url

    def origins(self, source: Mapping[str, object]) -> tuple[str, ...]:
        listed = as_list(source.get("origins"))
        if not listed:
            self.faults.append('shore.origins must list the console\'s origins, e.g. ["https://roc.example"]')
            return ()
        texts = [str(origin) for origin in listed]
        for origin in texts:
            if not _is_origin(origin):
                self.faults.append(f"shore.origins: {origin!r} is not of the form https://host[:port]")
        return tuple(texts)

    def listen(self, source: Mapping[str, object]) -> tuple[str, int]:
        text = self.text(source, "shore", "listen")
        host, _, port = text.rpartition(":")
        if not host or not (port.isascii() and port.isdigit()) or not 0 < int(port) < 65536:  # noqa: PLR2004 - TCP ports
            self.faults.append(f"shore.listen {text!r} is not of the form 127.0.0.1:8000")
            return "", 0
        return host.strip("[]"), int(port)

    def folder_file(self, source: Mapping[str, object], name: str, folder: Path) -> Path | None:
        text = self.text(source, "shore", name, "")
        path = folder / text
        if text and not path.exists():
            self.faults.append(f"shore.{name}: {path} does not exist")
        return path if text else None

    def chart_files(self, source: Mapping[str, object], folder: Path) -> tuple[Path, ...]:
        listed = as_list(source.get("charts", []))
        if listed is None or not all(isinstance(name, str) and name for name in listed) or len(listed) > CHARTS_MAX:
            self.faults.append(f"shore.charts must list files of `farhelm chart import`, {CHARTS_MAX} at most")
            return ()
        paths = tuple(folder / str(name) for name in listed)
        self.faults.extend(f"shore.charts: {path} does not exist" for path in paths if not path.is_file())
        return paths

    def shore(
        self, source: dict[str, object], alerts: AlertLimits, vessels: tuple[VesselConfig, ...], folder: Path
    ) -> ShoreConfig:
        self.only(source, "shore", _SHORE_KEYS)
        host, port = self.listen(source)
        broker = self.broker(source, "broker")
        demo = source.get("demo", False)
        if not isinstance(demo, bool):
            self.faults.append("shore.demo must be true or false")
        database = self.text(source, "shore", "database")
        if database and not database.startswith(("postgresql://", "postgres://")):
            self.faults.append("shore.database is not of the form postgresql://user:password@host:port/name")
        return ShoreConfig(
            host=host, port=port, origins=self.origins(source), broker=broker,
            stop_broker=self.broker(source, "stop_broker", broker), database=database,
            console=self.folder_file(source, "console", folder), people=self.folder_file(source, "people", folder),
            demo=bool(demo), client_id=self.text(source, "shore", "client_id", "shore"), alerts=alerts, vessels=vessels,
            charts=self.chart_files(source, folder),
        )  # fmt: skip


def _is_origin(text: str) -> bool:
    """Return whether `text` is an origin as a browser writes it: scheme and host, with the port where it is not the usual."""
    try:
        parts = urlsplit(text)
    except ValueError:  # brackets that hold no IPv6 address
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and text == f"{parts.scheme}://{parts.netloc}"
