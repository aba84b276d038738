"""What the safety process's connections carry comes into the collector's account: datagrams, months, bearers, restarts."""

from __future__ import annotations

import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from protocols.aio import carried as kernel
from protocols.aio.port import Arrival
from shipside.carried import EVERY_S, IN_USE, Hearer, Teller, path_of
from shipside.commanding.ways import OneWay
from shipside.sending.budget import COMMAND, OVERHEAD_BYTES, UPKEEP, Meter
from tests.unit.test_ship_nmea2000 import Still

MONTH = "2026-11"


class Port:
    """A connection of which only what it has carried is asked."""

    connected, dropped_count, carried_bytes = True, 0, 0

    async def run(self) -> None:
        raise NotImplementedError

    async def receive(self) -> Arrival:
        raise NotImplementedError

    async def publish(self, topic: str, payload: bytes, *, retain: bool = False, expiry_s: int | None = None) -> bool:
        raise NotImplementedError


class Ship:
    """Two ways with a stop's connection each, a safety process that tells and a collector that hears."""

    def __init__(self, folder: Path) -> None:
        """Start all of it."""
        self.journal = folder / "journal.db"
        self.ports = [Port() for _ in range(4)]
        self.ways = [
            OneWay(name, Still(), self.ports[2 * n], self.ports[2 * n + 1]) for n, name in enumerate(("vsat", "cell"))
        ]
        self.hearer = self.collector()
        self.teller = Teller(self.journal, "start-1")
        self.now_s = 0.0

    def collector(self) -> Hearer:
        """Start a collector."""
        return Hearer(self.journal, {"cell": "lte"})

    def carry(self, *each: int) -> None:
        """Let so many bytes go over the connections, and the safety process tell it."""
        for port, more in zip(self.ports, each, strict=False):
            port.carried_bytes += more
        self.now_s += EVERY_S
        self.teller.tell(self.ways, self.now_s)


@pytest.fixture
def ship(tmp_path: Path) -> Iterator[Ship]:
    """A ship whose collector has heard where counting begins."""
    found = Ship(tmp_path)
    found.carry()
    assert found.hearer.news() == {}
    yield found
    found.teller.close()
    found.hearer.close()


def test_each_way_is_counted_under_its_bearer(ship: Ship) -> None:
    """The first goes over the bearer in use, the second over its own; the stop's connection belongs to its way."""
    ship.carry(1000, 10, 200, 2)
    assert ship.hearer.news() == {IN_USE: 1010, "lte": 202}
    assert ship.hearer.news() == {}


def test_nothing_is_told_before_it_is_time(ship: Ship) -> None:
    """Once in fifteen seconds: the deciding loop looks ten times a second."""
    ship.carry(500)
    ship.teller.tell(ship.ways, ship.now_s + EVERY_S - 0.1)
    assert ship.hearer.news() == {IN_USE: 500, "lte": 0}
    assert ship.hearer.news() == {}


def test_words_that_were_missed_cost_nothing(ship: Ship) -> None:
    """Sums since the start: of forty words the socket holds some ten, and the next one that comes has all of them in it."""
    for _ in range(40):
        ship.carry(100)
    heard = ship.hearer.news()[IN_USE]
    assert 0 < heard < 40 * 100
    ship.carry(100)
    assert heard + ship.hearer.news()[IN_USE] == 41 * 100


def test_a_safety_process_that_starts_anew_begins_with_nothing(ship: Ship) -> None:
    """Its sums are small again, and none of them was counted before."""
    ship.carry(9000)
    for port in ship.ports:
        port.carried_bytes = 0
    ship.teller.close()
    ship.teller = Teller(ship.journal, "start-2")
    ship.carry(300)
    assert ship.hearer.news() == {IN_USE: 9300, "lte": 0}


def test_a_collector_that_starts_anew_counts_nothing_twice(ship: Ship) -> None:
    """The first word it hears says where counting begins."""
    ship.carry(9000)
    ship.hearer.news()
    ship.hearer.close()
    ship.carry(50)  # nobody hears it, and nobody is held up
    ship.hearer = ship.collector()
    ship.carry(700)
    assert ship.hearer.news() == {}
    ship.carry(20)
    assert ship.hearer.news() == {IN_USE: 20, "lte": 0}


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b'{"start": 1, "carried_bytes": {}}',
        b'{"start": "s"}',
        b'{"start": "s", "carried_bytes": []}',
    ],
)
def test_what_is_none_of_ours_costs_itself(ship: Ship, datagram: bytes) -> None:
    """A stray datagram changes no account."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stray:
        stray.sendto(datagram, str(path_of(ship.journal)))
    ship.carry(70)
    assert ship.hearer.news() == {IN_USE: 70, "lte": 0}


def test_sums_that_are_no_numbers_are_left_out(ship: Ship) -> None:
    """Neither a text nor `true` is bytes."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as stray:
        stray.sendto(b'{"start": "start-1", "carried_bytes": {"vsat": "9", "cell": true}}', str(path_of(ship.journal)))
    assert ship.hearer.news() == {}


def test_only_we_may_speak_there(ship: Ship) -> None:
    """What comes is believed."""
    assert stat.S_IMODE(path_of(ship.journal).stat().st_mode) == 0o600


def test_what_the_kernel_counts_beyond_the_messages_is_upkeep() -> None:
    """The sum is the kernel's; a message that is counted after the kernel did is counted once."""
    meter = Meter([], 1_000_000)
    meter.add(MONTH, "geo", "samples", 1000)
    meter.settle(MONTH, "geo", 1500)
    assert meter.month_rows(MONTH) == {("geo", "samples"): 1000 + OVERHEAD_BYTES, ("geo", UPKEEP): 500 - OVERHEAD_BYTES}
    # Silence: keepalives alone.
    meter.settle(MONTH, "geo", 2000)
    assert meter.month_bytes(MONTH) == 2000
    # The kernel has counted a message whose answer is still to come.
    meter.settle(MONTH, "geo", 3200)
    meter.add(MONTH, "geo", "samples", 1000)
    meter.settle(MONTH, "geo", 3250)
    meter.settle(MONTH, "geo", 5000)
    assert meter.month_bytes(MONTH) == 5000
    # Nobody counts: what was shared out by the estimate stays, and nothing is taken back.
    silent = Meter([], 0)
    silent.add(MONTH, "geo", "ais", 80)
    silent.settle(MONTH, "geo", 0)
    assert silent.month_rows(MONTH) == {("geo", "ais"): 80 + OVERHEAD_BYTES}


def test_heartbeats_and_orders_are_in_the_budget_and_the_cost() -> None:
    """Negative control: without them a ship that says nothing but heartbeats has a budget that nothing uses."""
    meter = Meter([], 1_000_000)
    assert meter.used_pct(MONTH) == 0.0
    meter.hear(MONTH, "geo", 800_000)
    assert meter.used_pct(MONTH) == 80.0
    assert meter.month_rows(MONTH) == {("geo", COMMAND): 800_000}
    assert meter.cost(MONTH, lambda bearer: {"geo": 5.0}[bearer]) == pytest.approx(4.0)


def test_bytes_of_a_connection_that_the_kernel_does_not_tell_of_are_not_known() -> None:
    """A socket that is closed, or none of TCP; a count once seen does not go back."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        assert kernel.carried_bytes(other) is None
    closed = socket.socket()
    closed.close()
    assert kernel.carried_bytes(closed) is None
    counted = kernel.Carried()
    counted.look(None)
    assert counted.total_bytes == 0


def test_one_connection_after_the_other_is_added_up() -> None:
    """On the loopback: 1,000 bytes and their packets, then the next connection's."""
    counted = kernel.Carried()
    totals: list[int] = []
    for _ in range(2):
        with socket.create_server(("127.0.0.1", 0)) as server:
            ours = socket.create_connection(server.getsockname())
            theirs, _ = server.accept()
            ours.sendall(bytes(1000))
            received = 0
            while received < 1000:
                received += len(theirs.recv(4096))
            counted.look(ours)
            totals.append(counted.total_bytes)
            ours.close()
            counted.look(ours)  # closed: what was seen stays
            assert counted.total_bytes == totals[-1]
            counted.ended()
            theirs.close()
    assert 1000 + 3 * 52 <= totals[0] <= 1000 + 8 * 52
    assert totals[0] + 1000 < totals[1] <= 2 * (1000 + 8 * 52)
