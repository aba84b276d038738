"""Groups of TAG blocks whose lines are of several kinds: each line goes to who takes its kind, and none holds up another."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path

import pytest

from protocols.nmea0183.framing import framed
from protocols.nmea0183.tagblock import Group, TagBlock, make_tag
from protocols.nmea0183.typed import make_sentence
from shipside import config
from shipside.config.inputs import InputConfig
from shipside.traffic import Traffic
from tests.shore_kit import SetClock
from tests.unit.test_ship_examples import aboard

TLL = make_sentence("RA", "TLL", {"number": 7, "latitude_deg": 35.0, "longitude_deg": 129.0})
ALF = make_sentence("SG", "ALF", {
    "total": 1, "part": 1, "sequence": 0, "category": "B", "priority": "W", "state": "V", "alert": 3008, "instance": 1,
    "revision": 1, "escalation": 0, "text": "STEERING GEAR"})  # fmt: skip
HDT = framed("HEHDT,095.0,T")
AIS = framed("AIVDM,1,1,,A,13F?Vv700<DJuLEtvep`iToV0<00,0", "!")


@pytest.fixture
def ship(tmp_path: Path) -> Traffic:
    loaded = config.load(aboard(tmp_path, "coaster.toml"), {})
    inputs = (InputConfig("net", "multicast450", port=1, group="MISC"),)
    return Traffic(dataclasses.replace(loaded, inputs=inputs, ranking={}), SetClock())


def group_of(*lines: bytes) -> list[bytes]:
    """Return the lines behind the TAG blocks of one group."""
    return [
        make_tag(TagBlock(("II0001",), (), Group(number, len(lines), 7))) + line for number, line in enumerate(lines, 1)
    ]


@pytest.mark.parametrize("order", [*itertools.permutations(range(4))])
def test_each_line_of_a_mixed_group_goes_its_own_way(ship: Traffic, order: tuple[int, ...]) -> None:
    """A target, an alert, a heading and an AIS report in one group, in any order; none stops the process, none is lost."""
    lines = group_of(TLL, ALF, HDT, AIS)
    ship.listening.take_lines("net", [lines[place] for place in order])
    assert {str(report.track) for report in ship.take_news(100.0)} == {"net:II0001:07", "None"}
    assert [each.alert_id for each in ship.equipment.outbox()] == ["net:II0001/3008.1"]
    assert ship.listening.picture.facts(100.0)["NAV_HDG"].value == 95.0
    assert ship.listening.rejected == {}
    assert ship.listening._groups["net"].waiting_count == ship.listening._groups["net"].lost_count == 0


def test_a_group_that_never_comes_whole_costs_what_waited_and_no_reading(ship: Traffic) -> None:
    """The heading was used when it came; of the target nobody knows what belonged to it."""
    for _ in range(2):
        ship.listening.take_lines("net", group_of(HDT, TLL, ALF)[:2])
    assert ship.listening.picture.facts(100.0)["NAV_HDG"].value == 95.0
    assert ship.take_news(100.0) == ()
    assert ship.listening._groups["net"].lost_count == 1
