/** The chain over the seat: 3 min, then 15, 15 and 90 s (MSC.128(75)); only at its end is the ship told that nobody is there. */
import { describe, expect, it, vi } from "vitest";
import { Rest } from "../src/seat/rest";
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

describe("a session at which nobody acts", () => {
  it("rests after 15 min at every tab, tells the shore until it has heard, each half minute, and is not woken by a shore that has not", async () => {
    let isAway = true;
    const tell = vi.fn(() => (isAway ? Promise.reject(new Error("away")) : Promise.resolve()));
    const session = new Rest(tell);
    session.take(false);
    session.look(901, 10, 0); // somebody acts at another tab
    expect([session.isOn, tell.mock.calls.length]).toEqual([false, 0]);
    session.look(901, 901, 1000);
    session.look(901, 901, 1250);
    expect([session.isOn, tell.mock.calls.length]).toEqual([true, 1]);
    await Promise.resolve();
    session.takeAgain(false); // the shore has heard of no rest: that nobody was here stands
    expect(session.isOn).toBe(true);
    isAway = false;
    session.look(0, 0, 30_999); // somebody moves the pointer: no password has been given
    expect([session.isOn, tell.mock.calls.length]).toEqual([true, 1]);
    session.look(0, 0, 31_000);
    await Promise.resolve();
    session.look(0, 0, 99_000); // heard: no more of it
    expect(tell).toHaveBeenCalledTimes(2);
    session.takeAgain(false); // woken at another tab
    expect(session.isOn).toBe(false);
  });

  it("opened anew still rests, and acts again with the password", () => {
    const session = new Rest(() => Promise.resolve());
    session.take(true);
    expect(session.isOn).toBe(true);
    session.take(false);
    session.look(899, 899, 0);
    expect(session.isOn).toBe(false);
  });
});
