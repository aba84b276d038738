"""Messages between the shore and the browser: JSON over one websocket (`/api/v1/console?ticket=...`).

The TypeScript types of the console are generated from this file (`python -m protocols.console.schema`), so a field
added here appears there. Times are UTC milliseconds (`..._utc_ms`) since JavaScript numbers hold no nanoseconds.
"""

from __future__ import annotations

from typing import Final, Literal, NotRequired, TypeAlias, TypedDict

from protocols.console.alerts import AlertsMessage, AnswerMessage, SeatMessage
from protocols.console.channels import ChannelJson, SourcesMessage
from protocols.console.navigation import TrialJson
from protocols.console.offers import OfferMessage, OffersMessage
from protocols.console.orderable import DrillJson, FunctionJson, MachineJson, PhaseJson
from protocols.console.screens import ScreenMessage
from protocols.console.standing import ActiveReasonJson, GradesJson, RespondJson, WayJson
from protocols.console.traffic import TargetsMessage

VERSION: Final = 1

ValueRow: TypeAlias = tuple[str, float | bool | str | None, int, int]
"""[short_id, value or null, quality 0..5, utc_ms of the measurement]"""

TrackPoint: TypeAlias = tuple[float, float, int]
"""[longitude_deg, latitude_deg, utc_ms]"""


class ReasonJson(TypedDict):
    """One reason of a refusal (CMD-07)."""

    name: str
    rule: str
    text: str
    value: float | str | None
    limit: float | str | None
    unit: str
    age_s: float | None


class AuthorityJson(TypedDict):
    """Who holds the conn (AUT-02)."""

    station: Literal["local", "remote", "none"]
    person: str
    roc: str
    console: str
    session: str
    role: str
    level: str
    fencing: int
    lease_age_s: float | None
    phase: Literal["held", "requested", "granted"]
    pending_id: str
    pending_person: str
    pending_console: str
    pending_left_s: float | None


class StatusMessage(TypedDict):
    """The last vessel heartbeat, and how old it is at the shore; sent at 1 Hz and on change."""

    type: Literal["status"]
    vessel: str
    heard: bool
    """False when the shore has never had a heartbeat of this vessel; all below is then the empty value."""
    heartbeat_age_ms: int
    """Since the shore received it, at the time of sending."""
    heartbeat_period_ms: int
    """Until her next one at the latest, by her own word: 1000, or longer where her bearer carries no more and nobody commands."""
    boot_id: str
    seq: int
    mono_ms: int
    """Vessel's monotonic time; deadline_ms of an order = mono_ms + heartbeat_age_ms + time since + life."""
    utc_ms: int
    utc_trusted: bool
    step: Literal["L0", "L1", "L2", "L3", "L4", "L5", "L6"]
    reasons: list[ActiveReasonJson]
    next_step: str
    next_step_in_s: float | None
    authority: AuthorityJson
    stop_latched: bool
    echo_session: str
    echo_seq: int
    echo_held_ms: int
    round_trip_ms: float | None
    jitter_ms: float | None
    """Mean change from one of her last eleven round trips to the next; null: there are not two of this holder yet."""
    one_way_ms: float | None
    """From ship to shore, of her last heartbeat by both clocks; null: hers is not trusted, or a clock must be wrong."""
    loss_pct: float
    grades: GradesJson
    received_bytes_s: float | None
    """Payload of her messages at this process over the last ten seconds, no headers; 0: nothing came; null: not measured yet."""
    setpoints: dict[str, float]
    """heading_deg, rudder_deg, propulsion_pct where ordered; course_deg, speed_kn while she keeps one."""
    phase: str
    roster_version: int
    alerts: list[str]
    action: str
    collector_alive: bool
    """False after the will of the vessel's collector, until its next birth."""
    engineering: AuthorityJson | None
    """Who holds the function group `engineering`; null where nothing of it may be ordered."""
    direct_limit_ms: float | None
    """Longest round trip for direct control at her present speed (INT-09); null where the shore does not know her limits."""
    respond: RespondJson | None
    """null where the vessel tells no time to act."""
    drill: DrillJson | None
    """The last drill she told of since this station started; null: none."""
    access_left_s: int | None
    """Until the Master's remote-access grant ends (AUT-07), told in its last hour; null: longer, or an earlier release."""
    lease_s: float | None
    """How long a lease of hers is without a sign of its holder (AUT-05); null where the shore does not know her limits."""
    no_access: list[ReasonJson]
    """Why no grant is in force; empty while one is."""
    ways: list[WayJson]
    """Her ways to the shore, the first first; empty where she has one alone, and for an earlier release."""


class VesselSummary(TypedDict):
    """One row of the fleet list."""

    vessel: str
    name: str
    ship_type: str
    mmsi: int
    length_m: float
    beam_m: float
    latitude_deg: float | None
    longitude_deg: float | None
    heading_deg: float | None
    cog_deg: float | None
    sog_kn: float | None
    position_utc_ms: int | None
    data_age_ms: int | None
    step: str
    station: Literal["local", "remote", "none"]
    person: str
    roc: str
    round_trip_ms: float | None
    highest_alert: Literal["", "emergency alarm", "alarm", "warning", "caution"]
    alert_count: int
    heartbeat_age_ms: int | None
    heartbeat_period_ms: int
    safety_depth_m: float | None
    """Water that she needs, as in her own message: the fleet's chart is shaded for the deepest of all."""


class WelcomeMessage(TypedDict):
    """First message on every socket."""

    type: Literal["welcome"]
    version: int
    server_utc_ms: int
    person: str
    roles: list[str]
    roc: str
    key_state: Literal["none", "pending", "enrolled", "revoked"]
    demo: bool
    """True where the demo's Master enrols keys by itself: the page says so."""


class FleetMessage(TypedDict):
    """All vessels; on subscribe and at 1 Hz, in parts where they are many."""

    type: Literal["fleet"]
    part: int
    """0 to parts - 1, sent in this order; the list is whole with the last."""
    parts: int
    vessels: list[VesselSummary]


class Ring(TypedDict):
    """One area of the chart: an outer ring of [longitude_deg, latitude_deg]."""

    kind: Literal["allowed", "no_go"]
    name: str
    points: list[tuple[float, float]]


class VesselMessage(TypedDict):
    """What a vessel is: catalogue, particulars, areas, limits; on subscribe and on a new birth."""

    type: Literal["vessel"]
    vessel: str
    name: str
    ship_type: str
    mmsi: int
    imo: int | None
    length_m: float
    beam_m: float
    catalogue_hash: str
    channels: list[ChannelJson]
    areas: list[Ring]
    limits: dict[str, float]
    """Operational limits in force, for the controls' scales: rudder_deg_max, propulsion_pct_max, ..."""
    ship_time_offset_h: float | None
    """Hours that the clocks aboard are ahead of UTC, as her configuration says; null: not told, and not to be guessed."""
    functions: list[FunctionJson]
    """How her functions are controlled and from where, as her configuration says; empty: it says nothing."""
    takes_orders: bool
    """False: the vessel is only watched; nothing aboard of her would judge or carry out an order."""
    machinery: list[MachineJson]
    """What the group `engineering` may order; empty: nothing."""
    phases: list[PhaseJson]
    """Her voyage phases, from the open sea inwards."""
    telegraph: dict[str, float]
    """Propulsion of each step of her telegraph, per cent, negative astern, from full astern up; empty: she takes none."""
    actuators: Literal["real", "simulated", ""]
    """What her orders move: drills are for simulated ones only; empty where the shore does not know."""
    safety_depth_m: float | None
    """Water that she needs: her draught and the least water under her keel (INT-07); null: not told."""


class ValuesMessage(TypedDict):
    """New values; on subscribe the latest of every channel."""

    type: Literal["values"]
    vessel: str
    server_utc_ms: int
    values: list[ValueRow]
    gap_count: int
    """Values of this vessel that this socket was too slow to be sent so far; the latest of each always comes."""


class TrackMessage(TypedDict):
    """The track of the last hours; on subscribe. Newer points come as values."""

    type: Literal["track"]
    vessel: str
    points: list[TrackPoint]


class OrderMessage(TypedDict):
    """One state of one order; on subscribe the last 50 orders' latest states."""

    type: Literal["order"]
    vessel: str
    order_id: str
    kind: str
    args: dict[str, float | str]
    person: str
    console: str
    state: str
    """One of protocols.link.events.OrderState."""
    reasons: list[ReasonJson]
    detail: str
    utc_ms: int
    live: bool
    """False for states told again on subscribe."""


class EventMessage(TypedDict):
    """An event for the list: authority, ladder, stop, source, roster."""

    type: Literal["event"]
    vessel: str
    kind: str
    text: str
    utc_ms: int


class PreviewMessage(TypedDict):
    """What the ship would say as far as the shore can know: unknown is never allowed (control.md, opening)."""

    type: Literal["preview"]
    vessel: str
    request_id: str
    kind: str
    subject: str
    """Which machine, phase or exercise was asked about, where a kind can be for several; empty otherwise."""
    verdict: Literal["allowed", "refused", "unknown"]
    reasons: list[ReasonJson]
    trial: NotRequired[TrialJson]
    """Left out for what moves nothing, and while the ship's place or motion is not known here."""


class WaitingJson(TypedDict):
    """One critical order that waits for a second person (CMD-10); what it says is read from the signed bytes."""

    vessel: str
    order_id: str
    signed: str
    """Base64 of the envelope with its first signature: the very bytes that the second person signs."""
    left_s: float
    """Until the shore refuses it, at the time of sending."""


class ApprovalsMessage(TypedDict):
    """All critical orders that wait for a second person, of every vessel; on subscribe and on change, to every console."""

    type: Literal["approvals"]
    waiting: list[WaitingJson]


class KeyMessage(TypedDict):
    """The state of this console's key changed."""

    type: Literal["key"]
    key_state: Literal["none", "pending", "enrolled", "revoked"]
    roster_version: int


class ProblemMessage(TypedDict):
    """Something this socket asked for could not be done."""

    type: Literal["problem"]
    title: str
    detail: str


FromShore: TypeAlias = (
    WelcomeMessage | FleetMessage | VesselMessage | ValuesMessage | SourcesMessage | StatusMessage | TrackMessage
    | TargetsMessage | OrderMessage | AlertsMessage | EventMessage | PreviewMessage | ApprovalsMessage | OffersMessage
    | KeyMessage | ProblemMessage
)  # fmt: skip


class SubscribeMessage(TypedDict):
    """Which vessel's view is open; null for the fleet view only. Replaces the former subscription."""

    type: Literal["subscribe"]
    vessel: str | None


class SignedOrderMessage(TypedDict):
    """A signed order, passed on as it is (protocols.link.signing, domain ORDER)."""

    type: Literal["order"]
    vessel: str
    signed: str
    """Base64 of the envelope."""


class SignedHeartbeatMessage(TypedDict):
    """A signed operator heartbeat (domain HEARTBEAT)."""

    type: Literal["heartbeat"]
    vessel: str
    signed: str


class SignedFrameMessage(TypedDict):
    """A signed frame of direct control, 10 Hz (domain FRAME)."""

    type: Literal["direct"]
    vessel: str
    signed: str


class SignedStopMessage(TypedDict):
    """A signed emergency stop (domain STOP); the same bytes also go by POST /stop/{vessel}, whichever is first."""

    type: Literal["stop"]
    vessel: str
    signed: str


class PreviewRequest(TypedDict):
    """Ask what the ship would say."""

    type: Literal["preview"]
    vessel: str
    request_id: str
    kind: str
    args: dict[str, float | str]
    console: str
    """Console and session as the order would carry them: the same person at another one does not hold the conn."""
    session: str


class PingMessage(TypedDict):
    """Keeps the silence watchdogs of both ends quiet; answered by any message."""

    type: Literal["ping"]
    sent_utc_ms: NotRequired[int]


FromBrowser: TypeAlias = (
    SubscribeMessage
    | SignedOrderMessage
    | SignedHeartbeatMessage
    | SignedFrameMessage
    | SignedStopMessage
    | AnswerMessage
    | SeatMessage
    | ScreenMessage
    | OfferMessage
    | PreviewRequest
    | PingMessage
)
