"""An authenticator in software, for passkeys in tests: what a browser answers, built by hand from WebAuthn level 2."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT_AND_VERIFIED, ATTESTED = 0x05, 0x40


def text64(raw: bytes) -> str:
    """Return base64 for addresses, without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


class Authenticator:
    """One key for one page; `count` is how often it says it has signed."""

    def __init__(self, origin: str, seed: int = 1) -> None:
        """Make a key for pages of `origin`."""
        self.origin = origin
        self.key = ec.derive_private_key(seed + 1, ec.SECP256R1())
        self.identity = hashlib.sha256(bytes([seed])).digest()
        self.count = 0

    def made(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return the answer of navigator.credentials.create (attestation none)."""
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        said = self._said(options["rp"]["id"], PRESENT_AND_VERIFIED | ATTESTED)
        said += bytes(16) + len(self.identity).to_bytes(2, "big") + self.identity + cbor2.dumps(cose)
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": said})
        client = self._client("webauthn.create", options["challenge"])
        return self._answer({"attestationObject": text64(attestation), "clientDataJSON": text64(client)})

    def used(self, options: dict[str, Any]) -> dict[str, Any]:
        """Return the answer of navigator.credentials.get."""
        self.count += 1
        said = self._said(options["rpId"], PRESENT_AND_VERIFIED)
        client = self._client("webauthn.get", options["challenge"])
        signature = self.key.sign(said + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer({
            "authenticatorData": text64(said), "clientDataJSON": text64(client), "signature": text64(signature)
        })  # fmt: skip

    def _said(self, domain: str, flags: int) -> bytes:
        return hashlib.sha256(domain.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, response: dict[str, str]) -> dict[str, Any]:
        identity = text64(self.identity)
        return {
            "id": identity,
            "rawId": identity,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        }
