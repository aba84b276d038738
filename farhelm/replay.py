"""`farhelm replay`: received lines of the raw log, decoded again by today's decoders."""

from __future__ import annotations

import asyncio
import os
import sys
import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from farhelm.options import moment
from protocols.aio.clock import SystemClock

if TYPE_CHECKING:
    from protocols.link.batch import Batch
    from shipside.config import AgentConfig
    from shipside.reprocess import Reprocessor
    from shipside.storage.rawlog import RawLine

PROGRESS_LINES = 20_000
"""Lines between two words of progress: about one a second."""
CONTRACT_SHARE = 0.25
"""Of what the link carries in bulk: the agent beside this needs the rest for what is now, and for a backlog of its own."""


def replay(
    raw: Annotated[Path, typer.Option(help="Folder of the raw log.")],
    config: Annotated[Path, typer.Option(help="The agent's configuration: vessel, sources, channels, broker.")],
    begin: Annotated[str, typer.Option("--from", help="UTC, e.g. 2026-11-26T08:00.")],
    end: Annotated[str, typer.Option("--to", help="UTC, not included.")],
    catalogue: Annotated[Path | None, typer.Option(help="Configuration whose channels are used instead.")] = None,
    only: Annotated[
        list[str] | None, typer.Option(help="Only this channel; repeatable. Without: all, and AIS.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write the batches to this file.")] = None,
    to_broker: Annotated[
        str | None, typer.Option(help="Send them ashore over this broker, with the vessel's account.")
    ] = None,
) -> None:
    """Decode received lines again, and write the batches to a file or bring them ashore as history.

    They have an epoch of their own, told at the end: the same for the same span, channels and decoders, so that a second
    run adds nothing. Old rows stay beside the new ones; with --only there is no second row of what was right before.

    Examples:
      farhelm replay --raw /var/lib/farhelm/raw --config agent.toml --from 2026-11-26T08:00 --to 2026-11-26T09:00 --out x.fhb

      farhelm replay --raw raw --config agent.toml --from 2026-11-26 --to 2026-11-27 --only WND_AWS --to-broker mqtt://...
    """
    from shipside.reprocess import Reprocessor, epoch_of
    from shipside.sending.delivery import write_batches

    if (out is None) == (to_broker is None):
        _end("name either --out or --to-broker")
    settings = _settings(config, catalogue)
    unknown = sorted(set(only or ()) - set(settings.catalogue.by_id))
    if unknown:
        _end(f"the catalogue has no channel {', '.join(unknown)}")
    first_ns, last_ns = _utc_ns(begin), _utc_ns(end)
    if first_ns >= last_ns:
        _end("--from must lie before --to")
    made_by = f"{_decoders()} {' '.join(sorted(only or ()))}"
    epoch = epoch_of(settings.vessel.id, first_ns, last_ns, settings.catalogue.hash, made_by)
    maker = Reprocessor(settings, epoch, frozenset(only or ()))
    batches = maker.batches(_lines(raw, first_ns, last_ns, maker))
    try:
        count = write_batches(out, batches) if out is not None else _send(settings, to_broker or "", batches)
    except OSError as error:
        _end(f"{error}")
    typer.echo(f"\r{maker.line_count} lines made {count} batches of epoch {epoch}, catalogue {settings.catalogue.hash}")


def _settings(config: Path, catalogue: Path | None) -> AgentConfig:
    from control.limits import ConfigError
    from shipside import config as configuration

    try:
        settings = configuration.load(config, os.environ)
        return (
            settings if catalogue is None else replace(settings, catalogue=configuration.load(catalogue, {}).catalogue)
        )
    except ConfigError as error:
        _end("; ".join(error.faults))


def _decoders() -> str:
    """Return what names today's decoders: they are what their source is, whatever the version says."""
    import protocols
    import shipside
    import telemetry

    checksum = 0
    for package in (protocols, telemetry, shipside):  # of the last what puts lines into scans
        for path in sorted(Path(package.__path__[0]).rglob("*.py")):
            checksum = zlib.crc32(path.read_bytes(), checksum)
    return f"{checksum:08x}"


def _utc_ns(text: str) -> int:
    try:
        return round(moment(text).timestamp() * 1e9)
    except ValueError as error:
        _end(str(error))


def _lines(folder: Path, first_ns: int, last_ns: int, maker: Reprocessor) -> Iterator[RawLine]:
    """Yield the lines of the span, in the order in which they were received."""
    from shipside.storage import rawlog

    files = rawlog.files_of(folder)
    if not files:
        _end(f"{folder} holds no raw log")
    for number, path in enumerate(files, 1):
        for line in rawlog.read(path):
            if first_ns <= line.utc_ns < last_ns:
                yield line
                if maker.line_count % PROGRESS_LINES == 0:
                    _show(f"file {number} of {len(files)}, {maker.line_count} lines")


def _send(settings: AgentConfig, url: str, batches: Iterator[Batch]) -> int:
    from protocols.aio.mqtt import Broker, MqttPort
    from protocols.link import topics
    from shipside.sending.delivery import Delivery

    vessel = settings.vessel.id
    try:
        broker = Broker.from_url(url)
    except ValueError as error:
        _end(str(error))
    port = MqttPort(broker, f"{vessel}-replay", [topics.topic(vessel, topics.ACK)], bytes_s_max=_pace_bytes_s(settings))
    _show(f"calling {broker.host}:{broker.port}")
    delivery = Delivery(
        port, vessel, lambda sent, done: _show(f"{sent} batches sent, {done} committed ashore"), _birth(settings)
    )
    return asyncio.run(delivery.run(batches))


def _pace_bytes_s(settings: AgentConfig) -> float | None:
    """Return what this may send a second beside the running agent; None where [link] names no contract."""
    carried = settings.link.bulk_bytes_s(settings.link.bearer)
    return None if carried is None else CONTRACT_SHARE * carried


def _birth(settings: AgentConfig) -> bytes:
    """Return what tells the shore the catalogue of these batches; empty, with a word, where the vessel's key is not here."""
    from protocols.link import signing
    from shipside.birth import birth_of
    from shipside.starting import StartError, load_key

    if not settings.vessel_key.exists():
        typer.echo(
            f"no key {settings.vessel_key}: the shore must know catalogue {settings.catalogue.hash} already", err=True
        )
        return b""
    try:
        key = load_key(settings.vessel_key)
    except StartError as error:
        _end(str(error))
    return birth_of(settings, signing.public_bytes(key), 0, SystemClock().utc_ns(), historical=True).to_bytes()


def _show(text: str) -> None:
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{text}   ")
        sys.stderr.flush()


def _end(text: str) -> NoReturn:
    typer.echo(f"farhelm replay: {text}", err=True)
    raise typer.Exit(1)
