"""Ed25519 signatures over exact bytes: verify first, parse after (CMD-01, CMD-12).

An envelope is the deterministic CBOR array `[key_id, body, signature]`, of what two people sign with a second key id and
signature behind it; the signature covers `domain + body`, where the
domain names the use, so that a signature given for one purpose is worth nothing for another. Source: RFC 8032.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import Enum
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from protocols.errors import MalformedError, SignatureError
from protocols.link import cbor

KEY_ID_BYTES: Final = 8
PUBLIC_KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64


class Domain(Enum):
    """What a signature was given for; the value is the prefix of the signed bytes."""

    ORDER = b"farhelm-order-v1\0"
    """An operator's order (control.md CMD-01)."""
    HEARTBEAT = b"farhelm-heartbeat-v1\0"
    """An operator's heartbeat (control.md section 5)."""
    STOP = b"farhelm-stop-v1\0"
    """An emergency stop (EST-01)."""
    FRAME = b"farhelm-frame-v1\0"
    """A frame of direct control (DMN-01)."""
    ROSTER = b"farhelm-roster-v1\0"
    """The roster, signed by the Master (CMD-12)."""
    GRANT = b"farhelm-grant-v1\0"
    """A remote-access grant, signed by the Master (AUT-07)."""
    APPROVAL = b"farhelm-approval-v1\0"
    """A second person's approval; the domain of what is approved follows (CMD-10)."""
    VESSEL = b"farhelm-vessel-v1\0"
    """A vessel's own heartbeat or event, signed with the vessel's key (FBK-04)."""
    LEDGER = b"farhelm-ledger-v1\0"
    """The shore's word that its events come to the head of a vessel's ledger (LED-02)."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Signed bytes as they arrived; nothing in them may be believed before `verify`."""

    key_id: bytes
    """First 8 bytes of the SHA-256 of the raw public key."""
    body: bytes
    signature: bytes
    approver_key_id: bytes = b""
    """Key of the second person; empty where nobody has approved."""
    approval: bytes = b""


def public_bytes(private_key: Ed25519PrivateKey) -> bytes:
    """Return the 32 raw bytes of the public half of `private_key`."""
    return private_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id_of(public_key: bytes) -> bytes:
    """Return the 8-byte name of a raw 32-byte public key."""
    return hashlib.sha256(public_key).digest()[:KEY_ID_BYTES]


def sign(domain: Domain, body: bytes, private_key: Ed25519PrivateKey) -> bytes:
    """Return the envelope bytes that carry `body` signed for `domain`."""
    signature = private_key.sign(domain.value + body)
    return cbor.encode([key_id_of(public_bytes(private_key)), body, signature])


def approve(encoded: bytes, domain: Domain, private_key: Ed25519PrivateKey) -> bytes:
    """Return the envelope with a second person's signature over the very bytes that the first has signed."""
    first = open_envelope(encoded)
    approval = private_key.sign(Domain.APPROVAL.value + domain.value + first.body)
    return cbor.encode([first.key_id, first.body, first.signature, key_id_of(public_bytes(private_key)), approval])


def open_envelope(encoded: bytes, *, approvable: bool = False) -> Envelope:
    """Return the parts of an envelope, unverified; raise MalformedError when it is not one.

    `approvable`: a second key id and signature may follow the first; what needs no approval is refused with one.
    """
    parts = cbor.decode(encoded)
    if not isinstance(parts, list) or len(parts) not in ((3, 5) if approvable else (3,)):
        raise MalformedError("an envelope has three parts" + (", or five with an approval" if approvable else ""))
    lengths = (KEY_ID_BYTES, None, SIGNATURE_BYTES, KEY_ID_BYTES, SIGNATURE_BYTES)
    found = [part for part in parts if isinstance(part, bytes)]
    if len(found) != len(parts):
        raise MalformedError("the parts of an envelope are byte strings")
    if any(length not in (None, len(part)) for length, part in zip(lengths, found, strict=False)):
        raise MalformedError("key id or signature has the wrong length")
    return Envelope(*found)


def verify(domain: Domain, envelope: Envelope, public_key: bytes) -> None:
    """Raise SignatureError unless `envelope` was signed for `domain` by the holder of the raw `public_key`."""
    _verify(domain.value + envelope.body, envelope.key_id, envelope.signature, public_key)


def verify_approval(domain: Domain, envelope: Envelope, public_key: bytes) -> None:
    """Raise SignatureError unless the holder of `public_key` approved exactly this envelope's body for `domain`."""
    signed = Domain.APPROVAL.value + domain.value + envelope.body
    _verify(signed, envelope.approver_key_id, envelope.approval, public_key)


def _verify(signed: bytes, key_id: bytes, signature: bytes, public_key: bytes) -> None:
    if len(public_key) != PUBLIC_KEY_BYTES or key_id_of(public_key) != key_id:
        raise SignatureError("the key is not the one named in the envelope")
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, signed)
    except InvalidSignature as error:
        raise SignatureError("the signature does not hold") from error
