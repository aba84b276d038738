"""Integrity, positions of equipment, events and who is in control: the forms. None of them feeds a channel."""

from __future__ import annotations

from typing import Final

from protocols.nmea0183.form import Form
from protocols.nmea0183.kinds import Field, choice, num, utc, whole, words


def _judgement(what: str) -> tuple[Field, Field]:
    """Return integrity (pass, fail, doubtful, none) and plausibility (A, V, none) of one quantity."""
    return choice(f"{what}_integrity", "PFDN"), choice(f"{what}_plausibility", "AVN")


def _metres(name: str, status: str) -> Field:
    return num(name, -999.0, 999.0).given(status, "A")


FORMS: Final = (
    Form("NSR", "navigation status: how far each quantity can be trusted; stands before the sentences it concerns", (
        *_judgement("heading"),
        *_judgement("position"),
        *_judgement("stw"),
        *_judgement("sog_cog"),
        *_judgement("depth"),
        choice("stw_mode", "WEMN"),
        *_judgement("time"),
    )),
    Form("POS", "where an antenna or sensor stands", (
        words("equipment", 2),
        whole("number", 0, 99, digits=2),
        choice("position_status", "AV"),
        _metres("x_m", "position_status"),
        _metres("y_m", "position_status"),
        _metres("z_m", "position_status"),
        choice("ship_status", "AV"),
        _metres("width_m", "ship_status"),
        _metres("length_m", "ship_status"),
        choice("sentence_status", "RC"),
    )),
    Form("EVE", "event", (utc(), words("tag"), words("text"))),
    Form("SLM", "steering location and mode", (
        choice("status", "012"),  # 0 passive, 1 in control, 2 failed
        choice("place", "BPSAXYFCEMRO"),
        words("text"),
        choice("mode", "DMAPJE"),  # direct, manual, autopilot, DP, joystick, emergency
        words("sub_mode"),
    )),
)  # fmt: skip
