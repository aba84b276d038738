/** A row of the fleet list tells who has a ship, and nothing as of now that is not known now. */
import { expect, it } from "vitest";
import { barOf, isSilent, lookOf } from "../src/app/fleet-row";

it("the bar is the holder's while she is heard, and nobody's after 3.5 s, before she was heard, and of a ship that is only watched", () => {
  for (const station of ["remote", "local", "none"] as const) {
    expect(barOf({ step: "L0", station, heartbeat_age_ms: 3500, heartbeat_period_ms: 1000 })).toBe(station);
    expect(barOf({ step: "L0", station, heartbeat_age_ms: 3501, heartbeat_period_ms: 1000 })).toBe("");
    expect(barOf({ step: "", station, heartbeat_age_ms: 100, heartbeat_period_ms: 1000 })).toBe("");
  }
  const after = (heartbeat_age_ms: number | null, heartbeat_period_ms = 1000) => isSilent({ heartbeat_age_ms, heartbeat_period_ms });
  expect([after(null), after(null, 30_000), after(3500), after(3501)]).toEqual([true, true, false, true]);
  expect([after(32_500, 30_000), after(32_501, 30_000), after(3501, 200)]).toEqual([false, true, true]); // a heartbeat each 30 s is no silence
});

it("values are amber over 2 s and red over 5 s, and were never there before the first", () => {
  expect([0, 2000, 2001, 5000, 5001, null].map((data_age_ms) => lookOf({ data_age_ms }))).toEqual(["fresh", "fresh", "late", "late", "stale", "absent"]);
});
