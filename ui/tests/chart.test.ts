/** Range rings, and which way up the chart lies. */
import { describe, expect, it } from "vitest";
import { Vessel } from "../src/link/store";
import { drawn } from "../src/map/features";
import { ahead, offset } from "../src/map/geometry";
import { drawnMarker, markerTo, RANGE_MAX_NM, saidOf, typed } from "../src/map/marker";
import { predicted } from "../src/map/predicted";
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

describe("the bearing line and range marker", () => {
  const own = { at: [129, 35] as [number, number], headingDeg: 350, speedKn: 12 };
  it("goes from own ship through a place, and says where that lies seen from the bow and in what time", () => {
    const marker = markerTo(own.at, ahead(own.at, 20, 3704));
    expect(marker.bearingDeg).toBeCloseTo(20, 1);
    expect(marker.rangeM).toBeCloseTo(3704, -1);
    const said = saidOf(marker, own, []);
    expect(said.relativeDeg).toBeCloseTo(30, 1);
    expect(said.inS).toBeCloseTo(600, 0);
    expect(said.near).toBeNull();
  });

  it("names the ship it points at, and none farther than a tenth of the range from its end", () => {
    const marker = { bearingDeg: 90, rangeM: 1852 };
    const others = [{ name: "Near", at: ahead(own.at, 90, 1900) }, { name: "Far", at: ahead(own.at, 90, 2200) }];
    expect(saidOf(marker, own, others).near?.name).toBe("Near");
    expect(saidOf(marker, own, others.slice(1)).near).toBeNull();
  });

  it("tells no relative bearing without a heading and no time without a speed", () => {
    expect(saidOf({ bearingDeg: 90, rangeM: 500 }, { ...own, headingDeg: null, speedKn: null }, [])).toEqual({ relativeDeg: null, inS: null, near: null });
  });

  it("takes what is typed within the scales of a radar, and leaves what is no number", () => {
    const marker = { bearingDeg: 10, rangeM: 1852 };
    expect(typed(marker, "-10", "2,5")).toEqual({ bearingDeg: 350, rangeM: 2.5 * 1852 });
    expect(typed(marker, "abc", "")).toEqual(marker);
    expect(typed(marker, "725", "500").rangeM).toBe(RANGE_MAX_NM * 1852);
    expect(typed(marker, "725", "0").bearingDeg).toBe(5);
  });

  it("is drawn as a line, a ring and its end; not at all without a position", () => {
    expect(drawnMarker(own.at, { bearingDeg: 45, rangeM: 1000 }).features.map((one) => one.properties?.["kind"] as string)).toEqual(["ebl", "vrm", "end"]);
    expect(drawnMarker(null, { bearingDeg: 45, rangeM: 1000 }).features).toEqual([]);
  });
});

describe("the predicted path", () => {
  const at: [number, number] = [129, 35];
  it("is straight without a turn, and curves to the side of one", () => {
    expect(predicted(at, 0, 10, 0.2, 6)).toHaveLength(2);
    const [eastM, northM] = offset(at, predicted(at, 0, 10, 15, 6).at(-1) as [number, number]); // a quarter of a circle: radius = v / w
    const radiusM = (10 * 1852) / 3600 / ((15 * Math.PI) / 180 / 60);
    expect(eastM).toBeCloseTo(radiusM, -1);
    expect(northM).toBeCloseTo(radiusM, -1);
    expect(offset(at, predicted(at, 0, 10, -15, 6).at(-1) as [number, number])[0]).toBeLessThan(0);
  });

  it("is none without course or speed or while she lies still, and ends where a circle is shut", () => {
    expect(predicted(at, null, 10, 5, 6)).toEqual([]);
    expect(predicted(at, 0, 0.1, 5, 6)).toEqual([]);
    expect(predicted(at, 0, 10, 300, 6)).toHaveLength(9);
  });

  it("is drawn of every ship whose rate of turn is fresh, whoever has the conn; an old rate predicts nothing", () => {
    const nowUtcMs = 1_760_000_000_000;
    const vessel = new Vessel("kestrel");
    for (const [id, value] of [["NAV_LAT", 35], ["NAV_LON", 129], ["NAV_COG", 90], ["NAV_SOG", 12], ["NAV_ROT", 20]] as const) vessel.values.set(id, { value, quality: 0, utcMs: nowUtcMs });
    const kinds = (laterMs: number) => drawn([vessel], null, nowUtcMs + laterMs)["ship-lines"].features.map((one) => one.properties?.["kind"] as string);
    expect(kinds(500)).toContain("path");
    expect(kinds(60_000)).not.toContain("path");
  });
});

describe("a station that is kept", () => {
  const vessel = new Vessel("otter");
  const circles = (setpoints: Record<string, number>, own: Vessel | null = vessel) => {
    for (const [id, value] of [["NAV_LAT", 35], ["NAV_LON", 129]] as const) vessel.values.set(id, { value, quality: 0, utcMs: 0 });
    vessel.status = { setpoints } as unknown as Vessel["status"];
    return drawn([vessel], own, 0)["ship-lines"].features.filter((one) => one.properties?.["kind"] === "ordered");
  };

  it("is its circle about where it was begun, not about the ship; of another ship, and without an order, there is none", () => {
    const kept = { station_radius_m: 20, station_latitude_deg: 35.001, station_longitude_deg: 129.001 };
    const [circle] = circles(kept);
    const points = circle?.geometry.type === "LineString" ? circle.geometry.coordinates : [];
    expect(points.length).toBeGreaterThan(40);
    for (const point of points) expect(Math.hypot(...offset([129.001, 35.001], point as [number, number]))).toBeCloseTo(20, 0);
    expect(circles(kept, null)).toEqual([]);
    expect(circles({ station_radius_m: 20 })).toEqual([]);
    expect(circles({})).toEqual([]);
  });
});
