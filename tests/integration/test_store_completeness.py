"""Completeness says what should have come, what came, what of it late, and why the rest did not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from protocols.link.batch import Batch
from protocols.link.cbor import Plain
from protocols.link.events import Event
from shoreside.ports import Work
from shoreside.store.connection import connect
from shoreside.store.postgres import PostgresStore
from shoreside.store.rollup import roll
from telemetry.catalogue import Catalogue, standard_catalogue
from tests.shore_house import House
from tests.shore_kit import Ship
from tests.store_kit import NOON_NS, Point, asked, batch_of

NOON = datetime.fromtimestamp(NOON_NS / 1e9, UTC)
QUERY = "SELECT channel, hour, expected, received, recovered, missing, reason FROM completeness('kestrel', %s, %s)"
EACH_S = 10


def minute(number: int) -> Batch:
    """Return the minute `number` after noon: speed (each 10 s) and engine revolutions (every second of those only)."""
    points = [Point("NAV_SOG", (number * 60 + s) * 1000, 10.0, 0) for s in range(0, 60, EACH_S)]
    points += [Point("ME_RPM", (number * 60 + s) * 1000, 60.0, 0) for s in range(0, 60, 2 * EACH_S)]
    return batch_of(points, number + 1)


def dropped(first: int, last: int, **more: Plain) -> tuple[Event, bytes]:
    body: dict[str, Plain] = {"epoch": 1, "first": first, "last": last, "reason": "the disk was full", **more}
    return Event("kestrel", "boot-1", first, 0, NOON_NS, "dropped", body), b"signed"


async def said(url: str, channel: str, hours: int = 4) -> list[tuple[object, ...]]:
    rows = asked(url, QUERY, NOON, NOON + timedelta(hours=hours))
    return [tuple(row[2:]) for row in rows if row[0] == channel]


async def test_an_hour_says_what_came_what_came_late_and_why_the_rest_did_not(database_url: str) -> None:
    """Four hours: whole; twenty minutes dropped aboard; ten minutes late; five minutes not here yet."""
    store = PostgresStore(database_url)
    await store.load()
    ship = Ship()
    await store.commit(Work(births=(("kestrel", ship.catalogue.hash, ship.birth()[1]),)))
    gone, late, waiting = range(80, 100), range(130, 140), range(200, 205)
    live = [minute(n) for n in range(240) if n not in (*gone, *late, *waiting)]
    await store.commit(Work(batches=tuple(live)))
    await store.commit(Work(batches=tuple(replace(minute(n), historical=True) for n in late)))
    await store.commit(Work(events=(dropped(81, 100), dropped(1, 9, **{"class": "ais"}), dropped(7, 3, epoch="x"))))
    # A second delivery counts nothing twice, rolled up or not.
    await store.commit(Work(batches=tuple(replace(minute(n), historical=True) for n in late)))
    before = await said(database_url, "NAV_SOG")
    connection = await connect(database_url)
    await roll(connection, NOON + timedelta(days=1), 1000)
    await connection.close()
    await store.close()
    assert await said(database_url, "NAV_SOG") == before == [
        (360, 360, 0, 0, ""),
        (360, 240, 0, 120, "dropped aboard: the disk was full"),
        (360, 360, 60, 0, ""),
        (360, 330, 0, 30, "not here yet"),
    ]  # fmt: skip
    assert (await said(database_url, "ME_RPM"))[0] == (360, 180, 0, 180, "spoke less often than its cycle")
    assert (await said(database_url, "NAV_HDG"))[0] == (360, 0, 0, 360, "silent")
    assert await said(database_url, "NAV_UTC") == []


async def test_what_came_after_all_of_a_loss_that_was_told_is_not_missing(database_url: str) -> None:
    """Minutes 81 to 100 are told as lost, five of them come after all; then everything is told, and it is the same hour."""
    store = PostgresStore(database_url)
    await store.load()
    ship = Ship()
    await store.commit(Work(births=(("kestrel", ship.catalogue.hash, ship.birth()[1]),)))
    await store.commit(Work(batches=tuple(minute(n) for n in range(120) if n not in range(80, 100))))
    await store.commit(Work(events=(dropped(81, 100),)))
    assert (await said(database_url, "NAV_SOG"))[1] == (360, 240, 0, 120, "dropped aboard: the disk was full")
    await store.commit(Work(batches=tuple(replace(minute(n), historical=True) for n in range(85, 90))))
    assert (await said(database_url, "NAV_SOG"))[1] == (360, 270, 30, 90, "dropped aboard: the disk was full")
    await store.commit(Work(events=(dropped(1, 79), dropped(110, 120))))
    await store.close()
    assert [row[3] for row in await said(database_url, "NAV_SOG")] == [0, 90]


async def test_the_hour_of_the_first_and_last_word_expects_no_more_than_that(database_url: str) -> None:
    """Twelve minutes of an hour are judged by twelve minutes; an hour unheard and without a loss has no row."""
    store = PostgresStore(database_url)
    await store.load()
    ship = Ship()
    await store.commit(Work(births=(("kestrel", ship.catalogue.hash, ship.birth()[1]),)))
    await store.commit(Work(batches=tuple(minute(n) for n in range(50, 62))))
    await store.close()
    assert [row[:2] for row in await said(database_url, "NAV_SOG")] == [(60, 60), (12, 12)]


async def test_the_route_answers_as_json_and_csv(house: House) -> None:
    await house.login()
    store = PostgresStore(house.shore.config.database)
    ship = house.ship
    await store.commit(Work(births=(("kestrel", ship.catalogue.hash, ship.birth()[1]),)))
    await store.commit(Work(batches=tuple(minute(n) for n in range(5))))
    await store.close()
    query = {"from": NOON.isoformat(), "to": (NOON + timedelta(hours=1)).isoformat(), "channels": "NAV_SOG"}
    route = "/api/v1/vessels/kestrel/completeness"
    found = (await house.http.get(route, params=query)).json()
    assert found["completeness"] == [["NAV_SOG", NOON_NS // 1_000_000, "kn", 30, 30, 0, 0, 0.0, ""]]
    text = (await house.http.get(route, params={**query, "format": "csv"})).text.splitlines()
    assert text[0].split(",") == found["fields"]
    assert text[1].startswith("NAV_SOG,")
    far = {"from": "2020-01-01", "to": "2026-01-01"}
    assert (await house.http.get(route, params=far)).status_code == 422


async def test_each_hour_is_judged_by_the_catalogue_of_its_samples(database_url: str) -> None:
    """The speed is sent each 10 s by a catalogue that says so, then each 20 s by the next; neither hour lacks anything.

    The first hour keeps its verdict when the catalogue changes, a silent hour is judged by the last one before it, and a birth
    kept by an earlier build is read at the start. Negative control: by the other catalogue the hours would be wrong.
    """
    every_s = {
        cycle_s: Catalogue(tuple(replace(c, cycle_s=cycle_s, unit="m/s" if cycle_s > 10 else "kn")
                                 for c in standard_catalogue(["NAV_SOG"])))
        for cycle_s in (10.0, 20.0)
    }  # fmt: skip
    store = PostgresStore(database_url)
    await store.load()
    for hour, (cycle_s, made) in enumerate(every_s.items()):
        ship = Ship()
        ship.catalogue = made
        await store.commit(Work(births=(("kestrel", made.hash, ship.birth()[1]),)))
        points = [Point("NAV_SOG", (hour * 3600 + s) * 1000, 10.0, 0) for s in range(0, 3600, int(cycle_s))]
        await store.commit(Work(batches=(replace(batch_of(points, hour + 1), catalogue_hash=made.hash),)))
    await store.close()
    judged = "SELECT unit, expected, missing FROM completeness('kestrel', %s, %s) WHERE channel = 'NAV_SOG'"
    verdict = [("kn", 360, 0), ("m/s", 180, 0)]
    assert asked(database_url, judged, NOON, NOON + timedelta(hours=2)) == verdict
    # A database of an earlier build has no channels by catalogue: the next start reads them from the births.
    asked(database_url, "DELETE FROM catalogue_channel RETURNING 1")
    assert asked(database_url, judged, NOON, NOON + timedelta(hours=2)) != verdict
    again = PostgresStore(database_url)
    await again.load()
    # An hour of which only a loss is known.
    lost = Event(
        "kestrel", "b", 1, 0, NOON_NS + 9 * 3600 * 10**9, "dropped", {"epoch": 1, "first": 9, "last": 9, "reason": "x"}
    )
    await again.commit(Work(events=((lost, b"signed"),)))
    await again.close()
    assert asked(database_url, judged, NOON, NOON + timedelta(hours=2)) == verdict
    silent = asked(database_url, judged, NOON + timedelta(hours=9), NOON + timedelta(hours=10))
    assert silent == [("m/s", 0, 0)]
