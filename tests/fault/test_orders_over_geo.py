"""How long an order takes over a geostationary link while a backlog fills it: ship, agent, broker and station are real."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from protocols.link import codec, signing
from protocols.link.batch import Batch, Column
from protocols.link.legend import Legend
from protocols.link.roster import Grant, Roster, RosterEntry
from protocols.link.signing import Domain
from shipside import config as configuration
from shipside.storage.spool import Spool
from tests.agent_kit import COMMANDED_TOML, until
from tests.bad_network import GEO, MOSQUITTO, ROOT, SHORE, between, broker, end_all, is_possible, run_in
from tests.free_ports import free_port
from tests.geo_shore_end import PERSON, VESSEL

pytestmark = [
    pytest.mark.soak,
    pytest.mark.alone,
    pytest.mark.skipif(not is_possible(), reason="needs root, ip and /dev/net/tun"),
    pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto: apt-get install mosquitto"),
    pytest.mark.timeout(900),
]
ORDERS = 60
P95_S = 2.0
BATCHES, SCANS, CHANNELS = 1_500, 600, ("NAV_HDG", "NAV_SOG", "NAV_COG", "ME_RPM")
"""3 kB each: 4.5 MB, longer than the orders take."""
FOREVER_NS, EPOCH = 2**62, 1_790_000_000


def commissioned(folder: Path, ports: dict[str, int], panel: int) -> Path:
    """Write the agent's configuration, her Master's words and the operator's key; return the configuration."""
    master, key = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    entry = RosterEntry(PERSON, "operator", "busan", f"console-{PERSON}", signing.public_bytes(key),
                        ("observe", "setpoint", "stop"), 0, FOREVER_NS)  # fmt: skip
    grant = Grant(VESSEL, "G1", "master", ("busan",), ("conn",), ("setpoint",), 0, FOREVER_NS)
    (folder / "roster.signed").write_bytes(signing.sign(Domain.ROSTER, Roster(VESSEL, 1, (entry,)).to_bytes(), master))
    (folder / "grant.signed").write_bytes(signing.sign(Domain.GRANT, grant.to_bytes(), master))
    (folder / "ann.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    text = COMMANDED_TOML.format(
        broker=1883, panel=panel, master=signing.public_bytes(master).hex(), nmea_tcp=ports["nmea_tcp"],
        plc=ports["plc"], autopilot=ports["autopilot"], registers=ROOT / "simulators/registers/kestrel.toml",
    ).replace("@127.0.0.1:1883", f"@{SHORE}:1883").replace("mqtt://127.0.0.1:1883", f"mqtt://{SHORE}:1883")  # fmt: skip
    keys = 'roster = "roster.signed"\ngrant = "grant.signed"\n[link]\nbearer = "geo"\n'
    (folder / "agent.toml").write_text(text + keys + (ROOT / "control" / "example.toml").read_text())
    return folder / "agent.toml"


def fill(path: Path) -> None:
    """Put a backlog of samples that nobody can guess into the spool."""
    settings = configuration.load(path, {})
    legend = Legend.from_wire(settings.catalogue.hash, settings.catalogue.to_wire())
    spool, scan = Spool(settings.spool, settings.spool_bytes_max, EPOCH), np.arange(SCANS, dtype=np.int32)
    for seq in range(1, BATCHES + 1):
        times = 1_780_000_000 * 10**9 + (seq * SCANS + scan.astype(np.int64)) * 10**8
        values = np.random.default_rng(seq).integers(0, 3600, (len(CHANNELS), SCANS)) / 10
        columns = tuple(Column(name, scan, values[row], np.zeros(SCANS, np.uint8)) for row, name in enumerate(CHANNELS))
        batch = Batch(VESSEL, EPOCH, seq, settings.catalogue.hash, False, times, columns, ())
        spool.add(seq, codec.encode(batch, legend))
    spool.close()


async def test_an_order_is_accepted_within_two_seconds_while_a_backlog_fills_the_link(tmp_path: Path) -> None:
    """300 ms each way, jitter 30 ms, 256 kbit/s, bursty loss: from the click to the acceptance at the station p95 <= 2.0 s."""
    panel, seen = free_port(), tmp_path / "ports.json"
    with between(GEO, GEO) as (network, ship, shore):
        async with AsyncExitStack() as stack:
            url = await stack.enter_async_context(broker(tmp_path, shore))
            network.start()
            log = stack.enter_context((tmp_path / "aboard.log").open("wb"))
            words = ("-m", "simulators", "--vessels", "1", "--ports-file", str(seen), "--panel", f"{VESSEL}={panel}")
            simulated = await run_in(ship, sys.executable, *words, output=log)
            await until(seen.exists, 60)
            path = commissioned(tmp_path, json.loads(seen.read_text())["vessels"][VESSEL], panel)
            await asyncio.to_thread(fill, path)
            end = str(ROOT / "tests" / "geo_shore_end.py")
            station = await run_in(shore, sys.executable, end, url, str(tmp_path / "ann.pem"), str(ORDERS))
            agent = await run_in(ship, sys.executable, "-m", "shipside", "--config", str(path), output=log)
            try:
                async with asyncio.timeout(600):
                    said, complaint = await station.communicate()
            finally:
                await end_all(network, station, agent, simulated)
    assert station.returncode == 0, complaint.decode()[-2000:]
    found = json.loads(said)
    took_s = sorted(found["took_s"])
    p50_s, p95_s = took_s[len(took_s) // 2], took_s[int(len(took_s) * 0.95)]
    print(f"\nGEO, backlog at {found['batches_per_s']:.1f} batches/s, {found['batches']} came: order to acceptance "
          f"p50 {p50_s:.2f} p95 {p95_s:.2f} max {took_s[-1]:.2f} s, n {len(took_s)}; "
          f"{found['ladders']} times on the ladder")  # fmt: skip
    assert found["batches"] < BATCHES, "the backlog was over before the orders were"
    assert took_s[0] >= 0.6, "no order can be faster than the light to the satellite and back twice"
    assert p95_s <= P95_S
