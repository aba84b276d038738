"""Whom the ship believes: the roster of keys and the remote-access grant, both signed by the Master (CMD-12, AUT-07)."""

from __future__ import annotations

from typing import Final

from control import approval
from protocols.errors import ProtocolError
from protocols.link import signing
from protocols.link.events import Reason
from protocols.link.heartbeats import RemoteAccess
from protocols.link.roster import Grant, Roster, RosterEntry
from protocols.link.signing import Domain, Envelope

ROLE_LEVELS: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "viewer": {},
    "analyst": {},
    "operator": {"conn": ("setpoint", "direct"), "engineering": ("setpoint",)},
    "supervisor": {"conn": ("setpoint", "direct"), "engineering": ("setpoint",)},
    "maintainer": {"engineering": ("setpoint",)},
    "master": {"conn": ("setpoint", "direct"), "engineering": ("setpoint",)},
}
"""{role: {function group: levels}}: the most that a role may have, whatever rights its key was given (AUT-11)."""
RIGHT_FOR_LEVEL: Final = {"observe": "observe", "advise": "observe", "setpoint": "setpoint", "direct": "direct"}

ACCESS_TOLD_S: Final = 3600
"""A grant that ends within the hour is told with each heartbeat: time for the Master to sign, or the bridge to come."""
NS_PER_S: Final = 1_000_000_000


class Believed:
    """The roster and grant in force; nothing is believed before the Master has signed it."""

    def __init__(self, vessel: str, master_public_key: bytes, two_sign: frozenset[str] = frozenset()) -> None:
        """Believe the Master's raw public key, put aboard at commissioning, and nobody else yet.

        `two_sign`: of `roster` and `grant`, what a second person must have signed too (CMD-10); the first roster ever is the
        Master's alone, for nobody else is known yet.
        """
        self._two_sign = two_sign
        self._vessel = vessel
        self._master_public_key = master_public_key
        self._roster: Roster | None = None
        self.signed_roster: bytes | None = None
        """The roster in force as it was signed, for keeping over a restart; None before the first."""
        self._keys: dict[bytes, RosterEntry] = {}
        self.grant: Grant | None = None
        self.grant_version = 0
        """Highest version of a grant ever taken, over restarts; 0 before the first."""
        self.revoked_version = 0
        """Highest version revoked aboard: it and all below are never believed again (AUT-07); 0: none."""

    @property
    def roster_version(self) -> int:
        """Version in force; 0 before the first."""
        return 0 if self._roster is None else self._roster.version

    @property
    def is_revoked(self) -> bool:
        """True while the last grant taken stands revoked aboard."""
        return 0 < self.grant_version == self.revoked_version

    def take_roster(self, encoded: bytes, utc_ns: int) -> str:
        """Take a signed roster at the ship's UTC; return an empty text, or why it was refused.

        The version never goes back (CMD-12).
        """
        try:
            envelope = self._opened(Domain.ROSTER, encoded)
            roster = Roster.from_bytes(envelope.body)
        except ProtocolError as error:
            return str(error)
        missing = self._second("roster", Domain.ROSTER, envelope, utc_ns, self._signing_master())
        if missing and self._roster is not None and roster != self._roster:
            return missing
        if roster.vessel != self._vessel:
            return f"the roster is for {roster.vessel}"
        if self._roster is not None and roster == self._roster:
            return ""
        if roster.version <= self.roster_version:
            return f"version {roster.version} is not above {self.roster_version}"
        self._roster, self.signed_roster = roster, encoded
        self._keys = {entry.key_id: entry for entry in roster.entries}
        return ""

    def take_grant(self, encoded: bytes, utc_ns: int) -> str:
        """Take a signed remote-access grant at the ship's UTC; return an empty text, or why it was refused.

        The version never goes back, and what was revoked aboard stays revoked until a higher one comes (AUT-07).
        """
        try:
            envelope = self._opened(Domain.GRANT, encoded)
            grant = Grant.from_bytes(envelope.body)
        except ProtocolError as error:
            return str(error)
        missing = self._second("grant", Domain.GRANT, envelope, utc_ns, grant.master)
        if missing and grant != self.grant:
            return missing
        if grant.vessel != self._vessel:
            return f"the grant is for {grant.vessel}"
        if grant.version <= self.revoked_version:
            return f"version {grant.version} was revoked aboard; the Master must sign one above {self.revoked_version}"
        if grant.version < self.grant_version or (
            self.grant not in (None, grant) and grant.version == self.grant_version
        ):
            return f"version {grant.version} is not above {self.grant_version}"
        self.grant, self.grant_version = grant, grant.version
        return ""

    def revoke_grant(self) -> bool:
        """Withdraw remote access aboard, at any moment (AUT-07); False when there was nothing left to revoke."""
        was_open = self.grant is not None or self.revoked_version < self.grant_version
        self.grant, self.revoked_version = None, self.grant_version
        return was_open

    def signer(self, domain: Domain, envelope: Envelope, utc_ns: int) -> RosterEntry | Reason:
        """Return the roster entry whose key signed `envelope` for `domain`, or the reason why nobody is believed."""
        entry = self._keys.get(envelope.key_id)
        if entry is None:
            return _UNKNOWN_KEY
        try:
            signing.verify(domain, envelope, entry.public_key)
        except ProtocolError:
            return Reason("bad_signature", "CMD-12", "The signature does not hold: the bytes are not what was signed.")
        return self.holder(envelope.key_id, utc_ns)

    def holder(self, key_id: bytes, utc_ns: int) -> RosterEntry | Reason:
        """Return whose key it is in the roster in force, or why it is nobody's at the ship's time."""
        entry = self._keys.get(key_id)
        if entry is None:
            return _UNKNOWN_KEY
        if not entry.valid_from_utc_ns <= utc_ns < entry.valid_to_utc_ns:
            return Reason("key_not_valid_now", "CMD-12", f"The key of {entry.person} is not valid at the ship's time.")
        return entry

    def access(self, entry: RosterEntry, group: str, level: str, utc_ns: int) -> list[Reason]:
        """Return every reason why `entry` may not have remote control of `group` at `level` (AUT-07, AUT-11, AUT-12)."""
        reasons: list[Reason] = []
        reasons += rights(entry, group, level)
        grant = self.grant
        reasons += self.lapsed(utc_ns)
        if grant is None or not grant.master:
            return reasons
        for name, value, allowed in (
            ("roc", entry.roc, grant.rocs), ("group", group, grant.groups), ("level", level, grant.levels)
        ):  # fmt: skip
            if value not in allowed:
                text = f"The remote-access grant does not name {name} {value}."
                reasons.append(Reason(f"grant_{name}", "AUT-07", text, value, ", ".join(allowed)))
        return reasons

    def lapsed(self, utc_ns: int) -> list[Reason]:
        """Return why there is no remote access at all at the ship's time; empty while a grant is in force (AUT-07)."""
        grant = self.grant
        if grant is None and self.is_revoked:
            text = "Remote access was revoked aboard; the Master must sign a new grant of a higher version."
            return [Reason("no_grant", "AUT-07", text, self.revoked_version)]
        if grant is None or not grant.master:
            text = "The ship holds no remote-access grant of her Master."
            return [Reason("no_grant", "AUT-07" if grant is None else "AUT-12", text)]
        masters = [entry for entry in self._keys.values() if entry.role == "master"]
        current = {each.person for each in masters if each.valid_from_utc_ns <= utc_ns < each.valid_to_utc_ns}
        if masters and grant.master not in current:
            text = f"{grant.master}, who gave the remote-access grant, is not this vessel's current Master."
            return [Reason("no_current_master", "AUT-12", text, grant.master, ", ".join(sorted(current)))]
        if not grant.valid_from_utc_ns <= utc_ns < grant.valid_to_utc_ns:
            return [Reason("grant_not_valid_now", "AUT-07", "The remote-access grant is not valid at this time.")]
        return []

    def remote_access(self, utc_ns: int) -> RemoteAccess | None:
        """Return what is left of the grant at the ship's time, or why there is none; None with more than an hour to go."""
        grant, reasons = self.grant, self.lapsed(utc_ns)
        if grant is None or reasons:
            return RemoteAccess(0, tuple(reasons))
        left_s = (grant.valid_to_utc_ns - utc_ns) // NS_PER_S
        return RemoteAccess(left_s) if left_s <= ACCESS_TOLD_S else None

    def _opened(self, domain: Domain, encoded: bytes) -> Envelope:
        envelope = signing.open_envelope(encoded, approvable=True)
        signing.verify(domain, envelope, self._master_public_key)
        return envelope

    def _signing_master(self) -> str:
        """Return whose the Master's key is: by the grant in force, or the roster's only Master; empty: not known."""
        if self.grant is not None:
            return self.grant.master
        masters = {entry.person for entry in self._keys.values() if entry.role == "master"}
        return masters.pop() if len(masters) == 1 else ""

    def _second(self, what: str, domain: Domain, envelope: Envelope, utc_ns: int, master: str) -> str:
        """Return why a roster or grant of `master` lacks a second signature that this vessel asks for; empty when it has it."""
        if what not in self._two_sign:
            return ""
        return approval.second_of(what, domain, envelope, self.holder, utc_ns, master)


_UNKNOWN_KEY: Final = Reason("unknown_key", "CMD-12", "The key that signed this is not in the ship's roster.")


def rights(entry: RosterEntry, group: str, level: str) -> list[Reason]:
    """Return why a key may not have `level` of `group`: its own rights, and the most that its role may have (AUT-11).

    A right for one group is written `group/level` in the roster; without a group it is for all that the role may have.
    """
    right = RIGHT_FOR_LEVEL.get(level, "")
    reasons: list[Reason] = []
    if right not in entry.rights and f"{group}/{right}" not in entry.rights:
        text = f"{entry.person} ({entry.role}) has no right to {level} control of {group}."
        reasons.append(Reason("no_right", "AUT-11", text, ", ".join(entry.rights), level))
    if right in ("setpoint", "direct") and right not in ROLE_LEVELS.get(entry.role, {}).get(group, ()):
        text = f"The role {entry.role} is never given {level} control of {group}."
        reasons.append(Reason("role_too_low", "AUT-11", text, entry.role, level))
    return reasons
