/** A value looks as old as it is. */
import { describe, expect, it } from "vitest";
import { aged, ageText, QUALITY, type Sample } from "../src/link/ages";
import type { ChannelJson } from "../src/protocols.gen";

const channel = (cycle_s: number): ChannelJson => ({
  short_id: "X", name: "x", unit: "deg", kind: "number", low: 0, high: 360, cycle_s, max_age_s: 10, local_id: "", limits: {},
});
const sample = (quality: number = QUALITY.good, value: Sample["value"] = 1): Sample => ({ value, quality, utcMs: 0 });

describe("look", () => {
  it.each([
    [0, "fresh"], [4000, "fresh"], [4001, "late"], [10_000, "late"], [10_001, "stale"],
  ])("of a 2 s channel after %i ms is %s", (ms, look) => {
    expect(aged(sample(), channel(2), ms).look).toBe(look);
  });

  it("of a 10 Hz channel is judged by whole seconds, since the page is repainted four times a second", () => {
    expect(aged(sample(), channel(0.1), 1900).look).toBe("fresh");
    expect(aged(sample(), channel(0.1), 5001).look).toBe("stale");
  });

  it("of an invalid or out-of-range value is never a number's, however fresh", () => {
    expect(aged(sample(QUALITY.invalid, null), channel(1), 0).look).toBe("invalid");
    expect(aged(sample(QUALITY.outOfRange, null), channel(1), 0).look).toBe("invalid");
  });

  it("of a frozen or stale value is not fresh", () => {
    expect(aged(sample(QUALITY.frozen), channel(1), 0).look).toBe("late");
    expect(aged(sample(QUALITY.stale), channel(1), 0).look).toBe("late");
  });

  it("of a channel never heard is absent and has no age", () => {
    expect(aged(undefined, channel(1), 0)).toEqual({ look: "absent", ageS: null });
  });
});

describe("age in words", () => {
  it.each([[null, "---"], [0.44, "0.4 s"], [12.7, "12 s"], [185, "3 min"], [7300, "2 h"]])("%s is %s", (s, text) => {
    expect(ageText(s as number | null)).toBe(text);
  });
});
