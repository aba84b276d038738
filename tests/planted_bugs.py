"""Bugs that somebody might make in `control/`, each a patch of one place: the schedules must find every one of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from control import command, interlock, judging
from control.admission import Admission
from control.authority import Numbers
from control.beats import Beats
from control.believed import Believed
from control.command import KnownOrders, Record
from control.emergency import EmergencyStop
from control.execution import Execution, Judge
from control.ladder import Ladder, LadderInputs
from control.linkwatch import LinkWatch
from protocols.link.events import Reason
from protocols.link.heartbeats import OperatorHeartbeat
from protocols.link.orders import Order

Plant = Callable[[pytest.MonkeyPatch], None]


def _deadline_not_looked_at_again(patch: pytest.MonkeyPatch) -> None:
    """CMD-04: the deadline counts at acceptance only; a slow disk then lets a late order through."""
    whole = Execution.journaled

    def journaled(self: Execution, number: int, judge: Judge, now_s: float) -> None:
        whole(self, number, judge, min(now_s, 1e-9))

    patch.setattr(Execution, "journaled", journaled)


def _not_judged_again(patch: pytest.MonkeyPatch) -> None:
    """INT: the rules are asked at acceptance only."""
    whole = Execution.journaled
    patch.setattr(Execution, "journaled", lambda self, number, _, now_s: whole(self, number, lambda _: [], now_s))


def _number_not_compared(patch: pytest.MonkeyPatch) -> None:
    """AUT-08: whoever holds the conn may use any number."""
    whole = judging.not_in_control

    def forgetful(
        state: object, person: str, console: str, session: str, fencing: int, needs: str, group: str, held: int
    ) -> object:
        del fencing, held
        return whole(state, person, console, session, state.fencing, needs, group)  # type: ignore[attr-defined,arg-type]

    patch.setattr(judging, "not_in_control", forgetful)


def _holder_not_compared(patch: pytest.MonkeyPatch) -> None:
    """INT-01: while somebody ashore holds the conn everybody may order."""
    patch.setattr(
        judging, "not_in_control",
        lambda state, *_: () if state.station == "remote" else nobody_holds(state),
    )  # fmt: skip


def nobody_holds(state: object) -> object:
    """Return a refusal: nobody ashore holds the conn."""
    return (Reason("not_in_control", "INT-01", f"nobody ashore holds the conn: {state}"),)


def _ids_forgotten(patch: pytest.MonkeyPatch) -> None:
    """CMD-03: an id that has ended may be used again."""
    whole = KnownOrders.get

    def get(self: KnownOrders, order_id: str) -> Record | None:
        record = whole(self, order_id)
        return None if record is None or record.is_ended else record

    patch.setattr(KnownOrders, "get", get)


def _lease_by_socket(patch: pytest.MonkeyPatch) -> None:
    """AUT-05: a console that beats is taken for an operator who is there."""
    whole = Beats._believed_beat

    def believed(self: Beats, encoded: bytes, utc_ns: int) -> OperatorHeartbeat | None:
        beat = whole(self, encoded, utc_ns)
        return None if beat is None else dataclasses.replace(beat, present=True)

    patch.setattr(Beats, "_believed_beat", believed)


def _ladder_left_by_itself(patch: pytest.MonkeyPatch) -> None:
    """FBK-01: a regained link leaves the ladder."""
    whole = Ladder.receive

    def receive(self: Ladder, inputs: LadderInputs, now_ms: int) -> object:
        if self.is_latched and inputs.silence_s < 1.0:
            self.leave()
        return whole(self, inputs, now_ms)

    patch.setattr(Ladder, "receive", receive)


def _moved_before_the_disk(patch: pytest.MonkeyPatch) -> None:
    """CMD-13: an accepted order moves at once, its record is written after."""

    def accept(self: Execution, record: Record) -> None:
        self.tell(record, "accepted")
        if record.order is not None:
            self._start(record, record.order, 0.0)
        self.journal(command.begun_record(record))

    patch.setattr(Execution, "accept", accept)


def _replays_count(patch: pytest.MonkeyPatch) -> None:
    """FBK-04: a heartbeat played back keeps the operator alive."""
    whole = LinkWatch.heard

    def heard(self: LinkWatch, beat: OperatorHeartbeat, now_s: float, now_ms: int, boot_id: str) -> bool:
        if beat.session == self._session and beat.seq <= self._seq:
            self._seq = beat.seq - 1
            self._seqs.clear()
        return whole(self, beat, now_s, now_ms, boot_id)

    patch.setattr(LinkWatch, "heard", heard)


def _revocation_forgotten(patch: pytest.MonkeyPatch) -> None:
    """AUT-07: a grant revoked aboard is believed again when it comes again."""
    whole = Believed.take_grant

    def take_grant(self: Believed, encoded: bytes, utc_ns: int) -> str:
        self.revoked_version = 0
        return whole(self, encoded, utc_ns)

    patch.setattr(Believed, "take_grant", take_grant)


def _latched_stop_forgotten(patch: pytest.MonkeyPatch) -> None:
    """INT-11: setpoints are taken while the emergency stop is latched."""
    patch.setattr(interlock, "RULES", tuple(rule for rule in interlock.RULES if rule[0] != "INT-11"))


def _stop_forgotten_by_a_restart(patch: pytest.MonkeyPatch) -> None:
    """EST-02: the latch is in memory only."""
    whole = EmergencyStop.__init__
    patch.setattr(
        EmergencyStop, "__init__", lambda self, vessel, believed, kept: whole(self, vessel, believed, kept * 0)
    )


def _ladder_drives_a_stopped_ship(patch: pytest.MonkeyPatch) -> None:
    """EST-02: the hold state orders its propulsion though a stop is latched."""
    patch.setattr(Execution, "is_stopped", property(lambda _: False, lambda *_: None), raising=False)


def _numbers_given_again(patch: pytest.MonkeyPatch) -> None:
    """AUT-08: fencing numbers begin anew after a restart."""
    whole = Numbers.__init__
    patch.setattr(Numbers, "__init__", lambda self, top: whole(self, top * 0))


def _armed_from_first_contact(patch: pytest.MonkeyPatch) -> None:
    """Section 5: a ship that never saw an operator waits for ever."""
    patch.setattr(LinkWatch, "heard_at_s", property(lambda self: self._heard_s if self._run_since_s else 1e12))


def _late_orders_at_acceptance(patch: pytest.MonkeyPatch) -> None:
    """CMD-04: neither deadline nor boot are looked at aboard, for the broker is trusted to let messages expire."""
    whole = Execution.journaled
    patch.setattr(Admission, "too_late", lambda *_: [])

    def journaled(self: Execution, number: int, judge: Judge, now_s: float) -> None:
        whole(self, number, judge, min(now_s, 1e-9))

    patch.setattr(Execution, "journaled", journaled)
    patch.setattr(Admission, "objections", _without_sequence(Admission.objections))


def _without_sequence(whole: Callable[..., object]) -> Callable[..., object]:
    def objections(self: Admission, order: Order, entry: object, now_s: float) -> object:
        return [one for one in whole(self, order, entry, now_s) if one.name != "out_of_sequence"]  # type: ignore[attr-defined]

    return objections


def _present_by_arrival(patch: pytest.MonkeyPatch) -> None:
    """AUT-05: whoever was there when a beat was made is there when it comes, however long it was held up."""
    patch.setattr(LinkWatch, "made_at_s", property(lambda self: self._heard_s, lambda *_: None), raising=False)


def _station_never_yields(patch: pytest.MonkeyPatch) -> None:
    """CMD-08: what pulls her to her station goes on though another order, the bridge or a new holder has her."""
    patch.setattr(Execution, "is_claimed_by", lambda *_: True)


BUGS: dict[str, tuple[Plant, str]] = {
    "deadline not looked at again": (_deadline_not_looked_at_again, "after it was made"),
    "not judged again": (_not_judged_again, "though"),
    "number not compared": (_number_not_compared, "with number"),
    "holder not compared": (_holder_not_compared, "holds the conn"),
    "ids forgotten": (_ids_forgotten, "ended as"),
    "lease by socket": (_lease_by_socket, "of silence"),
    "ladder left by itself": (_ladder_left_by_itself, "the ladder was left"),
    "moved before the disk": (_moved_before_the_disk, "before it was on the disk"),
    "replays count": (_replays_count, "of silence"),
    "revocation forgotten": (_revocation_forgotten, "revoked"),
    "latched stop forgotten": (_latched_stop_forgotten, "latched"),
    "stop forgotten by a restart": (_stop_forgotten_by_a_restart, "latched"),
    "ladder drives a stopped ship": (_ladder_drives_a_stopped_ship, "a stop is latched"),
    "numbers given again": (_numbers_given_again, "number"),
    "armed from first contact": (_armed_from_first_contact, "of silence"),
    "station never yields": (_station_never_yields, "has moved her since"),
    "late orders taken": (_late_orders_at_acceptance, "after it was made"),
}
"""{name: (patch, words of a violation that must be among those found)}"""
RARE: dict[int, tuple[Plant, str]] = {8178: (_present_by_arrival, "of silence")}
"""{seed: the same, of a bug that takes a stall of fifteen seconds at one moment, which few schedules have}"""
