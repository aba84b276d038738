"""Whose heartbeats count, what one does, and how far apart the clocks may be (FBK-04, AUT-05, CMD-05)."""

from __future__ import annotations

import dataclasses

import pytest

from control.messages import SignedHeartbeat
from protocols.link import cbor, signing
from protocols.link.cbor import Plain
from protocols.link.heartbeats import OperatorHeartbeat
from protocols.link.signing import Domain
from tests.control_rig import KEYS, UTC_NS, VESSEL, Rig, example_config, key_of

NS_PER_S = 1_000_000_000


def manned() -> Rig:
    """Return a ship that ann has, who has just stopped beating by herself."""
    ship = Rig()
    ship.take("ann")
    ship.beating = None
    return ship


def beat_of(ship: Rig, **changes: object) -> OperatorHeartbeat:
    """Return ann's next good beat, changed."""
    beat = OperatorHeartbeat(
        VESSEL, "ann", "console-ann", "session-ann", ship.fencing(), ship.beat_seqs["ann"] + 1, ship.boot_id,
        ship.heard_seq, 0, True, UTC_NS,
    )  # fmt: skip
    return dataclasses.replace(beat, **changes)  # type: ignore[arg-type] # fields of the beat, given by the test


def counted(ship: Rig, encoded: bytes) -> bool:
    """Give a signed beat; return whether it counted, which the silence and the number refused must say alike."""
    beats, refused = ship.supervisor.beats, ship.supervisor.beats.refused_count
    ship.forward(1.0)
    echo = ship.supervisor.link.echo(ship.now_s)[1]
    ship.feed(SignedHeartbeat(encoded))
    counts = ship.supervisor.link.echo(ship.now_s)[1] != echo
    assert beats.refused_count == refused + (0 if counts else 1)
    return counts


def signed(beat: OperatorHeartbeat, seed: int = 1, domain: Domain = Domain.HEARTBEAT) -> bytes:
    """Return the beat signed with the key of this number; 1 is ann's."""
    return signing.sign(domain, beat.to_bytes(), key_of(seed))


NOBODYS: dict[str, dict[str, object]] = {
    "another vessel": {"vessel": "kestrel"}, "another person": {"person": "bob"}, "another console": {"console": "console-x"},
    "another session": {"session": "session-x"}, "a group that she has not got": {"group": "engineering"},
    "a number not given yet": {"fencing": 900}, "an older number": {"fencing": 0},
}  # fmt: skip


@pytest.mark.parametrize("what", NOBODYS)
def test_a_beat_that_is_not_the_holders_own_counts_for_nothing(what: str) -> None:
    """Proves FBK-04, AUT-08: ship, person, console, session, group and number are each enough to make it nobody's."""
    ship = manned()
    assert ship.supervisor.beats.refused_count == 0
    assert not counted(ship, signed(beat_of(ship, **NOBODYS[what])))
    assert counted(ship, signed(beat_of(ship)))


def test_another_key_another_domain_and_noise_count_for_nothing() -> None:
    """Proves CMD-12, FBK-04: an unknown key, bob's, hers for an order, bent bytes, another version, no envelope."""
    ship = manned()
    beat = beat_of(ship)
    bent = signed(beat)[:-1] + b"\x00"
    version = signing.sign(Domain.HEARTBEAT, cbor.encode(cbor.decode_map(beat.to_bytes()) | {"v": 9}), KEYS["ann"])
    for encoded in (
        signed(beat, 77), signed(beat, 2), signed(beat, domain=Domain.ORDER), bent, version, b"", b"\xff" * 40,
    ):  # fmt: skip
        assert not counted(ship, encoded)
    assert ship.supervisor.beats.refused_count == 7
    assert counted(ship, signed(beat))


def test_a_beat_that_comes_again_is_a_replay() -> None:
    """Proves FBK-04: it counts once; the silence is that since it came first."""
    ship = manned()
    beat = beat_of(ship)
    assert counted(ship, signed(beat))
    assert not counted(ship, signed(beat))
    assert ship.supervisor.link.replayed_count == 1


def test_while_nobody_ashore_has_her_no_beat_counts() -> None:
    """Proves FBK-04: before anybody has taken her, and when the bridge has taken her back."""
    ship = Rig()
    ship.beat("ann")
    assert ship.supervisor.beats.refused_count == 1
    ship = manned()
    beat = beat_of(ship)
    ship.bridge("take", person="mate")
    assert not counted(ship, signed(beat))


def test_the_lease_is_renewed_by_a_person_who_is_there() -> None:
    """Proves AUT-05: 15 s after the last beat with somebody before the screen the conn is lost, though the console beats on."""
    for present, holds in ((True, True), (False, False)):
        ship = manned()
        for _ in range(18):
            ship.beat("ann", present=present)
            ship.forward(1.0)
        assert ship.supervisor.beats.refused_count == 0
        assert (ship.step == "L0") is holds


def test_a_backlog_renews_the_lease_from_when_he_was_there() -> None:
    """Proves AUT-05: a beat with somebody there that was held up for twelve seconds leaves him three, not fifteen."""
    ship = manned()
    # She is heard at once, and what he says then is held up; meanwhile nothing else comes.
    late = beat_of(ship)
    ship.forward(12.0)
    ship.feed(SignedHeartbeat(signed(late)))
    ends_s = ship.supervisor.authority.lease_ends_s() - ship.now_s
    assert 2.0 < ends_s <= 4.0
    # One that comes at once is good for the whole fifteen, and an older word does not shorten it.
    ship.beat("ann", seq=late.seq + 2)
    assert ship.supervisor.authority.lease_ends_s() - ship.now_s == pytest.approx(15.0, abs=0.3)
    ship.feed(SignedHeartbeat(signed(beat_of(ship, seq=late.seq + 3, echo_seq=late.echo_seq, echo_held_ms=0))))
    assert ship.supervisor.authority.lease_ends_s() - ship.now_s == pytest.approx(15.0, abs=0.3)


@pytest.mark.parametrize("changes", [{"echo_seq": 9999}, {"boot_id": "an earlier one"}])
def test_a_beat_that_echoes_nothing_of_hers_renews_no_lease(changes: dict[str, object]) -> None:
    """Proves AUT-05, FBK-04: nobody can tell when it was made; the console is heard, and its operator is not there for it."""
    ship = manned()
    before_s = ship.supervisor.authority.lease_ends_s()
    for _ in range(5):
        ship.forward(1.0)
        ship.beat("ann", **changes)
    assert ship.supervisor.beats.refused_count == 0
    assert ship.supervisor.authority.lease_ends_s() == before_s
    # Negative control: the same beats with an echo.
    ship.beat("ann")
    assert ship.supervisor.authority.lease_ends_s() > before_s + 4.0


@pytest.mark.parametrize(("deaf_s", "hears"), [(0.0, True), (-1.0, True), (0.001, False), (5.0, False)])
def test_until_the_end_of_a_drill_nothing_is_heard(deaf_s: float, *, hears: bool) -> None:
    """Proves FBK-04: dense at the moment; a beat that is not heard is none that was refused."""
    ship = manned()
    beats = ship.supervisor.beats
    assert beats.deaf_until_s == 0.0
    beats.deaf_until_s = ship.now_s + deaf_s
    echo = ship.supervisor.link.echo(ship.now_s)[1]
    ship.beat("ann")
    assert (ship.supervisor.link.echo(ship.now_s)[1] != echo) is hears
    assert beats.refused_count == 0


def clocks(ship: Rig) -> list[dict[str, Plain]]:
    """Return what was told of the clocks."""
    return [event.body for event in ship.events if event.kind == "clocks"]


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("trip_ms", [None, 0.0, 600.0])
def test_the_clocks_part_beyond_two_seconds_and_meet_within_one_and_a_half(sign: int, trip_ms: float | None) -> None:
    """Proves CMD-05: dense at both limits, to either side; half of the round trip is the beat's way and no error of a clock."""
    ship = manned()
    way_ns = round((trip_ms or 0.0) / 2.0 * 1e6)

    def hear(apart_s: float) -> list[object]:
        ship.supervisor.link.round_trip_ms = trip_ms
        ship.beat("ann", issued_utc_ns=UTC_NS - way_ns - sign * round(apart_s * NS_PER_S), echo_seq=9999)
        return [body["state"] for body in clocks(ship)]

    assert hear(1.999) == []
    assert hear(2.0) == []
    assert not ship.supervisor.beats.clocks_apart
    assert hear(2.001) == ["apart"]
    assert ship.supervisor.beats.clocks_apart
    assert hear(1.9) == ["apart"]  # it does not flutter at the limit
    assert hear(1.501) == ["apart"]
    assert hear(1.5) == ["apart", "together"]
    assert not ship.supervisor.beats.clocks_apart
    assert hear(1.6) == ["apart", "together"]
    assert clocks(ship)[0] == {
        "state": "apart", "apart_s": sign * 2.001, "limit_s": 2.0, "ship_utc_ns": UTC_NS,
        "shore_utc_ns": UTC_NS - way_ns - sign * 2_001_000_000, "console": "console-ann",
    }  # fmt: skip


def test_a_clock_that_never_was_set_is_told_to_the_second() -> None:
    """Proves CMD-05: the shore's machine stands at 1970: nearly fifty-seven years, and no second more."""
    ship = manned()
    ship.supervisor.link.round_trip_ms = None
    ship.beat("ann", issued_utc_ns=0, echo_seq=9999)
    assert clocks(ship)[0]["apart_s"] == 1_790_000_000.0


def test_the_round_trip_is_measured_in_the_ships_own_milliseconds() -> None:
    """Proves FBK-04: sent at a moment, echoed 0.8 s later of which the console held it 0.3 s: half a second."""
    ship = manned()
    ship.supervisor.sent(500, round(ship.now_s * 1000))
    ship.now_s += 0.8
    ship.beat("ann", echo_seq=500, echo_held_ms=300)
    assert ship.supervisor.link.round_trip_ms == pytest.approx(500.0, abs=1.0)
    other = manned()
    other.supervisor.sent(500, round(other.now_s * 1000))
    other.now_s += 0.8
    other.beat("ann", echo_seq=500, echo_held_ms=300, boot_id="boot-before")
    assert other.supervisor.link.round_trip_ms != pytest.approx(500.0, abs=1.0)


def test_the_engineers_beats_keep_the_machines_and_not_the_conn() -> None:
    """Proves AUT-01, AUT-05: each group has its own watch: mia's beats count for hers alone."""
    ship = Rig()
    ship.say("authority.request", {"level": "setpoint"}, "mia", group="engineering")
    ship.bridge("grant")
    ship.say("authority.confirm", {}, "mia", group="engineering")
    ship.beat("mia", group="engineering")
    watched = {name: group.link.echo(ship.now_s)[0] for name, group in ship.supervisor.groups.items()}
    assert watched == {"conn": "", "engineering": "session-mia"}
    assert ship.supervisor.beats.refused_count == 0
    ship.beat("mia", fencing=ship.fencing("engineering"))
    assert ship.supervisor.beats.refused_count == 1


def test_a_ship_without_machines_to_order_takes_a_beat_for_them_as_nobody_s() -> None:
    """Proves FBK-04: a group that she has not got is refused like any other beat, and she goes on."""
    ship = Rig(config=dataclasses.replace(example_config(), machinery=()))
    ship.take("ann")
    ship.beat("mia", group="engineering")
    assert ship.supervisor.beats.refused_count == 1
    ship.forward(5.0)
    assert ship.step == "L0"
