"""An offer of the conn between two consoles on real sockets: told to all, answered by one, ended by the ship's own word."""

from __future__ import annotations

import asyncio
import dataclasses
import json
from typing import Any

from argon2 import PasswordHasher
from websockets.asyncio.client import ClientConnection

from protocols.link import signing
from protocols.link.heartbeats import VesselHeartbeat
from shoreside.store.people import Person
from tests.shore_house import House, until

QUICK = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)


async def offers(opened: ClientConnection, state: str) -> Any:
    """Return the next word on offers in which one has this state."""
    while True:
        told: Any = await until(opened, "offers")
        if any(offer["state"] == state for offer in told["offers"]):
            return told


async def say(opened: ClientConnection, act: str, to: str = "", session: str = "s-ann") -> None:
    """Say something about the conn of the kestrel."""
    word = {"type": "offer", "vessel": "kestrel", "act": act, "to": to, "console": "c", "session": session}
    await opened.send(json.dumps(word))


def beat(house: House, seq: int, person: str, session: str) -> None:
    """Let the ship say who has her."""
    topic, signed = house.ship.heartbeat(seq)
    said = VesselHeartbeat.from_bytes(signing.open_envelope(signed).body)
    authority = dataclasses.replace(said.authority, station="remote", person=person, session=session)
    body = dataclasses.replace(said, authority=authority).to_bytes()
    house.port.bring(topic, signing.sign(signing.Domain.VESSEL, body, house.ship.key))


async def test_the_conn_is_offered_accepted_and_taken(house: House) -> None:
    """Proves AUT-03 ashore: refused to a viewer and from a console that has not got it; an offer sends the ship nothing."""
    await house.shore.people.save(Person("bob", "operator", "roc-1", QUICK.hash("correct horse")))
    await house.login("vic", "battery staple")
    async with house.console() as vic:
        await house.login("bob")
        async with house.console() as bob:
            await house.login()
            async with house.console() as ann:
                beat(house, 1, "ann", "s-ann")
                async with asyncio.timeout(10):
                    while house.shore.station.downlink.states["kestrel"].heartbeat is None:  # noqa: ASYNC110
                        await asyncio.sleep(0.01)
                await say(vic, "offer", "bob")
                assert "may not" in str((await until(vic, "problem"))["detail"])
                for act, to, word in (
                    ("accept", "", "stands open"),
                    ("offer", "vic", "no console"),
                    ("hug", "", "none of"),
                ):
                    await say(ann, act, to)
                    assert word in str((await until(ann, "problem"))["detail"])
                await say(ann, "offer", "bob", session="another tab")
                assert "not this console's" in str((await until(ann, "problem"))["detail"])
                await say(ann, "offer", "bob")
                for console in (vic, bob, ann):
                    told = await offers(console, "open")
                    assert told["people"] == ["ann", "bob"]
                await say(bob, "accept")
                accepted = (await offers(ann, "accepted"))["offers"][0]
                assert (accepted["to"], accepted["by_console"]) == ("bob", "c")
                assert not house.port.of("order")
                beat(house, 2, "bob", "s-bob")
                await offers(vic, "taken")
