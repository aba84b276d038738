/** A route: read from its bytes, drawn as it is sailed, and where she is on it. */
import { encode } from "cborg";
import { describe, expect, it } from "vitest";
import { Vessel } from "../src/link/store";
import { drawnRoutes } from "../src/map/route";
import { toBase64 } from "../src/orders/bytes";
import { guidance, lengthNm, passageOf, sailed, type Passage } from "../src/route/passage";
import { placeOf } from "../src/route/place";
import type { StatusMessage } from "../src/protocols.gen";

const mark = (lat: number, lon: number) => ["", lat, lon, 600, 100, 200, false, 12, 0, false];
const encoded = encode({ v: 1, id: "east", revision: 2, marks: [mark(35, 129), mark(35, 129.1), mark(34.95, 129.1)] });
const route: Passage = passageOf(encoded);

describe("a route's bytes", () => {
  it("are read as the ship has them", () => {
    expect(route).toMatchObject({ name: "east", revision: 2 });
    expect(route.marks[0]).toEqual({ name: "", at: [129, 35], radiusM: 600, portXtdM: 100, starboardXtdM: 200, speedMaxKn: 12 });
    expect(lengthNm(route)).toBeCloseTo(4.92 + 3.0, 1);
  });

  it("of another version, or that are none, are refused", () => {
    expect(() => passageOf(encode({ v: 2, id: "east", revision: 1, marks: [] }))).toThrow();
    expect(() => passageOf(new Uint8Array([0]))).toThrow();
  });
});

describe("guidance", () => {
  it("on the leg tells what is left, where the turn begins and to which side", () => {
    const found = guidance(route, 1, [129.05, 35]);
    expect(found?.courseDeg).toBeCloseTo(90, 3);
    expect(found?.crossM).toBeCloseTo(0, 3);
    expect(found?.toMarkM).toBeCloseTo(4554, -1);
    expect(found?.turnDeg).toBeCloseTo(90, 3);
    expect((found?.toMarkM ?? 0) - (found?.toWheelOverM ?? 0)).toBeCloseTo(600, 3);
  });

  it("where she goes on before she answers, the turn begins by so much earlier", () => {
    expect((guidance(route, 1, [129.05, 35])?.toWheelOverM ?? 0) - (guidance(route, 1, [129.05, 35], 150)?.toWheelOverM ?? 0)).toBeCloseTo(150, 3);
  });

  it("off the leg tells the side, and the width of that side", () => {
    expect(guidance(route, 1, [129.05, 34.999])).toMatchObject({ widthM: 200 });
    expect(guidance(route, 1, [129.05, 34.999])?.crossM).toBeCloseTo(111.2, 0);
    expect(guidance(route, 1, [129.05, 35.001])).toMatchObject({ widthM: 100 });
    expect(guidance(route, 1, [129.05, 35.001])?.crossM).toBeCloseTo(-111.2, 0);
  });

  it("on the last leg knows no turn; on a leg that is not there, nothing", () => {
    expect(guidance(route, 2, [129.1, 34.98])?.turnDeg).toBe(0);
    expect(guidance(route, 3, [129.1, 34.98])).toBeNull();
    expect(guidance(route, 0, [129.1, 34.98])).toBeNull();
  });
});

describe("on the chart", () => {
  it("a route has its arc, which ends on the next leg, and each waypoint with its number", () => {
    const points = sailed(route);
    expect(points.length).toBeGreaterThan(8);
    const end = points.at(-2) as [number, number];
    expect(end[0]).toBeCloseTo(129.1, 4);
    expect(end[1]).toBeCloseTo(35 - 600 / 111_195, 4);
    const shapes = drawnRoutes([{ passage: route, isActive: true, next: 1 }]).features.map((one) => one.properties);
    expect(shapes).toEqual([{ kind: "line", active: true }, { kind: "waypoint", text: "1", next: false }, { kind: "waypoint", text: "2", next: true }, { kind: "waypoint", text: "3", next: false }]);
  });
});

describe("what the ship said of her route", () => {
  const vessel = new Vessel("k");
  const row = { hash: "h", name: "east", revision: 2, person: "ann", state: "SUCCEEDED", utc_ms: 0, route: toBase64(encoded) };
  const say = (what: string, boot_id = "b", hash = "h") => vessel.routes.take({ routes: [row, { ...row, hash: "bad", route: "!" }], now: { boot_id, utc_ms: 0, said: { what, why: "", hash, leg: 1 } } });
  vessel.status = { boot_id: "b" } as StatusMessage;

  it("is followed from the activation to the suspension, leg by leg, and not after a restart of hers", () => {
    say("loaded");
    expect(vessel.routes.list.map((each) => each.hash)).toEqual(["h"]);
    expect(vessel.routes.aboard()?.hash).toBe("h");
    expect(vessel.routes.active(vessel)).toBeNull();
    for (const what of ["activated", "leg"]) {
      say(what);
      expect(vessel.routes.active(vessel)?.leg).toBe(1);
      expect(vessel.routes.guidance(vessel, [129.05, 35])?.toMarkM).toBeCloseTo(4554, -1);
    }
    say("activated", "before");
    expect(vessel.routes.active(vessel)).toBeNull();
    say("suspended");
    expect(vessel.routes.active(vessel)).toBeNull();
    say("activated", "b", "unknown here");
    expect(vessel.routes.active(vessel)).toBeNull();
  });
});

describe("a turn that she has begun", () => {
  const vessel = new Vessel("k");
  const say = (what: string, utc_ms: number) => vessel.routes.take({ routes: [], now: { boot_id: "b", utc_ms, said: { what, why: "", hash: "h", leg: 2 } } });

  it("can be confirmed for 30 s from her next leg on, by her own time; before and after there is no countdown", () => {
    say("activated", 1_000_000);
    expect(vessel.routes.confirmLeftS(1_001_000, 30)).toBeNull();
    say("leg", 1_050_000);
    expect([1_049_000, 1_050_000, 1_062_000, 1_080_000, 1_200_000].map((now) => vessel.routes.confirmLeftS(now, 30))).toEqual([30, 30, 18, null, null]);
    expect([1_062_000, 1_080_000].map((now) => vessel.routes.confirmLeftS(now, 45))).toEqual([33, 15]);
    expect(vessel.routes.confirmLeftS(1_062_000, undefined)).toBeNull(); // she does not tell how long she gives
  });
});

describe("a place by hand", () => {
  it.each<[string, [number, number] | null]>([
    ["34 57.4N 129 12.1E", [129 + 12.1 / 60, 34 + 57.4 / 60]], ["34°57.4'N, 129°12.1'E", [129 + 12.1 / 60, 34 + 57.4 / 60]],
    ["34.957, 129.202", [129.202, 34.957]], ["-12.5 -77.1", [-77.1, -12.5]], ["12 30S 077 6W", [-77.1, -12.5]],
    ["34 60N 129 0E", null], ["91, 0", null], ["0 181", null], ["north", null], ["", null],
  ])("%s", (text, at) => {
    const found = placeOf(text);
    if (at === null) expect(found).toBeNull();
    else {
      expect(found?.[0]).toBeCloseTo(at[0], 6);
      expect(found?.[1]).toBeCloseTo(at[1], 6);
    }
  });
});
