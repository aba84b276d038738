"""A serial device: opened at any rate, read as its bytes come, given up with a word when it is pulled."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from shipside.config.modbus import Parity

if TYPE_CHECKING:
    import serial

CHUNK_BYTES: Final = 4096
"""The kernel's own buffer of a terminal line: more never waits."""


class SerialPort:
    """One open device; `take` is given its bytes, `lost` a word when there are no more to come."""

    def __init__(
        self, path: str, baud: int, parity: Parity, stop_bits: int, take: Callable[[bytes], None],
        lost: Callable[[str], None],
    ) -> None:  # fmt: skip
        """Open it in the running loop; raise OSError or ValueError when it is not there, is taken, or cannot have the rate.

        A rate that the kernel has no name for is set as a number (termios2, BOTHER), which most adapters follow.
        """
        self._path, self._take, self._lost = path, take, lost
        self._device: serial.Serial | None = _open(path, baud, parity, stop_bits)
        self._descriptor = self._device.fileno()
        asyncio.get_running_loop().add_reader(self._descriptor, self._ready)

    def send(self, octets: bytes) -> None:
        """Send at once; raise OSError when the line takes less than all of it: it is stuck, or gone."""
        if self._device is None or os.write(self._descriptor, octets) != len(octets):
            raise OSError(f"{self._path} takes no more")

    def close(self) -> None:
        """Let it go; nothing is told any more."""
        if self._device is not None:
            asyncio.get_running_loop().remove_reader(self._descriptor)
            self._device.close()
            self._device = None

    def _ready(self) -> None:
        """Read what has come; an adapter that was pulled reads as an error, or as nothing at once."""
        try:
            chunk = os.read(self._descriptor, CHUNK_BYTES)
            problem = "" if chunk else "it was pulled"
        except BlockingIOError:
            return
        except OSError as error:
            chunk, problem = b"", error.strerror or str(error)
        if problem:
            self.close()
            self._lost(f"{self._path} is gone: {problem}")
            return
        self._take(chunk)


def _open(path: str, baud: int, parity: Parity, stop_bits: int) -> serial.Serial:
    import serial  # noqa: PLC0415 - only ships with serial lines pay for it

    letters = {"none": serial.PARITY_NONE, "even": serial.PARITY_EVEN, "odd": serial.PARITY_ODD}
    return serial.Serial(
        path, baud, parity=letters[parity], stopbits=stop_bits, timeout=0, write_timeout=0, exclusive=True
    )  # fmt: skip
