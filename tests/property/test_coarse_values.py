"""Values sent at their sensors' accuracy are never further off than that, and say what they are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from protocols.link import codec
from protocols.link.legend import Legend
from protocols.reading import Quality
from telemetry.batching import Batcher
from telemetry.catalogue import Catalogue, standard_catalogue
from telemetry.picture import Latest
from telemetry.scan import Scan

HEADING = standard_catalogue()["NAV_HDG"]
NS_PER_S = 1_000_000_000


def sent(
    values: list[float], accuracy: float | None, *, coarse: bool
) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], int]:
    """Return what the shore reads of a heading's values, and how many bytes they took."""
    catalogue = Catalogue((replace(HEADING, accuracy=accuracy),))
    batcher = Batcher("kestrel", catalogue.by_id, catalogue.hash, 60.0, coarse=coarse)
    for second, value in enumerate(values):
        latest = Latest("NAV_HDG", value, Quality.GOOD, float(second), second * NS_PER_S, "gyro")
        batcher.receive(Scan(second * NS_PER_S, (latest,)), float(second))
    legend = Legend.from_wire(catalogue.hash, catalogue.to_wire())
    encoded = codec.encode(batcher.cut(1, 1, ()), legend)
    back = codec.decode(encoded, lambda _: legend)
    assert back.requantised is coarse
    return np.asarray(back.columns[0].values), len(encoded)


@given(
    st.lists(st.floats(0.0, 360.0), min_size=1, max_size=30),
    st.sampled_from((0.001, 0.03, 0.1, 0.25, 0.4, 0.5, 1.9, 7.0)),
)
@settings(max_examples=150, deadline=None)
def test_a_coarse_value_is_within_the_accuracy(values: list[float], accuracy: float) -> None:
    """The step is at most twice the accuracy, so that rounding errs by the accuracy at most; never finer than without."""
    back, _ = sent(values, accuracy, coarse=True)
    assert np.abs(back - values).max() <= max(accuracy, HEADING.resolution / 2) * (1 + 1e-9)


def test_without_the_flag_or_an_accuracy_nothing_is_coarse() -> None:
    """Negative control: the same values come back to their resolution."""
    values = [10.01, 10.07, 10.13]
    assert sent(values, 0.5, coarse=False)[0].tolist() == values
    assert sent(values, None, coarse=True)[0].tolist() == values
    assert sent(values, 0.5, coarse=True)[0].tolist() == [10.0, 10.0, 10.0]


def test_coarse_values_are_fewer_bytes() -> None:
    """A noisy heading at 0.5 deg takes less than two thirds of what it takes at 0.01 deg."""
    values = [round(95.0 + float(x), 2) for x in np.random.default_rng(1).normal(0.0, 0.4, 60)]
    assert sent(values, 0.5, coarse=True)[1] < sent(values, 0.5, coarse=False)[1] * 2 / 3
