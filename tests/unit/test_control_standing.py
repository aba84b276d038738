"""Which alerts stand on each step of the ladder and in each safe state: the pure table, without a voyage round it."""

from __future__ import annotations

import dataclasses

import pytest

from control.standing import access_alerts, standing_alerts
from protocols.link.events import Reason
from protocols.link.heartbeats import STEPS, RemoteAccess, Step
from tests.control_rig import Rig, example_config

BY_STEP: dict[str, set[str]] = {
    "L0": set(), "L1": {"link-degraded"}, "L2": {"link-silent"}, "L3": {"link-lost"}, "L4": {"link-lost"}, "L5": {"fallback"},
    "L6": {"distress"},
}  # fmt: skip


def standing(ship: Rig, step: Step = "L0") -> set[str]:
    """Return the alerts that stand now for a ship on `step`."""
    emergency, safe = ship.supervisor.emergency, ship.supervisor.watch.safe
    return {name for name, holds in standing_alerts(step, ship.situation(), emergency, safe).items() if holds}


@pytest.mark.parametrize("step", STEPS)
def test_each_step_has_its_alert_and_no_other(step: Step) -> None:
    """Proves ALT-01, FBK-01: one for each step but L0."""
    assert standing(Rig(), step) == BY_STEP[step]


def test_a_safe_state_that_is_late_or_out_of_reach_is_an_alarm_of_its_own() -> None:
    """Proves FBK-02: either of the two; a state that is in time is none."""
    ship = Rig()
    safe = ship.supervisor.watch.safe
    safe.begin_hold(ship.situation(), ship.now_s)
    assert safe.entry is not None
    assert standing(ship) == set()
    safe.entry.is_late = True
    assert standing(ship) == {"entry-late"}
    safe.entry = None
    safe.is_impossible = True
    assert standing(ship) == {"entry-late"}
    safe.is_impossible, safe.has_no_fix = False, True
    assert standing(ship) == {"no-fix"}


@pytest.mark.parametrize(
    ("access", "is_remote", "stands"),
    [
        (None, True, set()),
        (RemoteAccess(901), True, set()),
        (RemoteAccess(900), True, {"access-ending"}),
        (RemoteAccess(900), False, set()),
        (RemoteAccess(0, (Reason("no_grant", "AUT-07", "None."),)), True, {"access-ended"}),
        (RemoteAccess(0, (Reason("no_grant", "AUT-07", "None."),)), False, set()),
    ],
)
def test_the_end_of_the_grant_is_an_alert_where_somebody_ashore_has_her(
    access: RemoteAccess | None, is_remote: bool, stands: set[str]
) -> None:
    """Proves AUT-07: coming or come, never both."""
    assert {name for name, holds in access_alerts(access, is_remote=is_remote).items() if holds} == stands


@pytest.mark.parametrize(("fallback", "stands"), [("anchor_readiness", {"anchor"}), ("stop", set())])
def test_when_she_has_stopped_to_be_anchored_the_people_aboard_are_called(fallback: str, stands: set[str]) -> None:
    """Proves FBK-02, ALT-01: not before she has stopped, and not where she only stops."""
    base = example_config()
    coastal = dataclasses.replace(base.phases["coastal"], fallback=fallback)  # type: ignore[type-var] # one of its words
    ship = Rig(config=dataclasses.replace(base, phases={"coastal": coastal}))
    safe = ship.supervisor.watch.safe
    safe.begin_fallback(ship.situation(), ship.now_s)
    assert standing(ship) == set()
    ship.values["NAV_SOG"] = 0.5
    safe.look(ship.situation(), ship.now_s + 1.0)
    assert standing(ship) == stands


def test_a_stop_and_a_missing_input_each_have_their_alert() -> None:
    """Proves EST-02, INT-02, ALT-01: the latch; heading and position, each by itself."""
    ship = Rig()
    ship.stop("sue")
    assert standing(ship) == {"emergency-stop"}
    ship.bridge("reset_stop")
    for channel, name in (("NAV_HDG", "heading-input"), ("NAV_LAT", "position-input"), ("NAV_LON", "position-input")):
        held = ship.values.pop(channel)
        assert standing(ship) == {name}
        ship.values[channel] = held
    assert standing(ship) == set()
