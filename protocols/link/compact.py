"""A vessel's heartbeat in few bytes: one says what the last one said but for some numbers, so most of it is known beforehand.

Raw deflate (RFC 1951) against words that both ends have. The signature covers the bytes as they go over the water, so nothing
is opened before it was verified. A body that begins otherwise is CBOR as it stands, which earlier releases send.
"""

from __future__ import annotations

import zlib
from typing import Final

from protocols.errors import MalformedError
from protocols.link import cbor
from protocols.link.cbor import Plain

FORM: Final = b"\x01"
"""First byte of the compact form with these words; a map of CBOR begins with 0xa0 or more."""
OPENED_MAX_BYTES: Final = cbor.SIZE_MAX_BYTES
_AUTHORITY: Final[dict[str, Plain]] = {
    "station": "local", "person": "", "roc": "", "console": "", "session": "", "role": "", "level": "", "fencing": 0,
    "lease_age_s": None, "phase": "held", "pending_id": "", "pending_person": "", "pending_console": "",
    "pending_left_s": None,
}  # fmt: skip
_RARE: Final[dict[str, Plain]] = {
    "disagreed": [{"quantity": "position", "apart": 0, "unit": "m", "first": "", "second": ""}],
    "reasons": [{"name": "", "text": "", "since_ms": 0, "clears": ""}],
    "access": {"left_s": 0, "reasons": []}, "route": {"hash": "", "leg": 0},
    "respond": {"left_s": 0, "operator_s": 0, "what": "", "fallback": "", "barred": ""},
    "ways": [{"name": "first", "is_connected": True, "round_trip_ms": None}, {"name": "second", "is_connected": True}],
    "setpoints": {"heading_deg": 0, "rudder_deg": 0, "propulsion_pct": 0, "course_deg": 0, "speed_kn": 0},
    "authority": {**_AUTHORITY, "station": "remote", "role": "operator", "level": "setpoint"},
}  # fmt: skip
_USUAL: Final[dict[str, Plain]] = {
    "v": 1, "vessel": "", "boot_id": "", "seq": 0, "mono_ms": 0, "utc_ns": 0, "utc_trusted": True, "step": "L0",
    "reasons": [], "next_step": "", "next_step_in_s": None, "authority": _AUTHORITY, "stop_latched": False,
    "echo_session": "", "echo_seq": 0, "echo_held_ms": 0, "round_trip_ms": None, "loss_pct": 0, "setpoints": {},
    "phase": "coastal", "roster_version": 1, "alerts": [], "action": "", "engineering": _AUTHORITY,
}  # fmt: skip
WORDS: Final = cbor.encode(_RARE) + cbor.encode(_USUAL)
"""What both ends know beforehand; deflate finds what stands last most cheaply. Never changed: other words are another form."""
_LEVEL, _WINDOW, _MEMORY = 9, -12, 5
"""Of zlib: 4 kB of window hold the words and a heartbeat, and memory for as little."""


def compacted(body: bytes) -> bytes:
    """Return the compact form of a heartbeat's CBOR; `body` itself where that is shorter."""
    maker = zlib.compressobj(_LEVEL, zlib.DEFLATED, _WINDOW, _MEMORY, zlib.Z_DEFAULT_STRATEGY, WORDS)
    found = FORM + maker.compress(body) + maker.flush()
    return found if len(found) < len(body) else body


def opened(body: bytes) -> bytes:
    """Return the CBOR of a verified heartbeat in either form; raise MalformedError where it is not whole, or too long."""
    if not body.startswith(FORM):
        return body
    reader = zlib.decompressobj(-zlib.MAX_WBITS, WORDS)
    try:
        found = reader.decompress(body[len(FORM) :], OPENED_MAX_BYTES)
    except zlib.error as error:
        raise MalformedError(f"a compact heartbeat cannot be read: {error}") from error
    if not reader.eof or reader.unused_data:
        raise MalformedError("a compact heartbeat is not whole, or too long")
    return found
