/** Made-up vessels, one for each state in which a component can be seen; told by the same messages that a shore sends. */
import { page } from "../src/app/console";
import type { Vessel } from "../src/link/store";
import { consoleKey } from "../src/orders/keys";
import { Operator } from "../src/orders/operator";
import type { AlertJson, AuthorityJson, ChannelJson, OrderMessage, PhaseJson, ReasonJson, StatusMessage, ValueRow, WayJson } from "../src/protocols.gen";

/** What of a vessel differs from one that goes well in the hands of her bridge. */
interface Difference {
  authority?: Partial<AuthorityJson>;
  status?: Partial<StatusMessage>;
  /** Age of every value, milliseconds. */
  ageMs?: number;
  /** 2: not valid. */
  quality?: number;
  heartbeatAgeMs?: number;
  alerts?: AlertJson[];
  orders?: [state: string, kind: string, args: OrderMessage["args"], reasons?: ReasonJson[]][];
  refused?: ReasonJson[];
  /** False: nothing was ever heard of her. */
  isHeard?: boolean;
  observed?: boolean;
  /** Narrowest and widest circle of a station; left out: her hull keeps none. */
  keepsM?: [number, number];
}

const SHOAL: ReasonJson = { name: "shoal", rule: "INT-07", text: "The predicted track meets a charted depth of 5.0 m (800 m ahead) within 6 min; 9.4 m are needed.", value: 5, limit: 9.4, unit: "m", age_s: null };
const NO_GO: ReasonJson = { name: "no_go_area", rule: "INT-06", text: "The track enters the no-go area Oryukdo.", value: 210, limit: 360, unit: "s", age_s: 0.4 };
const MINE: Partial<AuthorityJson> = { station: "remote", person: "ann", roc: "Busan ROC", console: "desk 1", role: "operator", level: "setpoint", lease_age_s: 0.4 };
const ORDERED = { heading_deg: 95, propulsion_pct: 55, rudder_deg: 4 };
const alert = (alert_id: string, text: string, priority: AlertJson["priority"], state: AlertJson["state"], more: Partial<AlertJson> = {}): AlertJson => ({
  alert_id, text, priority, category: "B", state, since_utc_ms: Date.now() - 95_000, source: "ship", advice: "", sounds: 1, is_escalated: false, answered: "ship", person: "", ...more,
});

const LTE: WayJson = {
  name: "lte", is_connected: true, round_trip_ms: 1180, jitter_ms: 212.4, one_way_ms: 640.2, loss_pct: 15, age_ms: 310, received_bytes_s: 2140.5,
  grades: { round_trip: "amber", loss: "amber", age: "good" },
};
const LEO: WayJson = {
  name: "leo", is_connected: false, round_trip_ms: null, jitter_ms: null, one_way_ms: null, loss_pct: 100, age_ms: 95_000, received_bytes_s: 0,
  grades: { round_trip: "red", loss: "red", age: "red" },
};

/** The states, by name. `mine`: this page's own session has the conn. */
export const STATES: Record<string, Difference & { mine?: boolean }> = {
  "her bridge": {},
  "mine": { mine: true, authority: MINE, status: { setpoints: ORDERED }, orders: [["SUCCEEDED", "conn.heading", { heading_deg: 95 }], ["executing", "conn.propulsion", { propulsion_pct: 55 }]] },
  "another ROC's": { authority: { ...MINE, person: "bob", roc: "Incheon ROC", console: "desk 7", session: "s-other" } },
  "requested": { authority: { phase: "requested", pending_id: "r", pending_person: "ann", pending_console: "desk 1", pending_left_s: 8 } },
  "granted": { authority: { phase: "granted", pending_id: "r", pending_person: "ann", pending_console: "desk 1", pending_left_s: 7 } },
  "refused": { mine: true, authority: MINE, refused: [SHOAL, NO_GO], orders: [["REJECTED", "conn.heading", { heading_deg: 20 }, [SHOAL, NO_GO]], ["EXPIRED", "conn.propulsion", { propulsion_pct: 90 }]] },
  "keeps station": { mine: true, authority: MINE, status: { setpoints: { station_radius_m: 20, station_latitude_deg: 34.9501, station_longitude_deg: 129.1 } }, keepsM: [8, 60] },
  "grant ended": { mine: true, authority: MINE, status: { access_left_s: 0, no_access: [{ name: "grant_not_valid_now", rule: "AUT-07", text: "The remote-access grant is not valid at this time.", value: null, limit: null, unit: "", age_s: null }] } },
  "late": { mine: true, authority: MINE, ageMs: 3000 },
  "stale": { ageMs: 12_000 },
  "not valid": { quality: 2 },
  "link poor": { mine: true, authority: MINE, status: { step: "L1", round_trip_ms: 1240, loss_pct: 12, ways: [LTE, LEO], grades: { round_trip: "amber", loss: "amber", age: "good" }, reasons: [{ name: "round_trip", text: "Round trip 1.24 s is above 1 s for 5 s", since_ms: 5000, clears: "below 1 s for 10 s" }] } },
  "link lost": { mine: true, authority: MINE, heartbeatAgeMs: 12_000, ageMs: 12_000, status: { step: "L3", next_step: "L5", next_step_in_s: 44, action: "Slowing down on heading", reasons: [{ name: "silent", text: "No valid operator heartbeat", since_ms: 12_000, clears: "confirmed by the holder" }] } },
  "stop latched": { status: { stop_latched: true, setpoints: { propulsion_pct: 0 } } },
  "alerts": { alerts: [
    alert("a", "Steering gear pump 2 stopped", "alarm", "unacknowledged", { advice: "Start pump 1." }), alert("b", "Cooling water 89 degC, limit 88 degC", "warning", "unacknowledged", { is_escalated: true }),
    alert("c", "GNSS 2 no position", "caution", "acknowledged"), alert("d", "Heartbeat silent", "alarm", "silenced", { source: "shore", answered: "shore", person: "ann" }),
  ] },
  "only watched": { observed: true },
  "never heard": { isHeard: false },
};

const CHANNELS: [id: string, unit: string, value: number, cycleS: number][] = [
  ["NAV_LAT", "deg", 34.95, 1], ["NAV_LON", "deg", 129.1, 1], ["NAV_HDG", "deg", 80.1, 0.1], ["NAV_COG", "deg", 82.4, 1], ["NAV_SOG", "kn", 10.2, 1], ["NAV_STW", "kn", 9.7, 1],
  ["NAV_ROT", "deg/min", 6.5, 0.1], ["NAV_DPTK", "m", 41.3, 1], ["STG_RUD_S", "deg", 4.2, 0.1], ["ME_RPM", "rpm", 57, 0.5], ["ME_LOAD", "%", 27, 1], ["WND_AWA", "deg", -38, 1], ["WND_AWS", "m/s", 8.4, 1],
];
const TELEGRAPH = { full_astern: -70, half_astern: -55, slow_astern: -40, dead_slow_astern: -25, stop: 0, dead_slow_ahead: 25, slow_ahead: 40, half_ahead: 55, full_ahead: 70 };

/** Enter as an operator who has a key and no shore: what is pressed is signed and goes nowhere. */
export async function enter(): Promise<void> {
  page.store.take({ type: "welcome", version: 1, server_utc_ms: Date.now(), person: "ann", roles: ["operator"], roc: "Busan ROC", key_state: "enrolled", demo: true });
  page.store.connected = true;
  const nowhere = { send: () => false, publicKey: "" } as unknown as Parameters<typeof Operator.create>[1];
  page.operator = await Operator.create(page.store, nowhere);
  page.operator.key = await consoleKey("ann");
  page.store.consoleName = "desk 1";
  page.phase = "in";
}

/** Return the vessel of a state, as told anew: what ages is as old as the state says. */
export function vesselIn(state: string): Vessel {
  const different = STATES[state] ?? {};
  const id = state.replace(/\W+/g, "-");
  const known = page.store.vessels.has(id);
  if (different.isHeard !== false) {
    if (!known) introduce(id, state, different);
    tell(id, different);
  }
  return page.store.vessel(id);
}

function keeping(keep_radius_m: number, keep_radius_m_max: number): PhaseJson {
  return { name: "coastal", limits: { keep_radius_m, keep_radius_m_max }, hold: "station_keep", fallback: "stop", envelope: [], not_judged: [] };
}

function introduce(id: string, name: string, different: Difference): void {
  const { store } = page;
  store.take({
    type: "vessel", vessel: id, name, ship_type: "tanker", mmsi: 440999001, imo: null, length_m: 320, beam_m: 58, catalogue_hash: "", areas: [], ship_time_offset_h: 9, functions: [], takes_orders: !different.observed,
    channels: CHANNELS.map(([short_id, unit, , cycle_s]): ChannelJson => ({ short_id, name: short_id, unit, kind: "number", low: -400, high: 400, cycle_s, max_age_s: 10, local_id: "", limits: {} })),
    limits: { rudder_deg_max: 35, ahead_pct_max: 90, astern_pct_max: 60, speed_full_kn: 15, rpm_full: 90, cpa_m: 400, tcpa_s: 720 }, machinery: [], phases: different.keepsM ? [keeping(...different.keepsM)] : [], telegraph: TELEGRAPH, actuators: "simulated", safety_depth_m: 25,
  });
  store.take({ type: "alerts", vessel: id, alerts: different.alerts ?? [] });
  for (const [at, [state, kind, args, reasons]] of (different.orders ?? []).entries()) {
    store.take({ type: "order", vessel: id, order_id: `${id}-${at}`, kind, args, person: "ann", console: "desk 1", state, reasons: reasons ?? [], detail: "", utc_ms: Date.now() - 9000 * (at + 1), live: true });
  }
}

function tell(id: string, different: Difference & { mine?: boolean }): void {
  const { store } = page;
  const nowMs = Date.now();
  const values = CHANNELS.map(([channel, , value]): ValueRow => [channel, value, different.quality ?? 0, nowMs - (different.ageMs ?? 200)]);
  values.push(["LNK_BEARER", "lte", different.quality ?? 0, nowMs - (different.ageMs ?? 200)]);
  for (const [what, mb] of [["SAMPLES", 812.4], ["COMMAND", 431.2], ["UPKEEP", 96.1]] as const) values.push([`LNK_LTE_${what}`, mb, different.quality ?? 0, nowMs - (different.ageMs ?? 200)]);
  values.push(["LNK_BUDGET", 84, different.quality ?? 0, nowMs - (different.ageMs ?? 200)]);
  store.take({ type: "values", vessel: id, server_utc_ms: nowMs, values, gap_count: 0 });
  store.take(statusOf(id, different, nowMs));
  for (const kind of different.refused ? ["conn.heading", "conn.course", "conn.propulsion", "conn.telegraph", "conn.speed"] : []) {
    store.take({ type: "preview", vessel: id, request_id: "p", kind, subject: "", verdict: "refused", reasons: different.refused ?? [] });
  }
}

function statusOf(id: string, different: Difference & { mine?: boolean }, nowMs: number): StatusMessage {
  const bridge: AuthorityJson = {
    station: "local", person: "", roc: "", console: "", session: "", role: "", level: "", fencing: 4, lease_age_s: null, phase: "held", pending_id: "", pending_person: "", pending_console: "", pending_left_s: null,
  };
  return {
    type: "status", vessel: id, heard: true, heartbeat_age_ms: different.heartbeatAgeMs ?? 300, heartbeat_period_ms: 1000, boot_id: "b", seq: 7, mono_ms: 3_600_000, utc_ms: nowMs, utc_trusted: true, step: "L0", reasons: [], next_step: "", next_step_in_s: null,
    authority: { ...bridge, ...different.authority, ...(different.mine ? { session: page.operator?.session ?? "" } : {}) }, stop_latched: false, echo_session: "", echo_seq: 0, echo_held_ms: 0, round_trip_ms: 84, jitter_ms: 12.4, one_way_ms: 41, loss_pct: 0, grades: { round_trip: "good", loss: "good", age: "good" }, received_bytes_s: 1380,
    setpoints: {}, phase: "coastal", roster_version: 2, alerts: [], action: "", collector_alive: true, engineering: null, direct_limit_ms: 2000, respond: { left_s: null, operator_s: 60, what: "", fallback: "", barred: "" }, drill: null, access_left_s: null, lease_s: 15, no_access: [], ways: [], ...different.status,
  };
}
