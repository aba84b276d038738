"""What a vessel costs the shore as the fleet grows: 1, 10, 100 vessels of 200 channels at 1 Hz, through broker and database.

Each vessel says her birth first and sends batches by its catalogue, as ships do. A process costs something by itself, whatever
the fleet; so what each further vessel costs is told, and compared between the halves of the large fleet: the first few vessels
fit into what a process has freed since it began, and their CPU is a few of the kernel's ticks.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import statistics
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import psycopg
import pytest

from protocols.aio.mqtt import Broker, MqttPort
from protocols.link import codec, topics
from protocols.link.batch import Batch, Column
from protocols.link.legend import Legend
from telemetry.catalogue import Catalogue
from telemetry.standard_channels import STANDARD_CHANNELS
from tests.bench.figures import MB, Figure, memory, report
from tests.shore_crew import running_crew
from tests.shore_kit import NOON_NS, Ship

FLEETS, CHANNELS, ROUNDS, ROUND_S = (1, 10, 55, 100), 200, 5, 5
SECONDS = ROUNDS * ROUND_S
FLAT = "at most 1.2"
WARM_S = 3.0
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
_LIKE = next(channel for channel in STANDARD_CHANNELS if channel.short_id == "NAV_HDG")
CATALOGUE = Catalogue(tuple(replace(_LIKE, short_id=f"C{n:03d}", resolution=0.01) for n in range(CHANNELS)))
LEGEND = Legend.from_wire(CATALOGUE.hash, CATALOGUE.to_wire())


class Sailing(Ship):
    """A ship with the channels of this bench."""

    def __init__(self, vessel: str) -> None:
        """Name her."""
        super().__init__(vessel)
        self.catalogue = CATALOGUE


@dataclass(frozen=True)
class Cost:
    """Of one fleet, the shore process alone."""

    vessels: int
    cpu_s: float
    """CPU seconds a second of the fleet's life: the middle of five rounds of five seconds."""
    rss: int


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def _payloads(vessel: str, dice: np.random.Generator) -> list[bytes]:
    """Return a batch of one scan for each second: values that walk, as sensors' do."""
    walks = np.round(np.cumsum(dice.normal(0, 0.1, (CHANNELS, SECONDS)), axis=1) + 50, 2)
    zero, good = np.zeros(1, dtype=np.int32), np.zeros(1, dtype=np.uint8)
    return [
        codec.encode(Batch(
            vessel, 1, second + 1, CATALOGUE.hash, False, np.array([NOON_NS + second * 10**9], dtype=np.int64),
            tuple(Column(f"C{n:03d}", zero, walks[n, second : second + 1], good) for n in range(CHANNELS)), (),
        ), LEGEND)
        for second in range(SECONDS)
    ]  # fmt: skip


async def _measure(database_url: str, folder: Path, vessels: int) -> Cost:
    slugs = tuple(f"vessel-{number:03d}" for number in range(vessels))
    dice = np.random.default_rng(7)
    sent = {slug: await asyncio.to_thread(_payloads, slug, dice) for slug in slugs}
    async with running_crew(database_url, folder, Ship(), slugs) as crew:
        crew.start("shore", "all")
        url = crew.broker_url
        ports = {slug: MqttPort(Broker.from_url(url.replace("shore:s", f"{slug}:v")), slug, ()) for slug in slugs}
        running = [asyncio.create_task(port.run()) for port in ports.values()]
        log = folder / "shore.log"
        await _until(lambda: all(port.connected for port in ports.values()) and "broker connected" in log.read_text())
        for slug, port in ports.items():
            await port.publish(*Sailing(slug).birth(), retain=True)
        await _until(lambda: _births(database_url) == vessels)
        await asyncio.sleep(WARM_S)
        pid, loop = crew.children["shore"].pid, asyncio.get_running_loop()
        used_s: list[float] = []
        for first in range(0, SECONDS, ROUND_S):
            before_s, began_s = _cpu_s(pid), loop.time()
            for second in range(ROUND_S):
                for slug, port in ports.items():
                    await port.publish(topics.topic(slug, topics.BATCH), sent[slug][first + second])
                await asyncio.sleep(max(0.0, began_s + second + 1 - loop.time()))
            await _until(partial(_has_samples, database_url, vessels * CHANNELS * (first + ROUND_S)))
            used_s.append(_cpu_s(pid) - before_s)
        rss = memory(pid).rss
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    return Cost(vessels, statistics.median(used_s) / ROUND_S, rss)


async def _until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(90):
        while not met():  # noqa: ASYNC110 - other processes tell nobody
            await asyncio.sleep(0.2)


def _has_samples(database_url: str, wanted: int) -> bool:
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT coalesce(sum(samples), 0) FROM batch_ledger").fetchone()
    return row is not None and int(row[0]) >= wanted


def _births(database_url: str) -> int:
    with psycopg.connect(database_url) as connection:
        try:
            row = connection.execute("SELECT count(*) FROM vessel WHERE birth IS NOT NULL").fetchone()
        except psycopg.errors.UndefinedTable:  # the process is about to make them
            return 0
    return int(row[0]) if row is not None else 0


@pytest.mark.timeout(600)
async def test_a_vessel_costs_the_same_in_a_large_fleet(postgres_url: str, tmp_path: Path) -> None:
    """Prints CPU and memory of the shore for each fleet, and what each further vessel costs; all samples were committed."""
    costs: list[Cost] = []
    for vessels in FLEETS:
        name = f"growth{vessels}"
        with psycopg.connect(f"{postgres_url}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        (tmp_path / name).mkdir()
        costs.append(await _measure(f"{postgres_url}/{name}", tmp_path / name, vessels))
    for cost in costs:
        each_ms = cost.cpu_s / cost.vessels * 1000
        notes = f"{cost.cpu_s * 1000:.1f} ms in all; RSS {cost.rss / MB:.1f} MB, {cost.rss / cost.vessels / MB:.2f} a vessel"
        report(
            Figure(f"shore, {cost.vessels} vessels: CPU a vessel and second", each_ms, "ms", notes=notes), rss=cost.rss
        )
    for fewer, more in itertools.pairwise(costs):
        further = more.vessels - fewer.vessels
        cpu_ms, rss_mb = (more.cpu_s - fewer.cpu_s) / further * 1000, (more.rss - fewer.rss) / further / MB
        between = f"shore, each further vessel from {fewer.vessels} to {more.vessels}"
        report(Figure(f"{between}: CPU a second", cpu_ms, "ms", notes=f"RSS {rss_mb:.3f} MB"), rss_mb=rss_mb)
    _, ten, half, hundred = costs
    further_cpu = (hundred.cpu_s - half.cpu_s) / (half.cpu_s - ten.cpu_s)
    further_rss = (hundred.rss - half.rss) / (half.rss - ten.rss)
    report(Figure("a vessel of 100 beside one of 55: CPU", hundred.cpu_s / half.cpu_s * 0.55, "", FLAT))
    report(Figure("a vessel of 100 beside one of 10: CPU", hundred.cpu_s / ten.cpu_s * 0.1, "", FLAT))
    report(Figure("a vessel of 100 beside one of 10: RSS", hundred.rss / ten.rss * 0.1, "", FLAT))
    notes = "a difference of differences: the noisiest of these"
    report(Figure("a further vessel from 55 to 100 beside 10 to 55: CPU", further_cpu, "", FLAT, None, notes))
    report(Figure("a further vessel from 55 to 100 beside 10 to 55: RSS", further_rss, "", FLAT, None, notes))
    assert [cost.vessels for cost in costs] == list(FLEETS)
