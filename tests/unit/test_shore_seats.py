"""One conn per operator and three views beside it; how often an order is sent again (AUT-10, CMD-11)."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from protocols.console.messages import PreviewMessage
from protocols.link import signing
from protocols.link.heartbeats import VesselHeartbeat
from protocols.link.orders import ORDER_KINDS, Order
from protocols.link.signing import Domain
from shoreside.commanding.orders import OrderBook, note_of
from shoreside.commanding.seats import conns_of, may_take, may_watch, with_load
from shoreside.config import AlertLimits, ConfigError, OperatorLoad, parse
from shoreside.live import watch
from shoreside.live.feeds import Feed, Hub
from shoreside.live.fleet import VesselState
from shoreside.station import Station
from shoreside.store.memory import MemoryStore
from tests.shore_kit import LIMITS, NOON_NS, OPERATOR, MemoryPort, SetClock, Ship


def beat_of(station: str, person: str) -> VesselHeartbeat:
    """Return a heartbeat that says who has the conn."""
    beat = VesselHeartbeat.from_bytes(signing.open_envelope(Ship().heartbeat(1)[1]).body)
    authority = dataclasses.replace(beat.authority, station=station, person=person)  # type: ignore[arg-type] # a test's word
    return dataclasses.replace(beat, authority=authority)


def fleet_of(**holders: str) -> dict[str, VesselState]:
    """Return vessels by who has the conn; an empty name: nobody."""
    states = {vessel: VesselState(vessel) for vessel in (*holders, "unheard")}
    for vessel, person in holders.items():
        states[vessel].heartbeat = beat_of("remote" if person else "none", person)
    return states


def order(kind: str, vessel: str = "petrel", person: str = "ann", group: str = "conn") -> Order:
    """Return an order as it is passed on."""
    args = {"level": "setpoint"} if kind == "authority.request" else {}
    return Order(
        "01JD8Z6T5Y9K3B7M2N4P6Q8R0T", vessel, group, kind, dict(args), person, "c", "s", 0, 1, "boot", 1, NOON_NS
    )


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        (order("authority.request"), True), (order("authority.confirm"), True), (order("authority.request", "otter"), False),
        (order("authority.request", person="bob"), False), (order("authority.release"), False), (order("conn.heading"), False),
        (order("authority.request", group="engineering"), False),
    ],
)  # fmt: skip
def test_who_has_a_conn_is_given_no_other(asked: Order, *, refused: bool) -> None:
    """Proves AUT-10: of the conn, by the same person, at another vessel; everything else is passed on."""
    states = fleet_of(otter="ann", petrel="", kestrel="bob")
    reason = may_take(asked, states)
    if asked.person == "bob":
        assert reason is not None  # bob has the kestrel
        return
    assert (reason is not None) is refused
    assert reason is None or (reason.name, reason.rule) == ("conn_elsewhere", "AUT-10")
    assert conns_of("ann", states) == ["otter"]


@pytest.mark.parametrize(
    ("kind", "vessel", "person", "refused"),
    [("authority.request", "petrel", "ann", True), ("authority.request", "otter", "ann", False),
     ("authority.request", "petrel", "sue", False), ("conn.heading", "petrel", "ann", False)],
)  # fmt: skip
def test_who_has_a_conn_is_told_before_he_asks_for_another(
    kind: str, vessel: str, person: str, *, refused: bool
) -> None:
    """Proves AUT-10: the preview of a request says what the request would be told, beside what the ship would say."""
    ship = PreviewMessage(
        type="preview", vessel=vessel, request_id="r", kind=kind, subject="", verdict="allowed", reasons=[]
    )
    told = with_load(ship, person, fleet_of(otter="ann", petrel=""))
    assert (told["verdict"], [reason["rule"] for reason in told["reasons"]]) == (
        ("refused", ["AUT-10"]) if refused else ("allowed", [])
    )
    assert with_load(ship, person, fleet_of(otter="ann", petrel=""), most=2) == ship


def test_an_operator_with_a_conn_watches_three_more_at_most() -> None:
    """Proves AUT-10: the fourth is refused; her own, one in view already, and anybody without a conn are not."""
    states = fleet_of(otter="ann", petrel="", kestrel="", tern="", gannet="", puffin="")
    watched = ["petrel", "kestrel", "tern"]
    refused = may_watch("ann", "gannet", watched, states)
    assert refused is not None
    assert (refused.rule, refused.limit) == ("AUT-10", 3)
    assert may_watch("ann", "otter", watched, states) is None
    assert may_watch("ann", "tern", watched, states) is None
    assert may_watch("ann", "gannet", watched[:2], states) is None
    assert may_watch("vic", "gannet", [*watched, "puffin"], states) is None
    assert may_watch("ann", "gannet", watched, states, most=4) is None


def test_views_are_counted_over_all_consoles_of_a_person() -> None:
    """Proves AUT-10: two consoles of Ann and one of Bob; her own that turns is left out."""
    hub, feeds = Hub(), [Feed(person, f"session-{number}") for number, person in enumerate(("ann", "ann", "bob"))]
    for feed, vessel in zip(feeds, ("otter", "petrel", "kestrel"), strict=True):
        hub.join(feed)
        feed.subscribe(vessel)
    assert hub.views_of("ann", feeds[0]) == ["petrel"]
    assert hub.views_of("bob", feeds[0]) == ["kestrel"]


async def test_the_station_refuses_a_second_conn_ashore() -> None:
    """Proves AUT-10: REFUSED with the reason, and nothing was sent to the ship."""
    ship, port = Ship(), MemoryPort()
    station = Station(SetClock(), port, MemoryStore(), (ship.config(),), LIMITS)
    other = station.downlink.states["otter"] = VesselState("otter")
    other.heartbeat = beat_of("remote", "ann")
    asked = signing.sign(Domain.ORDER, order("authority.request", "kestrel").to_bytes(), OPERATOR)
    passed = await station.relay.pass_order("kestrel", asked, "ann")
    assert (passed.state, [reason.name for reason in passed.reasons]) == ("REFUSED", ["conn_elsewhere"])
    assert port.sent == []


@pytest.mark.parametrize(
    ("trip_ms", "kind", "again_s"),
    [(None, "authority.request", [3, 6]), (80.0, "authority.request", [3, 6]), (599.0, "authority.request", [3, 6]),
     (600.0, "authority.request", [30]), (700.0, "authority.release", [30]), (700.0, "conn.rudder", [])],
)  # fmt: skip
def test_an_order_is_sent_again_as_its_link_allows(trip_ms: float | None, kind: str, again_s: list[int]) -> None:
    """Proves CMD-11: the same bytes, 3 s and 3 tries; over a satellite 30 s and 2, and nothing of direct control."""
    book, asked = OrderBook(), order(kind)
    note = note_of(asked, b"signed", "sent", NOON_NS)
    assert book.sent(note, 0.0, trip_ms)
    seen: list[int] = []
    unknown_s = 0
    for second in range(1, 200):
        again, unknown = book.tick(float(second), NOON_NS)
        seen += [second for each in again if each.signed == b"signed"]
        unknown_s = second if unknown else unknown_s
    assert seen == again_s
    assert unknown_s > 0
    assert ORDER_KINDS[kind].life_s > 0


def test_the_limits_of_a_persons_load_are_the_stations_own() -> None:
    """Proves AUT-10: with two conns allowed the second is passed on, the third is not; the file says how many."""
    states = fleet_of(otter="ann", kestrel="", petrel="")
    assert may_take(order("authority.request"), states, 2) is None
    states["kestrel"].heartbeat = beat_of("remote", "ann")
    reason = may_take(order("authority.request"), states, 2)
    assert reason is not None
    assert (reason.value, reason.limit) == ("otter, kestrel", 2)
    assert "2 at one time are this station's limit" in reason.text

    file = (Path(__file__).parents[2] / "shoreside" / "examples" / "shore.toml").read_text("utf-8")
    assert parse(file, {}, Path()).load == OperatorLoad(1, 3)
    assert parse(file + "\n[operator]\nconns = 2\nmonitors = 5\n", {}, Path()).load == OperatorLoad(2, 5)
    with pytest.raises(ConfigError) as caught:
        parse(file + "\n[operator]\nconns = 0\nmonitors = 2.5\nships = 3\n", {}, Path())
    assert len(caught.value.faults) == 3


def test_the_others_are_told_of_an_operator_who_gives_no_sign_of_life() -> None:
    """An alarm of the shore while his console says so and he has her conn; over when it is silent, or she changes hands."""
    state = fleet_of(otter="ann")["otter"]
    limits = AlertLimits(1e9, 1e9, 1e9)

    def told(now_s: float) -> list[str]:
        made = watch.changes(state, watch.Moment(now_s, 0.0, limits), NOON_NS)
        return [alert["text"] for alert in made if alert["alert_id"] == "shore.seat-silent"]

    assert told(100.0) == []
    state.seat = ("ann", 100.0)
    assert told(115.0) == ["ann has the conn and gives no sign of life at his console"]
    assert told(115.1) == []  # said too long ago: the console is gone, and so is its word
    state.seat = ("bob", 115.0)
    assert told(116.0) == []  # she is ann's


def test_a_console_that_comes_later_hears_of_a_seat_that_gives_no_sign_of_life() -> None:
    """AUT-05: whoever logs in meanwhile, or turns to another view, is told as all others were; without one, of nothing."""
    ship = Ship()
    station = Station(SetClock(), MemoryPort(), MemoryStore(), (ship.config(),), LIMITS)
    state, feed = station.downlink.states["kestrel"], Feed("sue", "log-in")
    state.heartbeat = beat_of("remote", "ann")

    def told() -> list[str]:
        assert station.consoles.subscribe(feed, None)
        return [message["vessel"] for message in feed.take(0) if message["type"] == "alerts"]

    station.hub.join(feed)
    assert told() == []
    state.seat = ("ann", 100.0)
    station.downlink.tick(101.0, NOON_NS)
    feed.take(0)
    assert told() == ["kestrel"]
