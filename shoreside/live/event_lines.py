"""What happened, in one line each, for the console's list and the ledger. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from protocols.link.cbor import Plain
from protocols.link.events import Event
from shoreside.live.orderable import drill_text

Body = dict[str, Plain]


def event_text(event: Event) -> str:
    """Return one line that says what happened."""
    return _LINES.get(event.kind, _own_text)(event.body)


def _own_text(body: Body) -> str:
    return said(body, "text")


def said(body: Body, name: str) -> str:
    """Return a value of an event as text; empty where it is missing or null."""
    value = body.get(name)
    return "" if value is None else str(value)


def _authority(body: Body) -> str:
    group = "Engineering" if body.get("group") == "engineering" else "Conn"
    return f"{group}: {said(body, 'station')} ({said(body, 'person') or 'nobody'}), {said(body, 'cause')}"


def _ladder(body: Body) -> str:
    return f"Ladder {said(body, 'from')} to {said(body, 'to')}: {_reason_texts(body.get('reasons'))}".rstrip(": ")


def _stop(body: Body) -> str:
    return f"Emergency stop {said(body, 'state')} by {said(body, 'person') or 'the bridge'}"


def _phase(body: Body) -> str:
    return f"Phase {said(body, 'from')} to {said(body, 'to')} by {said(body, 'person')}"


def _direct(body: Body) -> str:
    why = _reason_texts(body.get("reasons"))
    return f"Direct control {said(body, 'state')} ({said(body, 'person')}): {why}".rstrip(": ")


def _source(body: Body) -> str:
    """Return how a channel came by its values: another source, or a person; or how many come from which source now."""
    channel, now = said(body, "channel"), body.get("now")
    if isinstance(now, dict):
        shares = (f"{name} ({len(channels)})" for name, channels in now.items() if isinstance(channels, list))
        return f"Sources in use: {', '.join(shares)}"
    if "person" not in body:
        return f"{channel}: source {said(body, 'from')} to {said(body, 'to')}"
    if body.get("value") is None:
        return f"{channel}: value by hand ended by {said(body, 'person')}"
    value = f"{said(body, 'value')} {said(body, 'unit')}".strip()
    return f"{channel}: {value} by hand ({said(body, 'person')}) until {said(body, 'until')} UTC"


def _dropped(body: Body) -> str:
    span = f"batches {said(body, 'first')} to {said(body, 'last')}" if body.get("last") else "batches"
    return f"Lost aboard: {span} ({said(body, 'class')}): {said(body, 'reason')}"


def _bearer(body: Body) -> str:
    return f"Link profile {said(body, 'from')} to {said(body, 'to')}: {said(body, 'reason')}"


def _roster(body: Body) -> str:
    return " ".join(said(body, name) for name in ("what", "version", "result", "detail")).strip().capitalize()


def _reason_texts(reasons: Plain) -> str:
    if not isinstance(reasons, list):
        return ""
    return "; ".join(
        (said(reason, "text") or said(reason, "name")) if isinstance(reason, dict) else str(reason)
        for reason in reasons
    )


_LINES: Final[dict[str, Callable[[Body], str]]] = {
    "authority": _authority, "ladder": _ladder, "stop": _stop, "phase": _phase, "direct": _direct, "drill": drill_text,
    "source": _source, "dropped": _dropped, "bearer": _bearer, "roster": _roster,
}  # fmt: skip
"""{event kind: its line}; any other tells itself in `text`."""
