"""A vessel's supervisor with keys, roster, grant and a sea around it, driven by hand in simulated time."""

from __future__ import annotations

import dataclasses
import tomllib
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from control.command import restore
from control.limits import ControlConfig
from control.messages import (
    Actuate,
    Arrival,
    Emit,
    Journal,
    Journaled,
    JournalFailed,
    Local,
    Setpoint,
    SignedGrant,
    SignedHeartbeat,
    SignedOrder,
    SignedRoster,
    SignedStop,
    Speak,
)  # fmt: skip
from control.situation import Fact, Situation
from control.supervisor import Supervisor
from control.surroundings import Surroundings, Target, Targets
from protocols.link import signing
from protocols.link.cbor import Plain
from protocols.link.heartbeats import Disagreed, OperatorHeartbeat
from protocols.link.orders import ORDER_KINDS, Order
from protocols.link.roster import Grant, Roster, RosterEntry
from protocols.link.signing import Domain
from protocols.link.stop import StopRequest
from protocols.reading import Quality

VESSEL = "petrel"
UTC_NS = 1_790_000_000_000_000_000
YEAR_NS = 31_536_000_000_000_000
EXAMPLE = Path(__file__).parents[1] / "control" / "example.toml"
STEP_S = 0.1


def key_of(seed: int) -> Ed25519PrivateKey:
    """Return a key made from a number; it guards nothing."""
    return Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)


MASTER = key_of(200)
KEYS = {"ann": key_of(1), "bob": key_of(2), "sue": key_of(3), "vic": key_of(4), "kim": key_of(5), "mia": key_of(6)}
RIGHTS = {
    "ann": ("operator", ("observe", "setpoint", "direct", "stop")),
    "bob": ("operator", ("observe", "setpoint")),
    "sue": ("supervisor", ("observe", "setpoint", "direct", "stop", "supervise", "approve")),
    "vic": ("viewer", ("observe",)),
    "kim": ("master", ("observe", "setpoint", "direct", "stop", "supervise", "approve")),
    "mia": ("maintainer", ("observe", "engineering/setpoint")),
}


def example_table() -> dict[str, Any]:
    """Return the `[control]` table of the commented example, to be changed."""
    table: dict[str, Any] = tomllib.loads(EXAMPLE.read_text())["control"]
    return table


def example_config() -> ControlConfig:
    """Return the configuration of the commented example."""
    return ControlConfig.from_mapping(VESSEL, example_table())


def signed_roster(version: int = 1, people: tuple[str, ...] = tuple(KEYS), master: Ed25519PrivateKey = MASTER) -> bytes:
    """Return a roster of `people` signed by `master`."""
    entries = tuple(
        RosterEntry(person, RIGHTS[person][0], "Busan", "", signing.public_bytes(KEYS[person]), RIGHTS[person][1],
                    UTC_NS - YEAR_NS, UTC_NS + YEAR_NS)
        for person in people
    )  # fmt: skip
    return signing.sign(Domain.ROSTER, Roster(VESSEL, version, entries).to_bytes(), master)


def signed_grant(
    levels: tuple[str, ...] = ("setpoint", "direct"), to_ns: int = UTC_NS + YEAR_NS, version: int = 1
) -> bytes:
    """Return the Master's remote-access grant."""
    grant = Grant(VESSEL, "g1", "kim", ("Busan",), ("conn", "engineering"), levels, UTC_NS - YEAR_NS, to_ns, version)
    return signing.sign(Domain.GRANT, grant.to_bytes(), MASTER)


class Rig:
    """One vessel at sea, and the people who would steer her."""

    def __init__(
        self, now_s: float = 1000.0, journal: list[bytes] | None = None, config: ControlConfig | None = None
    ) -> None:
        """Boot the vessel with the roster and grant aboard."""
        self.now_s = now_s
        self.boot_id = f"boot-{now_s:g}"
        self.journal = journal if journal is not None else []
        self.config = config or example_config()
        self.supervisor = Supervisor(
            self.config, signing.public_bytes(MASTER), self.boot_id, now_s, restore(self.journal)
        )
        self.journal_works = True
        self.journal_held = False
        self.events: list[Emit] = []
        self.moves: list[tuple[float, Setpoint, str]] = []
        self.log: list[str] = []
        self.spoken: list[bytes] = []
        """Lines said to the bridge's alert management."""
        self.seq = 0
        self.beat_seqs: dict[str, int] = {}
        self.said_seq = self.heard_seq = 0
        """Heartbeats of the ship, and the newest that whoever beats has heard."""
        self.is_heard = True
        """False: nothing that the ship says arrives ashore."""
        self.values: dict[str, float | bool] = {
            "NAV_LAT": 34.93, "NAV_LON": 129.05, "NAV_HDG": 80.0, "NAV_ROT": 0.0, "NAV_SOG": 9.0, "NAV_COG": 80.0,
            "STG_RUD_S": 0.0, "STG_PMP1": True, "STG_PMP2": False, "ME_RPM": 102.0, "ME_RDY": True,
            "WND_TWS": 6.0, "GEN1_RPM": 720.0,
        }  # fmt: skip
        self.ages_s: dict[str, float] = {}
        self.qualities: dict[str, Quality] = {}
        self.targets: list[Target] = []
        self.disagreements: tuple[Disagreed, ...] = ()
        self.lookout_age_s: float | None = 2.0
        """Since AIS or radar was last heard."""
        self.beating: str | None = None
        self.utc_ns, self.utc_trusted = UTC_NS, True
        self.look()
        self.feed(SignedRoster(signed_roster()))
        self.feed(SignedGrant(signed_grant()))

    def situation(self) -> Situation:
        """Return what the ship knows now."""
        return Situation(
            {
                name: Fact(value, self.qualities.get(name, Quality.GOOD), self.ages_s.get(name, 0.05))
                for name, value in self.values.items()
            },
            self.utc_ns,
            self.utc_trusted,
            surroundings=Surroundings(Targets(self.targets), self.lookout_age_s),
            disagreements=self.disagreements,
        )

    def look(self) -> None:
        """Tell the supervisor what the ship knows now."""
        self.supervisor.receive(self.situation(), self.now_s)
        self.drain()

    def feed(self, arrival: Arrival) -> None:
        """Give one arrival and carry out what follows."""
        self.supervisor.receive(arrival, self.now_s)
        self.drain()

    def drain(self) -> None:
        """Carry out the outbox as the shell does: journal first, then what comes after."""
        while outputs := self.supervisor.outbox():
            for output in outputs:
                self.log.append(f"{self.now_s:.1f} {output!r}")
                if isinstance(output, Journal) and not self.journal_held:
                    self.write(output)
                elif isinstance(output, Speak):
                    self.spoken.append(output.line)
                elif isinstance(output, Emit):
                    self.events.append(output)
                elif isinstance(output, Actuate):
                    self.moves.append((self.now_s, output.setpoint, output.cause))

    def write(self, output: Journal) -> None:
        """Write a journal record, or fail to."""
        if self.journal_works:
            self.journal.append(output.record)
            self.supervisor.receive(Journaled(output.number), self.now_s)
        else:
            self.supervisor.receive(JournalFailed(output.number, "disk full"), self.now_s)

    def forward(self, seconds: float) -> None:
        """Let time pass in steps of a tenth; whoever beats, beats once a second."""
        for step in range(round(seconds / STEP_S)):
            self.now_s = round(self.now_s + STEP_S, 6)
            if self.beating is not None and step % 10 == 0:
                self.beat(self.beating)
            self.look()
            self.supervisor.tick(self.now_s)
            self.drain()

    def order(self, kind: str, args: dict[str, Plain] | None = None, person: str = "ann", **changes: object) -> Order:
        """Return an order of `person`, good unless `changes` say otherwise."""
        self.seq += 1
        group = str(changes.pop("group", ORDER_KINDS[kind].group))
        made = Order(
            f"01JD8Z6T5Y9K3B7M2N4P6Q{self.seq:04d}", VESSEL, group, kind, args or {}, person, f"console-{person}",
            f"session-{person}", self.fencing(group), self.seq, self.boot_id,
            round(self.now_s * 1000) + round(ORDER_KINDS[kind].life_s * 1000), UTC_NS,
        )  # fmt: skip
        return dataclasses.replace(made, **changes)  # type: ignore[arg-type] # fields of Order, given by the test

    def fencing(self, group: str = "conn") -> int:
        """Return the fencing number that an order or beat for `group` must carry."""
        found = self.supervisor.groups.get(group)
        return 0 if found is None else found.authority.facts(self.now_s).fencing

    def send(self, order: Order, key: Ed25519PrivateKey | None = None) -> str:
        """Sign and send an order; return the state it has then."""
        self.feed(SignedOrder(signing.sign(Domain.ORDER, order.to_bytes(), key or KEYS[order.person])))
        return self.state(order)

    def send_approved(self, order: Order, approver: str, key: Ed25519PrivateKey | None = None) -> str:
        """Sign an order, have `approver` sign the same bytes, and send it; return the state it has then."""
        signed = signing.sign(Domain.ORDER, order.to_bytes(), KEYS[order.person])
        self.feed(SignedOrder(signing.approve(signed, Domain.ORDER, key or KEYS[approver])))
        return self.state(order)

    def say(self, kind: str, args: dict[str, Plain] | None = None, person: str = "ann", **changes: object) -> Order:
        """Make and send an order; return it."""
        order = self.order(kind, args, person, **changes)
        self.send(order)
        return order

    def state(self, order: Order) -> str:
        """Return the last state told of an order."""
        return str(self.told(order)["state"])

    def told(self, order: Order) -> dict[str, Plain]:
        """Return the body of the last event of an order."""
        return next(e.body for e in reversed(self.events) if e.kind == "order" and e.body["order_id"] == order.id)

    def reasons(self, order: Order) -> list[tuple[str, str]]:
        """Return (name, rule) of each reason last told of an order."""
        reasons = self.told(order)["reasons"]
        assert isinstance(reasons, list)
        return [(str(reason["name"]), str(reason["rule"])) for reason in reasons if isinstance(reason, dict)]

    def beat(self, person: str, *, present: bool = True, **changes: object) -> None:
        """Send one heartbeat of `person`."""
        seq = self.beat_seqs[person] = self.beat_seqs.get(person, 0) + 1
        group = str(changes.get("group", "conn"))
        self.said_seq += 1
        self.supervisor.sent(self.said_seq, round(self.now_s * 1000))
        if self.is_heard:
            self.heard_seq = self.said_seq
        beat = OperatorHeartbeat(
            VESSEL, person, f"console-{person}", f"session-{person}", self.fencing(group),
            seq, self.boot_id, self.heard_seq, 0, present, UTC_NS,
        )  # fmt: skip
        made = dataclasses.replace(beat, **changes)  # type: ignore[arg-type] # fields of the beat, given by the test
        self.feed(SignedHeartbeat(signing.sign(Domain.HEARTBEAT, made.to_bytes(), KEYS[person])))

    def stop(self, person: str) -> None:
        """Press the emergency stop ashore."""
        request = StopRequest(VESSEL, person, f"console-{person}", "01JD8Z6T5Y9K3B7M2N4P6Q8R0S", UTC_NS)
        self.feed(SignedStop(signing.sign(Domain.STOP, request.to_bytes(), KEYS[person])))

    def bridge(self, do: str, **fields: str) -> None:
        """Do something at the bridge's panel."""
        self.feed(Local(do, **fields))  # type: ignore[arg-type] # one of the panel's words, given by the test

    def take(self, person: str = "ann", level: str = "setpoint") -> None:
        """Give the conn to `person`, who beats from now on."""
        self.say("authority.request", {"level": level}, person)
        if self.supervisor.authority.phase == "requested":
            self.bridge("grant")
        self.say("authority.confirm", {}, person)
        self.beating = person
        self.forward(1.0)

    @property
    def station(self) -> str:
        """Where the authority lies."""
        return self.supervisor.authority.station

    @property
    def step(self) -> str:
        """Where the ship stands on the ladder."""
        return self.supervisor.watch.ladder.step


def under_way(config: ControlConfig, under_keel_m: float | None = 20.0) -> Rig:
    """Return a ship under way that ann has, with what her sounder shows, metres; None: it shows nothing."""
    rig = Rig(config=config)
    if under_keel_m is not None:
        rig.values["NAV_DPTK"] = under_keel_m
    rig.look()
    rig.take("ann")
    return rig
