"""Losing the operator in nine ways, with real processes and sockets: the ship is on L3 in time (FBK-05, S6)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest

from protocols.aio.clock import SystemClock
from tests.agent_kit import until
from tests.fault.test_processes_in_modes import Mode, Sea, at_sea
from tests.relay import Relay

pytestmark = [pytest.mark.alone, pytest.mark.timeout(300)]

LOST_S, LEASE_S, BEAT_S = 5.0, 5.0, 1.0
SHORT: Final = {
    "silent_s": 2.5, "silent_direct_s": 2.0, "lost_s": LOST_S, "grace_s": 100.0, "fallback_s": 200.0, "back_s": 3.0,
    "lease_s": LEASE_S,
}  # fmt: skip
"""Times of a ship on which a hundred losses do not take a watch."""
LATE_S: Final = 0.5
BUSY_S: Final = 1.0
"""What a busy machine may take beside; the figures that are printed are without it."""
SETTLED_S: Final = 3.0
MENDED_S: Final = 90.0
"""By then a ship whose operator is back has been found again: `back_s` and some of his words, on a busy machine."""
RUNS: Final = 9
SOAK_RUNS: Final = 100
SHIPS: Final = 3
"""So many beside each other, each with a broker and an operator of her own: nearly all of a loss is waiting."""


class Loss:
    """One ship under command, and the ways in which her operator is lost and comes back."""

    def __init__(self, sea: Sea, way: Relay) -> None:
        """Begin with everything as it should be."""
        self.sea, self.way = sea, way
        self.step = ""
        self.changed_s: dict[str, float] = {}

    async def watch(self) -> None:
        """Read the step at the bridge's panel, which needs no link."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.sea.panel)
        try:
            while line := await reader.readline():
                step = str(json.loads(line).get("status", {}).get("step", self.step))
                if step != self.step:
                    self.step, self.changed_s[step] = step, SystemClock().now_s()
        finally:
            writer.close()

    def freeze(self) -> None:
        """Let the page send nothing any more."""
        self.sea.shore.is_present = False

    def leave(self) -> None:
        """Let the operator leave the chair while the page goes on beating (AUT-05)."""
        self.sea.shore.is_in_chair = False

    def delay(self) -> None:
        """Let everything come half a minute late."""
        self.way.delay_s = 30.0

    async def mend(self) -> None:
        """Bring the operator back; he says that he resumes, until the ship is on L0."""
        shore = self.sea.shore
        self.way.mend()
        shore.is_present = shore.is_in_chair = True
        async with asyncio.timeout(MENDED_S):
            while not await self._is_settled():
                await asyncio.sleep(1.0)
                if shore.beat is not None:
                    await shore.order(shore.next_number(), "authority.resume")
        assert shore.authority.station == "remote"

    async def _is_settled(self) -> bool:
        """Tell whether she is on L0 and stays: what was held back is through, and both hear each other each second."""
        if self.step != "L0":
            return False
        await asyncio.sleep(SETTLED_S)
        return self.step in ("L0", "L1")  # a rig that stood still for two seconds has to be found once more


CUTS: Final[dict[str, Callable[[Loss], None]]] = {
    "both ways": lambda loss: loss.way.close("up", "down"),
    "towards the ship only": lambda loss: loss.way.close("down"),
    "away from the ship only": lambda loss: loss.way.close("up"),
    "half a minute late": Loss.delay,
    "broken off": lambda loss: loss.way.break_off(),
    "console closed": Loss.freeze,
    "browser frozen, and its last beats again": Loss.freeze,
    "station dead, broker alive": Loss.freeze,
    "operator gone": Loss.leave,
}
"""{what happens: how it is played}. To the ship a console that is closed and a station that died are alike: no beat comes."""


async def held(sea: Sea) -> None:
    """The operator has the conn."""
    await sea.shore.take()


@asynccontextmanager
async def under_command(folder: Path) -> AsyncIterator[Loss]:
    """Run a ship under command, a way between her and the broker, and somebody at her panel."""
    way = Relay()
    async with at_sea(folder, Mode(held, "L0", SHORT), way) as sea:
        loss = Loss(sea, way)
        watching = asyncio.create_task(loss.watch())
        try:
            yield loss
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await way.end()


async def lost(loss: Loss, name: str) -> float:
    """Lose the operator in this way; return the seconds from then to L3."""
    clock, sea = SystemClock(), loss.sea
    loss.changed_s.clear()
    began_s = clock.now_s()
    CUTS[name](loss)
    limit_s = LOST_S + (LEASE_S if name == "operator gone" else 0.0) + LATE_S + BUSY_S
    async with asyncio.timeout(limit_s + 5.0):
        while "L3" not in loss.changed_s:
            await asyncio.sleep(0.02)
            if name.startswith("browser frozen"):
                await sea.shore.say_last_again()
                await asyncio.sleep(0.2)
    return loss.changed_s["L3"] - began_s


async def _voyage(folder: Path, numbers: range, all_done: asyncio.Barrier) -> list[tuple[str, float]]:
    """Lose and find one ship's operator again and again; return [(way, seconds from the cut to L3)].

    Nobody ends before all have done: ending programs holds the loop up that the others' operators beat on.
    """
    taken: list[tuple[str, float]] = []
    async with under_command(folder) as loss:
        await until(lambda: loss.step == "L0", 20)
        for number in numbers:
            name = tuple(CUTS)[number % len(CUTS)]
            taken.append((name, await lost(loss, name)))
            print(f"{number + 1:3d} {name}: L3 after {taken[-1][1]:.2f} s", flush=True)
            await loss.mend()
        await all_done.wait()
    return taken


def _folder(folder: Path, ship: int) -> Path:
    own = folder / f"ship{ship}"
    own.mkdir()
    return own


async def _judge(folder: Path, count: int) -> None:
    all_done = asyncio.Barrier(SHIPS)
    async with asyncio.TaskGroup() as fleet:
        sailing = [
            fleet.create_task(_voyage(_folder(folder, ship), range(ship, count, SHIPS), all_done))
            for ship in range(SHIPS)
        ]
    taken = [one for ship in sailing for one in ship.result()]
    late_s = sorted(took_s - LOST_S - (LEASE_S if name == "operator gone" else 0.0) for name, took_s in taken)
    p50, p99 = (late_s[min(len(late_s) - 1, int(len(late_s) * share))] for share in (0.5, 0.99))
    print(f"{len(late_s)} losses; after the cut's own limit: p50 {p50:.2f} p99 {p99:.2f} max {late_s[-1]:.2f} s")
    assert len(taken) == count
    assert {name for name, _ in taken} == set(CUTS)
    assert late_s[-1] <= LATE_S + BUSY_S
    assert late_s[0] >= -BEAT_S - BUSY_S  # not before its time: counted from the last beat that proved anything


async def test_she_is_on_l3_in_time_after_each_of_nine_real_losses(tmp_path: Path) -> None:
    """Proves FBK-05, FBK-01: goal S6 once for each way, the lease first where the chair is empty (AUT-05)."""
    await _judge(tmp_path, RUNS)


@pytest.mark.soak
@pytest.mark.timeout(0)
async def test_a_hundred_real_losses(tmp_path: Path) -> None:
    """Goal S6: 100 real runs of nine kinds of loss."""
    await _judge(tmp_path, SOAK_RUNS)


async def test_what_is_not_lost_stays_where_it_is(tmp_path: Path) -> None:
    """Negative control: through the same way, with nothing closed, she stays on L0 for longer than it takes to L3."""
    async with under_command(tmp_path) as loss:
        await until(lambda: loss.step == "L0", 20)
        await asyncio.sleep(LOST_S + 2.0)
        assert loss.step == "L0"
