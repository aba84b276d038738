"""The tables of `control` as plain values: nothing is said twice, the page runs what the ship runs."""

from __future__ import annotations

from dataclasses import asdict, fields

from control.authority import EVENTS, TRANSITIONS
from control.ladder import ACTIONS, LADDER, LATCHED_FROM, LadderInputs, Lasts, Told
from control.limits import ControlConfig
from protocols.link.cbor import Plain
from protocols.link.heartbeats import STEPS

EVENT_WORDS: dict[str, str] = {
    "request": "an operator requests the conn",
    "grant": "the holder grants it",
    "deny": "the holder denies it",
    "confirm": "the new holder confirms",
    "release": "the holder lets go",
    "force": "a supervisor forces it",
    "take_local": "the bridge takes local control",
    "release_local": "the bridge lets go",
    "pending_lapsed": "the time to answer or confirm is over",
}
"""What each event of the conn's table is, in words; a test holds that none is missing."""


def tables_of(config: ControlConfig) -> dict[str, Plain]:
    """Return the ladder with this vessel's limits, and the table of the conn, as plain values."""
    limits: dict[str, Plain] = {field.name: getattr(config.link, field.name) for field in fields(config.link)}
    return {
        "vessel": config.vessel, "phase": config.phase, "steps": list(STEPS), "latched_from": LATCHED_FROM,
        "limits": limits, "inputs": [field.name for field in fields(LadderInputs)],
        "actions": {step: ACTIONS[step] for step in STEPS},
        "rungs": [
            {"step": rung.step, "name": rung.name, "text": rung.text, "clears": rung.clears, "given": _given(rung.given)}
            for rung in LADDER
        ],
        "events": {event: EVENT_WORDS[event] for event in EVENTS},
        "transitions": {
            " ".join(state): {event: " ".join(after) for event, after in events.items()}
            for state, events in TRANSITIONS.items()
        },
    }  # fmt: skip


def _given(given: Lasts | Told) -> dict[str, Plain]:
    if isinstance(given, Lasts):
        plain = asdict(given)
        return {"input": plain["input"], "limits": list(plain["limits"]), "direct": list(plain["direct"])}
    return {"flag": given.flag}
