"""Write `signing.json`: what ship, shore and browser must agree on to the byte. Run with `--check` to compare only.

The keys are made from fixed seeds; they guard nothing.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocols.link import signing
from protocols.link.frames import DirectFrame
from protocols.link.heartbeats import OperatorHeartbeat
from protocols.link.orders import Order
from protocols.link.stop import StopRequest

TARGET = Path(__file__).with_name("signing.json")
SEED = bytes(range(32))
ULID = "01JD8Z6T5Y9K3B7M2N4P6Q8R0S"


def vectors() -> dict[str, object]:
    """Return the vectors: key, and for each message its fields, signed bytes and envelope."""
    key = Ed25519PrivateKey.from_private_bytes(SEED)
    order = Order(ULID, "kestrel", "conn", "conn.heading", {"heading_deg": 95, "rate_deg_min": 12.5}, "ann",
                  "console-1", "session-1", 7, 1, "boot-1", 123_456, 1_790_000_000_123_000_000)  # fmt: skip
    beat = OperatorHeartbeat("kestrel", "ann", "console-1", "session-1", 7, 300, "boot-1", 12, 40, True, 1)
    stop = StopRequest("kestrel", "ann", "console-1", ULID, 1_790_000_000_123_000_000)
    frame = DirectFrame(
        "kestrel", "ann", "console-1", "session-1", 7, 12, "boot-1", 123_456, 12, 123_400, True, -12.5, 40.0
    )
    public, second = signing.public_bytes(key), Ed25519PrivateKey.from_private_bytes(SEED[::-1])
    approved = signing.approve(signing.sign(signing.Domain.ORDER, order.to_bytes(), key), signing.Domain.ORDER, second)
    return {
        "seed_hex": SEED.hex(),
        "public_key_hex": public.hex(),
        "key_id_hex": signing.key_id_of(public).hex(),
        "second_seed_hex": SEED[::-1].hex(),
        "second_public_key_hex": signing.public_bytes(second).hex(),
        "approved_hex": approved.hex(),
        "messages": [
            {
                "name": name,
                "domain_hex": domain.value.hex(),
                "body_hex": body.hex(),
                "envelope_hex": signing.sign(domain, body, key).hex(),
            }
            for name, domain, body in (
                ("order", signing.Domain.ORDER, order.to_bytes()),
                ("heartbeat", signing.Domain.HEARTBEAT, beat.to_bytes()),
                ("stop", signing.Domain.STOP, stop.to_bytes()),
                ("frame", signing.Domain.FRAME, frame.to_bytes()),
            )
        ],
    }


def main() -> int:
    """Write or check the file; return the exit code."""
    fresh = json.dumps(vectors(), indent=1) + "\n"
    if "--check" in sys.argv:
        return 0 if TARGET.read_text() == fresh else 1
    TARGET.write_text(fresh)
    return 0


if __name__ == "__main__":
    sys.exit(main())
