"""Values entered at the bridge's panel: judged, told, in both processes, over restarts, ended early or by their time."""

from __future__ import annotations

import dataclasses
import json
import random
from pathlib import Path

import pytest

from protocols.link.cbor import Plain
from protocols.link.events import Event
from protocols.reading import Quality
from shipside import config
from shipside.commanding.manual_desk import ManualDesk
from shipside.config import AgentConfig
from shipside.listening import Listening
from shipside.storage.manual_file import ManualFile
from shoreside.live.event_lines import event_text
from tests.damage import damage
from tests.shore_kit import SetClock
from tests.unit.test_ship_examples import aboard

HOUR_S = 3600.0


class Bridge:
    """A panel and the picture of the process that answers it."""

    def __init__(self, loaded: AgentConfig, clock: SetClock) -> None:
        """Start with what is kept beside the journal of `loaded`."""
        self.config, self.clock, self.events = loaded, clock, list[dict[str, Plain]]()
        self.listening = Listening(loaded, clock)
        self.desk = ManualDesk(loaded, clock, self.listening.enter_manual, lambda _, body, __: self.events.append(body))

    def ask(self, **request: object) -> str:
        """Return what was refused; an empty text where it was taken."""
        answer = json.loads(self.desk.answer({"do": "manual", **request}))
        assert answer["ok"] is not bool(answer["reasons"])
        return "".join(reason["text"] for reason in answer["reasons"])

    def value(self) -> tuple[object, Quality] | None:
        self.clock.s += 2.0
        self.listening.derive(self.clock.s)
        latest = self.listening.picture.latest("DRF_FWD", self.clock.s)
        return None if latest is None else (latest.value, latest.quality)


@pytest.fixture
def bridge(tmp_path: Path) -> Bridge:
    loaded = config.load(aboard(tmp_path, "coaster.toml"), {})
    return Bridge(dataclasses.replace(loaded, journal=tmp_path / "aboard" / "journal.db"), SetClock())


def test_a_value_is_entered_told_and_ended(bridge: Bridge) -> None:
    assert bridge.value() is None
    assert bridge.ask(channel="DRF_FWD", value=4, hold_s=HOUR_S, person="mate") == ""
    assert bridge.value() == (4.0, Quality.MANUAL)
    assert bridge.ask(channel="DRF_FWD", value=None, person="master") == ""
    assert bridge.value() == (None, Quality.INVALID)
    told = [event_text(Event("gannet", "b", 1, 0, 0, "source", body)) for body in bridge.events]
    assert told[0].startswith("DRF_FWD: 4.0 m by hand (mate) until 20")
    assert told[1] == "DRF_FWD: value by hand ended by master"
    assert (
        event_text(Event("g", "b", 1, 0, 0, "source", {"channel": "A", "from": "x", "to": "y"})) == "A: source x to y"
    )


def test_it_holds_for_as_long_as_was_said_and_over_a_restart_of_both_processes(bridge: Bridge) -> None:
    bridge.ask(channel="DRF_FWD", value=4.2, hold_s=HOUR_S)
    again = Bridge(bridge.config, bridge.clock)
    assert again.value() == (4.2, Quality.MANUAL)
    # The collector has the same values, and hears of a change without being asked.
    file, collector = ManualFile(bridge.config.journal), Listening(bridge.config, bridge.clock)
    collector.enter_manual(file.news() or ())
    collector.derive(bridge.clock.s)
    latest = collector.picture.latest("DRF_FWD", bridge.clock.s)
    assert latest is not None
    assert (latest.value, latest.source) == (4.2, "manual/bridge")
    assert file.news() is None
    again.ask(channel="DRF_FWD", value=None)
    assert file.news() == ()
    again.ask(channel="DRF_FWD", value=4.3, hold_s=10.0)
    assert again.value() == (4.3, Quality.MANUAL)
    again.clock.s += 11.0
    assert again.value() == (None, Quality.INVALID)


@pytest.mark.parametrize(
    ("request_", "word"),
    [
        ({"channel": "NO_SUCH", "value": 1, "hold_s": 60}, "no channel 'NO_SUCH'"),
        ({"value": 1, "hold_s": 60}, "no channel None"),
        ({"channel": "DRF_FWD", "value": 400.0, "hold_s": 60}, "DRF_FWD cannot be 400.0"),
        ({"channel": "DRF_FWD", "value": "deep", "hold_s": 60}, "DRF_FWD cannot be 'deep'"),
        ({"channel": "DRF_FWD", "value": float("nan"), "hold_s": 60}, "DRF_FWD cannot be nan"),
        ({"channel": "DRF_FWD", "value": [4], "hold_s": 60}, "no number, text or truth value"),
        ({"channel": "DRF_FWD", "value": 4.2}, "say how long the value holds"),
        ({"channel": "DRF_FWD", "value": 4.2, "hold_s": 1e9}, "say how long the value holds"),
        ({"channel": "DRF_FWD", "value": None}, "has no value entered by hand here"),
        ({"channel": "DRF_FWD", "value": 4.2, "hold_s": 60, "person": 7}, "person is no text"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_nothing_is_told(
    bridge: Bridge, request_: dict[str, object], word: str
) -> None:
    assert word in bridge.ask(**request_)
    assert bridge.events == []
    assert bridge.value() is None


def test_no_more_than_so_many_at_once(bridge: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shipside.commanding.manual_desk.VALUES_MAX", 2)
    names = ["DRF_FWD", "NAV_STW", "NAV_SOG"]
    assert [bridge.ask(channel=name, value=4.0, hold_s=60) for name in names[:2]] == ["", ""]
    assert bridge.ask(channel=names[2], value=4.0, hold_s=60).startswith("2 values are entered by hand already")
    assert bridge.ask(channel=names[0], value=4.1, hold_s=60) == ""
    # What has run out makes room.
    bridge.clock.s += 61.0
    assert bridge.ask(channel=names[0], value=4.1, hold_s=60) == ""
    assert bridge.ask(channel=names[2], value=4.0, hold_s=60) == ""


def test_a_disk_that_takes_nothing_refuses_and_a_damaged_file_is_told(
    bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    bridge.ask(channel="DRF_FWD", value=4.2, hold_s=HOUR_S)
    whole = bridge.config.journal.with_name("manual.cbor").read_bytes()
    rng = random.Random(7)
    for _ in range(200):
        path = bridge.config.journal.with_name("manual.cbor")
        path.write_bytes(whole)
        damage(path, rng, 16)
        if path.read_bytes() == whole:  # a bit flipped twice
            continue
        file = ManualFile(bridge.config.journal)
        assert file.news() == ()
        assert file.problem.startswith("values entered by hand are damaged")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ManualFile, "write", full)
    assert bridge.ask(channel="DRF_FWD", value=5.0, hold_s=60) == "it cannot be kept: No space left on device"
    assert bridge.value() == (4.2, Quality.MANUAL)
