"""What is known of a source: lines lost by their numbers, lines of no use by their reasons, and what the input itself tells."""

from __future__ import annotations

from pathlib import Path

from protocols.aio.clock import SystemClock
from protocols.nmea0183.framing import framed
from shipside.listening import Listening
from shipside.ports import InputFacts
from simulators import commissioning
from simulators.fleet import KESTREL
from telemetry.health_channels import SourceCounts

FACTS = InputFacts("bridge", is_open=True, lines_count=9, rejected_count=2, reconnects_count=0, last_line_s=4.5, problem="",
                   lost_count=7)  # fmt: skip


def tagged(number: int, sentence: bytes, source: str = "HE0001") -> bytes:
    """Return a sentence behind a TAG block with its running number."""
    block = f"s:{source},n:{number}".encode()
    check = 0
    for octet in block:
        check ^= octet
    return b"\\" + block + f"*{check:02X}".encode() + b"\\" + sentence


def test_lines_lost_and_lines_of_no_use_are_counted_by_source(tmp_path: Path) -> None:
    listening = Listening(commissioning.agent_config(KESTREL, 1, tmp_path), SystemClock())
    good, damaged = framed("HEHDT,095.3,T"), framed("HEHDT,095.3,T").replace(b"095", b"096")
    for number in (1, 2, 5, 6, 10):
        listening.take_line("bridge", tagged(number, good))
    listening.take_line("bridge", damaged)
    listening.take_line("bridge", b"noise")
    # Another input with the same sender on it: its numbers are its own.
    listening.take_line("other", tagged(90, good))
    assert listening.counts(FACTS) == SourceCounts("bridge", 9, errors=2 + 2, lost=7 + 5, last_s=4.5)
    other = InputFacts(
        "other", is_open=True, lines_count=1, rejected_count=0, reconnects_count=0, last_line_s=None, problem=""
    )
    assert listening.counts(other) == SourceCounts("other", 1, errors=0, lost=0, last_s=None)
