"""Wiring: the only place where the agent's parts meet real sockets, disks and the broker: one choice, at the start."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from protocols.aio.clock import Clock
from protocols.aio.mqtt import Broker, MqttPort
from protocols.link import topics
from shipside.config import AgentConfig
from shipside.metrics import CountedPort, beside
from shipside.ports import LineSource
from shipside.sensors.handing import UNSHARED, handing_socket
from shipside.sensors.lines import open_input
from shipside.sensors.sharing import HandedInput, SharedInput
from shipside.sensors.units import Units

Say = Callable[..., None]
NS_PER_S: Final = 1_000_000_000


class StartError(Exception):
    """The agent cannot start; the message says why and what to do."""


def load_key(path: Path) -> Ed25519PrivateKey:
    """Return the vessel's key; make one (0600) where there is none. Raise StartError when it cannot be read."""
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _make_key(path)
        key = load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError) as error:
        raise StartError(f"the vessel's key {path} cannot be read: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise StartError(f"the vessel's key {path} is not an Ed25519 key")
    return key


def _make_key(path: Path) -> None:
    """Make a key; where the other process aboard makes one at the same moment, the first whole one counts for both."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    half = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    try:
        with contextlib.suppress(FileExistsError):
            os.link(half, path)
    finally:
        half.unlink()


def inputs_of(config: AgentConfig, clock: Clock) -> list[LineSource]:
    """Return the collector's inputs, closed: on a commanded vessel the safety process hands some of them on."""
    return [
        open_input(entry, clock) if config.control is None or entry.kind not in UNSHARED
        else HandedInput(entry, clock, handing_socket(config.journal, number))
        for number, entry in enumerate(config.inputs)
    ]  # fmt: skip


def safety_inputs_of(config: AgentConfig, clock: Clock, say: Say) -> list[LineSource]:
    """Return the safety process's inputs, closed; none on a vessel that is only watched, where it decides nothing."""
    if config.control is None:
        return []
    return [
        SharedInput(open_input(entry, clock), handing_socket(config.journal, number), clock, say)
        if entry.kind in UNSHARED else open_input(entry, clock)
        for number, entry in enumerate(config.inputs)
    ]  # fmt: skip


async def run_collector(config: AgentConfig, clock: Clock, say: Say) -> None:
    """Run the collector until cancelled; raise StartError or SpoolError when it cannot start."""
    from shipside import figures  # noqa: PLC0415 - as below
    from shipside.collector import SUBSCRIBED, Collector, will  # noqa: PLC0415 - the safety process needs none of this
    from shipside.storage.spool import Spool  # noqa: PLC0415 - as above

    key = load_key(config.vessel_key)
    spool = Spool(config.spool, config.spool_bytes_max, clock.utc_ns() // NS_PER_S)
    vessel = config.vessel.id
    wanted = [topics.topic(vessel, leaf) for leaf in SUBSCRIBED]
    link = config.link
    driver = MqttPort(
        _broker(config.broker_url), f"{vessel}-collector", wanted, will=will(vessel),
        bytes_s_max=link.bulk_bytes_s(link.bearer),
    )  # fmt: skip
    port = CountedPort(driver)
    collector = Collector(
        config,
        clock,
        port,
        inputs_of(config, clock),
        Units(config, clock).of_collector(),
        spool,
        key,
        _boot_id(clock),
        say,
    )
    collector.uplink.spread = driver.spread
    say("collector", vessel=vessel, epoch=spool.epoch, spooled=spool.count, inputs=len(config.inputs))
    try:
        await beside(
            collector.run(), config.metrics.collector_port, clock, say,
            lambda lag: [*figures.of_collector(collector, spool, clock.now_s()), *port.families(lag)],
        )  # fmt: skip
    finally:
        spool.close()


async def run_safety(config: AgentConfig, clock: Clock, say: Say) -> None:
    """Run the safety process until cancelled; raise StartError or SpoolError when it cannot start."""
    from shipside import equipment, figures  # noqa: PLC0415 - the collector needs none of this
    from shipside.commanding.arrivals import subscriptions  # noqa: PLC0415 - as above
    from shipside.commanding.safety import SafetyShell  # noqa: PLC0415 - as above
    from shipside.commanding.strokes import no_watchdog  # noqa: PLC0415 - as above
    from shipside.commanding.stroking import Stroking, neutral_of  # noqa: PLC0415 - as above
    from shipside.storage.journal import Journal  # noqa: PLC0415 - as above

    vessel, key = config.vessel.id, load_key(config.vessel_key)
    inputs, units = safety_inputs_of(config, clock, say), Units(config, clock)
    panel = equipment.panel(config.panel_port)
    boot_id = _boot_id(clock)
    port = CountedPort(MqttPort(_broker(config.broker_url), f"{vessel}-safety", subscriptions(vessel)))
    shell = SafetyShell(
        config, clock, port,
        MqttPort(_broker(config.stop_broker_url), f"{vessel}-stop", [topics.topic(vessel, topics.STOP)]),
        inputs, units.of_safety(say), equipment.helm(config, clock, inputs, units), panel,
        Journal(config.journal), key, boot_id, say,
    )  # fmt: skip
    shell.alert_line = equipment.alert_line(config, clock)
    hand = None if config.control is None else Stroking(config.journal, neutral_of(config))
    shell.stroke = no_watchdog if hand is None else hand.stroke
    say("safety", vessel=vessel, boot_id=boot_id, control=config.control is not None)
    await beside(
        shell.run(), config.metrics.safety_port, clock, say,
        lambda lag: [*figures.of_safety(shell, inputs, clock.now_s()), *port.families(lag)],
    )  # fmt: skip


def _boot_id(clock: Clock) -> str:
    """Return the name of this start of one process; names of later starts sort after it while the clock is right."""
    return f"{clock.utc_ns():016x}-{os.urandom(4).hex()}"


def _broker(url: str) -> Broker:
    try:
        return Broker.from_url(url)
    except ValueError as error:
        raise StartError(str(error)) from error
