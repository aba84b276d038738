"""What the doctor says: findings, the worst of them, and both as plain values. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import IntEnum


class State(IntEnum):
    """How bad a finding is; the worst decides."""

    OK = 0
    WARN = 1
    FAIL = 2

    @property
    def word(self) -> str:
        """The word for people and programs."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    name: str
    state: State
    text: str
    """What was seen."""
    do: str = ""
    """What to do about it, one sentence; empty when nothing need be done."""


def ok(name: str, text: str) -> Finding:
    """Return a finding with which nothing need be done."""
    return Finding(name, State.OK, text)


def warn(name: str, text: str, do: str) -> Finding:
    """Return a finding that runs as it is, and should not stay so."""
    return Finding(name, State.WARN, text, do)


def fail(name: str, text: str, do: str) -> Finding:
    """Return a finding with which something cannot work."""
    return Finding(name, State.FAIL, text, do)


def worst(findings: Sequence[Finding]) -> State:
    """Return the worst state; OK when there is no finding."""
    return max((finding.state for finding in findings), default=State.OK)


def plain(findings: Sequence[Finding]) -> dict[str, object]:
    """Return the findings and the worst state as JSON has them."""
    checks = [{**asdict(finding), "state": finding.state.word} for finding in findings]
    return {"checks": checks, "state": worst(findings).word}


def exit_code(findings: Sequence[Finding]) -> int:
    """Return 1 when something failed, else 0."""
    return int(worst(findings) is State.FAIL)
