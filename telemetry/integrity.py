"""The watch over the ship's own data: sources compared, limits kept, switches told; all of it ends in alerts.

Each finding has a core of its own; here they meet one picture and one list of alerts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from protocols.reading import Quality
from telemetry.agreement import Agreement, AgreementLimits, Place, Quantity
from telemetry.alerts import DataAlert, DataAlerts
from telemetry.channel import Channel
from telemetry.limits import LimitWatch
from telemetry.picture import Picture

LOOK_S: Final = 1.0
"""How often the believed values are looked at: alarms of an engine room are judged each second."""
COMPARED: Final[dict[Quantity, tuple[tuple[str, ...], str, str]]] = {
    "position": (("NAV_LAT", "NAV_LON"), "position-disagree", "m"),
    "heading": (("NAV_HDG",), "heading-disagree", "deg"),
    "speed": (("NAV_SOG",), "speed-disagree", "kn"),
}
"""{quantity: (channels that make it, kind of alert, unit)}"""


@dataclass(frozen=True, slots=True)
class IntegrityRules:
    """What the watch judges by."""

    agreement: AgreementLimits = field(default_factory=AgreementLimits)


class Integrity:
    """Watches one picture."""

    def __init__(self, channels: Mapping[str, Channel], rules: IntegrityRules) -> None:
        """Watch the channels of `channels` by `rules`."""
        self._agreement = Agreement(rules.agreement)
        self._limits = LimitWatch(channels)
        self.alerts = DataAlerts()
        self._looked_s: float | None = None
        self._left: set[str] = set()

    def tick(self, picture: Picture, now_s: float) -> tuple[DataAlert, ...]:
        """Look at the picture, at most once a LOOK_S; return the alerts raised or rectified since the last call."""
        if self._looked_s is None or now_s - self._looked_s >= LOOK_S:
            self._looked_s = now_s
            self._compare(picture, now_s)
            self._tell_switches(picture.fallen_back(now_s), now_s)
            for crossing in self._limits.receive(picture.facts(now_s), now_s):
                self.alerts.want(
                    crossing.kind, crossing.channel, active=crossing.is_beyond, now_s=now_s, detail=crossing.detail
                )
        return self.alerts.outbox()

    def _compare(self, picture: Picture, now_s: float) -> None:
        for quantity, (channels, kind, unit) in COMPARED.items():
            found = self._agreement.receive(quantity, _good(picture, channels, now_s), now_s)
            detail = "" if found is None else f"{found.first} {found.second} {found.apart:.0f} {unit}"
            self.alerts.want(kind, "sources", active=found is not None, now_s=now_s, detail=detail)

    def _tell_switches(self, fallen_back: Mapping[str, tuple[str, str]], now_s: float) -> None:
        """One alert for each source that was left for a worse one, whatever the number of its channels (ALT-09)."""
        left: dict[str, list[str]] = defaultdict(list)
        taken: dict[str, str] = {}
        for channel, (before, after) in fallen_back.items():
            left[before].append(channel)
            taken[before] = after
        for source in self._left | set(left):
            detail = f"now {taken[source]} for {' '.join(sorted(left[source]))}" if source in left else ""
            self.alerts.want("source-switch", source, active=source in left, now_s=now_s, detail=detail)
        self._left |= set(left)


def _good(picture: Picture, channels: tuple[str, ...], now_s: float) -> dict[str, Place]:
    """Return the numbers of `channels` of each source that has all of them GOOD."""
    found: dict[str, dict[str, float]] = {}
    for channel in channels:
        for latest in picture.all_sources(channel, now_s):
            if latest.quality is Quality.GOOD and isinstance(latest.value, float):
                found.setdefault(latest.source, {})[channel] = latest.value
    return {
        source: tuple(have[channel] for channel in channels)
        for source, have in found.items()
        if len(have) == len(channels)
    }
