"""Values entered by hand at the bridge's panel: judged, kept over restarts, told as an event; a null ends one early."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from protocols.link.cbor import Plain
from protocols.reading import Quality, Reading
from shipside.config import AgentConfig
from shipside.ports import Clock
from shipside.sending.alerting import Record
from shipside.storage.manual_file import ManualFile
from telemetry.channel import Channel
from telemetry.manual import ManualValue
from telemetry.quality import judged

VALUES_MAX: Final = 64
"""Most values entered by hand at one time: drafts, tanks and weather of a ship without sensors for them."""
HOLDS_S_MAX: Final = 31 * 86_400.0
"""Longest time for which nobody need look again."""
WHO_LENGTH_MAX: Final = 32
NS_PER_S: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Entered:
    """What became of a request."""

    problem: str
    """Why it was refused; empty where it was taken."""
    event: dict[str, Plain] | None = None
    """Body of the event of kind `source` that tells it."""


class ManualDesk:
    """The values in force, as the safety process keeps them."""

    def __init__(
        self, config: AgentConfig, clock: Clock, enter: Callable[[tuple[ManualValue, ...]], None], record: Record
    ) -> None:  # fmt: skip
        """Take up what was kept; `enter` puts what is in force into the picture, `record` makes an event."""
        self._channels, self._clock, self._enter, self._record = config.catalogue.by_id, clock, enter, record
        self._file = ManualFile(config.journal)
        self._values = {each.channel: each for each in self._file.news() or ()}
        enter(tuple(self._values.values()))

    def answer(self, request: Mapping[str, object]) -> str:
        """Take a request of the panel, tell what became of it, and return the answer, a JSON object."""
        entered = self.ask(request)
        if entered.event is not None:
            self._record("source", entered.event, self._clock.now_s())
        reasons = [{"name": "manual", "text": entered.problem}] if entered.problem else []
        return json.dumps({"answer": "manual", "ok": not entered.problem, "reasons": reasons})

    def ask(self, request: Mapping[str, object]) -> Entered:
        """Take `channel`, `value` (null: end it), `hold_s` and `person`; what cannot be kept on the disk is refused."""
        name, value, who = request.get("channel"), request.get("value"), request.get("person", "bridge")
        channel = self._channels.get(name) if isinstance(name, str) else None
        if channel is None or not isinstance(who, str):
            return Entered(f"the catalogue has no channel {name!r}" if channel is None else "person is no text")
        before, now_ns = self._values.get(channel.short_id), self._clock.utc_ns()
        if value is None:
            if before is None:
                return Entered(f"{channel.short_id} has no value entered by hand here")
            return self._kept(channel, None, before, who)
        made = self._made(channel, value, who[:WHO_LENGTH_MAX], request.get("hold_s"), now_ns)
        if isinstance(made, str):
            return Entered(made)
        return self._kept(channel, made, before, who)

    def _made(self, channel: Channel, value: object, who: str, hold_s: object, now_ns: int) -> ManualValue | str:
        if isinstance(hold_s, bool) or not isinstance(hold_s, int | float) or not 0.0 < hold_s <= HOLDS_S_MAX:
            return f"hold_s is no number of seconds up to {HOLDS_S_MAX:.0f}: say how long the value holds"
        if not isinstance(value, bool | int | float | str):
            return "value is no number, text or truth value"
        given = float(value) if isinstance(value, int) and not isinstance(value, bool) else value
        reading = Reading(channel.short_id, given, channel.unit, Quality.MANUAL)
        if judged(reading, channel).quality is not Quality.MANUAL:
            return f"{channel.short_id} cannot be {value!r}"
        if channel.short_id not in self._values and len(self._values) >= VALUES_MAX:
            return f"{VALUES_MAX} values are entered by hand already; end one first"
        return ManualValue(channel.short_id, given, who, now_ns, now_ns + round(hold_s * NS_PER_S))

    def _kept(self, channel: Channel, made: ManualValue | None, before: ManualValue | None, who: str) -> Entered:
        now_ns = self._clock.utc_ns()
        values = {name: each for name, each in self._values.items() if each.until_utc_ns > now_ns}
        values.pop(channel.short_id, None)
        if made is not None:
            values[channel.short_id] = made
        try:
            self._file.write(tuple(values.values()))
        except OSError as error:
            return Entered(f"it cannot be kept: {error.strerror}")
        self._values = values
        self._enter(tuple(values.values()))
        until = (
            "" if made is None else datetime.fromtimestamp(made.until_utc_ns / NS_PER_S, UTC).strftime("%Y-%m-%d %H:%M")
        )
        return Entered("", {
            "channel": channel.short_id, "from": "" if before is None else before.source,
            "to": "" if made is None else made.source, "value": None if made is None else made.value,
            "unit": channel.unit, "until": until, "person": who[:WHO_LENGTH_MAX],
        })  # fmt: skip
