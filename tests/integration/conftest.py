"""What the tests on real sockets share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.shore_house import House, running_house


@pytest.fixture
async def house(database_url: str, tmp_path: Path) -> AsyncIterator[House]:
    """Run a shore on a free port, with one ship that was born, ann and vic."""
    async with running_house(database_url, tmp_path) as house:
        yield house
