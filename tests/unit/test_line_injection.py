"""Twenty ways to put lines on an input or readings into the poll: each is told within five seconds, none is missed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from protocols.nmea0183.framing import framed
from protocols.reading import Quality, Reading
from shipside.config import from_mapping
from shipside.listening import Listening

START_S = 400.0
"""The input is known by then."""
SOURCE = {
    "vessel": {"id": "otter", "name": "OTTER", "length_m": 12.0, "beam_m": 4.0},
    "broker": {"url": "mqtt://otter:right@127.0.0.1:1883"},
    "spool": {"path": "spool.db"},
    "safety": {"journal": "journal.db"},
    "keys": {"master_public_key": "5a" * 32, "vessel_key": "vessel.pem"},
    "sources": {"ME_RPM": ["plc"], "NAV_HDG": ["listed/HE", "open/HE"]},
    "input": [
        {
            "name": "listed",
            "kind": "tcp_client",
            "port": 1,
            "talkers": ["GP", "HE"],
            "formatters": ["RMC", "HDT", "VTG"],
        },
        {"name": "open", "kind": "tcp_client", "port": 2},
    ],
}


@dataclass
class Wires:
    """A ship's inputs in simulated time; what was told, and when."""

    now: float = 0.0
    told: list[tuple[float, str]] = field(default_factory=list[tuple[float, str]])

    def __post_init__(self) -> None:
        self.listening = Listening(from_mapping(SOURCE, Path(), {}), self)
        self._polled = self.listening.take_polled("plc")

    def now_s(self) -> float:
        return self.now

    def utc_ns(self) -> int:
        return 1_795_000_000_000_000_000 + int(self.now * 1e9)

    def say(self, source: str, body: str) -> None:
        self.listening.take_line(source, framed(body))

    def poll(self, channel: str, value: float, unit: str) -> None:
        self._polled(Reading(channel, value, unit, Quality.GOOD))

    def usual(self, tenth: int) -> None:
        """Speak as the ship does: gyro at 10 Hz, receiver and log at 1 Hz, the PLC each half second."""
        self.say("open", "HEHDT,95.0,T")
        self.say("listed", "HEHDT,95.0,T")
        if tenth % 10 == 0:
            self.say("listed", "GPVTG,95.0,T,,M,10.0,N,18.5,K,A")
            self.say("open", "VDVHW,95.0,T,,M,10.0,N,18.5,K")
        if tenth % 5 == 0:
            self.poll("ME_RPM", 600.0, "rpm")


Script = Callable[[Wires, int], None]
"""Told the ship and the tenth of a second since the attack began."""


def at(period: int, source: str, *bodies: str) -> Script:
    """Say sentences each `period` tenths."""

    def script(wires: Wires, tenth: int) -> None:
        for body in bodies if tenth % period == 0 else ():
            wires.say(source, body)

    return script


def polled(times: int, channel: str, value: float, unit: str) -> Script:
    """Answer for the PLC so many times a tenth."""

    def script(wires: Wires, _: int) -> None:
        for _ in range(times):
            wires.poll(channel, value, unit)

    return script


SCRIPTS: dict[str, tuple[Script, str]] = {
    "another receiver on a listed input": (at(10, "listed", "GNRMC,120000,A,3454.0,N,12830.0,E,10.0,95.0,,,,A"), "unlisted"),
    "a heading from a compass": (at(10, "listed", "HCHDG,200.0,,,,"), "unlisted"),
    "a listed talker with another formatter": (at(10, "listed", "GPGGA,120000,3454.0,N,12830.0,E,1,08,1.0,,M,,M,,"), "unlisted"),
    "an autopilot order": (at(10, "listed", "AGHTC,V,15.0,L,H,,,,,200.0,,,,T"), "unlisted"),
    "a rudder angle": (at(1, "listed", "ERRSA,30.0,A,,V"), "unlisted"),
    "an engine speed": (at(20, "listed", "IIRPM,E,1,0.0,0.0,A"), "unlisted"),
    "AIS on a listed input": (at(10, "listed", "AIVDM,1,1,,A,13aGua?P00PHfERNFruh0?vN289E,0"), "unlisted"),
    "one single sentence": (lambda w, t: w.say("listed", "HCHDM,12.0,M") if t == 0 else None, "unlisted"),
    "proprietary words": (at(10, "listed", "PXYZ1,1,2"), "unlisted"),
    "text": (at(10, "listed", "GPTXT,01,01,02,HELLO"), "unlisted"),
    "a new receiver on an open input": (at(10, "open", "GPVTG,95.0,T,,M,10.0,N,18.5,K,A"), "new-source"),
    "a new compass on an open input": (at(10, "open", "HCHDG,200.0,,,,"), "new-source"),
    "a new engine on an open input": (at(20, "open", "IIRPM,E,1,0.0,0.0,A"), "new-source"),
    "a wind sensor from nowhere": (at(10, "open", "WIMWV,10.0,R,50.0,M,A"), "new-source"),
    "a source that no list of its channel names": (at(10, "open", "HNHDT,12.0,T"), "new-source"),
    "the gyro's own sentence twice as often": (at(1, "open", "HEHDT,200.0,T"), "rate"),
    "the log's own sentence at 2 Hz more": (at(5, "open", "VDVHW,95.0,T,,M,1.0,N,1.9,K"), "rate"),
    "a flood of a listed sentence": (lambda w, _: [w.say("listed", "HEHDT,12.0,T") for _ in range(20)] and None, "rate"),
    "a second unit that answers for the PLC": (polled(1, "ME_RPM", 0.0, "rpm"), "rate"),
    "a burst of answers": (polled(20, "ME_RPM", 0.0, "rpm"), "rate"),
}  # fmt: skip


def alerts_after(script: Script | None, seconds: float = 10.0) -> list[tuple[float, str]]:
    """Run the ship up to START_S, then the script beside her; return the alerts, in seconds since the script began."""
    wires = Wires()
    for tenth in range(int((START_S + seconds) * 10)):
        wires.now = tenth / 10
        wires.usual(tenth)
        if script is not None and wires.now >= START_S:
            script(wires, tenth - int(START_S * 10))
        wires.told += [(wires.now - START_S, alert.alert_id) for alert in wires.listening.data_alerts(wires.now)]
    return wires.told


@pytest.mark.parametrize("name", list(SCRIPTS))
def test_an_injection_is_told_within_five_seconds(name: str) -> None:
    """Reliability D3: every script, by the finding that is meant for it."""
    script, word = SCRIPTS[name]
    told = [(at_s, alert) for at_s, alert in alerts_after(script) if alert.startswith(f"input-{word}.")]
    assert told, alerts_after(script)
    assert 0.0 <= told[0][0] <= 5.0


def test_without_a_script_nothing_is_told_and_a_line_that_was_stuck_is_no_injection() -> None:
    """The negative control, and its neighbour: the wire is silent for 20 s, then gives all its lines at once."""
    assert len(SCRIPTS) == 20
    assert alerts_after(None) == []
    wires = Wires()
    held: list[str] = []
    for tenth in range(6000):
        wires.now = tenth / 10
        if tenth % 10 == 0:
            held.append("VDVHW,95.0,T,,M,10.0,N,18.5,K")
        if not 4000 <= tenth < 4200:
            for body in held:
                wires.say("open", body)
            held.clear()
        assert wires.listening.data_alerts(wires.now) == ()


@pytest.mark.parametrize("name", [name for name, (_, word) in SCRIPTS.items() if word == "unlisted"])
def test_what_is_on_no_list_never_reaches_the_state(name: str) -> None:
    """Reliability D3: 0 unlisted sentences in state; they are counted by their reason."""
    script, _ = SCRIPTS[name]
    wires = Wires()
    for tenth in range(50):
        wires.now = tenth / 10
        script(wires, tenth)
    assert wires.listening.picture.facts(wires.now) == {}
    assert wires.listening.rejected["listed"]["unlisted"] > 0
    assert set(wires.listening.rejected["listed"]) == {"unlisted"}


def test_faults_of_a_list_are_told_with_their_place() -> None:
    from control.limits import ConfigError

    def faults(**entry: object) -> Iterable[str]:
        with pytest.raises(ConfigError) as caught:
            from_mapping({**SOURCE, "input": [{"name": "a", "kind": "tcp_client", "port": 1, **entry}]}, Path(), {})
        return caught.value.faults

    assert any("input[0].talkers" in fault for fault in faults(talkers="GP"))
    assert any("input[0].formatters" in fault for fault in faults(formatters=["RMC", 7]))
    assert any("input[0].talkers" in fault for fault in faults(talkers=["gp"]))


def test_a_recording_that_another_program_plays_is_not_held_against_our_time() -> None:
    """At ten times its pace the receiver's clock leaves ours at once: with `live = false` the position stays good."""
    qualities: dict[bool, Quality] = {}
    for live in (True, False):
        wires = Wires()
        source = {**SOURCE, "input": [{"name": "open", "kind": "tcp_client", "port": 2, "live": live}]}
        wires.listening = Listening(from_mapping(source, Path(), {}), wires)
        for tenth in range(100):
            wires.now = tenth / 10
            wires.say("open", f"GPRMC,1200{tenth % 60:02d},A,3454.{tenth:03d},N,12830.0,E,10.0,95.0,181126,,,A")
        latest = wires.listening.picture.latest("NAV_LAT", wires.now)
        assert latest is not None
        qualities[live] = latest.quality
    assert qualities == {True: Quality.INVALID, False: Quality.GOOD}
