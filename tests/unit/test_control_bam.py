"""What the ship says on her bridge about alerts, sentence by sentence, and what she takes from it (ALT-08; IEC 61924-2)."""

from __future__ import annotations

import pytest

from control.alerts import Alerts
from control.alerttable import ALERTS
from control.bam import IDS, BridgeAlerts
from protocols.nmea0183.kinds import FieldValue
from protocols.nmea0183.sentence import Sentence, parse_line
from protocols.nmea0183.typed import fields_of, make_sentence
from tests.control_rig import example_config

LIMITS = example_config().alerts
UTC_S = 12 * 3600.0 + 34 * 60.0 + 56.25
SILENT, LOST, POSITION = "link-silent", "link-lost", "position-input"


class Bridge:
    """Alerts, and who speaks for them."""

    def __init__(self) -> None:
        """Begin with everything normal."""
        self.alerts = Alerts(LIMITS)
        self.speaker = BridgeAlerts(self.alerts)

    def raised(self, *names: str, now_s: float = 100.0) -> None:
        """Raise alerts that wait for nothing; nothing is said of it."""
        for name in names:
            self.alerts.want(name, active=True, now_s=now_s - ALERTS[name].on_delay_s)
            self.alerts.want(name, active=True, now_s=now_s)
        self.alerts.outbox()

    def tell(self, now_s: float = 100.0, utc_s: float = UTC_S) -> None:
        """Let what has changed be said."""
        self.speaker.changed(self.alerts.outbox(), now_s, utc_s)

    def said(self, formatter: str = "") -> list[dict[str, FieldValue]]:
        """Take what was said, read back; of one formatter where it is named."""
        found: list[dict[str, FieldValue]] = []
        for line in self.speaker.outbox():
            sentence = parse_line(line)
            assert isinstance(sentence, Sentence)
            assert sentence.talker == "IN"
            fields = fields_of(sentence)
            assert fields is not None
            assert not fields.faults
            if formatter in ("", sentence.formatter):
                found.append(dict(fields.values) | ({} if formatter else {"formatter": sentence.formatter}))
        return found

    def hear(self, command: str, now_s: float = 101.0, **more: FieldValue) -> bool:
        """Say an ACN of the bridge about POSITION unless `more` says otherwise; return whether it was for us."""
        values: dict[str, FieldValue] = {
            "utc": "12:00:00.00", "maker": "FHM", "alert": IDS[POSITION], "instance": 1, "command": command,
            "sentence_status": "C",
        }  # fmt: skip
        return self.speaker.receive(make_sentence("CA", "ACN", values | more, 0), now_s, UTC_S)


def test_a_change_is_said_whole_in_two_parts() -> None:
    """Proves ALT-08: who, which, which change, since when, how grave, how it stands; then what to do, in the same sequence."""
    bridge = Bridge()
    bridge.alerts.want(SILENT, active=True, now_s=100.0)
    bridge.tell()
    named = {
        "total": 2,
        "sequence": 1,
        "maker": "FHM",
        "alert": IDS[SILENT],
        "instance": 1,
        "revision": 1,
        "escalation": 0,
    }
    first, second = bridge.said("ALF")
    assert first.items() >= (named | {
        "part": 1, "utc": "12:34:56.25", "category": "B", "priority": "W", "state": "V", "text": "LINK TO ROC SILENT",
    }).items()  # fmt: skip
    assert second.items() >= (named | {"part": 2, "text": "Ship holds her setpoint; take local control."[:40]}).items()
    bridge.alerts.tick(100.0 + LIMITS.escalate_s)
    bridge.tell()
    first, second = bridge.said("ALF")
    assert (first["priority"], first["escalation"], first["revision"], first["sequence"]) == ("A", 1, 2, 2)


@pytest.mark.parametrize(
    ("name", "do", "letters"),
    [
        ("link-degraded", "", "BCA"), (SILENT, "", "BWV"), (LOST, "", "BAV"), ("distress", "", "AEV"), (SILENT, "silence", "BWS"),
        (SILENT, "acknowledge", "BWA"), (SILENT, "transfer", "BWO"), (SILENT, "rectify", "BWU"), (SILENT, "end", "BWN"),
    ],
)  # fmt: skip
def test_every_state_and_priority_has_its_letter(name: str, do: str, letters: str) -> None:
    """Proves ALT-08: category, priority and state as the standard's letters."""
    bridge = Bridge()
    bridge.raised(name)
    if do in ("acknowledge", "end"):
        bridge.alerts.acknowledge(name, 101.0)
    if do in ("rectify", "end"):
        bridge.alerts.want(name, active=False, now_s=101.0)
    if do == "silence":
        bridge.alerts.silence(name, 101.0)
    if do == "transfer":
        bridge.alerts.transfer(name, 101.0)
    if do:
        bridge.tell()
    else:
        bridge.hear("Q", alert=IDS[name])
    first = bridge.said("ALF")[-2]
    assert f"{first['category']}{first['priority']}{first['state']}" == letters


def test_sequences_go_round() -> None:
    """Proves ALT-08: of ALF and HBT after nine comes nought, of ALC after 99."""
    bridge = Bridge()
    bridge.raised(POSITION)
    for _ in range(11):
        bridge.hear("Q")
    assert [row["sequence"] for row in bridge.said("ALF")[::2]] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    for number in range(101):
        bridge.speaker.tick(1000.0 + 30.0 * number)
    rows = bridge.said()
    assert [row["sequence"] for row in rows if row["formatter"] == "HBT"][:11] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1]
    assert [row["sequence"] for row in rows if row["formatter"] == "ALC"] == [*range(1, 100), 0, 1]


def test_the_list_comes_each_thirty_seconds_and_at_once_after_a_change() -> None:
    """Proves ALT-08: an empty one too, with the heartbeat that says how often; nothing changed is nothing said."""
    bridge = Bridge()
    bridge.tell()
    for now_s, count in ((100.0, 2), (100.5, 0), (129.9, 0), (130.0, 2), (145.0, 0)):
        bridge.speaker.tick(now_s)
        rows = bridge.said()
        assert len(rows) == count
        assert [row["entries"] for row in rows if row["formatter"] == "ALC"] == [0] * (count // 2)
    bridge.tell(146.0)
    bridge.speaker.tick(146.0)
    assert bridge.said() == []
    bridge.alerts.want(SILENT, active=True, now_s=147.0)
    bridge.tell(147.0)
    bridge.said()
    bridge.speaker.tick(147.0)
    beat, listed = bridge.said()
    assert (beat["formatter"], beat["interval_s"], beat["status"]) == ("HBT", 30, "A")
    assert (listed["formatter"], listed["total"], listed["part"], listed["entries"]) == ("ALC", 1, 1, 1)
    assert listed["entry_1"] == ("FHM", IDS[SILENT], 1, 1)
    bridge.speaker.tick(176.9)
    assert bridge.said() == []


def test_a_long_list_goes_in_parts_of_three() -> None:
    """Proves ALT-08: four alerts are two sentences of one sequence."""
    bridge = Bridge()
    bridge.raised(SILENT, LOST, "fallback", POSITION)
    assert bridge.hear("Q", alert=0, instance=0)
    rows = bridge.said("ALC")
    assert [(row["total"], row["part"], row["sequence"], row["entries"]) for row in rows] == [
        (2, 1, 1, 3),
        (2, 2, 1, 1),
    ]
    listed = [row[f"entry_{at}"] for row, count in zip(rows, (3, 1), strict=True) for at in range(1, count + 1)]
    assert listed == [("FHM", IDS[name], 1, 1) for name in (SILENT, LOST, "fallback", POSITION)]


def test_asked_she_says_what_is_not_normal_or_the_one_alert_that_is_named() -> None:
    """Proves ALT-08: all and the list; one, normal or not, without a list; another maker's alert is not hers."""
    bridge = Bridge()
    bridge.raised(SILENT, POSITION)
    assert bridge.hear("Q", alert=0, instance=0)
    rows = bridge.said()
    assert [row["alert"] for row in rows if row["formatter"] == "ALF"] == [IDS[SILENT]] * 2 + [IDS[POSITION]] * 2
    assert [row["formatter"] for row in rows][-1] == "ALC"
    assert bridge.hear("Q", alert=IDS["journal"])
    rows = bridge.said()
    assert [(row["formatter"], row["alert"]) for row in rows] == [("ALF", IDS["journal"])] * 2
    assert rows[0]["state"] == "N"
    for more in ({"maker": "XYZ"}, {"alert": 99_999}):
        assert not bridge.hear("Q", **more)
        assert not bridge.hear("A", **more)
    assert bridge.said() == []
    assert bridge.alerts.state_of(POSITION) == "unacknowledged"


def test_what_cannot_be_is_refused_with_the_command_the_alert_and_the_time() -> None:
    """Proves ALT-08: silenced, acknowledged, then neither again; nobody takes over from her."""
    bridge = Bridge()
    bridge.raised(POSITION)
    for command, state in (("S", "silenced"), ("A", "acknowledged")):
        assert bridge.hear(command)
        assert bridge.alerts.state_of(POSITION) == state
    assert bridge.said("ARC") == []
    for command in ("S", "A", "O"):
        assert bridge.hear(command)
        (row,) = bridge.said("ARC")
        assert row.items() >= {
            "utc": "12:34:56.25", "maker": "FHM", "alert": IDS[POSITION], "instance": 1, "command": command,
        }.items()  # fmt: skip
    assert bridge.alerts.state_of(POSITION) == "acknowledged"


def test_the_silence_of_the_bridge_lasts_from_when_it_was_said() -> None:
    """Proves ALT-03: thirty seconds, whoever silences."""
    bridge = Bridge()
    bridge.raised(POSITION)
    bridge.hear("S", now_s=110.0)
    bridge.alerts.tick(139.9)
    assert bridge.alerts.state_of(POSITION) == "silenced"
    bridge.alerts.tick(140.0)
    assert bridge.alerts.state_of(POSITION) == "unacknowledged"


def test_the_old_acknowledgement_has_no_refusal_and_other_lines_are_not_for_her() -> None:
    """Proves ALT-08: ACK by number; one that is none, noise and other sentences change nothing."""
    bridge = Bridge()
    bridge.raised(POSITION)
    other = make_sentence("HE", "HDT", {"heading_deg": 80.0})
    for line in (
        b"noise",
        other,
        make_sentence("II", "ACK", {"alert": "77"}),
        make_sentence("II", "ACK", {"alert": "x1"}),
    ):
        assert not bridge.speaker.receive(line, 101.0, UTC_S)
    assert bridge.alerts.state_of(POSITION) == "unacknowledged"
    known = make_sentence("II", "ACK", {"alert": str(IDS[POSITION])})
    assert bridge.speaker.receive(known, 101.0, UTC_S)
    assert bridge.alerts.state_of(POSITION) == "acknowledged"
    assert not bridge.speaker.receive(known, 101.0, UTC_S)
    assert bridge.said() == []


@pytest.mark.parametrize(
    ("utc_s", "told"),
    [
        (0.0, "00:00:00.00"),
        (86_399.999, "23:59:59.99"),
        (86_400.0 * 3 + 3661.5, "01:01:01.50"),
        (59.996, "00:00:59.99"),
    ],
)
def test_the_time_of_day_never_shows_sixty_seconds(utc_s: float, told: str) -> None:
    """Proves ALT-08: of whichever day; rounded down where rounding up made a minute of 60 s."""
    bridge = Bridge()
    bridge.alerts.want(SILENT, active=True, now_s=100.0)
    bridge.tell(utc_s=utc_s)
    assert bridge.said("ALF")[0]["utc"] == told


def test_numbers_are_the_maker_s_own_and_stay_with_their_alert() -> None:
    """Proves ALT-08: a bridge that knows 100,000 as the link's knows it after the next release; new ones come at the end."""
    first = ["link-degraded", "link-silent", "link-lost", "fallback", "distress"]
    assert [IDS[name] for name in first] == [100_000, 100_001, 100_002, 100_003, 100_004]
    assert len(set(IDS.values())) == len(ALERTS)


def test_a_sentence_with_a_field_that_cannot_be_read_is_not_obeyed() -> None:
    """Proves ALT-08, ALT-02: with a number that is none nothing is acknowledged and nothing answered."""
    bridge = Bridge()
    bridge.raised(POSITION)
    whole = make_sentence("CA", "ACN", {
        "utc": "12:00:00.00", "maker": "FHM", "alert": IDS[POSITION], "instance": 1, "command": "A", "sentence_status": "C",
    }, 0)  # fmt: skip
    broken = whole.split(b"*")[0].replace(b",1,", b",x,", 1)
    checksum = 0
    for octet in broken[1:]:
        checksum ^= octet
    assert not bridge.speaker.receive(broken + b"*%02X" % checksum, 101.0, UTC_S)
    assert bridge.alerts.state_of(POSITION) == "unacknowledged"
    assert bridge.said() == []
    assert bridge.speaker.receive(whole, 101.0, UTC_S)
    assert bridge.alerts.state_of(POSITION) == "acknowledged"


def test_a_title_and_an_advice_that_are_too_long_for_a_sentence_are_cut() -> None:
    """Proves ALT-08: at 28 and 40 characters, so that no sentence is longer than the bridge takes."""
    bridge = Bridge()
    bridge.alerts.want(SILENT, active=True, now_s=100.0)
    changes = [{**body, "text": "T" * 60, "advice": "A" * 60} for body in bridge.alerts.outbox()]
    bridge.speaker.changed(changes, 100.0, UTC_S)
    assert [one["text"] for one in bridge.said("ALF")[:2]] == ["T" * 28, "A" * 40]
