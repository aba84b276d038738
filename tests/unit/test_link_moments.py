"""A receiver's time of day on the link, where its clock and the ship's have nothing to do with each other."""

from __future__ import annotations

import numpy as np
import pytest

from protocols.link import codec
from protocols.link.batch import Batch, Column


@pytest.mark.parametrize("told", ["9999-12-31T23:59:59Z", "2255-06-05T23:47:34.740993Z", "1970-01-01T00:00:00Z"])
@pytest.mark.parametrize(
    "other", ["2000-01-01T00:00:00.123456Z", "9999-12-31T23:59:59.999999Z", "1970-01-01T00:00:01Z"]
)
@pytest.mark.parametrize("scan_utc_ns", [-1, 0, 253_402_300_799 * 10**7, 2**62])
def test_a_receiver_that_is_out_of_all_reason_costs_no_batch(told: str, other: str, scan_utc_ns: int) -> None:
    """Centuries between the clocks: the numbers of the link do not reach, and the texts go as they are."""
    column = Column("NAV_UTC", np.array([0, 1], np.int32), (told, other), np.zeros(2, np.uint8))
    batch = Batch("kestrel", 1, 1, "cafe", False, np.array([scan_utc_ns, scan_utc_ns]), (column,), ())
    read = codec.decode(codec.encode(batch))
    assert (tuple(read.columns[0].values), read.scan_utc_ns.tolist()) == ((told, other), [scan_utc_ns] * 2)
