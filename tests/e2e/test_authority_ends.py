"""What takes the conn from an operator without anybody asking for it, as three consoles tell it at once."""

from __future__ import annotations

import re

from playwright.sync_api import Browser, Page, expect

from tests.demo_rig import Demo
from tests.e2e.conftest import picture
from tests.e2e.test_acting import another, without_chart
from tests.e2e.test_console import give_back_conn, open_ship, take_conn

SHIP = "kestrel"


def test_a_lease_that_lapses_is_told_on_every_console(page: Page, browser: Browser, demo: Demo) -> None:
    """Proves AUT-02, AUT-05: who leaves her view is counted down everywhere; lapsed, the ladder begins, and who asks gets her."""
    without_chart(page)
    open_ship(page, demo, vessel=SHIP)
    take_conn(page)
    with another(browser, demo, "sue") as second, another(browser, demo, "bob") as third:
        for console in (second, third):
            console.goto(f"{demo.url}/vessel/{SHIP}")
            expect(console.get_by_test_id("conn-says")).to_have_text("Held by another operator.")
        third.get_by_test_id("language-ko").click()

        # Ann looks at the fleet: her own console says at once whom she has left behind; the others when it is noticed there.
        page.get_by_test_id("to-fleet").click()
        expect(page.get_by_test_id("away")).to_contain_text(
            re.compile(r"conn of FARHELM KESTREL .* runs out in 1[0-5] s")
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
