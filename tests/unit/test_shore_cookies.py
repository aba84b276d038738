"""What a browser is told so that nobody else's page or script can act as whoever is logged in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

import pytest

from shoreside.api.auth import Auth, cookie_header
from shoreside.api.guard import HEADERS
from shoreside.store.people import People
from tests.shore_kit import SetClock


class Nobody:
    """A database without anybody."""

    accounts = None


@pytest.mark.parametrize("secure", [True, False])
def test_over_tls_the_cookie_is_this_sites_alone(secure: bool) -> None:
    """`__Host-` asks for Secure, Path=/ and no Domain (RFC 6265bis, 4.1.3.2); without TLS a browser would throw it away."""
    auth = Auth(cast("People", Nobody()), SetClock(), secure=secure)
    for told in (cookie_header(auth, "word"), cookie_header(auth, "", end=True)):
        (name, _), *attributes = (part.partition("=")[::2] for part in told.split("; "))
        kept = dict(attributes)
        assert name == auth.cookie == ("__Host-farhelm" if secure else "farhelm")
        assert ("Secure" in kept) is secure
        assert kept["Path"] == "/"
        assert kept["SameSite"] == "Strict"
        assert "HttpOnly" in kept
        assert "Domain" not in kept
    assert "Max-Age=0" in cookie_header(auth, "", end=True)


def test_no_script_runs_that_is_not_a_file_of_ours() -> None:
    """Scripts come from this site's files alone: neither within a page nor from elsewhere, and no page of ours has one within."""
    policy = {words[0]: set(words[1:]) for words in map(str.split, HEADERS["content-security-policy"].split(";"))}
    assert policy["script-src"] == policy["default-src"] == {"'self'"}
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == {"'none'"}
    page = (Path(__file__).parents[2] / "ui" / "index.html").read_text()
    scripts = re.findall(r"<script\b([^>]*)>(.*?)</script>", page, re.DOTALL)
    assert scripts
    assert all("src=" in attributes and not body.strip() for attributes, body in scripts)
    assert not re.search(r"\son[a-z]+\s*=", page)
