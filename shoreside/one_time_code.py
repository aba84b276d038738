"""One-time codes of an authenticator app (RFC 6238, TOTP: SHA-1, 6 digits, 30 s, what every app understands)."""

from __future__ import annotations

import base64
import hmac
from typing import Final
from urllib.parse import quote

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

STEP_S: Final = 30
DIGITS: Final = 6
SECRET_BYTES: Final = 20
"""As long as the hash (RFC 4226, 4)."""
SKEW_STEPS: Final = 1
"""Steps that a phone's clock may be off, each way (RFC 6238, 5.2)."""


def step_of(secret: bytes, code: str, utc_s: float, last_step: int) -> int | None:
    """Return the step whose code `code` is; None when it is wrong, too old, or not later than `last_step`.

    A code is good once: who uses it keeps its step as the next `last_step`. Spaces are left out of `code`.
    """
    given = "".join(code.split())
    if len(given) != DIGITS or not given.isascii() or not given.isdigit():
        return None
    now = int(utc_s // STEP_S)
    totp = TOTP(secret, DIGITS, SHA1(), STEP_S)  # noqa: S303 - what RFC 6238 and all apps use; no collision matters here
    for step in range(now - SKEW_STEPS, now + SKEW_STEPS + 1):
        if step > last_step and hmac.compare_digest(totp.generate(step * STEP_S), given.encode()):
            return step
    return None


def readable(secret: bytes) -> str:
    """Return the secret as a person types it: base32, in groups of four."""
    text = base64.b32encode(secret).decode().rstrip("=")
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def address(secret: bytes, person: str, station: str) -> str:
    """Return what an app scans: the address of the scheme otpauth, with `station` as its issuer."""
    issuer = quote(station, safe="")
    text = base64.b32encode(secret).decode().rstrip("=")
    return f"otpauth://totp/{issuer}:{quote(person, safe='')}?secret={text}&issuer={issuer}"
