"""Every subset of what can be wrong has its step, and no heartbeat that was heard before keeps an operator alive (S5, S7)."""

from __future__ import annotations

import dataclasses
import itertools
import random

import pytest

from control.ladder import Ladder, LadderInputs
from control.messages import Arrival, SignedHeartbeat
from protocols.link import signing
from protocols.link.heartbeats import STEPS, OperatorHeartbeat
from protocols.link.signing import Domain
from tests.control_rig import KEYS, VESSEL, Rig, example_config, key_of

REPLAYS = 1_500
SOAK_REPLAYS = 10_000
SILENCES_S = (0.0, 2.5, 4.0, 10.5, 15.5, 61.0)
POORS_S = (0.0, 6.0)


def step_of(inputs: LadderInputs) -> int:
    """Return how severe a fresh ladder finds these inputs."""
    ladder = Ladder(example_config().link)
    return STEPS.index(ladder.receive(inputs, 0))


def test_the_most_severe_reason_wins_in_every_subset_and_another_never_makes_it_milder() -> None:
    """Proves FBK-01: reliability goal S5, every subset of the flags in every silence and level."""
    flags = [
        field.name for field in dataclasses.fields(LadderInputs) if field.type == "bool" and field.name != "is_direct"
    ]
    judged = 0
    for silence_s, poor_s, is_direct in itertools.product(SILENCES_S, POORS_S, (False, True)):
        base = {"silence_s": silence_s, "poor_s": poor_s, "is_direct": is_direct}
        steps: dict[frozenset[str], int] = {}
        for count in range(len(flags) + 1):
            for chosen in itertools.combinations(flags, count):
                given = {name: name in chosen for name in flags}
                steps[frozenset(chosen)] = step_of(LadderInputs(**base, **given))  # type: ignore[arg-type] # by name
                judged += 1
        for chosen, step in steps.items():
            alone = [steps[frozenset((name,))] for name in chosen]
            assert step == max([steps[frozenset()], *alone]), (base, chosen)
            assert all(steps[chosen - {name}] <= step for name in chosen), (base, chosen)
    assert judged == len(SILENCES_S) * len(POORS_S) * 2 * 2 ** len(flags)
    assert len(flags) >= 3


def _foreign(ship: Rig, dice: random.Random, heard: list[bytes]) -> bytes:
    """Return a heartbeat that proves nothing: played back, altered, another's, or another ship's."""
    old = dice.choice(heard)
    luck = dice.randrange(6)
    if luck < 2:
        return old
    if luck == 2:
        at = dice.randrange(len(old))
        return old[:at] + bytes([old[at] ^ 1 << dice.randrange(8)]) + old[at + 1 :]
    beat = OperatorHeartbeat.from_bytes(signing.open_envelope(heard[-1]).body)
    newer = dataclasses.replace(beat, seq=beat.seq + 1 + dice.randrange(1000))
    if luck == 3:
        return signing.sign(Domain.HEARTBEAT, newer.to_bytes(), key_of(99))
    if luck == 4:
        return signing.sign(Domain.HEARTBEAT, dataclasses.replace(newer, vessel="kestrel").to_bytes(), KEYS["ann"])
    other = dataclasses.replace(newer, person="bob", console="console-bob", session="session-bob")
    assert ship.config.vessel == VESSEL
    return signing.sign(Domain.HEARTBEAT, other.to_bytes(), KEYS["bob"])


def _played_back(count: int) -> None:
    ship, dice = Rig(), random.Random(7)
    ship.take("ann")
    heard: list[bytes] = []
    feed = ship.feed

    def listen(arrival: Arrival) -> None:
        if isinstance(arrival, SignedHeartbeat):
            heard.append(arrival.encoded)
        feed(arrival)

    ship.feed = listen  # type: ignore[method-assign]
    ship.forward(30.0)
    ship.feed = feed  # type: ignore[method-assign]
    ship.beating = None
    heard_at_s = ship.supervisor.link.heard_at_s
    assert len(heard) >= 30
    for number in range(count):
        feed(SignedHeartbeat(_foreign(ship, dice, heard)))
        assert ship.supervisor.link.heard_at_s == heard_at_s, number
    ship.forward(4.0)
    assert ship.step == "L2"


def test_no_heartbeat_played_back_or_of_anybody_else_keeps_the_operator_alive() -> None:
    """Proves FBK-04: reliability goal S7, 1,500 of them, and the ladder is climbed in time all the same."""
    _played_back(REPLAYS)


@pytest.mark.soak
def test_ten_thousand_heartbeats_played_back_keep_nobody_alive() -> None:
    """Goal S7 at its full number."""
    _played_back(SOAK_REPLAYS)


@pytest.mark.parametrize(
    ("silence_s", "at", "next_step", "in_s", "direct_in_s"),
    [
        (0.0, "L0", "L2", 3.5, 2.0), (1.25, "L0", "L2", 2.25, 0.75), (4.0, "L2", "L3", 6.0, 6.0),
        (10.5, "L3", "L4", 4.5, 4.5), (16.0, "L4", "L5", 44.0, 44.0), (61.0, "L5", "", None, None),
    ],
)  # fmt: skip
def test_what_comes_next_and_when_is_told_on_each_step(
    silence_s: float, at: str, next_step: str, in_s: float | None, direct_in_s: float | None
) -> None:
    """Proves FBK-01: what the console counts down, and when the deciding loop must look again; direct control is lost sooner."""
    ladder = Ladder(example_config().link)
    inputs = LadderInputs(
        silence_s, 0.0, is_direct=False, order_failing=False, has_left_area=False, has_fire_or_flood=False
    )
    assert ladder.receive(inputs, 0) == at
    assert ladder.next_step(silence_s) == (next_step, in_s)
    assert ladder.deadline_in_s(silence_s, is_direct=False) == in_s
    assert ladder.deadline_in_s(silence_s, is_direct=True) == direct_in_s
    assert ladder.next_step(silence_s + 100.0)[1] in (0.0, None)
