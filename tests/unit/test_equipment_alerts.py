"""Alerts of equipment, ALF, ALC, ARC and the old ALR: told as the equipment says they are, each change once."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from protocols.nmea0183.typed import make_sentence
from shipside import config
from shipside.config.inputs import InputConfig
from shipside.sending.alerting import AlertDesk
from shipside.storage.spool import Spool
from shipside.traffic import Traffic
from shoreside.live.views import alert_of
from telemetry.equipment_alerts import ALERTS_MAX
from tests.shore_kit import SetClock
from tests.unit.test_ship_examples import aboard

Told = list[tuple[str, str, str, str]]


@pytest.fixture
def ship(tmp_path: Path) -> Traffic:
    loaded = config.load(aboard(tmp_path, "coaster.toml"), {})
    return Traffic(dataclasses.replace(loaded, inputs=(InputConfig("bam", "udp", port=1),)), SetClock())


def heard(ship: Traffic, formatter: str, **values: object) -> Told:
    ship.listening.take_line("bam", make_sentence("SG", formatter, values))  # type: ignore[arg-type]
    return [(each.alert_id, each.state, each.priority, each.text) for each in ship.equipment.outbox()]


def alf(ship: Traffic, state: str = "V", **more: object) -> Told:
    values = {"total": 1, "part": 1, "sequence": 0, "category": "B", "priority": "W", "state": state, "alert": 3008,
              "instance": 1, "revision": 1, "escalation": 0, "text": "STEERING GEAR"}  # fmt: skip
    return heard(ship, "ALF", **{**values, **more})


def test_an_alert_is_told_with_its_source_and_through_its_life(ship: Traffic) -> None:
    said = "bam/3008.1"
    assert alf(ship) == [(said, "unacknowledged", "warning", "bam: STEERING GEAR")]
    assert alf(ship) == []  # said again, and no news
    assert [each[1] for state in "SAUN" for each in alf(ship, state)] == [
        "silenced", "acknowledged", "rectified-unacknowledged", "normal",
    ]  # fmt: skip
    assert alf(ship, "N") == []
    assert alf(ship, "V", maker="XYZ", alert=10_008)[0][0] == "bam/XYZ10008.1"


def test_the_second_part_adds_its_description(ship: Traffic) -> None:
    alf(ship, total=2)
    found = alf(ship, total=2, part=2, text="pump 2 low pressure")
    assert found == [("bam/3008.1", "unacknowledged", "warning", "bam: STEERING GEAR: pump 2 low pressure")]
    assert alf(ship, total=2) == []
    assert alf(ship, total=2, part=2, text="pump 2 low pressure") == []


def test_what_is_no_longer_listed_has_ended_and_what_was_never_told_is_told(ship: Traffic) -> None:
    alf(ship)
    found = heard(ship, "ALC", total=1, part=1, sequence=0, entries=1, entry_1=(None, 3015, 2, 1))
    assert found == [
        ("bam/3015.2", "unacknowledged", "warning", "bam: 3015.2"),
        ("bam/3008.1", "normal", "warning", "bam: STEERING GEAR"),
    ]
    # Only at the last part of a list is anything taken to be missing.
    assert heard(ship, "ALC", total=2, part=1, sequence=1, entries=0) == []
    assert heard(ship, "ALC", total=2, part=2, sequence=1, entries=0)[0][:2] == ("bam/3015.2", "normal")


def test_a_refused_answer_tells_its_alert_again(ship: Traffic) -> None:
    alf(ship)
    found = heard(ship, "ARC", alert=3008, instance=1, command="A")
    assert found == [("bam/3008.1", "unacknowledged", "warning", "bam: STEERING GEAR (answer A refused)")]
    assert heard(ship, "ARC", alert=9999, instance=1, command="A") == []


def test_the_old_generation(ship: Traffic) -> None:
    states = [heard(ship, "ALR", alert="045", condition=beyond, acknowledged=answered, text="BILGE HIGH")[0][1]
              for beyond, answered in ("AV", "AA", "VV", "VA")]  # fmt: skip
    assert states == ["unacknowledged", "acknowledged", "rectified-unacknowledged", "normal"]


def test_a_sentence_that_names_no_alert_is_counted_and_a_flood_is_bounded(ship: Traffic) -> None:
    assert alf(ship, alert=3008, state="V", priority="W", instance=1) != []
    ship.listening.take_line("bam", b"$SGALF,1,1,0,,B,W,V,,,,,,*5F")
    assert sum(ship.listening.rejected["bam"].values()) == 1
    for number in range(ALERTS_MAX + 50):
        alf(ship, alert=20_000 + number)
    assert ship.equipment.dropped_count == 51


def test_ashore_it_is_an_alert_of_the_ship_and_a_restart_ends_what_is_not_said_again(ship: Traffic) -> None:
    from protocols.link.events import Event

    events: list[Event] = []
    spool = Spool(":memory:", 1_000_000, 1)
    desk = AlertDesk(
        lambda kind, body, now_s: events.append(Event("gannet", "boot", len(events) + 1, round(now_s), 1, kind, body)),
        spool, 0.0,
    )  # fmt: skip
    ship.listening.take_line(
        "bam", make_sentence("SG", "ALR", {"alert": "045", "condition": "A", "acknowledged": "V", "text": "X"})
    )
    desk.equipment(ship.equipment.outbox(), 0.0)
    alert = alert_of(events[0])
    assert alert is not None
    assert (alert["alert_id"], alert["text"], alert["state"]) == ("bam/045", "bam: X", "unacknowledged")
    assert events[0].body["source"] == "bam"
    assert spool.standing_alerts() == ["bam/045"]
    again = AlertDesk(lambda _, body, __: events.append(Event("gannet", "b", 9, 0, 1, "alert", body)), spool, 0.0)
    again.take((), 1000.0)
    assert (events[-1].body["alert_id"], events[-1].body["state"]) == ("bam/045", "normal")
