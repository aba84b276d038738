"""Every AIS message of every recording, field by field, against pyais: the second opinion. Differences have their reason."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pyais
import pytest
from pyais.exceptions import AISBaseException

from protocols.aio.recorded import lines_of
from protocols.ais.assembler import Assembler, Part, part_of
from protocols.ais.decoder import _FORMS, decode_parts
from protocols.ais.layouts import LAYOUTS
from protocols.ais.report import AisReport
from protocols.nmea0183.framing import framed
from protocols.nmea0183.sentence import Sentence, parse_line
from tests.shared_folder import shared

RECORDINGS = {
    "ais/gpsd_sample.aivdm": 102, "ais/libais_tagblock.nmea": 4, "ais/libais_typeexamples.nmea": 26,
    "ais/nais400-merrimac.log": 668, "ais/pyais_nmea_data_sample.txt": 778, "nmea0183/gofree-merrimac.log": 1459,
    "nmea0183/gpsd_saab-r4.log": 14, "nmea0183/nais300-merrimac.log": 536,
}  # fmt: skip
"""{recording: messages both decode}"""


def same(value: Any) -> Any:
    """Return what pyais says, as it says it."""
    return value


def unless(*nothing: object) -> Callable[[Any], Any]:
    """Return what makes None of the values with which the standard says `not available`."""
    return lambda value: None if value is None or value in nothing else value


def within(low: float, high: float) -> Callable[[Any], Any]:
    """Return what makes None of values outside the standard's range: pyais hands them on."""
    return lambda value: None if value is None or not low <= value <= high else value


def text(value: Any) -> Any:
    """Return text to its first `@`, None where nothing is left: pyais keeps what stands behind inner ones."""
    return None if value is None else value.partition("@")[0].strip() or None


def turn(value: Any) -> Any:
    """Return the rate, None for the three codes that are no rate."""
    return None if value is None or hasattr(value, "name") else value


FIELDS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "type": ("msg_type", same), "mmsi": ("mmsi", int), "repeat": ("repeat", same),
    "latitude_deg": ("lat", within(-90, 90)), "longitude_deg": ("lon", within(-180, 180)),
    "cog_deg": ("course", within(0, 359.95)), "heading_deg": ("heading", within(0, 359)), "rot_deg_min": ("turn", turn),
    "name": ("shipname", text), "callsign": ("callsign", text), "destination": ("destination", text),
    "vendor": ("vendorid", text), "text": ("text", text), "name_end": ("name_ext", text),
    "ship_type": ("ship_type", unless(0)), "imo": ("imo", unless(0)), "draught_m": ("draught", unless(0)),
    "nav_status": ("status", unless(15)), "epfd": ("epfd", unless(0)), "aid_type": ("aid_type", unless(0)),
    "to_bow_m": ("to_bow", same), "to_stern_m": ("to_stern", same), "to_port_m": ("to_port", same),
    "to_starboard_m": ("to_starboard", same), "is_accurate": ("accuracy", same), "raim": ("raim", same),
    "manoeuvre": ("maneuver", within(1, 2)), "radio": ("radio", same), "ais_version": ("ais_version", same),
    "eta_month": ("month", within(1, 12)), "eta_day": ("day", within(1, 31)), "eta_hour": ("hour", within(0, 23)),
    "eta_minute": ("minute", within(0, 59)), "year": ("year", within(1, 9999)), "month": ("month", within(1, 12)),
    "day": ("day", within(1, 31)), "hour": ("hour", within(0, 23)), "minute": ("minute", within(0, 59)),
    "utc_second": ("second", within(0, 59)), "is_dte_missing": ("dte", same), "is_assigned": ("assigned", same),
    "is_carrier_sense": ("cs", same), "has_display": ("display", same), "has_dsc": ("dsc", same),
    "is_whole_band": ("band", same), "takes_message_22": ("msg22", same), "is_off_position": ("off_position", same),
    "is_virtual": ("virtual_aid", same), "altitude_m": ("alt", unless(4095)), "part": ("partno", same),
    "model": ("model", same), "serial": ("serial", same), "mothership_mmsi": ("mothership_mmsi", same),
    "dac": ("dac", same), "fi": ("fid", same), "sequence": ("seqno", same), "is_retransmitted": ("retransmit", same),
    "destination_mmsi": ("dest_mmsi", within(1, 999_999_999)), "is_addressed": ("addressed", same),
    "is_structured": ("structured", same), "channel_a": ("channel_a", unless(0)), "channel_b": ("channel_b", unless(0)),
    "is_low_power": ("power", same), "narrow_a": ("band_a", same), "narrow_b": ("band_b", same),
    "zone_nmi": ("zonesize", same), "station_type": ("station_type", same), "wanted_ship_type": ("ship_type", same),
    "tx_rx": ("txrx", same), "interval": ("interval", same), "quiet_min": ("quiet", unless(0)), "is_late": ("gnss", same),
    "wanted1": ("type1_1", unless(0)), "offset1b": ("offset1_2", unless(0)), "wanted1b": ("type1_2", unless(0)),
    "wanted2": ("type2_1", unless(0)), "aid_status": ("reserved_1", same),
    **{f"destination{n}_mmsi": (f"mmsi{n}", within(1, 999_999_999)) for n in range(1, 5)},
    **{f"sequence{n}": (f"mmsiseq{n}", same) for n in range(1, 5)},
    **{f"slots{n}": (f"number{n}", unless(0)) for n in range(1, 5)},
    **{f"timeout{n}_min": (f"timeout{n}", unless(0)) for n in range(1, 5)},
    **{f"increment{n}": (f"increment{n}", same) for n in range(1, 5)},
    **{f"offset{n}": (f"offset{n}", same) for n in range(1, 5)},
}  # fmt: skip
"""{our field: (pyais's, what the standard makes of its value)}"""
BY_TYPE: dict[tuple[int, str], tuple[str, Callable[[Any], Any]]] = {
    (21, "name"): ("name", text),
    (21, "name_end"): ("name_ext", text),
    **{(kind, "sog_kn"): ("speed", unless(102.3)) for kind in (1, 2, 3, 18, 19)},
    (9, "sog_kn"): ("speed", unless(1023)),
    (27, "sog_kn"): ("speed", unless(63)),
    (15, "offset1"): ("offset1_1", unless(0)),
    (15, "offset2"): ("offset2_1", unless(0)),
    **{(20, f"offset{n}"): (f"offset{n}", unless(0)) for n in range(1, 5)},
    **{(22, f"destination{n}_mmsi"): (f"dest{n}", within(1, 999_999_999)) for n in (1, 2)},
    (17, "longitude_deg"): ("lon", lambda v: (v - (1 << 18) / 10 if v >= (1 << 17) / 10 else v) / 60),
    (17, "latitude_deg"): ("lat", lambda v: (v - (1 << 17) / 10 if v >= (1 << 16) / 10 else v) / 60),
    **{(kind, f"{end}{name}_deg"): (f"{end}{short}", lambda v, m=most: None if abs(v) > 60 * m else v / 60)
       for kind in (22, 23) for end in ("ne_", "sw_")
       for name, short, most in (("longitude", "lon", 180), ("latitude", "lat", 90))},
}  # fmt: skip
SKIPPED = {
    "length_m": "sum of to_bow_m and to_stern_m, compared apart", "beam_m": "sum of the other two",
    "second": "61 to 63 are words with us, compared apart", "is_barometric": "pyais: reserved_1",
    "application": "compared apart", "application_bits": "compared apart", "dgnss": "compared apart",
    "dgnss_bits": "compared apart",
}  # fmt: skip
REASONED = {
    "25 dac": "pyais keeps both as one app_id", "25 fi": "likewise", "26 dac": "likewise", "26 fi": "likewise",
    "4 epfd": "9 to 14 are reserved: pyais has no word for them, we keep the number",
    "23 station_type": "6 to 9 are regional: pyais makes 6 of all of them, we keep the number",
}  # fmt: skip
"""Differences that are meant; beside them, half a position is none with us, and a field that is cut off has no value: pyais
makes a number of the bits that are left."""


def messages(name: str) -> Iterator[tuple[list[Part], list[bytes]]]:
    """Yield the parts of each whole message of a recording, and the sentences as pyais wants them."""
    assembler = Assembler()
    for raw in lines_of(shared(f"data/{name}")):
        sentence = parse_line(raw)
        if not isinstance(sentence, Sentence) or sentence.formatter not in ("VDM", "VDO"):
            continue
        source = "" if sentence.tag is None else sentence.tag.source or ""
        part = part_of(source, sentence.formatter, sentence.fields)
        whole = None if part is None else assembler.receive(part)
        if whole is not None:
            yield (
                whole,
                [
                    framed(
                        f"AIVDM,{each.total},{each.number},{'' if each.total == 1 else 1},A,{each.payload},{each.fill}",
                        "!",
                    )
                    for each in whole
                ],
            )


def expected(kind: int, name: str, theirs: dict[str, Any]) -> Any:
    """Return what pyais's message says for our field `name`."""
    known, convert = BY_TYPE.get((kind, name)) or FIELDS[name]
    value = theirs.get(known)
    return None if value is None else convert(value)


def differences(ours: AisReport, theirs: dict[str, Any]) -> Iterator[str]:
    """Yield each field of our layout whose value is not theirs."""
    assert ours.rest is not None
    mine = {**ours._asdict(), **ours.more()}
    layout, _, length = ours.rest
    for first, width, _, name in layout.places:
        if name in SKIPPED:
            continue
        want, have = expected(ours.type, name, theirs), mine.get(name)
        if (first + width > length and have is None) or f"{ours.type} {name}" in REASONED:
            continue
        if name.endswith("itude_deg") and have is None and any("itude_deg" in fault for fault in ours.faults):
            continue
        if isinstance(want, float) or isinstance(have, float):
            near = (
                want is not None and have is not None and abs(want - have) <= (0.5 if name == "rot_deg_min" else 1e-6)
            )
            if near or want is have is None:
                continue
        if want != have:
            yield f"{ours.type} {name}: {have!r}, pyais {want!r}"


def sums(ours: AisReport, theirs: dict[str, Any]) -> bool:
    """Tell whether length, beam, the second and the bytes of an application are theirs."""
    bow, stern, port, starboard = (theirs.get(f"to_{end}") for end in ("bow", "stern", "port", "starboard"))
    size = (
        bow + stern or None if stern is not None else None,
        port + starboard or None if starboard is not None else None,
    )
    more, second = ours.more(), theirs.get("second")
    words = {60: None, 61: "manual", 62: "dead reckoning", 63: "inoperative"}
    payload = more.get("application", more.get("dgnss"))
    same_bytes = payload is None or "data" not in theirs or ours.type == 26 or payload == theirs["data"]
    is_second = "second" not in more or more["second"] == words.get(second, second)
    return (ours.length_m, ours.beam_m) == size and is_second and same_bytes


@pytest.mark.parametrize("name", RECORDINGS)
def test_each_field_of_each_message_is_what_pyais_reads(name: str) -> None:
    """No message is lost that pyais reads; values are those, where the standard lets them be values."""
    found: Counter[str] = Counter()
    both = 0
    for parts, sentences in messages(name):
        try:
            theirs = pyais.decode(*sentences).asdict()
        except AISBaseException:
            continue
        report = decode_parts(parts)
        assert isinstance(report, AisReport), (report, sentences)
        both += 1
        found.update(differences(report, theirs))
        assert sums(report, theirs), (report, theirs)
    assert dict(found) == {}
    assert both == RECORDINGS[name]


def test_the_comparison_finds_a_planted_difference() -> None:
    """Negative control: one flipped bit of the speed is one difference."""
    parts, sentences = next(iter(messages("ais/nais400-merrimac.log")))
    theirs = pyais.decode(*sentences).asdict()
    report = decode_parts(parts)
    assert isinstance(report, AisReport)
    assert list(differences(report, theirs)) == []
    assert list(differences(report, {**theirs, "speed": theirs["speed"] + 0.1})) != []


def test_every_form_of_every_type_is_among_the_recordings() -> None:
    """What the comparison above never saw is named here, and only read at its limits elsewhere."""
    seen = {form_of(decode_parts(parts)) for name in RECORDINGS for parts, _ in messages(name)}
    assert {*LAYOUTS, "26"} - seen == {"24 B auxiliary", "25 addressed structured"}


def form_of(report: AisReport | str) -> str:
    """Return the key of the layout a report was read with."""
    if isinstance(report, str) or report.rest is None:
        return ""
    return next(name for name, plan in _FORMS.items() if plan.layout is report.rest[0]) if report.type != 26 else "26"


@pytest.mark.parametrize("kind", range(1, 28))
def test_the_least_message_pyais_makes_is_read_back(kind: int) -> None:
    """Its encoder, all defaults, each type: ours reads the number and the sender."""
    fields: dict[str, Any] = {"msg_type": kind, "mmsi": 244_123_456, "dest_mmsi": 244_000_001, "data": b"\x55\xaa"}
    parts = [
        part_of("", "VDM", line.split("*")[0].split(",")[1:]) for line in pyais.encode_dict(fields, talker_id="AI")
    ]
    report = decode_parts([part for part in parts if part is not None])
    assert isinstance(report, AisReport), report
    assert (report.type, report.mmsi) == (kind, 244_123_456)
