"""The autopilot's connection: HTC goes out, HTD comes back. One of the two files that can move the ship."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

from protocols.nmea0183.sentences.autopilot import Steering, make_htc
from shipside.config.inputs import InputConfig
from shipside.ports import Clock
from shipside.sensors.keepalive import keep_alive
from shipside.sensors.line_input import RETRY_MAX_S, LineInput
from shipside.sensors.lines import read_stream

TALKER: Final = "IN"
"""We speak as the integrated navigation system."""
SEND_TIMEOUT_S: Final = 0.5
"""An autopilot that does not take 80 bytes within this is not there."""


class AutopilotLink(LineInput):
    """Both directions of one TCP line."""

    def __init__(self, host: str, port: int, clock: Clock) -> None:
        """Prepare the connection; it is opened by `run` and comes back by itself."""
        super().__init__(InputConfig("autopilot", "tcp_client", host, port), clock)
        self._writer: asyncio.StreamWriter | None = None

    async def once(self) -> bool:
        """Read one connection to its end."""
        async with asyncio.timeout(RETRY_MAX_S):
            reader, writer = await asyncio.open_connection(self.config.host, self.config.port)
        keep_alive(writer.get_extra_info("socket"))
        try:
            self._writer = writer
            self.opened()
            await read_stream(self, reader, self.splitter)
        finally:
            self._writer = None
            writer.close()
        return False

    async def send(self, line: bytes) -> bool:
        """Send one line; return False when it could not be sent."""
        writer = self._writer
        if writer is None:
            return False
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(SEND_TIMEOUT_S):
                writer.write(line + b"\r\n")
                await writer.drain()
            return True
        return False


_HELM_STEERS_NOT: Final = False
"""Override off: the mode field counts."""


def steer_heading(heading_deg: float, rate_deg_min: float | None, rudder_limit_deg: float) -> bytes:
    """Return the HTC that steers a true heading, at most at this rate of turn; None: at the autopilot's own."""
    return make_htc(TALKER, Steering(
        _HELM_STEERS_NOT, "H", None, "N" if rate_deg_min is None else "T", rudder_limit_deg, None, None, rate_deg_min,
        heading_deg, None, None, "T",
    ))  # fmt: skip


def steer_rudder(rudder_deg: float, rudder_limit_deg: float) -> bytes:
    """Return the HTC that holds a rudder angle, positive to starboard."""
    return make_htc(TALKER, Steering(
        _HELM_STEERS_NOT, "R", rudder_deg, "N", rudder_limit_deg, None, None, None, None, None, None, "T"
    ))  # fmt: skip
