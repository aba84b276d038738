"""Records written one by one: events with their chain of hashes, orders, alerts, gaps."""

from __future__ import annotations

import json
from typing import Final

from psycopg.types.json import Jsonb

from protocols.link.events import Event
from protocols.link.ledger import cause_of
from shoreside.live import fleet, views
from shoreside.ports import OrderNote, Work
from shoreside.store import acts, ledger
from shoreside.store.numbers import Numbers
from shoreside.store.rows import moment

_ORDER: Final = """
INSERT INTO order_record AS o VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (id) DO UPDATE SET
  kind = coalesce(nullif(o.kind, ''), excluded.kind), args = coalesce(nullif(o.args, '{}'), excluded.args),
  person = coalesce(nullif(o.person, ''), excluded.person), console = coalesce(nullif(o.console, ''), excluded.console),
  signed = coalesce(o.signed, excluded.signed), (state, detail, reasons, time) = (
    SELECT * FROM (VALUES (excluded.state, excluded.detail, excluded.reasons, excluded.time),
                          (o.state, o.detail, o.reasons, o.time)) AS said(state, detail, reasons, time)
    ORDER BY order_rank(said.state) DESC, said.state = o.state DESC LIMIT 1)
"""
"""What of an order is known already stays: another process may have heard the ship's word before ours was written."""


_ALERT: Final = """
WITH told AS (
  INSERT INTO alert_change (vessel, time, source, alert_id, text, priority, category, state, person)
  SELECT %(vessel)s::text, CASE WHEN %(source)s::text = 'ship' AND %(person)s::text = '' THEN %(since)s::timestamptz
    ELSE %(now)s::timestamptz END, %(source)s::text, %(alert_id)s::text, %(text)s::text, %(priority)s::text,
    %(category)s::text, %(state)s::text, %(person)s::text
  WHERE coalesce((SELECT state || priority FROM alert
                  WHERE vessel = %(vessel)s::text AND source = %(source)s::text AND alert_id = %(alert_id)s::text),
                 'normal' || %(priority)s::text) <> %(state)s::text || %(priority)s::text)
INSERT INTO alert (vessel, alert_id, source, text, priority, category, state, since, advice, sounds, is_escalated, person)
VALUES (%(vessel)s, %(alert_id)s, %(source)s, %(text)s, %(priority)s, %(category)s, %(state)s, %(since)s, %(advice)s,
  %(sounds)s, %(is_escalated)s, %(person)s)
ON CONFLICT (vessel, source, alert_id) DO UPDATE SET text = excluded.text, priority = excluded.priority,
  category = excluded.category, state = excluded.state, since = excluded.since, advice = excluded.advice,
  sounds = excluded.sounds, is_escalated = excluded.is_escalated, person = excluded.person
"""
"""The latest of each alert; a change of state or priority is also a line of its history, a word told twice is none."""


async def write(numbers: Numbers, work: Work) -> None:
    """Write the events, orders, alerts and gaps of `work`, within the caller's transaction."""
    await _events(numbers, work.events)
    await _orders(numbers, work.orders)
    await _rest(numbers, work)
    for act in acts.of_work(work):
        await enter_act(numbers, act)


async def _events(numbers: Numbers, events: tuple[tuple[Event, bytes], ...]) -> None:
    if not events:
        return
    for event, signed in events:
        vessel_id = await numbers.vessel(event.vessel)
        cursor = await numbers.connection.execute(
            "INSERT INTO event (vessel_id, boot_id, seq, mono_ms, time, kind, body, received)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING seq",
            (vessel_id, event.boot_id, event.seq, event.mono_ms, moment(event.utc_ns), event.kind,
             _clean(event.body), numbers.now()),
        )  # fmt: skip
        if await cursor.fetchone() is None:
            continue
        cause = cause_of(signed)
        entered = (event.boot_id, event.seq)
        await ledger.append(numbers.connection, numbers.now(), vessel_id, event.kind, cause, signed, entered)


async def enter_act(numbers: Numbers, act: acts.Act) -> None:
    """Enter an act of the shore into the ledger (LED-01)."""
    vessel_id = await numbers.vessel(act.vessel)
    await ledger.append(numbers.connection, numbers.now(), vessel_id, act.kind, act.cause, act.encoded)


async def _orders(numbers: Numbers, notes: tuple[OrderNote, ...]) -> None:
    for note in notes:
        reasons = _clean([views.reason_json(reason) for reason in note.reasons])
        time = moment(note.utc_ns)
        await numbers.connection.execute(
            _ORDER,
            (note.order_id, note.vessel, note.kind, _clean(note.args), note.person, note.console, note.signed,
             note.state, note.detail, reasons, time),
        )  # fmt: skip
        await numbers.connection.execute(
            "INSERT INTO order_state VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            (note.order_id, note.state, time, note.source, reasons, note.detail),
        )


async def _rest(numbers: Numbers, work: Work) -> None:
    for vessel, alert in work.alerts:
        await numbers.connection.execute(
            _ALERT,
            {**alert, "vessel": vessel, "since": moment(alert["since_utc_ms"] * fleet.NS_PER_MS), "now": numbers.now()},
        )
    for vessel, stream, first, last in work.gaps:
        await numbers.connection.execute(
            "INSERT INTO gap (vessel_id, stream, first_seq, last_seq, noticed) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING", (await numbers.vessel(vessel), stream, first, last, numbers.now()),
        )  # fmt: skip


def _clean(value: object) -> Jsonb:
    """Return JSON without NUL characters, which PostgreSQL cannot hold, and with bytes as hexadecimal text."""
    return Jsonb(json.loads(json.dumps(value, default=_plain).replace("\\u0000", "\\ufffd")))


def _plain(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
