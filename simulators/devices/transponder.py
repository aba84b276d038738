"""AIS class A reports as a transponder sends them: type 1 or 3 at the standard's pace, type 5 each six minutes."""

from __future__ import annotations

from dataclasses import dataclass

from pyais.encode import encode_dict

STATIC_PERIOD_S = 360.0
"""Type 5, ITU-R M.1371."""
_TURNING_DEGPMIN = 5.0
"""A ship that turns faster reports more often; the standard says "changing course" and leaves the figure open."""
_PERIODS = ((23.0, 2.0, 2.0), (14.0, 6.0, 2.0))
"""Above this speed (kn): seconds between reports on a straight course, and while changing course."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a transponder says of its ship."""

    mmsi: int
    name: str
    callsign: str
    imo: int
    """0 when she has none."""
    ship_type: int
    length_m: int
    beam_m: int
    draught_m: float
    destination: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Where a ship is and how she moves, as her transponder knows it."""

    latitude_deg: float
    longitude_deg: float
    sog_kn: float
    cog_deg: float
    heading_deg: float
    rate_degpmin: float
    second: int
    """UTC second of the report, 0..59."""


def report_period_s(sog_kn: float, rate_degpmin: float) -> float:
    """Return seconds between position reports of class A under way (ITU-R M.1371 table 1)."""
    turning = abs(rate_degpmin) > _TURNING_DEGPMIN
    for above_kn, straight_s, turning_s in _PERIODS:
        if sog_kn > above_kn:
            return turning_s if turning else straight_s
    return 3.33 if turning else 10.0


def position_report(identity: Identity, fix: Fix, *, own: bool) -> list[bytes]:
    """Return message 1 (3 in a turn) as VDO for the own ship, VDM for others."""
    turning = abs(fix.rate_degpmin) > _TURNING_DEGPMIN
    return _encoded(
        {
            "msg_type": 3 if turning else 1,
            "mmsi": identity.mmsi,
            "status": 0,
            # pyais applies the 4.733 sqrt() itself and takes degrees per minute.
            "turn": max(-700.0, min(700.0, fix.rate_degpmin)),
            "speed": min(102.2, max(0.0, round(fix.sog_kn, 1))),
            "accuracy": 1,
            "lon": fix.longitude_deg,
            "lat": fix.latitude_deg,
            "course": round(fix.cog_deg, 1) % 360.0,
            "heading": round(fix.heading_deg) % 360,
            "second": fix.second,
        },
        own=own,
    )


def static_report(identity: Identity, *, own: bool) -> list[bytes]:
    """Return message 5 in two parts."""
    ahead = round(identity.length_m * 0.8)
    return _encoded(
        {
            "msg_type": 5,
            "mmsi": identity.mmsi,
            "imo": identity.imo,
            "callsign": identity.callsign,
            "shipname": identity.name,
            "ship_type": identity.ship_type,
            "to_bow": ahead,
            "to_stern": identity.length_m - ahead,
            "to_port": identity.beam_m // 2,
            "to_starboard": identity.beam_m - identity.beam_m // 2,
            "draught": identity.draught_m,
            "destination": identity.destination,
        },
        own=own,
        sequence=identity.mmsi % 10,  # two ships' parts must not be joined
    )


def _encoded(
    message: dict[str, str | int | float | bytes | bool], *, own: bool, sequence: int | None = None
) -> list[bytes]:
    lines: list[str] = encode_dict(
        message, talker_id="AI", sentence_type="VDO" if own else "VDM", radio_channel="A", seq_id=sequence
    )
    return [f"{line}\r\n".encode("ascii") for line in lines]
