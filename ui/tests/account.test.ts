import { expect, test } from "vitest";
import { forAddress, shortDevice } from "../src/account/requests";
import { Problem, secondFactor } from "../src/link/http";

test("a browser is named in a few words, and a program by what it says", () => {
  const chrome = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36";
  expect(shortDevice(chrome)).toBe("Chrome 141, Linux");
  expect(shortDevice(`${chrome} Edg/141.0.0.0`)).toBe("Edge 141, Linux");
  expect(shortDevice("Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0")).toBe("Firefox 140, Windows");
  expect(shortDevice("python-httpx/0.28")).toBe("python-httpx/0.28");
  expect(shortDevice("")).toBe("");
});

test("an id stands in an address", () => {
  expect(forAddress("a+b/c==")).toBe("a-b_c");
});

test("only the shore's own word asks for a second factor", () => {
  const asked = { type: "/problems/second-factor-needed", needs: ["code"] };
  expect(secondFactor(new Problem(401, "more", asked))?.needs).toEqual(["code"]);
  expect(secondFactor(new Problem(401, "wrong", { type: "about:blank" }))).toBeNull();
  expect(secondFactor(new Problem(401, "wrong"))).toBeNull();
  expect(secondFactor(new Error("cut"))).toBeNull();
});
