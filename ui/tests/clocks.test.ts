/** Times and ages are the shore's, whatever this computer's clock says; ship's time only where a ship tells it. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { shipTime } from "../src/components/ship-time";
import { aged } from "../src/link/ages";
import { ServerClock } from "../src/link/clock";

const SHORE_MS = Date.UTC(2026, 10, 27, 12, 0, 0);
const MINUTE_MS = 60_000;

describe("the shore's clock", () => {
  beforeEach(() => vi.useFakeTimers({ now: SHORE_MS + 7 * MINUTE_MS })); // this computer is 7 minutes ahead
  afterEach(() => vi.useRealTimers());

  it("gives the age of a value to the second on a computer that is seven minutes wrong, and says by how much it is", () => {
    const clock = new ServerClock();
    expect(clock.skewMs()).toBe(0); // nothing is known before the first message
    clock.hear(SHORE_MS);
    vi.advanceTimersByTime(3000);
    expect(aged({ value: 1, quality: 0, utcMs: SHORE_MS }, undefined, clock.nowUtcMs()).ageS).toBeCloseTo(3, 3);
    expect(clock.skewMs()).toBeCloseTo(7 * MINUTE_MS, -2);
  });

  it("is not moved by a computer's clock that is set while one watches", () => {
    const clock = new ServerClock();
    clock.hear(SHORE_MS);
    vi.setSystemTime(SHORE_MS - 60 * MINUTE_MS);
    vi.advanceTimersByTime(2000);
    expect(clock.nowUtcMs()).toBe(SHORE_MS + 2000);
    expect(clock.skewMs()).toBeLessThan(-59 * MINUTE_MS);
  });

  it("says nothing of a difference that the way of a message explains", () => {
    const clock = new ServerClock();
    clock.hear(SHORE_MS + 7 * MINUTE_MS - 4000);
    expect(clock.skewMs()).toBe(0);
  });
});

describe("ship's time", () => {
  it("is UTC and the offset that she tells, over midnight and in half hours", () => {
    expect(shipTime(Date.UTC(2026, 10, 27, 0, 16), 9)).toBe("09:16 (+09:00)");
    expect(shipTime(Date.UTC(2026, 10, 27, 20, 0), 5.5)).toBe("01:30 (+05:30)");
    expect(shipTime(Date.UTC(2026, 10, 27, 1, 0), -3.5)).toBe("21:30 (−03:30)");
    expect(shipTime(Date.UTC(2026, 10, 27, 1, 0), 0)).toBe("01:00 (+00:00)");
  });

  it("is never guessed", () => {
    expect(shipTime(SHORE_MS, null)).toBeNull();
    expect(shipTime(SHORE_MS, undefined)).toBeNull(); // a shore of before tells nothing of it
  });
});
