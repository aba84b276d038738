/** Refusals are told whole, in each language. */
import { describe, expect, it } from "vitest";
import type { ReasonJson } from "../src/protocols.gen";
import { en } from "../src/words/en";
import { ko } from "../src/words/ko";
import { argsText, reasonText, ruleText } from "../src/words/reasons";

const reason: ReasonJson = {
  name: "no_go_area", rule: "INT-06", text: "The track enters the no-go area Oryukdo", value: 210.4, limit: 360, unit: "s",
  age_s: 0.31,
};

describe("a reason", () => {
  it("has its sentence, value, limit and age", () => {
    expect(reasonText(reason, en)).toBe("The track enters the no-go area Oryukdo (210.4 s, limit 360 s, age 0.3 s)");
    expect(ruleText(reason, en)).toBe("INT-06 Geofence");
    expect(ruleText(reason, ko)).toBe("INT-06 지오펜스");
  });

  it("without a measurement is its sentence alone, and never an empty line", () => {
    const bare = { ...reason, value: null, limit: null, age_s: null };
    expect(reasonText(bare, en)).toBe("The track enters the no-go area Oryukdo");
    expect(reasonText({ ...bare, text: "" }, en)).toBe("no_go_area");
  });
});

describe("arguments", () => {
  it("are told with the unit that their name carries", () => {
    expect(argsText({ heading_deg: 95, rate_deg_min: 12.5 }, en)).toBe("95 deg, 12.5 deg/min");
    expect(argsText({ propulsion_pct: -25 }, en)).toBe("-25 %");
    expect([argsText({ step: "dead_slow_astern" }, en), argsText({ step: "dead_slow_astern" }, ko)]).toEqual(["Dead slow astern", "극저속 후진"]);
  });
});

describe("the languages", () => {
  it("have the same words and no empty ones", () => {
    expect(shape(ko)).toEqual(shape(en));
  });
});

function shape(words: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(words).map(([key, value]) => {
      if (typeof value === "string") expect(value, key).not.toBe("");
      return [key, Array.isArray(value) ? value.length : typeof value === "object" ? shape(value) : typeof value];
    }),
  );
}
