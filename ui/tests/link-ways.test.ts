import { describe, expect, it } from "vitest";
import { bearerOf, waysOf } from "../src/components/link-ways";
import type { Sample } from "../src/link/ages";
import type { ChannelJson } from "../src/protocols.gen";
import { en } from "../src/words/en";
import { ko } from "../src/words/ko";

const told = (value: Sample["value"], quality = 0) => ({
  values: new Map<string, Sample>([["LNK_BEARER", { value, quality, utcMs: 1000 }]]), channels: new Map([["LNK_BEARER", { cycle_s: 15 } as ChannelJson]]),
});

describe("the bearer", () => {
  it("is the profile's name by her own word, late and stale by its channel's cycle of 15 s", () => {
    expect(bearerOf(told("lte"), 2000)).toEqual({ name: "lte", look: "fresh" });
    expect(bearerOf(told("lte"), 32_000)).toEqual({ name: "lte", look: "late" });
    expect(bearerOf(told("lte"), 80_000)).toEqual({ name: "lte", look: "stale" });
  });

  it("is dashes where she has not told it, or told what is not to be believed", () => {
    expect(bearerOf({ values: new Map(), channels: new Map() }, 2000)).toEqual({ name: "---", look: "absent" });
    for (const unknown of [told("lte", 2), told(null), told("")]) expect(bearerOf(unknown, 2000).name).toBe("---");
  });
});

describe("her ways to the shore", () => {
  const ways = [{ name: "lte", is_connected: true, round_trip_ms: 80.4 }, { name: "leo", is_connected: false, round_trip_ms: 40 }, { name: "vhf", is_connected: true, round_trip_ms: null }];

  it("are each told with its round trip; one that is away is amber and has none, be one left over", () => {
    expect(waysOf({ heard: true, ways }, false, en)).toEqual([{ text: "lte 80 ms", grade: "good" }, { text: "leo away", grade: "amber" }, { text: "vhf ---", grade: "good" }]);
    expect(waysOf({ heard: true, ways }, false, ko)[1]?.text).toBe("leo 끊김");
  });

  it("are red while she is silent, and not told of a ship that has one alone or was never heard", () => {
    expect(new Set(waysOf({ heard: true, ways }, true, en).map(({ grade }) => grade))).toEqual(new Set(["red"]));
    expect(waysOf({ heard: true, ways: [] }, false, en)).toEqual([]);
    expect(waysOf({ heard: false, ways }, false, en)).toEqual([]);
    expect(waysOf(null, false, en)).toEqual([]);
  });
});
