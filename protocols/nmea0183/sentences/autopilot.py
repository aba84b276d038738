"""Heading and track control: the order HTC and its answer HTD, the only proof of acceptance; the older order HSC."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from protocols.nmea0183.field import gauge, number
from protocols.nmea0183.form import Form
from protocols.nmea0183.framing import make
from protocols.nmea0183.kinds import choice, num, sided, with_unit
from protocols.reading import Reading

_ORDERED: Final = (
    choice("override", "AV"),  # A: the helm steers, the modes are ignored
    sided("rudder_deg", "R", "L", 90.0),
    choice("steering_mode", "MSHTR"),  # manual, stand-alone, heading, track, rudder
    choice("turn_mode", "RTN"),  # radius, rate, none
    num("rudder_limit_deg", 0.0, 90.0),
    num("off_heading_limit_deg", 0.0, 180.0),
    num("radius_nm", 0.0, 99.0),
    num("rate_deg_min", 0.0, 999.0),
    num("heading_deg", 0.0, 360.0, digits=3),
    num("off_track_limit_nm", 0.0, 99.0, places=2),
    num("track_deg", 0.0, 360.0, digits=3),
    choice("reference", "TM"),
)
FORMS: Final = (
    Form("HTC", "heading and track control: command C or status R", (*_ORDERED, choice("sentence_status", "CR"))),
    Form("HTD", "heading and track control: what the autopilot does", (
        *_ORDERED,
        choice("rudder_status", "AV"),  # A within its limit, V beyond; the same below
        choice("off_heading_status", "AV"),
        choice("off_track_status", "AV"),
        num("vessel_heading_deg", 0.0, 360.0),
    )),
    Form("HSC", "heading to steer; edition 6 prefers HTC", (
        with_unit("heading_deg", "T", 0.0, 360.0, digits=3),
        with_unit("heading_magnetic_deg", "M", 0.0, 360.0, digits=3),
    ), (choice("sentence_status", "CR"),)),
)  # fmt: skip
"""HTC and HTD share their first thirteen fields."""

Mode = Literal["M", "S", "H", "T", "R"]
_MODES: Final[dict[str, Mode]] = {"M": "M", "S": "S", "H": "H", "T": "T", "R": "R"}


@dataclass(frozen=True, slots=True)
class Steering:
    """What HTC orders and HTD echoes; None where a field is empty or cannot be read."""

    is_override: bool
    """True: the helm steers, the modes are ignored."""
    mode: Mode | None
    """M manual, S stand-alone, H heading from outside, T track, R rudder."""
    rudder_deg: float | None
    """Commanded rudder, positive to starboard."""
    turn_mode: str
    """R radius, T rate, N none."""
    rudder_limit_deg: float | None
    off_heading_deg: float | None
    radius_nm: float | None
    rate_deg_min: float | None
    heading_deg: float | None
    """Heading to steer, degrees of `reference`."""
    off_track_nm: float | None
    track_deg: float | None
    reference: str
    """T true, M magnetic."""


@dataclass(frozen=True, slots=True)
class Answer:
    """HTD: what the autopilot does."""

    steering: Steering
    is_rudder_limited: bool
    is_off_heading: bool
    is_off_track: bool
    vessel_heading_deg: float | None


_ORDERED_HEADING = gauge("AP_HDGSET")


def htd(f: list[str]) -> list[Reading]:
    """Return the heading to steer while the autopilot steers one of its own or from outside."""
    if f[3] not in ("S", "H") or f[0] != "V":
        return []
    return [_ORDERED_HEADING(f[9], f[12] in ("T", ""))]


def steering_of(f: list[str]) -> Steering:
    """Return the fields 1 to 13 of HTC or HTD; a field that cannot be read is None, never a guess."""
    angle = number(f[1])
    rudder = None if angle is None or angle < 0.0 or f[2] not in ("L", "R") else -angle if f[2] == "L" else angle
    return Steering(
        f[0] == "A", _MODES.get(f[3]), rudder, f[4], number(f[5]), number(f[6]), number(f[7]), number(f[8]),
        number(f[9]), number(f[10]), number(f[11]), f[12],
    )  # fmt: skip


def answer_of(f: list[str]) -> Answer:
    """Return what an HTD of 17 fields says."""
    return Answer(steering_of(f), f[13] == "V", f[14] == "V", f[15] == "V", number(f[16]))


def make_htc(talker: str, steering: Steering) -> bytes:
    """Return the HTC command (status C) that orders `steering`, without its line end."""
    rudder = steering.rudder_deg
    side = "" if rudder is None else "L" if rudder < 0 else "R"
    return make(talker, "HTC", [
        "A" if steering.is_override else "V", _text(None if rudder is None else abs(rudder)), side,
        steering.mode or "", steering.turn_mode, _text(steering.rudder_limit_deg), _text(steering.off_heading_deg),
        _text(steering.radius_nm, 2), _text(steering.rate_deg_min), _text(steering.heading_deg, 1, 5),
        _text(steering.off_track_nm, 2), _text(steering.track_deg, 1, 5), steering.reference, "C",
    ])  # fmt: skip


def _text(value: float | None, decimals: int = 1, width: int = 0) -> str:
    return "" if value is None else f"{value:0{width}.{decimals}f}"
