"""The heads of the ledger aboard: told to the shore, signed by it, and its own head kept here in turn (LED-02)."""

from __future__ import annotations

from typing import Final

from protocols.link import signing
from protocols.link.cbor import Plain
from protocols.link.ledger import EMPTY, HEAD_ENTRIES, HEAD_S, Head, HeadBody, Witness
from shipside.commanding.outward import Outward
from shipside.storage.durable import SpoolError
from shipside.storage.journal import Journal

OWN: Final = 2
"""Entries that a head makes by itself: its own event, and the shore's word on it. They alone call for no new head."""


class Ledgering:
    """Tells the head every minute or thousand entries, and at once when the link is back after an outage."""

    def __init__(self, vessel: str, journal: Journal, outward: Outward) -> None:
        """Speak for the ledger in `journal` through `outward`."""
        self._vessel, self._journal, self._outward = vessel, journal, outward
        self._since = self._witnessed()
        self._told_at_s: float | None = None
        self._told_count = 0
        self._is_wanted = True
        self.differences_count = 0
        """Words of the shore that do not fit this ledger; each is an event, and an alarm ashore."""

    def connected(self) -> None:
        """Tell the head at the next tick: the link is back."""
        self._is_wanted, self._told_count = True, 0

    def tick(self, now_s: float) -> bool:
        """Tell the head if it is due; return whether it was told. What the shore has not signed for is told again."""
        head = self._journal.ledger.head
        fresh = head.count - max(self._told_count, self._since.count)
        due_s = now_s if self._told_at_s is None else self._told_at_s + HEAD_S
        if fresh <= OWN or not (self._is_wanted or now_s >= due_s or fresh >= HEAD_ENTRIES):
            return False
        if self._journal.ledger.problem:
            self._say({"what": "damaged", "count": head.count, "text": self._journal.ledger.problem}, now_s)
            self._journal.ledger.problem = ""
            head = self._journal.ledger.head
        body = HeadBody(head, self._since, self._journal.ledger.runs(self._since.count))
        self._is_wanted, self._told_at_s, self._told_count = False, now_s, head.count
        self._say(body.plain(), now_s)
        return True

    def take(self, payload: bytes, now_s: float) -> None:
        """Take the shore's signed word on a head; raise ProtocolError when it is none."""
        word = Witness.from_bytes(signing.open_envelope(payload).body)
        if word.vessel != self._vessel or word.head.count <= self._since.count:
            return
        try:
            problem = self._journal.witness(word, payload)
        except SpoolError as error:
            self._outward.problem = str(error)
            return
        self.differences_count += bool(problem)
        self._say({
            "what": "differs" if problem else "witnessed", "count": word.head.count, "hash": word.head.hash,
            "shore_count": word.shore.count, "shore_hash": word.shore.hash, "text": problem,
        }, now_s)  # fmt: skip
        if not problem:
            self._since = self._witnessed()

    def _witnessed(self) -> Head:
        """Return the newest head that the shore has signed for; what is named to it next follows that."""
        heads = self._journal.ledger.heads()
        start = self._journal.ledger.start()
        return max((*heads, start, EMPTY), key=lambda head: head.count)

    def _say(self, body: dict[str, Plain], now_s: float) -> None:
        self._outward.record("ledger", body, now_s)
