"""What the bridge does at its own panel, without asking ashore (AUT-06, AUT-07, EST-02)."""

from __future__ import annotations

from collections.abc import Sequence

from control import command
from control.believed import Believed
from control.execution import Execution
from control.handover import Handover
from control.messages import Emit, HeartbeatNow, Local
from control.stopping import Stopping
from protocols.link.cbor import Plain


class LocalPanel:
    """One row per thing the bridge can do."""

    def __init__(
        self, handovers: Sequence[Handover], stopping: Stopping, believed: Believed, execution: Execution
    ) -> None:
        """Act on the parts given."""
        self._handovers = handovers
        self._stopping = stopping
        self._believed = believed
        self._execution = execution

    def receive(self, local: Local, now_s: float) -> None:
        """Do what the bridge does; what cannot be done now changes nothing."""
        if local.do == "take":
            for handover in self._handovers:  # one action takes everything (AUT-06)
                handover.take_local(local.person, now_s)
        elif local.do in ("grant", "deny"):
            self._answer(local, now_s)
        elif local.do == "release":
            for handover in self._handovers:
                handover.release_local(now_s)
        elif local.do == "emergency_stop":
            self._stopping.press(local.person)
        elif local.do == "reset_stop":
            self._stopping.reset(local.person)
        elif local.do == "revoke_access":
            self._revoke(local.person)

    def _answer(self, local: Local, now_s: float) -> None:
        """Answer the request that is named, or the first that is pending."""
        for handover in self._handovers:
            if handover.answer_local(grant=local.do == "grant", request_id=local.id, now_s=now_s):
                return

    def _revoke(self, person: str) -> None:
        """Withdraw remote access at once; the journal keeps it, so that it stays so over a restart (AUT-07)."""
        if not self._believed.revoke_grant():
            return
        version = self._believed.revoked_version
        self._execution.journal(command.grant_record(version, version), "grant")
        body: dict[str, Plain] = {
            "what": "grant", "version": version, "result": "revoked", "detail": f"aboard by {person}",
        }  # fmt: skip
        self._execution.outbox += [Emit("roster", body), HeartbeatNow()]
