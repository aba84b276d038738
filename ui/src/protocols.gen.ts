// Made from protocols/console/messages.py by `python -m protocols.console.schema`; do not edit.

/** How one target would pass (CPA and TCPA), by the trial manoeuvre. */
export interface PassingJson {
  name: string;
  source: "ais" | "radar";
  cpa_m: number;
  /** From now. */
  tcpa_s: number;
  age_s: number;
  /** How the two ships meet as they go now (COLREG). */
  encounter: "head_on" | "crossing_give_way" | "crossing_stand_on" | "overtaking" | "overtaken" | "safe";
  is_within_limits: boolean;
  /** Why her report cannot be true; empty without a doubt. */
  doubt: string;
  /** [longitude_deg, latitude_deg] of our ship on the track at that time. */
  own_at: [number, number];
  /** [longitude_deg, latitude_deg] of the target at that time, if she goes on as she does. */
  other_at: [number, number];
}

/** What would come of an order: the trial manoeuvre, shown before it is given. */
export interface TrialJson {
  /** [longitude_deg, latitude_deg, seconds from now] */
  track: ([number, number, number])[];
  /** Those within the limits first, then by distance; 20 at most. */
  passings: PassingJson[];
}

/** One alert (IEC 62923 words). */
export interface AlertJson {
  alert_id: string;
  text: string;
  priority: "emergency alarm" | "alarm" | "warning" | "caution";
  category: "A" | "B" | "C";
  state: "normal" | "unacknowledged" | "silenced" | "acknowledged" | "rectified-unacknowledged" | "responsibility-transferred";
  since_utc_ms: number;
  source: "ship" | "shore";
  /** Decision aid: what to do; empty where its source gives none. */
  advice: string;
  /** How often it has sounded: a console sounds when the number grows (ALT-06). */
  sounds: number;
  /** A warning that nobody acknowledged in time, now an alarm (ALT-04). */
  is_escalated: boolean;
  /** Who takes an answer to it: the ship's safety process by a signed order, or the shore by `AnswerMessage`. */
  answered: "ship" | "shore";
  /** Who answered it last ashore; empty where nobody did, or where the ship takes the answer. */
  person: string;
}

/** All alerts of a vessel that are not normal; on subscribe and on change. */
export interface AlertsMessage {
  type: "alerts";
  vessel: string;
  alerts: AlertJson[];
}

/** Whether whoever has the conn of a vessel at this console gives a sign of life; while he does not, each 5 s. */
export interface SeatMessage {
  type: "seat";
  vessel: string;
  answers: boolean;
}

/** Acknowledge, or silence for 30 s, an alert whose answers the shore takes; all consoles see it. */
export interface AnswerMessage {
  type: "answer";
  vessel: string;
  alert_id: string;
  source: "ship" | "shore";
  answer: "acknowledge" | "silence";
  /** Age of the picture that judges it, where one is shown: needed for category A (ALT-05). */
  picture_age_s?: number;
}

/** Alarm limits of a channel in its unit; those left out do not exist. */
export interface LimitsJson {
  low_low?: number;
  low?: number;
  high?: number;
  high_high?: number;
}

/** One data channel of a vessel's catalogue. */
export interface ChannelJson {
  short_id: string;
  name: string;
  unit: string;
  kind: "number" | "boolean" | "text";
  low: number | null;
  high: number | null;
  cycle_s: number;
  max_age_s: number;
  /** ISO 19848 local id (DNV VIS): what it is a value of. */
  local_id: string;
  limits: LimitsJson;
}

/** Which source each value is taken from, by the ship's own word; on subscribe, after a birth and on each change. */
export interface SourcesMessage {
  type: "sources";
  vessel: string;
  /** Short ids of the channels by the name of their source, `input/talker`; a channel that is left out was not told. */
  sources: Record<string, string[]>;
}

/** One machine of the function group `engineering` that may be started and stopped. */
export interface MachineJson {
  name: string;
  kind: "pump" | "generator";
  /** Channel of the read-back. */
  channel: string;
  /** It runs when the read-back is above this. */
  running_above: number;
  /** Within this the read-back must show an order, or it has failed (CMD-06). */
  confirm_s: number;
}

/** One condition under which she may be commanded in a phase (INT-10). */
export interface EnvelopeJson {
  what: string;
  channel: string;
  low: number | null;
  high: number | null;
}

/** One voyage phase of hers, with its own limits and what she does when she is left alone in it (FBK-02). */
export interface PhaseJson {
  name: "open_sea" | "coastal" | "port_approach" | "berth";
  /** By name, unit last: rudder_deg_max, ahead_pct_max, cpa_m, ... Where hull and phase can keep a station by order (`conn.station_keep`), keep_radius_m and keep_radius_m_max are its narrowest circle, taken where the order names none, and its widest; where they are missing she cannot. */
  limits: Record<string, number>;
  /** What she does when the link is lost (L3): slow_down_on_heading or station_keep. */
  hold: string;
  /** What she does when it stays lost (L5): stop, loiter, anchor_readiness or safe_harbour. */
  fallback: string;
  envelope: EnvelopeJson[];
  /** Conditions for which she has no measure, said in so many words. */
  not_judged: string[];
}

/** A drill as the vessel tells it: she makes the trouble, takes the time and scores. */
export interface DrillJson {
  id: string;
  exercise: "link_loss" | "takeover" | "emergency_stop";
  /** ready: from now on the operator can do what is rehearsed, his time runs. */
  state: "begun" | "ready" | "ended";
  person: string;
  console: string;
  /** Who began it. */
  by: string;
  /** None while it is on, and where it was not done. */
  took_s: number | null;
  limit_s: number;
  passed: boolean;
  /** Why it ended. */
  why: string;
  utc_ms: number;
}

/** One function of the vessel in the words of AROS, as her owner says it; no certificate. */
export interface FunctionJson {
  /** As it is printed: AROS-NAV(RC, OS). */
  notation: string;
  /** NAV, ENG, OPS or SAF. */
  function: string;
  /** RC, DS, SA or FA. */
  control: string;
  /** OB, OS or HC; a word of a later edition comes as the vessel wrote it, here and in the other two. */
  place: string;
}

/** Who offers the conn of a vessel to whom, and what came of it. */
export interface OfferJson {
  vessel: string;
  /** Who has the conn and offers it. */
  person: string;
  to: string;
  /** void: the conn went another way meanwhile. */
  state: "open" | "accepted" | "taken" | "declined" | "withdrawn" | "expired" | "void";
  /** Where it was accepted; empty before. */
  by_console: string;
  /** Until it ends by itself, at the time of sending; 0 once it has. */
  left_s: number;
}

/** All offers of the conn, and to whom one can be made; on subscribe and on change, to every console. */
export interface OffersMessage {
  type: "offers";
  offers: OfferJson[];
  /** Who may order and has a console open. */
  people: string[];
}

/** Offer the conn, take the offer back, accept or decline one that was made to you. */
export interface OfferMessage {
  type: "offer";
  vessel: string;
  act: "offer" | "withdraw" | "accept" | "decline";
  /** Of an offer; else empty. */
  to: string;
  console: string;
  session: string;
}

/** What this console shows; sent when it changes, and on each new socket. */
export interface ScreenMessage {
  type: "screen";
  console: string;
  session: string;
  /** Whose view is open; null: of none. */
  vessel: string | null;
  view: "fleet" | "account" | "admin" | "conning" | "route" | "engine" | "phase" | "drill" | "alerts" | "history" | "report" | "replay" | "ledger";
  palette: "bright" | "day" | "dusk" | "night";
  language: string;
  /** True while the page is not in sight: another tab, a minimised window, a locked screen. */
  hidden: boolean;
  /** How the view stands, coarse (ui/src/replay/look.ts): of a chart its place (`own`: it follows the ship), zoom and what is up; of the history its span; of a list the first row in sight; left out or empty: nothing of it. LOOK_LENGTH_MAX at most. */
  look?: string;
}

/** Characters of a look: two numbers of milliseconds, or a place, a zoom and a word, and the row of a list beside it. */
export const LOOK_LENGTH_MAX = 60;

/** What a console showed from a moment on, until its next one. */
export interface ShownJson {
  utc_ms: number;
  /** Names one connection of one console. */
  socket: string;
  person: string;
  console: string;
  session: string;
  vessel: string | null;
  /** Empty: the console was closed, or its connection lost. */
  view: string;
  palette: string;
  language: string;
  hidden: boolean;
  look: string;
}

/** What consoles were told of a vessel's heartbeat over a span in which it did not change. */
export interface HeardJson {
  since_utc_ms: number;
  /** Up to here the record holds; half a minute at most from `since_utc_ms`. */
  through_utc_ms: number;
  /** When the last heartbeat of the span reached the shore; before the span where none did. */
  last_utc_ms: number;
  /** Longest wait from one heartbeat to the next within the span. */
  gap_ms: number;
  /** Parts of StatusMessage as they were at the beginning. */
  status: Record<string, number | string | boolean | null>;
  /** [milliseconds since the span began, jitter_ms, received_bytes_s, one_way_ms] each ten seconds; empty: not recorded. */
  figures: ([number, number | null, number | null, number | null])[];
}

/** From which source aboard values were taken from a moment on. */
export interface SourcedJson {
  utc_ms: number;
  /** True: of what is not named here the source was not told; False: it stays as it was. */
  is_whole: boolean;
  /** {channel: source} */
  sources: Record<string, string>;
}

/** Why the ladder is where it is (FBK-06). */
export interface ActiveReasonJson {
  name: string;
  text: string;
  since_ms: number;
  clears: string;
}

/** The last moment to act for what lies ahead, beside the time that an operator takes to. */
export interface RespondJson {
  /** At the time of the heartbeat; null: she tells none, for she sees nothing ahead or does not know her motion. */
  left_s: number | null;
  operator_s: number;
  /** Whom or what she meets, in her words; empty where she tells no time. */
  what: string;
  /** What she would do alone, in her words; empty while there is time, and from an earlier release. */
  fallback: string;
  /** Why that is a stop and not her phase's fallback state; empty where nothing bars it. */
  barred: string;
}

/** How a figure of the link stands, decided ashore with hysteresis; null: the figure is not known. */
export type GradeJson = "good" | "amber" | "red" | null;

/** The link's figures as they are coloured; all red while nothing is heard. */
export interface GradesJson {
  round_trip: GradeJson;
  loss: GradeJson;
  /** At the time of sending: while nothing comes a console goes on by itself, and never to a better one. */
  age: GradeJson;
}

/** What came here over one of a vessel's ways. All is null where what comes tells no way: of an earlier release, or through a bridge that drops it. */
export interface BroughtJson {
  /** Mean change of how long her last eleven heartbeats over it took, by monotonic clocks; null too: none came for 10 s. */
  jitter_ms: number | null;
  /** How long the last one over it took, by both clocks; null too: none came for ten seconds, or a clock must be wrong. */
  one_way_ms: number | null;
  /** Of her last twenty seconds those of which no heartbeat came over it; one that may still come is not among them. */
  loss_pct: number | null;
  /** Since the last heartbeat came over it, at the time of sending. */
  age_ms: number | null;
  /** Payload of all that came over it in the last ten seconds, no headers; 0: nothing came; null: not measured yet. */
  received_bytes_s: number | null;
  grades: GradesJson;
}

/** One of a vessel's ways to the shore, each over a bearer of its own: what she told of it, and what came over it here. */
export interface WayJson extends BroughtJson {
  /** As her configuration calls it, at most 16 characters. */
  name: string;
  /** By her own word at the time of the heartbeat, as `round_trip_ms`. */
  is_connected: boolean;
  /** To the broker and back over this way; null: not measured since it was last connected. */
  round_trip_ms: number | null;
}

/** One other ship, heard by AIS or tracked by a radar. */
export interface TargetJson {
  /** Of a radar's target a number of our own with ten digits. */
  mmsi: number;
  utc_ms: number;
  latitude_deg: number;
  longitude_deg: number;
  sog_kn: number | null;
  cog_deg: number | null;
  heading_deg: number | null;
  name: string | null;
  ship_type: number | null;
  length_m: number | null;
  beam_m: number | null;
  /** Why what it says cannot be true: speed, two-places, range, own-number, turn-rate. */
  doubt: string | null;
  /** Input and number of a radar's target, e.g. `radar:07`; null for AIS. */
  track: string | null;
}

/** AIS targets heard by a vessel in the last ten minutes; those that changed since the last message. */
export interface TargetsMessage {
  type: "targets";
  vessel: string;
  targets: TargetJson[];
}

export const VERSION = 1;

/** [short_id, value or null, quality 0..5, utc_ms of the measurement] */
export type ValueRow = [string, number | boolean | string | null, number, number];

/** [longitude_deg, latitude_deg, utc_ms] */
export type TrackPoint = [number, number, number];

/** One reason of a refusal (CMD-07). */
export interface ReasonJson {
  name: string;
  rule: string;
  text: string;
  value: number | string | null;
  limit: number | string | null;
  unit: string;
  age_s: number | null;
}

/** Who holds the conn (AUT-02). */
export interface AuthorityJson {
  station: "local" | "remote" | "none";
  person: string;
  roc: string;
  console: string;
  session: string;
  role: string;
  level: string;
  fencing: number;
  lease_age_s: number | null;
  phase: "held" | "requested" | "granted";
  pending_id: string;
  pending_person: string;
  pending_console: string;
  pending_left_s: number | null;
}

/** The last vessel heartbeat, and how old it is at the shore; sent at 1 Hz and on change. */
export interface StatusMessage {
  type: "status";
  vessel: string;
  /** False when the shore has never had a heartbeat of this vessel; all below is then the empty value. */
  heard: boolean;
  /** Since the shore received it, at the time of sending. */
  heartbeat_age_ms: number;
  /** Until her next one at the latest, by her own word: 1000, or longer where her bearer carries no more and nobody commands. */
  heartbeat_period_ms: number;
  boot_id: string;
  seq: number;
  /** Vessel's monotonic time; deadline_ms of an order = mono_ms + heartbeat_age_ms + time since + life. */
  mono_ms: number;
  utc_ms: number;
  utc_trusted: boolean;
  step: "L0" | "L1" | "L2" | "L3" | "L4" | "L5" | "L6";
  reasons: ActiveReasonJson[];
  next_step: string;
  next_step_in_s: number | null;
  authority: AuthorityJson;
  stop_latched: boolean;
  echo_session: string;
  echo_seq: number;
  echo_held_ms: number;
  round_trip_ms: number | null;
  /** Mean change from one of her last eleven round trips to the next; null: there are not two of this holder yet. */
  jitter_ms: number | null;
  /** From ship to shore, of her last heartbeat by both clocks; null: hers is not trusted, or a clock must be wrong. */
  one_way_ms: number | null;
  loss_pct: number;
  grades: GradesJson;
  /** Payload of her messages at this process over the last ten seconds, no headers; 0: nothing came; null: not measured yet. */
  received_bytes_s: number | null;
  /** heading_deg, rudder_deg, propulsion_pct where ordered; course_deg, speed_kn while she keeps one. */
  setpoints: Record<string, number>;
  phase: string;
  roster_version: number;
  alerts: string[];
  action: string;
  /** False after the will of the vessel's collector, until its next birth. */
  collector_alive: boolean;
  /** Who holds the function group `engineering`; null where nothing of it may be ordered. */
  engineering: AuthorityJson | null;
  /** Longest round trip for direct control at her present speed (INT-09); null where the shore does not know her limits. */
  direct_limit_ms: number | null;
  /** null where the vessel tells no time to act. */
  respond: RespondJson | null;
  /** The last drill she told of since this station started; null: none. */
  drill: DrillJson | null;
  /** Until the Master's remote-access grant ends (AUT-07), told in its last hour; null: longer, or an earlier release. */
  access_left_s: number | null;
  /** How long a lease of hers is without a sign of its holder (AUT-05); null where the shore does not know her limits. */
  lease_s: number | null;
  /** Why no grant is in force; empty while one is. */
  no_access: ReasonJson[];
  /** Her ways to the shore, the first first; empty where she has one alone, and for an earlier release. */
  ways: WayJson[];
}

/** One row of the fleet list. */
export interface VesselSummary {
  vessel: string;
  name: string;
  ship_type: string;
  mmsi: number;
  length_m: number;
  beam_m: number;
  latitude_deg: number | null;
  longitude_deg: number | null;
  heading_deg: number | null;
  cog_deg: number | null;
  sog_kn: number | null;
  position_utc_ms: number | null;
  data_age_ms: number | null;
  step: string;
  station: "local" | "remote" | "none";
  person: string;
  roc: string;
  round_trip_ms: number | null;
  highest_alert: "" | "emergency alarm" | "alarm" | "warning" | "caution";
  alert_count: number;
  heartbeat_age_ms: number | null;
  heartbeat_period_ms: number;
  /** Water that she needs, as in her own message: the fleet's chart is shaded for the deepest of all. */
  safety_depth_m: number | null;
}

/** First message on every socket. */
export interface WelcomeMessage {
  type: "welcome";
  version: number;
  server_utc_ms: number;
  person: string;
  roles: string[];
  roc: string;
  key_state: "none" | "pending" | "enrolled" | "revoked";
  /** True where the demo's Master enrols keys by itself: the page says so. */
  demo: boolean;
}

/** All vessels; on subscribe and at 1 Hz, in parts where they are many. */
export interface FleetMessage {
  type: "fleet";
  /** 0 to parts - 1, sent in this order; the list is whole with the last. */
  part: number;
  parts: number;
  vessels: VesselSummary[];
}

/** One area of the chart: an outer ring of [longitude_deg, latitude_deg]. */
export interface Ring {
  kind: "allowed" | "no_go";
  name: string;
  points: ([number, number])[];
}

/** What a vessel is: catalogue, particulars, areas, limits; on subscribe and on a new birth. */
export interface VesselMessage {
  type: "vessel";
  vessel: string;
  name: string;
  ship_type: string;
  mmsi: number;
  imo: number | null;
  length_m: number;
  beam_m: number;
  catalogue_hash: string;
  channels: ChannelJson[];
  areas: Ring[];
  /** Operational limits in force, for the controls' scales: rudder_deg_max, propulsion_pct_max, ... */
  limits: Record<string, number>;
  /** Hours that the clocks aboard are ahead of UTC, as her configuration says; null: not told, and not to be guessed. */
  ship_time_offset_h: number | null;
  /** How her functions are controlled and from where, as her configuration says; empty: it says nothing. */
  functions: FunctionJson[];
  /** False: the vessel is only watched; nothing aboard of her would judge or carry out an order. */
  takes_orders: boolean;
  /** What the group `engineering` may order; empty: nothing. */
  machinery: MachineJson[];
  /** Her voyage phases, from the open sea inwards. */
  phases: PhaseJson[];
  /** Propulsion of each step of her telegraph, per cent, negative astern, from full astern up; empty: she takes none. */
  telegraph: Record<string, number>;
  /** What her orders move: drills are for simulated ones only; empty where the shore does not know. */
  actuators: "real" | "simulated" | "";
  /** Water that she needs: her draught and the least water under her keel (INT-07); null: not told. */
  safety_depth_m: number | null;
}

/** New values; on subscribe the latest of every channel. */
export interface ValuesMessage {
  type: "values";
  vessel: string;
  server_utc_ms: number;
  values: ValueRow[];
  /** Values of this vessel that this socket was too slow to be sent so far; the latest of each always comes. */
  gap_count: number;
}

/** The track of the last hours; on subscribe. Newer points come as values. */
export interface TrackMessage {
  type: "track";
  vessel: string;
  points: TrackPoint[];
}

/** One state of one order; on subscribe the last 50 orders' latest states. */
export interface OrderMessage {
  type: "order";
  vessel: string;
  order_id: string;
  kind: string;
  args: Record<string, number | string>;
  person: string;
  console: string;
  /** One of protocols.link.events.OrderState. */
  state: string;
  reasons: ReasonJson[];
  detail: string;
  utc_ms: number;
  /** False for states told again on subscribe. */
  live: boolean;
}

/** An event for the list: authority, ladder, stop, source, roster. */
export interface EventMessage {
  type: "event";
  vessel: string;
  kind: string;
  text: string;
  utc_ms: number;
}

/** What the ship would say as far as the shore can know: unknown is never allowed (control.md, opening). */
export interface PreviewMessage {
  type: "preview";
  vessel: string;
  request_id: string;
  kind: string;
  /** Which machine, phase or exercise was asked about, where a kind can be for several; empty otherwise. */
  subject: string;
  verdict: "allowed" | "refused" | "unknown";
  reasons: ReasonJson[];
  /** Left out for what moves nothing, and while the ship's place or motion is not known here. */
  trial?: TrialJson;
}

/** One critical order that waits for a second person (CMD-10); what it says is read from the signed bytes. */
export interface WaitingJson {
  vessel: string;
  order_id: string;
  /** Base64 of the envelope with its first signature: the very bytes that the second person signs. */
  signed: string;
  /** Until the shore refuses it, at the time of sending. */
  left_s: number;
}

/** All critical orders that wait for a second person, of every vessel; on subscribe and on change, to every console. */
export interface ApprovalsMessage {
  type: "approvals";
  waiting: WaitingJson[];
}

/** The state of this console's key changed. */
export interface KeyMessage {
  type: "key";
  key_state: "none" | "pending" | "enrolled" | "revoked";
  roster_version: number;
}

/** Something this socket asked for could not be done. */
export interface ProblemMessage {
  type: "problem";
  title: string;
  detail: string;
}

export type FromShore = WelcomeMessage | FleetMessage | VesselMessage | ValuesMessage | SourcesMessage | StatusMessage | TrackMessage | TargetsMessage | OrderMessage | AlertsMessage | EventMessage | PreviewMessage | ApprovalsMessage | OffersMessage | KeyMessage | ProblemMessage;

/** Which vessel's view is open; null for the fleet view only. Replaces the former subscription. */
export interface SubscribeMessage {
  type: "subscribe";
  vessel: string | null;
}

/** A signed order, passed on as it is (protocols.link.signing, domain ORDER). */
export interface SignedOrderMessage {
  type: "order";
  vessel: string;
  /** Base64 of the envelope. */
  signed: string;
}

/** A signed operator heartbeat (domain HEARTBEAT). */
export interface SignedHeartbeatMessage {
  type: "heartbeat";
  vessel: string;
  signed: string;
}

/** A signed frame of direct control, 10 Hz (domain FRAME). */
export interface SignedFrameMessage {
  type: "direct";
  vessel: string;
  signed: string;
}

/** A signed emergency stop (domain STOP); the same bytes also go by POST /stop/{vessel}, whichever is first. */
export interface SignedStopMessage {
  type: "stop";
  vessel: string;
  signed: string;
}

/** Ask what the ship would say. */
export interface PreviewRequest {
  type: "preview";
  vessel: string;
  request_id: string;
  kind: string;
  args: Record<string, number | string>;
  /** Console and session as the order would carry them: the same person at another one does not hold the conn. */
  console: string;
  session: string;
}

/** Keeps the silence watchdogs of both ends quiet; answered by any message. */
export interface PingMessage {
  type: "ping";
  sent_utc_ms?: number;
}

export type FromBrowser = SubscribeMessage | SignedOrderMessage | SignedHeartbeatMessage | SignedFrameMessage | SignedStopMessage | AnswerMessage | SeatMessage | ScreenMessage | OfferMessage | PreviewRequest | PingMessage;
