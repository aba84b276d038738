"""What the instruments say: framing, fields, rates, noise and faults; read back by libraries that are not ours."""

from __future__ import annotations

import math
import statistics
from functools import reduce
from operator import xor

import pyais
import pynmea2  # type: ignore[import-untyped]  # it has no types
import pytest

from protocols.nmea0183.sentence import Sentence, parse_line, readings
from protocols.reading import Quality
from simulators.control_port import ControlPort
from simulators.devices.instruments import INSTRUMENTS, SensorFault
from simulators.devices.sentence import datagrams_450, framed, latitude, longitude, tagged
from simulators.fleet import FLEET, KESTREL, VesselSpec, imo_is_valid
from simulators.ship import Ship
from simulators.traffic import TRAFFIC, Traffic
from simulators.vessel.motion import Environment

UTC_NS = 1_795_500_000 * 10**9


@pytest.fixture
def ship() -> Ship:
    return Ship(KESTREL, 42, UTC_NS)


def said(ship: Ship, seconds: float) -> list[bytes]:
    lines: list[bytes] = []
    for _ in range(round(seconds * 10)):
        ship.advance(0.1)
        lines += [line.sentence for line in ship.sentences_due()]
    return lines


def test_every_sentence_is_well_framed_and_short(ship: Ship) -> None:
    for line in said(ship, 20.0):
        body, _, check = line.strip()[1:].partition(b"*")
        assert f"{reduce(xor, body, 0):02X}".encode() == check
        assert len(line) <= 82
        assert line.endswith(b"\r\n")


def test_pynmea2_reads_them(ship: Ship) -> None:
    """A second opinion: the position within a few metres, the heading within half a degree."""
    lines = {line[3:6]: line.decode().strip() for line in said(ship, 2.0) if line[1:3] not in {b"AI", b"GN"}}
    gga, rmc, hdt = (pynmea2.parse(lines[name]) for name in (b"GGA", b"RMC", b"HDT"))
    truth = ship.truth()

    assert gga.latitude == pytest.approx(truth.latitude_deg, abs=1e-4)
    assert rmc.longitude == pytest.approx(truth.longitude_deg, abs=1e-4)
    assert float(rmc.spd_over_grnd) == pytest.approx(truth.sog_kn, abs=0.3)
    assert float(hdt.heading) == pytest.approx(truth.heading_deg, abs=0.5)
    for name in (b"VTG", b"ROT", b"VHW", b"DPT", b"MWV", b"XDR", b"ZDA"):
        assert pynmea2.parse(lines[name]) is not None


@pytest.mark.parametrize("spec", FLEET)
def test_the_agents_reader_finds_every_value_good(spec: VesselSpec) -> None:
    """Nothing rejected, nothing out of range, and the channels that come over NMEA are all there."""
    channels: set[str] = set()
    for line in said(Ship(spec, 42, UTC_NS, Environment(0.1, 0.2, 5.0, 240.0)), 30.0):
        if line.startswith(b"!"):
            continue
        sentence = parse_line(line.strip())
        assert isinstance(sentence, Sentence)
        found = readings(sentence)
        assert isinstance(found, list)
        assert {reading.quality for reading in found} <= {Quality.GOOD}
        channels |= {reading.channel for reading in found}
    wanted = {"NAV_LAT", "NAV_HDG", "NAV_HDM", "NAV_ROT", "NAV_STW", "NAV_DPTK", "WND_AWA", "WND_TWD", "ENV_BARO"}
    assert channels >= wanted | {"NAV_ROLL", "STG_RUD_S", "STG_ORD", "ME_RPM", "GNSS_HDOP", "NAV_UTC", "ENV_SWT"}


def test_rates_are_those_of_the_catalogue(ship: Ship) -> None:
    lines = said(ship, 20.0)
    names = (b"HDT", b"THS", b"ROT", b"RSA", b"RPM", b"MWV")
    count = {name: sum(line[3:6] == name for line in lines) for name in names}
    assert count == {b"HDT": 200, b"THS": 200, b"ROT": 200, b"RSA": 200, b"RPM": 80, b"MWV": 20}
    assert sum(line.startswith(b"$GPGGA") for line in lines) == 20
    assert sum(line.startswith(b"$GNGGA") for line in lines) == 20


def test_the_two_receivers_differ_in_noise(ship: Ship) -> None:
    lines = said(ship, 300.0)
    still = {}
    for talker in ("GP", "GN"):
        places = [float(line.split(b",")[2]) for line in lines if line.startswith(f"${talker}GGA".encode())]
        # Second differences take the ship's own way out.
        steps = zip(places, places[1:], places[2:], strict=False)
        still[talker] = statistics.pstdev(a - 2 * b + c for a, b, c in steps)
    assert still["GN"] > 1.8 * still["GP"]


def test_same_seed_same_words_other_seed_other_words() -> None:
    assert said(Ship(KESTREL, 42, UTC_NS), 5.0) == said(Ship(KESTREL, 42, UTC_NS), 5.0)
    assert said(Ship(KESTREL, 42, UTC_NS), 5.0) != said(Ship(KESTREL, 43, UTC_NS), 5.0)


@pytest.mark.parametrize("name", [instrument.name for instrument in INSTRUMENTS])
def test_silent_is_silent_and_disturbs_no_other(name: str) -> None:
    well, faulty = Ship(KESTREL, 42, UTC_NS), Ship(KESTREL, 42, UTC_NS)
    assert faulty.set_fault(name, "silent")
    source = next(instrument.source for instrument in INSTRUMENTS if instrument.name == name)
    for _ in range(30):
        well.advance(0.1)
        faulty.advance(0.1)
        assert faulty.sentences_due() == [line for line in well.sentences_due() if line.source != source]


def test_frozen_repeats_while_the_clock_runs_on(ship: Ship) -> None:
    said(ship, 1.0)
    ship.set_fault("gps1", "frozen")
    lines = [line.split(b",") for line in said(ship, 10.0) if line.startswith(b"$GPGGA")]
    assert len({line[2] for line in lines}) == 1
    assert len({line[1] for line in lines}) == len(lines)


def test_void_gives_no_value(ship: Ship) -> None:
    for instrument in INSTRUMENTS:
        ship.set_fault(instrument.name, "void")
    lines = [line for line in said(ship, 1.0) if line[3:6] in {b"RMC", b"MWV", b"ROT", b"THS", b"RSA"}]
    assert {line[3:6] for line in lines} == {b"RMC", b"MWV", b"ROT", b"THS", b"RSA"}
    for line in lines:
        assert b",V" in line
        assert b",A" not in line


def test_jumping_is_far_off_and_looks_good(ship: Ship) -> None:
    ship.set_fault("gps1", "jumping")
    places = [pynmea2.parse(line.decode()).latitude for line in said(ship, 30.0) if line.startswith(b"$GPRMC")]
    assert max(places) - min(places) == pytest.approx(0.05, abs=0.005)


def test_faults_are_listed_cleared_and_checked(ship: Ship) -> None:
    assert not ship.set_fault("gps3", "silent")
    assert not ship.set_fault("gps1", "angry")
    assert not ship.set_fault("rudder_stuck", "silent")
    assert ship.set_fault("gyro", "void")
    assert ship.set_fault("rudder_stuck", "on")
    assert ship.faults() == {"gyro": SensorFault.VOID.value, "rudder_stuck": "on"}
    assert ship.clear_fault("gyro")
    assert ship.clear_fault("rudder_stuck")
    assert not ship.clear_fault("gps3")
    assert ship.faults() == {}


def test_own_and_other_ships_on_ais(ship: Ship) -> None:
    traffic = Traffic()
    lines = said(ship, 15.0)
    for _ in range(150):
        traffic.advance(0.1)
        lines += traffic.reports_due(UTC_NS)
    own = [pyais.decode(line) for line in lines if line.startswith(b"!AIVDO,1")]
    assert {message.mmsi for message in own} == {KESTREL.identity.mmsi}
    heard = {pyais.decode(line).mmsi for line in lines if line.startswith(b"!AIVDM,1")}
    assert heard == {entry.identity.mmsi for entry in TRAFFIC}
    parts = [line for line in lines if line.startswith(b"!AIVDM,2")]
    static = pyais.decode(*parts[:2])
    assert isinstance(static, pyais.messages.MessageType5)
    assert static.shipname == TRAFFIC[0].identity.name


def test_a_ship_can_be_put_in_somebodys_way(ship: Ship) -> None:
    """By the control port: at the bearing and distance asked for, on her course, under a number of her own; nine are too many."""
    traffic = Traffic(())
    port = ControlPort(0, {"kestrel": ship}, {}, traffic)
    asked: dict[str, object] = {
        "do": "meet",
        "vessel": "kestrel",
        "bearing_deg": 90.0,
        "range_m": 1852.0,
        "course_deg": 270.0,
    }
    told = port.answer(asked | {"speed_kn": 10.0})
    (guest, fix), *_ = traffic.fixes()
    assert (told["ok"], told["mmsi"]) == (True, guest.identity.mmsi)
    assert fix.latitude_deg == pytest.approx(ship.latitude_deg)
    assert (fix.longitude_deg - ship.longitude_deg) * 60.0 * math.cos(math.radians(fix.latitude_deg)) == pytest.approx(
        1.0
    )
    traffic.advance(360.0)
    assert traffic.fixes()[0][1].longitude_deg == pytest.approx(ship.longitude_deg, abs=1e-4)
    numbers = {port.answer(asked | {"speed_kn": 10.0})["mmsi"] for _ in range(8)}
    assert len(traffic.fixes()) == 8
    assert told["mmsi"] not in numbers
    assert not port.answer(asked | {"speed_kn": -1.0})["ok"]


def test_traffic_stays_at_sea() -> None:
    """Six hours: nobody leaves the box of open water south of 35.04 N."""
    traffic = Traffic()
    for _ in range(6 * 360):
        traffic.advance(10.0)
        for _ship, fix in traffic.fixes():
            assert 34.80 < fix.latitude_deg < 35.06
            assert 128.99 < fix.longitude_deg < 129.40


def test_450_datagrams_are_tagged_and_never_fragmented() -> None:
    line = framed("HEHDT,095.0,T")
    lines = [tagged(line, "HE0001", number) for number in range(1, 101)]
    assert lines[16] == b"\\s:HE0001,n:17*" + f"{reduce(xor, b's:HE0001,n:17', 0):02X}".encode() + b"\\" + line
    packed = datagrams_450(lines)
    assert all(datagram.startswith(b"UdPbC\x00") and len(datagram) <= 1472 for datagram in packed)
    assert b"".join(datagram[6:] for datagram in packed) == b"".join(lines)
    assert datagrams_450([]) == []


@pytest.mark.parametrize(
    ("degrees", "north", "east"),
    [
        (35.5, "3530.00000,N", "03530.00000,E"),
        (-0.25, "0015.00000,S", "00015.00000,W"),
        (34.9999999999, "3500.00000,N", "03500.00000,E"),  # never 60 minutes
    ],
)
def test_degrees_and_minutes(degrees: float, north: str, east: str) -> None:
    assert (latitude(degrees), longitude(degrees)) == (north, east)


def test_the_fleets_numbers_check() -> None:
    assert imo_is_valid(9074729)  # the usual worked example
    assert not imo_is_valid(9074728)
    assert all(spec.identity.imo == 0 or imo_is_valid(spec.identity.imo) for spec in FLEET)
    assert len({spec.identity.mmsi for spec in FLEET}) == len(FLEET)
