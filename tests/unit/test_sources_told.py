"""Which source each value is taken from is told by the ship and shown ashore, and what was not told is not guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from protocols.link import signing
from protocols.link.birth import Birth
from protocols.link.cbor import Plain
from protocols.link.events import Event
from protocols.nmea0183.framing import framed
from shipside import config
from shipside.collector import Collector
from shipside.config.link import BEARERS
from shipside.storage.spool import Spool
from shoreside.downlink import Downlink
from shoreside.live.event_lines import event_text
from shoreside.live.feeds import Feed, Hub
from shoreside.live.sources import SOURCE_LENGTH_MAX, sourced
from shoreside.store.memory import MemoryStore
from telemetry.source_telling import CHANNELS_AT_ONCE, TELL_EVERY_S, SourceTelling
from tests.agent_kit import TCP, agent_toml
from tests.shore_kit import LIMITS, NOON_NS, OPERATOR, MemoryPort, SetClock, Ship

RANKED = '[sources]\nhold_off_s = 5.0\n"*" = ["gyro1", "gyro2"]\n'
SCAN_S = BEARERS["lte"].scan_s


class _Aboard:
    """A collector whose loop is turned by hand, with two gyros, the first ranked before the second."""

    def __init__(self, folder: Path) -> None:
        inputs = TCP.format("gyro1", 1) + TCP.format("gyro2", 2)
        loaded = config.load(agent_toml(folder, 1883, inputs + RANKED), {})
        self.clock, self.port, self.spool = SetClock(), MemoryPort(connected=True), Spool(":memory:", 10**8, 1)
        self.collector = Collector(
            loaded, self.clock, self.port, [], [], self.spool, OPERATOR, "boot-1", lambda *_, **__: None
        )

    def sail(self, seconds: float, *speaking: str) -> None:
        """Collect for some time, in which the gyros of `speaking` give a heading before each scan, and one of them the time."""
        for _ in range(round(seconds / SCAN_S)):
            self.clock.s += SCAN_S
            for gyro in speaking:
                self.collector.listening.take_line(gyro, framed(f"HEHDT,{self.clock.s % 360:.1f},T"))
                self.collector.listening.take_line(gyro, framed(self._moment()))
            self.collector._scan(self.clock.s + 1e-6)

    def _moment(self) -> str:
        """Return the date and time of now as a receiver tells it."""
        now = datetime.fromtimestamp(self.clock.utc_ns() / 1e9, UTC)
        return f"GPZDA,{now:%H%M%S}.00,{now:%d,%m,%Y},00,00"

    def told(self, channel: str, since: int = 0) -> list[str]:
        """Return what the events above a sequence say of a channel's source, in order."""
        said: list[str] = []
        for event in self.events(since):
            now = event.body.get("now")
            for source, channels in now.items() if isinstance(now, dict) else ():
                if isinstance(channels, list) and channel in channels:
                    said.append(f"now {source}")
            if event.body.get("channel") == channel:
                said.append(f"{event.body['from']} to {event.body['to']}")
        return said

    def events(self, since: int = 0) -> list[Event]:
        """Return the events of kind `source` above a sequence."""
        kept = [Event.from_bytes(signing.open_envelope(signed).body) for _, _, signed in self.spool.events(1000)]
        return [event for event in kept if event.kind == "source" and event.seq > since]

    def last(self) -> int:
        """Return the sequence of the last event."""
        return max((event.seq for event in self.events()), default=0)


async def test_aboard_the_source_of_each_channel_is_told_after_the_start_at_each_change_and_after_each_birth(
    tmp_path: Path,
) -> None:
    """A gyro is left and comes back: each time the new source is told; the negative control is a gyro nobody believes."""
    aboard = _Aboard(tmp_path)
    # The first gyro speaks: it is told, of the heading and of the time alike, with the start's other channels in one event.
    aboard.sail(12, "gyro1")
    assert aboard.told("NAV_HDG") == ["now gyro1/HE"]
    assert aboard.told("NAV_UTC") == ["now gyro1/GP"]
    # The control: a second one beside it is not believed, and while nothing changes nothing is told, however long.
    start = aboard.last()
    aboard.sail(60, "gyro1", "gyro2")
    assert aboard.told("NAV_HDG", start) == []
    assert aboard.told("NAV_UTC", start) == []
    # It falls silent: the other is told once. It is back for the hold-off: it is told again.
    aboard.sail(20, "gyro2")
    assert aboard.told("NAV_HDG", start) == ["gyro1/HE to gyro2/HE"]
    assert aboard.told("NAV_UTC", start) == ["gyro1/GP to gyro2/GP"]
    aboard.sail(20, "gyro1", "gyro2")
    assert aboard.told("NAV_HDG", start) == ["gyro1/HE to gyro2/HE", "gyro2/HE to gyro1/HE"]
    # Born again, she tells all of it anew as it is then, once.
    aboard.sail(20, "gyro2")
    before = aboard.last()
    await aboard.collector._announce()
    aboard.sail(30, "gyro2")
    assert aboard.told("NAV_HDG", before) == ["now gyro2/HE"]
    assert aboard.told("NAV_UTC", before) == ["now gyro2/GP"]


def test_what_is_told_is_gathered_and_bounded_and_a_change_that_was_told_is_not_told_again() -> None:
    telling = SourceTelling()
    believed = {f"C{number}": "plc" for number in range(CHANNELS_AT_ONCE + 10)}
    assert len(telling.tick(believed, 0.0)["plc"]) == CHANNELS_AT_ONCE
    assert len(telling.tick(believed, 0.1)["plc"]) == 10
    # A channel first heard now waits for the others of ten seconds; one whose change has been told is not told again.
    believed |= {"LATE": "gyro/HE", "C1": "spare"}
    telling.switched("C1", "spare")
    assert telling.tick(believed, 0.1 + TELL_EVERY_S / 2) == {}
    assert telling.tick(believed, 0.1 + TELL_EVERY_S) == {"gyro/HE": ["LATE"]}
    # While nothing is new it is not looked at more often either: on a ship with 1,000 channels a look is not free.
    assert telling.tick(believed, 30.0) == {}
    assert not telling.is_due(30.0 + TELL_EVERY_S - 0.1)
    assert telling.is_due(30.0 + TELL_EVERY_S)
    # A change whose own event was lost in a flutter is made good.
    believed["C2"] = "spare"
    assert telling.tick(believed, 60.0) == {"spare": ["C2"]}
    assert telling.tick(believed, 90.0) == {}


def _station(ship: Ship) -> tuple[Downlink, Feed]:
    hub = Hub()
    downlink = Downlink((ship.config(),), LIMITS, hub)
    downlink.receive(*ship.birth(), 100.0, NOON_NS)
    feed = Feed("ann", "session-1")
    feed.subscribe(ship.vessel)
    hub.join(feed)
    feed.take(0)
    return downlink, feed


def _shown(feed: Feed) -> dict[str, list[str]] | None:
    """Return the sources last sent to a console since it was asked before; None where there were none."""
    sent = [message["sources"] for message in feed.take(0) if message["type"] == "sources"]
    return sent[-1] if sent else None


NOW: dict[str, Plain] = {"now": {"gyro1/HE": ["NAV_HDG"], "fore/GP": ["NAV_LAT", "NAV_LON"]}}


def test_ashore_the_console_is_told_the_sources_and_each_change_and_a_new_birth_forgets_them() -> None:
    """The controls: a value by hand and an unknown channel change nothing; an old ship tells nothing, and nothing is shown."""
    ship = Ship()
    downlink, feed = _station(ship)
    assert downlink.states["kestrel"].sources == {}
    downlink.receive(*ship.event(1, "source", NOW), 101.0, NOON_NS)
    assert _shown(feed) == {"gyro1/HE": ["NAV_HDG"], "fore/GP": ["NAV_LAT", "NAV_LON"]}
    downlink.receive(
        *ship.event(2, "source", {"channel": "NAV_LAT", "from": "fore/GP", "to": "aft/GN"}), 102.0, NOON_NS
    )
    assert _shown(feed) == {"gyro1/HE": ["NAV_HDG"], "aft/GN": ["NAV_LAT"], "fore/GP": ["NAV_LON"]}
    by_hand: dict[str, Plain] = {"channel": "NAV_HDG", "from": "", "to": "manual/ann", "value": 9.0, "person": "ann"}
    for seq, body in enumerate(
        (by_hand, {"channel": "NAV_HDG", "from": "a", "to": ""}, {"now": [1]}, {"now": {"x": "y"}}), 3
    ):
        downlink.receive(*ship.event(seq, "source", body), 103.0, NOON_NS)
        assert _shown(feed) is None
    downlink.receive(*ship.event(9, "source", {"channel": "NOT_HERS", "from": "a", "to": "b"}), 104.0, NOON_NS)
    downlink.receive(*ship.event(10, "source", {"channel": "NAV_HDG", "from": "a", "to": "x" * 500}), 104.0, NOON_NS)
    assert downlink.states["kestrel"].sources == {
        "NAV_HDG": "x" * SOURCE_LENGTH_MAX, "NAV_LAT": "aft/GN", "NAV_LON": "fore/GP",
    }  # fmt: skip
    # The same birth again (the broker keeps it) changes nothing; a new one, of a release that tells nothing, forgets all.
    topic, payload = ship.birth()
    downlink.receive(topic, payload, 105.0, NOON_NS)
    assert len(downlink.states["kestrel"].sources) == 3
    born = Birth.from_bytes(payload)
    downlink.receive(topic, replace(born, utc_ns=born.utc_ns + 1).to_bytes(), 106.0, NOON_NS)
    assert _shown(feed) == {}


async def test_a_shore_begun_anew_has_the_sources_of_since_the_last_birth_from_the_stored_events() -> None:
    """The control: with the birth after the events, as of a ship that went back to an earlier release, none is known."""
    ship, store = Ship(), MemoryStore()
    downlink, _ = _station(ship)
    downlink.receive(*ship.event(1, "source", NOW), 101.0, NOON_NS)
    downlink.receive(
        *ship.event(2, "source", {"channel": "NAV_HDG", "from": "gyro1/HE", "to": "gyro2/HE"}), 102.0, NOON_NS
    )
    work = downlink.pending.take()
    assert work is not None
    await store.commit(work)

    known = await store.load()
    begun = Downlink((ship.config(),), LIMITS, Hub())
    begun.recall(known)
    topic, payload = ship.birth()
    begun.receive(topic, payload, 200.0, NOON_NS)  # kept by the broker
    assert begun.states["kestrel"].sources == {"NAV_HDG": "gyro2/HE", "NAV_LAT": "fore/GP", "NAV_LON": "fore/GP"}

    born = Birth.from_bytes(payload)
    late = Downlink((ship.config(),), LIMITS, Hub())
    late.recall(replace(known, births={"kestrel": replace(born, utc_ns=NOON_NS + 10**12).to_bytes()}))
    assert late.states["kestrel"].sources == {}
    # A store that comes late: what was heard since stands, what was not heard comes from it.
    heard = Downlink((ship.config(),), LIMITS, Hub())
    heard.receive(topic, payload, 200.0, NOON_NS)
    heard.receive(
        *ship.event(3, "source", {"channel": "NAV_HDG", "from": "gyro2/HE", "to": "gyro3/HE"}), 201.0, NOON_NS
    )
    heard.recall(known)
    assert heard.states["kestrel"].sources == {"NAV_HDG": "gyro3/HE", "NAV_LAT": "fore/GP", "NAV_LON": "fore/GP"}


def test_the_line_of_the_list_says_how_many_channels_come_from_which_source() -> None:
    assert event_text(Event("g", "b", 1, 0, 0, "source", NOW)) == "Sources in use: gyro1/HE (1), fore/GP (2)"


def test_a_replay_is_told_what_held_at_its_beginning_and_each_change_after_it() -> None:
    """Two starts of the agent: of the former nothing holds after the first telling of the later; a value by hand is no source."""
    events: list[tuple[int, str, dict[str, Plain]]] = [
        (1000, "boot-1", {"now": {"gyro1": ["NAV_HDG"], "log": ["NAV_SOG", "NAV_STW"]}}),
        (2000, "boot-1", {"channel": "NAV_HDG", "from": "gyro1", "to": "gyro2"}),
        (2500, "boot-1", {"channel": "NAV_HDG", "to": "manual", "person": "ann"}),
        (3000, "boot-2", {"now": {"gyro1": ["NAV_HDG"]}}),
    ]
    at_2200 = {"utc_ms": 2200, "is_whole": True, "sources": {"NAV_HDG": "gyro2", "NAV_SOG": "log", "NAV_STW": "log"}}
    restarted = {"utc_ms": 3000, "is_whole": True, "sources": {"NAV_HDG": "gyro1"}}
    assert sourced(events, 2200) == [at_2200, restarted]
    assert sourced(events, 1500)[1] == {"utc_ms": 2000, "is_whole": False, "sources": {"NAV_HDG": "gyro2"}}
    assert sourced(events, 4000) == [{**restarted, "utc_ms": 4000}]
    assert sourced(events, 500)[0] == {"utc_ms": 500, "is_whole": True, "sources": {}}
