"""Voyages, a day's report and the traffic of then over HTTP, from samples in a real store."""

from __future__ import annotations

from dataclasses import replace

from protocols.link.batch import TargetReport
from protocols.link.cbor import Plain
from protocols.link.events import Event
from shoreside.ports import Work
from shoreside.store.postgres import PostgresStore
from tests.shore_house import House, is_problem
from tests.store_kit import NOON_NS, Point, batch_of

NOON_MS = NOON_NS // 1_000_000


def sailed() -> list[Point]:
    """Return a sample each minute: ten minutes at the quay, an hour at 12 kn due north with 300 l/h, twenty minutes at rest."""
    made, latitude_deg = list[Point](), 35.0
    for minute in range(90):
        knots = 12.0 if 10 <= minute < 70 else 0.0
        told = {
            "NAV_LAT": latitude_deg,
            "NAV_LON": 129.0,
            "NAV_SOG": knots,
            "ME_FUEL": 25 * knots,
            "WND_TWS": 5.0 + minute / 10,
        }
        made += [Point(channel, minute * 60_000, value, 0) for channel, value in told.items()]
        latitude_deg += knots / 3600
    return made


def lost_link() -> Event:
    """Return a step of the ladder a minute after noon; its second reason has a name and no sentence."""
    reasons: Plain = [{"name": "silent", "text": "The shore is not heard."}, {"name": "lease", "text": ""}]
    body: dict[str, Plain] = {"from": "L2", "to": "L3", "action": "hold", "reasons": reasons}
    return Event("kestrel", "boot-1", 1, 60_000, NOON_NS + 60_000_000_000, "ladder", body)


async def test_a_voyage_is_told_and_its_day_is_reported(house: House) -> None:
    """Departure, arrival, 12 NM in an hour with 300 litres; the report of that day says the same, with position and extremes."""
    await house.login()
    store = PostgresStore(house.shore.config.database)
    await store.commit(Work(batches=(batch_of(sailed(), 1),), events=((lost_link(), b"signed"),)))
    await store.close()
    span = {"from": str(NOON_MS - 3_600_000), "to": str(NOON_MS + 7_200_000)}
    answer = (await house.http.get("/api/v1/vessels/kestrel/voyages", params=span)).json()
    (voyage,) = answer["voyages"]
    assert (voyage["departed"]["utc_ms"], voyage["arrived"]["utc_ms"]) == (NOON_MS + 600_000, NOON_MS + 4_200_000)
    assert abs(voyage["distance_nm"] - 12.0) < 0.05
    assert abs(voyage["fuel_l"] - 300.0) < 0.5
    assert abs(voyage["fuel_l_nm"] - 25.0) < 0.2
    assert (voyage["is_open"], voyage["begun_before"], len(voyage["legs"])) == (False, False, 1)
    report = (await house.http.get("/api/v1/vessels/kestrel/report", params={"day": "2026-09-21"})).json()
    assert report["voyages"] == [voyage]
    assert report["noon"]["latitude_deg"] == 35.0
    extremes = {(row["channel"], row["side"]): row["value"] for row in report["extremes"]}
    assert extremes["NAV_SOG", "high"] == 12.0
    assert extremes["WND_TWS", "high"] == 13.9
    assert ("NAV_ROLL", "low") not in extremes, "what was not measured has no extremes"
    assert report["ladder"] == [
        {
            "utc_ms": NOON_MS + 60_000,
            "from": "L2",
            "to": "L3",
            "action": "hold",
            "reasons": ["The shore is not heard.", "lease"],
        }
    ]
    assert report["is_over"]


async def test_what_cannot_be_answered_is_refused_in_words(house: House) -> None:
    """More than a quarter of a year, a day that has not begun, no day, no vessel."""
    await house.login()
    get = house.http.get
    long = {"from": "2026-01-01", "to": "2026-06-01"}
    assert "92 days" in is_problem(await get("/api/v1/vessels/kestrel/voyages", params=long), 422)
    assert "not begun" in is_problem(await get("/api/v1/vessels/kestrel/report", params={"day": "2126-01-01"}), 422)
    is_problem(await get("/api/v1/vessels/kestrel/report", params={"day": "yesterday"}), 422)
    is_problem(await get("/api/v1/vessels/nobody/voyages"), 404)
    empty = (await get("/api/v1/vessels/kestrel/voyages")).json()
    assert empty == {"voyages": []}


async def test_the_traffic_is_as_it_had_been_heard_by_then(house: House) -> None:
    """Of a target the last report before the moment, ten minutes back at most, and none of later."""
    await house.login()
    nothing = (None,) * 4, ("TUG", None, 20.0, 6.0)
    reports = tuple(
        TargetReport(440_000_000 + number, NOON_NS + s * 1_000_000_000, 35.0 + s / 1000, 129.0, 5.0, *nothing[0], 52, *nothing[1])
        for number, s in ((1, 0), (1, 300), (1, 900), (2, 100))
    )  # fmt: skip
    batch = batch_of([Point("NAV_SOG", 0, 1.0, 0)], 1)
    store = PostgresStore(house.shore.config.database)
    await store.commit(Work(batches=(replace(batch, targets=reports),)))
    await store.close()

    async def at(s: int) -> list[tuple[int, float]]:
        answer = await house.http.get("/api/v1/vessels/kestrel/targets/at", params={"time": str(NOON_MS + s * 1000)})
        return [(row["mmsi"] % 10, round(row["latitude_deg"], 3)) for row in answer.json()["targets"]]

    assert await at(-1) == []
    assert await at(50) == [(1, 35.0)]
    assert await at(400) == [(1, 35.3), (2, 35.1)]
    assert await at(800) == [(1, 35.3)]
    assert await at(2000) == []
