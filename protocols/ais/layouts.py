"""AIS messages 1 to 27, bit by bit, as the tables of ITU-R M.1371-5 annex 8 give them.

`none` is the standard's own value for "not available", `high` the last one that means anything; offsets follow from the
widths before.
"""

from __future__ import annotations

from typing import Final

from protocols.ais.fields import Field, binary, flag, number, rate_of_turn, second, spare, text

HEAD: Final = (number("type", 6), number("repeat", 2), number("mmsi", 30))
"""Of every message."""
HEAD_BITS: Final = 38
_SOG: Final = number("sog_kn", 10, divisor=10, none=1023)
_COG: Final = number("cog_deg", 12, divisor=10, none=3600, high=3600)
_HEADING: Final = number("heading_deg", 9, none=511, high=359)
_ACCURATE: Final = flag("is_accurate")
"""True: better than 10 m."""
MINUTE_PARTS: Final = 600_000
"""Parts of a degree in positions: 1/10,000 min."""
POSITION: Final = (
    number(
        "longitude_deg", 28, divisor=MINUTE_PARTS, none=108_600_000, low=-108_000_000, high=108_000_000, signed=True
    ),
    number("latitude_deg", 27, divisor=MINUTE_PARTS, none=54_600_000, low=-54_000_000, high=54_000_000, signed=True),
)
"""1/10,000 min; 181 deg and 91 deg are not available."""


def _coarse(prefix: str = "") -> tuple[Field, Field]:
    """Return a position in 1/10 min."""
    return (
        number(f"{prefix}longitude_deg", 18, divisor=600, none=108_600, low=-108_000, high=108_000, signed=True),
        number(f"{prefix}latitude_deg", 17, divisor=600, none=54_600, low=-54_000, high=54_000, signed=True),
    )


SIZE: Final = (number("to_bow_m", 9), number("to_stern_m", 9), number("to_port_m", 6), number("to_starboard_m", 6))
"""From the antenna; all 0: not available."""
_EPFD: Final = number("epfd", 4, none=0)
"""Kind of position fixing device (table 53): 1 GPS, 2 GLONASS, 3 both, 4 LORAN-C, ... 15 the transponder's own GNSS."""
_SHIP_TYPE: Final = number("ship_type", 8, none=0)
_RAIM: Final = flag("raim")
_ASSIGNED: Final = flag("is_assigned")
_STATUS: Final = number("nav_status", 4, none=15)
_ETA: Final = (
    number("eta_month", 4, none=0, high=12), number("eta_day", 5, none=0),
    number("eta_hour", 5, none=24, high=23), number("eta_minute", 6, none=60, high=59),
)  # fmt: skip
_CLASS_A: Final = (
    *HEAD, _STATUS, rate_of_turn("rot_deg_min"), _SOG, _ACCURATE, *POSITION, _COG, _HEADING, second("second"),
    number("manoeuvre", 2, none=0, high=2), spare(3), _RAIM, number("radio", 19),
)  # fmt: skip
"""Tables 48; manoeuvre 1: no special one, 2: a special one (regional passing arrangement)."""
_BASE: Final = (
    *HEAD, number("year", 14, none=0, high=9999), number("month", 4, none=0, high=12), number("day", 5, none=0),
    number("hour", 5, none=24, high=23), number("minute", 6, none=60, high=59), number("utc_second", 6, none=60, high=59),
    _ACCURATE, *POSITION, _EPFD, spare(10), _RAIM, number("radio", 19),
)  # fmt: skip
_ACKNOWLEDGED: Final = tuple(
    field
    for each in range(1, 5)
    for field in (number(f"destination{each}_mmsi", 30, none=0, high=999_999_999), number(f"sequence{each}", 2))
)
_RESERVED_SLOTS: Final = tuple(
    field
    for each in range(1, 5)
    for field in (
        number(f"offset{each}", 12, none=0), number(f"slots{each}", 4, none=0), number(f"timeout{each}_min", 3, none=0),
        number(f"increment{each}", 11),
    )
)  # fmt: skip
_DESTINATION: Final = number("destination_mmsi", 30, none=0, high=999_999_999)
_APPLICATION: Final = (number("dac", 10), number("fi", 6))
"""Designated area code and function identifier: whose application the bytes are of, and which."""
_CHANNELS: Final = (
    *HEAD, spare(2), number("channel_a", 12, none=0), number("channel_b", 12, none=0), number("tx_rx", 4),
    flag("is_low_power"),
)  # fmt: skip
_BANDS: Final = (flag("is_addressed"), flag("narrow_a"), flag("narrow_b"), number("zone_nmi", 3), spare(23))
_CLASS_B_STATIC: Final = (
    *HEAD, number("part", 2), _SHIP_TYPE, text("vendor", 3), number("model", 4), number("serial", 20),
    text("callsign", 7),
)  # fmt: skip

LAYOUTS: Final[dict[str, tuple[Field, ...]]] = {
    "1": _CLASS_A,
    "2": _CLASS_A,
    "3": _CLASS_A,
    "4": _BASE,
    "5": (*HEAD, number("ais_version", 2), number("imo", 30, none=0), text("callsign", 7), text("name", 20), _SHIP_TYPE,
          *SIZE, _EPFD, *_ETA, number("draught_m", 8, divisor=10, none=0), text("destination", 20),
          flag("is_dte_missing"), spare(1)),
    "6": (*HEAD, number("sequence", 2), _DESTINATION, flag("is_retransmitted"), spare(1), *_APPLICATION,
          binary("application", 920)),
    "7": (*HEAD, spare(2), *_ACKNOWLEDGED),
    "8": (*HEAD, spare(2), *_APPLICATION, binary("application", 952)),
    "9": (*HEAD, number("altitude_m", 12, none=4095), number("sog_kn", 10, none=1023), _ACCURATE, *POSITION, _COG,
          second("second"), flag("is_barometric"), spare(7), flag("is_dte_missing"), spare(3), _ASSIGNED, _RAIM,
          number("radio", 20)),
    "10": (*HEAD, spare(2), _DESTINATION, spare(2)),
    "11": _BASE,
    "12": (*HEAD, number("sequence", 2), _DESTINATION, flag("is_retransmitted"), spare(1), text("text", 156, to_end=True)),
    "13": (*HEAD, spare(2), *_ACKNOWLEDGED),
    "14": (*HEAD, spare(2), text("text", 161, to_end=True)),
    "15": (*HEAD, spare(2), number("destination1_mmsi", 30, none=0, high=999_999_999), number("wanted1", 6, none=0),
           number("offset1", 12, none=0), spare(2), number("wanted1b", 6, none=0), number("offset1b", 12, none=0),
           spare(2), number("destination2_mmsi", 30, none=0, high=999_999_999), number("wanted2", 6, none=0),
           number("offset2", 12, none=0), spare(2)),
    "16": (*HEAD, spare(2), number("destination1_mmsi", 30, none=0, high=999_999_999), number("offset1", 12),
           number("increment1", 10), spare(4)),
    "16 two": (*HEAD, spare(2), number("destination1_mmsi", 30, none=0, high=999_999_999), number("offset1", 12),
               number("increment1", 10), number("destination2_mmsi", 30, none=0, high=999_999_999), number("offset2", 12),
               number("increment2", 10)),
    "17": (*HEAD, spare(2), *_coarse(), spare(5), binary("dgnss", 736)),
    "18": (*HEAD, spare(8), _SOG, _ACCURATE, *POSITION, _COG, _HEADING, second("second"), spare(2),
           flag("is_carrier_sense"), flag("has_display"), flag("has_dsc"), flag("is_whole_band"),
           flag("takes_message_22"), _ASSIGNED, _RAIM, number("radio", 20)),
    "19": (*HEAD, spare(8), _SOG, _ACCURATE, *POSITION, _COG, _HEADING, second("second"), spare(4), text("name", 20),
           _SHIP_TYPE, *SIZE, _EPFD, _RAIM, flag("is_dte_missing"), _ASSIGNED, spare(4)),
    "20": (*HEAD, spare(2), *_RESERVED_SLOTS),
    "21": (*HEAD, number("aid_type", 5, none=0), text("name", 20), _ACCURATE, *POSITION, *SIZE, _EPFD,
           second("second"), flag("is_off_position"), number("aid_status", 8), _RAIM, flag("is_virtual"), _ASSIGNED,
           spare(1), text("name_end", 14, to_end=True)),
    "22": (*_CHANNELS, *_coarse("ne_"), *_coarse("sw_"), *_BANDS),
    "22 addressed": (*_CHANNELS, number("destination1_mmsi", 30, none=0, high=999_999_999), spare(5),
                     number("destination2_mmsi", 30, none=0, high=999_999_999), spare(5), *_BANDS),
    "23": (*HEAD, spare(2), *_coarse("ne_"), *_coarse("sw_"), number("station_type", 4), number("wanted_ship_type", 8),
           spare(22), number("tx_rx", 2), number("interval", 4), number("quiet_min", 4, none=0), spare(6)),
    "24 A": (*HEAD, number("part", 2), text("name", 20)),
    "24 B": (*_CLASS_B_STATIC, *SIZE, _EPFD, spare(2)),
    "24 B auxiliary": (*_CLASS_B_STATIC, number("mothership_mmsi", 30, none=0, high=999_999_999), spare(6)),
    "25": (*HEAD, flag("is_addressed"), flag("is_structured"), binary("application", 128)),
    "25 structured": (*HEAD, flag("is_addressed"), flag("is_structured"), *_APPLICATION, binary("application", 112)),
    "25 addressed": (*HEAD, flag("is_addressed"), flag("is_structured"), _DESTINATION, binary("application", 98)),
    "25 addressed structured": (*HEAD, flag("is_addressed"), flag("is_structured"), _DESTINATION, *_APPLICATION,
                                binary("application", 82)),
    "27": (*HEAD, _ACCURATE, _RAIM, _STATUS, *_coarse(), number("sog_kn", 6, none=63),
           number("cog_deg", 9, none=511, high=359), flag("is_late"), spare(1)),
}  # fmt: skip
"""{message, and which of its forms where it has several: its fields}. Message 26 is 25 with 20 bits of radio state after."""
AUXILIARY: Final = range(980_000_000, 990_000_000)
"""MMSI of craft that belong to a mother ship (ITU-R M.585, 98MIDXXXX)."""
RADIO_STATE_BITS: Final = 20
"""Communication state at the end of message 26."""


def form(kind: int, mmsi: int, bits: int, length: int) -> str:
    """Return the key of LAYOUTS for a message of `length` bits; a key that is not there has no such form."""
    if kind == 16:  # noqa: PLR2004 - message 16: one station in 96 bits, two in 144
        return "16 two" if length > 96 else "16"  # noqa: PLR2004 - as above
    if kind == 22:  # noqa: PLR2004 - message 22 says behind its addresses what they are
        is_area = length > 139 and not bits >> length - 140 & 1  # noqa: PLR2004 - bit 139, a bit that is missing says addressed
        return "22" if is_area else "22 addressed"
    if kind == 24:  # noqa: PLR2004 - message 24: its part number stands in bits 38 and 39
        part = bits >> length - 40 & 3 if length >= 40 else 3  # noqa: PLR2004 - as above
        auxiliary = " auxiliary" if part == 1 and mmsi in AUXILIARY else ""
        return f"24 {'ABCD'[part]}{auxiliary}"
    if kind in (25, 26):
        wanted = bits >> length - 40 & 3 if length >= 40 else 0  # noqa: PLR2004 - bits 38 and 39
        return "25" + (" addressed" if wanted & 2 else "") + (" structured" if wanted & 1 else "")
    return str(kind)
