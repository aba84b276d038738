/** Range rings, and which way up the chart lies. */
import { describe, expect, it } from "vitest";
import { offset } from "../src/map/geometry";
import { rings, ringStepM, ringText, upDeg } from "../src/map/rings";

describe("range rings", () => {
  it.each([[60, "25 m"], [450, "100 m"], [2000, "0.25 NM"], [7500, "1 NM"], [1e6, "24 NM"]])("with %d m to the edge are %s apart", (reachM, text) => {
    expect(ringText(ringStepM(reachM))).toBe(text);
  });

  it("are four circles about own ship, each with its distance; none without a position", () => {
    const found = rings([129, 35], 8000).features;
    expect(found.map((one) => one.properties?.["text"] as string).filter(Boolean)).toEqual(["1 NM", "2 NM", "3 NM", "4 NM"]);
    const ring = found[0]?.geometry;
    expect(ring?.type).toBe("LineString");
    for (const point of ring?.type === "LineString" ? ring.coordinates : []) expect(Math.hypot(...offset([129, 35], point as [number, number]))).toBeCloseTo(1852, -1);
    expect(rings(null, 8000).features).toEqual([]);
  });
});

describe("what is up", () => {
  const ship = { headingDeg: 80, courseDeg: 85, speedKn: 10 };
  it("is north, heading or course; nothing turns by what nobody measured", () => {
    expect(upDeg("north", ship)).toBe(0);
    expect(upDeg("head", ship)).toBe(80);
    expect(upDeg("course", ship)).toBe(85);
    expect(upDeg("course", { ...ship, speedKn: 0.5 })).toBe(80);
    expect(upDeg("head", { ...ship, headingDeg: null })).toBe(0);
    expect(upDeg("course", null)).toBe(0);
  });
});
