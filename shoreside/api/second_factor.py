"""What a log-in asks for beside the password: a code of an authenticator, or a passkey; what the person has set up."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from protocols.aio.clock import Clock
from shoreside import one_time_code, passkeys
from shoreside.api.problems import Problem
from shoreside.passkeys import PasskeyError
from shoreside.store.accounts import Accounts, Factors, Purpose

CHALLENGE_BYTES: Final = 32
NEEDED: Final = "/problems/second-factor-needed"
"""Type of the problem that asks for it; its members `needs` and `passkey` say what a browser may answer with."""
LATE: Final = "This took too long, or was answered before: begin again."
_WRONG_CODE: Final = "The code is wrong, or was used already; the next one comes within 30 s."


@dataclass(frozen=True, slots=True)
class Proof:
    """What came with a password."""

    code: str | None = None
    """Of an authenticator."""
    passkey: dict[str, Any] | None = None
    """The browser's answer to a challenge."""
    origin: str = ""
    """Of the page; passkeys are bound to it."""

    @property
    def is_empty(self) -> bool:
        """True where nothing came with the password."""
        return self.code is None and self.passkey is None


async def answered(accounts: Accounts, person: str, purpose: Purpose, answer: dict[str, Any]) -> bytes:
    """Return the challenge that `answer` is to, which is thereby used up; raise PasskeyError when it was not ours."""
    challenge = passkeys.challenge_of(answer)
    if await accounts.take_challenge(person, purpose, challenge) is None:
        raise PasskeyError(LATE)
    return challenge


class SecondFactor:
    """Judges the second factor, for those who have one."""

    def __init__(self, accounts: Accounts, clock: Clock) -> None:
        """Use `accounts`; codes are judged by the time of `clock`."""
        self._accounts = accounts
        self._clock = clock

    async def check(self, person: str, proof: Proof) -> None:
        """Return when a password is enough, or the proof is good; raise a 401 Problem that says what is wrong or needed."""
        factors = await self._accounts.factors(person)
        if not factors.any:
            return
        if proof.code is not None and factors.totp_secret is not None:
            await self._check_code(person, factors, proof.code)
        elif proof.passkey is not None:
            await self._check_passkey(person, factors, proof)
        else:
            raise await self._needed(person, factors, proof.origin)

    async def step_of(self, secret: bytes, code: str, last_step: int) -> int:
        """Return the step of a good code; raise a 401 Problem for any other."""
        step = one_time_code.step_of(secret, code, self._clock.utc_ns() / 1e9, last_step)
        if step is None:
            raise Problem(HTTPStatus.UNAUTHORIZED, _WRONG_CODE)
        return step

    async def _check_code(self, person: str, factors: Factors, code: str) -> None:
        step = await self.step_of(factors.totp_secret or b"", code, factors.totp_step)
        if not await self._accounts.use_step(person, step):
            raise Problem(HTTPStatus.UNAUTHORIZED, _WRONG_CODE)

    async def _check_passkey(self, person: str, factors: Factors, proof: Proof) -> None:
        answer = proof.passkey or {}
        try:
            challenge = await answered(self._accounts, person, "login", answer)
            await self._accounts.use_passkey(passkeys.used(answer, proof.origin, challenge, factors.passkeys))
        except PasskeyError as error:
            raise Problem(HTTPStatus.UNAUTHORIZED, str(error)) from error

    async def _needed(self, person: str, factors: Factors, origin: str) -> Problem:
        needs = ["code"] if factors.totp_secret is not None else []
        members: dict[str, object] = {"type": NEEDED, "needs": needs}
        if factors.passkeys:
            challenge = secrets.token_bytes(CHALLENGE_BYTES)
            try:
                members["passkey"] = passkeys.options_to_use(origin, challenge, factors.passkeys)
            except PasskeyError as error:
                return Problem(HTTPStatus.UNAUTHORIZED, str(error), members={**members, "needs": needs})
            await self._accounts.save_challenge(person, "login", challenge)
            needs.append("passkey")
        said = " or ".join({"code": "the code of the authenticator", "passkey": "the passkey"}[one] for one in needs)
        return Problem(HTTPStatus.UNAUTHORIZED, f"This account asks for {said}.", members=members)
