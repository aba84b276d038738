"""What the bearers carry is held against heartbeats and a command, before she sails; and when heartbeats are seldom."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest

from control.standing import Facts
from protocols.link.heartbeats import AuthorityState, Step
from shipside.commanding.cadence import Cadence
from shipside.commanding.observer import Observer
from shipside.config.carrying import warnings
from shipside.config.link import BEARERS, LinkConfig, SecondWay

SECOND = SecondWay("mqtt://b", "mqtt://b", "iridium", "narrow")


def link(bearer: str, *, is_adaptive: bool = False, bytes_s: float | None = None, budget_mb: int = 0) -> LinkConfig:
    """Return the [link] of a vessel."""
    carried = {} if bytes_s is None else {bearer: bytes_s}
    return LinkConfig(bearer, is_adaptive=is_adaptive, budget_bytes=budget_mb * 1_000_000, bytes_s=carried)


@pytest.mark.parametrize(
    ("config", "second", "takes_orders", "words"),
    [
        (link("geo"), None, True, []),
        (link("narrow"), None, True, ["a command takes about 1000"]),
        (link("narrow", bytes_s=999.0), None, True, ["999 bytes/s, and a command takes about 1000"]),
        (link("narrow", bytes_s=1000.0), None, True, []),
        (link("narrow"), None, False, []),
        (link("lte", is_adaptive=True), None, True, ["may come to 'narrow', 250 bytes/s: heartbeats stay at 1 Hz"]),
        (link("lte", is_adaptive=True), None, False, ["may come to 'narrow'"]),
        (link("narrow"), replace(SECOND, bearer="lte"), True, ["with a second way heartbeats stay at 1 Hz"]),
        (link("lte"), SECOND, True, ["broker.second_bearer is 'narrow', 250 bytes/s, which carries no command"]),
    ],
)  # fmt: skip
def test_what_a_bearer_cannot_carry_is_told_with_its_figures(
    config: LinkConfig, second: SecondWay | None, takes_orders: bool, words: list[str]
) -> None:
    found = warnings(config, second, takes_orders=takes_orders)
    assert len(found) == len(words)
    assert all(part in said for part, said in zip(words, found, strict=True))


@pytest.mark.parametrize(("bearer", "needed_mb"), [("lte", 1500), ("narrow", 100)])
def test_a_budget_is_held_against_what_heartbeats_take_over_that_bearer(bearer: str, needed_mb: int) -> None:
    assert link(bearer, budget_mb=needed_mb).budget_warning(1) == ""
    assert f"about {needed_mb} MB a month" in link(bearer, budget_mb=needed_mb - 1).budget_warning(1)
    assert "about 3000 MB a month" in link(bearer, budget_mb=needed_mb - 1).budget_warning(2)


IDLE = Observer().facts(0.0)
NARROW_S = BEARERS["narrow"].heartbeat_s


def held(
    station: Literal["local", "remote", "none"], phase: Literal["held", "requested", "granted"] = "held",
    level: str = "setpoint",
) -> AuthorityState:  # fmt: skip
    """Return who has a function group."""
    return replace(IDLE.authority, station=station, phase=phase, level=level)


STEPS: list[tuple[Step, float]] = [("L0", NARROW_S), ("L1", 1.0), ("L5", 1.0)]


@pytest.mark.parametrize(
    ("facts", "period_s"),
    [
        (IDLE, NARROW_S),
        (replace(IDLE, authority=held("local")), NARROW_S),
        (replace(IDLE, engineering=held("none")), NARROW_S),
        (replace(IDLE, authority=held("remote")), 1.0),
        (replace(IDLE, authority=held("remote", level="direct")), 0.2),
        (replace(IDLE, authority=held("local", "requested")), 1.0),
        (replace(IDLE, authority=held("none", "granted")), 1.0),
        (replace(IDLE, engineering=held("remote")), 1.0),
        (replace(IDLE, engineering=held("none", "requested")), 1.0),
        (replace(IDLE, stop_latched=True), 1.0),
        *((replace(IDLE, step=step), period_s) for step, period_s in STEPS),
    ],
)
def test_heartbeats_are_seldom_only_while_nobody_has_or_asks_for_anything_and_nothing_is_wrong(
    facts: Facts, period_s: float
) -> None:
    """Proves AUT-02: whatever the bearer."""
    assert Cadence(NARROW_S).period_s(facts) == period_s
    assert Cadence(1.0).period_s(facts) == min(period_s, 1.0)


def test_what_was_announced_is_kept_when_it_becomes_less() -> None:
    """The last one said that the next comes in a second: so it does, and that one says 30 s."""
    cadence, commanded = Cadence(NARROW_S), replace(IDLE, authority=held("remote"))
    assert cadence.is_due(IDLE, 0.0)
    cadence.sent(commanded, 0.0)
    assert not cadence.is_due(IDLE, 0.9)
    assert cadence.is_due(IDLE, 1.0)
    cadence.sent(IDLE, 1.0)
    assert not cadence.is_due(IDLE, 30.9)
    assert cadence.is_due(IDLE, 31.0)
    assert cadence.is_due(commanded, 2.0)  # and who takes her waits for nothing that was announced before
