"""The way to the shore: the broker, and what the bearer allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from protocols.aio.mqtt import Broker
from shipside.config.reader import Reader


@dataclass(frozen=True, slots=True)
class Bearer:
    """What a bearer allows (architecture.md 5)."""

    scan_s: float
    """Period of the scan clock."""
    batch_s: float
    """Length of a batch; 0: every scan is one."""
    resend_s: float
    """How long the shore's acknowledgement may take before a batch is sent again."""
    coarse: bool = False
    """True: values are sent at their sensors' accuracy, not at the channels' resolution, to save the bearer."""


BEARERS: Final[dict[str, Bearer]] = {
    "lte": Bearer(0.2, 0.0, 5.0),
    "leo": Bearer(0.5, 1.0, 8.0),
    "geo": Bearer(1.0, 10.0, 30.0),
}
"""Profiles by name; on LTE each scan goes at once, so that a value is ashore within 300 ms."""


def read_broker(reader: Reader, url: str, name: str) -> str:
    """Return the URL `url` of the broker, called `name` in [broker]."""
    fault = f"broker.{name} is not of the form mqtt://user:password@host:port"
    try:
        if url:
            Broker.from_url(url)
    except ValueError:
        reader.faults += [fault] if name == "url" or "stop_url" in reader.table("broker") else []
    return url


def read_bearer(reader: Reader, link: Mapping[str, object]) -> Bearer:
    """Return the profile that [link] names."""
    name = reader.text(link, "bearer", "link", "lte")
    if name not in BEARERS:
        reader.faults.append(f"link.bearer is {name!r}, none of {', '.join(BEARERS)}")
    coarse = link.get("coarse", False)
    if not isinstance(coarse, bool):
        reader.faults.append("link.coarse is neither true nor false")
    return replace(BEARERS.get(name, BEARERS["lte"]), coarse=coarse is True)
