"""Heartbeats both ways: proof of presence upward in trust, never a permission by themselves.

An operator's heartbeat is made and signed where the operator sits; a vessel's is made by the loop that commands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from protocols.errors import MalformedError
from protocols.link import cbor, fields
from protocols.link.cbor import Plain
from protocols.link.compact import compacted, opened
from protocols.link.events import Reason

VERSION: Final = 1
Station = Literal["local", "remote", "none"]
Step = Literal["L0", "L1", "L2", "L3", "L4", "L5", "L6"]
AuthorityPhase = Literal["held", "requested", "granted"]
_STATIONS: Final[dict[str, Station]] = {"local": "local", "remote": "remote", "none": "none"}
_PHASES: Final[dict[str, AuthorityPhase]] = {"held": "held", "requested": "requested", "granted": "granted"}
WAYS_MAX: Final = 4
"""Ways to the shore that a vessel tells of; she has two today."""
WAY_NAME_MAX: Final = 16
"""Characters of a way's name: it stands in a console's link meter."""
PERIOD_MS: Final = 1000
"""Between two heartbeats of a vessel at most, where hers does not say otherwise (control.md, L0)."""
PERIOD_MS_MAX: Final = 60_000
"""A vessel that were silent for longer by her own word could not be told from one that is gone."""
STEPS: Final[tuple[Step, ...]] = ("L0", "L1", "L2", "L3", "L4", "L5", "L6")


@dataclass(frozen=True, slots=True)
class OperatorHeartbeat:
    """One beat of the operator who holds, or is taking, the conn of a vessel; 1 Hz, 5 Hz at level `direct`."""

    vessel: str
    person: str
    console: str
    session: str
    fencing: int
    """Fencing number of the authority that this beat keeps alive."""
    seq: int
    """Grows with each beat of this session; an equal or lower one is a replay."""
    boot_id: str
    """Boot id of the last vessel heartbeat seen."""
    echo_seq: int
    """Sequence of that vessel heartbeat, so that the vessel can measure the round trip."""
    echo_held_ms: int
    """Milliseconds between the arrival of that vessel heartbeat and the making of this beat."""
    present: bool
    """True when the operator acted on this vessel's view within the lease (AUT-05); an open socket is no presence."""
    issued_utc_ns: int
    """For the record and the clock comparison of CMD-05."""
    group: str = "conn"
    """Function group whose authority it keeps alive; not written where it is the conn."""

    def to_bytes(self) -> bytes:
        """Return the deterministic CBOR of this beat: the bytes that are signed (domain HEARTBEAT)."""
        group: dict[str, Plain] = {} if self.group == "conn" else {"group": self.group}
        return cbor.encode({**group,
            "v": VERSION, "vessel": self.vessel, "person": self.person, "console": self.console,
            "session": self.session, "fencing": self.fencing, "seq": self.seq, "boot_id": self.boot_id,
            "echo_seq": self.echo_seq, "echo_held_ms": self.echo_held_ms, "present": self.present,
            "issued_utc_ns": self.issued_utc_ns,
        })  # fmt: skip

    @classmethod
    def from_bytes(cls, body: bytes) -> OperatorHeartbeat:
        """Return the beat in verified bytes; raise MalformedError with the field that is wrong."""
        source = cbor.decode_map(body)
        if fields.integer(source, "v") != VERSION:
            raise MalformedError("heartbeat of another version")
        return cls(
            vessel=fields.text(source, "vessel", 32), person=fields.text(source, "person", 64),
            console=fields.text(source, "console", 64), session=fields.text(source, "session", 64),
            fencing=fields.integer(source, "fencing"), seq=fields.integer(source, "seq"),
            boot_id=fields.text(source, "boot_id", 64), echo_seq=fields.integer(source, "echo_seq"),
            echo_held_ms=fields.integer(source, "echo_held_ms"), present=fields.flag(source, "present"),
            issued_utc_ns=fields.integer(source, "issued_utc_ns"),
            group=fields.text(source, "group", 20) if "group" in source else "conn",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class AuthorityState:
    """Who holds a function group of a vessel; broadcast at 1 Hz and on change (AUT-02)."""

    station: Station
    person: str
    """Empty when nobody holds."""
    roc: str
    console: str
    session: str
    role: str
    level: str
    """observe, advise, setpoint or direct; empty when nobody holds."""
    fencing: int
    """Highest fencing number given so far."""
    lease_age_s: float | None
    """Seconds since the operator's presence was last proved; None unless remote."""
    phase: AuthorityPhase
    """held: nothing pending; requested: waiting for the holder's answer; granted: waiting for confirm."""
    pending_id: str
    """Order id of the request that is pending, empty when none."""
    pending_person: str
    pending_console: str
    pending_left_s: float | None
    """Seconds until the pending request or grant lapses; None when none."""


@dataclass(frozen=True, slots=True)
class ActiveReason:
    """One reason why the ladder is where it is (FBK-06)."""

    name: str
    text: str
    since_ms: int
    """Vessel's monotonic milliseconds when it began."""
    clears: str
    """When it will go, in words."""


@dataclass(frozen=True, slots=True)
class Disagreed:
    """Two sources of one quantity that are too far apart (INT-12)."""

    quantity: str
    """position, heading or speed."""
    apart: float
    unit: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class RouteAboard:
    """The route that is loaded aboard (CMD-09)."""

    hash: str
    """SHA-256 of its bytes, hexadecimal."""
    leg: int
    """Number of the waypoint she is bound for on it, the first leg leads to 1; 0 while she does not follow it."""


@dataclass(frozen=True, slots=True)
class RemoteAccess:
    """What is left of the Master's remote-access grant (AUT-07)."""

    left_s: int
    """Whole seconds until it ends; 0 where there is none in force."""
    reasons: tuple[Reason, ...] = ()
    """Why none is in force; empty while one is."""


@dataclass(frozen=True, slots=True)
class RespondBy:
    """The last moment to act for what lies ahead of her, beside the time that an operator takes to."""

    left_s: int
    """Whole seconds; 0 where it has passed."""
    operator_s: float
    what: str
    """Whom or what she meets, in words; at most 200 characters."""
    fallback: str = ""
    """What she would do alone, as `action` says it, once it was judged; empty, and not written, while there is time."""
    barred: str = ""
    """Why that is a stop and not her phase's fallback state; empty, and not written, where nothing bars it."""


@dataclass(frozen=True, slots=True)
class Way:
    """One of several ways from her to the shore, each over a bearer of its own."""

    name: str
    """As her configuration calls it, at most 16 characters."""
    is_connected: bool
    round_trip_ms: float | None
    """To the broker and back over this way; None: not measured since it was last connected."""


@dataclass(frozen=True, slots=True)
class VesselHeartbeat:
    """What the safety process says of itself, 1 Hz and on every change, signed with the vessel's key.

    On a bearer that carries no more it is `period_ms` while nobody ashore has or asks for anything of her.
    """

    vessel: str
    boot_id: str
    seq: int
    mono_ms: int
    """Vessel's monotonic milliseconds: the time base of every deadline (CMD-01)."""
    utc_ns: int
    """Vessel's UTC; `utc_trusted` says whether it may be believed."""
    utc_trusted: bool
    step: Step
    reasons: tuple[ActiveReason, ...]
    next_step: str
    """Step that comes next if nothing changes; empty when none."""
    next_step_in_s: float | None
    authority: AuthorityState
    stop_latched: bool
    """True while an emergency stop is latched (EST-02)."""
    echo_session: str
    """Session of the last accepted operator heartbeat."""
    echo_seq: int
    echo_held_ms: int
    round_trip_ms: float | None
    """Round trip to the operator's console and back; None before it was measured."""
    loss_pct: float
    setpoints: dict[str, float]
    """In force: heading_deg, rudder_deg, propulsion_pct where ordered; course_deg, speed_kn while one is kept."""
    phase: str
    """Voyage phase of the configuration in force: open_sea, coastal, port_approach, berth."""
    roster_version: int
    alerts: tuple[str, ...]
    """Ids of the active alerts, at most 50; the whole of each is an event."""
    action: str
    """What the ladder makes the ship do now, in words; empty on L0."""
    engineering: AuthorityState | None = None
    """Authority of the group `engineering`; None, and not written, where nothing of it may be ordered."""
    disagreed: tuple[Disagreed, ...] = ()
    """What her own sources disagree about now, so that the preview ashore judges the same; not written where nothing is."""
    route: RouteAboard | None = None
    """None, and not written, where none is loaded."""
    access: RemoteAccess | None = None
    """None, and not written, while a grant is in force that does not end within the hour."""
    respond: RespondBy | None = None
    """None, and not written, where she sees nothing ahead, does not know her motion, or has no table `response`."""
    ways: tuple[Way, ...] = ()
    """Her ways to the shore, the first first; not written where there is only one."""
    period_ms: int = PERIOD_MS
    """Until her next heartbeat at the latest, by her own word; not written where it is a second, or less at level `direct`."""

    @property
    def spare_s(self) -> float:
        """Seconds by which she may be silent for longer than at 1 Hz, by her own word: silence is judged without them."""
        return (self.period_ms - PERIOD_MS) / 1000.0

    def to_bytes(self) -> bytes:
        """Return the compact form of this heartbeat's deterministic CBOR: the bytes that are signed (domain VESSEL)."""
        return compacted(cbor.encode({**plain(self), "v": VERSION}))

    @classmethod
    def from_bytes(cls, body: bytes) -> VesselHeartbeat:
        """Return the heartbeat in verified bytes; raise MalformedError with the field that is wrong."""
        source = cbor.decode_map(opened(body))
        if fields.integer(source, "v") != VERSION:
            raise MalformedError("vessel heartbeat of another version")
        step = fields.text(source, "step", 2)
        if step not in STEPS:
            raise MalformedError(f"step {step!r} is not one of the ladder")
        setpoints = fields.submap(source, "setpoints")
        return cls(
            vessel=fields.text(source, "vessel", 32), boot_id=fields.text(source, "boot_id", 64),
            seq=fields.integer(source, "seq"), mono_ms=fields.integer(source, "mono_ms"),
            utc_ns=fields.integer(source, "utc_ns"), utc_trusted=fields.flag(source, "utc_trusted"), step=step,
            reasons=tuple(_reason(item) for item in fields.items(source, "reasons", 50)),
            next_step=fields.text(source, "next_step", 2),
            next_step_in_s=fields.optional_number(source, "next_step_in_s"),
            authority=_authority(fields.submap(source, "authority")),
            stop_latched=fields.flag(source, "stop_latched"),
            echo_session=fields.text(source, "echo_session", 64), echo_seq=fields.integer(source, "echo_seq"),
            echo_held_ms=fields.integer(source, "echo_held_ms"),
            round_trip_ms=fields.optional_number(source, "round_trip_ms"),
            loss_pct=fields.number(source, "loss_pct"),
            setpoints={name: fields.number(setpoints, name) for name in sorted(setpoints)},
            phase=fields.text(source, "phase", 20), roster_version=fields.integer(source, "roster_version"),
            alerts=fields.texts(source, "alerts"), action=fields.text(source, "action", 200),
            engineering=_authority(fields.submap(source, "engineering")) if "engineering" in source else None,
            disagreed=tuple(_disagreed(item) for item in fields.items(source, "disagreed", 8)) if "disagreed" in source else (),
            route=_route(fields.submap(source, "route")) if "route" in source else None,
            access=_access(fields.submap(source, "access")) if "access" in source else None,
            respond=_respond(fields.submap(source, "respond")) if "respond" in source else None,
            ways=tuple(_way(item) for item in fields.items(source, "ways", WAYS_MAX)) if "ways" in source else (),
            period_ms=_period_ms(source),
        )  # fmt: skip


_OF_SEVERAL: Final = frozenset((
    "reasons", "authority", "alerts", "setpoints", "engineering", "disagreed", "route", "access", "respond", "ways",
    "period_ms",
))  # fmt: skip
"""Fields that are no plain value by themselves, or are not always written."""


def plain(heartbeat: VesselHeartbeat) -> dict[str, Plain]:
    """Return `heartbeat` as a map of plain values, as it is signed and as the console shows it."""
    values: dict[str, Plain] = {
        name: getattr(heartbeat, name) for name in VesselHeartbeat.__slots__ if name not in _OF_SEVERAL
    }
    values["setpoints"] = dict(heartbeat.setpoints)
    values["reasons"] = [
        {name: getattr(reason, name) for name in ActiveReason.__slots__} for reason in heartbeat.reasons
    ]
    values["authority"] = {name: getattr(heartbeat.authority, name) for name in AuthorityState.__slots__}
    if heartbeat.engineering is not None:
        values["engineering"] = {name: getattr(heartbeat.engineering, name) for name in AuthorityState.__slots__}
    values["alerts"] = list(heartbeat.alerts)
    if heartbeat.disagreed:
        values["disagreed"] = [
            {name: getattr(one, name) for name in Disagreed.__slots__} for one in heartbeat.disagreed
        ]
    if heartbeat.route is not None:
        values["route"] = {"hash": heartbeat.route.hash, "leg": heartbeat.route.leg}
    if heartbeat.access is not None:
        reasons: list[Plain] = [reason.plain() for reason in heartbeat.access.reasons]
        values["access"] = {"left_s": heartbeat.access.left_s, "reasons": reasons}
    if heartbeat.respond is not None:
        values["respond"] = _respond_plain(heartbeat.respond)
    if heartbeat.ways:
        values["ways"] = [{name: getattr(way, name) for name in Way.__slots__} for way in heartbeat.ways]
    if heartbeat.period_ms != PERIOD_MS:
        values["period_ms"] = heartbeat.period_ms
    return values


def _period_ms(source: dict[str, Plain]) -> int:
    period_ms = fields.integer(source, "period_ms") if "period_ms" in source else PERIOD_MS
    if not PERIOD_MS <= period_ms <= PERIOD_MS_MAX:
        raise MalformedError(f"period_ms of a heartbeat is {period_ms}, not {PERIOD_MS} to {PERIOD_MS_MAX}")
    return period_ms


def _way(item: Plain) -> Way:
    if not isinstance(item, dict):
        raise MalformedError("a way is not a map")
    round_trip_ms = fields.optional_number(item, "round_trip_ms")
    if round_trip_ms is not None and round_trip_ms < 0.0:
        raise MalformedError("round_trip_ms of a way is below 0")
    return Way(fields.text(item, "name", WAY_NAME_MAX), fields.flag(item, "is_connected"), round_trip_ms)


def _respond_plain(by: RespondBy) -> dict[str, Plain]:
    told = {name: value for name in ("fallback", "barred") if (value := getattr(by, name))}
    return {"left_s": by.left_s, "operator_s": by.operator_s, "what": by.what, **told}


def _respond(source: dict[str, Plain]) -> RespondBy:
    fallback, barred = (fields.text(source, name, 200) if name in source else "" for name in ("fallback", "barred"))
    return RespondBy(
        fields.integer(source, "left_s"), fields.number(source, "operator_s"), fields.text(source, "what", 200),
        fallback, barred,
    )  # fmt: skip


def _access(source: dict[str, Plain]) -> RemoteAccess:
    reasons = tuple(Reason.from_plain(item) for item in fields.items(source, "reasons", 8))
    return RemoteAccess(fields.integer(source, "left_s"), reasons)


def _reason(item: Plain) -> ActiveReason:
    if not isinstance(item, dict):
        raise MalformedError("a reason is not a map")
    return ActiveReason(
        fields.text(item, "name", 60), fields.text(item, "text"), fields.integer(item, "since_ms"),
        fields.text(item, "clears"),
    )  # fmt: skip


def _disagreed(item: Plain) -> Disagreed:
    if not isinstance(item, dict):
        raise MalformedError("a disagreement is not a map")
    return Disagreed(
        fields.text(item, "quantity", 20), fields.number(item, "apart"), fields.text(item, "unit", 20),
        fields.text(item, "first", 64), fields.text(item, "second", 64),
    )  # fmt: skip


def _route(source: dict[str, Plain]) -> RouteAboard:
    return RouteAboard(fields.text(source, "hash", 64), fields.integer(source, "leg"))


def _authority(source: dict[str, Plain]) -> AuthorityState:
    station = _STATIONS.get(fields.text(source, "station", 10))
    phase = _PHASES.get(fields.text(source, "phase", 10))
    if station is None or phase is None:
        raise MalformedError("authority station or phase is not one of the table")
    return AuthorityState(
        station=station, person=fields.text(source, "person", 64), roc=fields.text(source, "roc", 64),
        console=fields.text(source, "console", 64), session=fields.text(source, "session", 64),
        role=fields.text(source, "role", 20), level=fields.text(source, "level", 20),
        fencing=fields.integer(source, "fencing"), lease_age_s=fields.optional_number(source, "lease_age_s"),
        phase=phase, pending_id=fields.text(source, "pending_id", 26),
        pending_person=fields.text(source, "pending_person", 64),
        pending_console=fields.text(source, "pending_console", 64),
        pending_left_s=fields.optional_number(source, "pending_left_s"),
    )  # fmt: skip
