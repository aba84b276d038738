"""The ship of a schedule: the real supervisor, a disk, clocks, a sea that moves a little, and a program that may die.

The shell's part is played as `shipside/commanding/safety.py` plays it, with what can go wrong between its lines: a disk that
answers late or not, and a death between any two outputs.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from control import command
from control.geometry import KNOT_MPS, Plane
from control.messages import (
    Actuate,
    Arrival,
    Emit,
    Journal,
    Journaled,
    JournalFailed,
    Local,
    SignedGrant,
    SignedRoster,
)  # fmt: skip
from control.situation import Fact, Situation
from control.standing import Facts
from control.supervisor import Supervisor
from control.surroundings import Surroundings, Targets
from protocols.link import signing
from protocols.link.cbor import Plain
from protocols.reading import Quality
from simulators.schedules import commission
from simulators.schedules.events import Agenda, ShipClock

WAKE_S: Final = 0.5
"""The deciding loop's longest pause here; the shell's own is 0.1 s."""
BEAT_S, BEAT_DIRECT_S = 1.0, 0.2
SET_MPS: Final = (0.6, -0.4)
"""East and north: what sets a ship that keeps a station, less than half of what her strongest pull gives her."""
TURN_DEG_S, RPM_S = 1.5, 8.0
"""How the ship follows: quick, so that an order's effect shows within a schedule."""


@dataclass(slots=True)
class Sea:
    """What is so aboard and what the instruments say of it."""

    values: dict[str, float | bool] = field(default_factory=lambda: {
        "NAV_LAT": 34.93, "NAV_LON": 129.05, "NAV_HDG": 80.0, "NAV_ROT": 0.0, "NAV_SOG": 7.0, "NAV_COG": 80.0,
        "STG_RUD_S": 0.0, "STG_PMP1": True, "STG_PMP2": False, "ME_RPM": 102.0, "ME_RDY": True, "WND_TWS": 6.0,
    })  # fmt: skip
    silent_since_s: dict[str, float] = field(default_factory=dict[str, float])
    """True time since which an instrument is silent."""
    wanted_hdg: float | None = None
    wanted_rpm: float | None = None
    moved_s: float = 0.0
    current_mps: tuple[float, float] | None = None
    """What sets her, east and north; None: only her heading and speed are followed, not her place."""

    def move(self, now_s: float, rpm_full: float) -> None:
        """Let the ship follow what she was last told."""
        step_s, self.moved_s = now_s - self.moved_s, now_s
        heading, rpm = float(self.values["NAV_HDG"]), float(self.values["ME_RPM"])
        if self.wanted_hdg is not None:
            off = math.remainder(self.wanted_hdg - heading, 360.0)
            turned = max(-TURN_DEG_S * step_s, min(TURN_DEG_S * step_s, off))
            self.values["NAV_HDG"] = (heading + turned) % 360.0
        if self.wanted_rpm is not None:
            rpm += max(-RPM_S * step_s, min(RPM_S * step_s, self.wanted_rpm - rpm))
            self.values["ME_RPM"] = rpm
        self.values["NAV_SOG"] = max(0.0, 14.0 * rpm / rpm_full)
        if self.current_mps is not None:
            self._drift(step_s, self.current_mps)

    def _drift(self, step_s: float, current_mps: tuple[float, float]) -> None:
        course, way_m = math.radians(float(self.values["NAV_HDG"])), float(self.values["NAV_SOG"]) * KNOT_MPS * step_s
        plane = Plane(float(self.values["NAV_LAT"]), float(self.values["NAV_LON"]))
        east_m, north_m = current_mps[0] * step_s, current_mps[1] * step_s
        longitude, latitude = plane.position(east_m + way_m * math.sin(course), north_m + way_m * math.cos(course))
        self.values.update(NAV_LAT=latitude, NAV_LON=longitude, NAV_COG=self.values["NAV_HDG"])

    def age_s(self, channel: str, now_s: float) -> float:
        """Return how old the last word of an instrument is."""
        return 0.05 + max(0.0, now_s - self.silent_since_s.get(channel, now_s))


@dataclass(frozen=True, slots=True)
class Beat:
    """A heartbeat of the ship as the shore has it."""

    boot_id: str
    mono_ms: int
    seq: int
    facts: Facts


class LightShip:
    """One vessel."""

    def __init__(self, agenda: Agenda, clock: ShipClock, *, keeps_station: bool = False) -> None:
        """Boot for the first time."""
        self.agenda, self.clock, self.sea = agenda, clock, Sea()
        self.sea.current_mps = SET_MPS if keeps_station else None
        self.config = commission.limits(keeps_station=keeps_station)
        self.journal: list[tuple[str, bytes]] = []
        """What is on the disk: (name of a standing record or empty, record)."""
        self.events: list[tuple[str, int, str, dict[str, Plain]]] = []
        """(boot id, sequence, kind, body) of every event, in order: what the ledger aboard chains."""
        self.unacked: list[int] = []
        """Places in `events` that the shore has not acknowledged."""
        self.boots = self.seq = self.event_seq = 0
        self.boot_id = ""
        self.is_up = False
        self.dies_after: int | None = None
        """Outputs until the program dies; None: it does not."""
        self.disk_pause_s: Callable[[], float] = lambda: 0.0
        self.disk_fails = False
        self.lost_records = 0
        """Records that a failing disk has not taken: what she knows of it."""
        self.elsewhere: dict[str, bytes] = {}
        """Standing records that the disk did not take, in other places; a power cut takes them (`shipside/storage/unkept.py`)."""
        self.is_power_cut = False
        """Whether the last death was one of the whole computer."""
        self.kept_roster, self.kept_grant = commission.signed_roster(), commission.signed_grant()
        self.grant_version = 1
        self.on_actuate: Callable[[Actuate], None] = lambda _: None
        self.on_emit: Callable[[Emit], None] = lambda _: None
        self.on_beat: Callable[[Beat], None] = lambda _: None
        self.on_event: Callable[[int], None] = lambda _: None
        self.on_wake: Callable[[], None] = lambda: None
        self.on_boot: Callable[[], None] = lambda: None
        self._beat_due_s = 0.0
        self._wakes = 0
        self.boot()

    def boot(self) -> None:
        """Start the program: what it knows is what is on the disk."""
        self.boots += 1
        self.boot_id, self.is_up, self.event_seq = f"boot-{self.boots}", True, 0
        standing = dict(row for row in self.journal if row[0])
        records = [*standing.values(), *(record for name, record in self.journal if not name), *self.elsewhere.values()]
        self.supervisor = Supervisor(
            self.config,
            signing.public_bytes(commission.key_of("master")),
            self.boot_id,
            self.mono_s,
            command.restore(records),
        )
        self.dies_after = None
        self._beat_due_s = self.mono_s
        self.on_boot()
        if self.elsewhere:
            self.supervisor.receive(JournalFailed(0, "a former boot could not write all of it"), self.mono_s)
        self.look()
        self.feed(SignedRoster(self.kept_roster))
        self.feed(SignedGrant(self.kept_grant))
        self._sleep()

    def die(self) -> None:
        """End the program at once: what is not on the disk is gone."""
        self.is_up = False
        self._wakes += 1

    @property
    def mono_s(self) -> float:
        """The ship's monotonic seconds now."""
        return self.clock.mono_s(self.agenda.now_s)

    def situation(self) -> Situation:
        """Return what the ship knows of herself now."""
        now_s = self.agenda.now_s
        utc_ns = commission.UTC_NS + round(now_s * commission.NS_PER_S) + self.clock.utc_off_ns
        facts = {
            name: Fact(value, Quality.GOOD, self.sea.age_s(name, now_s)) for name, value in self.sea.values.items()
        }
        return Situation(facts, utc_ns, surroundings=Surroundings(Targets(()), 0.5))

    def look(self) -> None:
        """Tell the supervisor what is so."""
        self.sea.move(self.agenda.now_s, self.config.hull.rpm_full)
        self.supervisor.receive(self.situation(), self.mono_s)
        self.drain()

    def take(self, arrival: Arrival) -> None:
        """Take a message of the link; with the program down it is lost."""
        if self.is_up:
            self.look()
            self.feed(arrival)

    def bridge(self, do: str, wanted: str = "") -> None:
        """Do something at the panel."""
        if self.is_up and do == "rearm" and not self.disk_fails:
            self.journal += self.elsewhere.items()
            self.elsewhere = {}
        if self.is_up:
            self.feed(Local(do, "mate", wanted))  # type: ignore[arg-type] # one of the panel's words

    def feed(self, arrival: Arrival) -> None:
        """Give one arrival and carry out what follows."""
        if self.is_up:
            self.supervisor.receive(arrival, self.mono_s)
            self.drain()

    def drain(self) -> None:
        """Carry out the outbox, in order, until nothing is left or the program dies."""
        beat = False
        while self.is_up and (outputs := self.supervisor.outbox()):
            for output in outputs:
                if self.dies_after is not None:
                    if self.dies_after <= 0:
                        self.die()
                        return
                    self.dies_after -= 1
                beat = self._carry_out(output) or beat
        if beat and self.is_up:
            self._say()

    def _carry_out(self, output: object) -> bool:
        if isinstance(output, Journal):
            self._write(output)
        elif isinstance(output, Actuate):
            self._move(output)
            self.on_actuate(output)
        elif isinstance(output, Emit):
            self.event_seq += 1
            self.unacked.append(len(self.events))
            self.events.append((self.boot_id, self.event_seq, output.kind, output.body))
            self.on_emit(output)
            self.on_event(len(self.events) - 1)
        else:
            return True
        return False

    def _write(self, output: Journal) -> None:
        boot, pause_s = self.boots, self.disk_pause_s() if b"begun" in output.record else 0.0

        def done() -> None:
            if not self.is_up or self.boots != boot:
                return
            if self.disk_fails:
                self._not_written(output)
                self.drain()
                return
            self.elsewhere.pop(output.standing, None)
            self.journal.append((output.standing, output.record))
            self.look()
            self.feed(Journaled(output.number))

        if pause_s > 0.0:
            self.agenda.after(pause_s, done)
        elif self.disk_fails:
            self._not_written(output)
        else:
            self.elsewhere.pop(output.standing, None)
            self.journal.append((output.standing, output.record))
            self.supervisor.receive(Journaled(output.number), self.mono_s)

    def _not_written(self, output: Journal) -> None:
        self.lost_records += 1
        if output.standing:
            self.elsewhere[output.standing] = output.record
        self.supervisor.receive(JournalFailed(output.number, "disk full"), self.mono_s)

    def _move(self, output: Actuate) -> None:
        kind, value = output.setpoint.kind, output.setpoint.value or 0.0
        full = self.config.hull.rpm_full
        if kind == "heading":
            self.sea.wanted_hdg = value
        elif kind in ("rudder", "neutral"):
            self.sea.wanted_hdg = None
            self.sea.values["STG_RUD_S"] = value if kind == "rudder" else 0.0
        if kind in ("propulsion", "controlled_stop", "neutral", "emergency_stop"):
            self.sea.wanted_rpm = full * value / 100.0

    def wake(self, number: int) -> None:
        """Run the deciding loop once."""
        if number != self._wakes or not self.is_up:
            return
        self.look()
        self.supervisor.tick(self.mono_s)
        self.drain()
        self._beat_if_due()
        self.on_wake()
        self._sleep()

    def _beat_if_due(self) -> None:
        if self.is_up and self.mono_s >= self._beat_due_s:
            self._say()

    def _sleep(self) -> None:
        if not self.is_up:
            return
        self._wakes += 1
        number, due_s = self._wakes, self.supervisor.deadline()
        wake_s = min(self.mono_s + WAKE_S, self._beat_due_s, due_s)
        self.agenda.at(max(self.clock.true_s(wake_s), self.agenda.now_s + 0.005), lambda: self.wake(number))

    def _say(self) -> None:
        self.seq += 1
        authority = self.supervisor.authority
        is_direct = authority.station == "remote" and authority.holder.level == "direct"
        self._beat_due_s = self.mono_s + (BEAT_DIRECT_S if is_direct else BEAT_S)
        mono_ms = round(self.mono_s * 1000)
        self.supervisor.sent(self.seq, mono_ms)
        self.on_beat(Beat(self.boot_id, mono_ms, self.seq, self.supervisor.facts(self.mono_s)))
