/** A button that the ship would refuse is grey, and says why, before the click. */
import { beforeEach, describe, expect, it } from "vitest";
import { Store, Vessel } from "../src/link/store";
import { gate, holds } from "../src/orders/gates";
import type { AuthorityJson, StatusMessage, WelcomeMessage } from "../src/protocols.gen";
import { en } from "../src/words/en";

const desk = { session: "s-1", hasKey: true };
const held: AuthorityJson = {
  station: "remote", person: "ann", roc: "ROC", console: "c-1", session: "s-1", role: "operator", level: "setpoint",
  fencing: 5, lease_age_s: 0.4, phase: "held", pending_id: "", pending_person: "", pending_console: "", pending_left_s: null,
};
const status = (changes: Partial<StatusMessage> = {}): StatusMessage => ({
  type: "status", vessel: "kestrel", heard: true, heartbeat_age_ms: 100, heartbeat_period_ms: 1000, boot_id: "b", seq: 1, mono_ms: 1, utc_ms: 1,
  utc_trusted: true, step: "L0", reasons: [], next_step: "", next_step_in_s: null, authority: held, stop_latched: false,
  echo_session: "", echo_seq: 0, echo_held_ms: 0, round_trip_ms: 80, jitter_ms: null, one_way_ms: null, loss_pct: 0, grades: { round_trip: "good", loss: "good", age: "good" }, received_bytes_s: null, setpoints: {}, phase: "coastal",
  roster_version: 1, alerts: [], action: "", collector_alive: true, engineering: null, direct_limit_ms: 2000, respond: null, drill: null, access_left_s: null, lease_s: 15, no_access: [], ways: [], ...changes,
});
const welcome: WelcomeMessage = {
  type: "welcome", version: 1, server_utc_ms: 0, person: "ann", roles: ["operator"], roc: "ROC", key_state: "enrolled", demo: true,
};

let store: Store;
let vessel: Vessel;
const say = (changes: Partial<StatusMessage> = {}): void => {
  vessel.status = status(changes);
  vessel.statusAtMs = performance.now();
};
const heading = () => gate("conn.heading", vessel, store, desk, en);

beforeEach(() => {
  store = new Store();
  store.connected = true;
  store.welcome = welcome;
  vessel = new Vessel("kestrel");
  say();
});

describe("a heading order", () => {
  it("of the holder on L0 is open, but not called allowed before the shore has said so", () => {
    expect(holds(vessel, desk.session)).toBe(true);
    expect(heading()).toEqual({ open: true, reasons: [], unjudged: "", verdict: "unknown" });
  });

  it("is closed with the ship's own reason when the preview says refused", () => {
    const reason = { name: "no_go_area", rule: "INT-06", text: "The track enters Oryukdo", value: null, limit: null, unit: "", age_s: null };
    const message = { type: "preview" as const, vessel: "kestrel", request_id: "r", kind: "conn.heading", subject: "", verdict: "refused" as const, reasons: [reason] };
    vessel.previews.set("conn.heading", { message, atMs: performance.now() });
    expect(heading()).toEqual({ open: false, reasons: ["INT-06 Geofence: The track enters Oryukdo"], unjudged: "", verdict: "refused" });
  });

  it("is closed on every console where the ship says that she has no grant, and so is a request; a stop and a release are not", () => {
    const ended = { name: "grant_not_valid_now", rule: "AUT-07", text: "The remote-access grant is not valid at this time.", value: null, limit: null, unit: "", age_s: null };
    say({ no_access: [ended] });
    expect(heading().reasons.join()).toContain("The remote-access grant is not valid at this time.");
    expect(gate("conn.controlled_stop", vessel, store, desk, en).open).toBe(true);
    expect(gate("authority.release", vessel, store, desk, en).open).toBe(true);
    expect(gate("alert.acknowledge", vessel, store, desk, en).open).toBe(true);
    say({ no_access: [ended], authority: { ...held, station: "local", session: "" } });
    expect(gate("authority.request", vessel, store, desk, en).reasons.join()).toContain("AUT-07");
    say();
    expect(heading().open).toBe(true);
  });

  it("stays open where the shore cannot judge, and says what it leaves to the ship", () => {
    const reason = { name: "chart_aboard", rule: "INT-07", text: "Judged aboard.", value: null, limit: null, unit: "", age_s: null };
    const message = { type: "preview" as const, vessel: "kestrel", request_id: "r", kind: "conn.heading", subject: "", verdict: "unknown" as const, reasons: [reason] };
    vessel.previews.set("conn.heading", { message, atMs: performance.now() });
    expect(heading()).toEqual({ open: true, reasons: [], unjudged: "INT-07 Depth: Judged aboard.", verdict: "unknown" });
  });

  it("forgets a preview that is older than three askings", () => {
    const message = { type: "preview" as const, vessel: "kestrel", request_id: "r", kind: "conn.heading", subject: "", verdict: "allowed" as const, reasons: [] };
    vessel.previews.set("conn.heading", { message, atMs: performance.now() - 6001 });
    expect(heading().verdict).toBe("unknown");
  });

  it.each([
    ["another session holds it", { authority: { ...held, session: "s-2" } }, en.gate.notHolder],
    ["the bridge holds it", { authority: { ...held, station: "local" as const } }, en.gate.notHolder],
    ["the ladder is on L2", { step: "L2" as const }, en.gate.locked("L2")],
    ["the ladder is on L3", { step: "L3" as const }, en.gate.locked("L3")],
    ["the stop is latched", { stop_latched: true }, en.gate.stopLatched],
    ["the ship is silent for 3.6 s", { heartbeat_age_ms: 3600 }, en.gate.silent("3.6 s")],
    ["the ship is silent for 2.6 s more than her bearer explains", { heartbeat_age_ms: 32_600, heartbeat_period_ms: 30_000 }, en.gate.silent("32 s")],
    ["the ship was never heard", { heard: false }, en.gate.neverHeard],
  ])("is closed when %s", (_when, changes, reason) => {
    say(changes);
    expect(heading()).toMatchObject({ open: false, reasons: [reason] });
  });

  it("is closed at a console that only shows, and for the one reason that a password mends", () => {
    store.viewOnly = true;
    expect(heading()).toMatchObject({ open: false, reasons: [en.gate.viewOnly] });
    store.viewOnly = false;
    expect(heading().open).toBe(true);
  });

  it("tells every reason, not the first", () => {
    store.connected = false;
    store.welcome = { ...welcome, key_state: "pending", roles: ["viewer"] };
    say({ step: "L3" });
    expect(heading().reasons).toEqual([en.gate.offline, en.gate.role("viewer"), en.gate.locked("L3")]);
  });
});

describe("other orders", () => {
  it("a rudder order needs level direct", () => {
    expect(gate("conn.rudder", vessel, store, desk, en).reasons).toEqual([en.gate.needsDirect]);
    say({ authority: { ...held, level: "direct" } });
    expect(gate("conn.rudder", vessel, store, desk, en).open).toBe(true);
  });

  it("a controlled stop is not locked by the ladder", () => {
    say({ step: "L3" });
    expect(gate("conn.controlled_stop", vessel, store, desk, en).open).toBe(true);
  });

  it("a request is open on every ladder step, since taking the conn is the way off it, but not for the holder", () => {
    say({ step: "L3", authority: { ...held, session: "s-2" } });
    expect(gate("authority.request", vessel, store, desk, en).open).toBe(true);
    say();
    expect(gate("authority.request", vessel, store, desk, en).reasons).toEqual([en.gate.alreadyHolder]);
  });
});
