"""A fault of the station's own program, met by what one ship says, costs that alone: no other ship, no batch, no full log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from prometheus_client import generate_latest
from prometheus_client.registry import CollectorRegistry

from protocols.aio.lag import LoopLag
from protocols.faults import FAULT, KINDS_MAX, TRACE_CHARS_MAX
from protocols.link import codec, topics
from protocols.link.acks import BatchAck
from protocols.link.birth import Birth
from protocols.link.legend import Legend
from shoreside import catalogue
from shoreside.api.health import faults
from shoreside.api.metrics import ShoreCollector
from shoreside.api.shore import Shore
from shoreside.commanding.stop import StopRelay
from shoreside.config import ShoreConfig
from shoreside.downlink import Downlink
from shoreside.ingest.missing import LegendWanted
from shoreside.live import fleet, views, watch
from shoreside.live.feeds import Feed, Hub
from shoreside.ports import Remembered, StoreDownError, Work
from shoreside.station import Station
from shoreside.store.memory import MemoryStore
from shoreside.unforeseen import TOLD_S, Unforeseen
from tests.shore_kit import LIMITS, NOON_NS, MemoryPort, SetClock, Ship

ODD, GOOD = Ship(), Ship("otter", seed=9)
Plant = Callable[[object, str, Exception], None]


@pytest.fixture
def plant(monkeypatch: pytest.MonkeyPatch) -> Plant:
    """Return what makes a function raise where it has to do with the kestrel."""

    def planted(where: object, name: str, error: Exception) -> None:
        real = getattr(where, name)

        def odd(*args: object, **kwargs: object) -> object:
            if any("kestrel" in (each, getattr(each, "vessel", None)) for each in args):
                raise error
            return real(*args, **kwargs)

        monkeypatch.setattr(where, name, odd)

    return planted


def both() -> Downlink:
    """Return a station that has heard two births, and kept them."""
    hub = Hub()
    made = Downlink((ODD.config(), GOOD.config()), LIMITS, hub)
    for ship in (ODD, GOOD):
        made.receive(*ship.birth(), 100.0, NOON_NS)
    commit(made)
    return made


def commit(made: Downlink) -> Work:
    """Let the store take all that waits."""
    work = made.pending.take() or Work()
    made.intake.committed(work)
    return work


def acks(made: Downlink, ship: Ship) -> list[BatchAck]:
    """Return the batch acknowledgements to be published to a ship."""
    said = made.intake.take_acks()
    return [BatchAck.from_bytes(payload) for topic, payload in said if topic == ship.topic(topics.ACK)]


async def heard_by_a_station() -> tuple[Station, list[tuple[str, dict[str, object]]]]:
    """Run a station that hears a heartbeat and a batch of the kestrel, then of the otter; return it and what it logged."""
    port, lines = MemoryPort(), list[tuple[str, dict[str, object]]]()
    made = Station(
        SetClock(), port, MemoryStore(), (ODD.config(), GOOD.config()), LIMITS,
        log=lambda event, **facts: lines.append((event, facts)),
    )  # fmt: skip
    for ship in (ODD, GOOD):
        for message in (ship.birth(), ship.heartbeat(1), ship.batch(1)):
            port.bring(*message)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(made.run())
        await port.wait_for(topics.ACK, 2)
        made.downlink.tick(101.0, NOON_NS)
        made._log_told()
        running.cancel()
    return made, lines


class OddStore(MemoryStore):
    """A store with a fault that batches of the kestrel's second sequence meet, as a date that no calendar has would be."""

    is_mended = False

    async def commit(self, work: Work) -> int:
        """Keep `work`, or nothing of it."""
        if not self.is_mended and any((batch.vessel, batch.seq) == ("kestrel", 2) for batch in work.batches):
            raise OverflowError("date value out of range")
        return await super().commit(work)


async def stored(store: OddStore) -> tuple[Station, dict[str, list[BatchAck]]]:
    """Let a station take three batches of each ship for `store`, and mend it once five are acknowledged; return what it said."""
    port = MemoryPort()
    made = Station(SetClock(), port, store, (ODD.config(), GOOD.config()), LIMITS)
    for ship in (ODD, GOOD):
        for message in (ship.birth(), *(ship.batch(seq) for seq in (1, 2, 3))):
            port.bring(*message)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(made.run())
        await port.wait_for(topics.ACK, 2)
        first = port.of(topics.ACK)
        store.is_mended = True
        port.bring(*ODD.batch(2))
        await port.wait_for(topics.ACK, 3)
        running.cancel()
    last = port.of(topics.ACK)[len(first) :]
    return made, {"first": [*map(BatchAck.from_bytes, first)], "last": [*map(BatchAck.from_bytes, last)]}


async def test_before_a_batch_that_met_a_fault_in_the_store_ended_the_station() -> None:
    """Negative control: without the guard nothing of anybody is stored any more."""
    with pytest.raises(ExceptionGroup) as ended:
        await stored(OddStore())
    assert ended.group_contains(OverflowError)


@pytest.mark.usefixtures("forgiving")
async def test_a_batch_that_meets_a_fault_in_the_store_is_left_out_and_not_acknowledged() -> None:
    """All others of the same commit are kept; the one stays aboard, comes again, and is taken once the program is mended."""
    store = OddStore()
    made, said = await stored(store)
    assert said["first"] == [BatchAck(1, 1, (3,)), BatchAck(1, 3, ())]
    assert said["last"] == [BatchAck(1, 3, ())]
    assert sorted((vessel, seq) for vessel, _, seq in store.batches) == [
        (s, n) for s in ("kestrel", "otter") for n in (1, 2, 3)
    ]
    assert made.downlink.unforeseen.counts == {"kestrel": 1}


async def test_before_it_ended_the_station_for_every_ship(plant: Plant) -> None:
    """Negative control: without the guard a heartbeat that raises ends all tasks, and the otter is heard no more."""
    plant(fleet, "take_heartbeat", OverflowError("cannot convert float infinity to integer"))
    with pytest.raises(ExceptionGroup) as ended:
        await heard_by_a_station()
    assert ended.group_contains(OverflowError)


@pytest.mark.usefixtures("forgiving")
async def test_a_message_that_meets_a_fault_of_ours_costs_itself(plant: Plant) -> None:
    """The station goes on, the otter's heartbeat and both ships' batches are taken; it is counted and logged once."""
    plant(fleet, "take_heartbeat", OverflowError("cannot convert float infinity to integer"))
    made, lines = await heard_by_a_station()
    assert made.downlink.unforeseen.counts == {"kestrel": 1}
    assert made.downlink.refused == {"unforeseen": 1}
    assert made.downlink.states["otter"].heartbeat is not None
    assert made.downlink.batch_count == 2
    (line,) = [facts for event, facts in lines if event == FAULT]
    assert (line["vessel"], line["what"]) == ("kestrel", topics.HEARTBEAT_UP)
    assert line["error"] == "OverflowError: cannot convert float infinity to integer"
    assert "_heartbeat" in str(line["traceback"])


@pytest.mark.usefixtures("forgiving")
@pytest.mark.parametrize(
    "error", [KeyError("x"), RecursionError("deep"), ValueError("y"), MemoryError(), AssertionError()]
)
def test_a_batch_that_cannot_be_read_is_not_acknowledged_and_is_taken_when_it_can(
    plant: Plant, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """It stays aboard, as any unreadable one does; batches behind it are acknowledged by name, never through it."""
    made, real = both(), codec.decode_with_closing

    def odd(payload: bytes, *rest: Any) -> object:
        if payload == ODD.batch(1)[1]:
            raise error
        return real(payload, *rest)

    monkeypatch.setattr(codec, "decode_with_closing", odd)
    for seq in (1, 2):
        made.receive(*ODD.batch(seq), 101.0, NOON_NS)
        made.receive(*GOOD.batch(seq), 101.0, NOON_NS)
    assert sorted((batch.vessel, batch.seq) for batch in commit(made).batches) == [
        ("kestrel", 2),
        ("otter", 1),
        ("otter", 2),
    ]
    assert acks(made, ODD) == [BatchAck(1, 0, (2,))]
    assert made.unforeseen.counts == {"kestrel": 1}
    # It comes again to a program that has been mended.
    monkeypatch.setattr(codec, "decode_with_closing", real)
    made.receive(*ODD.batch(1), 161.0, NOON_NS)
    assert [batch.seq for batch in commit(made).batches] == [1]
    assert acks(made, ODD) == [BatchAck(1, 2, ())]


@pytest.mark.usefixtures("forgiving")
def test_a_batch_that_cannot_be_shown_is_stored_and_acknowledged_after_its_commit(plant: Plant) -> None:
    """What the intake has taken is not lost for a fault of what shows it; nor is it acknowledged any sooner."""
    made = both()
    plant(fleet, "take_targets", ValueError("x"))
    made.receive(*ODD.batch(1), 101.0, NOON_NS)
    assert acks(made, ODD) == []
    assert [batch.seq for batch in commit(made).batches] == [1]
    assert acks(made, ODD) == [BatchAck(1, 1, ())]
    assert made.unforeseen.counts == {"kestrel": 1}


@pytest.mark.usefixtures("forgiving")
def test_an_event_that_cannot_be_shown_is_in_the_ledger(plant: Plant) -> None:
    """The record comes before the showing of it."""
    made = both()
    plant(views, "event_message", KeyError("text"))
    made.receive(*ODD.event(1, "drill", {"text": "t"}), 101.0, NOON_NS)
    assert [event.seq for event, _ in commit(made).events] == [1]
    assert made.unforeseen.counts == {"kestrel": 1}


@pytest.mark.usefixtures("forgiving")
@pytest.mark.parametrize(
    "where", [(catalogue, "channels"), (catalogue, "circular"), (fleet, "_control"), (Legend, "from_wire")]
)
def test_a_birth_that_meets_a_fault_leaves_nothing_half_done(
    monkeypatch: pytest.MonkeyPatch, where: tuple[object, str]
) -> None:
    """Nothing of it is known, pinned, kept or shown; the next that is understood is taken whole."""

    def odd(*args: object) -> object:
        raise OverflowError(str(len(args)))

    pinned = Ship()
    made = Downlink((pinned.config(pinned=True), GOOD.config()), LIMITS, Hub())
    with monkeypatch.context() as planted:
        planted.setattr(*where, odd)
        made.receive(*pinned.birth(), 100.0, NOON_NS)
    state = made.states["kestrel"]
    assert (state.birth, state.channels, state.control, state.collector_alive) == (None, {}, None, False)
    assert (made.key_of("kestrel"), made.pending.take()) == (None, None)
    assert made.unforeseen.counts == {"kestrel": 1}
    made.receive(*pinned.birth(), 101.0, NOON_NS)
    assert state.birth is not None
    assert made.key_of("kestrel") == pinned.public_key
    assert len(commit(made).births) == 1


@pytest.mark.usefixtures("forgiving")
def test_a_boot_whose_heartbeats_meet_a_fault_does_not_push_out_those_that_were(plant: Plant) -> None:
    """Boot ids of before stay refused, however many heartbeats of the new one cannot be taken: none can be played back."""
    made = both()
    made.receive(*ODD.heartbeat(1), 101.0, NOON_NS)
    second = Ship()
    second.boot_id = "boot-2"
    made.receive(*second.heartbeat(1), 102.0, NOON_NS)
    third = Ship()
    third.boot_id = "boot-3"
    plant(fleet, "take_heartbeat", KeyError("x"))
    for seq in range(1, 300):
        made.receive(*third.heartbeat(seq), 103.0, NOON_NS)
    assert list(made._former_boots["kestrel"]) == ["boot-1", "boot-2"]


@pytest.mark.usefixtures("forgiving")
def test_a_thousand_messages_are_a_thousand_in_the_count_and_one_in_the_log(plant: Plant) -> None:
    """It is told in words while it lasts and for an hour more; its count stays."""
    made = both()
    plant(fleet, "take_heartbeat", KeyError("x"))
    for seq in range(1000):
        made.receive(*ODD.heartbeat(seq), 101.0, NOON_NS)
    assert made.unforeseen.counts == {"kestrel": 1000}
    assert len(made.unforeseen.take_lines()) == 1
    made.tick(102.0, NOON_NS)
    (said,) = made.unforeseen.words()
    assert "given up of kestrel: 1000 (last up/heartbeat: KeyError)" in said
    made.tick(102.0 + TOLD_S, NOON_NS)
    assert made.unforeseen.words() == []
    assert made.unforeseen.counts == {"kestrel": 1000}


@pytest.mark.usefixtures("forgiving")
def test_whatever_is_met_the_log_and_what_is_remembered_are_bounded() -> None:
    """A thousand kinds, of a thousand names nobody knows, each from a recursion: a hundred lines of eight thousand characters."""
    found = Unforeseen({"kestrel"})

    def deep(left: int, kind: type[Exception]) -> None:
        if left:
            deep(left - 1, kind)
        raise kind("x" * 100_000)

    for number in range(1000):
        with found.guard(f"ship{number}", "up/batch"):
            deep(50, type(f"Odd{number}", (ValueError,), {}))
    lines = found.take_lines()
    assert len(lines) == KINDS_MAX
    assert max(len(str(line["traceback"])) for line in lines) <= TRACE_CHARS_MAX
    assert max(len(str(line["error"])) for line in lines) <= 200
    assert found.counts == {"": 1000}
    assert len(found.words()) == 1


@pytest.mark.usefixtures("forgiving")
@pytest.mark.parametrize(
    "error", [asyncio.CancelledError(), KeyboardInterrupt(), SystemExit(1), StoreDownError("away")]
)
def test_what_is_no_fault_of_ours_goes_on(error: BaseException) -> None:
    """An end that was asked for, and a store that is away, are not swallowed nor counted."""
    found = Unforeseen({"kestrel"})
    with pytest.raises(type(error)), found.guard("kestrel", "up/batch"):
        raise error
    assert found.counts == {}


@pytest.mark.usefixtures("forgiving")
def test_a_station_starts_whatever_it_has_kept_of_a_ship(plant: Plant) -> None:
    """What it knew of the other, and which batches are committed, is known; before, it ended at each start."""
    plant(fleet, "take_birth", KeyError("x"))
    plant(fleet, "recall_track", KeyError("x"))
    begun = Downlink((ODD.config(), GOOD.config()), LIMITS, Hub())
    begun.recall(Remembered(
        births={"kestrel": ODD.birth()[1], "otter": GOOD.birth()[1], "ghost": b"no birth"},
        tracks={"kestrel": ((129.0, 35.0, 1),), "otter": ((129.0, 35.0, 1),)}, batches={("kestrel", 1): ((1, 7),)},
    ))  # fmt: skip
    assert begun.states["otter"].birth is not None
    assert len(begun.states["otter"].track) == 1
    begun.receive(*ODD.batch(7), 101.0, NOON_NS)
    assert acks(begun, ODD) == [BatchAck(1, 7, ())]
    assert begun.unforeseen.counts == {"kestrel": 2, "ghost": 1}


@pytest.mark.usefixtures("forgiving")
def test_an_answer_of_the_store_that_nobody_can_read_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """The batch that waits for it is given up after its time and not acknowledged; it is not asked for ever."""
    begun = Downlink((ODD.config(),), LIMITS, Hub())
    topic, whole = ODD.batch(1)
    legend = Legend.from_wire(ODD.catalogue.hash, ODD.catalogue.to_wire())
    begun.receive(topic, codec.encode(codec.decode(whole), legend), 100.0, NOON_NS)
    wanted = LegendWanted("kestrel", ODD.catalogue.hash)

    def odd(*_: object) -> Birth:
        raise KeyError

    monkeypatch.setattr(Birth, "from_bytes", odd)
    begun.found(wanted, ODD.birth()[1], 101.0, NOON_NS)
    assert begun.intake.reading.missing.count == 1
    begun.found(wanted, ODD.birth()[1], 106.0, NOON_NS)
    assert begun.intake.reading.missing.count == 0
    assert begun.intake.reading.refused == {"LegendWanted": 1}
    assert (begun.intake.take_acks(), begun.unforeseen.counts) == ([], {"kestrel": 2})


@pytest.mark.usefixtures("forgiving")
def test_a_ship_whose_state_cannot_be_looked_at_hides_no_other_and_her_silence_is_told(plant: Plant) -> None:
    """Each second her figures fail, and her row: she is in the list as never heard, and the alarm of her silence sounds."""
    made = both()
    feed = Feed("ann", "session-1")
    made.telling._hub.join(feed)
    plant(fleet, "measure_rate", ZeroDivisionError("x"))
    made.states["kestrel"].latest["NAV_LAT"] = cast("Any", ())
    for second in range(10):
        made.tick(101.0 + second, NOON_NS)
    fleet_list = next(message for message in feed.take(0) if message["type"] == "fleet")
    assert {row["vessel"]: row["name"] for row in fleet_list["vessels"]} == {"kestrel": "kestrel", "otter": "Otter"}
    told = {(vessel, key[1]) for vessel, state in made.states.items() for key in state.alerts}
    assert ("kestrel", "shore.heartbeat-silent") in told
    plant(watch, "changes", ValueError("x"))
    made.tick(111.0, NOON_NS)
    assert set(made.unforeseen.counts) == {"kestrel"}


@pytest.mark.usefixtures("forgiving")
def test_operators_and_prometheus_are_told(plant: Plant) -> None:
    """A fault of the program is degraded service, told in words where the others are; each ship's count is at /metrics."""
    clock, nobody = SetClock(), cast("Any", None)
    made = Station(clock, MemoryPort(), MemoryStore(), (ODD.config(), GOOD.config()), LIMITS)
    made.store_up = True
    config = ShoreConfig("127.0.0.1", 0, ("http://x",), "", "", "", Path(), None, True, "t", LIMITS, (ODD.config(),))
    shore = Shore(config, clock, made, StopRelay(clock, MemoryPort()), nobody, nobody, nobody, "t", LoopLag(clock))
    assert faults(shore) == []
    plant(fleet, "take_heartbeat", OverflowError("x"))
    for ship in (ODD, GOOD):
        made.downlink.receive(*ship.heartbeat(1), 101.0, NOON_NS)
    made.downlink.tick(101.0, NOON_NS)
    (said,) = faults(shore)
    assert said.startswith("a fault of this program: given up of kestrel: 1 (last up/heartbeat: OverflowError)")
    registry = CollectorRegistry()
    registry.register(ShoreCollector(shore, degraded=bool(faults(shore))))
    text = generate_latest(registry).decode()
    assert 'farhelm_shore_unforeseen_total{vessel="kestrel"} 1.0' in text
    assert 'farhelm_shore_refused_total{reason="unforeseen"} 1.0' in text
    assert "farhelm_shore_degraded 1.0" in text
