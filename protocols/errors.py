"""The tree of protocol errors: who is at fault, and so what to do.

ProtocolError
├── MalformedError   the peer or the line sent bytes that cannot be read; drop them and count
├── SignatureError   readable bytes whose signature, key or domain does not hold; refuse and record
└── UnsupportedError readable and well signed, but of a version or kind this build does not know
"""

from __future__ import annotations


class ProtocolError(Exception):
    """Base of all errors of this package; never raised itself."""


class MalformedError(ProtocolError):
    """Bytes that cannot be read as what they claim to be; the message says what was wrong."""


class SignatureError(ProtocolError):
    """Signed bytes whose signature does not hold for the key and domain given."""


class UnsupportedError(ProtocolError):
    """A version or kind that this build does not know."""
