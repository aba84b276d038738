"""The checkers: they see everything, believe nothing that the rules say of themselves, and name what must never be.

At most one execution of an id; never two holders; nothing after its time to live; no order against a rule at the moment of
actuation; the ladder in time and never left by itself; one terminal state; nothing moved before it was on the disk.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from control import command
from control.linkwatch import GAP_S
from control.messages import Actuate, Emit
from protocols.link.cbor import Plain
from protocols.link.events import TERMINAL
from protocols.link.heartbeats import STEPS, OperatorHeartbeat
from protocols.link.orders import ORDER_KINDS, Order
from simulators.schedules import stations
from simulators.schedules.events import Agenda
from simulators.schedules.ship import LightShip
from simulators.schedules.stations import Stations

LATE_S: Final = 0.2
"""By how much the console's estimate of the ship's clock may be off: its drift between two heartbeats, and rounding."""
LADDER_S: Final = 0.55
"""control.md 9.3: the ladder is entered within T + 0.5 s; the rest is the length of a step of this world."""
STALE_S: Final = 10.6
"""No input may be used that is older than ten seconds (INT-02), and its own 0.05 s of travel."""
STALE_DIRECT_S: Final = 1.2
INPUTS: Final = ("NAV_LAT", "NAV_LON", "NAV_HDG")


@dataclass(slots=True)
class Issued:
    """An order as somebody made it."""

    order: Order
    at_s: float
    is_honest: bool
    """False: made to be refused. It may move something all the same where it happens to be in order."""


@dataclass(slots=True)
class Heard:
    """What the holder's own heartbeats have really proved."""

    last_s: float = 0.0
    us_s: float = 0.0
    """When the holder last heard a heartbeat of the ship that was new to him, as far as a beat of his has told the ship."""
    echoed: int = -1
    present_s: float = 0.0
    run_since_s: float | None = None
    seqs: dict[str, int] = field(default_factory=dict[str, int])


class Truth:
    """Watches one schedule."""

    def __init__(self, agenda: Agenda, ship: LightShip) -> None:
        """Watch `ship`."""
        self.agenda, self.ship = agenda, ship
        self.violations: list[str] = []
        self.issued: dict[str, list[Issued]] = {}
        """Everything made under an id: somebody may use one twice, and the first to arrive counts."""
        self.executed: dict[str, int] = {}
        self.stations = Stations(agenda, ship)
        self.ended: dict[tuple[str, str], str] = {}
        self.unkept: set[tuple[str, str]] = set()
        """Orders whose end no disk took: another boot does not know it, and tells its own."""
        self.holders: dict[int, tuple[str, str, str]] = {}
        self.fencing = 0
        """Number of the holding that was announced last, over all boots."""
        self.holder: tuple[str, str, str, int] | None = None
        """(person, console, session, number) while somebody ashore holds the conn."""
        self.is_local = False
        self.let_go = True
        """False from the moment the bridge has taken control until it has granted or released it."""
        self.is_latched = False
        self._lost_before = 0
        self.latch_on_disk = self.may_be_reset = False
        """What of the latch a power cut leaves; whether somebody has asked for its reset and it was not told yet."""
        self.grants = (1, 0)
        """Highest version of a grant that has reached the ship, and highest that the bridge has revoked."""
        self.revoked_on_disk = 0
        """What of it a power cut leaves: a disk that takes nothing does not take a revocation, a restart keeps it all."""
        self._unrevoked: tuple[tuple[int, int], int] | None = None
        """`grants` and `revoked_on_disk` before a revocation that the panel has not answered yet."""
        self.heard = Heard()
        self.step = "L0"
        self.word_since_latch = False
        self.left_after_s: float | None = None
        """For how long heartbeats had come when the ladder was last left in this round; None: it was not."""
        self.lags_s: dict[str, float] = {}
        """How long after its time each step was first seen, at worst."""
        ship.on_actuate, ship.on_emit = self.actuated, self.emitted
        ship.on_wake, ship.on_boot = self.woke, self.booted

    def wrong(self, what: str) -> None:
        """Note what must never be."""
        self.violations.append(f"{self.agenda.now_s:.2f} s: {what}")

    def booted(self) -> None:
        """A new boot: nobody holds anything, and silence counts from now."""
        self.holder, self.is_local, self.let_go = None, False, True
        self.stations.forget_movers()
        # A restart resets no stop; one half reset may be either.
        self.is_latched = self.is_latched and not self.may_be_reset
        self.may_be_reset = False
        self._changed()
        self.step, self.word_since_latch, self._lost_before = "L0", False, self.ship.lost_records
        if self.ship.is_power_cut:  # what only a failing disk and the computer's memory had is gone with it
            self.grants = (self.grants[0], self.revoked_on_disk)
            # A reset may be lost as well: she comes up stopped then, and the mate sees it at the panel.
            self.is_latched = self.is_latched and self.latch_on_disk

    @property
    def is_damaged(self) -> bool:
        """Whether the journal has a hole: a record was not taken since the boot or the bridge's re-arming."""
        return self.ship.lost_records > self._lost_before

    def _keep_revocation(self) -> None:
        if not self.ship.disk_fails:
            self.revoked_on_disk = self.grants[1]

    def _keep_latch(self) -> None:
        if not self.ship.disk_fails:
            self.latch_on_disk = self.is_latched

    def bridge(self, do: str) -> None:
        """The bridge does something; told before the ship is."""
        if not self.ship.is_up:
            return
        if do == "take":
            self.holder, self.is_local, self.let_go = None, True, False
            self._changed()
        elif do in ("grant", "release"):
            self.let_go = True
        elif do == "reset_stop":
            self.may_be_reset = self.is_latched
        elif do == "revoke_access":
            self._unrevoked = (self.grants, self.revoked_on_disk)
            self.grants = (self.grants[0], self.grants[0])
            self._keep_revocation()
        elif do == "rearm":
            self._lost_before = self.ship.lost_records
            self._keep_revocation()
            self._keep_latch()

    def answered(self) -> None:
        """The bridge has said its word; where the program died over it the panel shows no answer, and it may be lost."""
        before, self._unrevoked = self._unrevoked, None
        if before is None or self.ship.is_up:
            return
        kept = self.ship.elsewhere.get("grant", dict(self.ship.journal).get("grant"))
        if kept != command.grant_record(self.grants[1], self.grants[1]):
            self.grants, self.revoked_on_disk = before

    @property
    def is_revoked(self) -> bool:
        """True while the bridge has revoked whatever has reached the ship."""
        return self.grants[1] >= self.grants[0]

    def grant_arrives(self, version: int) -> None:
        """A grant of the Master reaches the ship."""
        if self.ship.is_up:
            self.grants = (max(self.grants[0], version), self.grants[1])

    def beat_arrives(self, beat: OperatorHeartbeat, made_s: float) -> None:
        """Count a heartbeat that somebody really made and that now reaches the ship, once, fresh enough to prove anything."""
        now_s, heard = self.agenda.now_s, self.heard
        if not self.ship.is_up or self.holder is None or self.holder[:3] != (beat.person, beat.console, beat.session):
            return
        if beat.seq <= heard.seqs.get(beat.session, -1) or beat.fencing < self.holder[3]:
            return
        way_s = min(now_s - made_s, self.ship.config.link.degraded_round_trip_ms / 1000.0)  # no ship can tell it apart
        if beat.present:
            heard.present_s = max(heard.present_s, made_s + way_s)  # of a backlog: he was there then
        if now_s - made_s > self.ship.config.link.lost_s:
            return
        heard.seqs[beat.session] = beat.seq
        if heard.run_since_s is None or (now_s - heard.last_s) * self.ship.clock.rate > GAP_S:
            heard.run_since_s = now_s
        heard.last_s = now_s
        if beat.boot_id == self.ship.boot_id and beat.echo_seq > heard.echoed:
            heard.echoed, heard.us_s = beat.echo_seq, max(heard.us_s, made_s - beat.echo_held_ms / 1000.0 + way_s)

    def silence_s(self) -> float:
        """Return for how long, by the ship's clock, nobody has proved to be there."""
        if self.is_local:
            return 0.0
        since_s = min(self.heard.last_s, self.heard.us_s)
        if self.holder is not None:
            since_s = min(since_s, self.heard.present_s + self.ship.config.authority.lease_s / self.ship.clock.rate)
        return max(0.0, self.agenda.now_s - since_s) * self.ship.clock.rate

    def actuated(self, output: Actuate) -> None:
        """Judge a movement."""
        if self.is_latched and output.setpoint.kind == "propulsion":
            self.wrong(f"{output.cause} ordered {output.setpoint.value} % of propulsion though a stop is latched")
        of_station = self.stations.moved(output)
        for what in of_station or ():
            self.wrong(what)
        if of_station is not None or len(output.cause) != 26 or not output.cause.isalnum():  # noqa: PLR2004 - a rule moved her
            return
        issued = self._made(output)
        if issued is None:
            self.wrong(f"order {output.cause} moved {output.setpoint} and nobody made it")
        else:
            self._carried_out(output, issued)

    def _carried_out(self, output: Actuate, issued: Issued) -> None:
        """Judge the execution of an order that somebody made."""
        order, name = issued.order, f"{issued.order.kind} {output.cause[-4:]} of {issued.order.person}"
        self.executed[output.cause] = self.executed.get(output.cause, 0) + 1
        if self.executed[output.cause] > 1:
            self.wrong(f"{name} was executed twice")
        life_s = ORDER_KINDS[order.kind].life_s
        if self.agenda.now_s > issued.at_s + life_s * 1.02 + LATE_S:
            self.wrong(
                f"{name} was executed {self.agenda.now_s - issued.at_s:.1f} s after it was made; it lives {life_s:g} s"
            )
        pending = (
            self.ship.supervisor.authority.fencing_top
        )  # what a console shows while somebody else is granted the conn
        if (
            self.holder is None
            or self.holder[:3] != (order.person, order.console, order.session)
            or (order.fencing not in (self.holder[3], pending))
        ):
            self.wrong(f"{name} with number {order.fencing} was executed while {self.holder} holds the conn")
        if not any(b"begun" in record and output.cause.encode() in record for _, record in self.ship.journal):
            self.wrong(f"{name} moved before it was on the disk")
        if order.kind == stations.KIND:
            self.stations.begin(order.id)
        if order.kind != "conn.controlled_stop":
            for why in self._against(order):
                self.wrong(f"{name} was executed though {why}")

    def _made(self, output: Actuate) -> Issued | None:
        """Return the order that asked for exactly this; None where nobody did."""
        station: Issued | None = None
        for issued in self.issued.get(output.cause, ()):
            args = issued.order.args
            asked = [args[key] for key in ("heading_deg", "rudder_deg", "propulsion_pct") if key in args]
            if issued.order.kind == stations.KIND:
                station = issued
            elif output.setpoint.value == (asked[0] if asked else 0.0):
                return issued
        # A station begins with the heading she has or the rudder amidships; another's order under its id may have come first.
        return station if output.setpoint.kind in ("heading", "rudder") else None

    def _against(self, order: Order) -> list[str]:
        sea, now_s = self.ship.sea, self.agenda.now_s
        limit_s = STALE_DIRECT_S if order.kind == "conn.rudder" else STALE_S
        silent_s = self.ship.config.link.silent_s + LADDER_S
        checks = (
            (sea.values["ME_RDY"] is False, "the engine is on local"),
            (
                order.kind != "conn.propulsion" and not (sea.values["STG_PMP1"] or sea.values["STG_PMP2"]),
                "no pump runs",
            ),
            (any(sea.age_s(name, now_s) > limit_s for name in INPUTS), "position or heading was stale"),
            (float(sea.values["NAV_LAT"]) > 34.97, "the ship was inside a no-go area"),  # noqa: PLR2004 - the example's
            (self.is_latched, "the emergency stop was latched"),
            (self.is_revoked, "remote access was revoked"),
            (self.is_damaged, "the journal was damaged"),
            (self.silence_s() > silent_s, f"the holder had been silent for {self.silence_s():.1f} s"),
        )
        return [why for is_so, why in checks if is_so]

    def emitted(self, emit: Emit) -> None:
        """Take what the ship says happened."""
        body = emit.body
        if emit.kind == "order" and body["authentic"]:
            self._order(body)
        elif emit.kind == "authority":
            self._authority(body)
        elif emit.kind == "ladder":
            self._ladder(str(body["from"]), str(body["to"]))
        elif emit.kind == "stop":
            self.is_latched = body["state"] == "latched" or (self.is_latched and body["state"] == "refused")
            self.may_be_reset = self.may_be_reset and self.is_latched
            self._keep_latch()

    def _ladder(self, before: str, after: str) -> None:
        """Note a change as it is told: before the loop has come round somebody may have taken the conn."""
        was_low, is_low = before in ("L0", "L1"), after in ("L0", "L1")
        if is_low and not was_low:
            self.left_after_s = self._run_s()  # from L1 to L0, which may follow in the same round, leaves nothing
            if self.is_local:
                self.step = after  # the bridge may leave it, and let go before the loop comes round
        elif was_low and not is_low:
            self.word_since_latch = False

    def _order(self, body: dict[str, Plain]) -> None:
        name, state = (str(body["order_id"]), str(body["hash"])), str(body["state"])
        before = self.ended.get(name)
        if before is not None and state != before and name not in self.unkept:
            self.wrong(f"order {name[0][-4:]} ended as {before} and is {state} now")
        reasons = body["reasons"]
        if isinstance(reasons, list) and any(isinstance(one, dict) and one["name"] == "id_reused" for one in reasons):
            return  # other bytes under a known id: refused as such and not remembered, another boot refuses them anew
        if state in TERMINAL:
            self.ended[name] = state
            if self.ship.disk_fails:
                self.unkept.add(name)
            if body["kind"] == "authority.resume" and state == "SUCCEEDED":
                self.word_since_latch = True

    def _authority(self, body: dict[str, Plain]) -> None:
        station, number = str(body["station"]), body["fencing"]
        who = (str(body["person"]), str(body["console"]), str(body["session"]))
        self.is_local = station == "local"
        if not isinstance(number, int):
            self.wrong(f"an authority without a number: {body}")
            return
        if station != "remote":
            if self.holder is not None or "released" in str(body["cause"]):
                self._changed()
            self.holder = None
            return
        if self.holders.setdefault(number, who) != who:
            self.wrong(f"number {number} was given to {who[0]} and before to {self.holders[number][0]}")
        if self.holder == (*who, number):
            return
        if number <= self.fencing:
            self.wrong(f"{who[0]} holds the conn with number {number}, after {self.fencing}")
        if not self.let_go:
            self.wrong(f"{who[0]} holds the conn, and the bridge has not let go of it")
        if not self._confirmed(who, number):
            self.wrong(f"{who[0]} holds the conn without a confirmation of his own in time")
        self.holder, self.fencing = (*who, number), number
        self.word_since_latch = True
        self._changed()

    def _confirmed(self, who: tuple[str, str, str], number: int) -> bool:
        now_s = self.agenda.now_s
        return any(
            (one.order.person, one.order.console, one.order.session) == who and one.order.fencing == number
            and one.order.kind == "authority.confirm" and now_s - one.at_s <= 10.0 * 1.02 + LATE_S  # its life
            for made in self.issued.values() for one in made
        )  # fmt: skip

    def _changed(self) -> None:
        now_s = self.agenda.now_s
        self.heard = Heard(now_s, now_s, present_s=now_s)

    def woke(self) -> None:
        """Judge the ladder after each round of the deciding loop."""
        step = self.ship.supervisor.watch.ladder.step
        height, silence_s, limits = STEPS.index(step), self.silence_s(), self.ship.config.link
        is_direct = self.holder is not None and self.ship.supervisor.authority.holder.level == "direct"
        rungs = (("L2", limits.silent_direct_s if is_direct else limits.silent_s), ("L3", limits.lost_s),
                 ("L4", limits.lost_s + limits.grace_s), ("L5", limits.fallback_s))  # fmt: skip
        for name, after_s in rungs:
            if silence_s > after_s + LADDER_S and height < STEPS.index(name):
                self.wrong(f"after {silence_s:.1f} s of silence the ship is on {step}, not on {name}")
            elif silence_s >= after_s and height >= STEPS.index(name):
                self.lags_s.setdefault(name, silence_s - after_s)
        latched = STEPS.index("L2")
        if height < latched <= STEPS.index(self.step) and not self.is_local:
            self._left()
        self.left_after_s = None
        self.step = step

    def _run_s(self) -> float:
        """Return for how long, by the ship's clock, heartbeats have come without a break."""
        since_s = self.heard.run_since_s
        return 0.0 if since_s is None else (self.agenda.now_s - since_s) * self.ship.clock.rate

    def _left(self) -> None:
        """Judge whether the ladder was left as it may be: the link good for long enough, and somebody's word."""
        run_s = self._run_s() if self.left_after_s is None else self.left_after_s
        if run_s < self.ship.config.link.back_s - LADDER_S:
            self.wrong(f"the ladder was left from {self.step} after {run_s:.1f} s of heartbeats")
        elif not self.word_since_latch:
            self.wrong(f"the ladder was left from {self.step} by itself: nobody took or resumed the conn")
