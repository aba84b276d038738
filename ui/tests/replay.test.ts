/** A replay shows what was known then, with the ages of then, and nothing of later. */
import { describe, expect, it } from "vitest";
import { Store } from "../src/link/store";
import type { ChannelJson } from "../src/protocols.gen";
import { SetClock } from "../src/replay/clock";
import { NOTHING } from "../src/replay/seen";
import { after, alertsAt, between, bucketFor, marksOf, messages, orderOf, SPEEDS, valuesOf, type AlertChange, type Happened, type Stretch } from "../src/replay/tape";
import { blank } from "../src/replay/blank";

const channel = (short_id: string, changes: Partial<ChannelJson> = {}): ChannelJson => ({
  short_id, name: short_id, unit: "", kind: "number", low: null, high: null, cycle_s: 1, max_age_s: 3, local_id: "", limits: {}, ...changes,
});
const channels = new Map([["A", channel("A")], ["ON", channel("ON", { kind: "boolean" })]]);
const change = (utc_ms: number, state: AlertChange["state"], id = "x"): AlertChange => ({ utc_ms, state, alert_id: id, text: id, priority: "alarm", category: "B", source: "ship", person: "" });

describe("the tape", () => {
  it("has samples by the time of their measurement, with their quality, booleans as such", () => {
    const raw = { fields: ["channel", "utc_ms", "value", "quality"], samples: [["A", 2000, 2, 1], ["A", 1000, 1, 0], ["ON", 1500, 0, 0]], next_cursor: null };
    expect(valuesOf(raw, channels, null)).toEqual([
      { fromMs: 1000, row: ["A", 1, 0, 1000] }, { fromMs: 1500, row: ["ON", false, 0, 1500] }, { fromMs: 2000, row: ["A", 2, 1, 2000] },
    ]);
  });

  it("has words as such", () => {
    const raw = { fields: ["channel", "utc_ms", "value", "quality"], samples: [["LNK_BEARER", 1000, "lte", 0]], next_cursor: null };
    expect(valuesOf(raw, new Map([["LNK_BEARER", channel("LNK_BEARER", { kind: "text" })]]), null)).toEqual([{ fromMs: 1000, row: ["LNK_BEARER", "lte", 0, 1000] }]);
  });

  it("has a bucket from its end on: never before it was measured; one of poor values is not good, one of none has no number", () => {
    const fields = ["channel", "start_utc_ms", "count", "low", "high", "mean", "last", "good", "stale", "invalid", "out_of_range", "frozen", "manual"];
    const row = (start: number, last: number | null, good: number, stale: number, invalid: number) => ["A", start, 1, last, last, last, last, good, stale, invalid, 0, 0, 0];
    const buckets = { fields, buckets: [row(0, 5, 1, 0, 0), row(2000, 6, 0, 1, 0), row(4000, null, 0, 0, 1)], next_cursor: null };
    expect(valuesOf(buckets, channels, 2).map((value) => [value.fromMs, ...value.row.slice(1, 3)])).toEqual([[2000, 5, 0], [4000, 6, 1], [6000, null, 2]]);
  });

  it("gives the latest of each channel within a stretch of time, its begin left out and its end included", () => {
    const tape: Stretch = { fromMs: 0, toMs: 9, seen: NOTHING, values: [[1, 10], [2, 20], [3, 30], [4, 40]].map(([fromMs, value]) => ({ fromMs: fromMs!, row: ["A", value!, 0, fromMs!] })) };
    expect(between(tape, 1, 3)).toEqual([["A", 30, 0, 3]]);
    expect(between(tape, 4, 9)).toEqual([]);
    expect(between(tape, -Infinity, 1)).toEqual([["A", 10, 0, 1]]);
  });

  it("is coarser the faster it plays, never coarser than a quarter of a second of real time", () => {
    for (const speed of SPEEDS) expect((bucketFor(speed) ?? 0) / speed).toBeLessThanOrEqual(0.25);
  });
});

describe("what happened", () => {
  const ladder: Happened = { utc_ms: 5, kind: "ladder", body: { from: "L0", to: "L2", action: "hold", reasons: [{ name: "link_silent", text: "No heartbeat" }] } };
  const taken: Happened = { utc_ms: 6, kind: "authority", body: { group: "conn", station: "remote", person: "ann", fencing: 7, cause: "granted" } };

  it("changes the status as the ship told it, and nothing that was not told", () => {
    const status = [ladder, taken, { utc_ms: 7, kind: "stop", body: { state: "latched" } }].reduce(after, blank("otter"));
    expect(status).toMatchObject({ heard: true, step: "L2", action: "hold", stop_latched: true });
    expect(status.authority).toMatchObject({ station: "remote", person: "ann", fencing: 7, lease_age_s: null });
    expect(status.authority).not.toHaveProperty("cause");
    expect(status.reasons[0]?.text).toBe("No heartbeat");
    expect(after(status, { utc_ms: 8, kind: "authority", body: { group: "engineering", station: "local" } })).toBe(status);
    expect(blank("otter").heard).toBe(false);
  });

  it("leaves of alerts those that were not normal then", () => {
    const all = [change(1, "unacknowledged"), change(3, "acknowledged"), change(5, "normal"), change(4, "unacknowledged", "y")];
    const at = (ms: number) => alertsAt(all, ms).map((alert) => `${alert.alert_id} ${alert.state}`);
    expect([at(0), at(1), at(4), at(5)]).toEqual([[], ["x unacknowledged"], ["x acknowledged", "y unacknowledged"], ["y unacknowledged"]]);
  });

  it("is jumped to, the latest first: orders where they were judged, alerts where they were raised, steps, the conn", () => {
    const order = (utc_ms: number, state: string): Happened => ({ utc_ms, kind: "order", body: { order_id: "o", kind: "conn.heading", state, person: "ann" } });
    const marks = marksOf([ladder, taken, order(7, "received"), order(8, "accepted"), { utc_ms: 9, kind: "ledger", body: {} }], [change(4, "unacknowledged"), change(10, "normal")]);
    expect(marks.map((mark) => [mark.utcMs, mark.kind])).toEqual([[8, "order"], [6, "authority"], [5, "ladder"], [4, "alert"]]);
    expect(orderOf("otter", ladder)).toBeNull();
  });
});

describe("a replay in the console's own store", () => {
  const values: Stretch = { fromMs: 0, toMs: 60_000, seen: NOTHING, values: [1000, 2000, 3000].map((fromMs) => ({ fromMs, row: ["A", fromMs / 1000, 0, fromMs] })) };
  const events: Happened[] = [{ utc_ms: 2500, kind: "order", body: { order_id: "o1", kind: "conn.heading", state: "accepted", person: "ann", args: { heading_deg: 95 }, reasons: [{ text: "r" }] } }];

  it("shows values with the ages of then, stale as they were, and nothing of later", () => {
    const clock = new SetClock();
    const store = new Store(clock);
    const vessel = store.vessel("otter");
    vessel.channels.set("A", channel("A"));
    const play = (from: number | null, to: number): void => {
      clock.set(to);
      for (const message of messages("otter", from, to, values, events, [change(2000, "unacknowledged")])) store.take(message);
    };
    play(null, 1500);
    expect(vessel.number("A")).toBe(1);
    expect(store.aged(vessel, "A")).toEqual({ look: "fresh", ageS: 0.5 });
    expect([vessel.orders.list().length, vessel.alerts.length]).toEqual([0, 0]);
    play(1500, 2600);
    expect([vessel.number("A"), vessel.orders.list()[0]?.id, vessel.alerts[0]?.alert_id]).toEqual([2, "o1", "x"]);
    expect(vessel.orders.list()[0]?.reasons[0]).toEqual({ name: "", rule: "", text: "r", value: null, limit: null, unit: "", age_s: null });
    play(2600, 9000);
    expect(store.aged(vessel, "A")).toEqual({ look: "stale", ageS: 6 });
    vessel.orders.clear();
    expect(vessel.orders.list()).toEqual([]);
  });
});
