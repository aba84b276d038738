"""A person's own account: password, authenticator, passkeys, and the places where she is logged in."""

from __future__ import annotations

import base64
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from protocols.aio.clock import SystemClock
from shoreside import people
from shoreside.api.auth import LOGINS_PER_MINUTE
from shoreside.api.second_factor import NEEDED
from shoreside.rates import Rates
from shoreside.store.people import Person
from tests.authenticator import Authenticator, text64
from tests.shore_house import NAMED, SEED, House, is_problem, until

WORD, NEW = "correct horse", "a longer horse, quite correct"
AT_NAME = {"Origin": NAMED}
QUICK = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)


async def quick(house: House) -> None:
    """Let passwords be judged quickly; how much that costs a guesser is another test's."""
    for name, role, word in (("ann", "operator", WORD), ("vic", "viewer", "battery staple")):
        await house.shore.people.save(Person(name, role, "roc-1", QUICK.hash(word)))


async def unhurried(house: House) -> None:
    """Let a test log in quickly, and more often than five times a minute."""
    await quick(house)
    house.shore.auth._by_account = house.shore.auth._by_address = Rates(1000.0, 1000)  # pyright: ignore[reportPrivateUsage]


async def enter(house: House, **more: Any) -> httpx.Response:
    """Log in as ann, with what else is given."""
    house.http.cookies.clear()
    origin = more.pop("origin", house.origin)
    person, password = more.pop("person", "ann"), more.pop("word", WORD)
    return await house.http.post(
        "/api/v1/login", json={"person": person, "password": password, **more}, headers=origin
    )  # fmt: skip


async def account(house: House) -> dict[str, Any]:
    """Return what the account says of itself."""
    answer = await house.http.get("/api/v1/account")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def code(secret: str, steps: int = 0) -> str:
    """Return the code that an app shows for `secret` `steps` steps from now."""
    raw = base64.b32decode(secret.replace(" ", ""))
    # RFC 6238 and all apps use SHA-1
    return TOTP(raw, 6, SHA1(), 30).generate(SystemClock().utc_ns() // 10**9 + 30 * steps).decode()  # noqa: S303


async def send(house: House, method: str, path: str, body: Any = None, origin: Any = None) -> httpx.Response:
    """Change something of the account."""
    return await house.http.request(method, f"/api/v1/account{path}", json=body, headers=origin or house.origin)


async def test_a_password_of_ones_own(house: House) -> None:
    """The old one is asked for, short ones are refused, other places are logged out, and a people file leaves it be."""
    await unhurried(house)
    await enter(house)
    other = dict(house.http.cookies)
    async with house.console() as opened:
        await until(opened, "welcome")
        await enter(house)
        assert "wrong" in is_problem(await send(house, "PUT", "/password", {"password": "x", "new": NEW}), 403)
        for poor in ("short", WORD, "ann"):
            answer = await send(house, "PUT", "/password", {"password": WORD, "new": poor})
            assert "12 characters" in is_problem(answer, 422)
        assert (await send(house, "PUT", "/password", {"password": WORD, "new": NEW})).status_code == 204
        assert len((await account(house))["sessions"]) == 1  # here she stays
        with pytest.raises(ConnectionClosed):
            await until(opened, "never")
    house.http.cookies.clear()
    house.http.cookies.update(other)
    is_problem(await house.http.get("/api/v1/me"), 401)

    # the station starts again, with the file that it was set up with
    assert await people.seed(house.shore.people, SEED) == 0
    is_problem(await enter(house), 401)
    assert (await enter(house, word=NEW)).status_code == 200


async def test_an_authenticator_is_asked_for(house: House) -> None:
    """Password alone: a word that asks for the code. A code is good once, one of before is not, and off is off."""
    await unhurried(house)
    await enter(house)
    assert not (await account(house))["authenticator"]
    is_problem(await send(house, "POST", "/authenticator", {"password": "wrong"}), 403)
    begun = (await send(house, "POST", "/authenticator", {"password": WORD})).json()
    assert base64.b64decode(begun["picture"].partition(",")[2]).startswith(b"<svg")

    # A wrong code ends the setting up: nothing is in use yet.
    is_problem(await send(house, "PUT", "/authenticator", {"setup": begun["setup"], "code": "000000"}), 401)
    again = {"setup": begun["setup"], "code": code(begun["secret"])}
    assert "begin again" in is_problem(await send(house, "PUT", "/authenticator", again), 409)
    assert (await enter(house)).status_code == 200

    begun = (await send(house, "POST", "/authenticator", {"password": WORD})).json()
    first = code(begun["secret"], -1)
    done = await send(house, "PUT", "/authenticator", {"setup": begun["setup"], "code": first})
    assert done.status_code == 204, done.text
    assert (await account(house))["authenticator"]

    asked = await enter(house)
    assert "authenticator" in is_problem(asked, 401)
    assert (asked.json()["type"], asked.json()["needs"]) == (NEEDED, ["code"])
    assert "set-cookie" not in asked.headers
    is_problem(await enter(house, word="wrong", code=code(begun["secret"])), 401)
    is_problem(await enter(house, code=first), 401)  # used up by the setting up
    now = code(begun["secret"])
    assert (await enter(house, code=now)).status_code == 200
    is_problem(await enter(house, code=now), 401)
    assert (await enter(house, code=code(begun["secret"], 1))).status_code == 200
    is_problem(await enter(house, person="vic", word="wrong", code=now), 401)
    assert (await enter(house, person="vic", word="battery staple")).status_code == 200  # nobody else is asked


async def test_guessing_codes_is_as_slow_as_guessing_passwords(house: House) -> None:
    """Somebody who has the password has five tries a minute at the code, of a million that there are."""
    await quick(house)
    await house.shore.people.accounts.set_totp("ann", bytes(20))
    for number in range(LOGINS_PER_MINUTE):
        is_problem(await enter(house, code=f"{number:06}"), 401)
    assert "wait" in is_problem(await enter(house, code=code("A" * 32)), 429)


async def test_to_be_asked_is_no_try_and_a_wrong_present_password_is(house: House) -> None:
    """Coming in with a code takes two requests and one try; who guesses at a page left open is held up there alone."""
    await quick(house)
    await house.shore.people.accounts.set_totp("ann", bytes(20))
    for _ in range(2 * LOGINS_PER_MINUTE):
        assert (await enter(house)).json()["type"] == NEEDED
    assert (await enter(house, code=code("A" * 32))).status_code == 200
    for _ in range(LOGINS_PER_MINUTE):
        is_problem(await send(house, "POST", "/authenticator/off", {"password": "guess"}), 403)
    assert "wait" in is_problem(await send(house, "POST", "/authenticator/off", {"password": WORD}), 429)
    assert (await enter(house, code=code("A" * 32, 1))).status_code == 200
    assert (await send(house, "POST", "/authenticator/off", {"password": WORD})).status_code == 204


async def test_a_lost_phone_is_the_stations_matter(house: House) -> None:
    """Who keeps the station takes both away, and all that was open with them."""
    await unhurried(house)
    await enter(house)
    await house.shore.people.accounts.set_totp("ann", bytes(20))
    assert (await account(house))["authenticator"]
    await house.shore.people.accounts.reset("ann")
    assert await house.shore.people.accounts.sessions("ann") == []
    assert (await enter(house)).status_code == 200


async def make_passkey(house: House, key: Authenticator) -> httpx.Response:
    """Have a passkey made and kept, at a page that has a name."""
    options = (await send(house, "POST", "/passkeys/options", {"password": WORD}, AT_NAME)).json()
    return await send(house, "POST", "/passkeys", {"name": "desk", "passkey": key.made(options)}, AT_NAME)


async def test_a_passkey_is_asked_for_and_believed(house: House) -> None:
    """Made, asked for, used; a second answer to the same challenge, another's key, another page, a copied key are not."""
    await unhurried(house)
    key = Authenticator(NAMED)
    await enter(house, origin=AT_NAME)
    assert "host name" in is_problem(await send(house, "POST", "/passkeys/options", {"password": WORD}), 409)
    made = await make_passkey(house, key)
    assert made.status_code == 201, made.text
    assert (await account(house))["passkeys"] == [{"id": base64.b64encode(key.identity).decode(), "name": "desk"}]
    assert "each once" in is_problem(await make_passkey(house, key), 409)

    asked = await enter(house, origin=AT_NAME)
    assert asked.json()["needs"] == ["passkey"]
    answer = key.used(asked.json()["passkey"])
    assert (await enter(house, origin=AT_NAME, passkey=answer)).status_code == 200
    assert "begin again" in is_problem(await enter(house, origin=AT_NAME, passkey=answer), 401)

    stranger, elsewhere = Authenticator(NAMED, 2), Authenticator("http://evil.example")
    copied = Authenticator(NAMED)
    for other, word in ((stranger, "none of yours"), (elsewhere, "not believed"), (copied, "not believed")):
        asked = await enter(house, origin=AT_NAME)
        assert word in is_problem(await enter(house, origin=AT_NAME, passkey=other.used(asked.json()["passkey"])), 401)
    for nonsense in ({}, {"id": 7}, {"response": {"clientDataJSON": "!"}}):
        assert "cannot be read" in is_problem(await enter(house, origin=AT_NAME, passkey=nonsense), 401)

    # Forgotten, she comes in by the password alone.
    asked = await enter(house, origin=AT_NAME)
    assert (await enter(house, origin=AT_NAME, passkey=key.used(asked.json()["passkey"]))).status_code == 200
    path = f"/passkeys/{text64(key.identity)}/off"
    is_problem(await send(house, "POST", path, {"password": "wrong"}), 403)
    assert (await send(house, "POST", path, {"password": WORD})).status_code == 204
    assert "no such" in is_problem(await send(house, "POST", path, {"password": WORD}), 404)
    assert (await enter(house)).status_code == 200


async def test_a_session_that_another_process_ended_closes_its_socket(house: House) -> None:
    """Of a person and a program, looked up together: what is ended in the database alone closes here, the other stays."""
    shore = house.shore

    async def look() -> None:
        await shore.open_consoles.check(shore.auth, shore.clock.now_s(), shore.station.hub)

    await enter(house)
    uri = f"{house.url.replace('http', 'ws')}/api/v1/console"
    async with house.console() as persons, connect(uri, additional_headers=house.token("viewer")) as programs:
        await until(persons, "welcome")
        await until(programs, "welcome")
        await look()
        (session,) = await shore.people.accounts.end_sessions("ann")
        await look()
        with pytest.raises(ConnectionClosed):
            await until(persons, "never")
        assert (persons.close_code, persons.close_reason) == (1008, "the session has ended")
        await programs.send('{"type": "subscribe", "vessel": "kestrel"}')
        await until(programs, "status")
        assert session not in await shore.people.holders([session])
        is_problem(await house.http.get("/api/v1/account"), 401)


async def test_where_one_is_logged_in(house: House) -> None:
    """A session elsewhere is seen with its browser and ended; its socket closes; another's session is not to be ended."""
    await unhurried(house)
    assert (await house.http.post(
        "/api/v1/login", json={"person": "ann", "password": WORD}, headers={**house.origin, "User-Agent": "Desk of Busan"}
    )).status_code == 200  # fmt: skip
    async with house.console() as opened:
        await until(opened, "welcome")
        await enter(house, person="vic", word="battery staple")
        vics = (await account(house))["sessions"][0]["id"]
        await enter(house)
        here, there = (await account(house))["sessions"]
        assert (here["this"], there["this"], there["device"]) == (True, False, "Desk of Busan")
        assert here["created_utc_ms"] >= there["created_utc_ms"] > 0
        for nobodys in (vics, "00" * 32, "xyz"):
            is_problem(await send(house, "DELETE", f"/sessions/{nobodys}"), 404)
        assert (await send(house, "DELETE", f"/sessions/{there['id']}")).status_code == 204
        with pytest.raises(ConnectionClosed):
            await until(opened, "never")
    assert [one["id"] for one in (await account(house))["sessions"]] == [here["id"]]

    # a program has no account
    house.http.cookies.clear()
    answer = await house.http.get("/api/v1/account", headers=house.token("operator"))
    assert "not by a program" in is_problem(answer, 403)
