"""Which way a message came over, as a broker passes it on: one short name, or nothing at all."""

from __future__ import annotations

import pytest
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from protocols.aio.mqtt import way_of


def told(*pairs: tuple[str, str]) -> Properties:
    """Return a message's properties with these of the sender's own."""
    made = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    for pair in pairs:
        made.UserProperty = pair
    return made


@pytest.mark.parametrize(
    ("properties", "way"),
    [
        (None, ""),
        (told(), ""),
        (told(("colour", "lte")), ""),
        (told(("way", "lte")), "lte"),
        (told(("colour", "red"), ("way", "leo")), "leo"),
        (told(("way", "")), ""),
        (told(("way", "x" * 16)), "x" * 16),
        (told(("way", "x" * 17)), ""),
        (told(("way", "lte"), ("way", "leo")), ""),
        (told(("way", "lte"), ("way", "lte")), ""),
    ],
)
def test_a_way_is_one_short_name_or_not_told(properties: Properties | None, way: str) -> None:
    """Two of them are a guess, and one longer than a heartbeat can name is none of hers."""
    assert way_of(properties) == way


def test_what_has_other_properties_tells_no_way() -> None:
    """A heartbeat of a ship with one way has its expiry and nothing else."""
    made = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    made.MessageExpiryInterval = 3
    assert way_of(made) == ""
