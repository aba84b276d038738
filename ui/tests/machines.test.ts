/** A machine is told by its read-back alone; what it was ordered stands beside it; engineering is an authority of its own. */
import { beforeEach, describe, expect, it } from "vitest";
import { kindFor, lastOrder, orderedOf, runningOf } from "../src/engine/machines";
import { Store, Vessel } from "../src/link/store";
import { gate, grantedTo, holds } from "../src/orders/gates";
import { heartbeatBody } from "../src/orders/bodies";
import type { AuthorityJson, MachineJson, PreviewMessage, StatusMessage, WelcomeMessage } from "../src/protocols.gen";
import { blank } from "../src/replay/blank";
import { en } from "../src/words/en";

const pump: MachineJson = { name: "steering pump 2", kind: "pump", channel: "STG_PMP2", running_above: 0.5, confirm_s: 10 };
const generator: MachineJson = { name: "generator 1", kind: "generator", channel: "GEN1_RPM", running_above: 600, confirm_s: 30 };
const desk = { session: "s-1", hasKey: true };
const nobody = blank("k").authority;
const mine: AuthorityJson = { ...nobody, station: "remote", person: "ann", console: "c-1", session: "s-1", level: "setpoint", fencing: 3 };
let store: Store;
let vessel: Vessel;
const say = (changes: Partial<StatusMessage>): void => {
  vessel.status = { ...blank("k"), heard: true, ...changes };
  vessel.statusAtMs = performance.now();
};
const start = () => gate("pump.start", vessel, store, desk, en, { subject: pump.name });

beforeEach(() => {
  store = new Store();
  store.connected = true;
  store.welcome = { type: "welcome", version: 1, server_utc_ms: 0, person: "ann", roles: ["operator"], roc: "ROC", key_state: "enrolled", demo: true } as WelcomeMessage;
  vessel = new Vessel("k");
  say({ engineering: mine });
});

describe("a machine", () => {
  it.each([
    [true, "fresh", "running"], [false, "late", "stopped"], [true, "stale", "unknown"], [true, "invalid", "unknown"], [null, "fresh", "unknown"],
  ] as const)("whose read-back says %s and looks %s is %s", (value, look, expected) => {
    vessel.values.set("STG_PMP2", { value, quality: 0, utcMs: 0 });
    expect(runningOf(vessel, pump, look)).toBe(expected);
  });

  it("with a speed runs above its limit, not at it", () => {
    for (const [rpm, expected] of [[600, "stopped"], [601, "running"]] as const) {
      vessel.values.set("GEN1_RPM", { value: rpm, quality: 0, utcMs: 0 });
      expect(runningOf(vessel, generator, "fresh")).toBe(expected);
    }
  });

  it("is stopped where it runs and started otherwise", () => {
    expect([kindFor(pump, "running"), kindFor(pump, "unknown"), kindFor(generator, "stopped")]).toEqual(["pump.stop", "pump.start", "generator.start"]);
  });

  it("is ordered by the newest order for it, until that one fails", () => {
    const told = (id: string, state: string, utcMs: number, machine = pump.name) => vessel.orders.take({
      order_id: id, kind: "pump.start", args: { machine }, person: "ann", console: "c", state, reasons: [], detail: "", utc_ms: utcMs });
    told("1", "accepted", 10);
    told("2", "executing", 20, "steering pump 1");
    expect(lastOrder(vessel, pump)?.id).toBe("1");
    expect(orderedOf(lastOrder(vessel, pump))).toBe("running");
    told("1", "FAILED", 30);
    expect(orderedOf(lastOrder(vessel, pump))).toBeNull();
    expect(lastOrder(vessel, generator)).toBeUndefined();
  });
});

describe("engineering", () => {
  it("is held apart from the conn, and asked of no preview of the conn's", () => {
    expect([holds(vessel, "s-1", "engineering"), holds(vessel, "s-1")]).toEqual([true, false]);
    expect(start().open).toBe(true);
    say({ authority: mine, engineering: nobody });
    expect(start().reasons).toEqual([en.machines.notHolder]);
    vessel.previews.set("authority.request", { message: { verdict: "refused", reasons: [] } as unknown as PreviewMessage, atMs: performance.now() });
    expect(gate("authority.request", vessel, store, desk, en, { group: "engineering" }).open).toBe(true);
    expect(gate("authority.request", vessel, store, desk, en).open).toBe(false);
  });

  it("is closed where nothing may be ordered, and while the stop is latched", () => {
    say({ engineering: null });
    expect(start().reasons).toEqual([en.machines.nothing]);
    say({ engineering: mine, stop_latched: true });
    expect(start().reasons).toEqual([en.gate.stopLatched]);
  });

  it("is granted to the console that asked", () => {
    say({ engineering: { ...nobody, phase: "granted", pending_person: "ann", pending_console: "c-1" } });
    expect([grantedTo(vessel, store, "c-1", "engineering"), grantedTo(vessel, store, "c-2", "engineering"), grantedTo(vessel, store, "c-1")]).toEqual([true, false, false]);
  });

  it("refuses by the preview of that machine and no other", () => {
    const refused = (subject: string): PreviewMessage => ({ type: "preview", vessel: "k", request_id: "r", kind: "pump.start", subject, verdict: "refused",
      reasons: [{ name: "machine_unknown", rule: "CMD-01", text: "She has none.", value: null, limit: null, unit: "", age_s: null }] });
    store.take(refused("steering pump 1"));
    const other = store.vessel("k");
    vessel.previews.set("pump.start steering pump 1", other.previews.get("pump.start steering pump 1")!);
    expect(start().open).toBe(true);
    vessel.previews.set(`pump.start ${pump.name}`, { message: refused(pump.name), atMs: performance.now() });
    expect(start().reasons).toEqual(["CMD-01 Form of the order: She has none."]);
  });

  it("names itself in its heartbeats, the conn does not", () => {
    const beat = { vessel: "k", person: "ann", console: "c", session: "s", fencing: 1, seq: 1, bootId: "b", echoSeq: 1, echoHeldMs: 0, present: true, issuedUtcMs: 0 };
    const text = (group?: "conn" | "engineering") => Buffer.from(heartbeatBody(group ? { ...beat, group } : beat)).toString("latin1");
    expect(text("engineering")).toContain("engineering");
    expect(text("conn")).toBe(text());
  });
});
