"""The admin view's part of the API: who sees it, what is told, what may be ended, and that everything done is kept."""

from __future__ import annotations

import asyncio
import dataclasses
from typing import Any

import pytest
from argon2 import PasswordHasher
from websockets.exceptions import ConnectionClosed

from protocols.link import signing, topics
from protocols.link.events import Event
from protocols.link.heartbeats import VesselHeartbeat
from protocols.link.roster import Grant
from shoreside.api.processes import told as own_word
from shoreside.store.administration import Act
from shoreside.store.people import Person
from tests.shore_house import House, is_problem, until
from tests.shore_kit import MASTER, NOON_NS

QUICK = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
PATHS = ("people", "vessels", "station")


async def admin(house: House, what: str) -> Any:
    """Return what an administrator is told."""
    answer = await house.http.get(f"/api/v1/admin/{what}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def enter(house: House, name: str, role: str) -> dict[str, str]:
    """Log somebody of a role in; return the cookies."""
    await house.shore.people.save(Person(name, role, "roc-1", QUICK.hash("correct horse")))
    house.http.cookies.clear()
    assert (await house.login(name)).status_code == 200
    return dict(house.http.cookies)


async def end(house: House, person: str, session: str) -> Any:
    """Ask for a session to be ended."""
    return await house.http.delete(f"/api/v1/admin/people/{person}/sessions/{session}", headers=house.origin)


def beat_of(house: House, seq: int, station: str, person: str) -> tuple[str, bytes]:
    """Return a heartbeat that says who has the conn."""
    topic, signed = house.ship.heartbeat(seq)
    beat = VesselHeartbeat.from_bytes(signing.open_envelope(signed).body)
    authority = dataclasses.replace(beat.authority, station=station, person=person)  # type: ignore[arg-type] # a test's word
    made = dataclasses.replace(beat, authority=authority, roster_version=7)
    return topic, signing.sign(signing.Domain.VESSEL, made.to_bytes(), house.ship.key)


async def test_only_supervisor_maintainer_and_master_see_it(house: House) -> None:
    """Every other role is refused each part of it, and so is nobody at all; none of the refused ends a session."""
    for path in PATHS:
        is_problem(await house.http.get(f"/api/v1/admin/{path}"), 401)
    for role in ("viewer", "analyst", "operator", "supervisor", "maintainer", "master"):
        await enter(house, f"one-{role}", role)
        for path in PATHS:
            answer = await house.http.get(f"/api/v1/admin/{path}")
            assert answer.status_code == (200 if role in ("supervisor", "maintainer", "master") else 403), (role, path)
        if role in ("viewer", "analyst", "operator"):
            is_problem(await end(house, "one-viewer", "all"), 403)


async def test_a_session_is_ended_at_once_and_it_is_kept_who_did_it(house: House) -> None:
    """The socket closes, the cookie is worth nothing; unknown sessions are none; no secret is in what is told."""
    anns = await enter(house, "ann", "operator")
    async with house.console() as opened:
        await until(opened, "welcome")
        await enter(house, "sue", "supervisor")
        told = {one["person"]: one for one in (await admin(house, "people"))["people"]}
        (session,) = told["ann"]["sessions"]
        assert (told["ann"]["consoles"], told["ann"]["programs"][0]) == (1, "master")
        assert not {"password_hash", "totp_secret", "token"} & told["ann"].keys()
        assert anns["farhelm"] not in str(told)
        is_problem(await end(house, "ann", "00" * 32), 404)
        is_problem(await end(house, "ann", "no hex"), 404)
        assert (await end(house, "ann", session["id"])).status_code == 204
        with pytest.raises(ConnectionClosed):
            await until(opened, "never")
    act = (await admin(house, "station"))["acts"][0]
    assert (act["person"], act["role"], act["what"], act["whom"]) == ("sue", "supervisor", "sessions", "ann")
    house.http.cookies.clear()
    house.http.cookies.update(anns)
    is_problem(await house.http.get("/api/v1/me"), 401)


async def test_who_has_a_conn_keeps_the_session(house: House) -> None:
    """Ended under way, heartbeats would stop and the ship fall down the ladder; once she has let go, it can be ended.

    Proves AUT-05: no lease lapses by a word of an administrator.
    """
    await enter(house, "ann", "operator")
    await enter(house, "max", "maintainer")
    house.port.bring(*beat_of(house, 1, "remote", "ann"))
    async with asyncio.timeout(10):
        while house.shore.station.downlink.states["kestrel"].heartbeat is None:  # noqa: ASYNC110 - the port has no event
            await asyncio.sleep(0.01)
    assert "kestrel" in is_problem(await end(house, "ann", "all"), 409)
    house.port.bring(*beat_of(house, 2, "none", ""))
    async with asyncio.timeout(10):
        while (await end(house, "ann", "all")).status_code == 409:  # noqa: ASYNC110 - asked over HTTP
            await asyncio.sleep(0.05)
    assert len([act for act in (await admin(house, "station"))["acts"] if act["what"] == "sessions"]) == 1


async def test_words_ashore_stand_beside_what_the_ship_has_told(house: House) -> None:
    """Catalogue, roster and grant: the version ashore, the version she told last, and what she answered."""
    grant = Grant("kestrel", "g", "kim", ("roc-1",), ("conn",), ("setpoint",), 0, 2 * NOON_NS, 3)
    word = await house.shore.station.take_word("grant", signing.sign(signing.Domain.GRANT, grant.to_bytes(), MASTER))
    assert word.version > 0
    house.port.bring(*beat_of(house, 1, "none", ""))
    body: dict[str, Any] = {"what": "grant", "version": 2, "result": "revoked", "detail": "aboard by mate"}
    event = Event("kestrel", house.ship.boot_id, 1, 1000, NOON_NS, "roster", body)
    house.port.bring(
        house.ship.topic(topics.EVENT), signing.sign(signing.Domain.VESSEL, event.to_bytes(), house.ship.key)
    )
    await enter(house, "kim", "master")
    async with asyncio.timeout(10):
        while (told := (await admin(house, "vessels"))["vessels"][0])["grant"]["told"] is None:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert (told["roster"]["ashore"], told["roster"]["aboard"]) == (None, 7)
    assert told["grant"]["ashore"]["version"] == 3
    assert (told["grant"]["told"]["version"], told["grant"]["told"]["result"]) == ("2", "revoked")
    assert told["catalogue_hash"] == house.ship.catalogue.hash
    assert told["areas"] == [{"kind": "no_go", "name": "shoal"}]
    assert told["limits"] == {"rudder_deg_max": 35.0}
    assert [claim["notation"] for claim in told["functions"]] == ["AROS-NAV(RC, OS)"]


async def test_each_process_says_what_it_lost_and_where(house: House) -> None:
    """A forged message is in the counts of the process that refused it; one that has gone silent is told with its age."""
    topic, signed = house.ship.heartbeat(1)
    house.port.bring(topic, signed[:-1] + bytes([signed[-1] ^ 1]))
    other = dataclasses.replace((await processes(house))[0], name="farhelm-shore-ingest-1", role="ingest")
    await house.shore.people.administration.report(other)
    await house.shore.people.administration.note(Act("root", "station", "reset", "ann"))
    await enter(house, "max", "maintainer")
    told = await admin(house, "station")
    assert {one["role"] for one in told["processes"]} == {"all", "ingest"}
    mine = next(one for one in told["processes"] if one["name"] == told["this"])
    refused = [value for name, _, value in mine["figures"] if name == "farhelm_shore_refused"]
    assert sum(refused) == 1
    assert mine["age_s"] < 10
    assert told["acts"][0]["whom"] == "ann"


async def processes(house: House) -> list[Any]:
    """Return the processes as the store has them, after this one has reported."""
    await house.shore.people.administration.report(own_word(house.shore))
    return [one for one, _ in await house.shore.people.administration.processes()]
