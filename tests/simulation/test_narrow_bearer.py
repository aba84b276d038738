"""A ship on VHF data or Iridium, 250 bytes/s: heartbeats leave room for the rest, and whoever commands has them at 1 Hz."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from protocols.link import topics
from shipside.config.link import BEARERS
from simulators.bad_link import LinkQuality
from simulators.loop import run
from simulators.world import World

NARROW: Final = BEARERS["narrow"]
SLOW: Final = LinkQuality(delay_s=0.35, jitter_s=0.1)
"""The world's link has no rate: what goes is counted and held against the bearer's. A round trip over a second would hold up the
next heartbeat, for only one is under way."""
MESSAGE_BYTES: Final = 270
"""What a message costs on the wire beside what it says: TLS and headers both ways, and its answer (measured: 430 for 161)."""
SETTLED_S: Final = 20.0


class Voyage:
    """An otter on a bearer, and what of hers went over it."""

    def __init__(self, world: World) -> None:
        """Count from here on."""
        self.world = world
        self.state = world.station.downlink.states["otter"]
        self.beats_s: list[float] = []
        self.sent: list[tuple[str, int]] = []
        world.network.taps.append(self._tap)

    def _tap(self, client: str, topic: str, payload: bytes) -> None:
        if client.startswith("otter"):
            leaf = topics.split(topic)[1]
            self.sent.append((leaf, len(payload) + MESSAGE_BYTES))
            self.beats_s += [self.world.now_s] if leaf == topics.HEARTBEAT_UP else []

    def bytes_s(self, seconds: float, leaf: str = "") -> float:
        """Return what went up a second over so many, of one kind alone where it is named."""
        return sum(size for name, size in self.sent if leaf in ("", name)) / seconds

    async def counted(self, seconds: float) -> None:
        """Count anew over so many seconds."""
        self.beats_s.clear()
        self.sent.clear()
        await self.world.forward(seconds=seconds)

    def alerts(self) -> set[str]:
        """Return the ids of all alerts ashore that are not normal."""
        return {alert_id for (_, alert_id), alert in self.state.alerts.items() if alert["state"] != "normal"}


def sailing(story: Callable[[Voyage], Awaitable[None]], bearer: str = "narrow") -> None:
    """Tell a story aboard, from a minute after the start on."""

    async def voyage() -> None:
        async with World(seed=23, quality=SLOW, bearer=bearer) as world:
            told = Voyage(world)
            await world.forward(seconds=SETTLED_S)
            await story(told)

    run(voyage())


def test_at_1_hz_heartbeats_take_more_than_a_narrow_bearer_carries() -> None:
    """What is held against it below: on LTE they come each second, whoever commands."""

    async def story(voyage: Voyage) -> None:
        await voyage.counted(20.0)
        assert 1.5 < voyage.bytes_s(20.0, topics.HEARTBEAT_UP) / NARROW.bytes_s < 2.5

    sailing(story, "lte")


def test_a_ship_on_a_narrow_bearer_is_not_silent_and_one_that_is_gone_is() -> None:
    """Proves AUT-02: by her own word a heartbeat comes each 30 s, a tenth of what it carries; what changes is told at once."""

    async def story(voyage: Voyage) -> None:
        world, ship = voyage.world, voyage.world.vessels["otter"]
        ann = world.operator("ann", "otter")
        await world.until(lambda: max(voyage.state.batches_s) > 0.0, 90.0, "the first whole batch")
        await voyage.counted(1.0)
        for _ in range(160):
            await world.forward(seconds=1.0)
            assert not {"shore.heartbeat-silent", "shore.data-stale"} & voyage.alerts()
            assert voyage.state.grades.told["age"] == "good"
        assert ann.status is not None
        assert ann.status["heartbeat_period_ms"] == 30_000
        assert ann.status["step"] == "L0"
        assert 0.02 < voyage.bytes_s(160.0, topics.HEARTBEAT_UP) / NARROW.bytes_s < 0.1
        assert voyage.bytes_s(160.0) < 0.5 * NARROW.bytes_s  # with all that she measures

        # An alarm aboard and what she measures come through: the one at once, the other by the minute.
        for wire in ship.wires:
            wire.is_plugged_in = False
        await world.until(lambda: "position-input" in voyage.alerts(), 20.0, "the alarm ashore")
        for wire in ship.wires:
            wire.is_plugged_in = True
        before = voyage.state.data_at_s
        await world.until(lambda: voyage.state.data_at_s != before, NARROW.batch_s + 3 * NARROW.scan_s, "values ashore")

        # The bridge takes her: that is told now, not with the next heartbeat.
        ship.bridge.say(do="take", person="mate")
        await world.until(lambda: _station(voyage) == "local", 3.0, "the change ashore")

        # Gone, she is silent once the 30 s are over that her word explains, and 3.5 s as ever; her values after their minute.
        world.cut("otter")
        await world.forward(seconds=20.0)
        assert "shore.heartbeat-silent" not in voyage.alerts()
        await world.forward(seconds=15.0)
        assert "shore.heartbeat-silent" in voyage.alerts()
        await world.forward(seconds=75.0)
        assert "shore.data-stale" in voyage.alerts()

    sailing(story)


def _station(voyage: Voyage) -> str:
    return voyage.state.heartbeat.authority.station if voyage.state.heartbeat is not None else ""


def test_whoever_commands_over_it_has_the_full_rate_and_the_ladder_as_ever() -> None:
    """Proves AUT-02, FBK-01: 1 Hz from the request on until the conn is given back, L2 after 3.5 s without the holder."""

    async def story(voyage: Voyage) -> None:
        world = voyage.world
        ann = world.operator("ann", "otter")
        await world.forward(seconds=12.0)
        await ann.take()
        assert voyage.state.heartbeat is not None
        assert voyage.state.heartbeat.period_ms == 1000
        await voyage.counted(20.0)
        gaps = [after - before for before, after in zip(voyage.beats_s, voyage.beats_s[1:], strict=False)]
        assert len(gaps) >= 18
        assert max(gaps) <= 1.1
        assert voyage.state.heartbeat.step == "L0"

        # Ashore and aboard silence counts as on any bearer while she is commanded.
        world.cut("otter")
        await world.forward(seconds=5.5)
        assert world.vessels["otter"].safety.supervisor.facts(world.clock.now_s()).step == "L2"
        assert "shore.heartbeat-silent" in voyage.alerts()
        world.restore("otter")
        await world.forward(seconds=15.0)
        await ann.resume()
        await world.forward(seconds=5.0)
        assert voyage.state.heartbeat.step == "L0"

        # Given back, the first heartbeat that tells of it tells when the next one comes.
        await ann.release()
        await voyage.counted(65.0)
        assert 2 <= len(voyage.beats_s) <= 4
        assert voyage.state.heartbeat.period_ms == 30_000
        assert "shore.heartbeat-silent" not in voyage.alerts()

    sailing(story)
