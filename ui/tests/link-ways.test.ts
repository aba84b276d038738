import { describe, expect, it } from "vitest";
import { bearerOf, waysOf } from "../src/components/link-ways";
import type { Sample } from "../src/link/ages";
import type { ChannelJson, WayJson } from "../src/protocols.gen";
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
  const way = (name: string, is_connected: boolean, round_trip_ms: number | null, brought: Partial<WayJson> = {}): WayJson => ({
    name, is_connected, round_trip_ms, jitter_ms: null, one_way_ms: null, loss_pct: null, age_ms: null, received_bytes_s: null,
    grades: { round_trip: null, loss: null, age: null }, ...brought,
  });
  const ways = [way("lte", true, 80.4), way("leo", false, 40), way("vhf", true, null)];
  const even: Partial<WayJson> = { jitter_ms: 7.4, one_way_ms: 56.6, loss_pct: 0, age_ms: 310, received_bytes_s: 1411.5, grades: { round_trip: "good", loss: "good", age: "good" } };
  const one = (told: WayJson, words = en) => waysOf({ heard: true, ways: [told] }, false, words)[0]!;

  it("are each told with its round trip; one that is away is amber and has none, be one left over", () => {
    expect(waysOf({ heard: true, ways }, false, en).map(({ text, grade }) => [text, grade])).toEqual([["lte 80 ms", "good"], ["leo away", "amber"], ["vhf ---", "good"]]);
    expect(waysOf({ heard: true, ways }, false, ko)[1]?.text).toBe("leo 끊김");
  });

  it("are red while she is silent, and not told of a ship that has one alone or was never heard", () => {
    expect(new Set(waysOf({ heard: true, ways }, true, en).map(({ grade }) => grade))).toEqual(new Set(["red"]));
    expect(waysOf({ heard: true, ways: [] }, false, en)).toEqual([]);
    expect(waysOf({ heard: false, ways }, false, en)).toEqual([]);
    expect(waysOf(null, false, en)).toEqual([]);
  });

  it("tell what came over each, in both languages", () => {
    expect(one(way("lte", true, 80.4, even)).brought).toBe("lost 0 % · jitter 7 ms · one way 57 ms · 1.4 kB/s");
    expect(one(way("lte", true, 80.4, even), ko).brought).toBe("손실 0 % · 지터 7 ms · 편도 57 ms · 1.4 kB/s");
    expect(one(way("lte", true, 80.4, { ...even, jitter_ms: null, one_way_ms: null, received_bytes_s: null })).brought).toBe("lost 0 % · jitter --- · one way --- · ---");
  });

  it.each([[2000, "jitter 7 ms · one way 57 ms"], [2001, "silent 2.0 s"], [95_000, "silent 95 s"]])("what the last ones took is told of a way that brings any: %s ms", (age_ms, last) => {
    expect(one(way("lte", true, 80.4, { ...even, age_ms })).brought).toBe(`lost 0 % · ${last} · 1.4 kB/s`);
  });

  it("have the colour of the worst figure, and of one that is away amber at least", () => {
    const loses = { ...even, loss_pct: 20, grades: { round_trip: "good", loss: "amber", age: "good" } } as const;
    expect(one(way("lte", true, 80.4, even)).grade).toBe("good");
    expect(one(way("lte", true, 80.4, loses)).grade).toBe("amber");
    expect(one(way("lte", true, 80.4, { ...loses, grades: { ...loses.grades, age: "red" } })).grade).toBe("red");
    expect(one(way("lte", false, null, even)).grade).toBe("amber");
    expect(one(way("lte", false, null, { ...even, grades: { round_trip: null, loss: "red", age: "red" } })).grade).toBe("red");
  });

  it("of which nothing is known say so, also in the record of an earlier release: never a zero", () => {
    for (const words of [en, ko]) expect(one(way("leo", true, 240), words).brought).toBe(words.link.broughtUnknown);
    const earlier = { name: "leo", is_connected: true, round_trip_ms: 240 } as WayJson;
    expect(one(earlier)).toEqual({ text: "leo 240 ms", brought: en.link.broughtUnknown, grade: "good" });
  });
});
