/** The page of components shows each of them, each in states that there are, and is no part of what is built. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const text = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const stories = text("stories/stories.ts");
const told = new Set([...stories.matchAll(/^ {2}"(fh-[a-z-]+)": \{ states/gm)].map(([, name]) => name));

describe("the page of components", () => {
  it.each(readdirSync(new URL("../src/components", import.meta.url)).map((file) => [file]))("shows what components/%s defines", (file) => {
    const defined = [...text(`src/components/${file}`).matchAll(/@customElement\("([^"]+)"\)/g)].map(([, name]) => name);
    expect(defined.filter((name) => !told.has(name))).toEqual([]);
  });

  it("names no state that no vessel is in", () => {
    const states = new Set([...text("stories/vessels.ts").matchAll(/^ {2}"([a-zA-Z ']+)": \{/gm)].map(([, name]) => name));
    const asked = [...stories.matchAll(/(?:states: |= )\[([^\]]*)\]/g)].flatMap(([, list]) => [...(list ?? "").matchAll(/"([^"]+)"/g)].map(([, name]) => name));
    expect(asked.length).toBeGreaterThan(30);
    expect(asked.filter((name) => !states.has(name) && !["open", "why not"].includes(name ?? ""))).toEqual([]);
  });

  it("is for development: the built page begins elsewhere", () => {
    expect(text("index.html")).not.toContain("stories");
    expect(text("vite.config.ts")).not.toContain("stories");
  });
});
