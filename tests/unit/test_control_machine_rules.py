"""The interlocks of one machine, asked one by one: known, read back, plant ready (CMD-01, INT-02, INT-03)."""

from __future__ import annotations

import dataclasses

import pytest

from control.context import Context, Setpoints
from control.interlock import verdict
from control.machinerules import STARTS, find, machine_known, plant_ready, read_back_fresh
from control.situation import Fact, Situation
from protocols.link.cbor import Plain
from protocols.reading import Quality
from tests.control_rig import UTC_NS, example_config

CONFIG = example_config()
"""Steering pumps 1 and 2, generator 1; stopped at 2 kn."""
KINDS = ("pump.start", "pump.stop", "generator.start", "generator.stop")


def asked(kind: str, machine: Plain, *, old: tuple[str, ...] = (), **values: float | bool) -> Context:
    """Return the order about a machine; what is measured is what `values` says, `old` of it half a minute ago."""
    facts = {name: Fact(value, Quality.GOOD, 30.0 if name in old else 0.2) for name, value in values.items()}
    return Context(
        kind, {"machine": machine}, Situation(facts, UTC_NS), CONFIG, Setpoints(), None, is_stop_latched=False
    )


def names(kind: str, machine: Plain, *, old: tuple[str, ...] = (), **values: float | bool) -> list[tuple[str, str]]:
    """Return (name, rule) of each reason against the order by all rules of machines."""
    return [(one.name, one.rule) for one in verdict(asked(kind, machine, old=old, **values))]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_order_is_for_machines_of_its_kind(kind: str) -> None:
    """Proves CMD-01: a pump is no generator; what is ordered is whether it runs."""
    wanted = kind.split(".", maxsplit=1)[0]
    assert STARTS[kind] == (wanted, kind.endswith("start"))
    for name, is_a in (("steering pump 1", "pump"), ("steering pump 2", "pump"), ("generator 1", "generator")):
        found = find(kind, name, CONFIG.machinery)
        assert (found is not None and found.name == name) is (is_a == wanted)
        assert (machine_known(asked(kind, name)) == []) is (is_a == wanted)


def test_a_machine_that_she_has_not_is_refused_with_those_she_has() -> None:
    """Proves CMD-01, CMD-07: the name that was asked for, cut at 32, and the machines of that kind."""
    for machine in ("x" * 40, "generator 1", None, 5):
        (found,) = machine_known(asked("pump.start", machine))
        assert (found.name, found.rule) == ("machine_unknown", "CMD-01")
        assert found.value == str(machine)[:32]
        assert found.limit == "steering pump 1, steering pump 2"
        assert "no pump of that name" in found.text
        assert "she has steering pump 1, steering pump 2" in found.text
    (other,) = machine_known(asked("generator.stop", "steering pump 1"))
    assert other.limit == "generator 1"
    bare, bare_config = asked("pump.start", "steering pump 1"), dataclasses.replace(CONFIG, machinery=())
    none = Context(bare.kind, bare.args, bare.situation, bare_config, Setpoints(), None, is_stop_latched=False)
    (found,) = machine_known(none)
    assert (found.limit, found.text.endswith("she has none.")) == ("", True)


def test_its_own_read_back_and_the_selector_must_be_fresh() -> None:
    """Proves INT-02: each of the two by itself; of a machine that she has not, the selector alone."""
    both = {"STG_PMP2": False, "ME_RDY": True}
    pump = "steering pump 2"
    assert read_back_fresh(asked("pump.start", pump, **both)) == []
    for name in both:
        (found,) = read_back_fresh(asked("pump.start", pump, old=(name,), **both))
        assert (found.name, found.rule) == ("input_stale", "INT-02")
        assert name in found.text
    found_both = read_back_fresh(asked("pump.start", pump))
    assert [one.name for one in found_both] == ["input_absent", "input_absent"]
    assert "STG_PMP2" in found_both[0].text
    assert read_back_fresh(asked("pump.start", "no such", ME_RDY=True)) == []
    assert [one.name for one in read_back_fresh(asked("pump.start", "no such"))] == ["input_absent"]


def test_while_the_selector_aboard_is_on_local_no_machine_is_ordered() -> None:
    """Proves INT-03, CMD-07: with what it says and how old that is; not known is INT-02's word, and not this one's."""
    values = {"STG_PMP2": False, "GEN1_RPM": 0.0}
    (found,) = plant_ready(asked("pump.start", "steering pump 2", ME_RDY=False, **values))
    assert (found.name, found.rule, found.value, found.limit, found.unit, found.age_s) == (
        "remote_control_off", "INT-03", 0.0, 1.0, "", 0.2,
    )  # fmt: skip
    assert plant_ready(asked("pump.start", "steering pump 2", ME_RDY=True, **values)) == []
    assert plant_ready(asked("pump.start", "steering pump 2", **values)) == []
    assert [one.name for one in plant_ready(asked("generator.start", "generator 1", ME_RDY=False))] == [
        "remote_control_off"
    ]


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize(
    ("speed_kn", "is_refused"),
    [(9.0, True), (2.01, True), (2.0, False), (0.0, False), (-2.0, False), (-2.01, True), (None, True)],
)
def test_the_last_steering_pump_is_stopped_only_where_she_makes_no_way(
    number: int, speed_kn: float | None, *, is_refused: bool
) -> None:
    """Proves INT-03: dense at stopped, ahead and astern; a speed that is not known is not stopped."""
    speed = {} if speed_kn is None else {"NAV_SOG": speed_kn}
    mine, other = f"STG_PMP{number}", f"STG_PMP{3 - number}"
    name = f"steering pump {number}"
    found = plant_ready(asked("pump.stop", name, ME_RDY=True, **{mine: True, other: False}, **speed))
    assert [one.name for one in found] == (["last_pump"] if is_refused else [])
    if is_refused:
        assert (found[0].rule, found[0].value, found[0].limit, found[0].unit) == ("INT-03", speed_kn, 2.0, "kn")
        assert found[0].age_s == (None if speed_kn is None else 0.2)
    # Negative controls: the other one runs; it is started; it is no steering pump.
    assert plant_ready(asked("pump.stop", name, ME_RDY=True, **{mine: True, other: True}, **speed)) == []
    assert plant_ready(asked("pump.start", name, ME_RDY=True, **{mine: False, other: False}, **speed)) == []
    assert plant_ready(asked("generator.stop", "generator 1", ME_RDY=True, GEN1_RPM=720.0, **speed)) == []
    # Whether the other runs is not known: it does not.
    unknown = plant_ready(asked("pump.stop", name, ME_RDY=True, **{mine: True}, **speed))
    assert [one.name for one in unknown] == (["last_pump"] if is_refused else [])


def test_all_reasons_against_an_order_are_told_at_once() -> None:
    """Proves CMD-07: on local, the last pump, under way."""
    assert names("pump.stop", "steering pump 1", ME_RDY=False, STG_PMP1=True, STG_PMP2=False, NAV_SOG=9.0) == [
        ("remote_control_off", "INT-03"), ("last_pump", "INT-03"),
    ]  # fmt: skip
    assert names("pump.stop", "steering pump 3", ME_RDY=True) == [("machine_unknown", "CMD-01")]
    assert names("pump.start", "steering pump 2", ME_RDY=True, STG_PMP2=False) == []
