"""What is done from where: named in the configuration in the words of AROS, carried by the birth, shown ashore, never guessed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from control.limits import ConfigError
from farhelm.demo import configs
from protocols.errors import MalformedError
from protocols.link import aros, cbor
from protocols.link.aros import Claim
from protocols.link.birth import Birth
from shipside import config
from shoreside.live.fleet import VesselState
from shoreside.live.views import vessel_message
from simulators.fleet import FLEET
from tests.unit.test_ship_examples import aboard
from tests.unit.test_ship_time import birth_aboard


def test_what_the_owner_writes_is_what_the_shore_prints(tmp_path: Path) -> None:
    """In the order of the functions, whatever their order in the file."""
    made = birth_aboard(tmp_path, 'functions = ["ENG DS OB", "NAV RC OS"]')
    told = vessel_message(VesselState("tern", Birth.from_bytes(made.to_bytes())))
    assert told is not None
    assert told["functions"] == [
        {"notation": "AROS-NAV(RC, OS)", "function": "NAV", "control": "RC", "place": "OS"},
        {"notation": "AROS-ENG(DS, OB)", "function": "ENG", "control": "DS", "place": "OB"},
    ]
    assert aros.printed(made.functions) == "AROS-NAV(RC, OS) AROS-ENG(DS, OB)"


@pytest.mark.parametrize("said", ["", "functions = []"])
def test_a_ship_that_names_none_has_the_birth_she_always_had(tmp_path: Path, said: str) -> None:
    made = birth_aboard(tmp_path, said)
    assert "functions" not in cbor.decode_map(made.to_bytes())
    assert "functions" in cbor.decode_map(replace(made, functions=(Claim("NAV", "RC", "OS"),)).to_bytes())
    told = vessel_message(VesselState("tern", Birth.from_bytes(made.to_bytes())))
    assert told is not None
    assert told["functions"] == []


def test_every_word_is_taken_and_every_other_is_a_fault_with_those_allowed() -> None:
    for function in aros.FUNCTIONS:
        for control in aros.CONTROLS:
            for place in aros.PLACES:
                assert aros.claims_of([f"{function} {control} {place}"], "f") == (
                    (Claim(function, control, place),),
                    [],
                )
    for wrong in ("NAV RC", "NAV OS RC", "NAV RC OS OB", "nav rc os", "NAV RC HY", "", 7, None, ["NAV", "RC", "OS"]):
        found, faults = aros.claims_of([wrong], "vessel.functions")
        assert found == ()
        assert len(faults) == 1
        assert faults[0].startswith(f"vessel.functions: {wrong!r} is not")
        assert all(word in faults[0] for table in aros.WORDS for word in table)


def test_all_faults_are_told_with_those_of_the_rest_of_the_file(tmp_path: Path) -> None:
    said = 'functions = ["NAV RC OS", "NAV SA OS", "STEER RC OS"]\nship_time_offset_h = 20.0'
    with pytest.raises(ConfigError) as raised:
        birth_aboard(tmp_path, said)
    told = "\n".join(raised.value.faults)
    assert "vessel.functions names NAV twice" in told
    assert "vessel.functions: 'STEER RC OS' is not a function" in told
    assert "vessel.ship_time_offset_h is 20.0" in told


def test_what_is_no_list_is_one_fault(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"vessel\.functions is not a list like .*allowed are NAV"):
        birth_aboard(tmp_path, 'functions = "NAV RC OS"')


def test_a_word_of_a_later_edition_does_not_cost_the_ship_and_what_is_no_word_is_refused(tmp_path: Path) -> None:
    made = birth_aboard(tmp_path, "")
    later = (Claim("CRG", "RC", "OS2"),)
    assert Birth.from_bytes(replace(made, functions=later).to_bytes()).functions == later
    for wrong in ("NAV RC OS", ["NAV RC OS"], [["NAV", "RC"]], [["NAV", "RC", 3]], [["NAV", "RC", "X" * 9]],
                  [["NAV", "RC", "OS"]] * 17):  # fmt: skip
        with pytest.raises(MalformedError, match="functions"):
            Birth.from_bytes(cbor.encode({**cbor.decode_map(made.to_bytes()), "functions": wrong}))


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("minimal.toml", ""), ("coaster.toml", "AROS-NAV(RC, HC) AROS-ENG(RC, HC)"),
        ("ferry.toml", "AROS-NAV(RC, HC) AROS-ENG(DS, OB)"), ("kvlcc2.toml", "AROS-NAV(RC, OS) AROS-ENG(RC, OS)"),
        ("otter.toml", "AROS-NAV(RC, OS)"),
    ],
)  # fmt: skip
def test_the_examples_name_theirs(tmp_path: Path, name: str, printed: str) -> None:
    assert aros.printed(config.load(aboard(tmp_path, name), {}).vessel.functions) == printed


def test_a_ship_of_the_demo_claims_her_machines_only_where_somebody_may_order_them() -> None:
    said = {spec.slug: configs.functions(spec) for spec in FLEET}
    assert said["kestrel"] == '["NAV RC OS", "ENG RC OS"]'
    assert said["otter"] == '["NAV RC OS"]'
