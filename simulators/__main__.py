"""`python -m simulators`: the simulated fleet, or one recorded bridge, on loopback sockets until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import sys
from pathlib import Path

from protocols.aio.clock import SystemClock
from simulators import recording
from simulators.recording import RecordingConfig
from simulators.simulation import SimulationConfig, run


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return host, int(port)


def _panel(text: str) -> tuple[str, int]:
    slug, _, port = text.partition("=")
    if not slug or not port.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not VESSEL=PORT")
    return slug, int(port)


def parsed(arguments: list[str]) -> SimulationConfig | RecordingConfig:
    """Return the configuration of a command line; exits with its own message when it cannot be read."""
    parser = argparse.ArgumentParser("simulators", description=__doc__)
    parser.add_argument("--vessels", type=int, default=3, help="how many of the demo fleet (default 3)")
    parser.add_argument("--seed", type=int, default=42, help="seed of every noise (default 42)")
    parser.add_argument("--speed", type=float, default=1.0, help="times real time (default 1)")
    parser.add_argument("--base-port", type=int, default=0, help="first port; ten a vessel (default: free ones)")
    parser.add_argument("--ports-file", type=Path, help="write the ports there as JSON when all are open")
    parser.add_argument("--panel", type=_panel, action="append", default=[], metavar="VESSEL=PORT",
                        help="a mate stands watch at this local panel; may be repeated")  # fmt: skip
    parser.add_argument("--broker", type=_address, metavar="HOST:PORT", help="open a bad link to it for each vessel")
    parser.add_argument("--recording", type=Path, metavar="FILE",
                        help="instead of the fleet, serve this NMEA 0183 recording (plain or .gz) over TCP")  # fmt: skip
    parser.add_argument("--port", type=int, default=0, help="port of the recording (default: a free one)")
    parser.add_argument("--loop", action="store_true", help="begin the recording again at its end")
    chosen = parser.parse_args(arguments)
    if chosen.recording is not None:
        return RecordingConfig(chosen.recording, chosen.port, chosen.speed, chosen.loop, chosen.ports_file)
    return SimulationConfig(
        vessels=chosen.vessels,
        seed=chosen.seed,
        speed=chosen.speed,
        base_port=chosen.base_port,
        ports_file=chosen.ports_file,
        panel_ports=dict(chosen.panel),
        broker=chosen.broker,
    )


async def _main(config: SimulationConfig | RecordingConfig) -> None:
    play = recording.run(config) if isinstance(config, RecordingConfig) else run(config, SystemClock())
    running = asyncio.create_task(play, name="simulation")
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await running


def main() -> int:
    """Run; return 0 after a signal, 2 when the configuration is wrong or a port is taken."""
    config = parsed(sys.argv[1:])
    faults = config.faults()
    for fault in faults:
        sys.stderr.write(f"simulators: {fault}\n")
    if faults:
        return 2
    try:
        asyncio.run(_main(config))
    except BaseExceptionGroup as group:
        taken, other = group.split(OSError)
        if other is not None or taken is None:
            raise
        for error in taken.exceptions:
            sys.stderr.write(f"simulators: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
