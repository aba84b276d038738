"""Wiring: the only place where the agent's parts meet real sockets, disks and the broker: one choice, at the start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from protocols.aio.clock import Clock
from protocols.aio.mqtt import MqttPort
from protocols.aio.refusal import Refusal
from protocols.link import topics
from shipside.carried import Hearer, Teller
from shipside.config import AgentConfig
from shipside.config.link import BEARERS
from shipside.metrics import CountedPort, beside
from shipside.ports import LineSource
from shipside.sensors.handing import UNSHARED, handing_socket
from shipside.sensors.lines import open_input
from shipside.sensors.sharing import HandedInput, SharedInput
from shipside.sensors.units import Units
from shipside.starting import boot_id_of, broker_of, load_key, new_epoch

if TYPE_CHECKING:
    from shipside.commanding.ways import Ways

Say = Callable[..., None]


def telling(say: Say, connection: str) -> Callable[[Refusal], None]:
    """Return what writes a line when the broker and we do not come together by themselves, and what to do about it."""
    return lambda found: say("refused", connection=connection, problem=found.problem, do=found.do, said=found.said)


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


def hearing_of(config: AgentConfig, say: Say) -> Callable[[], Mapping[str, int]]:
    """Return what gives the bytes that the safety process's connections have carried, by bearer."""
    second = config.second_way
    try:
        return Hearer(config.journal, {} if second is None else {second.name: second.bearer}).news
    except OSError as error:
        say("uncounted", what="bytes of heartbeats and orders", problem=str(error))
        return dict[str, int]


async def run_collector(config: AgentConfig, clock: Clock, say: Say) -> None:
    """Run the collector until cancelled; raise StartError or SpoolError when it cannot start."""
    from shipside import figures  # noqa: PLC0415 - as below
    from shipside.collector import SUBSCRIBED, Collector, will  # noqa: PLC0415 - the safety process needs none of this
    from shipside.storage.spool import Spool  # noqa: PLC0415 - as above

    key = load_key(config.vessel_key)
    spool = Spool(config.spool, config.spool_bytes_max, new_epoch(clock))
    vessel = config.vessel.id
    wanted = [topics.topic(vessel, leaf) for leaf in SUBSCRIBED]
    link = config.link
    driver = MqttPort(
        broker_of(config.broker_url), f"{vessel}-collector", wanted, will=will(vessel),
        keepalive_s=config.bearer.keepalive_s, answer_s=config.bearer.answer_s,
        bytes_s_max=link.bulk_bytes_s(link.bearer), on_refusal=telling(say, "collector"),
        way="" if config.second_way is None else config.way_name,
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
        boot_id_of(clock),
        say,
    )
    collector.uplink.spread = driver.spread
    collector.uplink.commanded = hearing_of(config, say)
    say("collector", vessel=vessel, epoch=spool.epoch, spooled=spool.count, inputs=len(config.inputs))
    try:
        await beside(
            collector.run(), config.metrics.collector_port, clock, say,
            lambda lag: [*figures.of_collector(collector, spool, clock.now_s()), *port.families(lag)],
        )  # fmt: skip
    finally:
        spool.close()


def safety_ways(config: AgentConfig, clock: Clock, say: Say) -> tuple[Ways, CountedPort]:
    """Return the safety process's ways to the shore, closed, and the first one's port, which counts for the figures."""
    from shipside.commanding.arrivals import subscriptions  # noqa: PLC0415 - the collector needs none of this
    from shipside.commanding.ways import OneWay, Ways  # noqa: PLC0415 - as above

    vessel, second = config.vessel.id, config.second_way
    asked = [(config.way_name, config.broker_url, config.stop_broker_url, "", config.bearer)]
    if second is not None:
        asked.append((second.name, second.url, second.stop_url, "-2", BEARERS[second.bearer]))
    ways: list[OneWay] = []
    counted: list[CountedPort] = []
    for name, url, stop_url, ending, bearer in asked:  # a client id each: a broker ends the older of two
        port = CountedPort(MqttPort(
            broker_of(url), f"{vessel}-safety{ending}", subscriptions(vessel), on_refusal=telling(say, f"safety{ending}"),
            way="" if second is None else name, keepalive_s=bearer.keepalive_s, answer_s=bearer.answer_s,
        ))  # fmt: skip
        stop_port = MqttPort(
            broker_of(stop_url), f"{vessel}-stop{ending}", [topics.topic(vessel, topics.STOP)],
            on_refusal=telling(say, f"emergency stop{ending}"), keepalive_s=bearer.keepalive_s, answer_s=bearer.answer_s,
        )  # fmt: skip
        counted.append(port)
        ways.append(OneWay(name, clock, port, stop_port))
    return Ways(ways, clock), counted[0]


async def run_safety(config: AgentConfig, clock: Clock, say: Say) -> None:
    """Run the safety process until cancelled; raise StartError or SpoolError when it cannot start."""
    from shipside import equipment, figures  # noqa: PLC0415 - the collector needs none of this
    from shipside.commanding.safety import SafetyShell  # noqa: PLC0415 - as above
    from shipside.commanding.strokes import no_watchdog  # noqa: PLC0415 - as above
    from shipside.commanding.stroking import Stroking, neutral_of  # noqa: PLC0415 - as above
    from shipside.storage.journal import Journal  # noqa: PLC0415 - as above

    vessel, key = config.vessel.id, load_key(config.vessel_key)
    inputs, units = safety_inputs_of(config, clock, say), Units(config, clock)
    panel = equipment.panel(config.panel_port)
    boot_id = boot_id_of(clock)
    ways, port = safety_ways(config, clock, say)
    shell = SafetyShell(
        config, clock, ways,
        inputs, units.of_safety(say), equipment.helm(config, clock, inputs, units), panel,
        Journal(config.journal), key, boot_id, say,
    )  # fmt: skip
    shell.alert_line = equipment.alert_line(config, clock)
    shell.outward.tell_carried = Teller(config.journal, boot_id).tell
    hand = None if config.control is None else Stroking(config.journal, neutral_of(config))
    shell.stroke = no_watchdog if hand is None else hand.stroke
    say("safety", vessel=vessel, boot_id=boot_id, control=config.control is not None)
    await beside(
        shell.run(), config.metrics.safety_port, clock, say,
        lambda lag: [*figures.of_safety(shell, inputs, clock.now_s()), *port.families(lag)],
    )  # fmt: skip
