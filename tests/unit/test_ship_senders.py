"""Several instruments of one kind on one network (IEC 61162-450): each is a source of its own, by what its TAG block says."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from protocols.nmea0183.framing import framed
from protocols.nmea0183.sender import Senders
from protocols.nmea0183.tagblock import Group, TagBlock, make_tag
from protocols.nmea0183.typed import make_sentence
from shipside import config
from shipside.config.inputs import InputConfig
from shipside.traffic import Traffic
from telemetry.linewatch import LineList
from telemetry.sources import SourceSelector
from tests.shore_kit import SetClock
from tests.unit.test_ship_examples import aboard

GGA = framed("GPGGA,120000.00,3500.000,N,12900.000,E,1,09,0.9,10.0,M,20.0,M,,")
HDT = framed("HEHDT,090.0,T")


def said(sender: str, sentence: bytes, number: int | None = None, group: Group | None = None) -> bytes:
    """Return a sentence behind the TAG block of its sender; an empty one says no source."""
    return make_tag(TagBlock((sender,) if sender else (), (), group, number)) + sentence


def bridge(tmp_path: Path, *ranked: str, talkers: frozenset[str] = frozenset()) -> Traffic:
    """Return a ship with one network input, `net`, whose headings are ranked; only `talkers` may speak, where there are any."""
    loaded = config.load(aboard(tmp_path, "coaster.toml"), {})
    rules = dataclasses.replace(loaded.integrity, lists={"net": LineList(talkers)}, ranking={})
    inputs = (InputConfig("net", "multicast450", port=1, group="SATD"),)
    ship = dataclasses.replace(loaded, inputs=inputs, ranking={"NAV_HDG": ranked}, integrity=rules)
    return Traffic(ship, SetClock())


def seconds(ship: Traffic, count: int, *lines: bytes) -> list[str]:
    """Let each line be said once a second; return the alerts that were raised."""
    told: list[str] = []
    for _ in range(count):
        ship.listening.take_lines("net", lines)
        now_s = ship.listening._clock.now_s()
        told += [alert.alert_id for alert in ship.listening.data_alerts(now_s) if alert.is_active]
        ship.listening._clock.s += 1.0  # type: ignore[attr-defined] # the clock of a test
    return told


def test_two_compasses_of_one_network_are_two_sources_that_can_be_ranked_and_compared(tmp_path: Path) -> None:
    """Taken for one, the heading would jump between them with each line, and no disagreement be told (INT-12)."""
    ship = bridge(tmp_path, "net:HE0001", "net:HE0002")
    fore, aft = said("HE0001", HDT), said("HE0002", framed("HEHDT,120.0,T"))
    told = seconds(ship, 8, fore, aft)
    believed = ship.listening.picture.facts(107.0)["NAV_HDG"]
    assert (believed.value, believed.source) == (90.0, "net:HE0001/HE")
    assert told == ["heading-disagree.sources"]
    # The first falls silent: the second is believed, and the switch is told by name.
    assert "source-switch.net:HE0001/HE" in seconds(ship, 15, aft)
    assert ship.listening.picture.facts(122.0)["NAV_HDG"].value == 120.0


def test_without_a_source_in_the_block_a_line_is_its_inputs_as_ever(tmp_path: Path) -> None:
    """The negative control: two compasses that do not say who they are cannot be told apart."""
    ship = bridge(tmp_path)
    ship.listening.take_lines("net", [said("", HDT, 4), framed("HEHDT,120.0,T"), said("no name", HDT)])
    assert ship.listening.picture.facts(100.0)["NAV_HDG"].source == "net/HE"
    assert len(ship.listening.picture.all_sources("NAV_HDG", 100.0)) == 1


@pytest.mark.parametrize("entry", ["net:HE0002/HE", "net:HE0002", "net/HE", "net"])
def test_a_ranking_names_a_sender_or_all_of_a_talker_or_of_an_input(entry: str) -> None:
    """What a configuration of before says of `input/talker` holds for every sender of that talker."""
    selector = SourceSelector({"NAV_HDG": (entry, "other")}, 0.0)
    for source in ("other/HE", "net:HE0002/HE", "other/HE"):
        selector.receive("NAV_HDG", source, 1.0, 3.0, good=True)
    assert selector.selected("NAV_HDG") == "net:HE0002/HE"


def test_what_the_list_of_a_channel_calls_by_talker_is_not_told_as_new(tmp_path: Path) -> None:
    """Only a source that no entry names is."""
    loaded = config.load(aboard(tmp_path, "coaster.toml"), {})
    ship = Traffic(loaded, SetClock())
    ship.listening.take_line("net-sat", said("HE0001", HDT))
    assert ship.listening.data_alerts(100.0) == ()
    ship.listening.take_line("net-nav", said("HE0001", HDT))
    ship.listening._clock.s += 1.0  # type: ignore[attr-defined] # the clock of a test
    assert [a.alert_id for a in ship.listening.data_alerts(101.0)] == ["input-new-source.net-nav:HE0001/HE NAV_HDG"]


def test_a_new_sender_of_a_known_talker_is_told(tmp_path: Path) -> None:
    """D3: whoever taps the network and speaks as a second gyro is a new source, though gyros were always heard there."""
    ship = bridge(tmp_path)
    assert seconds(ship, 301, said("HE0001", HDT)) == []
    assert seconds(ship, 2, said("HE0001", HDT), said("HE0666", HDT)) == ["input-new-source.net:HE0666/HE"]


def test_parts_of_ais_messages_of_two_transponders_are_not_mixed(tmp_path: Path) -> None:
    """Same sequential id, same channel, at the same moment, in one network: each message keeps its own second part."""
    one = ("AIVDM,2,1,3,A,55P5TL01VIaAL@7WKO@mBplU@<PDhh000000001S;AJ::4A80?4i@E53,0",
           "AIVDM,2,2,3,A,1@0000000000000,2")  # fmt: skip
    other = ("AIVDM,2,1,3,A,55?MbV02;H;s<HtKR20EHE:0@T4@Dn2222222216L961O5Gf0NSQEp6ClRp8,0",
             "AIVDM,2,2,3,A,88888888880,2")  # fmt: skip
    alone = [heard(tmp_path, [said("AI0001", framed(text, "!")) for text in pair]) for pair in (one, other)]
    mixed = [
        said(f"AI000{number}", framed(pair[part], "!")) for part in (0, 1) for number, pair in ((1, one), (2, other))
    ]
    assert heard(tmp_path, mixed) == {**alone[0], **alone[1]}
    assert len(heard(tmp_path, mixed)) == 2


def heard(tmp_path: Path, lines: list[bytes]) -> dict[int, tuple[str | None, ...]]:
    """Return the targets that a ship knows of these lines: names and call signs by MMSI."""
    ship = bridge(tmp_path)
    ship.listening.take_lines("net", lines)
    return {report.mmsi: (report.name, report.callsign) for report in ship.take_news(100.0)}


def test_a_group_whose_first_line_alone_says_its_source_is_one_senders() -> None:
    """As NMEA 0183 4.10 lets multiplexers write them; another sender's group of the same id begins anew."""
    senders = Senders()
    group = [TagBlock(("AI0001",), (), Group(1, 2, 7)), TagBlock((), (), Group(2, 2, 7))]
    assert [senders.of(tag) for tag in group] == ["AI0001", "AI0001"]
    assert senders.of(TagBlock((), (), Group(2, 2, 8))) == ""
    assert senders.of(TagBlock(("AI0002",), (), Group(1, 2, 7))) == "AI0002"
    assert senders.of(TagBlock((), (), Group(2, 2, 7))) == "AI0002"
    assert senders.of(TagBlock()) == senders.of(None) == ""


def test_of_two_sources_in_one_block_the_one_by_the_standard_counts() -> None:
    """As Observator's anemometer says `s:D383P1,s:WI4383`; a name that could be anything is none."""
    senders = Senders()
    assert senders.of(TagBlock(("D383P1", "WI4383"))) == "WI4383"
    assert senders.of(TagBlock(("rORBCOMM008",))) == "rORBCOMM008"
    assert [senders.of(TagBlock((name,))) for name in ("a/b", "a:b", "x" * 16, "a b", "ä")] == [""] * 5


def test_targets_of_two_radars_of_one_network_keep_apart(tmp_path: Path) -> None:
    """Both have a target 7: one ship would jump between two places."""
    ship = bridge(tmp_path)
    ship.listening.take_lines("net", [GGA, HDT])
    values: dict[str, object] = {
        "number": 7, "bearing_deg": 90.0, "bearing_reference": "T", "speed": 12.0, "course_deg": 270.0,
        "course_reference": "T", "unit": "N", "status": "T",
    }  # fmt: skip
    for sender, distance in (("RA0001", 2.0), ("RA0002", 5.0), ("RA0001", 2.0)):
        line = make_sentence("RA", "TTM", {**values, "distance": distance})  # type: ignore[arg-type] # of a test
        ship.listening.take_line("net", said(sender, line))
    found = {report.track: report for report in ship.take_news(100.0)}
    assert sorted(str(track) for track in found) == ["net:RA0001:07", "net:RA0002:07"]
    assert len({report.mmsi for report in found.values()}) == 2
    east = [found[track].longitude_deg for track in sorted(found, key=str)]
    assert east == [pytest.approx(129.0407, abs=1e-3), pytest.approx(129.1017, abs=1e-3)]
    # However many say they are radars, the numbers are bounded and what exceeds them is counted.
    for number in range(100):
        line = make_sentence("RA", "TTM", {**values, "distance": 1.0})  # type: ignore[arg-type] # of a test
        ship.listening.take_line("net", said(f"XX{number:04d}", line))
    assert ship.targets.count < 40
    assert ship.listening.rejected["net"]["tracked"] > 60


def test_the_list_of_one_equipment_ends_no_alert_of_another(tmp_path: Path) -> None:
    """ALC says what is not normal at its sender; of the steering gear the autopilot's empty list says nothing."""
    ship = bridge(tmp_path)
    alf = {"total": 1, "part": 1, "sequence": 0, "category": "B", "priority": "W", "state": "V", "alert": 3008,
           "instance": 1, "revision": 1, "escalation": 0, "text": "STEERING GEAR"}  # fmt: skip
    empty = make_sentence("AG", "ALC", {"total": 1, "part": 1, "sequence": 0, "entries": 0})
    ship.listening.take_line("net", said("SG0001", make_sentence("SG", "ALF", alf)))  # type: ignore[arg-type] # of a test
    ship.listening.take_line("net", said("AG0001", empty))
    ship.listening.take_line("net", empty)  # nor does one that does not say whose it is
    assert [(each.alert_id, each.state) for each in ship.equipment.outbox()] == [
        ("net:SG0001/3008.1", "unacknowledged")
    ]
    ship.listening.take_line("net", said("SG0001", empty))
    assert [(each.alert_id, each.state) for each in ship.equipment.outbox()] == [("net:SG0001/3008.1", "normal")]


def test_a_line_that_came_is_not_lost_though_it_is_on_no_list(tmp_path: Path) -> None:
    """Its number counts all the same: the source's losses would be told wrong by each such line."""
    ship = bridge(tmp_path, talkers=frozenset({"HE"}))
    for number, line in ((1, HDT), (2, GGA), (3, HDT), (5, HDT)):
        ship.listening.take_line("net", said("HE0001", line, number))
    assert ship.listening.rejected["net"]["unlisted"] == 1
    assert ship.listening.lost["net"].lost_count == 1  # the fourth
