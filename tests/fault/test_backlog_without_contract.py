"""Without a contract history goes by the profile, which knows less than the link carries: the negative control of R4."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bad_network import MOSQUITTO, is_possible
from tests.fault.test_backlog_by_contract import BATCHES, SHARE, backlog

pytestmark = [
    pytest.mark.skipif(not is_possible(), reason="needs root, ip and /dev/net/tun"),
    pytest.mark.skipif(MOSQUITTO is None, reason="no mosquitto: apt-get install mosquitto"),
    pytest.mark.timeout(120),
]


async def test_without_the_contract_most_of_the_link_is_left(tmp_path: Path) -> None:
    """The profile knows of 32 kbit/s, and history goes no faster than twice that, however busy the machine is."""
    found = await backlog(tmp_path, BATCHES // 5)
    assert found.share < SHARE / 2
