"""How the link does, as channels of the vessel's catalogue: stored, shown and judged as every other value is.

Round trip, loss, the bearer's profile, what waits aboard and how long, and what the month has cost so far by bearer and class.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from protocols.reading import Quality, Reading, Value
from telemetry.channel import Channel, Kind

LINK_S: Final = 15.0
"""How often the channels are fed: figures of a link that is judged over ten seconds and more."""
CLASSES: Final = ("samples", "ais", "events", "command", "upkeep")
"""What bytes are counted by; command: heartbeats, orders and stops, both ways; upkeep: what keeps the bulk connection."""
MB: Final = 1e6
SECONDS_MAX: Final = 1e8
"""Three years: an older batch has a wrong clock."""
COUNT_MAX: Final = 1e9
MB_MAX: Final = 1e9
_ITEM: Final = "/dnv-v2/vis-3-11a/745i/F103/meta"
"""The ship's local area network, as for the sources' health; which figure it is is the detail."""


@dataclass(frozen=True, slots=True)
class LinkCounts:
    """How the link does, at a time."""

    round_trip_s: float | None
    """From sending a batch to the shore's acknowledgement, median of the last; None while none came back."""
    loss_pct: float
    """Batches that had to be sent again, of those sent lately."""
    bearer: str
    """The profile in use."""
    waiting: int
    """Batches not acknowledged."""
    waiting_bytes: int
    oldest_s: float
    """Age of the oldest batch not acknowledged; 0 where there is none."""
    month_bytes: Mapping[tuple[str, str], int]
    """{(bearer, class): bytes of this month}"""
    month_cost: float
    """What they cost, in the currency of the configured prices."""
    budget_pct: float | None
    """How much of the month's budget is used; None where there is none."""


def _channel(short_id: str, name: str, unit: str, high: float, resolution: float, qty: str, path: str) -> Channel:
    kind: Kind = "number" if unit else "text"
    low, high_or_none = (0.0, high) if unit else (None, None)
    detail = short_id.lower().replace("lnk_", "link.").replace("_", ".")
    return Channel(
        short_id, name, unit, kind, low, high_or_none, LINK_S, 3.0 * LINK_S, resolution,
        f"{_ITEM}/{qty}/detail-{detail}", f"farhelm.link.{path}",
    )  # fmt: skip


_ALWAYS: Final = (
    _channel("LNK_RTT", "Link: round trip to the shore's acknowledgement", "s", SECONDS_MAX, 0.01, "qty-duration", "roundTrip"),
    _channel("LNK_LOSS", "Link: batches sent again", "%", 100.0, 0.1, "qty-percentage", "loss"),
    _channel("LNK_BEARER", "Link: bearer profile", "", 0.0, 0.0, "state-selected", "bearer"),
    _channel("LNK_WAITING", "Link: batches not acknowledged", "1", COUNT_MAX, 1.0, "qty-number", "waiting"),
    _channel("LNK_WAITING_MB", "Link: megabytes not acknowledged", "MB", MB_MAX, 0.01, "qty-data.volume", "waitingVolume"),
    _channel("LNK_OLDEST", "Link: age of the oldest batch not acknowledged", "s", SECONDS_MAX, 1.0, "qty-age", "oldest"),
    _channel("LNK_COST", "Link: cost of the month so far", "1", COUNT_MAX, 0.01, "qty-number", "monthCost"),
)  # fmt: skip
_BUDGET: Final = _channel(
    "LNK_BUDGET", "Link: data budget of the month used", "%", 1e6, 0.1, "qty-percentage", "budget"
)


def link_channels(bearers: Iterable[str], *, has_budget: bool) -> tuple[Channel, ...]:
    """Return the channels of a link that may use the profiles `bearers`."""
    months = tuple(
        _channel(_month_id(bearer, what), f"Link: {what} of the month over {bearer}", "MB", MB_MAX, 0.001,
                 "qty-data.volume", f"month.{bearer}.{what}")
        for bearer in bearers for what in CLASSES
    )  # fmt: skip
    return (*_ALWAYS, *((_BUDGET,) if has_budget else ()), *months)


def _month_id(bearer: str, what: str) -> str:
    return f"LNK_{bearer}_{what}".upper()


class LinkWatch:
    """Turns what is known of the link into readings of its channels, each LINK_S."""

    def __init__(self, channels: Mapping[str, Channel], now_s: float) -> None:
        """Begin at `now_s`; what is not among `channels`, the catalogue's, is not told."""
        self._channels = channels
        self._due_s = now_s
        self._once_known = set[str]()

    def is_due(self, now_s: float) -> bool:
        """Return whether it is time to look."""
        return now_s >= self._due_s

    def tick(self, counts: LinkCounts, now_s: float) -> list[Reading]:
        """Return the readings of all figures: INVALID for what is known no more, nothing for what never was known."""
        self._due_s = now_s + LINK_S
        values: dict[str, Value | None] = {
            "LNK_RTT": counts.round_trip_s, "LNK_LOSS": counts.loss_pct, "LNK_BEARER": counts.bearer,
            "LNK_WAITING": float(counts.waiting), "LNK_WAITING_MB": counts.waiting_bytes / MB,
            "LNK_OLDEST": counts.oldest_s, "LNK_COST": counts.month_cost, "LNK_BUDGET": counts.budget_pct,
        }  # fmt: skip
        sent = {_month_id(*key): count / MB for key, count in counts.month_bytes.items()}
        values |= {
            name: sent.get(name, 0.0) for name in self._channels if name.startswith("LNK_") and name not in values
        }
        self._once_known |= {name for name, value in values.items() if value is not None}
        return [
            Reading(name, value, self._channels[name].unit, Quality.INVALID if value is None else Quality.GOOD)
            for name, value in values.items()
            if name in self._channels and name in self._once_known
        ]
