"""Looks at the machine's clock, at who keeps it, and at the shore's. Judges nothing."""

from __future__ import annotations

import ctypes
import struct
from email.utils import parsedate_to_datetime
from typing import Final, cast

import httpx

from farhelm.doctor.probes import HTTP_S, said
from farhelm.doctor.seen import ApartSeen, ClockSeen, ShoreSeen
from protocols.aio.clock import Clock

TIMEX_BYTES: Final = 512
"""Room for the kernel's `struct timex`; it takes 208."""
MAXERROR: Final = struct.Struct("@iqqqqi")
"""The first fields of `struct timex`: modes, offset, freq, maxerror (us), esterror, status."""
UNSYNCHRONISED: Final = 0x40
"""STA_UNSYNC of `status`."""
DATE_S: Final = 1.0
"""A Date header has whole seconds, and servers make it once a second."""


def clock(source: Clock) -> ClockSeen:
    """Look at the machine's clock."""
    is_synchronised, error_ms = _kernel()
    return ClockSeen(source.utc_ns(), is_synchronised, error_ms)


def apart(source: Clock, url: str) -> ApartSeen:
    """Compare the machine's clock with the Date that the shore at `url` answers with."""
    before_s = source.utc_ns() / 1e9
    try:
        answer = httpx.get(f"{url}/healthz", timeout=HTTP_S, trust_env=False)
        theirs_s = parsedate_to_datetime(answer.headers["date"]).timestamp() + DATE_S / 2
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        return ApartSeen(url, None, 0.0, said(error))
    except KeyError:
        return ApartSeen(url, None, 0.0, "the answer has no Date")
    after_s = source.utc_ns() / 1e9
    return ApartSeen(url, (before_s + after_s) / 2 - theirs_s, DATE_S + (after_s - before_s) / 2)


def shore(url: str) -> ShoreSeen:
    """Ask the shore at `url` how it is."""
    try:
        found: object = httpx.get(f"{url}/healthz", timeout=HTTP_S, trust_env=False).json()
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        return ShoreSeen(url, said(error))
    if not isinstance(found, dict) or "vessels" not in found:
        return ShoreSeen(url, "it is no farhelm shore")
    told = cast("dict[str, object]", found)
    vessels = cast("list[dict[str, object]]", told["vessels"])
    ages = tuple((str(row.get("vessel")), cast("float | None", row.get("data_age_s"))) for row in vessels)
    return ShoreSeen(url, "", str(told.get("version", "")), tuple(cast("list[str]", told.get("faults", []))), ages)


def _kernel() -> tuple[bool | None, float | None]:
    """Return whether the kernel counts its clock as synchronised, and its largest error; None where it cannot be told."""
    timex = ctypes.create_string_buffer(TIMEX_BYTES)
    try:
        state = int(ctypes.CDLL(None, use_errno=True).adjtimex(timex))
    except (OSError, AttributeError):
        return None, None
    if state < 0:
        return None, None
    _, _, _, maxerror_us, _, status = MAXERROR.unpack_from(timex)
    return not status & UNSYNCHRONISED, maxerror_us / 1000.0
