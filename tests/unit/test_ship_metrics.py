"""The agent's figures: a format Prometheus reads, on loopback, whatever a reader does."""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

from protocols.aio.lag import LoopLag
from protocols.link import codec
from shipside import metrics
from shipside.figures import of_link
from shipside.metrics import CountedPort
from shipside.ports import InputFacts
from shipside.sending.oldest import NS_PER_S, Oldest
from shipside.storage.spool import Spool
from telemetry.link_channels import LinkCounts
from tests.shore_kit import MemoryPort, SetClock, Ship


def values(text: str) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Return every sample of a text as Prometheus's own parser reads it."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_prometheus_reads_what_the_agent_writes() -> None:
    """Lines by input, rejections by reason, bytes by class: names with quotes and line ends come back as they were."""
    ship, clock = Ship(), SetClock()
    port = CountedPort(MemoryPort())
    for seq in (1, 2):
        await port.publish(*ship.batch(seq))
    odd = 'gps "port"\\\n2'
    facts = [InputFacts(odd, True, 120, 3, 1, 90.0, ""), InputFacts("ais", False, 0, 0, 9, None, "refused", 4)]
    families = [*metrics.of_inputs(facts, clock.now_s()), metrics.of_rejections({"ais": Counter({"checksum": 5})}),
                *port.families(LoopLag(clock))]  # fmt: skip
    seen = values(metrics.text_of(families))
    assert seen["farhelm_agent_input_lines_total", (("input", odd),)] == 120
    assert seen["farhelm_agent_input_age_seconds", (("input", odd),)] == 10.0
    assert ("farhelm_agent_input_age_seconds", (("input", "ais"),)) not in seen  # it never spoke: no age, not zero
    assert seen["farhelm_agent_input_open", (("input", "ais"),)] == 0
    assert seen["farhelm_agent_input_lost_total", (("input", "ais"),)] == 4
    assert seen["farhelm_agent_rejected_total", (("input", "ais"), ("reason", "checksum"))] == 5
    assert seen["farhelm_agent_sent_bytes_total", (("class", "up/batch"),)] == sum(
        len(ship.batch(n)[1]) for n in (1, 2)
    )


def test_the_age_of_what_is_kept_is_that_of_the_oldest_scan_also_over_a_restart(tmp_path: Path) -> None:
    spool, ship, oldest = Spool(tmp_path / "spool.db", 1_000_000, 1), Ship(), Oldest()
    assert oldest.age_s(spool, 0) == 0.0
    for seq in (1, 2):
        spool.add(seq, ship.batch(seq)[1])
    first_ns = int(codec.decode(ship.batch(1)[1]).scan_utc_ns[0])
    second_ns = int(codec.decode(ship.batch(2)[1]).scan_utc_ns[0])
    assert oldest.age_s(spool, first_ns + 60 * NS_PER_S) == 60.0
    assert Oldest().age_s(spool, first_ns + 90 * NS_PER_S) == 90.0
    assert oldest.age_s(spool, first_ns - NS_PER_S) == 0.0  # a clock that stepped back makes no negative age
    spool.delete(1, ())
    assert oldest.age_s(spool, second_ns + 10 * NS_PER_S) == 10.0
    assert codec.first_utc_ns(b"no batch") is None


def test_the_figures_of_the_link_are_told_and_what_is_not_known_is_no_zero() -> None:
    link = LinkCounts(None, 12.5, "geo", 7, 9_000, 61.0, {("geo", "ais"): 4_000_000}, 20.0, None)
    seen = values(metrics.text_of(of_link(link)))
    assert seen["farhelm_agent_link_month_bytes", (("bearer", "geo"), ("class", "ais"))] == 4_000_000
    assert seen["farhelm_agent_link_loss_ratio", ()] == 0.125
    assert seen["farhelm_agent_link_month_cost", ()] == 20.0
    assert ("farhelm_agent_link_round_trip_seconds", ()) not in seen
    assert ("farhelm_agent_link_budget_used_ratio", ()) not in seen


async def test_figures_are_told_beside_a_program_and_never_stop_it() -> None:
    """A taken port is a line in the log; a good one answers GET /metrics, 404 for the rest; the program runs on."""
    said: list[str] = []
    clock = SetClock()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = asyncio.Event()
        running = asyncio.create_task(
            metrics.beside(_until(ended), port, clock, lambda event, **_: said.append(event), lambda _: [])
        )
        async with asyncio.timeout(10):
            while not said:  # noqa: ASYNC110 - the log has no event
                await asyncio.sleep(0.01)
        assert not running.done()
        ended.set()
        await running
    ended = asyncio.Event()
    family = metrics.one("farhelm_test", "gauge", "A figure", 7.0)
    running = asyncio.create_task(metrics.beside(_until(ended), port, clock, print, lambda _: [family]))
    answers = [await _ask(port, f"GET {path} HTTP/1.1") for path in ("/metrics", "/other")]
    assert answers[0].startswith("HTTP/1.1 200 OK\r\n")
    assert values(answers[0].partition("\r\n\r\n")[2]) == {("farhelm_test", ()): 7.0}
    assert answers[1].startswith("HTTP/1.1 404 Not Found\r\n")
    ended.set()
    await running
    assert said == ["metrics"]


async def _until(ended: asyncio.Event) -> None:
    await ended.wait()


async def _ask(port: int, request: str) -> str:
    async with asyncio.timeout(10):
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                break
            except OSError:
                await asyncio.sleep(0.01)
        writer.write(f"{request}\r\nHost: x\r\n\r\n".encode())
        answer = (await reader.read()).decode()
        writer.close()
    return answer
