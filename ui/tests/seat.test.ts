/** The chain over the seat: 3 min, then 15, 15 and 90 s (MSC.128(75)); only at its end is the ship told that nobody is there. */
import { describe, expect, it } from "vitest";
import { DORMANT_S, FALLBACK_AFTER_S, nextInS, sounds, stageOf, tells } from "../src/seat/chain";

describe("without an act of a person", () => {
  it.each([
    [0, "quiet"], [179.9, "quiet"], [180, "asks"], [194.9, "asks"], [195, "sounds"], [209.9, "sounds"], [210, "tells"], [299.9, "tells"], [300, "over"], [9999, "over"],
  ] as const)("for %s s it %s", (idleS, stage) => {
    expect(stageOf(idleS)).toBe(stage);
  });

  it("counts down to each next stage, and to nothing after the last", () => {
    expect([nextInS(0), nextInS(185), nextInS(200), nextInS(290), nextInS(DORMANT_S + FALLBACK_AFTER_S)]).toEqual([180, 10, 10, 10, null]);
  });

  it("sounds from the second stage on, and tells the others from the third", () => {
    const stages = ["quiet", "asks", "sounds", "tells", "over"] as const;
    expect(stages.map(sounds)).toEqual([false, false, true, true, true]);
    expect(stages.map(tells)).toEqual([false, false, false, true, true]);
  });
});
