/** What the page knows, fed by the socket, read by the components; one repaint per animation frame. */
import type {
  AlertJson, ChannelJson, EventMessage, FromShore, OfferJson, OrderMessage, PreviewMessage, StatusMessage, TargetJson, TrackPoint,
  VesselMessage, VesselSummary, WaitingJson, WelcomeMessage,
} from "../protocols.gen";
import { noticeOf, type Notice, type Seat } from "../authority/notices";
import { aged, type Aged, type Sample } from "./ages";
import { ServerClock } from "./clock";
import { Routes } from "../route/routes";
import { OrderLog } from "./order-log";

const EVENTS_KEPT = 100; // a screenful is 20; older ones are in the shore's store
const TRACK_KEPT = 5000; // points drawn; at one per second 80 min, the rest is thinned by the shore
const PROBLEM_SHOWN_MS = 8000;
const RELEASED_MS = 15_000; // a release is carried out within its round trip; what comes later has another cause
const TARGET_LIFE_MS = 10 * 60_000; // as the shore: heard in the last ten minutes

/** Everything known of one vessel. */
export class Vessel {
  summary: VesselSummary | null = null;
  particulars: VesselMessage | null = null;
  readonly channels = new Map<string, ChannelJson>();
  readonly values = new Map<string, Sample>();
  /** Source of each channel by her own word; one that is missing was not told, and is not guessed. */
  sources: ReadonlyMap<string, string> = new Map();
  status: StatusMessage | null = null;
  /** performance.now() when `status` came. */
  statusAtMs = 0;
  track: TrackPoint[] = [];
  readonly targets = new Map<number, TargetJson>();
  readonly orders = new OrderLog();
  alerts: AlertJson[] = [];
  events: EventMessage[] = [];
  readonly previews = new Map<string, { message: PreviewMessage; atMs: number }>();
  gapCount = 0;
  /** The last change of the conn, until it is read or has been shown for a while. */
  notice: Notice | null = null;
  /** Likewise of the function group `engineering`. */
  engineNotice: Notice | null = null;
  readonly routes: Routes;

  constructor(readonly id: string) {
    this.routes = new Routes(id);
  }

  get name(): string {
    return this.particulars?.name ?? this.summary?.name ?? this.id;
  }

  /** False where nothing aboard takes orders: she is only watched. True before she is known. */
  get takesOrders(): boolean {
    return this.particulars?.takes_orders ?? true;
  }

  /** Return milliseconds since the vessel's heartbeat reached the shore; null before the first. */
  heartbeatAgeMs(nowMs: number = performance.now()): number | null {
    if (!this.status?.heard) return null;
    return this.status.heartbeat_age_ms + (nowMs - this.statusAtMs);
  }

  /** Return the milliseconds of her heartbeat's age that silence is judged by: those that her own word explains are left out; null before the first. */
  silenceMs(nowMs: number = performance.now()): number | null {
    const ageMs = this.heartbeatAgeMs(nowMs);
    return ageMs === null || this.status === null ? null : unexplainedMs(ageMs, this.status.heartbeat_period_ms);
  }

  /** Return the number on channel `id`, null where there is none that may be shown. */
  number(id: string): number | null {
    const sample = this.values.get(id);
    const usable = sample !== undefined && sample.quality !== 2 && sample.quality !== 3;
    return usable && typeof sample.value === "number" ? sample.value : null;
  }
}

/** Control.md, L0: 1 Hz, where a vessel does not say that it is less while nobody commands. */
export const USUAL_PERIOD_MS = 1000;

/** Return the milliseconds of a heartbeat's age that its period does not explain. */
export function unexplainedMs(ageMs: number, periodMs: number): number {
  return Math.max(0, ageMs - Math.max(0, periodMs - USUAL_PERIOD_MS));
}

/** Return the name under which a preview is kept: of a kind, or of one machine, phase or exercise of that kind. */
export function previewKey(kind: string, subject = ""): string {
  return subject ? `${kind} ${subject}` : kind;
}

/** What tells the time of what is shown: the shore's clock, or in a replay that of then. */
export type Clock = Pick<ServerClock, "hear" | "nowUtcMs">;

export class Store {
  readonly vessels = new Map<string, Vessel>();
  welcome: WelcomeMessage | null = null;
  connected = false;
  /** Nobody has acted with this browser for long: the session only looks until the password is given again. */
  viewOnly = false;
  /** This tab's session and console, as its orders name them; empty before they are known. */
  session = "";
  consoleName = "";
  /** Critical orders that wait for a second person, and performance.now() when they were told. */
  approvals: { waiting: WaitingJson[]; atMs: number } = { waiting: [], atMs: 0 };
  /** Offers of the conn, who could be offered one, and performance.now() when they were told. */
  offers: { list: OfferJson[]; people: string[]; atMs: number } = { list: [], people: [], atMs: 0 };
  private problem = { text: "", atMs: 0 };
  /** Vessel whose view is open. */
  open: string | null = null;
  private readonly watchers = new Set<() => void>();
  private pending = false;

  constructor(readonly clock: Clock = new ServerClock()) {}

  /** Call `repaint` after changes, at most once per animation frame; return the function that ends it. */
  watch(repaint: () => void): () => void {
    this.watchers.add(repaint);
    return () => this.watchers.delete(repaint);
  }

  /** Say that something changed, or that time passed and ages must be painted anew. */
  changed(): void {
    if (this.pending) return;
    this.pending = true;
    requestAnimationFrame(() => {
      this.pending = false;
      for (const repaint of this.watchers) repaint();
    });
  }

  /** Show a sentence of the shore for some seconds. */
  complain(text: string): void {
    this.problem = { text, atMs: performance.now() };
  }

  /** Return what the shore last could not do, empty when that was a while ago. */
  lastProblem(): string {
    return performance.now() - this.problem.atMs < PROBLEM_SHOWN_MS ? this.problem.text : "";
  }

  vessel(id: string): Vessel {
    const known = this.vessels.get(id);
    if (known) return known;
    const made = new Vessel(id);
    this.vessels.set(id, made);
    return made;
  }

  /** Return who this console is for `vessel`: whether a loss of her conn is its own doing, is in the order log. */
  seatAt(vessel: Vessel): Seat {
    const hasReleased = vessel.orders.list().some((order) => order.kind === "authority.release" && order.console === this.consoleName
      && this.clock.nowUtcMs() - (order.steps[0]?.utcMs ?? 0) < RELEASED_MS);
    return { session: this.session, console: this.consoleName, hasReleased };
  }

  /** Return how channel `id` of `vessel` looks now. */
  aged(vessel: Vessel, id: string): Aged {
    return aged(vessel.values.get(id), vessel.channels.get(id), this.clock.nowUtcMs());
  }

  /** Take one message of the shore. */
  receive(message: FromShore): void {
    this.take(message);
    this.changed();
  }

  /** Take one message without repainting. */
  take(message: FromShore): void {
    TAKE[message.type](this, message as never);
  }
}

type Takers = { [T in FromShore["type"]]: (store: Store, message: Extract<FromShore, { type: T }>) => void };

const TAKE: Takers = {
  welcome: (store, message) => {
    store.welcome = message;
    store.clock.hear(message.server_utc_ms);
  },
  fleet: (store, message) => {
    for (const row of message.vessels) store.vessel(row.vessel).summary = row;
  },
  vessel: (store, message) => {
    const vessel = store.vessel(message.vessel);
    vessel.particulars = message;
    vessel.channels.clear();
    for (const channel of message.channels) vessel.channels.set(channel.short_id, channel);
  },
  values: (store, message) => {
    store.clock.hear(message.server_utc_ms);
    const vessel = store.vessel(message.vessel);
    vessel.gapCount = message.gap_count;
    for (const [id, value, quality, utcMs] of message.values) vessel.values.set(id, { value, quality, utcMs });
    extendTrack(vessel);
  },
  sources: (store, message) => {
    const told = Object.entries(message.sources).flatMap(([source, channels]) => channels.map((channel) => [channel, source] as const));
    store.vessel(message.vessel).sources = new Map(told);
  },
  status: (store, message) => {
    const vessel = store.vessel(message.vessel);
    if (vessel.status?.heard && message.heard) {
      const told = noticeOf(vessel.status.authority, message.authority, store.seatAt(vessel), message.lease_s);
      if (told) vessel.notice = { ...told, atMs: performance.now() };
      const before = vessel.status.engineering;
      const group = before && message.engineering ? noticeOf(before, message.engineering, store.seatAt(vessel)) : null;
      if (group) vessel.engineNotice = { ...group, atMs: performance.now() };
    }
    vessel.status = message;
    vessel.statusAtMs = performance.now();
  },
  track: (store, message) => {
    store.vessel(message.vessel).track = message.points.slice(-TRACK_KEPT);
  },
  targets: (store, message) => {
    const { targets } = store.vessel(message.vessel);
    for (const target of message.targets) targets.set(target.mmsi, target);
    const oldest = store.clock.nowUtcMs() - TARGET_LIFE_MS;
    for (const target of [...targets.values()]) if (target.utc_ms < oldest) targets.delete(target.mmsi);
  },
  order: (store, message: OrderMessage) => store.vessel(message.vessel).orders.take(message),
  alerts: (store, message) => {
    store.vessel(message.vessel).alerts = message.alerts;
  },
  event: (store, message) => {
    const vessel = store.vessel(message.vessel);
    vessel.events = [...vessel.events, message].slice(-EVENTS_KEPT);
    if (message.kind === "route") vessel.routes.hear();
  },
  preview: (store, message) => {
    store.vessel(message.vessel).previews.set(previewKey(message.kind, message.subject), { message, atMs: performance.now() });
  },
  approvals: (store, message) => {
    store.approvals = { waiting: message.waiting, atMs: performance.now() };
  },
  offers: (store, message) => {
    store.offers = { list: message.offers, people: message.people, atMs: performance.now() };
  },
  key: (store, message) => {
    if (store.welcome) store.welcome = { ...store.welcome, key_state: message.key_state };
  },
  problem: (store, message) => {
    store.complain(message.detail ? `${message.title}: ${message.detail}` : message.title);
  },
};

/** Newer points of the track come as values: take one when the position moved on by at least a second. */
function extendTrack(vessel: Vessel): void {
  const latitude = vessel.number("NAV_LAT");
  const longitude = vessel.number("NAV_LON");
  const utcMs = vessel.values.get("NAV_LON")?.utcMs ?? 0;
  const lastMs = vessel.track.at(-1)?.[2] ?? 0;
  if (latitude === null || longitude === null || utcMs < lastMs + 1000) return;
  vessel.track.push([longitude, latitude, utcMs]);
  if (vessel.track.length > TRACK_KEPT) vessel.track.splice(0, vessel.track.length - TRACK_KEPT);
}
