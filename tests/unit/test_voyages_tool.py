"""`farhelm voyages` prints what the shore found, and nothing that it does not know."""

from __future__ import annotations

import json

from farhelm.voyages import FIELDS, Form, printed


def place(utc_ms: int) -> dict[str, object]:
    """Return a place off Busan, or south-west of Greenwich for time 0."""
    return {"utc_ms": utc_ms, "latitude_deg": 35.1 if utc_ms else -1.5, "longitude_deg": 129.0 if utc_ms else -2.25}


FOUND: dict[str, object] = {
    "departed": place(0), "arrived": place(1_795_694_400_000), "is_open": False, "begun_before": False, "distance_nm": 18.0,
    "under_way_s": 7200.0, "stayed_s": 1800.0, "average_kn": 9.0, "fuel_l": None, "fuel_l_nm": None, "gap_s": 0.0,
    "legs": [{}, {}],
}  # fmt: skip


def test_a_table_has_dashes_where_nothing_is_known() -> None:
    """Fuel that was not measured, and the arrival of a voyage that is not over."""
    head, row = printed([{**FOUND, "is_open": True}], Form.table).splitlines()
    assert tuple(head.split()) == FIELDS
    assert row.split() == [
        "1970-01-01T00:00Z", "1.500S", "2.250W", "---", "35.100N", "129.000E", "2", "18.00", "2.00", "9.00", "---", "---", "0.00",
    ]  # fmt: skip


def test_csv_leaves_empty_what_is_not_known_and_json_says_all() -> None:
    """The same voyage, and the departure of one that was under way before the span."""
    rows = printed([FOUND, {**FOUND, "begun_before": True}], Form.csv).splitlines()
    assert rows[0] == ",".join(FIELDS)
    assert rows[1] == "1970-01-01T00:00Z,1.500S 2.250W,2026-11-26T12:00Z,35.100N 129.000E,2,18.00,2.00,9.00,,,0.00"
    assert rows[2].startswith(",1.500S 2.250W,2026")
    assert json.loads(printed([FOUND], Form.json)) == [FOUND]


def test_no_voyage_is_a_sentence_in_the_table_only() -> None:
    """A program gets a header or an empty list."""
    assert printed([], Form.table) == "no voyages in that time\n"
    assert printed([], Form.csv) == ",".join(FIELDS) + "\n"
    assert printed([], Form.json) == "[]\n"
