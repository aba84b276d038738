"""Key files and signed words on the Master's disk."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)

from protocols.errors import MalformedError, ProtocolError, SignatureError
from protocols.link import keyfile, signing
from protocols.link.roster import Grant, Roster
from protocols.link.signing import Domain

DOMAINS: Final = {".roster": Domain.ROSTER, ".grant": Domain.GRANT}


def make_key(path: Path, password: str) -> Ed25519PrivateKey:
    """Make a key in a new file that only its owner can read; raise FileExistsError rather than write over one."""
    key = Ed25519PrivateKey.generate()
    hidden = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, hidden))
    return key


def is_encrypted(path: Path) -> bool:
    """Return whether the key in a file needs a password."""
    return keyfile.is_encrypted(path.read_bytes())


def load_key(path: Path, password: str) -> Ed25519PrivateKey:
    """Return the key in a file; raise SignatureError when the password is wrong, MalformedError when it holds none.

    A password for a file that is not encrypted is not needed and not minded.
    """
    try:
        return keyfile.key_of_pem(path.read_bytes(), password)
    except ProtocolError as error:
        raise type(error)(f"the key {path} cannot be used: {error}") from error


def read_word(path: Path, master: bytes | None) -> Roster | Grant:
    """Return the roster or grant in a file; raise SignatureError when `master` has not signed it.

    `master` None: the signature is not looked at, for a word that is only shown.
    """
    domain = DOMAINS.get(path.suffix)
    if domain is None:
        raise MalformedError(f"{path.name} is named neither .roster nor .grant")
    envelope = signing.open_envelope(path.read_bytes())
    if master is not None:
        try:
            signing.verify(domain, envelope, master)
        except SignatureError as error:
            raise SignatureError(f"{path.name}: {error}") from error
    read = Roster if domain is Domain.ROSTER else Grant
    return read.from_bytes(envelope.body)


def write_word(folder: Path, word: Roster | Grant, key: Ed25519PrivateKey) -> Path:
    """Sign a roster or grant into the folder, whole or not at all; return its file."""
    suffix, domain = (".roster", Domain.ROSTER) if isinstance(word, Roster) else (".grant", Domain.GRANT)
    path = folder / f"{word.vessel}{suffix}"
    half = path.with_suffix(f"{suffix}.new")
    half.write_bytes(signing.sign(domain, word.to_bytes(), key))
    half.replace(path)
    return path
