/** The engine view shows what the vessel's catalogue has, with limits and trends. */
import { describe, expect, it } from "vitest";
import { beyond, codeOf, grouped, groupOf, scaleOf, stateOf, trendPath } from "../src/engine/groups";
import type { ChannelJson } from "../src/protocols.gen";

const channel = (code: string, changes: Partial<ChannelJson> = {}): ChannelJson => ({
  short_id: code, name: code, unit: "degC", kind: "number", low: 0, high: 130, cycle_s: 1, max_age_s: 3, limits: {},
  local_id: `/dnv-v2/vis-3-11a/${code}/C101/meta/qty-temperature`, ...changes,
});

describe("the parts of the engine view", () => {
  it.each([["411.1", "mainEngine"], ["412.733", "shaft"], ["443.1-F", "thrusters"], ["422.2-1", "steering"], ["421.2-S", "steering"], ["511.15-1", "generators"],
    ["513.2-1", "batteries"], ["621.11i-1P", "tanks"], ["652.1i-1P", "tanks"], ["651.14-AP", "bilge"], ["831.1", "fire"], ["710.1", null], ["745i", null]] as const)("have %s in %s", (code, group) => {
    expect(codeOf(channel(code).local_id)).toBe(code);
    expect(groupOf(channel(code))).toBe(group);
  });

  it("are those that she has, in order, whatever the catalogue's order is; a channel without a local id is in none", () => {
    const found = grouped([channel("831.1"), channel("511.15-2"), channel("411.1"), channel("511.15-1"), channel("x", { local_id: "" })]);
    expect(found.map(([group, channels]) => [group, channels.map((one) => one.short_id)])).toEqual([["mainEngine", ["411.1"]], ["generators", ["511.15-2", "511.15-1"]], ["fire", ["831.1"]]]);
    expect(grouped([])).toEqual([]);
  });

  it("know what a boolean tells of", () => {
    expect(stateOf("/dnv-v2/vis-3-11a/422.2-1/C371/meta/state-running")).toBe("running");
    expect(stateOf("/dnv-v2/vis-3-11a/411.1/C101/sec/710.4/H233/meta/state-remote.control")).toBe("remote.control");
  });
});

describe("limits", () => {
  const limits = { low_low: 1.5, low: 2.2, high: 88, high_high: 94 };
  it.each([[1.4, "alarm"], [1.5, "warning"], [2.1, "warning"], [2.2, ""], [88, ""], [88.1, "warning"], [94, "warning"], [94.1, "alarm"]] as const)("say of %d: %s", (value, said) => {
    expect(beyond(value, limits)).toBe(said);
  });

  it("say nothing of what is not there, and without any nothing at all", () => {
    expect(beyond(null, limits)).toBe("");
    expect(beyond(1000, {})).toBe("");
  });

  it("stand on a bar that is cut a quarter beyond the highest of them", () => {
    const scale = scaleOf(channel("411.1", { high: 10_000, limits: { high: 80, high_high: 100 } }))!;
    expect(scale.high).toBe(125);
    expect(scale.marks).toEqual([{ at: 0.64, tone: "warning" }, { at: 0.8, tone: "alarm" }]);
    expect([scale.at(-5), scale.at(62.5), scale.at(9000)]).toEqual([0, 0.5, 1]);
    expect(scaleOf(channel("411.1", { limits: { low: 20 } }))!.high).toBe(130);
    expect(scaleOf(channel("422.2", { low: null, high: null }))).toBeNull();
  });
});

describe("a trend", () => {
  it("goes from left to right, lowest at the bottom", () => {
    expect(trendPath([0, 10, 5], 100, 22)).toBe("M0.0 21.0L50.0 1.0L100.0 11.0");
  });

  it("keeps a gap open, and a reading alone is a dot", () => {
    expect(trendPath([1, null, 2, 2], 90, 12)).toBe("M0.0 11.0h1M60.0 1.0L90.0 1.0");
  });

  it("of an even value lies in the middle, of no value there is none", () => {
    expect(trendPath([3, 3], 10, 20)).toBe("M0.0 10.0L10.0 10.0");
    expect(trendPath([null, null], 10, 20)).toBe("");
  });
});
