/** Where a value is taken from is said by the ship's own word, and never guessed (INS 5.4). */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { positionText, sourceText } from "../src/components/source";
import { Store } from "../src/link/store";
import { en } from "../src/words/en";
import { ko } from "../src/words/ko";

beforeEach(() => vi.stubGlobal("requestAnimationFrame", () => 0));

function told(sources: Record<string, string[]>, store = new Store()) {
  store.take({ type: "sources", vessel: "kestrel", sources });
  return store.vessel("kestrel");
}

describe("the source of a value", () => {
  it("is the one that the ship told, in each language", () => {
    const ship = told({ "gyro1/HE": ["NAV_HDG"], derived: ["WND_TWS"], agent: ["LNK_RTT"], "manual/ann": ["NAV_DRAFT"] });
    expect(["NAV_HDG", "WND_TWS", "LNK_RTT", "NAV_DRAFT"].map((id) => sourceText(ship, id, en))).toEqual([
      "from gyro1/HE", "calculated aboard", "from the ship's own program", "entered by hand: ann",
    ]);
    expect(sourceText(ship, "NAV_HDG", ko)).toBe("출처: gyro1/HE");
  });

  it("is not told where the ship has not told it: before the first word, of another channel, of an earlier release", () => {
    const store = new Store();
    expect(sourceText(store.vessel("kestrel"), "NAV_HDG", en)).toBe("source not told");
    const ship = told({ "gyro1/HE": ["NAV_HDG"] }, store);
    expect(sourceText(ship, "NAV_COG", en)).toBe("source not told");
    expect(sourceText(told({}, store), "NAV_HDG", en)).toBe("source not told");
    expect(sourceText(store.vessel("heron"), "NAV_HDG", ko)).toBe(ko.source.notTold);
  });

  it("follows a change, and of a position names both where latitude and longitude differ", () => {
    const store = new Store();
    const ship = told({ "fore/GP": ["NAV_LAT", "NAV_LON"] }, store);
    expect(positionText(ship, en)).toBe("Position from fore/GP");
    told({ "aft/GN": ["NAV_LAT"], "fore/GP": ["NAV_LON"] }, store);
    expect(positionText(ship, en)).toBe("Position from aft/GN / from fore/GP");
    told({}, store);
    expect(positionText(ship, en)).toBe("Position source not told");
  });
});
