"""Noise and damaged lines on one live input beside a good one: each costs itself, is counted, and harms nobody."""

from __future__ import annotations

from pathlib import Path

from protocols.nmea0183.framing import framed
from tests.agent_kit import TCP, agent_toml, broker, collector, ear, lines, program, said, until
from tests.free_ports import free_port

DEPTH = framed("SDDPT,12.5,0.5,") + b"\r\n"
BINARY = bytes(byte for byte in range(256) if byte not in b"\r\n$!\\")
NOISE: dict[str, list[bytes]] = {
    "checksum": [b"$HEHDT,095.3,T*00\r\n", b"$GPGGA,,,,,,,,,,,,,,*FF\r\n", b"$SDDPT,1\x00.5,0.5,*2F\r\n"],
    "framing": [
        b"nonsense\r\n",
        BINARY + b"\r\n",
        b"\x00\x00\x00\r\n",
        b"95.3\r\n",
        b"$\r\n",
        framed("HEHDT") + b"\r\n",
    ],
    "fields": [framed("GPRMC,12") + b"\r\n", framed("GPGGA,1,2") + b"\r\n"],
    "unknown": [framed("GPXYZ,1,2,3") + b"\r\n"],
    "ais": [framed("AIVDM,1,1,,A,not?an!armour,0", "!") + b"\r\n", framed("AIVDM,1,1,,A,,0", "!") + b"\r\n"],
    "no_line": [b"x" * 5000 + b"\r\n", BINARY * 8 + b"\r\n"],
}
"""Damage by the word under which it is counted."""


async def test_noise_beside_a_good_input(tmp_path: Path) -> None:
    """All kinds of damage at once; the values of the good input keep coming, and those of the bad one between its noise."""
    port, log = free_port(), tmp_path / "agent.log"
    noise = [piece for pieces in zip(*_padded(), strict=True) for piece in pieces if piece]
    with broker(tmp_path, port):
        async with lines() as good, lines(*noise, DEPTH) as bad, ear(port) as shore:
            path = agent_toml(tmp_path, port, TCP.format("good", good) + TCP.format("bad", bad))
            with program(collector(path), log) as agent:
                await until(lambda: "NAV_DPTT" in shore.latest, 20)
                before = shore.counts.get("NAV_HDG", 0)
                # Told by input and reason, the good input not at all; a second line follows where noise came after the first.
                wanted = {"bad": {reason: len(pieces) for reason, pieces in NOISE.items()}}
                await until(lambda: {line["input"]: line["rejected"] for line in said(log, "rejected")} == wanted, 20)
                await shore.more("NAV_HDG")
                assert shore.counts["NAV_HDG"] >= before + 5
                assert shore.seqs == sorted(set(shore.seqs))
                assert agent.poll() is None
            assert agent.returncode == 0
    assert "Traceback" not in log.read_text()


def _padded() -> list[list[bytes]]:
    most = max(len(pieces) for pieces in NOISE.values())
    return [pieces + [b""] * (most - len(pieces)) for pieces in NOISE.values()]
