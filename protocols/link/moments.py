"""Texts of UTC moments (NAV_UTC) as numbers beside the scan clock: where both clocks are right their difference stands still.

A moment is `yyyy-mm-ddThh:mm:ss[.f]Z`, the fraction of one to six digits left out where it is zero. What is not spelled so,
a leap second too, stays a text.
"""

from __future__ import annotations

import re
from typing import Final

import numpy as np
from numpy.typing import NDArray

from protocols.errors import MalformedError

Whole = NDArray[np.int64]
EXPONENT_MAX: Final = 6
"""Most digits of a fraction of a second."""
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.(\d{1,6}))?Z")
_SECONDS_MAX: Final = 253_402_300_799
"""The last second of the year 9999."""
_NS_DIGITS: Final = 9
_APART_MAX: Final = 1 << 53
"""Farthest from the scan clock, in units, as all whole numbers of the link: 285 years in microseconds. Farther stays a text."""


def as_numbers(texts: tuple[str, ...], scan_utc_ns: Whole) -> tuple[int, Whole] | None:
    """Return the digits of the fraction and, in that unit, each moment less that of its scan; None where one is no moment.

    None too where one is so far from its scan that the link has no number for it: one of the clocks is out of all reason.
    """
    found = [_MOMENT.fullmatch(text) for text in texts]
    exponent = max((len(match[1] or "") for match in found if match is not None), default=0)
    if not texts or None in found:
        return None
    try:
        told = np.array([text[:-1] for text in texts], "datetime64[us]").astype(np.int64)
    except ValueError:  # the 30th of February
        return None
    units = told // 10 ** (EXPONENT_MAX - exponent)
    if (units < 0).any() or as_texts(units, exponent) != texts:
        return None
    apart = units - scan_utc_ns // 10 ** (_NS_DIGITS - exponent)
    return (exponent, apart) if (np.abs(apart) <= _APART_MAX).all() else None


def of_numbers(exponent: int, numbers: Whole, scan_utc_ns: Whole) -> tuple[str, ...]:
    """Return what `as_numbers` was given; raise MalformedError where it would not have made such numbers."""
    if ((numbers > _APART_MAX) | (numbers < -_APART_MAX)).any():
        raise MalformedError("a moment of the batch is out of time")
    return as_texts(numbers + scan_utc_ns // 10 ** (_NS_DIGITS - exponent), exponent)


def as_texts(units: Whole, exponent: int) -> tuple[str, ...]:
    """Return moments of units of 10^-exponent s since 1970; raise MalformedError outside the years 1970 to 9999."""
    whole, part = np.divmod(units, 10**exponent)
    if ((whole < 0) | (whole > _SECONDS_MAX)).any():
        raise MalformedError("a moment of the batch is out of time")
    seconds = np.datetime_as_string(whole.astype("datetime64[s]")).tolist()
    return tuple(
        f"{second}.{fraction:0{exponent}d}Z" if fraction else f"{second}Z"
        for second, fraction in zip(seconds, part.tolist(), strict=True)
    )
