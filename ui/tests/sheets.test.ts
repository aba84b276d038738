/** Imported charts: which are drawn, when they are asked for, what counts as shallow, and what is said of it. */
import { createExpression, validateStyleMin } from "@maplibre/maplibre-gl-style-spec";
import type { Feature } from "geojson";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Vessel } from "../src/link/store";
import { depthLayers } from "../src/map/depths";
import { safetyOf, SHEETS_DRAWN_MAX, SHEETS_ZOOM, Sheets, type SheetJson, type View } from "../src/map/sheets";
import { waterText } from "../src/map/water-words";
import type { VesselMessage, VesselSummary } from "../src/protocols.gen";
import { setLanguage } from "../src/words";

vi.hoisted(() => Object.assign(globalThis, { localStorage: { getItem: () => null, setItem: () => undefined } }));
vi.stubGlobal("document", { documentElement: { dataset: { obcTheme: "day" } } });
const HERE: View = [129, 34.8, 129.4, 35.1];
const sheet = (hash: string, bounds: View = HERE, more: Partial<SheetJson> = {}): SheetJson => ({ hash, source: hash, made_up: false, bounds, tolerance_m: 0, ...more });
const shoal = (name: string): Feature => ({ type: "Feature", properties: { kind: "depth", depth_m: 2, name }, geometry: { type: "Point", coordinates: [129.1, 35] } });
const drained = () => new Promise((done) => setTimeout(done, 0));

function deep(needed: number | null): Vessel {
  const vessel = new Vessel("kestrel");
  vessel.particulars = { safety_depth_m: needed } as unknown as VesselMessage;
  vessel.summary = { safety_depth_m: needed } as unknown as VesselSummary;
  return vessel;
}

describe("imported charts", () => {
  let asked: string[];
  let nowMs: number;
  let isDown: boolean;
  let sheets: Sheets;
  beforeEach(() => {
    [asked, nowMs, isDown] = [[], 0, false];
    const answer = (path: string) => path.endsWith("/charts") ? { charts: [sheet("a"), sheet("far", [10, 50, 11, 51])], faults: ["c.chart: no"] } : { features: [shoal(path)] };
    sheets = new Sheets(<T>(path: string) => {
      asked.push(path.replace("/api/v1/", ""));
      return isDown ? Promise.reject(new Error("The database is away")) : Promise.resolve(answer(path) as T);
    }, () => nowMs);
  });
  const look = async (view = HERE, zoom = 11): Promise<void> => {
    sheets.look(view, zoom, () => undefined);
    await drained();
  };

  it("are listed once, and each is fetched once its waters come in view, and once only", async () => {
    await look();
    await look();
    await look();
    expect(asked).toEqual(["charts", "charts/a"]);
    expect(sheets.drawn().features).toHaveLength(1);
    expect(sheets.drawn()).toBe(sheets.drawn()); // what stands is not cut into tiles again
    await look([9, 49, 12, 52]);
    await look([9, 49, 12, 52]);
    expect(asked).toEqual(["charts", "charts/a", "charts/far"]);
    expect(sheets.drawn().features[0]?.properties?.["name"]).toContain("far");
  });

  it("are not asked for where the view is too wide to see one", async () => {
    await look();
    await look(HERE, SHEETS_ZOOM - 0.1);
    expect(asked).toEqual(["charts"]);
  });

  it("are asked for again after half a minute where the shore could not answer, and it is told why", async () => {
    isDown = true;
    await look();
    await look();
    expect([asked, sheets.faults]).toEqual([["charts"], ["The database is away"]]);
    [isDown, nowMs] = [false, 30_000];
    await look();
    expect(sheets.list).toHaveLength(2);
    expect(sheets.faults).toEqual(["c.chart: no"]);
  });

  it("are drawn at most eight at a time, the most detailed last", () => {
    sheets.list = Array.from({ length: 12 }, (_, i) => sheet(String(i), [129, 34.8, 129.4 + i, 35.1]));
    const drawn = sheets.of(HERE, 11).map((one) => one.hash);
    expect(drawn).toHaveLength(SHEETS_DRAWN_MAX);
    expect([drawn[0], drawn.at(-1)]).toEqual(["7", "0"]);
  });
});

describe("the safety depth", () => {
  it("is what she needs, in the fleet what the deepest needs, and S-52's where nobody tells", () => {
    expect(safetyOf(deep(9.4), [deep(25)])).toEqual({ m: 9.4, whose: "hers" });
    expect(safetyOf(null, [deep(9.4), deep(25), deep(null)])).toEqual({ m: 25, whose: "deepest" });
    const opened = deep(9.4);
    opened.summary = null; // opened before the list came: her own message is no word for the fleet
    expect(safetyOf(null, [opened])).toEqual({ m: 30, whose: "default" });
    expect(safetyOf(deep(null), [deep(25)])).toEqual({ m: 30, whose: "default" });
  });

  it.each([[9.3, "depth-shallow"], [9.4, "depth-enough"], [-1, "depth-shallow"], [undefined, "depth-shallow"], [40, "depth-enough"]])(
    "puts an area of %s m on one side of it only; a depth that is not known is shallow", (depth, id) => {
      const layers = depthLayers(9.4, { color: "#000", halo: "#fff", font: ["x"] });
      expect(validateStyleMin({ version: 8, sources: { depths: { type: "geojson", data: { type: "FeatureCollection", features: [] } } }, layers: layers.filter((layer) => layer.type !== "symbol") })).toEqual([]);
      const feature = { type: 3 as const, properties: { kind: "depth", ...(depth === undefined ? {} : { depth_m: depth }) } };
      const fills = layers.filter((layer) => layer.type === "fill" && layer.id.startsWith("depth"));
      const drawn = fills.filter((layer) => {
        const made = createExpression("filter" in layer ? layer.filter : null);
        return made.result === "success" && made.value.evaluate({ zoom: 11 }, feature) === true;
      });
      expect(drawn.map((layer) => layer.id)).toEqual([id]);
    });

  it("is told in words with whose depths they are; without a chart it is said that there are none", () => {
    setLanguage("en");
    const safety = { m: 9.36, whose: "hers" } as const;
    expect(waterText({ list: [] }, [], safety)).toBe("No chart is imported: coastline only (Natural Earth), no depths");
    expect(waterText({ list: [sheet("US5WA22M")] }, [], safety)).toContain("No imported chart of this water");
    expect(waterText({ list: null }, [], safety)).toContain("Asking");
    expect(waterText({ list: [sheet("x")] }, null, safety)).toBe("Depths from closer by");
    expect(waterText({ list: [sheet("x")] }, [sheet("US5WA22M", HERE, { tolerance_m: 5 })], safety)).toBe(
      "Depths: US5WA22M, shallow under 9.4 m (what she needs), borders within 5 m");
  });
});
