"""Alerts about data: raised once, rectified once, never fluttering."""

from __future__ import annotations

from telemetry.alerts import ALERTS_MAX, KINDS, TEXT_MAX, DataAlert, DataAlerts


def test_a_condition_raises_its_alert_once_and_rectifies_it_once() -> None:
    alerts = DataAlerts()
    for now_s in range(10):
        alerts.want("limit-high", "ME_CWT", active=now_s < 5, now_s=float(now_s), detail="96.1 degC")
    text = "HIGH ME_CWT 96.1 degC"
    assert alerts.outbox() == (
        DataAlert("limit-high.ME_CWT", text, "warning", "B", is_active=True),
        DataAlert("limit-high.ME_CWT", text, "warning", "B", is_active=False),
    )
    assert alerts.outbox() == ()


def test_a_condition_that_flaps_within_the_off_delay_stays_one_alert() -> None:
    """Proves ALT-09: nothing flutters."""
    alerts = DataAlerts()
    for now_s in range(200):
        alerts.want("input-rate", "bridge", active=now_s % 2 == 0, now_s=float(now_s))
    assert [alert.is_active for alert in alerts.outbox()] == [True]
    for now_s in range(200, 300):
        alerts.want("input-rate", "bridge", active=False, now_s=float(now_s))
    assert [alert.is_active for alert in alerts.outbox()] == [False]
    assert alerts.active() == ()


def test_an_alert_keeps_the_text_with_which_it_was_raised() -> None:
    alerts = DataAlerts()
    alerts.want("position-jump", "bridge/GP", active=True, now_s=0.0, detail="120 m")
    alerts.want("position-jump", "bridge/GP", active=True, now_s=1.0, detail="240 m")
    alerts.want("position-jump", "bridge/GP", active=False, now_s=2.0)
    assert {alert.text for alert in alerts.outbox()} == {"POSITION JUMPED bridge/GP 120 m"}


def test_alerts_and_their_texts_are_bounded_and_what_is_refused_is_counted() -> None:
    alerts = DataAlerts()
    for number in range(ALERTS_MAX + 7):
        alerts.want("limit-low", f"X{number}", active=True, now_s=0.0, detail="y" * 500)
    assert len(alerts.active()) == ALERTS_MAX
    assert alerts.refused_count == 7
    assert max(len(alert.text) for alert in alerts.outbox()) == TEXT_MAX
    for number in range(ALERTS_MAX):
        alerts.want("limit-low", f"X{number}", active=False, now_s=1.0)
    alerts.want("limit-low", "Z", active=True, now_s=2.0)
    assert alerts.active() == ("limit-low.Z",)


def test_every_kind_is_named_in_the_words_of_the_standard() -> None:
    for name, kind in KINDS.items():
        assert name == kind.name
        assert kind.text.isupper() or not kind.text
        assert kind.priority in ("emergency alarm", "alarm", "warning", "caution")
        assert kind.off_delay_s >= 0
