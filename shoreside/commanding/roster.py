"""The Master's words as the shore keeps them: rosters and grants, verified, newest only. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from protocols.errors import MalformedError, ProtocolError, SignatureError
from protocols.link import signing, topics
from protocols.link.roster import Grant, Roster
from shoreside.ports import Word

KeyState = Literal["none", "pending", "enrolled", "revoked"]
_DOMAINS: Final[dict[Word, signing.Domain]] = {"roster": signing.Domain.ROSTER, "grant": signing.Domain.GRANT}
_TOPICS: Final[dict[Word, str]] = {"roster": topics.ROSTER, "grant": topics.GRANT}


@dataclass(frozen=True, slots=True)
class SignedWord:
    """One roster or grant whose signature holds."""

    what: Word
    vessel: str
    version: int
    """In the order of keeping: of a roster its version; of a grant when the shore took it, UTC ns."""
    signed: bytes
    roster: Roster | None
    grant: Grant | None

    @property
    def topic(self) -> str:
        """Where it is retained for the ship."""
        return topics.topic(self.vessel, _TOPICS[self.what])


class Words:
    """The latest roster and grant of each vessel."""

    def __init__(self, master_keys: dict[str, bytes]) -> None:
        """Believe, for each vessel, its Master's public key."""
        self._master_keys = master_keys
        self._latest: dict[tuple[str, Word], SignedWord] = {}
        self._once_enrolled: dict[bytes, None] = {}

    def read(self, what: Word, signed: bytes, utc_ns: int) -> SignedWord:
        """Return the roster or grant in `signed`; raise SignatureError or MalformedError when it cannot be believed.

        One whose version is not higher than the one known is a MalformedError: versions never go back (CMD-12), and a
        ship that has revoked a grant takes only a higher one (AUT-07).
        """
        envelope = signing.open_envelope(signed, approvable=True)
        master = next((key for key in self._master_keys.values() if signing.key_id_of(key) == envelope.key_id), None)
        if master is None:
            raise SignatureError("signed with a key that is no Master's")
        signing.verify(_DOMAINS[what], envelope, master)
        if what == "grant":
            grant = Grant.from_bytes(envelope.body)
            held = self._latest.get((grant.vessel, "grant"))
            if held is not None and held.grant not in (None, grant) and grant.version <= held.grant.version:
                raise MalformedError(f"grant version {grant.version} is not higher than {held.grant.version}")
            return self._checked(SignedWord("grant", grant.vessel, utc_ns, signed, None, grant), master)
        roster = Roster.from_bytes(envelope.body)
        known = self.roster(roster.vessel)
        if known is not None and roster.version <= known.version:
            raise MalformedError(f"roster version {roster.version} is not higher than {known.version}")
        return self._checked(SignedWord("roster", roster.vessel, roster.version, signed, roster, None), master)

    def _checked(self, word: SignedWord, master: bytes) -> SignedWord:
        if self._master_keys.get(word.vessel) != master:
            raise SignatureError(f"signed by another Master than that of {word.vessel!r}")
        return word

    def take(self, word: SignedWord) -> None:
        """Make `word` the latest."""
        former = self.roster(word.vessel)
        if word.what == "roster" and former is not None:
            self._once_enrolled.update(dict.fromkeys(entry.public_key for entry in former.entries))
        self._latest[word.vessel, word.what] = word

    def recall(self, kept: dict[tuple[str, Word], bytes], utc_ns: int) -> None:
        """Take over what the store kept; what cannot be believed any more (another Master) is left out."""
        for (_, what), signed in kept.items():
            try:
                self.take(self.read(what, signed, utc_ns))
            except ProtocolError:
                continue

    def roster(self, vessel: str) -> Roster | None:
        """Return the latest roster of a vessel; None before the first."""
        word = self._latest.get((vessel, "roster"))
        return word.roster if word is not None else None

    def grant(self, vessel: str) -> Grant | None:
        """Return the latest grant of a vessel; None before the first."""
        word = self._latest.get((vessel, "grant"))
        return word.grant if word is not None else None

    def signed(self, vessel: str, what: Word) -> bytes | None:
        """Return the signed bytes of the latest roster or grant; None before the first."""
        word = self._latest.get((vessel, what))
        return word.signed if word is not None else None

    def retained(self) -> list[tuple[str, bytes]]:
        """Return (topic, signed bytes) of all that the broker must retain: published anew at each connection."""
        return [(word.topic, word.signed) for word in self._latest.values()]

    def key_state(self, public_key: bytes, *, asked: bool) -> KeyState:
        """Return whether a key stands in any roster; `asked` says whether its enrolment was asked for."""
        for word in self._latest.values():
            if word.roster is not None and any(entry.public_key == public_key for entry in word.roster.entries):
                return "enrolled"
        if public_key in self._once_enrolled:
            return "revoked"
        return "pending" if asked else "none"

    def version(self) -> int:
        """Return the highest roster version of any vessel; 0 before the first."""
        return max((word.version for word in self._latest.values() if word.what == "roster"), default=0)
