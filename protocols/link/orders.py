"""Orders: what an operator asks of a vessel, as the exact bytes that are signed (CMD-01).

`ORDER_KINDS` is the table of everything that can be asked. The vessel refuses what is not in it. Limits here are those
of the message's meaning; operational limits come from the vessel's configuration and are checked by `control`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

from protocols.errors import MalformedError
from protocols.link import cbor, fields
from protocols.link.cbor import Plain
from protocols.link.passage import BYTES_MAX as ROUTE_BYTES_MAX

VERSION: Final = 1
Level = Literal["observe", "advise", "setpoint", "direct"]
Significance = Literal["routine", "significant", "critical"]
PHASES: Final = ("open_sea", "coastal", "port_approach", "berth")
"""Voyage phases: each has its own limits and fallback state in the vessel's configuration (FBK-02)."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of an order kind; the unit is in its name. `choices` is empty for numbers."""

    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    required: bool = True
    text_length_max: int = 0
    """Over 0 for free text."""
    octets_max: int = 0
    """Over 0 for bytes."""


@dataclass(frozen=True, slots=True)
class OrderKind:
    """What may be asked, by whom, for how long, and how it replaces another."""

    group: str
    level: Level
    life_s: float
    """Life from issue to the last instant of actuation, seconds (CMD-04)."""
    significance: Significance
    channel: str = ""
    """Setpoint channel: a newer order of the same channel supersedes the older (CMD-08). Empty: discrete. `station` takes
    steering and propulsion both."""
    arguments: dict[str, Argument] = field(default_factory=dict[str, Argument])


CRITICAL_LIFE_S: Final = 120.0
"""Two people have this long to sign, and the ship to get it (CMD-10); a vessel may allow less."""
GROUPS: Final = ("conn", "engineering")
"""Function groups (AUT-01); an `authority.` order is for the one it names, every other kind has its own."""
TELEGRAPH_STEPS: Final = (
    "stop", "dead_slow_ahead", "slow_ahead", "half_ahead", "full_ahead", "dead_slow_astern", "slow_astern", "half_astern",
    "full_astern",
)  # fmt: skip
"""Steps of the engine telegraph (ETL 00 to 05, 11 to 14); what each means is the vessel's `[control.telegraph]`."""
_ANGLE: Final = Argument(0.0, 360.0)
_WHY: Final = Argument(required=False, text_length_max=200)
"""Why the operator orders it though another ship comes near: the confirmation that INT-08 asks for."""


def _machine(significance: Significance) -> OrderKind:
    """Return a kind that starts or stops one machine, named as in the vessel's configuration."""
    life_s = CRITICAL_LIFE_S if significance == "critical" else 60.0
    return OrderKind("engineering", "setpoint", life_s, significance, "", {"machine": Argument(text_length_max=64)})


ORDER_KINDS: Final[dict[str, OrderKind]] = {
    "authority.request": OrderKind(
        "conn", "observe", 60.0, "routine", "", {"level": Argument(choices=("setpoint", "direct"))}
    ),
    "authority.answer": OrderKind(
        "conn", "observe", 60.0, "routine", "",
        {"request_id": Argument(text_length_max=26), "answer": Argument(choices=("grant", "deny"))},
    ),
    "authority.confirm": OrderKind(
        "conn", "observe", 10.0, "routine", "",
        {"heading_deg": Argument(0.0, 360.0, required=False), "rudder_deg": Argument(-45.0, 45.0, required=False),
         "propulsion_pct": Argument(-100.0, 100.0, required=False)},
    ),
    "authority.release": OrderKind("conn", "observe", 60.0, "routine"),
    "authority.force": OrderKind(
        "conn", "observe", 60.0, "significant", "",
        {"level": Argument(choices=("setpoint", "direct")), "reason": Argument(text_length_max=200)},
    ),
    "authority.resume": OrderKind("conn", "observe", 60.0, "significant"),
    "conn.heading": OrderKind(
        "conn", "setpoint", 10.0, "significant", "steering",
        {"heading_deg": _ANGLE, "rate_deg_min": Argument(0.1, 600.0, required=False), "collision_reason": _WHY},
    ),
    "conn.rudder": OrderKind(
        "conn", "direct", 1.0, "significant", "steering", {"rudder_deg": Argument(-45.0, 45.0)}
    ),
    "conn.propulsion": OrderKind(
        "conn", "setpoint", 10.0, "significant", "propulsion",
        {"propulsion_pct": Argument(-100.0, 100.0), "collision_reason": _WHY},
    ),
    "conn.controlled_stop": OrderKind("conn", "setpoint", 10.0, "significant", "propulsion"),
    "conn.station_keep": OrderKind(
        "conn", "setpoint", 10.0, "significant", "station",
        {"radius_m": Argument(1.0, 2000.0, required=False), "collision_reason": _WHY},
    ),
    "conn.telegraph": OrderKind(
        "conn", "setpoint", 10.0, "significant", "propulsion",
        {"step": Argument(choices=TELEGRAPH_STEPS), "collision_reason": _WHY},
    ),
    "conn.speed": OrderKind(
        "conn", "setpoint", 10.0, "significant", "propulsion",
        {"speed_kn": Argument(0.0, 60.0), "collision_reason": _WHY},
    ),
    "conn.course": OrderKind(
        "conn", "setpoint", 10.0, "significant", "steering",
        {"course_deg": _ANGLE, "rate_deg_min": Argument(0.1, 600.0, required=False), "collision_reason": _WHY},
    ),
    "conn.phase": OrderKind("conn", "setpoint", 60.0, "significant", "", {"phase": Argument(choices=PHASES)}),
    "pump.start": _machine("significant"),
    "pump.stop": _machine("significant"),
    "generator.start": _machine("significant"),
    "generator.stop": _machine("critical"),
    "route.load": OrderKind(
        "conn", "setpoint", 300.0, "significant", "", {"route": Argument(octets_max=ROUTE_BYTES_MAX)}
    ),
    "route.activate": OrderKind(
        "conn", "setpoint", 300.0, "significant", "",
        {"route_hash": Argument(text_length_max=64), "leg": Argument(1.0, 500.0, required=False),
         "collision_reason": _WHY},
    ),
    "route.suspend": OrderKind("conn", "setpoint", 300.0, "significant"),
    "drill.begin": OrderKind(
        "conn", "observe", 60.0, "significant", "", {"exercise": Argument(choices=("link_loss", "takeover", "emergency_stop"))}
    ),
    "drill.end": OrderKind("conn", "observe", 60.0, "routine"),
    "order.cancel": OrderKind("conn", "observe", 10.0, "routine", "", {"order_id": Argument(text_length_max=26)}),
    "alert.acknowledge": OrderKind(
        "conn", "observe", 60.0, "routine", "",
        {"alert_id": Argument(text_length_max=64), "picture_age_s": Argument(0.0, 3600.0, required=False)},
    ),
    "alert.silence": OrderKind("conn", "observe", 10.0, "routine", "", {"alert_id": Argument(text_length_max=64)}),
    "alert.take": OrderKind("conn", "observe", 60.0, "routine", "", {"alert_id": Argument(text_length_max=64)}),
    "stop.reset": OrderKind("conn", "observe", CRITICAL_LIFE_S, "critical"),
}  # fmt: skip
"""Every kind of order. `authority.confirm` may carry the setpoints that the receiver has loaded: they are the first command
after the transfer and must be near what the ship does (AUT-04); without them she loads her own. `authority.resume` leaves
the ladder after a regained link: the operator confirms the mode."""

_FIELDS: Final = frozenset(
    ("v", "id", "vessel", "group", "kind", "args", "person", "console", "session", "fencing", "seq", "boot_id")
) | {"deadline_ms", "issued_utc_ns"}


@dataclass(frozen=True, slots=True)
class Order:
    """One order of one operator to one vessel (CMD-01)."""

    id: str
    """ULID, 26 characters."""
    vessel: str
    group: str
    kind: str
    args: dict[str, Plain]
    person: str
    console: str
    session: str
    fencing: int
    """Fencing number of the authority this order relies on; 0 where none is needed (request)."""
    seq: int
    """Grows by at least one with each order of this session."""
    boot_id: str
    """Boot id of the vessel whose monotonic clock the deadline is in; learnt from its heartbeat."""
    deadline_ms: int
    """Vessel's monotonic milliseconds after which nothing may move for this order."""
    issued_utc_ns: int
    """For the record only."""

    def to_bytes(self) -> bytes:
        """Return the deterministic CBOR of this order: the bytes that are signed."""
        return cbor.encode({
            "v": VERSION, "id": self.id, "vessel": self.vessel, "group": self.group, "kind": self.kind,
            "args": self.args, "person": self.person, "console": self.console, "session": self.session,
            "fencing": self.fencing, "seq": self.seq, "boot_id": self.boot_id, "deadline_ms": self.deadline_ms,
            "issued_utc_ns": self.issued_utc_ns,
        })  # fmt: skip

    @classmethod
    def from_bytes(cls, body: bytes) -> Order:
        """Return the order in verified bytes; raise MalformedError with the field that is wrong."""
        source = cbor.decode_map(body)
        fields.only(source, _FIELDS)
        if fields.integer(source, "v") != VERSION:
            raise MalformedError(f"order of another version than {VERSION}")
        kind = fields.text(source, "kind", 40)
        args = fields.submap(source, "args")
        check_arguments(kind, args)
        identity = fields.text(source, "id", 26)
        if len(identity) != 26:  # noqa: PLR2004 - a ULID
            raise MalformedError("id is not a ULID of 26 characters")
        return cls(
            id=identity, vessel=fields.text(source, "vessel", 32), group=fields.text(source, "group", 20), kind=kind,
            args=args, person=fields.text(source, "person", 64), console=fields.text(source, "console", 64),
            session=fields.text(source, "session", 64), fencing=fields.integer(source, "fencing"),
            seq=fields.integer(source, "seq"), boot_id=fields.text(source, "boot_id", 64),
            deadline_ms=fields.integer(source, "deadline_ms"),
            issued_utc_ns=fields.integer(source, "issued_utc_ns"),
        )  # fmt: skip


def check_arguments(kind: str, args: dict[str, Plain]) -> None:
    """Raise MalformedError unless `args` are exactly those of `kind`, finite and within the message's meaning."""
    table = ORDER_KINDS.get(kind)
    if table is None:
        raise MalformedError(f"kind {kind!r} is not known")
    fields.only(args, frozenset(table.arguments))
    for name, argument in table.arguments.items():
        if name not in args:
            if argument.required:
                raise MalformedError(f"argument {name} is missing")
            continue
        _check_argument(name, argument, args)


def _check_argument(name: str, argument: Argument, args: dict[str, Plain]) -> None:
    if argument.choices:
        if args[name] not in argument.choices:
            raise MalformedError(f"argument {name} is none of {', '.join(argument.choices)}")
    elif argument.octets_max:
        if len(fields.octets(args, name)) > argument.octets_max:
            raise MalformedError(f"argument {name} has more than {argument.octets_max} bytes")
    elif argument.text_length_max:
        fields.text(args, name, argument.text_length_max)
    else:
        value = fields.number(args, name)
        low, high = argument.low, argument.high
        if (low is not None and value < low) or (high is not None and value > high):
            raise MalformedError(f"argument {name} = {value:g} is outside {low}..{high}")
