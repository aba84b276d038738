"""The ground the world stands on: virtual time, and a broker that behaves as the real one was seen to."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest

from protocols.aio.port import Arrival, Connected, Disconnected, Message, MessagePort, Will
from simulators.bad_link import LinkQuality
from simulators.loop import START_S, START_UTC_NS, RealWorldError, StandstillError, VirtualClock, run
from simulators.network import INBOX_MAX, LANE_MAX, Link, SimBroker, SimPort

QUALITY = LinkQuality(delay_s=0.1)


def silent(who: str, event: str, **fields: object) -> None:
    """Note nothing."""


class House:
    """A broker, a ship with a will, and a station that listens to her."""

    def __init__(self) -> None:
        """Connect nobody yet."""
        self.broker = SimBroker(1, VirtualClock(), silent)
        self.link: Link = self.broker.link("ship", QUALITY)
        self.ship = self.broker.port("ship", self.link, ["down/+"], Will("up/death", b"silent"))
        self.shore = self.broker.port("shore", self.broker.link("shore", LinkQuality()), ["up/+"])
        self.heard: list[tuple[float, Arrival]] = []
        self.told: list[tuple[float, Arrival]] = []

    async def keep(self, port: SimPort, arrivals: list[tuple[float, Arrival]]) -> None:
        """Note what arrives at a port, and when."""
        as_port: MessagePort = port
        while True:
            arrival = await as_port.receive()
            arrivals.append((round(asyncio.get_running_loop().time() - START_S, 3), arrival))

    def of(self, kind: type[Arrival], arrivals: list[tuple[float, Arrival]]) -> list[tuple[float, Arrival]]:
        """Return the arrivals of one kind."""
        return [entry for entry in arrivals if isinstance(entry[1], kind)]


@asynccontextmanager
async def connected() -> AsyncGenerator[House]:
    house = House()
    programs = (
        house.ship.run(),
        house.shore.run(),
        house.keep(house.ship, house.told),
        house.keep(house.shore, house.heard),
    )
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(program) for program in programs]
        await asyncio.sleep(1.0)
        yield house
        for task in tasks:
            task.cancel()


def test_an_hour_passes_at_once_and_utc_with_it() -> None:
    async def hour() -> None:
        clock = VirtualClock()
        assert (clock.now_s(), clock.utc_ns(), clock.cpu_s()) == (START_S, START_UTC_NS, 0.0)
        await asyncio.sleep(3600)
        assert clock.now_s() == pytest.approx(START_S + 3600)
        assert clock.utc_ns() == pytest.approx(START_UTC_NS + 3600 * 10**9, abs=1000)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(5):
                await asyncio.Event().wait()
        assert clock.now_s() == pytest.approx(START_S + 3605)

    run(hour())


def test_what_would_wait_for_ever_says_so() -> None:
    async def wait() -> None:
        await asyncio.Event().wait()

    with pytest.raises(StandstillError):
        run(wait())


def test_the_real_world_is_refused_and_executors_run_inline() -> None:
    async def reach_out() -> None:
        loop, here = asyncio.get_running_loop(), threading.get_ident()
        with pytest.raises(RealWorldError, match="create_connection"):
            await asyncio.open_connection("127.0.0.1", 9)
        with pytest.raises(RealWorldError, match="add_reader"):
            loop.add_reader(0, print)
        with pytest.raises(RealWorldError, match="subprocess_exec"):
            await asyncio.create_subprocess_exec("true")
        assert await asyncio.to_thread(threading.get_ident) == here
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(lambda: 1 // 0)
        caught: list[BaseException] = []

        def call() -> None:
            try:
                loop.call_soon_threadsafe(print)
            except RealWorldError as error:
                caught.append(error)

        stranger = threading.Thread(target=call)
        stranger.start()
        stranger.join()
        assert len(caught) == 1

    run(reach_out())


def test_a_message_takes_its_time_and_its_acknowledgement_as_much_again() -> None:
    async def story() -> None:
        async with connected() as house:
            before = asyncio.get_running_loop().time()
            assert await house.ship.publish("up/batch", b"1")
            assert asyncio.get_running_loop().time() - before == pytest.approx(0.2)
            assert house.of(Message, house.heard) == [(1.1, Message("up/batch", b"1", retained=False))]

    run(story())


def test_messages_stay_in_order_however_the_link_jitters_and_loses() -> None:
    async def story() -> None:
        async with connected() as house:
            house.link.set_quality(LinkQuality(0.05, 0.5, 0.3))
            async with asyncio.TaskGroup() as group:
                for number in range(50):
                    group.create_task(house.ship.publish("up/batch", bytes([number])))
            await asyncio.sleep(30)
            got = [arrival.payload[0] for _, arrival in house.heard if isinstance(arrival, Message)]
            assert got == sorted(got)
            assert len(got) > 20

    run(story())


def test_retained_messages_are_given_on_connecting_and_known_as_such() -> None:
    async def story() -> None:
        async with connected() as house:
            await house.shore.publish("down/roster", b"old", retain=True)
            await house.shore.publish("down/roster", b"new", retain=True)
            await house.shore.publish("down/order", b"once")
            await asyncio.sleep(1)
            house.told.clear()
            house.link.set_quality(LinkQuality(0.1, cut="reset"))
            house.link.set_quality(QUALITY)
            await asyncio.sleep(3)
            assert [entry for _, entry in house.told] == [
                Disconnected("connection reset"), Connected(2), Message("down/roster", b"new", retained=True),
            ]  # fmt: skip

    run(story())


def test_a_silent_cut_is_found_out_by_each_end_for_itself_and_the_will_is_said() -> None:
    async def story() -> None:
        async with connected() as house:
            # At 1 s the link falls silent. A publish is not acknowledged within 5 s.
            house.link.set_quality(LinkQuality(0.1, cut="silent"))
            before = asyncio.get_running_loop().time()
            assert not await house.ship.publish("up/batch", b"lost")
            assert asyncio.get_running_loop().time() - before == pytest.approx(5.0)

            # The broker says the will at 8.5 s, the ship notices at 11 s.
            await asyncio.sleep(20)
            assert house.of(Message, house.heard) == [(8.5, Message("up/death", b"silent", retained=False))]
            assert house.of(Disconnected, house.told) == [(11.0, Disconnected("no word within the keepalive"))]
            assert not house.ship.connected

            # Mended, she comes back by herself; what was under way is gone.
            house.link.set_quality(QUALITY)
            await asyncio.sleep(6)
            assert [number for _, number in house.of(Connected, house.told)] == [Connected(1), Connected(2)]
            assert [m.payload for _, m in house.heard if isinstance(m, Message)] == [b"silent"]

    run(story())


def test_a_short_silence_loses_nothing() -> None:
    async def story() -> None:
        async with connected() as house:
            house.link.set_quality(LinkQuality(0.1, cut="silent"))
            sending = asyncio.create_task(house.ship.publish("up/batch", b"late"))
            await asyncio.sleep(4)
            house.link.set_quality(QUALITY)
            assert await sending
            assert house.of(Disconnected, house.told) == []
            assert house.of(Message, house.heard) == [(5.0, Message("up/batch", b"late", retained=False))]

    run(story())


def test_a_broker_that_gave_up_first_tells_the_client_when_the_link_is_back() -> None:
    async def story() -> None:
        async with connected() as house:
            house.link.set_quality(LinkQuality(0.1, cut="silent"))
            await asyncio.sleep(8.5)  # between the broker's 7.5 s and the client's 10 s
            assert house.ship.connected
            house.link.set_quality(QUALITY)
            await asyncio.sleep(3)
            assert [type(entry) for _, entry in house.told] == [Connected, Disconnected, Connected]

    run(story())


def test_every_queue_is_bounded_and_its_losses_are_counted() -> None:
    async def story() -> None:
        async with connected() as house:
            # A ship behind a silent link: the broker keeps LANE_MAX for her and drops the rest.
            house.link.set_quality(LinkQuality(0.1, cut="silent"))
            for _ in range(LANE_MAX + 7):
                house.broker.take("stranger", "down/order", b"", retain=False)
            await asyncio.sleep(1)
            house.link.set_quality(QUALITY)
            await asyncio.sleep(1)
            assert len(house.of(Message, house.told)) == LANE_MAX

            # A program that does not read: INBOX_MAX wait, the newest are lost; connection changes never are.
            deaf = house.broker.port("deaf", house.broker.link("shore", LinkQuality()), ["up/+"])
            running = asyncio.create_task(deaf.run())
            await asyncio.sleep(1)
            for _ in range(INBOX_MAX + 9):
                house.broker.take("stranger", "up/batch", b"", retain=False)
                await asyncio.sleep(0.001)
            assert deaf.dropped_count == 10  # the first arrival was Connected
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            assert not deaf.connected

    run(story())


def test_a_client_that_takes_leave_has_no_will_said() -> None:
    async def story() -> None:
        async with connected() as house:
            house.broker.taps.append(lambda client, topic, payload: taken.append((client, topic, payload)))
            port = house.broker.port("guest", house.link, [], Will("up/death", b"guest"))
            staying = asyncio.create_task(port.run())
            await asyncio.sleep(1)
            assert port.connected
            staying.cancel()
            await asyncio.gather(staying, return_exceptions=True)
            await asyncio.sleep(20)
            assert taken == []

    taken: list[tuple[str, str, bytes]] = []
    run(story())
