import { describe, expect, it } from "vitest";
import { bytesText } from "../src/components/format";
import { monthOf } from "../src/components/link-month";
import type { Sample } from "../src/link/ages";
import type { ChannelJson } from "../src/protocols.gen";
import { en } from "../src/words/en";
import { ko } from "../src/words/ko";

type Told = Record<string, Sample["value"]>;
const ship = (told: Told, quality = 0) => ({
  values: new Map<string, Sample>(Object.entries(told).map(([id, value]) => [id, { value, quality, utcMs: 1000 }])),
  channels: new Map(Object.keys(told).map((id) => [id, { cycle_s: 15 } as ChannelJson])),
});
const MONTH: Told = { LNK_LTE_SAMPLES: 812.4, LNK_LTE_COMMAND: 431.2, LNK_LTE_AIS: 0, LNK_GEO_UPKEEP: 0.26, LNK_RTT: 0.6, LNK_WAITING_MB: 7 };
const of = (told: Told, nowMs = 2000, words = en, quality = 0) => monthOf(ship(told, quality), nowMs, words);

describe("the month's bytes", () => {
  it("are the sum over bearers and classes, and at length each of them that is not nothing", () => {
    expect(of(MONTH)?.text).toBe("this month 1.24 GB");
    expect(of(MONTH)?.title.split("\n").slice(1)).toEqual(["geo, upkeep of the connection: 0.3 MB", "lte, heartbeats and orders: 431 MB", "lte, values: 812 MB"]);
    expect(of(MONTH, 2000, ko)?.text).toBe("이번 달 1.24 GB");
  });

  it("have no colour without a budget, and the colour of what is held back aboard with one", () => {
    expect(of(MONTH)?.grade).toBeNull();
    const grades = [79.9, 80, 94.9, 95, 130].map((pct) => of({ ...MONTH, LNK_BUDGET: pct })?.grade);
    expect(grades).toEqual(["good", "amber", "amber", "red", "red"]);
    expect(of({ ...MONTH, LNK_BUDGET: 84.4 })?.text).toBe("this month 1.24 GB, 84 % of budget");
  });

  it("are not told of a ship that counts none, and dashes where her word is not to be believed", () => {
    expect(of({ LNK_RTT: 0.6, LNK_BEARER: "lte" })).toBeNull();
    expect(of(MONTH, 2000, en, 2)).toMatchObject({ text: "this month ---", look: "invalid", grade: null });
    expect(of({ LNK_LTE_SAMPLES: null })?.text).toBe("this month ---");
  });

  it("age by their channels' cycle of 15 s", () => {
    expect([2000, 32_000, 80_000].map((nowMs) => of(MONTH, nowMs)?.look)).toEqual(["fresh", "late", "stale"]);
  });
});

it.each([[0, "0.0 MB"], [449_000, "0.4 MB"], [9_949_000, "9.9 MB"], [9_950_000, "10 MB"], [999_400_000, "999 MB"], [999_500_000, "1.00 GB"], [9_999_400_000, "10.00 GB"], [123_400_000_000, "123 GB"]])(
  "%d bytes are %s", (bytes, text) => { expect(bytesText(bytes)).toBe(text); });
