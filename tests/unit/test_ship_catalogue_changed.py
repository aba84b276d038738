"""The catalogue changes while nobody listens: every batch can be read ashore, with the catalogue it was made with."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from protocols.errors import ProtocolError
from protocols.link import topics
from protocols.link.birth import Birth
from protocols.nmea0183.framing import framed
from shipside import config
from shipside.collector import Collector
from shipside.sending.catalogues import SLOTS
from shipside.storage.spool import Spool
from shoreside.ingest.readable import Reading
from tests.agent_kit import TCP, agent_toml
from tests.shore_kit import OPERATOR, MemoryPort, SetClock

VESSEL = "otter"
Sent = list[tuple[str, bytes, bool]]


class _Ship:
    """One spool, and a collector that is started anew with other inputs: each input has channels of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clock = folder, SetClock()
        self.spool = Spool(":memory:", 10**8, 1)
        self.collector: Collector
        self.port: MemoryPort
        self.starts = 0

    def start(self, *inputs: str) -> str:
        """Start the collector; return the hash of its catalogue."""
        self.starts += 1
        place = self.folder / str(self.starts)
        place.mkdir()
        toml = "".join(TCP.format(name, 1000 + number) for number, name in enumerate(("gyro", *inputs)))
        loaded = config.load(agent_toml(place, 1883, toml), {})
        self.port = MemoryPort(connected=False)
        self.collector = Collector(
            loaded, self.clock, self.port, [], [], self.spool, OPERATOR, f"boot-{self.starts}", lambda *_, **__: None
        )
        return loaded.catalogue.hash

    def sail(self, seconds: int) -> None:
        """Collect for some time."""
        for _ in range(5 * seconds):
            self.clock.s += 0.2
            self.collector.listening.take_line("gyro", framed(f"HEHDT,{self.clock.s % 360:.1f},T"))
            self.collector._scan(self.clock.s + 1e-6)

    def link(self) -> Sent:
        """Let the link stand, and the shore hear everything that waits, oldest first; return what was published."""

        async def announced() -> None:
            self.port.connected = True
            await self.collector._announce()
            for seq in self.spool.after(0, 100_000):
                await self.port.publish(topics.topic(VESSEL, topics.BATCH), self.spool.get(seq) or b"")

        asyncio.run(announced())
        return [(topics.split(topic)[1], payload, retain) for topic, payload, retain in self.port.sent]

    def acknowledged(self) -> None:
        """Let the shore have all."""
        self.spool.delete(self.spool.last_seq, ())


def births(sent: Sent) -> list[tuple[str, bool, bool]]:
    """Return (hash, whether it is historical, whether it is retained) of the births."""
    found = [(Birth.from_bytes(payload), retain) for topic, payload, retain in sent if topic == topics.BIRTH]
    return [(birth.catalogue_hash, birth.historical, retain) for birth, retain in found]


def read_ashore(sent: Sequence[tuple[str, bytes, bool]]) -> tuple[int, int]:
    """Return how many batches a shore that knew nothing before can read, and how many it cannot."""
    reading, good, bad = Reading(), 0, 0
    for topic, payload, _ in sent:
        if topic == topics.BIRTH:
            reading.take_birth(Birth.from_bytes(payload))
            continue
        try:
            found = reading.read(VESSEL, payload, 0.0)
        except ProtocolError:
            found = None
        good, bad = good + (found is not None), bad + (found is None)
    return good, bad


def test_catalogues_of_an_outage_go_before_their_batches(tmp_path: Path) -> None:
    """Two inputs are added at sea, one after the other; with the link all three catalogues are told, the present one last."""
    ship = _Ship(tmp_path)
    hashes = []
    for inputs in ((), ("log",), ("log", "echo")):
        hashes.append(ship.start(*inputs))
        ship.sail(3)
    assert len(set(hashes)) == 3
    sent = ship.link()
    assert births(sent) == [(hashes[0], True, False), (hashes[1], True, False), (hashes[2], False, True)]
    good, bad = read_ashore(sent)
    assert (good, bad) == (ship.spool.count, 0)
    # The negative control: with the present birth alone, as it was, two thirds are riddles for ever.
    assert read_ashore([one for one in sent if one[2] or one[0] != topics.BIRTH])[1] > good / 2


def test_what_is_acknowledged_is_told_no_more(tmp_path: Path) -> None:
    """Bytes are dear: a former catalogue goes at each connection while its batches wait, and never after."""
    ship = _Ship(tmp_path)
    old = ship.start()
    ship.sail(2)
    new = ship.start("log")
    ship.sail(2)
    assert [name for name, _, _ in births(ship.link())] == [old, new]
    ship.acknowledged()
    ship.port.sent.clear()
    assert births(ship.link()) == [(new, False, True)]
    ship.start("log")
    ship.sail(1)
    assert births(ship.link()) == [(new, False, True)]


def test_a_catalogue_that_comes_back_is_told_once(tmp_path: Path) -> None:
    """An input is taken out and put back: of the three spans two are of one catalogue."""
    ship = _Ship(tmp_path)
    for inputs in (("log",), (), ("log",)):
        ship.start(*inputs)
        ship.sail(1)
    sent = ship.link()
    assert len(births(sent)) == 2
    assert read_ashore(sent) == (ship.spool.count, 0)


def test_with_more_changes_than_there_is_room_for_the_newest_are_kept(tmp_path: Path) -> None:
    """Whoever tries out twenty configurations in one outage loses the first ones' batches, and the spool does not grow."""
    ship = _Ship(tmp_path)
    hashes = []
    for number in range(SLOTS + 4):
        hashes.append(ship.start(f"input-{number}"))
        ship.sail(1)
    assert [name for name, _, _ in births(ship.link())] == hashes[4:]


def test_a_disk_that_takes_nothing_does_not_keep_the_collector_from_starting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The catalogue is then told as long as this start lasts."""
    from shipside.storage.spool import SpoolError

    def full(*_: object) -> None:
        raise SpoolError("the disk is full")

    ship = _Ship(tmp_path)
    monkeypatch.setattr(ship.spool, "keep", full)
    digest = ship.start()
    assert births(ship.link()) == [(digest, False, True)]
