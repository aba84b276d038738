"""The shore program: `python -m shoreside --config FILE`."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import secrets
import socket
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import structlog
import uvicorn

from protocols.aio.clock import Clock, SystemClock
from protocols.aio.lag import LoopLag
from protocols.aio.mqtt import Broker, MqttPort
from protocols.aio.refusal import Refusal
from shoreside import config, people, roles
from shoreside.api import app, processes, seen_routes, serving
from shoreside.api.auth import Auth
from shoreside.api.shore import Shore
from shoreside.charts import Charts
from shoreside.charttable import ChartTable
from shoreside.commanding.stop import StopRelay
from shoreside.ports import StoreDownError
from shoreside.roles import Role
from shoreside.station import Station
from shoreside.store.connection import Readers
from shoreside.store.ledger import PostgresLedger
from shoreside.store.migrate import SchemaError
from shoreside.store.people import People
from shoreside.store.postgres import PostgresStore
from shoreside.store.shared import SharedPostgres
from shoreside.store.upkeep import Upkeep

SEED_RETRY_S: Final = 2.0
MISUSE, UNUSABLE = 2, 3


class StartError(Exception):
    """The program cannot start; the message says what to do."""


def _log_to_stderr(process: str, clock: Clock) -> None:
    """Write one JSON object per line, the libraries' warnings included; the fields are those of the agent's log too."""

    def stamped(_logger: object, _name: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
        return {"utc_ms": clock.utc_ns() // 1_000_000, "process": process, **line}

    common: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level, structlog.processors.format_exc_info, stamped,
    ]  # fmt: skip
    structlog.configure(
        processors=[*common, structlog.processors.JSONRenderer(default=str)],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.JSONRenderer()],
        foreign_pre_chain=common,
    ))  # fmt: skip
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    # It says so after each handshake that was refused with a reason, as if nothing had been answered.
    logging.getLogger("uvicorn.error").addFilter(
        lambda record: "without completing handshake" not in record.getMessage()
    )
    logging.getLogger("psycopg.pool").setLevel(logging.CRITICAL)  # says each retry; the caller is told once


def _listen(settings: config.ShoreConfig) -> socket.socket:
    """Return a listening socket; raise StartError with what is wrong when the port is not to be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
    except OSError as error:
        listener.close()
        where = f"{settings.host}:{settings.port}"
        text = f"cannot listen on {where}: {error.strerror}; end the program that holds it or change shore.listen"
        raise StartError(text) from error
    return listener


def _version() -> str:
    try:
        return version("farhelm")
    except PackageNotFoundError:
        return "unknown"


def _say(event: str, **facts: object) -> None:
    """Write a line of the station; one that names an error or a reason is a warning."""
    log = structlog.get_logger()
    (log.warning if "error" in facts or "reason" in facts else log.info)(event, **facts)


def _say_facts(event: str, facts: dict[str, object]) -> None:
    _say(event, **facts)


def _refused(connection: str) -> Callable[[Refusal], None]:
    """Return what writes a line when the broker and we do not come together by themselves."""
    return lambda found: _say("refused", connection=connection, error=found.problem, do=found.do, said=found.said)


def build(settings: config.ShoreConfig, clock: Clock, role: Role = roles.ALL) -> Shore:
    """Return the shore that `settings` describe, with the duties of `role`; nothing runs yet."""
    name = settings.client_id if role.is_alone else f"{settings.client_id}-{role.name}-{secrets.token_hex(4)}"
    store = PostgresStore(settings.database, settings.timescale, clock)
    readers = Readers(settings.database, clock)
    everyone = People(readers)
    port = MqttPort(Broker.from_url(settings.broker), name, role.subscriptions, on_refusal=_refused(name))
    stop_port = MqttPort(Broker.from_url(settings.stop_broker), f"{name}-stop", (), on_refusal=_refused(f"{name}-stop"))
    station = Station(
        clock, port, store, settings.vessels, settings.alerts, role=role,
        shared=None if role.is_alone else SharedPostgres(readers), log=_say,
        ledger=PostgresLedger(settings.database, clock) if role.keeps else None,
    )  # fmt: skip
    station.relay.conns_max = settings.load.conns
    return Shore(
        config=settings, clock=clock, station=station, stop=StopRelay(clock, stop_port), readers=readers,
        people=everyone, version=_version(), lag=LoopLag(clock),
        auth=Auth(everyone, clock, secure=settings.secure, shared=not role.is_alone),
        upkeep=Upkeep(settings.database, clock, settings.retention, _say_facts) if role.keeps else None,
        name=name, started_s=clock.now_s(), charts=Charts(settings.charts),
    )  # fmt: skip


async def _keep_up(station: Station, upkeep: Upkeep) -> None:
    """Look after the store's roll-ups and old partitions, from the moment its tables are there."""
    await station.recalled.wait()
    await upkeep.run()


async def _seed(shore: Shore, entries: list[dict[str, object]]) -> None:
    """Bring the people in line with the people file as soon as the database is there."""
    while True:
        await asyncio.sleep(0.1 if shore.station.store_up else SEED_RETRY_S / 4)
        if not shore.station.store_up:
            continue
        try:
            changed = await people.seed(shore.people, entries)
        except StoreDownError:
            await asyncio.sleep(SEED_RETRY_S)
            continue
        structlog.get_logger().info("people are as in the file", changed=changed)
        return


async def _serve(shore: Shore, listener: socket.socket) -> None:
    server = uvicorn.Server(serving.settings(app.create(shore)))
    await server.serve(sockets=[listener])


async def run(settings: config.ShoreConfig, role: Role = roles.ALL) -> None:
    """Run the shore, or one role of it, until it is told to end; raise StartError when it cannot start."""
    entries = people.read_seed(settings.people) if settings.people is not None else []
    listener = _listen(settings)
    shore = build(settings, SystemClock(), role)
    log = structlog.get_logger()
    log.info("shore starts", role=role.name, listen=f"{settings.host}:{settings.port}", version=shore.version)
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [
                group.create_task(shore.station.run(), name="station"),
                group.create_task(shore.lag.run(), name="lag"),
                group.create_task(processes.report(shore), name="report"),
            ]
            if role.consoles:
                tasks.append(group.create_task(seen_routes.keep(shore), name="seen"))
                looked_after = shore.open_consoles.run(shore.auth, shore.clock, shore.station.hub)
                tasks.append(group.create_task(looked_after, name="open consoles"))
            if shore.upkeep is not None:
                tasks.append(group.create_task(_keep_up(shore.station, shore.upkeep), name="upkeep"))
            if role.passes:
                table = ChartTable(settings.charts)
                tasks.append(group.create_task(table.keep(shore.station.downlink.states), name="charts"))
                tasks.append(group.create_task(shore.stop.run(), name="stop"))
                tasks.append(group.create_task(_seed(shore, entries), name="seed"))
            await _serve(shore, listener)
            for task in tasks:
                task.cancel()
    finally:
        await seen_routes.keep_rest(shore)
        await shore.readers.close()
        listener.close()


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return its exit code: 0 ended on request, 2 bad configuration, 3 cannot run."""
    parser = argparse.ArgumentParser(prog="python -m shoreside", description=__doc__)
    parser.add_argument("--config", type=Path, required=True, help="TOML file, see shoreside/examples/shore.toml")
    parser.add_argument(
        "--role", choices=sorted(roles.ROLES), default="all", help="one part of the station; default: all"
    )
    parser.add_argument("--check", action="store_true", help="read the configuration, say what is wrong, and end")
    options = parser.parse_args(arguments)
    name = "shore" if options.role == "all" else f"shore-{options.role}"
    _log_to_stderr(name, SystemClock())
    try:
        settings = config.load(options.config, os.environ)
    except config.ConfigError as error:
        sys.stderr.write("The configuration has faults:\n" + "".join(f"- {fault}\n" for fault in error.faults))
        return MISUSE
    if options.check:
        sys.stdout.write("The configuration has no fault.\n")
        return 0
    try:
        with asyncio.Runner(loop_factory=_loop_factory()) as runner:
            runner.run(run(settings, roles.ROLES[options.role]))
    except KeyboardInterrupt:
        return 0
    except (StartError, people.SeedError) as error:
        sys.stderr.write(f"{error}\n")
        return UNUSABLE
    except ExceptionGroup as group:
        schema = group.subgroup(SchemaError)
        if schema is None:
            raise
        sys.stderr.write(f"{schema.exceptions[0]}\n")
        return UNUSABLE
    return 0


def _loop_factory() -> type[asyncio.AbstractEventLoop] | None:
    try:
        import uvloop  # noqa: PLC0415 - faster where it is installed, not needed
    except ImportError:
        return None
    return uvloop.Loop


if __name__ == "__main__":
    sys.exit(main())
