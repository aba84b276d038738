/** Every instrument of the bridge and every rule of refusal has its help, in both languages (the words test holds the keys alike). */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { en } from "../src/words/en";
import { ko } from "../src/words/ko";

/** Panels of the conning view, and the help that tells of each; what is not an instrument is told by null. */
const PANELS: Record<string, string[] | null> = {
  "fh-authority-bar": ["conn"], "fh-estop": ["estop"], "fh-compass-panel": ["heading"], "fh-steering-panel": ["rudder", "propulsion"], "fh-speed-panel": ["speed", "environment"],
  "fh-chart": ["chart", "marker"], "fh-traffic": ["traffic"], "fh-link-meter": ["link"], "fh-trend": ["trend"], "fh-order-panel": ["orders"], "fh-order-list": ["orders"], "fh-alert-strip": ["alerts"],
};

describe.each([["English", en], ["Korean", ko]])("help in %s", (_, words) => {
  it("tells of every instrument of the conning view", () => {
    for (const keys of Object.values(PANELS)) for (const key of keys ?? []) expect(words.help.instruments[key]?.[1], key).toMatch(/.{15}/);
    const used = new Set(readFileSync("src/app/conning.ts", "utf-8").match(/<fh-[a-z-]+/g)?.map((tag) => tag.slice(1)));
    expect(Object.keys(PANELS).filter((tag) => !used.has(tag))).toEqual([]);
  });

  it("tells what to do about every rule that a refusal names", () => {
    expect(Object.keys(words.help.rules).sort()).toEqual(Object.keys(words.rules).sort());
    for (const text of Object.values(words.help.rules)) expect(text.length).toBeGreaterThan(10);
  });
});
