"""Targets of radar and AIS, and own ship as the radar sees her: the forms. AIS payloads are read by `protocols.ais`."""

from __future__ import annotations

from typing import Final

from protocols.nmea0183.form import Form
from protocols.nmea0183.kinds import choice, hexadecimal, latitude, longitude, num, utc, whole, words

_AIS: Final = (
    whole("total", 1, 9),
    whole("part", 1, 9),
    whole("sequence", 0, 9),
    choice("channel", ("A", "B", "1", "2", "C", "D")),
    words("payload"),
    whole("fill_bits", 0, 5),
)
FORMS: Final = (
    Form("TTM", "tracked target; edition 6 prefers TTD", (
        whole("number", 0, 999, digits=2),
        num("distance", 0.0, 999.9, places=2),  # distances in NM, km or statute miles and speeds by `unit`
        num("bearing_deg", 0.0, 360.0),
        choice("bearing_reference", "TR"),
        num("speed", 0.0, 999.9),
        num("course_deg", 0.0, 360.0),
        choice("course_reference", "TR"),
        num("cpa", 0.0, 999.9, places=2),
        num("tcpa_min", -9999.9, 9999.9, places=2),  # minus: past
        choice("unit", "KNS"),
        words("name"),
        choice("status", "LQT"),  # lost, acquiring, tracked
        choice("reference", "R"),
    ), (utc(), choice("acquisition", "AMR"))),
    Form("TTD", "tracked targets, 90 bits each (`tracked.py` reads them)", (
        hexadecimal("total", 1, 255),
        hexadecimal("part", 1, 255),
        whole("sequence", 0, 9),
        words("payload"),
        whole("fill_bits", 0, 5),
    ), start="!"),
    Form("TLL", "target's latitude and longitude", (
        whole("number", 0, 999, digits=2),
        latitude(),
        longitude(),
        words("name"),
        utc(),
        choice("status", "LQT"),
        choice("reference", "R"),
    )),
    Form("OSD", "own ship", (
        num("heading_deg", 0.0, 360.0).given("heading_status", "A"),
        choice("heading_status", "AV"),
        num("course_deg", 0.0, 360.0),
        choice("course_reference", "BMWRP"),  # bottom log, manual, water, radar, position fix
        num("speed", 0.0, 999.9, digits=2),
        choice("speed_reference", "BMWRP"),
        num("set_deg", 0.0, 360.0),
        num("drift", 0.0, 99.9),
        choice("unit", "KNS"),
    )),
    Form("VDM", "AIS message received", _AIS, start="!"),
    Form("VDO", "AIS message of own ship", _AIS, start="!"),
)  # fmt: skip
