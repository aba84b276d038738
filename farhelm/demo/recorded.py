"""Recorded vessels in the demo: a recording played on a TCP port, and an agent aboard that only watches.

Decision of 2026-11-24: the agent stamps what it hears with the time of receipt, as for any live input. A recorder's own
UTC is years old, often has no date, and a ship's clock is not believed over the agent's anyway: the channel NAV_UTC is
invalid aboard her. So a recorded vessel stands on the console where she was, and now.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from farhelm.demo import people
from protocols.errors import MalformedError
from protocols.link import signing, topics

RECORDED_MAX: Final = 4
"""Recorded vessels of one demo: each costs an agent's 70 MB, and the demo's goal is 1.2 GB."""
SPEED_MAX: Final = 100.0
LENGTH_M: Final = 12.0
BEAM_M: Final = 4.0
"""No recording tells how long the ship is; these draw her outline on the chart and are used for nothing else."""


class RecordedError(Exception):
    """A recording was asked for that cannot be played; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded vessel."""

    slug: str
    path: Path
    speed: float
    """Times the recorded pace."""


def parsed(text: str) -> Recorded:
    """Return what `NAME=FILE[:SPEED]` asks for; raise RecordedError with what is wrong."""
    slug, equals, rest = text.partition("=")
    if not equals:
        raise RecordedError(f"--recording {text}: it reads NAME=FILE[:SPEED]")
    name, colon, tail = rest.rpartition(":")
    has_speed = bool(colon) and _number(tail) is not None
    speed = (_number(tail) or 0.0) if has_speed else 1.0
    path = Path(name if has_speed else rest)
    try:
        topics.topic(slug, topics.BIRTH)
    except MalformedError as error:
        raise RecordedError(f"--recording {text}: {error}; it reads NAME=FILE[:SPEED]") from error
    if not path.is_file():
        raise RecordedError(f"--recording {text}: there is no file {path}")
    if not 0.0 < speed <= SPEED_MAX:
        raise RecordedError(f"--recording {text}: the speed must be above 0 and at most {SPEED_MAX:g}")
    return Recorded(slug, path.resolve(), speed)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def all_parsed(texts: list[str], taken: tuple[str, ...]) -> tuple[Recorded, ...]:
    """Return all recorded vessels; raise RecordedError where one cannot be, or has a name in `taken` or twice."""
    if len(texts) > RECORDED_MAX:
        raise RecordedError(f"{len(texts)} recordings are more than {RECORDED_MAX}")
    found = tuple(parsed(text) for text in texts)
    names = [*taken, *(one.slug for one in found)]
    for name in names:
        if names.count(name) > 1:
            raise RecordedError(f"two vessels would be called {name!r}")
    return found


def write_agent(folder: Path, one: Recorded, nmea_port: int, broker_url: str) -> Path:
    """Write the configuration of an agent that only watches: no [control], no actuator; return its path."""
    home = folder / one.slug
    home.mkdir(exist_ok=True)
    master = signing.public_bytes(people.key_of(people.key_path(folder, "master"))).hex()
    text = f"""# Agent of the recorded vessel {one.slug}, written by `farhelm demo` at each start. It watches and steers nothing.
[vessel]
id = "{one.slug}"
name = "{one.slug.upper()}"
ship_type = "recorded vessel"
length_m = {LENGTH_M}
beam_m = {BEAM_M}

[broker]
url = "{broker_url}"

[[input]]
name = "bridge"
kind = "tcp_client"
port = {nmea_port}
live = false

[link]
bearer = "lte"

[spool]
path = "spool.db"
mb_max = 200.0

[safety]
journal = "journal.db"

[keys]
master_public_key = "{master}"
vessel_key = "vessel.pem"
"""
    path = home / "agent.toml"
    people.keep_secret(path, text.encode())
    return path
