"""Somebody owns the whole shore: database, interface, broker and their keys. Without an operator's key nothing moves (S12)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass

import cbor2
import pytest

from protocols.link import signing, topics
from protocols.link.acks import EventAck
from protocols.link.cbor import Plain
from protocols.link.heartbeats import OperatorHeartbeat
from protocols.link.ledger import Head, Witness
from protocols.link.orders import Order
from protocols.link.roster import Grant, Roster, RosterEntry
from protocols.link.signing import Domain
from protocols.link.stop import StopRequest
from simulators import commissioning
from simulators.loop import START_UTC_NS, run
from simulators.operators import Operator
from simulators.world import World

SEED = 9
STATION = commissioning.key_of(SEED, "the station's own key, from its database")
THIEF = commissioning.key_of(SEED, "a key that nobody enrolled")
YEAR_NS = commissioning.YEAR_NS


@dataclass
class Vault:
    """What the thief has: the world's broker, every byte that ever went through the shore, and no operator's key."""

    world: World
    ann: Operator
    """For drafts in the right form, and for bytes that she really signed and that were kept back."""
    held_back: bytes
    """A heading order of hers that the shore did not pass on, and that has been overtaken."""
    beat: bytes

    def draft(self, **changes: object) -> Order:
        """Return an order that would be good if Ann had signed it."""
        order = self.ann.draft("conn.heading", heading_deg=180.0)
        return dataclasses.replace(order, **changes)  # type: ignore[arg-type] # fields of Order

    def recorded(self, kind: str) -> bytes:
        """Return the bytes of an order of Ann's that was carried out."""
        return next(
            signed for signed in self.ann.signed.values()
            if Order.from_bytes(signing.open_envelope(signed).body).kind == kind
        )  # fmt: skip


Attack = Callable[[Vault], list[tuple[str, bytes, bool]]]


def order(payload: Callable[[Vault], bytes], *, retain: bool = False, leaf: str = topics.ORDER) -> Attack:
    """Return the attack that puts one message on a topic."""
    return lambda vault: [(leaf, payload(vault), retain)]


def forged(vault: Vault, key: object, **changes: object) -> bytes:
    """Return an order signed with a key that the ship does not know for it."""
    return signing.sign(Domain.ORDER, vault.draft(**changes).to_bytes(), key)  # type: ignore[arg-type]


def swapped(signed: bytes, **parts: bytes) -> bytes:
    """Return an envelope with some of its parts exchanged."""
    envelope = signing.open_envelope(signed)
    return cbor2.dumps([parts.get("key_id", envelope.key_id), parts.get("body", envelope.body),
                        parts.get("signature", envelope.signature)], canonical=True)  # fmt: skip


def roster(version: int, by: object, person: str = "thief", domain: Domain = Domain.ROSTER) -> bytes:
    """Return a roster that makes a thief a supervisor."""
    rights = ("observe", "setpoint", "direct", "stop", "supervise")
    entry = RosterEntry(person, "supervisor", commissioning.ROC, "", signing.public_bytes(THIEF), rights,
                        START_UTC_NS - YEAR_NS, START_UTC_NS + YEAR_NS)  # fmt: skip
    return signing.sign(domain, Roster("otter", version, (entry,)).to_bytes(), by)  # type: ignore[arg-type]


def grant(version: int, by: object) -> bytes:
    """Return a grant that names the thief's centre."""
    made = Grant("otter", "forged", "kim", ("thieves",), ("conn",), ("direct",), START_UTC_NS - YEAR_NS,
                 START_UTC_NS + YEAR_NS, version)  # fmt: skip
    return signing.sign(Domain.GRANT, made.to_bytes(), by)  # type: ignore[arg-type]


def beat(vault: Vault, key: object, **changes: object) -> bytes:
    """Return a heartbeat in Ann's name."""
    made = OperatorHeartbeat.from_bytes(signing.open_envelope(vault.beat).body)
    made = dataclasses.replace(made, seq=made.seq + 1000, **changes)  # type: ignore[arg-type]
    return signing.sign(Domain.HEARTBEAT, made.to_bytes(), key)  # type: ignore[arg-type]


def stop(vault: Vault, key: object, domain: Domain = Domain.STOP) -> bytes:
    """Return an emergency stop in Ann's name."""
    request = StopRequest("otter", "ann", vault.ann.console, vault.draft().id, START_UTC_NS)
    return signing.sign(domain, request.to_bytes(), key)  # type: ignore[arg-type]


def twice(vault: Vault) -> bytes:
    """Return an order body with a key twice: two readers might see two headings."""
    body = vault.draft().to_bytes()
    return swapped(
        vault.held_back, body=bytes([body[0] + 1]) + body[1:] + cbor2.dumps("args") + cbor2.dumps({"heading_deg": 0})
    )


ATTACKS: dict[str, Attack] = {
    "an order played back": order(lambda v: v.recorded("conn.heading")),
    "an order played back, retained": order(lambda v: v.recorded("conn.heading"), retain=True),
    "a request played back": order(lambda v: v.recorded("authority.request")),
    "a confirmation played back": order(lambda v: v.recorded("authority.confirm")),
    "an order held back past its turn": order(lambda v: v.held_back),
    "an order held back, retained": order(lambda v: v.held_back, retain=True),
    "an order by the station's key": order(lambda v: forged(v, STATION)),
    "an order by the thief's key": order(lambda v: forged(v, THIEF)),
    "an order by the thief in his own name": order(lambda v: forged(v, THIEF, person="thief")),
    "an order under Ann's key id": order(lambda v: swapped(forged(v, THIEF), key_id=signing.open_envelope(v.beat).key_id)),
    "Ann's signature under another heading": order(lambda v: swapped(v.held_back, body=v.draft().to_bytes())),
    "Ann's order with one bit changed": order(lambda v: v.held_back[:60] + bytes([v.held_back[60] ^ 1]) + v.held_back[61:]),
    "Ann's order cut short": order(lambda v: v.held_back[:-1]),
    "Ann's order with something behind it": order(lambda v: v.held_back + b"\0"),
    "Ann's order in another spelling": order(lambda v: b"\x9f" + v.held_back[1:] + b"\xff"),
    "a body with a field twice": order(twice),
    "Ann's heartbeat as an order": order(lambda v: v.beat),
    "Ann's order as a heartbeat": order(lambda v: v.held_back, leaf=topics.HEARTBEAT_DOWN),
    "Ann's order as a stop": order(lambda v: v.held_back, leaf=topics.STOP),
    "Ann's order as a roster": order(lambda v: v.held_back, leaf=topics.ROSTER),
    "no signature at all": order(lambda v: swapped(v.held_back, signature=bytes(64))),
    "an empty message": order(lambda _: b""),
    "a message that is no CBOR": order(lambda _: b"\xff" * 40),
    "a huge message": order(lambda _: bytes(200_000)),
    "a deeply nested message": order(lambda _: b"\x81" * 500 + b"\x00"),
    "five hundred forged orders": lambda v: [(topics.ORDER, forged(v, THIEF), False) for _ in range(500)],
    "a roster by the station": order(lambda _: roster(9, STATION), leaf=topics.ROSTER, retain=True),
    "a roster by the thief": order(lambda _: roster(9, THIEF), leaf=topics.ROSTER),
    "an old roster with more people": order(lambda _: commissioning.roster(SEED, "otter", 0), leaf=topics.ROSTER),
    "another ship's roster": order(lambda _: commissioning.roster(SEED, "kestrel", 9), leaf=topics.ROSTER),
    "a roster signed as a grant": order(lambda _: roster(9, THIEF, domain=Domain.GRANT), leaf=topics.ROSTER),
    "a grant by the station": order(lambda _: grant(9, STATION), leaf=topics.GRANT, retain=True),
    "another ship's grant": order(lambda _: commissioning.grant(SEED, "kestrel"), leaf=topics.GRANT),
    "an emergency stop by the station": order(lambda v: stop(v, STATION), leaf=topics.STOP),
    "an emergency stop by the thief": order(lambda v: stop(v, THIEF), leaf=topics.STOP),
    "a heartbeat by the station": order(lambda v: beat(v, STATION), leaf=topics.HEARTBEAT_DOWN),
    "a heartbeat of another ship": order(lambda v: beat(v, THIEF, vessel="kestrel"), leaf=topics.HEARTBEAT_DOWN),
    "events acknowledged that nobody has": order(
        lambda v: EventAck(str(v.world.vessels["otter"].safety._boot_id), 10**9).to_bytes(), leaf=topics.EVENT_ACK
    ),
    "a ledger signed for that is none": order(
        lambda _: signing.sign(
            Domain.LEDGER, Witness("otter", Head(10**6, bytes(32)), Head(1, bytes(32)), 1).to_bytes(), STATION
        ),
        leaf=topics.LEDGER,
    ),
}  # fmt: skip
"""What whoever owns the shore can try."""


async def vault_of(world: World) -> Vault:
    """Have Ann take the conn and steer, keep one of her orders back, and record a heartbeat."""
    ann = world.operator("ann", "otter")
    await ann.take("direct")
    steered = await ann.order("conn.heading", heading_deg=95.0)
    await world.until(lambda: ann.state(steered) == "executing", 3, "the heading is ordered")
    held_back = signing.sign(Domain.ORDER, ann.draft("conn.heading", heading_deg=180.0).to_bytes(), ann.key)
    await ann.outcome(await ann.order("alert.acknowledge", alert_id="none"), 15)
    status = ann.status
    assert status is not None
    return Vault(world, ann, held_back, ann._signed_beat(status))


def test_whoever_owns_the_shore_and_no_operators_key_moves_nothing() -> None:
    """Proves CMD-12, AUT-07, AUT-08: reliability goal S12, at least 30 scripted attacks, each for itself, 0 actuate."""

    async def voyage() -> None:
        async with World(seed=SEED) as world:
            vault = await vault_of(world)
            safety = world.vessels["otter"].safety
            moved: dict[str, object] = {}
            for name, attack in ATTACKS.items():
                before = len(world.happened("actuate"))
                for leaf, payload, retain in attack(vault):
                    world.network.take("thief", topics.topic("otter", leaf), payload, retain=retain)
                await world.forward(0.25)
                facts = safety.supervisor.facts(world.clock.now_s())
                if len(world.happened("actuate")) != before or facts.authority.person != "ann" or facts.stop_latched:
                    moved[name] = world.happened("actuate")[before:]
            assert moved == {}
            assert len(ATTACKS) >= 30
            assert safety.supervisor.facts(world.clock.now_s()).roster_version == 1
            # Negative control: Ann's own order, made like the forged ones, is carried out.
            done = await vault.ann.order("conn.heading", heading_deg=100.0)
            await world.until(lambda: vault.ann.state(done) == "executing", 3, "Ann's own order is carried out")

    run(voyage())


ROLES: dict[str, list[tuple[str, dict[str, Plain]]]] = {
    "vic": [
        ("authority.request", {"level": "setpoint"}), ("authority.force", {"level": "direct", "reason": "mine"}),
        ("authority.confirm", {}), ("authority.release", {}), ("conn.heading", {"heading_deg": 180.0}),
        ("conn.rudder", {"rudder_deg": 30.0}), ("conn.propulsion", {"propulsion_pct": 50.0}), ("conn.controlled_stop", {}),
        ("stop.reset", {}),
    ],
    "bob": [
        ("authority.force", {"level": "direct", "reason": "mine"}), ("authority.confirm", {}), ("authority.release", {}),
        ("conn.heading", {"heading_deg": 180.0}), ("conn.propulsion", {"propulsion_pct": 50.0}),
        ("conn.controlled_stop", {}), ("stop.reset", {}),
    ],
}  # fmt: skip
"""{person whose key was stolen: what he may not do while Ann has the conn}; bob is an operator, vic a viewer."""


@pytest.mark.parametrize("person", ROLES)
def test_one_operators_key_moves_nothing_outside_its_role(person: str) -> None:
    """Proves AUT-11, AUT-09, CMD-10: S12, a stolen key; in its own name, in Ann's, and with her console and session."""

    async def voyage() -> None:
        async with World(seed=SEED) as world:
            vault = await vault_of(world)
            stolen = world.operator(person, "otter")
            await world.forward(1.5)
            safety, before = world.vessels["otter"].safety, len(world.happened("actuate"))
            for kind, args in ROLES[person]:
                for disguise in ({}, {"person": "ann"}, {"console": vault.ann.console, "session": vault.ann.session}):
                    made = dataclasses.replace(stolen.draft(kind, **args), **disguise)
                    signed = signing.sign(Domain.ORDER, made.to_bytes(), stolen.key)
                    world.network.take("thief", topics.topic("otter", topics.ORDER), signed, retain=False)
                await world.forward(0.25)
            request = StopRequest("otter", person, stolen.console, stolen.draft("authority.release").id, START_UTC_NS)
            for domain in (Domain.STOP, Domain.ORDER) if person == "vic" else (Domain.ORDER,):
                signed = signing.sign(domain, request.to_bytes(), stolen.key)
                world.network.take("thief", topics.topic("otter", topics.STOP), signed, retain=False)
            for leaf, word in ((topics.ROSTER, roster(9, stolen.key)), (topics.GRANT, grant(9, stolen.key))):
                world.network.take("thief", topics.topic("otter", leaf), word, retain=False)
            await world.forward(1.0)
            facts = safety.supervisor.facts(world.clock.now_s())
            assert world.happened("actuate")[before:] == []
            assert (facts.authority.person, facts.stop_latched, facts.roster_version) == ("ann", False, 1)

    run(voyage())
