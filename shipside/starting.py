"""What both processes aboard need before they can run, and how they say that they cannot."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from protocols.aio.clock import Clock
from protocols.aio.mqtt import Broker
from protocols.errors import MalformedError
from protocols.link.keyfile import key_of_pem

NS_PER_S: Final = 1_000_000_000
EPOCH_BITS: Final = 16
"""Bits of chance in an epoch: 47 bits in all, which every reader of numbers takes as they are."""


class StartError(Exception):
    """The agent cannot start; the message says why and what to do."""


def load_key(path: Path) -> Ed25519PrivateKey:
    """Return the vessel's key; make one (0600) where there is none. Raise StartError when it cannot be read."""
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _make_key(path)
        return key_of_pem(path.read_bytes())
    except OSError as error:
        raise StartError(f"the vessel's key {path} cannot be read: {error.strerror or error}") from error
    except MalformedError as error:
        raise StartError(f"the vessel's key {path} cannot be used: {error}") from error


def _make_key(path: Path) -> None:
    """Make a key; where the other process aboard makes one at the same moment, the first whole one counts for both."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    half = path.with_name(f"{path.name}.{os.getpid()}")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    try:
        with contextlib.suppress(FileExistsError):
            os.link(half, path)
    finally:
        half.unlink()


def boot_id_of(clock: Clock) -> str:
    """Return the name of this start of one process; names of later starts sort after it while the clock is right."""
    return f"{clock.utc_ns():016x}-{os.urandom(4).hex()}"


def new_epoch(clock: Clock) -> int:
    """Return the epoch of a spool that is made now: later ones are higher while the clock is right, and no two are the same.

    A computer without a battery for its clock wakes at the same second each time. The second spool of such a ship would have
    the epoch of the first, and the shore would take its batches for those that it has.
    """
    return clock.utc_ns() // NS_PER_S << EPOCH_BITS | int.from_bytes(os.urandom(EPOCH_BITS // 8), "big")


def broker_of(url: str) -> Broker:
    """Return the broker at a URL; raise StartError for one that is none."""
    try:
        return Broker.from_url(url)
    except ValueError as error:
        raise StartError(str(error)) from error
