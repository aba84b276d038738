"""What the probes have seen, as values that judge nothing; None means that it could not be told. Pure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PortSeen:
    """One TCP port, from outside."""

    host: str
    port: int
    answers: bool
    problem: str = ""
    """Why it does not answer."""
    speaker: str = ""
    """Who speaks there, where it was asked: `farhelm shore 0.1.0`, `a web server (nginx)`."""
    holder: str = ""
    """The process that listens, where the system tells: `postgres, process 1234`."""
    listen_problem: str = ""
    """Why no program could listen there, where that was tried."""

    @property
    def at(self) -> str:
        """Host and port."""
        return f"{self.host}:{self.port}"

    @property
    def by(self) -> str:
        """Who is there, in words."""
        if self.speaker and self.holder:
            return f"{self.speaker} ({self.holder})"
        return self.speaker or self.holder or "somebody"


@dataclass(frozen=True, slots=True)
class DeviceSeen:
    """Equipment on TCP: connected to, and listened to or asked."""

    host: str
    port: int
    problem: str = ""
    """Why there is no connection, or no longer."""
    spoke: str = ""
    """The first good thing it said, in words: `HEHDT`, `unit 1, holding 0 to 9`."""
    heard_bytes: int = 0
    """All that came, good or not."""
    waited_s: float = 0.0
    """How long it was listened to at most; 0: there was no connection."""
    refused: str = ""
    """Why it answered without what was asked for."""

    @property
    def at(self) -> str:
        """Host and port."""
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class UdpSeen:
    """One UDP port, bound for a moment."""

    port: int
    problem: str
    holder: str = ""


@dataclass(frozen=True, slots=True)
class ClockSeen:
    """The machine's clock."""

    utc_ns: int
    is_synchronised: bool | None
    """By the kernel's own account."""
    error_ms: float | None
    """Largest error by the kernel's account."""


@dataclass(frozen=True, slots=True)
class ApartSeen:
    """The machine's clock against the shore's."""

    url: str
    ahead_s: float | None
    """Ours minus theirs; None where the shore was not reached or told no date."""
    within_s: float
    """How far the figure itself may be wrong."""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class DiskSeen:
    """The disk below a folder."""

    folder: str
    free_bytes: int
    problem: str = ""
    """Why nothing can be written there; empty when it can."""


@dataclass(frozen=True, slots=True)
class BrokerSeen:
    """A broker, greeted and spoken through."""

    at: str
    person: str
    """Name of the account; empty for none."""
    problem: str = ""
    """Why there is no connection."""
    do: str = ""
    """What to do about it, where that is known already."""
    is_reached: bool = False
    """Whether anything took the TCP connection."""
    code: int | None = None
    """Reason code of the broker's CONNACK; None when there was none."""
    acknowledged_ms: float | None = None
    """Time to the acknowledgement of one message; None when it was not acknowledged."""
    returned_ms: float | None = None
    """Time until the message came back; None when it did not."""


@dataclass(frozen=True, slots=True)
class DatabaseSeen:
    """A PostgreSQL database."""

    at: str
    problem: str = ""
    server: str = ""
    size_bytes: int = 0
    applied: dict[str, str] | None = None
    """Schema files applied, each with its hash; None when it has no schema yet."""
    build: dict[str, str] | None = None
    """Schema files of this build, each with its hash."""
    is_timescale: bool = False


@dataclass(frozen=True, slots=True)
class FileSeen:
    """A file that must be there for a program."""

    path: str
    problem: str = ""
    """Why it cannot be read; empty when it can."""
    is_absent: bool = False
    mode: int = 0
    """Permission bits."""
    key_problem: str = ""
    """Why it holds no Ed25519 key in PEM, where that was asked."""


@dataclass(frozen=True, slots=True)
class ProcessSeen:
    """One process of a running demo."""

    name: str
    pid: int | None
    is_alive: bool
    restarts: int
    log: str


@dataclass(frozen=True, slots=True)
class ShoreSeen:
    """What a shore says of itself at /healthz."""

    url: str
    problem: str = ""
    version: str = ""
    faults: tuple[str, ...] = ()
    ages_s: tuple[tuple[str, float | None], ...] = ()
    """(vessel, age of its newest live values); None before the first."""
