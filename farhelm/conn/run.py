"""The shell of `farhelm conn`: one websocket, opened again when it is lost, and a loop that feeds and drains the core."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol, cast

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus

from farhelm.conn.access import Access, AccessError, person_of
from farhelm.conn.desk import Desk, Signer
from farhelm.conn.emergency import Press
from farhelm.conn.errand import OTHERWISE, Errand, Goal, Line, Outcome
from farhelm.conn.session import SessionFile, ulid
from farhelm.conn.watch import Watch
from protocols.aio.clock import Clock, SystemClock
from protocols.console.messages import FromBrowser, FromShore

POLL_S: Final = 0.05
"""A quarter of the shortest heartbeat period, 0.2 s at level `direct`."""
SILENCE_S: Final = 4.0
"""The shore speaks at 1 Hz; a socket silent for longer is dead and opened anew, as the console does it."""
OPEN_S: Final = 5.0
RETRY_S: Final = 0.5
STOP_POST_S: Final = 5.0
_KINDS: Final = frozenset(("status", "order", "problem", "event", "alerts"))


class Work(Protocol):
    """A core that the loop can run."""

    outcome: Outcome | None

    def receive(self, message: FromShore, now_s: float) -> None:
        """Take one message of the shore."""
        ...

    def tick(self, now_s: float, utc_ns: int) -> None:
        """Do what time demands."""
        ...

    def interrupt(self, now_s: float) -> None:
        """Stop early."""
        ...

    def lost(self, why: str, gone_s: float) -> None:
        """Hear that the socket has been gone for `gone_s` seconds."""
        ...

    def outbox(self) -> list[FromBrowser]:
        """Take what is to be sent."""
        ...

    def lines(self) -> list[Line]:
        """Take what is to be printed."""
        ...

    def words(self) -> list[str]:
        """Take what is to be said on stderr."""
        ...


@dataclass(frozen=True, slots=True)
class Mouth:
    """Where lines and words go."""

    line: Callable[[str], None]
    word: Callable[[str], None]


def _line(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _unread() -> None:
    """Let what is printed from now on go nowhere; Python flushes once more as it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _word(text: str) -> None:
    sys.stderr.write(f"farhelm conn: {text}\n")


class Loop:
    """Runs one core over a console socket."""

    def __init__(self, access: Access, work: Work, clock: Clock, mouth: Mouth) -> None:
        """Prepare; nothing is opened before `run`."""
        self._access, self._work, self._clock, self._mouth = access, work, clock, mouth
        self._was_open = False

    async def run(self) -> Outcome:
        """Serve the core until it has an outcome; return it."""
        gone_since_s: float | None = None
        while self._work.outcome is None:
            try:
                async with connect(
                    self._address(), additional_headers={"Authorization": f"Bearer {self._access.token}"},
                    open_timeout=OPEN_S, close_timeout=1.0, max_size=256 * 1024, compression=None, proxy=None,
                ) as socket:  # fmt: skip
                    gone_since_s, self._was_open = None, True
                    why = await self._serve(socket)
            except (OSError, TimeoutError, InvalidHandshake, ConnectionClosed) as error:
                why = _reason(error)
                if not self._was_open:
                    self.drain()
                    return Outcome(OTHERWISE, f"no connection to {self._access.url}: {why}")
            if self._work.outcome is None:
                now_s = self._clock.now_s()
                gone_since_s = now_s if gone_since_s is None else gone_since_s
                self._work.lost(why, now_s - gone_since_s)
                self.drain()
                await asyncio.sleep(RETRY_S)
        self.drain()
        return self._work.outcome

    def interrupt(self) -> None:
        """Tell the core to stop early."""
        self._work.interrupt(self._clock.now_s())

    def _address(self) -> str:
        return f"ws{self._access.url.removeprefix('http')}/api/v1/console"

    async def _serve(self, socket: ClientConnection) -> str:
        """Feed and drain the core until it has an outcome or the shore falls silent; return why."""
        await socket.send(json.dumps({"type": "subscribe", "vessel": self._access.vessel}))
        heard_s = self._clock.now_s()
        while self._work.outcome is None:
            text = await _heard(socket)
            now_s = self._clock.now_s()
            if text is not None:
                heard_s = now_s
                self._take(text, now_s)
            elif now_s - heard_s > SILENCE_S:
                return f"the shore has been silent for {SILENCE_S:g} s"
            self._work.tick(now_s, self._clock.utc_ns())
            self.drain()
            for message in self._work.outbox():
                await socket.send(json.dumps(message))
        return ""

    def _take(self, text: str | bytes, now_s: float) -> None:
        message: object = json.loads(text)
        if isinstance(message, dict) and cast("dict[str, object]", message).get("type") in _KINDS:
            self._work.receive(cast("FromShore", message), now_s)

    def drain(self) -> None:
        """Print and say what the core has ready."""
        try:
            for line in self._work.lines():
                self._mouth.line(json.dumps(line, ensure_ascii=False))
        except BrokenPipeError:  # `| head` has enough: a watch is over, an order goes on to its end unread
            _unread()
            if isinstance(self._work, Watch):
                self.interrupt()
        for word in self._work.words():
            self._mouth.word(word)


async def _heard(socket: ClientConnection) -> str | bytes | None:
    try:
        async with asyncio.timeout(POLL_S):
            return await socket.recv()
    except TimeoutError:
        return None


def _reason(error: Exception) -> str:
    if isinstance(error, InvalidStatus):
        status = error.response.status_code
        return f"the shore does not open its socket ({status}); is the token right?"
    return str(error) or type(error).__name__


async def _post(access: Access, press: Press) -> None:
    """Send the stop by its own way, which needs no login, no socket and no database (EST-01)."""
    try:
        async with httpx.AsyncClient(timeout=STOP_POST_S) as http:
            answer = await http.post(
                f"{access.url}/stop/{access.vessel}", json={"signed": press.message["signed"]}
            )  # fmt: skip
    except httpx.HTTPError as error:
        press.posted(str(error) or type(error).__name__)
        return
    press.posted("" if answer.is_success else f"{answer.status_code} {answer.text[:200]}")


async def _run(loop: Loop, access: Access, press: Press | None) -> Outcome:
    running = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        running.add_signal_handler(number, loop.interrupt)
    async with asyncio.TaskGroup() as group:
        if press is not None:
            group.create_task(_post(access, press), name="conn stop post")
        served = group.create_task(loop.run(), name="conn loop")
    loop.drain()
    return served.result()


def errand(access: Access, goal: Goal) -> int:
    """Carry out `goal`; return the exit code."""
    clock = SystemClock()
    try:
        person = access.person or person_of(access)
        numbers = SessionFile(access.state, access.vessel, person, clock.utc_ns() // 1_000_000)
    except AccessError as error:
        _word(str(error))
        return OTHERWISE
    except OSError as error:
        _word(f"the session cannot be kept in {access.state}: {error.strerror}")
        return OTHERWISE
    work = Errand(Desk(access.vessel, Signer(person, "", access.key), numbers), goal, ulid)
    try:
        return _end(Loop(access, work, clock, Mouth(_line, _word)), access, None)
    finally:
        numbers.close()


class _NoNumbers:
    """A stop is of no session: no full disk and no locked file may stand in its way (EST-01)."""

    session = ""

    def next_order(self) -> int:
        """Raise: a stop is no order."""
        raise NotImplementedError

    def next_beat(self) -> int | None:
        """Return None: nobody beats."""
        return None


def emergency(access: Access) -> int:
    """Press the emergency stop; return the exit code."""
    clock = SystemClock()
    try:
        person = access.person or person_of(access)
    except AccessError as error:
        _word(f"{error}; the emergency stop was NOT sent: say --as PERSON")
        return OTHERWISE
    desk = Desk(access.vessel, Signer(person, "", access.key), _NoNumbers())
    press = Press(desk, ulid(clock.utc_ns() // 1_000_000), clock.utc_ns())
    return _end(Loop(access, press, clock, Mouth(_line, _word)), access, press)


def watch(access: Access, duration_s: float | None) -> int:
    """Print what is heard of the vessel; return the exit code."""
    clock = SystemClock()
    return _end(Loop(access, Watch(access.vessel, duration_s), clock, Mouth(_line, _word)), access, None)


def _end(loop: Loop, access: Access, press: Press | None) -> int:
    outcome = asyncio.run(_run(loop, access, press))
    if outcome.word:
        _word(outcome.word)
    return outcome.code
