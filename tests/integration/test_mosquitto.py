"""Debian's mosquitto with our files: who may speak, who may hear what, and certificates that change under load."""

from __future__ import annotations

import asyncio
import signal
import socket
import ssl
import time
import warnings
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from farhelm import certificates
from tests.mosquitto_kit import Mosquitto, joined, mosquitto, needs_mosquitto

__all__ = ["mosquitto"]
pytestmark = [needs_mosquitto, pytest.mark.timeout(180)]
VESSELS = [f"ship-{number:02d}" for number in range(20)]


async def test_no_vessel_reads_or_writes_anothers(mosquitto: Mosquitto) -> None:
    """Proves X1: 20 x 20 vessels write everywhere; subscribers see each vessel's own words only, whatever was PUBACKed."""
    async with AsyncExitStack() as stack:
        shore = await stack.enter_async_context(joined(mosquitto.client("FARHELM-SHORE"), "shore", "farhelm/v1/+/up/#"))
        spy = await stack.enter_async_context(joined(mosquitto.client("FARHELM-STOP"), "spy", "farhelm/v1/#", "#"))
        ships = {
            name: await stack.enter_async_context(joined(mosquitto.client(name), name, "farhelm/v1/#", "farhelm/v1/+/down/#"))
            for name in VESSELS
        }  # fmt: skip
        assert all(ship.connections for ship in ships.values())
        for me, ship in ships.items():
            for other in VESSELS:
                for leaf in ("up/batch", "down/order", "stop"):
                    await ship.port.publish(f"farhelm/v1/{other}/{leaf}", me.encode())
        for other in VESSELS:
            await shore.port.publish(f"farhelm/v1/{other}/down/order", b"shore")
        await asyncio.sleep(2.0)
        assert sorted(shore.messages) == sorted((f"farhelm/v1/{name}/up/batch", name.encode()) for name in VESSELS)
        for name, ship in ships.items():
            assert set(ship.messages) == {(f"farhelm/v1/{name}/down/order", b"shore")}  # two of its filters match
        assert spy.messages == []


async def test_the_stop_has_a_way_of_its_own(mosquitto: Mosquitto) -> None:
    """Its certificate reaches the vessel's stop, and nothing else."""
    async with (
        joined(mosquitto.client("ship-00"), "ship", "farhelm/v1/ship-00/stop", "farhelm/v1/ship-00/down/#") as ship,
        joined(mosquitto.client("FARHELM-STOP"), "stop") as stop,
    ):
        for leaf in ("stop", "down/order"):
            await stop.port.publish(f"farhelm/v1/ship-00/{leaf}", leaf.encode())
        await asyncio.sleep(1.0)
        assert ship.messages == [("farhelm/v1/ship-00/stop", b"stop")]


async def test_who_has_no_certificate_of_the_fleet_does_not_get_in(mosquitto: Mosquitto, tmp_path: Path) -> None:
    """Proves X1: anonymous, plain, foreign and expired clients are refused; one of the fleet gets in (negative control)."""
    foreign = tmp_path / "foreign"
    certificates.authority(foreign)
    certificates.client("ship-01", foreign)
    url = mosquitto.client("ship-00")
    for name, wrong in {
        "anonymous": f"mqtts://127.0.0.1:{mosquitto.port}?ca={tmp_path}/ca.crt",
        "plain": f"mqtt://127.0.0.1:{mosquitto.port}",
        "foreign": f"mqtts://127.0.0.1:{mosquitto.port}?ca={tmp_path}/ca.crt&cert={foreign}/ship-01.crt&key={foreign}/ship-01.key",
    }.items():
        async with joined(wrong, name, wait_s=2.0) as client:
            assert client.connections == 0, name
    mosquitto_expired(mosquitto)
    async with joined(mosquitto.url("ship-02"), "expired", wait_s=2.0) as client:
        assert client.connections == 0
    async with joined(url, "ship") as client:
        assert client.connections == 1


def mosquitto_expired(broker: Mosquitto) -> None:
    """Make the certificate of ship-02 one that ran out an hour ago."""
    before = certificates.SKEW
    certificates.SKEW = certificates.timedelta(days=3)  # type: ignore[misc]
    try:
        certificates._issue(broker.folder, "ship-02", -1, certificates.ExtendedKeyUsageOID.CLIENT_AUTH, [])
    finally:
        certificates.SKEW = before  # type: ignore[misc]


def test_nothing_older_than_tls_1_2_is_spoken(mosquitto: Mosquitto) -> None:
    """A client that offers TLS 1.1 at most is refused; 1.2 is accepted (negative control)."""
    mosquitto.client("ship-00")
    for version, is_welcome in ((ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True)):
        context = ssl.create_default_context(cafile=str(mosquitto.folder / "ca.crt"))
        context.load_cert_chain(mosquitto.folder / "ship-00.crt", mosquitto.folder / "ship-00.key")
        with warnings.catch_warnings(action="ignore"):
            context.minimum_version = context.maximum_version = version
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        assert _shakes_hands(mosquitto.port, context) is is_welcome


def _shakes_hands(port: int, context: ssl.SSLContext) -> bool:
    deadline_s = time.monotonic() + 5.0
    while True:
        try:
            with (
                socket.create_connection(("127.0.0.1", port), 5) as plain,
                context.wrap_socket(plain, server_hostname="127.0.0.1"),
            ):
                return True
        except ConnectionRefusedError:
            if time.monotonic() > deadline_s:
                raise
            time.sleep(0.05)
        except (ssl.SSLError, ConnectionResetError):
            return False


async def test_certificates_change_under_load_and_nothing_is_lost(mosquitto: Mosquitto) -> None:
    """Proves X2 (rotation): broker's and ship's certificates are renewed while 20 messages a second go up; all arrive."""
    url = mosquitto.client("ship-00")
    sent: list[bytes] = []
    async with (
        joined(mosquitto.client("FARHELM-SHORE"), "shore", "farhelm/v1/+/up/#") as shore,
        joined(url, "ship") as ship,
    ):
        first = ship.connections
        for number in range(240):
            if number == 40:
                certificates.broker(["127.0.0.1"], mosquitto.folder)
                mosquitto.signal(signal.SIGHUP)
            if number == 80:
                certificates.client("ship-00", mosquitto.folder)
            payload = str(number).encode()
            sent.append(payload)
            while not await ship.port.publish("farhelm/v1/ship-00/up/batch", payload):  # noqa: ASYNC110 - as a spool does
                await asyncio.sleep(0.05)
            await asyncio.sleep(0.05)
        await asyncio.sleep(1.0)
        assert ship.connections > first  # it has come again, with the new certificate
        assert {payload for _, payload in shore.messages} == set(sent)


async def test_a_revoked_vessel_does_not_come_back_and_is_put_out(mosquitto: Mosquitto) -> None:
    """Proves X2 (revocation): after the CRL and SIGHUP it cannot connect; a restart of the broker ends its open session."""
    url = mosquitto.client("ship-00")
    async with (
        joined(url, "ship") as ship,
        joined(mosquitto.client("FARHELM-SHORE"), "shore", "farhelm/v1/+/up/#") as shore,
    ):
        certificates.revoke(mosquitto.folder / "ship-00.crt", mosquitto.folder)
        mosquitto.signal(signal.SIGHUP)
        await asyncio.sleep(0.5)
        async with joined(url, "again", wait_s=2.0) as again:
            assert again.connections == 0
        assert await ship.port.publish("farhelm/v1/ship-00/up/batch", b"still here")  # what the restart is for
        began_s = time.monotonic()
        mosquitto.stop()
        mosquitto.start()
        while shore.connections < 2:  # noqa: ASYNC110 - nothing else says so
            await asyncio.sleep(0.02)
        print(f"revoked vessel put out, shore back after {time.monotonic() - began_s:.1f} s")
        assert not await ship.port.publish("farhelm/v1/ship-00/up/batch", b"gone")
        await asyncio.sleep(2.0)
        assert ship.connections == 1
        assert [payload for _, payload in shore.messages] == [b"still here"]


def test_keys_are_for_their_owner_only(tmp_path: Path) -> None:
    """Key files are 0600; an authority is made once; a vessel cannot be named as the shore is."""
    certificates.authority(tmp_path)
    certificates.client("kestrel", tmp_path)
    assert all((tmp_path / name).stat().st_mode & 0o777 == 0o600 for name in ("ca.key", "kestrel.key"))
    for wrong in ("Kestrel", "farhelm-shore/x", "a+b"):
        with pytest.raises(certificates.typer.BadParameter, match="no vessel id"):
            certificates.client(wrong, tmp_path)
    with pytest.raises(certificates.typer.BadParameter, match="made once"):
        certificates.authority(tmp_path)
