"""`farhelm simulate --recording FILE`: a recorded bridge on a TCP port, at the pace it was recorded at.

Real voyages beside the simulated ones, so that a decoder is not tested on its own maker's sentences alone.

Every line goes out as it stands in the file, good or bad: judging it is the listener's work. The pace comes from the UTC
that the recording's own sentences tell; the date is not looked at, since a recorder's sentences often have none.
"""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from protocols.aio.recorded import lines_of
from simulators.devices.line_port import LinePort

GAP_MAX_S: Final = 5.0
"""A longer pause in the recording is shortened to this: nobody waits for a recorder that was switched off."""
UNTIMED_LINES: Final = 10
"""Lines that go out together where the recording tells no time, one group a second: a 4800 baud line's worth."""
_DAY_S: Final = 86_400.0
_TIME_FIELD: Final[dict[bytes, int]] = {b"ZDA": 1, b"RMC": 1, b"GGA": 1, b"GNS": 1, b"GLL": 5}
"""Field that holds hhmmss[.ss], by formatter; the address is field 0 (IEC 61162-1)."""


@dataclass(frozen=True, slots=True)
class RecordingConfig:
    """What is to be played, and where."""

    path: Path
    port: int
    """Loopback port; 0: a free one."""
    speed: float
    """Times the recorded pace."""
    is_loop: bool
    """True: begins again at its end; the ship then jumps back to where she was."""
    ports_file: Path | None

    def faults(self) -> list[str]:
        """Return what is wrong, in words; empty when it can run."""
        found = [] if self.path.is_file() else [f"there is no recording {self.path}"]
        if not (math.isfinite(self.speed) and self.speed > 0.0):
            found.append(f"the speed is {self.speed:g}, it must be above 0")
        return found


def seconds_told(line: bytes) -> float | None:
    """Return the UTC second of the day that a line tells, None when it tells none."""
    start = line.rfind(b"$")
    fields = line[start:].split(b",") if start >= 0 else []
    place = _TIME_FIELD.get(fields[0][3:6]) if fields else None
    if place is None or len(fields) <= place:
        return None
    text = fields[place]
    try:
        seconds = int(text[0:2]) * 3600.0 + int(text[2:4]) * 60.0 + float(text[4:])
    except ValueError:
        return None
    return seconds if 0.0 <= seconds < _DAY_S + 1.0 else None


def paced(lines: Iterable[bytes]) -> Iterator[tuple[float, bytes]]:
    """Yield groups of lines, each with the recorded seconds (0..5) to wait before it goes out."""
    told: float | None = None
    group: list[bytes] = []
    pause_s = 0.0
    for line in lines:
        heard = seconds_told(line)
        if (heard is not None and heard != told) or (told is None and len(group) >= UNTIMED_LINES):
            yield pause_s, b"".join(group)
            group = []
            pause_s = 1.0 if heard is None or told is None else min((heard - told) % _DAY_S, GAP_MAX_S)
            told = heard if heard is not None else told
        group.append(line.rstrip(b"\r\n") + b"\r\n")
    if group:
        yield pause_s, b"".join(group)


async def run(config: RecordingConfig) -> None:
    """Serve the recording until cancelled; it begins when the first listener is there. Raise OSError: port taken."""
    port = LinePort(config.port)
    is_open = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(port.run(is_open.set), name="recording port")
        await is_open.wait()
        if config.ports_file is not None:
            config.ports_file.write_text(json.dumps({"nmea_tcp": port.port}))
        await port.had_listener.wait()
        await _play(config, port)


async def _play(config: RecordingConfig, port: LinePort) -> None:
    loop = asyncio.get_running_loop()
    due_s = loop.time()
    while True:
        for pause_s, chunk in paced(lines_of(config.path)):
            due_s += pause_s / config.speed
            await asyncio.sleep(max(0.0, due_s - loop.time()))
            port.send(chunk)
        if not config.is_loop:
            return  # the port stays open and silent: what was heard grows old, as it would at sea
