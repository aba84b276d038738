import { describe, expect, it } from "vitest";
import { isTimeShort, leftS, respondText } from "../src/link/respond";
import { en } from "../src/words/en";
import { ko } from "../src/words/ko";

const ahead = (left_s: number | null, heartbeat_age_ms = 0, heard = true) => ({
  heard, heartbeat_age_ms, respond: { left_s, operator_s: 60, what: left_s === null ? "" : "the edge of 'Bank'", fallback: "", barred: "" },
});
const alone = (fallback: string, barred: string) => ({ ...ahead(41), respond: { left_s: 41, operator_s: 60, what: "the edge of 'Bank'", fallback, barred } });

describe("the last moment to act", () => {
  it("is counted on from the ship's own word, and never below nothing", () => {
    expect(leftS(ahead(90), 0)).toBe(90);
    expect(leftS(ahead(90, 1500), 2)).toBe(86.5);
    expect(leftS(ahead(3), 10)).toBe(0);
  });

  it("stands beside the operator's time, and is short below it only", () => {
    expect(respondText(ahead(205), 0, en)).toBe("Act within 3:25 (the edge of 'Bank'); an operator takes up to 1:00");
    expect(isTimeShort(ahead(60), 0)).toBe(false);
    expect(isTimeShort(ahead(60), 0.5)).toBe(true);
  });

  it("is followed by what she would do alone, and by what bars her fallback", () => {
    const times = "Act within 0:41 (the edge of 'Bank'); an operator takes up to 1:00.";
    expect(respondText(alone("going to the loiter point", ""), 0, en)).toBe(`${times} Left alone she would be going to the loiter point`);
    const why = "The way to the loiter point leads through 'Bank'.";
    expect(respondText(alone("stopping on heading", why), 0, en)).toBe(`${times} Left alone she would be stopping on heading: ${why}`);
    expect(respondText(alone("going to the loiter point", ""), 0, ko)).toContain("조치가 없으면");
    expect(respondText(alone("going to the loiter point", ""), 0, ko)).not.toContain("loiter");
  });

  it("says that she tells none, which is no word that the way is clear, and nothing at all for a ship that tells no such time or was never heard", () => {
    expect(respondText(ahead(null), 0, en)).toBe("She tells no time to act; an operator takes up to 1:00");
    expect(isTimeShort(ahead(null), 0)).toBe(false);
    expect(respondText({ ...ahead(5), respond: null }, 0, en)).toBe("");
    expect(respondText(ahead(5, 0, false), 0, en)).toBe("");
    expect(respondText(null, 0, en)).toBe("");
  });
});
