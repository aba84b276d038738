"""Two hundred consoles are looked after in one question: a session that is over, and a reader who takes nothing."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, cast

from shoreside.api.auth import Who
from shoreside.api.open_consoles import SEND_DEADLINE_S, OpenConsole, OpenConsoles
from shoreside.live.feeds import Feed, Hub
from shoreside.ports import StoreDownError

if TYPE_CHECKING:
    from shoreside.api.auth import Auth


class Asked:
    """The part of Auth that is asked, with the sessions that are over; None: the database is away."""

    def __init__(self) -> None:
        """Begin with nobody's session over."""
        self.over: set[bytes] | None = set()
        self.questions = 0

    async def ended(self, whos: set[Who]) -> set[Who]:
        """Answer as Auth does."""
        self.questions += 1
        if self.over is None:
            raise StoreDownError("away")
        return {who for who in whos if who.secret_hash in self.over}


def console(name: bytes) -> OpenConsole:
    """Return a console at which the session `name` sits."""
    who = Who("ann", "operator", "roc-1", "session", name)
    return OpenConsole(who, Feed(who.person, who.session))


def test_two_hundred_consoles_cost_one_question_and_only_those_whose_session_is_over_end() -> None:
    """A watch of two hundred; the sessions of two are ended elsewhere, one of them is open twice; the database goes away."""
    asked, all_of_them = Asked(), OpenConsoles()
    consoles = [console(b"%d" % number) for number in range(199)] + [console(b"7")]
    for each in consoles:
        all_of_them.join(each)

    def check() -> set[bytes]:
        asyncio.run(all_of_them.check(cast("Auth", asked), 0.0, Hub()))
        return {each.who.secret_hash for each in consoles if each.over.is_set()}

    # Nobody's session is over.
    assert (check(), asked.questions) == (set(), 1)
    # While the database is away nobody is thrown out.
    asked.over = None
    assert check() == set()
    # Two sessions were ended by another process: three consoles close and say why.
    asked.over = {b"7", b"8"}
    assert check() == {b"7", b"8"}
    ended = [each for each in consoles if each.over.is_set()]
    assert [each.feed.closed_because for each in ended] == ["the session has ended"] * 3
    # A console that has left is not looked after.
    all_of_them.leave(consoles[0])
    asked.over = {b"0"}
    assert check() == {b"7", b"8"}


def test_a_console_that_takes_nothing_for_six_seconds_is_ended_and_counted() -> None:
    """To 6 s a frame may be on its way, database or not; one that takes nothing longer is closed."""
    for since_s, is_over in ((None, False), (4.0, False), (4.0 - 0.001, True), (0.0, True)):
        asked, hub, slow, all_of_them = Asked(), Hub(), console(b"1"), OpenConsoles()
        asked.over = None
        slow.sending_since_s = since_s
        all_of_them.join(slow)
        asyncio.run(all_of_them.check(cast("Auth", asked), 4.0 + SEND_DEADLINE_S, hub))
        assert (slow.over.is_set(), hub.stalled_count) == (is_over, is_over), since_s
        assert slow.feed.closed_because == ("nothing was taken for 6 s" if is_over else "")
