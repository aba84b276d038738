/** What the ledger view makes of a verdict: where it broke, and what stands behind the break. */
import { describe, expect, it } from "vitest";
import { sentence, standing, type Verdict } from "../src/ledger/request";
import { en } from "../src/words/en";
import { ko } from "../src/words/ko";

const judged = (changes: Partial<Verdict> = {}): Verdict => ({
  is_whole: true, first: 1, last: 40, hash: "ab", entry_count: 40, head_count: 2, faults: [], agreed_count: null, agreed_utc_ms: null, ...changes,
});
const broken = judged({ is_whole: false, faults: [{ number: 38, text: "the ledger ends" }, { number: 17, text: "entry 17 is not what was written" }] });

describe("an entry", () => {
  it("is whole before the break, broken at it, and not to be shown after it", () => {
    expect([16, 17, 18, 38, 40].map((number) => standing(number, broken))).toEqual(["whole", "broken", "after", "broken", "after"]);
  });

  it("is not judged while the verdict is not there, nor outside of what it is about", () => {
    expect(standing(5, null)).toBe("unknown");
    expect(standing(5, judged({ first: 6 }))).toBe("unknown");
    expect(standing(41, judged())).toBe("unknown");
    expect(standing(5, judged())).toBe("whole");
  });
});

describe("the verdict's sentence", () => {
  it("names the first break in both languages", () => {
    expect(sentence(broken, en)).toContain("BROKEN at entry 17");
    expect(sentence(broken, ko)).toContain("17번");
    expect(sentence(judged(), en)).toContain("40 entries");
    expect(sentence(null, en)).toBe(en.ledger.judging);
  });
});
