"""What takes the conn from an operator without anybody asking for it, as three consoles tell it at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from playwright.sync_api import Browser, Page, expect

from farhelm.demo import people
from protocols.link import signing
from protocols.link.roster import Grant
from protocols.link.signing import Domain
from tests.demo_rig import Demo, now
from tests.e2e.conftest import another, on_the_bridge, picture, without_chart
from tests.e2e.test_console import give_back_conn, open_ship, take_conn

SHIP = "kestrel"
YEAR_S = 365 * 24 * 3600
LIFE_S = 12
"""Of a grant that ends while two consoles look: long enough to be read before, short enough to be waited for."""


def put_grant_aboard(demo: Demo, life_s: int) -> None:
    """Sign the Master's next grant, lay it where the ship's configuration says, and say so at her panel."""
    path = demo.folder / "beliefs" / f"{SHIP}.grant"
    last = Grant.from_bytes(signing.open_envelope(path.read_bytes()).body)
    to_ns = (round(now().timestamp()) + life_s) * 1_000_000_000
    following = replace(last, version=last.version + 1, valid_to_utc_ns=to_ns)
    master = people.key_of(people.key_path(demo.folder, "master"))
    path.write_bytes(signing.sign(Domain.GRANT, following.to_bytes(), master))
    assert on_the_bridge(demo, SHIP, do="read_keys", person="mate")


@contextmanager
def short_grant(demo: Demo) -> Iterator[None]:
    """Give the ship a grant of LIFE_S seconds; afterwards one of a year again, however the test ends."""
    put_grant_aboard(demo, LIFE_S)
    try:
        yield
    finally:
        put_grant_aboard(demo, YEAR_S)


def take_conn_on_l0(page: Page, demo: Demo) -> None:
    """Let Ann take the ship and wait until she is on L0, whatever she was left on: a new taker is believed after ten seconds."""
    without_chart(page)
    open_ship(page, demo, vessel=SHIP)
    take_conn(page)
    expect(page.get_by_test_id("ladder-step")).to_have_attribute("data-step", "L0")


def refused_a_second(page: Page, demo: Demo) -> None:
    """A second ship is not for her: she reads why before she asks, and who waits for her is told beside the way back."""
    page.goto(f"{demo.url}/vessel/petrel")
    expect(page.get_by_test_id("conn-request")).to_be_disabled()
    expect(page.get_by_test_id("conn-why")).to_have_text(re.compile(r"AUT-10.*ann has the conn of kestrel; release it"))
    page.get_by_test_id("away-back").click()
    expect(page.get_by_test_id("conn-holder")).to_have_attribute("data-mine", "true")


def test_a_lease_that_lapses_is_told_on_every_console(page: Page, browser: Browser, demo: Demo) -> None:
    """Proves AUT-02, AUT-05: who leaves her view is counted down everywhere; lapsed, the ladder begins, and who asks gets her."""
    take_conn_on_l0(page, demo)
    refused_a_second(page, demo)
    with another(browser, demo, "sue") as second, another(browser, demo, "bob") as third:
        for console in (second, third):
            console.goto(f"{demo.url}/vessel/{SHIP}")
            expect(console.get_by_test_id("conn-says")).to_have_text("Held by another operator.")
        third.get_by_test_id("language-ko").click()

        # Ann looks at the fleet: her own console says at once whom she has left behind; the others when it is noticed there.
        page.get_by_test_id("to-fleet").click()
        expect(page.get_by_test_id("away")).to_contain_text(re.compile(r"conn of FARHELM KESTREL .* runs out in \d+ s"))
        page.reload()  # a page that has never had her view open knows it too
        expect(page.get_by_test_id("away")).to_contain_text(
            re.compile(r"conn of FARHELM KESTREL .* (in \d+ s|has run out)")
        )
        expect(second.get_by_test_id("conn-says")).to_contain_text(
            re.compile(r"at ann's view: the lease lapses in \d+ s")
        )
        expect(third.get_by_test_id("conn-says")).to_contain_text(
            re.compile(r"ann 님의 화면에 사람이 확인되지 않음: \d+ s")
        )
        expect(second.get_by_test_id("ladder-step")).to_have_attribute("data-step", "L0")
        picture(second, "lease-lapsing")
        picture(page, "lease-away")

        # It has run out: still hers, and every console says what that means; the ship is silent for, and goes down her ladder.
        expect(page.get_by_test_id("away")).to_have_attribute("data-lapsed", "true")
        for console in (second, third):
            expect(console.get_by_test_id("conn-notice")).to_have_attribute("data-kind", "otherLapsed")
            expect(console.get_by_test_id("conn-holder")).to_have_text("ann")
        expect(second.get_by_test_id("conn-says")).to_contain_text("ann's lease has run out")
        expect(third.get_by_test_id("conn-says")).to_contain_text("ann 님의 임대가 만료되어")
        for console in (second, third):
            expect(console.get_by_test_id("ladder-step")).to_have_attribute("data-step", re.compile("L[23]"))
        picture(second, "lease-lapsed")
        picture(third, "lease-lapsed-ko")

        # Sue asks, and nobody has to grant it: all three say who has her, and Ann has nothing left to go back to.
        second.get_by_test_id("conn-request").click()
        second.get_by_test_id("conn-confirm").click()
        expect(second.get_by_test_id("conn-holder")).to_have_attribute("data-mine", "true")
        expect(third.get_by_test_id("conn-holder")).to_have_text("sue")
        expect(page.get_by_test_id("away")).to_have_count(0)
        page.get_by_test_id(f"vessel-{SHIP}").click()
        expect(page.get_by_test_id("conn-notice")).to_have_attribute("data-kind", "taken")
        give_back_conn(second)


def test_a_grant_that_ends_is_told_on_every_console(page: Page, browser: Browser, demo: Demo) -> None:
    """Proves AUT-02, AUT-07: announced, then over: every order but a stop is grey with the reason; a new grant opens her."""
    take_conn_on_l0(page, demo)
    ended = "AUT-07"
    with another(browser, demo, "sue") as second:
        second.goto(f"{demo.url}/vessel/{SHIP}")
        second.get_by_test_id("language-ko").click()
        with short_grant(demo):
            expect(page.get_by_test_id("conn-says")).to_contain_text(re.compile(r"Remote access ends in \d+ s"))
            expect(second.get_by_test_id("conn-says")).to_contain_text(re.compile(r"원격 접근 허가가 \d+ s 뒤"))
            expect(page.get_by_test_id("heading-order")).to_be_enabled()
            picture(page, "grant-ending")

            # Over. The conn is still Ann's, and of no more use than a stop; both consoles say so, and why.
            expect(page.get_by_test_id("banner")).to_contain_text("Remote access has ended")
            expect(second.get_by_test_id("banner")).to_contain_text("원격 접근이 끝나")
            expect(page.get_by_test_id("conn-holder")).to_have_attribute("data-mine", "true")
            expect(page.get_by_test_id("heading-why")).to_contain_text(ended)
            expect(page.get_by_test_id("heading-order")).to_be_disabled()
            expect(page.get_by_test_id("stop-order")).to_be_enabled()
            expect(page.get_by_test_id("alert-access-ended")).to_be_visible()
            picture(page, "grant-ended")
            picture(second, "grant-ended-ko")

            # The bridge takes her; from ashore she cannot be asked for, and the button says why.
            assert on_the_bridge(demo, SHIP, do="take", person="mate")
            for console in (page, second):
                expect(console.get_by_test_id("conn-holder")).to_have_attribute("data-station", "local")
                expect(console.get_by_test_id("conn-request")).to_be_disabled()
                expect(console.get_by_test_id("conn-why")).to_contain_text(ended)
        for console in (page, second):
            expect(console.get_by_test_id("conn-request")).to_be_enabled()
        take_conn(second)
        give_back_conn(second)
