"""Why a broker and a program do not come together by themselves: a certificate or an account refused, in words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

AGAIN_S: Final = 600.0
"""A refusal that lasts is told again after so long: whoever opens the log of a ship sees it, and it does not fill the disk."""
_SAID_MAX: Final = 200
"""Characters of what the other end said."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What no waiting mends."""

    problem: str
    do: str
    """What somebody has to do about it."""
    said: str
    """What was said to us, in the words of TLS, MQTT or the system."""


_NEVER_OURS: Final = "the broker does not take our certificate"
_NEVER_THEIRS: Final = "the broker's certificate is not believed here"
_RENEW: Final = "make a new one with `farhelm certificates`, of the authority that the broker believes"
_KNOWN: Final = (
    ("certificate has expired", "the broker's certificate has expired",
     "renew the broker's certificate; if it is still good, set this machine's clock"),
    ("certificate is not yet valid", "the broker's certificate is of the future", "set this machine's clock"),
    ("mismatch, certificate is not valid for", "the broker's certificate is of another name than its URL has",
     "write the broker's URL with a name that its certificate has, or make it one with this name"),
    ("CERTIFICATE_VERIFY_FAILED", _NEVER_THEIRS, "name the authority that signed it: ?ca=FILE in the broker's URL"),
    ("ALERT_CERTIFICATE_REQUIRED", "the broker wants a certificate and we have none",
     "give it one: &cert=FILE&key=FILE in the broker's URL"),
    ("ALERT_CERTIFICATE_EXPIRED", "our certificate has expired", _RENEW),
    ("ALERT_CERTIFICATE_REVOKED", "our certificate was revoked", _RENEW),
    ("ALERT_UNKNOWN_CA", "the broker does not know the authority of our certificate", _RENEW),
    ("ALERT_CERTIFICATE_UNKNOWN", _NEVER_OURS, _RENEW),
    ("ALERT_BAD_CERTIFICATE", _NEVER_OURS, _RENEW),
    ("ALERT_UNSUPPORTED_CERTIFICATE", _NEVER_OURS, _RENEW),
    ("KEY_VALUES_MISMATCH", "our certificate and our key do not belong together", "name the pair of files in the broker's URL"),
    ("PEM lib", "a certificate's file holds none", "name the files in the broker's URL: ca, cert and key"),
    ("NO_CERTIFICATE_OR_CRL_FOUND", "the authority's file holds no certificate", "name it in the broker's URL: ?ca=FILE"),
    ("WRONG_VERSION_NUMBER", "the broker does not speak TLS at this port", "correct port or mqtts:// of the broker's URL"),
    ("Not authorized", "the broker does not take our account", "correct name and password of the broker's URL"),
    ("Bad user name or password", "the broker does not take our account", "correct name and password of the broker's URL"),
)  # fmt: skip
"""(what stands in what was said, what it means, what to do); the first that stands there is meant."""


def refusal(said: str) -> Refusal | None:
    """Return what was refused, and what to do; None for a link that is down or a broker that is away: that mends itself."""
    for words, problem, do in _KNOWN:
        if words.lower() in said.lower():
            return Refusal(problem, do, said[:_SAID_MAX])
    return None


def unreadable(error: OSError) -> Refusal:
    """Return that a file of ours could not be read."""
    text = f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
    return Refusal(
        "a certificate's file cannot be read", "correct ca, cert and key of the broker's URL, or the files' owner", text
    )


class Refusals:
    """When a refusal is told: at once, and again when it is another or has lasted for AGAIN_S."""

    def __init__(self) -> None:
        """Nothing was refused yet."""
        self._told: tuple[str, float] | None = None

    def take(self, found: Refusal, now_s: float) -> bool:
        """Return whether to tell `found`, met at `now_s`."""
        told = self._told
        if told is not None and told[0] == found.problem and now_s - told[1] < AGAIN_S:
            return False
        self._told = (found.problem, now_s)
        return True

    def over(self) -> None:
        """Forget: a connection stands."""
        self._told = None
