"""The month's data budget aboard: who must act is warned before it is used up, and the warning itself always goes."""

from __future__ import annotations

from pathlib import Path

from protocols.link import signing
from protocols.link.events import Event
from protocols.nmea0183.framing import framed
from shipside import config
from shipside.collector import Collector
from shipside.sending.budget import Meter
from shipside.storage.spool import Spool
from tests.agent_kit import TCP, agent_toml
from tests.shore_kit import OPERATOR, MemoryPort, SetClock

BUDGET_BYTES = 1_000_000
MONTH = 31 * 86_400


class _Aboard:
    """A collector with a budget of one megabyte, its loop turned by hand."""

    def __init__(self, folder: Path, link: str, budget_bytes: int) -> None:
        loaded = config.load(agent_toml(folder, 1883, TCP.format("gyro", 1) + link), {})
        self._budget_bytes = budget_bytes
        self.clock, self.spool = SetClock(), Spool(":memory:", 10**8, 1)
        self.collector = Collector(
            loaded,
            self.clock,
            MemoryPort(connected=False),
            [],
            [],
            self.spool,
            OPERATOR,
            "boot-1",
            lambda *_, **__: None,
        )

    def second(self, used_bytes: int = 0) -> tuple[str, ...]:
        """Collect for a second of a month in which so much was sent; return which alerts of the budget are active."""
        if used_bytes:
            self.collector.uplink.meter = Meter([("2026-09", "lte", "samples", used_bytes)], self._budget_bytes)
        for _ in range(5):
            self.clock.s += 0.2
            self.collector.listening.take_line("gyro", framed("HEHDT,095.0,T"))
            self.collector._scan(self.clock.s + 1e-6)
        return tuple(name for name in self.collector.alerts.active() if name.startswith("budget"))

    def told(self) -> list[tuple[object, object]]:
        """Return what the spool keeps of alerts of the budget, for the shore: id and state."""
        bodies = [signing.open_envelope(encoded).body for _, _, encoded in self.spool.events(1000)]
        events = [Event.from_bytes(body) for body in bodies]
        said = [event.body for event in events if event.kind == "alert"]
        return [(b["alert_id"], b["state"]) for b in said if str(b["alert_id"]).startswith("budget")]


def test_a_budget_is_told_at_80_at_95_and_when_it_is_used_up_and_a_new_month_ends_it(tmp_path: Path) -> None:
    """Each step once, kept for the shore as an event, which no budget holds back."""
    ship = _Aboard(tmp_path, "[link]\nbudget_mb = 1\n", BUDGET_BYTES)
    assert ship.second() == ship.second(799_000) == ()
    assert ship.second(801_000) == ship.second(940_000) == ("budget-80",)
    assert ship.second(951_000) == ("budget-80", "budget-95")
    assert ship.second(1_000_000) == ("budget-100", "budget-80", "budget-95")
    names = ["budget-80", "budget-95", "budget-100"]
    assert ship.told() == [(name, "unacknowledged") for name in names]
    ship.clock.s += MONTH
    assert ship.second() == ()
    assert sorted(ship.told()[3:]) == sorted((name, "normal") for name in names)


def test_without_a_budget_nothing_is_told(tmp_path: Path) -> None:
    """The negative control: however much was sent."""
    assert _Aboard(tmp_path, "", 0).second(10 * BUDGET_BYTES) == ()
