"""Alerts of the collector: each change once, no flutter, and none left standing by a restart."""

from __future__ import annotations

from protocols.link.cbor import Plain
from shipside.sending.alerting import SETTLE_S, AlertDesk
from shipside.storage.spool import Spool
from telemetry.alerts import DataAlert


def _desk(spool: Spool, now_s: float = 0.0) -> tuple[AlertDesk, list[tuple[Plain, Plain]]]:
    told: list[tuple[Plain, Plain]] = []
    return AlertDesk(lambda _, body, __: told.append((body["alert_id"], body["state"])), spool, now_s), told


def test_a_disk_that_fills_is_told_at_80_and_at_95_per_cent_and_when_there_is_room() -> None:
    """Proves reliability goal R5: alarms at 80 and 95 %."""
    desk, told = _desk(Spool(":memory:", 1_000_000, 1))
    for used_pct in (79.9, 80.0, 79.0, 81.0, 95.0, 94.0, 96.0, None):
        desk.level("disk", used_pct, 1.0)
    assert told == [("disk-80", "unacknowledged"), ("disk-95", "unacknowledged")]
    assert desk.active() == ("disk-80", "disk-95")
    desk.level("disk", 40.0, 2.0)
    assert told[2:] == [("disk-80", "normal"), ("disk-95", "normal")]


def test_an_alert_that_a_restart_ended_is_ended_ashore_too() -> None:
    spool = Spool(":memory:", 1_000_000, 1)
    first, _ = _desk(spool)
    first.take([DataAlert(name, "TEXT", "warning", "B", is_active=True) for name in ("over", "lasting")], 1.0)
    again, told = _desk(spool, 100.0)
    again.take([DataAlert("lasting", "TEXT", "warning", "B", is_active=True)], 101.0)
    again.take([], 99.0 + SETTLE_S)
    assert told == [("lasting", "unacknowledged")]
    again.take([], 100.0 + SETTLE_S)
    again.take([], 101.0 + SETTLE_S)
    assert told == [("lasting", "unacknowledged"), ("over", "normal")]
    assert spool.standing_alerts() == ["lasting"]
