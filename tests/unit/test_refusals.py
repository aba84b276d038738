"""A refused certificate or account is told in words, at once and then seldom; a link that is down is not told at all."""

from __future__ import annotations

import pytest

from protocols.aio.refusal import AGAIN_S, Refusals, refusal, unreadable

SAID = {
    "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1006)":
        ("the broker's certificate has expired", "clock"),
    "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate is not yet valid (_ssl.c:1006)":
        ("is of the future", "set this machine's clock"),
    "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: Hostname mismatch, certificate is not valid for 'localhost'.":
        ("of another name", "URL"),
    "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate in certificate chain":
        ("not believed here", "?ca=FILE"),
    "failed to receive on socket: [SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required (_ssl.c:2580)":
        ("wants a certificate", "&cert=FILE&key=FILE"),
    "failed to receive on socket: [SSL: TLSV1_ALERT_UNKNOWN_CA] tlsv1 alert unknown ca (_ssl.c:2580)":
        ("does not know the authority", "farhelm certificates"),
    "failed to receive on socket: [SSL: SSLV3_ALERT_CERTIFICATE_EXPIRED] sslv3 alert certificate expired (_ssl.c:2580)":
        ("our certificate has expired", "farhelm certificates"),
    "failed to receive on socket: [SSL: SSLV3_ALERT_CERTIFICATE_REVOKED] sslv3 alert certificate revoked (_ssl.c:2580)":
        ("our certificate was revoked", "farhelm certificates"),
    "[X509: KEY_VALUES_MISMATCH] key values mismatch (_ssl.c:3926)": ("do not belong together", "pair of files"),
    "[code:135] Not authorized": ("does not take our account", "name and password"),
}  # fmt: skip
MENDS_ITSELF = (
    "[Errno 111] Connection refused", "Operation timed out", "failed to receive on socket: [Errno 104] Connection reset by peer",
    "[Errno -2] Name or service not known", "",
)  # fmt: skip


@pytest.mark.parametrize("said", SAID)
def test_what_was_refused_and_what_to_do(said: str) -> None:
    """What libraries say, seen of them, becomes a sentence for who looks after the ship; their words stand beside it."""
    found = refusal(said)
    assert found is not None
    assert SAID[said][0] in found.problem
    assert SAID[said][1] in found.do
    assert found.said == said[:200]


@pytest.mark.parametrize("said", MENDS_ITSELF)
def test_what_mends_itself_is_no_refusal(said: str) -> None:
    """Negative control: a ship out of reach says nothing each two seconds."""
    assert refusal(said) is None


def test_a_file_that_is_not_there() -> None:
    """It is named."""
    found = unreadable(FileNotFoundError(2, "No such file or directory", "/etc/farhelm/ship.crt"))
    assert found.said == "No such file or directory: /etc/farhelm/ship.crt"
    assert "ca, cert and key" in found.do


def test_a_refusal_is_told_once_again_when_it_lasts_and_when_it_is_another() -> None:
    """A day of attempts each two seconds: a line each ten minutes; another refusal, and one after a connection, at once."""
    (expired, _, _, unknown, *_), refusals = map(refusal, SAID), Refusals()
    assert unknown is not None
    assert expired is not None
    told = [second for second in range(0, 86_400, 2) if refusals.take(unknown, float(second))]
    assert told == list(range(0, 86_400, int(AGAIN_S)))
    assert refusals.take(expired, 86_400.0)
    assert not refusals.take(expired, 86_402.0)
    refusals.over()
    assert refusals.take(expired, 86_404.0)
