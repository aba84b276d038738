"""The private key in a PEM file, or what is wrong with it in words that say what to do."""

from __future__ import annotations

from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from protocols.errors import MalformedError, SignatureError

ENCRYPTED: Final = (
    "it is encrypted with a password, for which a program cannot ask; write it without one, for its owner alone: "
    "(umask 077; openssl pkey -in FILE -out PLAIN), and name PLAIN instead"
)
"""What is said of a key that needs a password where there is nobody to give it."""


def key_of_pem(content: bytes, password: str = "") -> Ed25519PrivateKey:
    """Return the Ed25519 key in the bytes of a PEM file; `password` empty: the file must not be encrypted.

    Raise MalformedError when it holds no such key or is encrypted and no password was given, SignatureError when the password
    does not open it. The driver's own errors tell these apart only by TypeError and ValueError.
    """
    is_hidden = is_encrypted(content)
    if is_hidden and not password:
        raise MalformedError(ENCRYPTED)
    try:
        key = load_pem_private_key(content, password.encode() if is_hidden else None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        if is_hidden:
            raise SignatureError(f"it is not opened by this password: {error}") from error
        raise MalformedError(f"it holds no private key in PEM: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise MalformedError("it holds a key of another kind than Ed25519")
    return key


def is_encrypted(content: bytes) -> bool:
    """Return whether the key in the bytes of a PEM file needs a password: both ways of saying so hold this word."""
    return b"ENCRYPTED" in content
