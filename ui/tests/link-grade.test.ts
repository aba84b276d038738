import { expect, it } from "vitest";
import { ageGrade, worst } from "../src/components/link-grade";

it("a heartbeat's age is amber over 2 s and red over 3.5 s, and red before the first", () => {
  expect([0, 2000, 2001, 3500, 3501, null].map(ageGrade)).toEqual(["good", "good", "amber", "amber", "red", "red"]);
});

it("what is judged here is never better than what the shore said, and what is not known says nothing", () => {
  expect(worst("amber", ageGrade(200))).toBe("amber");
  expect(worst("amber", ageGrade(9000))).toBe("red");
  expect(worst("red", null)).toBe("red");
  expect(worst(null, null)).toBe(null);
  expect(worst(null, "good")).toBe("good");
});
