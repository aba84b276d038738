/** Looking back: which steps, what is a gap, what is marked, what the address says. */
import { describe, expect, it } from "vitest";
import { DEFAULT_CHANNELS, fromQuery, toQuery } from "../src/history/address";
import { picture, unwrapped, type Answer } from "../src/history/series";
import { bucketS, dragged, LENGTHS_MS, panned, zoomed } from "../src/history/span";

const BEGIN_MS = Date.UTC(2026, 10, 26, 12);
const span = (lengthMs: number) => ({ fromMs: BEGIN_MS, toMs: BEGIN_MS + lengthMs });
const FIELDS = ["channel", "start_utc_ms", "count", "low", "high", "mean", "last", "good", "stale", "invalid", "out_of_range", "frozen", "manual"];
const row = (offsetMs: number, mean: number, good = 10, stale = 0): (string | number)[] =>
  ["NAV_SOG", BEGIN_MS + offsetMs, 10, mean - 1, mean + 1, mean, mean, good, stale, 0, 0, 0, 0];
const answer = (rows: (string | number)[][]): Answer => ({ fields: FIELDS, buckets: rows, next_cursor: null });

describe("the steps", () => {
  it.each([
    [300_000, null], [300_001, 1], [LENGTHS_MS["1h"], 10], [LENGTHS_MS["24h"], 300], [LENGTHS_MS["30d"], 7200], [LENGTHS_MS["1y"], 86_400],
  ])("of %d ms on 1000 px are %s s", (lengthMs, step) => {
    expect(bucketS(span(lengthMs), 1000)).toBe(step);
  });

  it("never give more buckets than there are pixels", () => {
    for (const lengthMs of Object.values(LENGTHS_MS))
      for (const widthPx of [300, 1000, 2500]) {
        const step = bucketS(span(lengthMs), widthPx);
        if (step !== null && step < 86_400) expect(lengthMs / 1000 / step).toBeLessThanOrEqual(widthPx);
      }
  });
});

describe("moving about", () => {
  const hour = span(3_600_000);
  const nowMs = hour.toMs + 1000;
  it("goes back by a part and never into the future", () => {
    expect(panned(hour, -0.5, nowMs)).toEqual({ fromMs: hour.fromMs - 1_800_000, toMs: hour.toMs - 1_800_000 });
    expect(panned(hour, 0.5, nowMs)).toEqual({ fromMs: nowMs - 3_600_000, toMs: nowMs });
  });

  it("zooms round the pointer, from ten seconds to five years", () => {
    expect(zoomed(hour, 0.5, 0.25, nowMs)).toEqual({ fromMs: hour.fromMs + 450_000, toMs: hour.fromMs + 2_250_000 });
    const closest = zoomed(hour, 1e-9, 0.5, nowMs);
    expect(closest.toMs - closest.fromMs).toBe(10_000);
    const widest = zoomed(hour, 1e9, 0.5, nowMs);
    expect(widest.toMs).toBe(nowMs);
    expect(widest.toMs - widest.fromMs).toBe(5 * 365 * 86_400_000);
  });

  it("takes a drag in either direction, and a twitch for none", () => {
    expect(dragged(hour, hour.toMs, hour.fromMs + 60_000)).toEqual({ fromMs: hour.fromMs + 60_000, toMs: hour.toMs });
    expect(dragged(hour, hour.fromMs, hour.fromMs + 9_999)).toBe(hour);
  });
});

describe("a picture of buckets", () => {
  it("leaves a gap where nothing was received", () => {
    const made = picture(answer([row(0, 5), row(10_000, 6), row(40_000, 7)]), ["NAV_SOG"], span(60_000), 10);
    expect(made.channels.get("NAV_SOG")!.value).toEqual([5, 6, null, null, 7, null]);
    expect(made.channels.get("NAV_SOG")!.low).toEqual([4, 5, null, null, 6, null]);
    expect(made.times[0]).toBe(BEGIN_MS / 1000 + 5);
  });

  it("keeps to the shore's grid when the span begins between two of its steps", () => {
    const off = { fromMs: BEGIN_MS + 4000, toMs: BEGIN_MS + 34_000 };
    const made = picture(answer([row(10_000, 6), row(30_000, 7)]), ["NAV_SOG"], off, 10);
    expect(made.channels.get("NAV_SOG")!.value).toEqual([null, 6, null, 7]);
  });

  it("says which part was not good", () => {
    const made = picture(answer([row(0, 5, 10, 0), row(10_000, 5, 5, 15)]), ["NAV_SOG"], span(20_000), 10);
    expect(made.channels.get("NAV_SOG")!.poor).toEqual([0, 0.75]);
  });

  it("of a channel without any is all gap", () => {
    expect(picture(answer([]), ["NAV_HDG"], span(30_000), 10).channels.get("NAV_HDG")!.value).toEqual([null, null, null]);
  });
});

describe("a picture of every sample", () => {
  const samples = (rows: [string, number, number | null, number][]): Answer => ({ fields: ["channel", "utc_ms", "value", "quality"], samples: rows, next_cursor: null });
  it("joins one channel over the times of another, and breaks where it was silent", () => {
    const made = picture(samples([
      ["NAV_SOG", BEGIN_MS, 5, 0], ["NAV_HDG", BEGIN_MS + 500, 90, 0], ["NAV_SOG", BEGIN_MS + 1000, 6, 1], ["NAV_SOG", BEGIN_MS + 31_000, 7, 0],
    ]), ["NAV_SOG", "NAV_HDG"], span(60_000), null);
    expect(made.channels.get("NAV_SOG")!.value).toEqual([5, undefined, 6, null, 7]);
    expect(made.channels.get("NAV_SOG")!.poor[2]).toBe(1);
    expect(made.channels.get("NAV_HDG")!.value).toEqual([undefined, 90, undefined, undefined, undefined]);
  });
});

it("a bearing through north is no stroke across the picture", () => {
  expect(unwrapped([350, 358, 2, 10, null, 350])).toEqual([350, 358, null, 10, null, 350]);
});

describe("the address", () => {
  it("gives back what is looked at", () => {
    const looked = { channels: ["NAV_HDG", "ME_RPM"], span: span(3_600_000), lengthMs: 3_600_000 };
    expect(fromQuery(toQuery(looked), 3_600_000)).toEqual(looked);
    const latest = { channels: ["NAV_HDG"], span: null, lengthMs: 600_000 };
    expect(fromQuery(toQuery(latest), 3_600_000)).toEqual(latest);
  });

  it.each(["", "?channels=", "?from=yesterday&to=now", "?from=2026-11-27&to=2026-11-26", "?last_s=-5"])("%s is the first look", (query) => {
    expect(fromQuery(query, 3_600_000)).toEqual({ channels: DEFAULT_CHANNELS, span: null, lengthMs: 3_600_000 });
  });
});
