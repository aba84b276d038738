"""The installer's examples are good as they stand, but for what only the ship has; no safety limit has a default."""

from __future__ import annotations

import copy
import dataclasses
import re
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from control.limits import ConfigError
from protocols.aio.clock import SystemClock
from shipside import agent, config
from shipside.actuators.plc import missing_registers
from shipside.config import AgentConfig
from shipside.config.inputs import INPUT_KINDS
from shipside.config.keys import KEYS
from shipside.sensors.handing import UNSHARED
from shipside.sensors.lines import KINDS
from shipside.sensors.sharing import HandedInput, SharedInput

EXAMPLES = Path(agent.__file__).with_name("examples")
FILES = ("minimal.toml", "coaster.toml", "ferry.toml", "kvlcc2.toml", "otter.toml")
KEY_TO_FILL_IN = "64 HEXADECIMAL DIGITS"
MASTER_KEY = "5a" * 32
READY_TEXT = "#|"
"""What stands before an entry that is there to be taken into use."""

NO_NUMBERS = ("hold", "fallback", "keeps_station", "roster", "grant", "envelope", "not_judged",
              "without_lookout", "without_chart")  # fmt: skip
"""What stands in a table of limits and is none."""

UNITS = (
    (r"_deg_min(_max)?$", "deg/min"), (r"_deg(_max)?$", "deg"), (r"_pct(_max)?$", "%"), (r"_rpm(_max)?$|rpm_full$", "rpm"),
    (r"_kn$", "kn"), (r"_ms(_max)?$", "ms"), (r"_m(_min)?$", "m"), (r"_s(_max)?$", "s"),
)  # fmt: skip
"""What the name of a limit says of its unit."""


def aboard(folder: Path, name: str, *, with_all_inputs: bool = False) -> Path:
    """Copy the examples into `folder`, fill in what only the ship has, and return the path of `name`."""
    shutil.copytree(EXAMPLES, folder, dirs_exist_ok=True)
    path = folder / name
    text = path.read_text("utf-8").replace(KEY_TO_FILL_IN, MASTER_KEY)
    if with_all_inputs:
        text = "\n".join(line.removeprefix(READY_TEXT) for line in text.splitlines())
    path.write_text(text, "utf-8")
    for words in ("gannet.roster", "gannet.grant"):
        (folder / words).write_bytes(b"signed by the Master")
    return path


def parsed(name: str) -> dict[str, Any]:
    """Return an example as it stands."""
    return tomllib.loads((EXAMPLES / name).read_text("utf-8"))


def limits_of(control: dict[str, Any]) -> list[tuple[str, ...]]:
    """Return the way to each limit of a [control] table: table, table, name."""
    flat = [
        (table, name)
        for table in (
            "hull",
            "link",
            "authority",
            "verify",
            "encounter",
            "tracking",
            "grounding",
            "response",
            "approval",
            "alerts",
            "telegraph",
        )
        for name in control[table]
    ]
    return [
        *flat,
        *(
            ("phases", phase, name)
            for phase, table in control["phases"].items()
            for name in table
            if name not in ("envelope", "not_judged")
        ),
    ]


def without(control: dict[str, Any], *ways: tuple[str, ...]) -> dict[str, Any]:
    """Return a copy of a [control] table that lacks these limits."""
    cut = copy.deepcopy(control)
    for *tables, name in ways:
        table = cut
        for step in tables:
            table = table[step]
        del table[name]
    return cut


def faults_of(source: dict[str, Any], folder: Path) -> list[str]:
    """Return what is said against a parsed configuration; an empty list where nothing is."""
    try:
        config.from_mapping(source, folder, {})
    except ConfigError as error:
        return error.faults
    return []


@pytest.mark.parametrize("name", FILES)
def test_an_example_is_good_once_the_ship_has_filled_it_in(name: str, tmp_path: Path) -> None:
    loaded = config.load(aboard(tmp_path, name), {})
    assert loaded.master_public_key == bytes.fromhex(MASTER_KEY)
    assert loaded.inputs


def test_as_it_stands_an_example_says_what_is_to_be_filled_in() -> None:
    faults = {name: faults_of(parsed(name), EXAMPLES) for name in FILES}
    key = "keys.master_public_key is not 64 hexadecimal digits"
    assert faults["minimal.toml"] == [key]
    assert len(faults["coaster.toml"]) == 3
    assert key in faults["coaster.toml"]
    assert sum("there is no file" in fault for fault in faults["coaster.toml"]) == 2
    assert faults["ferry.toml"] == faults["kvlcc2.toml"] == faults["otter.toml"] == [key]


def test_the_small_one_watches_by_one_tcp_line(tmp_path: Path) -> None:
    loaded = config.load(aboard(tmp_path, "minimal.toml"), {})
    assert [entry.kind for entry in loaded.inputs] == ["tcp_client"]
    assert (loaded.control, loaded.autopilot, loaded.plc, loaded.modbus) == (None, None, "", ())


def test_the_large_one_can_be_commanded(tmp_path: Path) -> None:
    """Nothing that an order needs is missing: control, autopilot, a PLC whose map has every order, believed sources."""
    loaded = config.load(aboard(tmp_path, "coaster.toml"), {})
    assert loaded.control is not None
    assert loaded.control.limits.stop_pct == 0.0
    assert loaded.autopilot is not None
    assert [missing_registers(unit.registers) for unit in loaded.modbus if unit.name == loaded.plc] == [[]]
    assert {area.kind for area in loaded.control.areas} == {"allowed", "no_go"}
    assert named_sources(loaded) <= {entry.name for entry in (*loaded.inputs, *loaded.modbus)}
    assert set(loaded.ranking) <= {channel.short_id for channel in loaded.catalogue}


@pytest.mark.parametrize(
    ("name", "phases", "holds", "fallbacks"),
    [
        ("ferry.toml", 4, {"slow_down_on_heading"}, {"loiter", "safe_harbour", "anchor_readiness", "stop"}),
        ("kvlcc2.toml", 4, {"slow_down_on_heading"}, {"anchor_readiness", "stop"}),
        ("otter.toml", 3, {"station_keep", "slow_down_on_heading"}, {"loiter", "stop"}),
    ],
)
def test_the_example_vessels_have_limits_and_safe_states_for_each_phase(
    name: str, phases: int, holds: set[str], fallbacks: set[str], tmp_path: Path
) -> None:
    """Proves FBK-02: a ferry, the KVLCC2 and the Otter load whole, each phase with its own hold and fallback state."""
    control = config.load(aboard(tmp_path, name), {}).control
    assert control is not None
    assert len(control.phases) == phases
    assert {limits.hold for limits in control.phases.values()} == holds
    assert {limits.fallback for limits in control.phases.values()} == fallbacks
    assert len({limits.ahead_pct_max for limits in control.phases.values()}) == phases
    assert control.tracking is not None
    assert control.grounding is not None
    for phase in control.phases:
        assert control.in_phase(phase).limits is control.phases[phase]


def named_sources(loaded: AgentConfig) -> set[str]:
    """Return the inputs and units that the ranking names."""
    return {source.partition("/")[0] for sources in loaded.ranking.values() for source in sources}


def test_the_large_one_has_a_second_way_to_be_taken_into_use(tmp_path: Path) -> None:
    """Left out she has one way, as before; taken into use the safety process has two, each with names of its own."""
    one = config.load(aboard(tmp_path / "one", "coaster.toml"), {})
    assert (one.way_name, one.second_way) == ("first", None)
    both = config.load(aboard(tmp_path / "both", "coaster.toml", with_all_inputs=True), {})
    assert both.way_name == "lte"
    assert both.second_way is not None
    assert both.second_way.name == "leo"
    assert "leo.roc.example" in both.second_way.url
    assert "gannet-stop" in both.second_way.stop_url
    ways, counted = agent.safety_ways(both, SystemClock(), lambda *_, **__: None)
    assert [way.name for way in ways] == ["lte", "leo"]
    assert next(iter(ways)).port is counted


SECOND = 'url = "mqtt://a:b@one.example:1883"\n'
SECOND_FAULTS = [
    ('second_url = "http://x"', "broker.second_url is not of the form mqtt://"),
    ("second_url = 5", "broker.second_url is missing or no text"),
    ('second_url = "mqtt://two.example"\nsecond_stop_url = "x"', "broker.second_stop_url is not of the form mqtt://"),
    ('second_url = "mqtt://c:d@one.example"', "same host and port as broker.url"),
    ('second_url = "mqtt://two.example"\nsecond_name = "first"', "both 'first'"),
    ('second_url = "mqtt://two.example"\nname = "seventeen letters"', "broker.name is 'seventeen letters'"),
    ('second_name = "leo"', "broker.second_name stands without broker.second_url"),
    ('second_bearer = "leo"', "broker.second_bearer stands without broker.second_url"),
    ('second_url = "mqtt://two.example"\nsecond_bearer = "vsat"', "broker.second_bearer is 'vsat', none of lte, leo"),
    ('second_stop_url = "mqtt://two.example"', "broker.second_stop_url stands without"),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "said"), SECOND_FAULTS)
def test_a_second_way_that_is_none_is_a_fault(tmp_path: Path, lines: str, said: str) -> None:
    """And each is told alone, so that no fault stands for another; without the password of its URL."""
    path = aboard(tmp_path, "coaster.toml")
    text = re.sub(
        r"(?ms)^\[broker\]\n.*?^# A second", f"[broker]\n{SECOND}{lines}\n# A second", path.read_text("utf-8")
    )
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigError) as caught:
        config.load(path, {})
    (fault,) = caught.value.faults
    assert said in fault
    assert "PASSWORD" not in fault


def test_every_kind_of_input_has_its_example(tmp_path: Path) -> None:
    loaded = config.load(aboard(tmp_path, "coaster.toml", with_all_inputs=True), {})
    assert {entry.kind for entry in loaded.inputs} == set(INPUT_KINDS)
    serial = next(entry for entry in loaded.inputs if entry.kind == "serial")
    assert (serial.path, serial.baud) == ("/dev/ttyUSB0", 4800)


def test_the_map_of_the_example_reads_what_the_rules_need(tmp_path: Path) -> None:
    loaded = config.load(aboard(tmp_path, "coaster.toml"), {})
    fed = {register.channel: register.unit for register in loaded.modbus[0].registers.registers if register.channel}
    assert {"ME_RPM", "ME_RDY", "STG_PMP1", "STG_RUD_S", "BLG_AP", "FIRE_ALM"} <= set(fed)
    assert fed == {short_id: loaded.catalogue[short_id].unit for short_id in fed}


def test_a_limit_that_is_missing_is_a_fault_whichever_it_is(tmp_path: Path) -> None:
    """No safety limit has a default: without it the agent does not start, and is told which one."""
    source = tomllib.loads(aboard(tmp_path, "coaster.toml").read_text("utf-8"))
    ways = limits_of(source["control"])
    assert len(ways) > 40
    assert faults_of(source, tmp_path) == []
    for way in ways:
        faults = faults_of({**source, "control": without(source["control"], way)}, tmp_path)
        assert [fault for fault in faults if ".".join(("control", *way)) in fault], way


def test_all_missing_limits_and_other_faults_are_told_at_once(tmp_path: Path) -> None:
    source = tomllib.loads(aboard(tmp_path, "coaster.toml").read_text("utf-8"))
    gone = [("hull", "turn_radius_m"), ("link", "lost_s"), ("authority", "lease_s"), ("verify", "heading_s"),
            ("phases", "coastal", "margin_m"), ("phases", "coastal", "hold")]  # fmt: skip
    broken = {**source, "control": without(source["control"], *gone), "bearer": "lte"}
    broken["input"] = [{**source["input"][0], "kind": "carrier pigeon"}, *source["input"][1:]]
    faults = faults_of(broken, tmp_path)
    for expected in (*(".".join(("control", *way)) for way in gone), "[bearer] is not known", "carrier pigeon"):
        assert sum(expected in fault for fault in faults) == 1, expected
    numbers = [fault for fault in faults if fault.endswith("is missing: a limit has no default")]
    assert len(numbers) == len(gone) - 1


def test_every_limit_is_told_with_its_unit() -> None:
    """In the comment behind it, the unit first, and the one that its name says."""
    text = (EXAMPLES / "coaster.toml").read_text("utf-8")
    written = re.findall(r"^(\w+) = -?[\d.]+ +# (\S+)", text[text.index("[control.hull]") :], re.MULTILINE)
    numbers = [way for way in limits_of(parsed("coaster.toml")["control"]) if way[-1] not in NO_NUMBERS]
    assert len(written) == len(numbers)
    for name, word in written:
        unit = next(unit for pattern, unit in UNITS if re.search(pattern, name))
        assert word.rstrip(",:") == unit, name


@pytest.mark.parametrize("gone", [("plc",), ("autopilot_port",), ("plc", "autopilot_port")], ids="+".join)
def test_a_vessel_under_orders_has_something_to_order_and_a_way_to_stop(tmp_path: Path, gone: tuple[str, ...]) -> None:
    """Proves EST-01: with [control] and without PLC or autopilot nothing would move, the emergency stop included."""
    table = tomllib.loads(aboard(tmp_path, "coaster.toml").read_text("utf-8"))
    for name in gone:
        del table["safety"][name]
    del table["keys"]["vessel_key"]  # one fault more: all are told together
    with pytest.raises(ConfigError) as caught:
        config.from_mapping(table, tmp_path, {})
    assert len(caught.value.faults) == len(gone) + 1
    for name in gone:
        assert f"safety.{name} is missing: with [control]" in str(caught.value)


def test_an_empty_name_of_the_plc_is_no_plc(tmp_path: Path) -> None:
    """Proves EST-01."""
    table = tomllib.loads(aboard(tmp_path, "coaster.toml").read_text("utf-8"))
    table["safety"]["plc"] = ""
    with pytest.raises(ConfigError, match="emergency stop"):
        config.from_mapping(table, tmp_path, {})


def test_a_vessel_that_is_only_watched_needs_neither(tmp_path: Path) -> None:
    table = tomllib.loads(aboard(tmp_path, "coaster.toml").read_text("utf-8"))
    del table["control"]
    for name in ("plc", "autopilot_host", "autopilot_port"):
        del table["safety"][name]
    assert config.from_mapping(table, tmp_path, {}).control is None


@pytest.mark.parametrize("table", [name for name in KEYS if name != "control"])
def test_a_misspelt_name_is_a_fault_in_every_table(tmp_path: Path, table: str) -> None:
    """The fault says where it stands and what is known there."""
    source = tomllib.loads(aboard(tmp_path, "coaster.toml").read_text("utf-8"))
    rows: Any = source.setdefault(table, {})
    is_list = table in ("input", "modbus")
    (rows[0] if is_list else rows)["nmae"] = "x"
    where = f"{table}[0]" if is_list else table
    with pytest.raises(ConfigError) as caught:
        config.from_mapping(source, tmp_path, {})
    told = [fault for fault in caught.value.faults if fault.startswith(f"{where}.nmae is not known; known are ")]
    assert len(told) == 1


def test_a_socket_path_that_is_too_long_is_a_fault(tmp_path: Path) -> None:
    """The lines of the UDP input could not be handed on to the collector; TCP and multicast need no socket."""
    table = tomllib.loads(aboard(tmp_path, "coaster.toml").read_text("utf-8"))
    table["safety"]["journal"] = f"/{'long' * 30}/journal.db"
    with pytest.raises(ConfigError) as caught:
        config.from_mapping(table, tmp_path, {})
    assert [fault.partition("handed")[0] for fault in caught.value.faults] == ["safety.journal: input 'weather' is "]
    del table["control"]
    assert config.from_mapping(table, tmp_path, {}).control is None


def test_each_input_has_one_reader_or_can_have_two(tmp_path: Path) -> None:
    """Commanded: what one process alone can read the safety process reads. Only watched: the collector has all."""
    path = aboard(tmp_path, "coaster.toml", with_all_inputs=True)
    told: list[str] = []
    commanded, clock = config.load(path, {}), SystemClock()
    watched = dataclasses.replace(commanded, control=None)
    collects = {source.name: type(source) for source in agent.inputs_of(commanded, clock)}
    decides = {source.name: type(source) for source in agent.safety_inputs_of(commanded, clock, told.append)}
    assert {entry.kind for entry in commanded.inputs} == set(INPUT_KINDS)
    for entry in commanded.inputs:
        alone = entry.kind in UNSHARED
        expected = (HandedInput, SharedInput) if alone else (KINDS[entry.kind], KINDS[entry.kind])
        assert (collects[entry.name], decides[entry.name]) == expected
    assert [type(source) for source in agent.inputs_of(watched, clock)] == [KINDS[e.kind] for e in watched.inputs]
    assert agent.safety_inputs_of(watched, clock, told.append) == []
