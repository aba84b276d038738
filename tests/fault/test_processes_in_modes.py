"""Every process aboard killed and stopped in every mode: local, remote, direct, each step of the ladder, a stop (S9, S10)."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from protocols.aio.clock import SystemClock
from protocols.link.frames import DirectFrame
from tests.agent_kit import COMMANDED_TOML, program, until
from tests.free_ports import free_port
from tests.relay import Relay
from tests.ship_seen import Ship
from tests.wire_shore import CONSOLE, PERSON, SESSION, VESSEL, Shore, bare_broker, bare_shore, commissioned

pytestmark = [pytest.mark.alone, pytest.mark.timeout(240)]

ROOT = Path(__file__).parents[2]
SAFE_S: Final = 3.0
"""1 s is the goal; a busy machine is given two more to look."""
ORPHANS_S: Final = 6.0
"""The children look once a second whether their parent lives; the PLC waits another, and a busy machine some."""
WATCHED_S: Final = 2.0
"""For so long a mode is seen to go on without a process."""
ORDERED_PCT: Final = 30.0
INPUTS: Final = ("ME_RPM", "ME_RDY", "STG_RUD_S", "STG_PMP1", "NAV_HDG", "NAV_SOG", "NAV_COG", "NAV_LAT", "WND_TWS")
"""What the rules ask about before she takes an order."""
ELSEWHERE: Final = ("ring = [[128.9, 34.8], [129.5, 34.8], [129.5, 35.1], [128.9, 35.1]]",
                    "ring = [[10.9, 54.8], [11.5, 54.8], [11.5, 55.1], [10.9, 55.1]]")  # fmt: skip
"""Her area, and one on another sea: she has left it."""


@dataclass
class Sea:
    """A ship, her bridge's panel, and an operator ashore."""

    ship: Ship
    shore: Shore
    panel: int

    async def bridge(self, **word: str) -> dict[str, Any]:
        """Say something at the panel; return its answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.panel)
        writer.write(json.dumps(word).encode() + b"\n")
        async with asyncio.timeout(5):
            while "answer" not in (answer := json.loads(await reader.readline())):
                pass
        writer.close()
        return dict(answer)

    def is_on(self, step: str) -> bool:
        """Return whether the ship has said that she is on this step."""
        return self.shore.beat is not None and self.shore.beat.step == step


async def local(sea: Sea) -> None:
    """The bridge has her; what she does is what was done by hand."""
    await until(lambda: sea.shore.beat is not None, 40)  # the safety process runs, and so does its panel
    assert (await sea.bridge(do="take", person="mate"))["ok"]
    await until(lambda: sea.shore.beat is not None and sea.shore.authority.station == "local", 5)


async def remote(sea: Sea) -> None:
    """The operator has the conn, and has ordered something."""
    shore = sea.shore
    await shore.take()
    async with asyncio.timeout(40):  # the safety process has inputs of its own; while one has said nothing it refuses
        order = await shore.order(shore.next_number(), "conn.propulsion", propulsion_pct=ORDERED_PCT)
        while "executing" not in shore.told(order):
            await asyncio.sleep(1.0)
            if "REJECTED" in shore.told(order):
                order = await shore.order(shore.next_number(), "conn.propulsion", propulsion_pct=ORDERED_PCT)
    await until(lambda: sea.ship.in_force_pct == ORDERED_PCT, 10)


async def direct(sea: Sea) -> None:
    """The operator has a stick in his hand."""
    await sea.shore.take("direct")
    frame = DirectFrame(VESSEL, PERSON, CONSOLE, SESSION, 0, 0, "", 0, 0, 0, True, 0.0, ORDERED_PCT)
    sea.shore.stick = frame
    await until(lambda: sea.ship.in_force_pct == ORDERED_PCT, 10)


async def poor(sea: Sea) -> None:
    """Of the operator's beats nine in ten are lost."""
    sea.shore.stride = 10
    await remote(sea)


async def silent(sea: Sea) -> None:
    """The operator is not heard any more."""
    await remote(sea)
    sea.shore.is_present = False


async def stopped(sea: Sea) -> None:
    """An emergency stop is latched."""
    await remote(sea)
    await sea.shore.stop()
    await until(lambda: sea.shore.beat is not None and sea.shore.beat.stop_latched and sea.ship.in_force_pct == 0.0, 5)


async def nothing(_: Sea) -> None:
    """Nobody does anything."""


@dataclass(frozen=True)
class Mode:
    """How a ship comes into a mode, and what it is known by."""

    enter: Callable[[Sea], Awaitable[None]]
    step: str = "L0"
    link: dict[str, float] = field(default_factory=dict[str, float])
    """Times of the ladder, so that the step comes soon and stays."""
    is_ours: bool = True
    """Something of ours is in force at the equipment."""
    is_steady: bool = True
    """What is in force does not change by itself."""
    is_elsewhere: bool = False


MODES: Final[dict[str, Mode]] = {
    "local": Mode(local, is_ours=False),
    "remote": Mode(remote),
    "direct": Mode(direct),
    "L1": Mode(poor, "L1"),
    "L2": Mode(silent, "L2", {"lost_s": 200.0, "fallback_s": 300.0}),
    "L3": Mode(silent, "L3", {"lost_s": 5.0, "grace_s": 200.0, "fallback_s": 300.0}),
    "L4": Mode(silent, "L4", {"lost_s": 5.0, "grace_s": 1.0, "fallback_s": 300.0}),
    "L5": Mode(silent, "L5", {"lost_s": 5.0, "grace_s": 1.0, "fallback_s": 7.0}, is_steady=False),
    "L6": Mode(nothing, "L6", is_elsewhere=True),
    "stop latched": Mode(stopped),
}
SPARED: Final = (("collector", signal.SIGSTOP), ("collector", signal.SIGKILL), ("watchdog", signal.SIGSTOP),
                 ("watchdog", signal.SIGKILL), ("agent", signal.SIGSTOP))  # fmt: skip
"""What the safety process does not need."""
NEEDED: Final = (("safety", signal.SIGSTOP), ("safety", signal.SIGKILL), ("agent", signal.SIGKILL))
QUICK: Final = (("remote", "safety", signal.SIGKILL),)
"""What is tried with every change; `make soak` tries all of each mode."""


def control_of(mode: Mode) -> str:
    """Return the example's [control] with the mode's times and area."""
    text = (ROOT / "control" / "example.toml").read_text()
    for name, value in mode.link.items():
        (line,) = [line for line in text.splitlines() if line.startswith(f"{name} = ")]
        text = text.replace(line, f"{name} = {value}")
    text = text.replace('without_lookout = "confirm"', 'without_lookout = "allow"')  # she sails alone
    return text.replace(*ELSEWHERE) if mode.is_elsewhere else text


@asynccontextmanager
async def at_sea(folder: Path, mode: Mode, way: Relay | None = None) -> AsyncIterator[Sea]:
    """Run a simulated Kestrel without a mate, her agent, a broker and an operator; come into the mode.

    `way`: what lies between her and the broker; None where nothing does.
    """
    ports, panel, at = folder / "ports.json", free_port(), free_port()
    master, key = commissioned(folder, ("setpoint", "direct"))
    with program(["-m", "simulators", "--vessels", "1", "--ports-file", str(ports)], folder / "simulators.log"):
        await until(ports.exists, 30)
        vessel = json.loads(ports.read_text())["vessels"][VESSEL]
        broker = at if way is None else await way.lead_to(at)
        text = COMMANDED_TOML.format(
            broker=broker, panel=panel, master=master, nmea_tcp=vessel["nmea_tcp"], plc=vessel["plc"],
            autopilot=vessel["autopilot"], registers=ROOT / "simulators/registers/kestrel.toml",
        )  # fmt: skip
        keys = 'roster = "roster.signed"\ngrant = "grant.signed"\n'
        (folder / "agent.toml").write_text(text + keys + control_of(mode))
        with (
            bare_broker(folder, at),
            program(["-m", "shipside", "--config", str(folder / "agent.toml")], folder / "agent.log") as agent,
        ):
            async with bare_shore(at, key) as shore:
                sea = Sea(Ship(folder, vessel["plc"], agent.pid), shore, panel)
                await until(lambda: all(shore.latest(channel) is not None for channel in INPUTS), 40)
                await mode.enter(sea)
                await until(lambda: sea.is_on(mode.step), 30)
                await asyncio.sleep(1.0)  # the watchdog has been stroked, and knows what is in force
                yield sea


def process_of(sea: Sea, role: str) -> int:
    """Return the process of a role; the agent is the parent of them all."""
    return sea.ship.agent if role == "agent" else sea.ship.child(role)


async def goes_on(sea: Sea, mode: Mode, before_pct: float, safety: int) -> None:
    """Assert that for a while nothing changes: the same step, the same safety process, the PLC does not trip."""
    assert sea.shore.beat is not None
    seq = sea.shore.beat.seq
    for _ in range(round(WATCHED_S / 0.2)):
        await asyncio.sleep(0.2)
        assert not sea.ship.is_tripped
        assert sea.ship.in_force_pct == before_pct or not mode.is_steady
    assert sea.is_on(mode.step)
    assert sea.shore.beat.seq > seq
    assert sea.ship.child("safety") == safety


async def spared(sea: Sea, mode: Mode) -> None:
    """Stop and kill what the safety process does not need, one after the other."""
    safety = sea.ship.child("safety")
    for role, number in SPARED:
        one, before_pct = process_of(sea, role), sea.ship.in_force_pct
        os.kill(one, number)
        try:
            await goes_on(sea, mode, before_pct, safety)
        finally:
            os.kill(one, signal.SIGCONT) if number == signal.SIGSTOP else None
        if number == signal.SIGKILL:
            await until(lambda: sea.ship.has(role, one), 60)  # noqa: B023 - awaited here


async def needed(sea: Sea, mode: Mode, role: str, number: signal.Signals) -> float:
    """Stop or kill what is needed; return how long the equipment took to neutral: 0 where it had nothing of ours."""
    clock, one, before_pct = SystemClock(), process_of(sea, role), sea.ship.in_force_pct
    limit_s = ORPHANS_S if role == "agent" else SAFE_S
    began_s = clock.now_s()
    os.kill(one, number)
    if not mode.is_ours:
        while clock.now_s() < began_s + limit_s:
            assert (sea.ship.in_force_pct, sea.ship.is_tripped) == (before_pct, False)
            await asyncio.sleep(0.2)
        return 0.0
    await until(lambda: sea.ship.in_force_pct == 0.0, limit_s)
    took_s = clock.now_s() - began_s
    await until(lambda: sea.ship.is_tripped, limit_s)
    return took_s


async def afterwards(sea: Sea, mode: Mode, role: str, number: signal.Signals, boot_id: str) -> None:
    """Assert what comes back: what stood still moves nothing by itself, a new boot has nobody in control and forgets no stop."""
    if role == "agent":
        for child in ("safety", "collector", "watchdog"):
            await until(lambda: not sea.ship.has(child, 0), 15)  # noqa: B023 - awaited here
        return
    if number == signal.SIGSTOP:
        os.kill(sea.ship.child("safety"), signal.SIGCONT)
        await asyncio.sleep(WATCHED_S)
    else:
        await until(lambda: sea.shore.beat is not None and sea.shore.beat.boot_id != boot_id, 60)
        assert sea.shore.authority.station == "none"
        assert sea.shore.beat is not None
        assert sea.shore.beat.stop_latched == (mode.enter is stopped)
    assert sea.ship.in_force_pct == 0.0 or not mode.is_ours


async def judged(folder: Path, name: str, role: str, number: signal.Signals) -> None:
    """Come into a mode, end or stop one process, and judge."""
    mode = MODES[name]
    async with at_sea(folder, mode) as sea:
        assert sea.shore.beat is not None
        boot_id = sea.shore.beat.boot_id
        took_s = await needed(sea, mode, role, number)
        print(f"\n{name}: {took_s:.2f} s to neutral after {number.name} of the {role}")
        await afterwards(sea, mode, role, number, boot_id)
        assert "Traceback" not in sea.ship.log


@pytest.mark.parametrize(("name", "role", "number"), QUICK)
async def test_the_outputs_are_safe_in_time(tmp_path: Path, name: str, role: str, number: signal.Signals) -> None:
    """Proves FBK-04, AUT-01: goals S9 and S10 in the mode in which most of a voyage is sailed."""
    await judged(tmp_path, name, role, number)


@pytest.mark.soak
@pytest.mark.parametrize(("role", "number"), NEEDED)
@pytest.mark.parametrize("name", MODES)
async def test_in_every_mode_the_outputs_are_safe_in_time(
    tmp_path: Path, name: str, role: str, number: signal.Signals
) -> None:
    """Proves FBK-04, AUT-01, EST-02: goals S9 and S10 whatever mode she is in; a new boot has nobody in control."""
    await judged(tmp_path, name, role, number)


@pytest.mark.soak
@pytest.mark.parametrize("name", MODES)
async def test_in_every_mode_the_safety_process_needs_no_other(tmp_path: Path, name: str) -> None:
    """Proves FBK-04: goal S9; collector, watchdog and parent stopped and killed, and nothing changes in force."""
    async with at_sea(tmp_path, MODES[name]) as sea:
        await spared(sea, MODES[name])
        assert "Traceback" not in sea.ship.log
