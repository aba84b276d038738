"""Operators' heartbeats: believed, held against who has which group, and against the ship's clock (FBK-04, AUT-05, CMD-05)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from control.believed import Believed
from control.charge import Group
from control.execution import Execution
from control.situation import Situation
from protocols.errors import ProtocolError
from protocols.link import signing
from protocols.link.events import Reason
from protocols.link.heartbeats import OperatorHeartbeat
from protocols.link.signing import Domain

APART_S: Final = 2.0
"""Clocks of ship and shore further apart than this, the way of the beat left aside, are an alert (CMD-05)."""
CLEAR_S: Final = 1.5
"""The alert clears below this, so that it does not flutter at the limit."""
NS_PER_S: Final = 1_000_000_000


class Beats:
    """What keeps the authority of a group alive."""

    def __init__(
        self, vessel: str, boot_id: str, believed: Believed, groups: Mapping[str, Group], execution: Execution
    ) -> None:  # fmt: skip
        """Hear the holders of `groups`."""
        self._vessel, self._boot_id = vessel, boot_id
        self._believed, self._groups, self._execution = believed, groups, execution
        self.refused_count = 0
        self.deaf_until_s = 0.0
        """Until then nothing is heard, as if the link were lost: a drill of simulated actuators; 0: no drill is on."""
        self.clocks_apart = False
        """True while the shore's clock is further from the ship's than APART_S."""

    def receive(self, encoded: bytes, situation: Situation, clock_utc_ns: int, now_s: float) -> None:
        """Take one signed beat; `clock_utc_ns` is what the ship's clock says, right or wrong."""
        if now_s < self.deaf_until_s:
            return
        beat = self._believed_beat(encoded, situation.utc_ns)
        group = None if beat is None else self._groups[beat.group]
        if beat is None or group is None or not group.link.heard(beat, now_s, round(now_s * 1000), self._boot_id):
            self.refused_count += 1
            return
        self._compare(beat, group, clock_utc_ns)
        if beat.present and group.link.made_at_s is not None:  # from a backlog: he was there then, which is not now
            group.authority.renew(group.link.made_at_s)

    def _believed_beat(self, encoded: bytes, utc_ns: int) -> OperatorHeartbeat | None:
        """Return the beat when it is a holder's own; anybody else's counts for nothing."""
        try:
            envelope = signing.open_envelope(encoded)
            entry = self._believed.signer(Domain.HEARTBEAT, envelope, utc_ns)
            if isinstance(entry, Reason):
                return None
            beat = OperatorHeartbeat.from_bytes(envelope.body)
        except ProtocolError:
            return None
        group = self._groups.get(beat.group)
        if group is None or group.authority.station != "remote":
            return None
        holder, authority = group.authority.holder, group.authority
        named = (beat.vessel, beat.person, entry.key_id, beat.console, beat.session)
        is_holder = named == (self._vessel, holder.person, holder.key_id, holder.console, holder.session)
        is_current = authority.fencing <= beat.fencing <= authority.fencing_top
        return beat if is_holder and is_current else None

    def _compare(self, beat: OperatorHeartbeat, group: Group, clock_utc_ns: int) -> None:
        """Hold the clocks against each other; both times go into the record when they part and when they meet."""
        way_s = (group.link.round_trip_ms or 0.0) / 2000.0
        apart_s = (clock_utc_ns - beat.issued_utc_ns) / NS_PER_S - way_s
        is_apart = abs(apart_s) > (CLEAR_S if self.clocks_apart else APART_S)
        if is_apart != self.clocks_apart:
            self.clocks_apart = is_apart
            self._execution.tell_event("clocks", {
                "state": "apart" if is_apart else "together", "apart_s": round(apart_s, 3), "limit_s": APART_S,
                "ship_utc_ns": clock_utc_ns, "shore_utc_ns": beat.issued_utc_ns, "console": beat.console,
            })  # fmt: skip
