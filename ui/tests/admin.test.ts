import { describe, expect, it } from "vitest";
import { claimText, grantStanding, grantWindow, losses, processTone, rosterStanding, toldLine } from "../src/admin/judge";
import type { GrantJson, ToldJson, VesselJson } from "../src/admin/request";
import { adminEn } from "../src/words/admin-en";
import { adminKo } from "../src/words/admin-ko";

const NOON = 1_790_000_000_000;
const HOUR = 3_600_000;
const told = (version: string, result: string): ToldJson => ({ version, result, detail: "", utc_ms: NOON });
const grant = (version: number, toMs = NOON + 48 * HOUR): GrantJson => ({ version, master: "kim", rocs: [], groups: [], levels: [], from_utc_ms: NOON, to_utc_ms: toMs });

function roster(ashore: number | null, aboard: number | null): Pick<VesselJson, "roster"> {
  return { roster: { ashore, keys: 0, aboard, told: null } };
}

describe("a roster", () => {
  it.each([
    [5, 5, "same"], [5, 4, "waits"], [5, null, "waits"], [5, 6, "differs"], [null, 3, "differs"], [null, null, "none"], [null, 0, "none"],
  ] as const)("ashore %s, aboard %s: %s", (ashore, aboard, standing) => {
    expect(rosterStanding(roster(ashore, aboard))).toBe(standing);
  });
});

describe("a grant", () => {
  it.each([
    [grant(3), told("3", "taken"), "same"], [grant(3), told("2", "taken"), "waits"], [grant(3), null, "waits"], [grant(3), told("3", "revoked"), "differs"],
    [grant(3), told("3", "refused"), "differs"], [grant(3), told("4", "taken"), "differs"], [null, told("3", "taken"), "differs"], [null, null, "none"],
  ] as const)("%j, told %j: %s", (ashore, said, standing) => {
    expect(grantStanding({ grant: { ashore, told: said } })).toBe(standing);
  });

  it("is in force from its first moment to before its last, and warned of for a day", () => {
    const at = (ms: number) => grantWindow({ grant: { ashore: grant(1), told: null } }, ms);
    expect([at(NOON - 1), at(NOON), at(NOON + 24 * HOUR), at(NOON + 24 * HOUR + 1), at(NOON + 48 * HOUR - 1), at(NOON + 48 * HOUR)]).toEqual(["before", "in", "in", "ending", "ending", "after"]);
    expect(grantWindow({ grant: { ashore: null, told: null } }, NOON)).toBeNull();
  });
});

describe("a process", () => {
  it("is silent after three reports that did not come, whatever it said last", () => {
    expect(processTone({ age_s: 30, faults: [] })).toBe("good");
    expect(processTone({ age_s: 30, faults: ["no broker"] })).toBe("degraded");
    expect(processTone({ age_s: 30.1, faults: [] })).toBe("silent");
  });

  it("shows what it lost, and how many counters are at zero", () => {
    expect(losses({ figures: [["a", "", 0], ["b", "forged", 2], ["b", "late", 0]] })).toEqual({ rows: [["b", "forged", 2]], zeros: 2 });
  });
});

it("a ship's word leaves out what she did not say", () => {
  expect(toldLine({ version: "2", result: "revoked", detail: "aboard by mate", utc_ms: NOON })).toBe("2 · revoked · aboard by mate");
  expect(toldLine({ version: null, result: "refused", detail: "", utc_ms: null })).toBe("refused");
  expect(toldLine(null)).toBe("");
});

it("a function is told in the words of the console, and a word of a later edition as the ship wrote it", () => {
  const claim = { notation: "AROS-NAV(RC, OS)", function: "NAV", control: "RC", place: "OS" };
  expect(claimText(claim, adminEn)).toBe("navigation: remote control, off ship");
  expect(claimText(claim, adminKo)).toBe("항해: 원격 제어, 선외");
  expect(claimText({ ...claim, function: "CRG", place: "XX" }, adminEn)).toBe("CRG: remote control, XX");
  expect(Object.keys(adminKo.places)).toEqual(Object.keys(adminEn.places));
});
