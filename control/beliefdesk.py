"""Rosters and grants as they come: taken or refused, told, and what must outlive a restart is journaled (CMD-12, AUT-07)."""

from __future__ import annotations

from control import command
from control.believed import Believed
from control.execution import Execution
from control.messages import SignedGrant, SignedRoster
from protocols.link.cbor import Plain


class BeliefDesk:
    """Takes the Master's words."""

    def __init__(self, believed: Believed, execution: Execution) -> None:
        """Put what is taken into `believed`."""
        self._believed, self._execution = believed, execution

    def receive(self, arrival: SignedRoster | SignedGrant, utc_ns: int, *, may_journal: bool) -> None:
        """Take a roster or grant; one that is known already is passed over in silence."""
        believed = self._believed
        if isinstance(arrival, SignedRoster):
            what, before, problem = "roster", believed.signed_roster, believed.take_roster(arrival.encoded, utc_ns)
            version, is_known = believed.roster_version, before == believed.signed_roster
        else:
            what, highest, held = "grant", believed.grant_version, believed.grant
            problem = believed.take_grant(arrival.encoded, utc_ns)
            version, is_known = believed.grant_version, held == believed.grant
            if highest != version and may_journal:
                self.keep_grant()
        if is_known and not problem:
            return  # the retained one came again
        body: dict[str, Plain] = {
            "what": what, "version": version, "result": "refused" if problem else "taken", "detail": problem,
        }  # fmt: skip
        self._execution.tell_event("roster", body)

    def keep_grant(self) -> None:
        """Have the journal keep which grants were taken and revoked; a damaged one is replaced only by re-arming."""
        record = command.grant_record(self._believed.grant_version, self._believed.revoked_version)
        self._execution.journal(record, "grant")
