/** Every instrument of every view and every refusal has its help, in both languages (the words test holds the keys alike). */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { en } from "../src/words/en";
import { ko } from "../src/words/ko";
import { doText } from "../src/words/reasons";

/** Files of each view, and the help that tells of each panel in them; null: no instrument, or told of in its own words on the screen. */
const TAGS: Record<string, string[] | null> = {
  "fh-authority-bar": ["conning conn"], "fh-estop": ["conning estop"], "fh-compass-panel": ["conning heading"], "fh-steering-panel": ["conning rudder", "conning propulsion"],
  "fh-speed-panel": ["conning speed", "conning environment"], "fh-chart": ["conning chart", "conning marker", "fleet fleetChart", "alerts picture"], "fh-traffic": ["conning traffic"],
  "fh-link-meter": ["conning link"], "fh-trend": ["conning trend"], "fh-order-panel": ["conning orders"], "fh-order-list": ["conning orders"], "fh-alert-strip": ["conning alerts"],
  "fh-direct": ["conning stick"], "fh-route-guide": ["conning guide", "route guide"], "fh-machines": ["engine machines"], "fh-voyages": ["history voyages"],
  "fh-alerts": ["alerts list", "alerts detail", "alerts silence", "alerts take", "alerts history"], "fh-engine": ["engine values", "engine bars", "engine hour"], "fh-phase": ["phase phases"], "fh-drill": ["drill drills", "drill past"],
  "fh-route": ["route aboard", "route draw", "route sent"], "fh-fleet": ["fleet rows", "fleet step", "fleet link", "fleet alert"], "fh-history": ["history channels", "history plot", "history span"], "fh-ledger": ["ledger verdict", "ledger entries"],
  "fh-banner": null, "fh-conn-notice": null, "fh-exercise": null, "fh-exercise-offer": null, "fh-two-step": null, "fh-sure": null,
};
const VIEWS: Record<string, string> = {
  conning: "app/conning", fleet: "app/fleet", route: "route/view", engine: "engine/view", phase: "phase/view", drill: "drill/view", alerts: "alerts/view", history: "history/view",
  report: "voyages/report", replay: "replay/view", ledger: "ledger/view", account: "account/view", admin: "admin/view",
};
const used = (file: string): string[] => [...new Set(readFileSync(`src/${file}.ts`, "utf-8").match(/<fh-[a-z-]+/g)?.map((tag) => tag.slice(1)))];

describe.each([["English", en], ["Korean", ko]])("help in %s", (_, words) => {
  it("has every view of the top bar, the fleet, account and administration, and each says something of each of its instruments", () => {
    expect(Object.keys(words.help.views).sort()).toEqual([...Object.keys(words.top.views), "fleet", "account", "admin"].sort());
    expect(Object.keys(VIEWS).sort()).toEqual(Object.keys(words.help.views).sort());
    for (const [view, rows] of Object.entries(words.help.views)) {
      expect(Object.keys(rows).length, view).toBeGreaterThan(0);
      for (const [key, [name, text]] of Object.entries(rows)) expect(name.length > 0 && text.length > 15, `${view} ${key}`).toBe(true);
    }
  });

  it.each(Object.entries(VIEWS))("tells of every panel of the view %s", (_view, file) => {
    for (const tag of used(file)) {
      expect(Object.keys(TAGS), `${tag} has no word in the help`).toContain(tag);
      for (const place of TAGS[tag] ?? []) {
        const [view, key] = place.split(" ") as [string, string];
        expect(words.help.views[view]?.[key]?.[1], place).toMatch(/.{15}/);
      }
    }
  });

  it("says what to do about every rule, and about a refusal that names none by its own name", () => {
    for (const [rule, [name, advice]] of Object.entries(words.refusals.rules)) expect(name.length > 0 && advice.length > 10, rule).toBe(true);
    expect(doText({ name: "no_go_area", rule: "INT-06" }, words)).toBe(words.refusals.rules["INT-06"]?.[1]);
    expect(doText({ name: "unknown_vessel", rule: "" }, words)).toMatch(/.{15}/);
    expect(doText({ name: "of_a_later_ship", rule: "" }, words)).toBe("");
  });
});
