"""Times and spans as people and programs ask for them, and what is answered where one is none."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import Query

from shoreside.api.problems import Problem
from shoreside.api.shore import Shore
from shoreside.store.history import LIMIT_MAX

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST: Final = datetime(1900, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2262, 1, 1, tzinfo=UTC)
"""No sample lies after it: the wire's nanoseconds end there. Between the two there is room for a day more on either side."""
LEAST_MS: Final = 100_000_000_000
"""UTC milliseconds of March 1973. A smaller number is seconds, or a year, far more often than a time of 1970."""
_WHOLE: Final = re.compile(r"-?[0-9]+")
_DATE_DIGITS: Final = 8
From = Annotated[
    str | None, Query(alias="from", description="ISO 8601 or UTC milliseconds; default: an hour before `to`")
]
To = Annotated[str | None, Query(description="ISO 8601 or UTC milliseconds; default: now")]
Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX)]


def moment(text: str) -> datetime:
    """Return the time in `text` (ISO 8601, UTC where no zone is said, or UTC ms); raise a 422 Problem for another."""
    try:
        found = _read(text)
    except (ValueError, OverflowError) as error:
        detail = (
            f"{text!r} is no time: write ISO 8601 like 2026-11-25T10:00Z (a + in an address as %2B) or UTC milliseconds"
            " like 1795600800000."
        )
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail) from error
    if not EARLIEST <= found < LATEST:
        detail = f"{text!r} lies outside of the years {EARLIEST.year} to {LATEST.year - 1}."
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
    return found


def _read(text: str) -> datetime:
    """Return a time; raise ValueError or OverflowError for none. Eight digits are a day of ISO 8601's basic form."""
    if _WHOLE.fullmatch(text) and len(text) != _DATE_DIGITS:
        milliseconds = int(text)
        if 0 < abs(milliseconds) < LEAST_MS:
            detail = f"{text} as UTC milliseconds is a time of about 1970: those of our time have 13 digits."
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
        return _EPOCH + timedelta(milliseconds=milliseconds)
    parsed = datetime.fromisoformat(text)
    return parsed.replace(tzinfo=UTC) if parsed.tzinfo is None else parsed.astimezone(UTC)


def utc_ms(time: datetime) -> int:
    """Return a time as UTC milliseconds."""
    return (time - _EPOCH) // timedelta(milliseconds=1)


def utc_ms_if(time: object) -> int | None:
    """Return a time of a row as UTC milliseconds; None where it has none."""
    return utc_ms(time) if isinstance(time, datetime) else None


def window(shore: Shore, start: str | None, end: str | None) -> tuple[datetime, datetime]:
    """Return the span asked for, the last hour where nothing is said; raise a 422 Problem where it is none."""
    to = moment(end) if end is not None else _EPOCH + timedelta(milliseconds=shore.clock.utc_ns() // 1_000_000)
    since = moment(start) if start is not None else to - timedelta(hours=1)
    if since >= to:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "`from` must lie before `to`.")
    return since, to
