"""Which profile fits the link: down at once, up with patience, never flapping, always with a reason; and what it costs."""

from __future__ import annotations

from shipside.config.link import BEARERS
from shipside.sending.bearer import DOWN_S, BearerChoice
from shipside.sending.budget import MONTHS_MAX, OVERHEAD_BYTES, Meter, month_of
from shipside.storage.spool import Spool


class _Link:
    """A choice fed once a second with what a link gives."""

    def __init__(self, *, is_fixed: bool = False) -> None:
        self.choice, self.now_s = BearerChoice("lte", is_fixed=is_fixed), 0.0
        self.told: list[tuple[str, str, str]] = []

    def run(self, seconds: float, round_trip_s: float, lost_one_in: int = 0, queue_s: float = 0.0) -> None:
        for number in range(int(seconds)):
            self.now_s += 1.0
            self.choice.acknowledged(round_trip_s)
            self.choice.lost(1 if lost_one_in and number % lost_one_in == 0 else 0)
            self.choice.tick(self.now_s, queue_s)
            self.told += [(each.before, each.after, each.reason) for each in self.choice.outbox()]


def test_a_slow_link_gets_a_narrower_profile_and_the_reason_is_told() -> None:
    link = _Link()
    link.run(DOWN_S - 1, 9.0)
    assert link.told == []
    link.run(60, 9.0)
    assert [(before, after) for before, after, _ in link.told] == [("lte", "leo"), ("leo", "geo")]
    assert link.told[0][2] == "round trip 9.0 s, limit 2"
    assert link.choice.bearer is BEARERS["geo"]


def test_losses_and_an_old_queue_count_too() -> None:
    lossy, behind = _Link(), _Link()
    lossy.run(DOWN_S + 2, 0.3, lost_one_in=4)
    assert "sent again" in lossy.told[0][2]
    behind.run(DOWN_S + 2, 0.3, queue_s=25.0)
    assert behind.told[0][2] == "queue 25 s old, limit 20"


def test_a_link_that_comes_and_goes_does_not_flap() -> None:
    # For an hour the link is bad for a minute and good for three: each return must be earned by twice the time.
    link = _Link()
    for _ in range(15):
        link.run(60, 9.0)
        link.run(180, 0.2)
    assert len(link.told) <= 8
    # Good for long, it comes all the way back.
    link.run(4 * 3600, 0.2)
    assert link.choice.name == "lte"
    assert link.told[-1][2].startswith("the link has been good for")


def test_a_short_disturbance_changes_nothing() -> None:
    link = _Link()
    link.run(60, 0.2)
    for _ in range(20):
        link.run(DOWN_S - 2, 9.0)
        link.run(40, 0.2)
    assert link.told == []


def test_a_shore_that_does_not_answer_is_no_narrow_link() -> None:
    link = _Link()
    for _ in range(600):
        link.now_s += 1.0
        link.choice.lost(5)
        link.choice.tick(link.now_s, 600.0)
    assert link.choice.outbox() == []


def test_a_fixed_profile_is_measured_and_stays() -> None:
    link = _Link(is_fixed=True)
    link.run(600, 30.0)
    assert (link.told, link.choice.name) == ([], "lte")
    assert link.choice.facts().round_trip_s == 30.0


def test_bytes_are_counted_by_month_bearer_and_class_and_outlive_a_restart() -> None:
    noon_ns = 1_795_694_400_000_000_000
    assert month_of(noon_ns) == "2026-11"
    meter = Meter([], 1_000_000)
    meter.add("2026-11", "geo", "samples", 1000)
    meter.add("2026-11", "geo", "samples", 1000)
    meter.add("2026-11", "lte", "ais", 500)
    meter.add("2026-12", "lte", "ais", 700_000)
    spool = Spool(":memory:", 1_000_000, 1)
    spool.keep_metered(meter.rows())
    again = Meter(spool.metered(), 1_000_000)
    assert again.rows() == [
        ("2026-11", "geo", "samples", 2000 + 2 * OVERHEAD_BYTES), ("2026-11", "lte", "ais", 500 + OVERHEAD_BYTES),
        ("2026-12", "lte", "ais", 700_000 + OVERHEAD_BYTES),
    ]  # fmt: skip
    assert again.used_pct("2026-12") == 100.0 * (700_000 + OVERHEAD_BYTES) / 1_000_000
    assert again.used_pct("2027-01") == 0.0
    assert Meter([], 0).used_pct("2026-11") is None
    for year in range(1970, 2030):
        again.add(f"{year}-01", "lte", "ais", 1)
    assert len({month for month, *_ in again.rows()}) == MONTHS_MAX
