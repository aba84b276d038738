"""A person's own account in a real browser: an authenticator, a passkey, and the sessions elsewhere."""

from __future__ import annotations

import base64
import re

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import Page, expect

from protocols.aio.clock import SystemClock
from tests.demo_rig import Demo
from tests.e2e.conftest import log_in, picture, without_chart
from tests.e2e.test_console import open_ship

PERSON = "max"
"""The maintainer, who logs in nowhere else: from here on his password alone opens nothing."""
PASSKEYS = {
    "protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True,
    "automaticPresenceSimulation": True,
}  # fmt: skip
"""A device that a person has just touched, played by Chromium."""


def code(secret: str, steps: int) -> str:
    """Return what an app shows for `secret`, `steps` steps from now."""
    totp = TOTP(base64.b32decode(secret.replace(" ", "")), 6, SHA1(), 30)  # noqa: S303 - as RFC 6238 and all apps
    return totp.generate(SystemClock().utc_ns() // 10**9 + 30 * steps).decode()


def come_again(page: Page, demo: Demo) -> None:
    """Log out, and enter name and password anew."""
    page.get_by_test_id("logout").click()
    page.get_by_test_id("login-person").fill(PERSON)
    page.get_by_test_id("login-password").fill(demo.password(PERSON))
    page.get_by_test_id("login-submit").click()


def prove(page: Page, demo: Demo, form: str) -> None:
    """Send a form of the account with the present password."""
    page.get_by_test_id(form).locator("[name=present]").fill(demo.password(PERSON))
    page.get_by_test_id(form).locator("button.go").last.click()


def test_more_than_a_password(page: Page, demo: Demo) -> None:
    """An authenticator is set up and asked for; a passkey is made and opens."""
    at_name = Demo(demo.folder, {**demo.facts, "console_url": demo.url.replace("127.0.0.1", "localhost")})
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": PASSKEYS})
    log_in(page, at_name, PERSON)
    page.get_by_test_id("whoami").click()
    said = page.get_by_test_id("account-said")

    # An authenticator: who does not know the password sets none up; its code confirms it.
    form = page.get_by_test_id("account-authenticator-form")
    form.locator("[name=present]").fill("wrong")
    form.locator("button").click()
    expect(said).to_contain_text("The password is wrong")
    prove(page, demo, "account-authenticator-form")
    secret = page.get_by_test_id("account-secret").inner_text()
    assert page.get_by_test_id("account").locator("img").evaluate("image => image.naturalWidth") > 50
    picture(page, "account")
    expect(said).to_have_text("")
    page.get_by_test_id("account-code").locator("[name=code]").fill(code(secret, -1))
    page.get_by_test_id("account-code").locator("button.go").click()
    expect(page.get_by_test_id("account-authenticator")).to_have_attribute("data-on", "true")

    # The password alone is no longer enough, a wrong code is none, the right one is.
    come_again(page, demo)
    page.get_by_test_id("login-code").fill("000000")
    page.get_by_test_id("login-submit").click()
    expect(page.get_by_test_id("login-problem")).to_contain_text("wrong")
    page.get_by_test_id("login-code").fill(code(secret, 0))
    page.get_by_test_id("login-submit").click()

    # A passkey of this device is made, and opens as well as a code.
    page.get_by_test_id("whoami").click()
    prove(page, demo, "account-passkey")
    expect(page.get_by_test_id("passkey")).to_have_count(1)
    come_again(page, demo)
    page.get_by_test_id("login-passkey").click()
    page.get_by_test_id("whoami").click()
    expect(page.get_by_test_id("session")).to_have_count(1)


def test_a_console_at_which_nobody_acts_only_shows(page: Page, demo: Demo) -> None:
    """A session that came to rest greys its orders and says why; the stop stays, and a password wakes it."""
    without_chart(page)
    open_ship(page, demo, vessel="otter")
    expect(page.get_by_test_id("conn-request")).to_be_enabled()
    page.evaluate("fetch('/api/v1/rest', { method: 'POST' })")
    page.reload()
    line, request = page.get_by_test_id("view-only"), page.get_by_test_id("conn-request")
    expect(line).to_be_visible()
    expect(request).to_be_disabled()
    picture(page, "view-only")
    expect(page.get_by_test_id("estop-cover")).to_be_enabled()
    expect(page.get_by_test_id("value-NAV_HDG")).to_contain_text(re.compile(r"\d+\.\d"))

    # A wrong password wakes nobody; the right one does, without a log-in.
    page.get_by_test_id("view-only-password").fill("wrong")
    page.get_by_test_id("view-only-wake").click()
    expect(page.get_by_test_id("view-only-refused")).to_contain_text("The password is wrong")
    expect(request).to_be_disabled()
    page.get_by_test_id("view-only-password").fill(demo.password("ann"))
    page.keyboard.press("Enter")
    expect(line).to_have_count(0)
    expect(request).to_be_enabled()
