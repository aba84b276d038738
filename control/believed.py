"""Whom the ship believes: the roster of keys and the remote-access grant, both signed by the Master (CMD-12, AUT-07)."""

from __future__ import annotations

from typing import Final

from protocols.errors import ProtocolError
from protocols.link import signing
from protocols.link.events import Reason
from protocols.link.roster import Grant, Roster, RosterEntry
from protocols.link.signing import Domain, Envelope

RIGHT_FOR_LEVEL: Final = {"observe": "observe", "advise": "observe", "setpoint": "setpoint", "direct": "direct"}


class Believed:
    """The roster and grant in force; nothing is believed before the Master has signed it."""

    def __init__(self, vessel: str, master_public_key: bytes) -> None:
        """Believe the Master's raw public key, put aboard at commissioning, and nobody else yet."""
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

    def take_roster(self, encoded: bytes) -> str:
        """Take a signed roster; return an empty text, or why it was refused. The version never goes back (CMD-12)."""
        try:
            roster = Roster.from_bytes(self._opened(Domain.ROSTER, encoded))
        except ProtocolError as error:
            return str(error)
        if roster.vessel != self._vessel:
            return f"the roster is for {roster.vessel}"
        if self._roster is not None and roster == self._roster:
            return ""
        if roster.version <= self.roster_version:
            return f"version {roster.version} is not above {self.roster_version}"
        self._roster, self.signed_roster = roster, encoded
        self._keys = {entry.key_id: entry for entry in roster.entries}
        return ""

    def take_grant(self, encoded: bytes) -> str:
        """Take a signed remote-access grant; return an empty text, or why it was refused.

        The version never goes back, and what was revoked aboard stays revoked until a higher one comes (AUT-07).
        """
        try:
            grant = Grant.from_bytes(self._opened(Domain.GRANT, encoded))
        except ProtocolError as error:
            return str(error)
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
            return Reason("unknown_key", "CMD-12", "The key that signed this is not in the ship's roster.")
        try:
            signing.verify(domain, envelope, entry.public_key)
        except ProtocolError:
            return Reason("bad_signature", "CMD-12", "The signature does not hold: the bytes are not what was signed.")
        if not entry.valid_from_utc_ns <= utc_ns < entry.valid_to_utc_ns:
            return Reason("key_not_valid_now", "CMD-12", f"The key of {entry.person} is not valid at the ship's time.")
        return entry

    def access(self, entry: RosterEntry, group: str, level: str, utc_ns: int) -> list[Reason]:
        """Return every reason why `entry` may not have remote control of `group` at `level` (AUT-07, AUT-11, AUT-12)."""
        reasons: list[Reason] = []
        if RIGHT_FOR_LEVEL.get(level, "") not in entry.rights:
            text = f"{entry.person} ({entry.role}) has no right to {level} control."
            reasons.append(Reason("no_right", "AUT-11", text, ", ".join(entry.rights), level))
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
        if not grant.valid_from_utc_ns <= utc_ns < grant.valid_to_utc_ns:
            return [Reason("grant_not_valid_now", "AUT-07", "The remote-access grant is not valid at this time.")]
        return []

    def _opened(self, domain: Domain, encoded: bytes) -> bytes:
        envelope = signing.open_envelope(encoded)
        signing.verify(domain, envelope, self._master_public_key)
        return envelope.body
