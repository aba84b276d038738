"""Keys that are lost, renewed and run out while a ship is under way, with her link up and with it down (CMD-12, AUT-07)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from protocols.link import signing
from protocols.link.roster import Grant, Roster, RosterEntry
from protocols.link.signing import Domain
from shoreside.ports import Word
from simulators import commissioning
from simulators.commissioning import PEOPLE, ROC, YEAR_NS, key_of
from simulators.loop import START_UTC_NS, run
from simulators.operators import Operator, RefusedError
from simulators.world import World

SHIP, SEED = "otter", 11
NS = 1_000_000_000
WAY_S = 2.0
"""Longest way of a word from the station to the ship: it is sent with the next round of its outbox."""
BEAT_S = 1.2
"""One heartbeat and the way to the ship."""


def roster(version: int, **changed: tuple[str, int] | None) -> bytes:
    """Return the Master's roster; `person=None` leaves one out, `person=(key name, seconds valid from the start)` changes one."""
    entries: list[RosterEntry] = []
    for person, (role, rights) in PEOPLE.items():
        change = changed.get(person, (person, YEAR_NS // NS))
        if change is not None:
            key, until_s = change
            public = signing.public_bytes(key_of(SEED, key))
            entries.append(
                RosterEntry(person, role, ROC, "", public, rights, START_UTC_NS - YEAR_NS, START_UTC_NS + until_s * NS)
            )
    return signing.sign(Domain.ROSTER, Roster(SHIP, version, tuple(entries)).to_bytes(), key_of(SEED, "master"))


def grant(version: int, until_s: int) -> bytes:
    """Return a grant of the conn that ends so many seconds after the start of the world."""
    made = Grant(SHIP, f"{SHIP}-world", "kim", (ROC,), ("conn",), ("setpoint",), START_UTC_NS - YEAR_NS,
                 START_UTC_NS + until_s * NS, version)  # fmt: skip
    return signing.sign(Domain.GRANT, made.to_bytes(), key_of(SEED, "master"))


async def send(world: World, what: Word, signed: bytes) -> None:
    """Have the station take a word of the Master, as `farhelm keys send` does."""
    before = roster_version(world)
    await world.station.take_word(what, signed)
    if what == "roster":
        await world.until(lambda: roster_version(world) > before, WAY_S, "the roster is aboard")
    else:
        await world.forward(WAY_S)


def roster_version(world: World) -> int:
    """Return the version of the roster in force aboard."""
    return world.vessels[SHIP].safety.supervisor.facts(world.clock.now_s()).roster_version


def put_aboard(world: World, name: str, signed: bytes) -> dict[str, object]:
    """Copy a file to its place aboard, as from a stick in the Master's hand, and say so at the panel."""
    place: Path | None = getattr(world.vessels[SHIP].safety._config, name)
    assert place is not None
    place.write_bytes(signed)
    return world.vessels[SHIP].bridge.say(do="read_keys", person="mate")


def refused_beats(world: World) -> int:
    """Return how many heartbeats of operators the ship has refused."""
    supervisor = world.vessels[SHIP].safety.supervisor
    return supervisor.beats.refused_count  # type: ignore[union-attr]


def step(world: World) -> str:
    """Return the ship's step of the ladder."""
    return str(world.vessels[SHIP].safety.supervisor.facts(world.clock.now_s()).step)


def sailing(story: Callable[[World, Operator], Awaitable[None]]) -> None:
    """Run a story aboard an otter whose conn Ann has."""

    async def voyage() -> None:
        async with World(seed=SEED) as world:
            ann = world.operator("ann", SHIP)
            await ann.take()
            await story(world, ann)

    run(voyage())


async def last_word(ann: Operator, heading_deg: float) -> tuple[str, set[str]]:
    """Order a heading; return what became of it, and the rules named."""
    told = await ann.outcome(await ann.order("conn.heading", heading_deg=heading_deg), 90)
    return told["state"], {reason["rule"] for reason in told["reasons"]}


@pytest.mark.parametrize("is_revoked", [True, False], ids=["revoked", "control: not revoked"])
def test_a_stolen_console_is_locked_out_within_one_heartbeat_of_the_new_roster(is_revoked: bool) -> None:
    """Proves CMD-12 over the link: sent, the next heartbeat and the next order are worth nothing, and the ladder begins."""

    async def story(world: World, ann: Operator) -> None:
        await send(world, "roster", roster(2, ann=None) if is_revoked else roster(2))
        before = refused_beats(world)
        await world.forward(BEAT_S)
        assert (refused_beats(world) > before) == is_revoked
        state, rules = await last_word(ann, 100.0)
        assert (state, "CMD-12" in rules) == (("REJECTED", True) if is_revoked else ("SUCCEEDED", False))
        await world.forward(5)
        assert (step(world) >= "L2") == is_revoked

    sailing(story)


@pytest.mark.parametrize("is_read", [True, False], ids=["put aboard", "control: not read"])
def test_a_stolen_console_is_locked_out_aboard_while_the_link_is_down(is_read: bool) -> None:
    """Proves CMD-12, AUT-06: a roster from the Master's hand is in force at the mate's word; no link, no restart."""

    async def story(world: World, ann: Operator) -> None:
        world.cut(SHIP)
        await world.forward(3)
        place = world.vessels[SHIP].safety._config.roster
        assert place is not None
        if is_read:
            assert put_aboard(world, "roster", roster(2, ann=None)) == {
                "answer": "read_keys", "ok": True, "roster_version": 2, "grant_version": 1, "reasons": []
            }  # fmt: skip
        else:
            place.write_bytes(roster(2, ann=None))
        # The link comes back before any shore could have told her, and the thief's page is still open.
        before = refused_beats(world)
        world.restore(SHIP)
        await world.forward(5)
        assert (refused_beats(world) > before) == is_read
        state, rules = await last_word(ann, 100.0)
        assert ("CMD-12" in rules) == is_read, (state, rules)
        # The others have lost nothing: Bob asks, and the bridge gives her to him.
        if is_read:
            bob = world.operator("bob", SHIP)
            world.vessels[SHIP].bridge.say(do="take", person="mate")
            await bob.take()
            assert (await last_word(bob, 100.0))[0] == "SUCCEEDED"

    sailing(story)


def test_a_key_is_renewed_under_way() -> None:
    """Proves CMD-12: with the next roster the old key of the same person is worth nothing; the new one takes the conn anew."""

    async def story(world: World, ann: Operator) -> None:
        await send(world, "roster", roster(2, ann=("ann renewed", YEAR_NS // NS)))
        old, ann.key = ann.key, key_of(SEED, "ann renewed")
        # What was taken with a key that no longer counts is not steered on with another.
        told = await ann.outcome(await ann.order("conn.heading", heading_deg=100.0), 90)
        assert [reason["name"] for reason in told["reasons"]] == ["holder_key_gone"]
        world.vessels[SHIP].bridge.say(do="take", person="mate")
        await ann.take()
        assert await last_word(ann, 100.0) == ("SUCCEEDED", set())
        ann.key = old
        assert await last_word(ann, 110.0) == ("REJECTED", {"CMD-12"})

    sailing(story)


@pytest.mark.parametrize("link", ["up", "down"])
def test_a_key_that_runs_out_is_nobodys_from_that_second(link: str) -> None:
    """Proves CMD-12: by the ship's own clock, whoever could tell her; a year's key goes on."""

    async def story(world: World, ann: Operator) -> None:
        ends_s = (world.clock.utc_ns() - START_UTC_NS) // NS + 20
        if link == "down":
            world.cut(SHIP)
            assert put_aboard(world, "roster", roster(2, ann=("ann", ends_s)))["ok"]
            world.restore(SHIP)
        else:
            await send(world, "roster", roster(2, ann=("ann", ends_s)))
        await world.forward(15)
        before = refused_beats(world)
        assert step(world) == "L0"
        await world.forward(5 + BEAT_S)
        assert refused_beats(world) > before
        state, rules = await last_word(ann, 100.0)
        assert (state, "CMD-12" in rules) == ("REJECTED", True)

    sailing(story)


def test_a_grant_that_runs_out_ends_remote_control_in_words() -> None:
    """Proves AUT-07: renewed by the Master's hand with the link down, the shore can ask again; an older one is not taken."""

    async def story(world: World, ann: Operator) -> None:
        ends_s = (world.clock.utc_ns() - START_UTC_NS) // NS + 10
        await send(world, "grant", grant(2, ends_s))
        await world.forward(12)
        state, rules = await last_word(ann, 100.0)
        assert (state, "AUT-07" in rules) == ("REJECTED", True)
        world.cut(SHIP)
        world.vessels[SHIP].bridge.say(do="take", person="mate")
        assert not put_aboard(world, "grant", grant(1, YEAR_NS // NS))["ok"]
        world.restore(SHIP)
        await world.forward(3)
        with pytest.raises(RefusedError, match="grant"):
            await ann.take()
        told = put_aboard(world, "grant", grant(3, YEAR_NS // NS))
        assert (told["ok"], told["roster_version"], told["grant_version"]) == (True, 1, 3)
        await ann.take()
        assert (await last_word(ann, 100.0))[0] == "SUCCEEDED"

    sailing(story)


def test_what_is_not_the_masters_or_not_newer_is_said_at_the_panel() -> None:
    """A roster that somebody else signed, and the one that is in force already: not taken, with the version that stands."""

    async def story(world: World, ann: Operator) -> None:
        forged = signing.sign(Domain.ROSTER, Roster(SHIP, 9, ()).to_bytes(), key_of(SEED, "ann"))
        for signed in (forged, b"", commissioning.roster(SEED, SHIP)):
            answer = put_aboard(world, "roster", signed)
            assert (answer["ok"], answer["roster_version"]) == (False, 1)
            assert "nothing newer than roster 1" in str(answer["reasons"])
        assert (await last_word(ann, 100.0))[0] == "SUCCEEDED"

    sailing(story)
